/** A store with a history of everything, spoilt byte by byte. */
import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import { type CheckReport, checkStore } from '../../src/store/check.ts';
import type { KeptHead } from '../../src/store/check-log.ts';
import { integrityOf, storePath } from '../../src/store/files.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { tables } from '../../src/store/tables.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry } from '../support/entries.ts';
import { temporaryFolder } from '../support/place.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';

const { folder, remove } = temporaryFolder();
const whole = `${folder}/whole.sqlite`;
const spoilt = `${folder}/spoilt`;
const caller = { clientId: 'test', userId: 7001, member: false, scopes: new Set(['company']), actor: 'app:test' } as const;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  const core = await openCore({ data: folder, databaseUrl: null }, { make: true });
  for (let round = 0; round < 4; round++) {
    const entries = Array.from({ length: 30 }, (_, i) =>
      entry({
        client_id: 5 + (i % 2),
        trail_id: 100 + (i % 20),
        company_id: (i + round) % 4,
        lead_id: i % 3,
        customer_id: i % 3 === 0 ? [1, 2] : [],
        file_ids: i % 5 === 0 ? [7, 8] : [],
        create_user: 55,
        // A character that is also what wrong bytes are read as.
        content: i % 4 === 0 ? `客户来电 \uFFFD ${i} ${round}` : `called ${i} ${round} ${'long '.repeat(i % 7 === 0 ? 3000 : 1)}`,
        delete_flag: i % 9 === 0 ? 1 : 0,
        enable_flag: i % 11 === 0 ? 0 : 1,
        create_time: `2024-05-01 12:00:${10 + i}`,
        update_time: `2024-05-02 12:0${round}:${10 + i}`,
      }),
    );
    await core.importer.take([entries.map(readEntry)]);
  }
  for (const tenantId of [5, 6]) {
    const of = { ...caller, tenantId };
    const trailId = 109 - tenantId;
    const comment = { trailId, fields: { content: '请跟进', mentionIds: [55] } };
    const [first, second] = [
      await core.comments.push(of, { ...comment, commentId: null }),
      await core.comments.push(of, { ...comment, commentId: null }),
    ];
    await core.comments.push(of, { commentId: first, trailId, fields: { content: '请尽快跟进' } });
    await core.comments.remove(of, second);
    expect(await core.erasures.erase(of, 'trail', 101 - (tenantId % 2))).toBe(true);
    expect(await core.erasures.erase(of, 'user', 55)).toBe(true);
  }
  await core.close();
  // No page of it is free, and none has what is not in use.
  bySql((file) => file.prepare('VACUUM INTO ?').run(whole))(storePath(folder));
});

afterAll(() => remove());

/** What the check says of a copy of the store. */
async function checked(spoil: (path: string) => void, kept: ReadonlyMap<number, KeptHead> = new Map()): Promise<CheckReport> {
  rmSync(spoilt, { recursive: true, force: true });
  mkdirSync(spoilt);
  const path = storePath(spoilt);
  copyFileSync(whole, path);
  spoil(path);
  const db = openSqlite(path);
  try {
    return await checkStore(db, () => integrityOf(spoilt), kept);
  } finally {
    await db.close();
  }
}

const bySql = (work: (file: DatabaseSync) => void) => (path: string) => {
  const file = new DatabaseSync(path);
  try {
    work(file);
  } finally {
    file.close();
  }
};

test('the store is right before it is spoilt', async () => {
  const report = await checked(() => undefined);
  expect(report).toMatchObject({ count: 0, findings: [] });
  expect(report.tenants.map(({ tenantId, firstBad }) => [tenantId, firstBad])).toEqual([
    [5, null],
    [6, null],
  ]);
});

type Column = readonly [table: string, column: string];

const columnsOf = (path: string, names: readonly string[]): Column[] => {
  const file = new DatabaseSync(path, { readOnly: true });
  const columns = names.flatMap((name) =>
    file
      .prepare(`SELECT name FROM pragma_table_info('${name}')`)
      .all()
      .map((row): Column => [name, String(row['name'])]),
  );
  file.close();
  return columns;
};

/** The log and the timeline, and what they show joined. `known_at` is no part of the log: it moves without a change. */
const covered = (): Column[] =>
  columnsOf(whole, ['change', 'trail', 'trail_contact', ...Object.values(tables).map(({ name }) => name)]).filter(
    ([, column]) => column !== 'known_at',
  );

