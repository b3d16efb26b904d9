/**
 * Sets of slots: the entries of one block of the search index under one token. Up to 512 as ascending 16-bit numbers, more as a bitmap of
 * 1,024 bytes, so that a row never leaves its page; both little-endian.
 */

/** Entries that a block has room for; their slots count from 0. */
export const blockSize = 8192;

const words = blockSize / 32;
const longestList = 512;

/** A set as it lies in its row. */
export interface Slots {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** A set in memory: one bit for each slot of a block. */
export type Bits = Uint32Array;

export const noBits = (): Bits => new Uint32Array(words);

/** Adds a set of a row. */
export function addTo(bits: Bits, { count, bytes }: Slots): void {
  if (count > longestList) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < words; i++) bits[i] = (bits[i] as number) | view.getUint32(4 * i, true);
    return;
  }
  for (let i = 0; i < 2 * count; i += 2) setBit(bits, (bytes[i] as number) | ((bytes[i + 1] as number) << 8));
}

export function bitsOf(slots: Slots): Bits {
  const bits = noBits();
  addTo(bits, slots);
  return bits;
}

/** The slots of a row, ascending. */
export function slotsIn(slots: Slots): number[] {
  const { count, bytes } = slots;
  if (count > longestList) return slotsOfBits(bitsOf(slots));
  return Array.from({ length: count }, (_, i) => (bytes[2 * i] as number) | ((bytes[2 * i + 1] as number) << 8));
}

/** Keeps of the first set what the other has too. */
export function keepIn(bits: Bits, other: Bits): void {
  for (let i = 0; i < words; i++) bits[i] = (bits[i] as number) & (other[i] as number);
}

export const hasBit = (bits: Bits, slot: number): boolean => (((bits[slot >> 5] as number) >>> (slot & 31)) & 1) === 1;

export function setBit(bits: Bits, slot: number): void {
  bits[slot >> 5] = (bits[slot >> 5] as number) | (1 << (slot & 31));
}

export function clearBit(bits: Bits, slot: number): void {
  bits[slot >> 5] = (bits[slot >> 5] as number) & ~(1 << (slot & 31));
}

/** The slots of a set, ascending. */
export function slotsOfBits(bits: Bits): number[] {
  const slots: number[] = [];
  for (let i = 0; i < words; i++) {
    for (let word = bits[i] as number; word !== 0; word &= word - 1) slots.push(32 * i + 31 - Math.clz32(word & -word));
  }
  return slots;
}

export function countOf(bits: Bits): number {
  let count = 0;
  for (let i = 0; i < words; i++) {
    let word = bits[i] as number;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += (((word + (word >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return count;
}

/** A row's set without some slots and with others, ascending and above all that it has, as new entries are; `null`: nothing is left. */
export function changed(old: Slots | null, removed: readonly number[], added: readonly number[]): Slots | null {
  if (removed.length === 0 && (old?.count ?? 0) + added.length <= longestList) return appended(old, added);
  const bits = old === null ? noBits() : bitsOf(old);
  for (const slot of removed) clearBit(bits, slot);
  for (const slot of added) setBit(bits, slot);
  return packed(bits);
}

function appended(old: Slots | null, added: readonly number[]): Slots | null {
  const count = (old?.count ?? 0) + added.length;
  if (count === 0) return null;
  const bytes = new Uint8Array(2 * count);
  if (old !== null) bytes.set(old.bytes);
  for (let i = 0, at = 2 * (old?.count ?? 0); i < added.length; i++, at += 2) {
    const slot = added[i] as number;
    bytes[at] = slot;
    bytes[at + 1] = slot >> 8;
  }
  return { count, bytes };
}

export function packed(bits: Bits): Slots | null {
  const count = countOf(bits);
  if (count <= longestList) return appended(null, slotsOfBits(bits));
  const bytes = new Uint8Array(4 * words);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < words; i++) view.setUint32(4 * i, bits[i] as number, true);
  return { count, bytes };
}
