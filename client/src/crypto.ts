/** @internal Web Crypto, the same in Node and browsers. Throws where there is none: browsers have it only over https and on the own machine. */
export function subtle(): typeof globalThis.crypto.subtle {
  const { crypto } = globalThis;
  if (crypto?.subtle === undefined) throw new Error('Web Crypto is missing: browsers have it only over https');
  return crypto.subtle;
}

/** @internal */
export type Bytes = Uint8Array<ArrayBuffer>;

/** @internal */
export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

/** @internal */
export const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** @internal `null` for what is no hex. */
export const bytesOfHex = (hex: string): Bytes | null =>
  /^([0-9a-f]{2})+$/i.test(hex) ? Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)) : null;

/** @internal `null` for what is no base64. */
export function bytesOfBase64(text: string): Bytes | null {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
