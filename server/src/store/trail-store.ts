import { subjectOf } from '../domain/basis.ts';
import type { TrailFilter, TrailPortion, TrailStore } from '../domain/stores.ts';
import { trailMatcher } from '../domain/trail-filter.ts';
import type { Db, Tx, Value } from './db.ts';
import { entriesOf } from './entries.ts';
import { headOf, revisionAt } from './log-times.ts';
import type { RenderedEntries } from './rendered-entries.ts';
import { type Cursor, TrailPages } from './trail-pages.ts';

/** Entries a portion of `all` and `stream`, fewer when they are long: about this many characters. */
const portionSize = 500;
const portionLength = 2_000_000;

/** The timeline as it is read: pages with their totals, and streams for an export. `entries`: where pages are asked for rendered. */
export function trailStore(db: Db, entries: RenderedEntries | null = null): TrailStore {
  const pages = new TrailPages(db);
  return {
    rendered: async (tenantId, filter, page, asOf, stamp) => {
      if (entries === null) throw new Error('nothing was said of how entries are rendered');
      const known =
        asOf === null && stamp !== null
          ? entries.known(tenantId, stamp, (revision) => pages.known(tenantId, filter, page, revision))
          : null;
      if (known !== null) {
        const { keys, joined } = known;
        const basis = { tenantId, revision: keys.revision, subject: subjectOf(filter), joined };
        return { total: keys.total, entries: known.entries, basis };
      }
      return pages.read(tenantId, filter, page, asOf, async (tx, keys) => {
        const { revision, total, ids } = keys;
        if (asOf === null) {
          const read = await entries.read(tx, tenantId, keys);
          return { total, entries: read.entries, basis: { tenantId, revision, subject: subjectOf(filter), joined: read.joined } };
        }
        const { trails, joined } = await entriesOf(tx, tenantId, ids, { asOf });
        const texts = trails.map((trail) => entries.render(tenantId, trail, joined));
        // What was cannot change any more.
        return { total, entries: texts, basis: { tenantId, revision, subject: null, joined: [] } };
      });
    },

    list: (tenantId, filter, page, asOf) =>
      pages.read(tenantId, filter, page, asOf, async (tx, { revision, total, ids, places, portion }) => ({
        revision,
        total,
        ...(portion ?? (await entriesOf(tx, tenantId, ids, { asOf, places }))),
      })),

    countsBefore: (tenantId, filter, times) => pages.countsBefore(tenantId, filter, times),

    stream: (tenantId, filter, asOf) => stream(db, pages, tenantId, filter, asOf),

    head: (tenantId) => db.read(tenantId, (tx) => headOf(tx, tenantId)),

    revisionAt: (tenantId, at) => db.read(tenantId, (tx) => revisionAt(tx, tenantId, at)),

    settle: () => pages.settle(),

    all: (tenantId) => portions(db, tenantId, (tx) => wholeTable(tx, tenantId)),

    count: (tenantId) =>
      db.read(tenantId, async (tx) => {
        const row = await tx.get('SELECT COUNT(*) FROM trail WHERE tenant_id = ?', [tenantId]);
        return row?.[0] as number;
      }),
  };
}

/** Everything that a filter lists, in its order. The keyword is looked for in what the rest of the filter lists. */
async function* stream(
  db: Db,
  pages: TrailPages,
  tenantId: number,
  filter: TrailFilter,
  asOf: number | null,
): AsyncGenerator<TrailPortion> {
  const matches = trailMatcher(filter);
  for await (const { trails, joined } of portions(db, tenantId, (tx) => pages.cursor(tx, tenantId, filter, asOf))) {
    const matching = filter.keyword === null ? trails : trails.filter(matches);
    if (matching.length > 0) yield { trails: matching, joined };
  }
}

/** All entries in the order of the table, which costs least and is the same wherever they are stored. */
async function wholeTable(tx: Tx, tenantId: number): Promise<Cursor> {
  let after: readonly Value[] = [0, -1, 0, 0];
  return {
    asOf: null,
    async next(size) {
      const rows = await tx.all(
        'SELECT live, company_id, happened_at, trail_id FROM trail WHERE tenant_id = ? AND (live, company_id, happened_at, trail_id) > (?, ?, ?, ?) ' +
          'ORDER BY live, company_id, happened_at, trail_id LIMIT ?',
        [tenantId, ...after, size],
      );
      after = rows.at(-1) ?? after;
      return rows.map((row) => row[3] as number);
    },
  };
}

async function* portions(db: Db, tenantId: number, open: (tx: Tx) => Promise<Cursor | null>): AsyncGenerator<TrailPortion> {
  for (let begun = false; !begun; ) {
    const snapshot = await db.snapshot(tenantId);
    try {
      const cursor = await open(snapshot);
      // Other readers see a later state already: begin with that one.
      if (cursor === null) continue;
      begun = true;
      for (let size = portionSize; ; ) {
        const ids = await cursor.next(size);
        if (ids.length === 0) return;
        const portion = await entriesOf(snapshot, tenantId, ids, cursor);
        const length = portion.trails.reduce((sum, trail) => sum + trail.content.length, 0);
        size = Math.max(1, Math.min(portionSize, Math.floor((portionLength * ids.length) / (length + 1))));
        yield portion;
      }
    } finally {
      await snapshot.end();
    }
  }
}
