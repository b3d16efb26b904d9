import { blockSize, type Cuts } from './blocks.ts';
import type { Tx } from './db.ts';
import { pace } from './pace.ts';
import type { Key, TrailQuery } from './trail-query.ts';

/**
 * Cuts what a query finds between two keys (`from` inclusive, `until` exclusive; `null`: no bound) into blocks of 128, stepping from one to
 * the next within the index. Gives way to other requests in between.
 */
export async function cut(tx: Tx, query: TrailQuery, from: Key | null, until: Key | null): Promise<Cuts> {
  const at: number[] = [];
  const id: number[] = [];
  const key = `(${query.at}, t.trail_id)`;
  const below = until === null ? '' : ` AND ${key} < (?, ?)`;
  const end = until === null ? [] : [until.at, until.id];
  const step =
    `SELECT ${query.at}, t.trail_id FROM trail t WHERE ${query.where} AND ${key} >= (?, ?)${below} ` +
    `ORDER BY ${query.at}, t.trail_id LIMIT 1 OFFSET ${blockSize}`;
  const rest = `SELECT COUNT(*) FROM trail t WHERE ${query.where} AND ${key} >= (?, ?)${below}`;
  const giveWay = pace();
  for (let start = from ?? { at: Number.MIN_SAFE_INTEGER, id: 0 }; ; ) {
    const values = [...query.values, start.at, start.id, ...end];
    const row = await tx.get(step, values);
    if (row === undefined) {
      const counts = new Array<number>(at.length).fill(blockSize);
      counts.push((await tx.get(rest, values))?.[0] as number);
      return { at, id, counts };
    }
    start = { at: row[0] as number, id: row[1] as number };
    at.push(start.at);
    id.push(start.id);
    await giveWay();
  }
}
