/** The stores that `scale` measures: a generated firm with a giant company, a hot second and a history of changes. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Random } from '../server/src/demo/firm-random.ts';
import { storePath } from '../server/src/store/files.ts';
import { type Drawn, keptStore, root, scratchFolder } from './data.ts';
import { importFrom, runJob } from './processes.ts';
import { step } from './report.ts';

export interface ScaleData extends Drawn {
  /** `YYYY-MM-DD HH:mm:ss` in Beijing. */
  readonly hotTime: string;
  /** The data folder of the filled store. */
  readonly store: string;
  /** The data folder of the file that it was filled from; the same one on SQLite. */
  readonly source: string;
  /** `null`: the store is in the folder. */
  readonly databaseUrl: string | null;
}

/** So many changes are made after the import, more than any `as_of` that is measured looks back. */
const historyOf = (entries: number): number => Math.min(120_000, Math.floor(entries / 5));

/** Pipes the generator into the program's import, so that no file of the entries is kept, and then makes a history. */
export async function scaleData(entries: number, companies: number, fresh: boolean): Promise<ScaleData> {
  const parent = join(root, `scale-${entries}-${companies}`);
  const sources = ['scale-stream.ts', 'scale-history.ts'];
  const store = await keptStore({ parent, sources, fresh }, async (folder) => {
    step(`importing ${entries} entries of ${companies} companies`);
    const drawn = join(scratchFolder(), drawnName);
    await importFrom('scale-stream.ts', [String(entries), String(companies), drawn], folder);
    step(`${historyOf(entries)} changes`);
    await runJob('history', [folder, String(historyOf(entries)), '1']);
    copyFileSync(drawn, join(folder, drawnName));
  });
  const made = JSON.parse(readFileSync(join(store, drawnName), 'utf8')) as Omit<ScaleData, 'store' | 'source' | 'databaseUrl'>;
  return { ...made, store, source: store, databaseUrl: null };
}

/** Beside the store, in its folder. */
const drawnName = 'drawn.json';

/** Entries and companies of a store, for changes to them. */
export function stockOf(folder: string): { tenantId: number; trailIds: number[]; companyIds: number[] } {
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  try {
    const { tenantId } = db.prepare('SELECT tenant_id AS tenantId FROM tenant').get() as { tenantId: number };
    const ids = db.prepare(
      'SELECT min(trail_id) AS low, max(trail_id) AS high FROM trail WHERE tenant_id = ? AND trail_id < 1e15',
    );
    const { low, high } = ids.get(tenantId) as { low: number; high: number };
    const next = db.prepare('SELECT trail_id AS id FROM trail WHERE tenant_id = ? AND trail_id >= ? LIMIT 1');
    const random = new Random(Date.now() >>> 0);
    const trailIds = Array.from({ length: 20_000 }, () => {
      const row = next.get(tenantId, Math.floor(low + random.unit() * (high - low))) as { id: number };
      return row.id;
    });
    const companies = db.prepare('SELECT company_id AS id FROM company WHERE tenant_id = ? AND removed = 0 LIMIT 100000');
    return { tenantId, trailIds, companyIds: (companies.all(tenantId) as { id: number }[]).map(({ id }) => id) };
  } finally {
    db.close();
  }
}
