/** Part of an answer's bytes: from one place to before another. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What the header `Range` asks for of `size` bytes (RFC 9110, 14.2); `null`: all of them, which several ranges and what is not understood also
 * get; `none`: nothing of it is there.
 */
export function rangeIn(header: string | undefined, size: number): ByteRange | 'none' | null {
  const found = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '');
  if (found === null) return null;
  const [first, last] = [found[1] ?? '', found[2] ?? ''];
  if (first === '' && last === '') return null;
  if (first === '') {
    // The last so many.
    const count = Math.min(Number(last), size);
    return count === 0 ? 'none' : { from: size - count, to: size };
  }
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'none';
  return { from: Number(first), to: last === '' ? size : Math.min(Number(last) + 1, size) };
}