/** One bit of one byte of one value, or another byte in its place; answers what was done, `null` when the value has no byte. */
function flip(file: DatabaseSync, [table, column]: Column, random: () => number): string | null {
  const keys = file
    .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE pk > 0`)
    .all()
    .map((row) => String(row['name']));
  const rows = file.prepare(
    `SELECT ${keys.join(', ')}, typeof(${column}) AS type, hex(${column}) AS hex FROM ${table} WHERE ${column} <> ''`,
  );
  rows.setReadBigInts(true);
  const all = rows.all();
  const row = all[Math.floor(random() * all.length)];
  if (row === undefined) return null;
  const where = keys.map((key) => `${key} = ?`).join(' AND ');
  const values = keys.map((key) => row[key] as bigint);
  const name = `${table}.${column} of ${values.join(' ')}`;
  if (row['type'] === 'integer') {
    const bit = 1n << BigInt(Math.floor(random() * 63));
    file
      .prepare(`UPDATE OR REPLACE ${table} SET ${column} = (${column} | ${bit}) - (${column} & ${bit}) WHERE ${where}`)
      .run(...values);
    return `bit ${bit} of ${name}`;
  }
  const bytes = Buffer.from(String(row['hex']), 'hex');
  const place = Math.floor(random() * bytes.length);
  const old = bytes[place] as number;
  const fresh = random() < 0.5 ? old ^ (1 << Math.floor(random() * 8)) : (old + 1 + Math.floor(random() * 255)) % 256;
  bytes[place] = fresh;
  file.prepare(`UPDATE ${table} SET ${column} = CAST(? AS TEXT) WHERE ${where}`).run(bytes, ...values);
  return `byte ${place} of ${name}: ${old} -> ${fresh}`;
}

test('a byte of any stored value of the log or the timeline: found each time', async () => {
  const random = randomFrom(announceSeed('flipped values'));
  const columns = covered();
  const missed: string[] = [];
  let tries = 0;
  for (let i = 0; tries < Math.max(200, soak(1000)); i++) {
    // Each column in turn, so that none is left out.
    let done: string | null = null;
    const report = await checked(bySql((file) => (done = flip(file, columns[i % columns.length] as Column, random))));
    if (done === null) continue;
    tries += 1;
    if (report.count === 0) missed.push(done);
  }
  expect(missed).toEqual([]);
}, 600_000);

/** Every covered value, as it is read by SQL. */
function dump(path: string): string {
  const file = new DatabaseSync(path, { readOnly: true });
  try {
    const columns = Map.groupBy(covered(), ([table]) => table);
    return [...columns]
      .map(([table, of]) => {
        const values = of.map(([, column]) => `quote(${column})`).join(" || ',' || ");
        const rows = file.prepare(`SELECT ${values} AS row FROM ${table}`).all();
        return `${table}\n${rows.map((row) => String(row['row'])).join('\n')}`;
      })
      .join('\n');
  } finally {
    file.close();
  }
}

test('a byte of the file: found, unless every value is as before', async () => {
  const random = randomFrom(announceSeed('flipped bytes of the file'));
  // Most of a small file is not in use.
  const bytes = readFileSync(whole);
  const places = [...bytes.keys()].filter((place) => bytes[place] !== 0);
  const before = dump(whole);
  const missed: string[] = [];
  let found = 0;
  for (let i = 0; i < Math.max(200, soak(1000)); i++) {
    const place = places[Math.floor(random() * places.length)] as number;
    const bit = 1 << Math.floor(random() * 8);
    const spoil = (path: string): void => {
      const byte = (readFileSync(path)[place] as number) ^ bit;
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.of(byte), 0, 1, place);
      closeSync(file);
    };
    // That the file cannot be opened at all is said by whoever opens it.
    const count = await checked(spoil).then(
      (report) => report.count,
      (error: NodeJS.ErrnoException) => (error.code === 'ERR_SQLITE_ERROR' ? 1 : Promise.reject(error)),
    );
    if (count > 0) found += 1;
    else if (dump(storePath(spoilt)) !== before) missed.push(`byte ${place}, bit ${bit}`);
  }
  expect(missed).toEqual([]);
  expect(found).toBeGreaterThan(100);
}, 600_000);

/** Revisions of tenant 5, by what they have. */
const some = {
  /** Its state is in a later change. */
  former:
    "(SELECT min(before_revision) FROM change WHERE tenant_id = 5 AND before_revision <> 0 AND before_words <> '{}' AND kind = 'trail')",
  /** Its state is in the table. */
  present: '(SELECT min(revision) FROM trail WHERE tenant_id = 5)',
  erased: "(SELECT max(revision) FROM change WHERE tenant_id = 5 AND erased_hash <> '')",
} as const;

const lies: readonly [name: string, sql: string, revision: string, what: RegExp][] = [
  [
    'a former text',
    `UPDATE change SET before_words = '{"content":"forged"}' WHERE tenant_id = 5 AND before_revision = ${some.former}`,
    some.former,
    /trail \d+, kept in change \d+, is not what it was then/,
  ],
  [
    'a present text',
    `UPDATE trail SET content = 'forged' WHERE tenant_id = 5 AND revision = ${some.present}`,
    some.present,
    /trail \d+, kept in its table, is not what it was then/,
  ],
  [
    'a former text that is gone',
    `UPDATE change SET before_words = '{}' WHERE tenant_id = 5 AND before_revision = ${some.former}`,
    some.former,
    /is not what it was then/,
  ],
  [
    'words that seem to be erased',
    `UPDATE change SET salt = '', erased_hash = content_hash WHERE tenant_id = 5 AND revision = ${some.former}`,
    some.former,
    /words of its trail \d+ are gone without an erasure/,
  ],
  [
    'words that are there again',
    `UPDATE change SET salt = 'x' WHERE tenant_id = 5 AND revision = ${some.erased}`,
    some.erased,
    /was erased, but words or salt are left/,
  ],
  ['an author', `UPDATE change SET actor = 'user:1' WHERE tenant_id = 5 AND revision = 7`, '7', /the chain is broken/],
  ['an instant', `UPDATE change SET changed_at = 1 WHERE tenant_id = 5 AND revision = 7`, '7', /the chain is broken/],
  ['a hash', `UPDATE change SET chain_hash = content_hash WHERE tenant_id = 5 AND revision = 7`, '7', /the chain is broken/],
  [
    'the hash of the head',
    `UPDATE tenant SET chain_hash = 'x' WHERE tenant_id = 5`,
    '(SELECT revision FROM tenant WHERE tenant_id = 5)',
    /the hash of the head/,
  ],
  [
    'the instant of the head',
    `UPDATE tenant SET changed_at = 1 WHERE tenant_id = 5`,
    '(SELECT revision FROM tenant WHERE tenant_id = 5)',
    /the time of the head/,
  ],
  [
    'a revision too large to read',
    `UPDATE change SET before_revision = 9007199254740993 WHERE tenant_id = 5 AND before_revision = ${some.former}`,
    some.former,
    /./,
  ],
];

for (const [name, sql, revision, what] of lies) {
  test(`${name}: the first bad revision is said`, async () => {
    let expected = 0;
    const report = await checked(
      bySql((file) => {
        expected = Number(Object.values(file.prepare(`SELECT ${revision}`).get() ?? {})[0]);
        file.exec(sql);
      }),
    );
    expect(report.tenants.map(({ firstBad }) => firstBad)).toEqual([expected, null]);
    expect(report.findings.map((finding) => finding.what).join('\n')).toMatch(what);
  });
}

test('a log that was cut, or written anew, against a head kept elsewhere', async () => {
  const file = new DatabaseSync(whole, { readOnly: true });
  const heads = file
    .prepare('SELECT tenant_id, revision, chain_hash FROM change WHERE tenant_id = 5 ORDER BY revision DESC LIMIT 3')
    .all()
    .map((row): KeptHead => ({ revision: row['revision'] as number, chainHash: row['chain_hash'] as string }));
  file.close();
  const [last, , older] = heads as [KeptHead, KeptHead, KeptHead];
  const against = async (head: KeptHead, spoil: (path: string) => void = () => undefined): Promise<string[]> =>
    (await checked(spoil, new Map([[5, head]]))).findings.map(({ what }) => what);

  expect(await against(last)).toEqual([]);
  expect(await against(older)).toEqual([]);
  expect(await against({ ...older, chainHash: last.chainHash })).toEqual([
    expect.stringMatching(`^revision ${older.revision}: its hash is not that of the head kept elsewhere`),
  ]);
  // Entry 1 of the last change did not happen; everything else is put right.
  const cut = bySql((spoiltFile) => {
    const { kind, object_id, before_facts } =
      spoiltFile.prepare('SELECT * FROM change WHERE tenant_id = 5 ORDER BY revision DESC').get() ?? {};
    expect([kind, before_facts === null]).toEqual(['user', false]);
    spoiltFile.exec(`
      UPDATE member SET revision = (SELECT before_revision FROM change WHERE tenant_id = 5 AND revision = ${last.revision})
        WHERE tenant_id = 5 AND user_id = ${object_id};
      DELETE FROM change WHERE tenant_id = 5 AND revision = ${last.revision};
      UPDATE tenant SET revision = ${last.revision - 1}, chain_hash = (SELECT chain_hash FROM change WHERE tenant_id = 5 AND revision = ${last.revision - 1}),
        changed_at = (SELECT changed_at FROM change WHERE tenant_id = 5 AND revision = ${last.revision - 1}) WHERE tenant_id = 5;`);
  });
  expect(await against(last, cut)).toContain(
    `revision ${last.revision}: the change log ends at revision ${last.revision - 1}, but the head kept elsewhere is at ${last.revision}: its tail was cut`,
  );
});
