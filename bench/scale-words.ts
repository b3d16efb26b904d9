/** Words of two characters that occur in a store, to search for. */
import { DatabaseSync } from 'node:sqlite';
import { storePath } from '../server/src/store/files.ts';
import { stockOf } from './scale-data.ts';

/** In more entries of a hundred a word is no search but a list. */
const mostShare = 0.1;
const sampleSize = 4000;

/** `count` pairs of Chinese characters that stand in up to a tenth of all entries, the most frequent ones first. */
export function wordsIn(folder: string, count: number): string[] {
  const { tenantId, trailIds } = stockOf(folder);
  const sample = trailIds.slice(0, sampleSize);
  const found = new Map<string, number>();
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  const read = db.prepare('SELECT content FROM trail WHERE tenant_id = ? AND trail_id = ?');
  for (const id of sample) {
    const { content } = read.get(tenantId, id) as { content: string };
    const pairs = new Set<string>();
    for (const [run] of content.matchAll(/\p{Script=Han}{2,}/gu)) {
      for (let i = 0; i + 2 <= run.length; i++) pairs.add(run.slice(i, i + 2));
    }
    for (const pair of pairs) found.set(pair, (found.get(pair) ?? 0) + 1);
  }
  db.close();
  // A little below, because a sample may be wrong.
  const most = 0.9 * mostShare * sample.length;
  return [...found]
    .filter(([, entries]) => entries <= most)
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([pair]) => pair);
}

/** Users who wrote entries of a store. */
export function authorsIn(folder: string): number[] {
  const { tenantId, trailIds } = stockOf(folder);
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  const read = db.prepare('SELECT author_id AS author FROM trail WHERE tenant_id = ? AND trail_id = ?');
  const authors = trailIds.slice(0, 200).map((id) => (read.get(tenantId, id) as { author: number }).author);
  db.close();
  return [...new Set(authors)].filter((author) => author !== 0);
}
