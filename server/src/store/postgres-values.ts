/** Values on their way to PostgreSQL and back: whole numbers as numbers, and texts whatever is in them. */
import { types } from 'pg';
import type { Value } from './db.ts';

/**
 * PostgreSQL keeps no NUL in a text. It is written as this character, which Unicode keeps free for a program's own use inside, with a
 * `0` behind it; the character itself with an `1`.
 */
const sign = '\uFDD0';

const wanting = /[\0\uFDD0]/g;
const written = /\uFDD0([01])/g;

/** As it is bound to a statement. */
export function bound(value: Value): string | Buffer | null {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    return value.includes('\0') || value.includes(sign)
      ? value.replace(wanting, (one) => (one === '\0' ? `${sign}0` : `${sign}1`))
      : value;
  }
  return value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

const text = (value: string): string =>
  value.includes(sign) ? value.replace(written, (_, which: string) => (which === '0' ? '\0' : sign)) : value;

/** By PostgreSQL's type number (pg_type.dat): bool; bytea; int8, int2, int4, numeric; text, varchar. */
const parsers: ReadonlyMap<number, (value: string) => Value> = new Map<number, (value: string) => Value>([
  // What SQLite answers for a comparison.
  [16, (value) => (value === 't' ? 1 : 0)],
  // A copy of its own, and no Buffer, whose slice() is none.
  [17, (value) => new Uint8Array(Buffer.from(value.slice(2), 'hex'))],
  [20, Number],
  [21, Number],
  [23, Number],
  [1700, Number],
  [25, text],
  [1043, text],
]);

/** For the driver: which of its values are read how. */
export const columnTypes = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    parsers.get(type) ?? (types.getTypeParser(type, format as 'text') as (value: string) => unknown),
};
