/** Words on PostgreSQL: the program's search blocks, and a GIN index over the same tokens of the same entries, as it would be used. */
import { Client } from 'pg';
import { openCore } from '../server/src/app.ts';
import { tokensOf } from '../server/src/domain/keyword.ts';
import { allTrails } from '../server/src/domain/stores.ts';
import { pageSize } from './ask.ts';
import { type Bound, figure, median, type Report, ratio, step } from './report.ts';
import { timed } from './rounds.ts';
import type { Scale } from './scale-session.ts';
import { wordsIn } from './scale-words.ts';

/** Both sides have so many entries: to make the other index takes minutes. */
const searched = 200_000;
const rowsAtOnce = 500;
const wordCount = 24;

export async function gin(scale: Scale): Promise<Report> {
  const data = await scale.store(Math.min(searched, scale.options.entries));
  const { tenantId, store, databaseUrl, source } = data;
  const connectionString = (await scale.postgres()).administrator(databaseUrl as string);
  const client = new Client({ connectionString });
  await client.connect();
  const core = await openCore({ data: store, databaseUrl }, { make: false, readers: 1 });
  try {
    step('filling a GIN index over the same tokens');
    await fill(client, tenantId);
    const words = wordsIn(source, wordCount);
    const byGin = async (word: string): Promise<number> => {
      const tokens = [...tokensOf(word)].filter((token) => token.length === word.length);
      const conditions = 'tenant_id = $1 AND live = 1 AND tokens @> $2';
      const [total] = await Promise.all([
        client.query({
          name: 'total',
          text: `SELECT count(*) AS n FROM gin_entry WHERE ${conditions}`,
          values: [tenantId, tokens],
        }),
        client.query({
          name: 'page',
          text: `SELECT trail_id FROM gin_entry WHERE ${conditions} ORDER BY happened_at DESC, trail_id DESC LIMIT ${pageSize}`,
          values: [tenantId, tokens],
        }),
      ]);
      return Number(total.rows[0]?.n);
    };
    const byBlocks = async (word: string): Promise<number> => {
      const filter = { ...allTrails, keyword: word };
      return (await core.trailStore.list(tenantId, filter, { number: 1, size: pageSize }, null)).total;
    };
    const times: { gin: number[]; blocks: number[]; shares: number[] } = { gin: [], blocks: [], shares: [] };
    step('words of two characters, by both');
    for (let round = 0; round <= scale.rounds(5); round++) {
      for (const word of words) {
        const [a, ginMs] = await timed(() => byGin(word));
        const [b, blocksMs] = await timed(() => byBlocks(word));
        if (a !== b) throw new Error(`"${word}": ${a} by GIN, ${b} by blocks`);
        if (round === 0) continue;
        times.gin.push(ginMs);
        times.blocks.push(blocksMs);
        times.shares.push(a / data.entries);
      }
    }
    const [size] = (
      await client.query(
        "SELECT pg_relation_size('gin_tokens') AS gin, (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN ('search_block', 'search_keys', 'search_posting')) AS blocks",
      )
    ).rows as { gin: string; blocks: string }[];
    const quicker = median(times.gin.map((ms, i) => ms / (times.blocks[i] as number)));
    const what = `page and total of a word by blocks / by GIN, ${figure(data.entries)} entries`;
    const bound: Bound = { what: `${what}: times as fast`, value: quicker, limit: 1, holds: 'at least', unit: '×' };
    return {
      bounds: [bound],
      tables: [
        {
          title: 'Words of two characters on PostgreSQL: page and exact total',
          columns: ['', 'ms', 'ratio', 'index, bytes/entry'],
          rows: [
            ['GIN over the tokens', figure(median(times.gin)), '1.00 ×', figure(Number(size?.gin) / data.entries)],
            ['blocks', figure(median(times.blocks)), ratio(1 / quicker), figure(Number(size?.blocks) / data.entries)],
          ],
          notes: [
            `${words.length} words that stand in ${percent(Math.min(...times.shares))} to ${percent(Math.max(...times.shares))} of ` +
              `${figure(data.entries)} entries, one after the other. GIN answers ids only; the blocks' side reads the page's entries with all that they show, and its index ` +
              'also has companies, types, authors and contacts.',
          ],
        },
      ],
    };
  } finally {
    await core.close();
    await client.end();
  }
}

async function fill(client: Client, tenantId: number): Promise<void> {
  await client.query(
    'CREATE TABLE gin_entry (tenant_id BIGINT, live SMALLINT, happened_at BIGINT, trail_id BIGINT, tokens TEXT[] COLLATE "C")',
  );
  for (let after = '0'; ; ) {
    const { rows } = await client.query(
      'SELECT live, happened_at, trail_id, content FROM trail WHERE tenant_id = $1 AND trail_id > $2 ORDER BY trail_id LIMIT $3',
      [tenantId, after, rowsAtOnce],
    );
    if (rows.length === 0) break;
    after = String(rows.at(-1).trail_id);
    const values = rows.flatMap((row) => [tenantId, row.live, row.happened_at, row.trail_id, [...tokensOf(row.content)]]);
    const marks = rows.map((_, i) => `(${[1, 2, 3, 4, 5].map((n) => `$${5 * i + n}`).join(', ')})`);
    await client.query(`INSERT INTO gin_entry VALUES ${marks.join(', ')}`, values);
  }
  await client.query('CREATE INDEX gin_tokens ON gin_entry USING gin (tokens)');
  await client.query('CREATE INDEX gin_order ON gin_entry (tenant_id, live, happened_at, trail_id)');
  await client.query('VACUUM ANALYZE gin_entry');
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
