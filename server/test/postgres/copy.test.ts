/** From one engine to the other and back while the source is written: the same log, the same entries. */
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { type Core, openCore } from '../../src/app.ts';
import type { IncomingFile } from '../../src/domain/file.ts';
import type { ImportedEntry } from '../../src/domain/import.ts';
import { checkStore } from '../../src/store/check.ts';
import { copiedTables, copyTenant } from '../../src/store/copy.ts';
import { tenantTables } from '../../src/store/migrations.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { presentTrail } from '../../src/wire/trail-wire.ts';
import { recordAbout, testCaller } from '../store/fixture.ts';
import { workplace } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import { type Engine, newPlace, variablesOf } from '../support/place.ts';
import { pictureOf } from '../support/samples.ts';
import { soak } from '../support/soak.ts';

async function opened(on: Engine): Promise<Core> {
  const place = await newPlace({ on });
  const core = await openCore(place, { make: true });
  onTestFinished(async () => {
    await core.close();
    await place.remove();
  });
  return core;
}

/** The number of the entries, and a digest of all of them as they are exported. */
async function exportOf(core: Core): Promise<string> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const { trails, joined } of core.trailStore.all(testTenant)) {
    for (const trail of trails) hash.update(presentTrail(testTenant, trail, joined)).update('\n');
    count += trails.length;
  }
  return `${count} ${hash.digest('hex')}`;
}

/** Not a tenth of it but a fiftieth, since each entry is copied twice and read three times. */
const entries = Math.round(soak(1_000_000) / (process.env['GENJIN_SOAK'] ? 1 : 5));

function* portions(): Generator<ImportedEntry[]> {
  for (let start = 0; start < entries; start += 5000)
    yield Array.from({ length: Math.min(5000, entries - start) }, (_, k) => {
      const i = start + k;
      return readEntry(
        entry({
          trail_id: i + 1,
          company_id: 1 + (i % Math.max(40, entries / 50)),
          content: `text ${i}\0 付款`,
          create_time: `2024-05-${String(1 + (i % 28)).padStart(2, '0')} 10:${String(i % 60).padStart(2, '0')}:00`,
        }),
      );
    });
}

const findings = async (core: Core): Promise<string[]> => (await checkStore(core.db, () => [])).findings.map(({ what }) => what);

test('SQLite to PostgreSQL and back', { timeout: 3_600_000 }, async () => {
  const [first, second, third] = [await opened('sqlite'), await opened('postgres'), await opened('sqlite')];
  await first.importer.take(portions());
  await first.applications.create(testTenant, 'a', ['company']);
  let writing = true;
  const ids: number[] = [];
  const write = async (): Promise<void> => {
    for (let i = 0; writing; i++) {
      const trailId = await first.trails.record(testCaller, recordAbout(1, `secret ${i}`));
      ids.push(trailId);
      if (i % 5 === 1) await first.comments.push(testCaller, { commentId: null, trailId, fields: { content: `comment ${i}` } });
      if (i % 7 === 3) await first.erasures.erase(testCaller, 'trail', ids[i - 2] as number);
    }
  };
  const written = write();
  const seen: number[] = [];
  await copyTenant(first.db, second.db, testTenant, (revision) => void seen.push(revision));
  // Broken off and taken up: what came since, and what was erased since.
  await copyTenant(first.db, second.db, testTenant);
  writing = false;
  await written;
  await first.erasures.erase(testCaller, 'trail', ids[1] as number);
  const end = await copyTenant(first.db, second.db, testTenant);
  expect(seen.length).toBeGreaterThan(2);
  expect(await copyTenant(second.db, third.db, testTenant)).toEqual(end);
  const exports = await Promise.all([first, second, third].map(exportOf));
  expect(exports[0]).toMatch(new RegExp(`^${entries + ids.length} `));
  expect(exports[1]).toBe(exports[0]);
  expect(exports[2]).toBe(exports[0]);
  for (const core of [first, second, third]) expect(await findings(core)).toEqual([]);
  const applications = await Promise.all([first, third].map((core) => core.applications.list(testTenant)));
  expect(applications[1]).toEqual(applications[0]);

  // A history of its own is not written over.
  await third.trails.record(testCaller, recordAbout(1, 'mine'));
  await first.trails.record(testCaller, recordAbout(1, 'yours'));
  await expect(copyTenant(first.db, third.db, testTenant)).rejects.toThrow('has a history of its own');
});

test('files go over with their bytes, and what was erased since goes there too', { timeout: 120_000 }, async () => {
  const [first, second, third] = [await opened('sqlite'), await opened('postgres'), await opened('sqlite')];
  await first.tenants.create({ tenantId: testTenant, name: 'test', createdAt: 0 });
  const keep = async (name: string, bytes: Buffer): Promise<number> => {
    const files = (async function* (): AsyncGenerator<IncomingFile> {
      yield { name, bytes: Readable.from([bytes], { objectMode: false }) };
    })();
    return (await first.files.upload(testCaller, files))[0]?.fileId ?? 0;
  };
  const [long, small] = [randomBytes(700_000), await pictureOf('png', 50, 50)];
  const ids = [await keep('long.bin', long), await keep('small.png', small)];
  await copyTenant(first.db, second.db, testTenant);
  expect(await findings(second)).toEqual([]);
  await first.erasures.eraseAs(testTenant, 'command:erase', 'file', ids[1] as number);
  ids.push(await keep('later.bin', long.subarray(0, 300_000)));
  await copyTenant(first.db, second.db, testTenant);
  await copyTenant(second.db, third.db, testTenant);
  for (const core of [second, third]) {
    expect(await findings(core)).toEqual([]);
    const file = await core.files.get(testCaller, ids[0] as number);
    const bytes: Uint8Array[] = [];
    for await (const some of core.files.bytes(testCaller, file, 0, file.size)) bytes.push(some);
    expect(Buffer.concat(bytes).equals(long)).toBe(true);
    await expect(core.files.get(testCaller, ids[1] as number)).rejects.toMatchObject({ errorName: 'not_found' });
  }
});

test('every table goes over, but for those that are found out from the others', () => {
  const derived = ['timeline_block', 'search_state', 'search_block', 'search_keys', 'search_posting'];
  expect([...copiedTables, ...derived].toSorted()).toEqual([...tenantTables].toSorted());
});

test('by commands: copy, and backup of a database', { timeout: 120_000 }, async () => {
  const at = workplace();
  const place = await newPlace({ empty: true });
  onTestFinished(place.remove);
  at.write(
    'entries.ndjson',
    [1, 2, 3].map((id) => JSON.stringify(entry({ trail_id: id, client_id: 5, company_id: 9 }))).join('\n'),
  );
  await at.genjin(['import', 'entries.ndjson']);
  const copied = await at.genjin(['copy', '--from', 'genjin-data', '--to', String(place.databaseUrl)]);
  expect(copied.stderr).toBe('');
  expect(copied.stdout).toMatch(/tenant 5: copied up to revision \d+, \d+ rows, the same chain head/);
  const env = variablesOf(place);
  expect((await at.genjin(['backup', 'whole.sqlite'], { env })).code).toBe(0);
  expect((await at.genjin(['restore', 'whole.sqlite', '--data', 'again'])).code).toBe(0);
  const heads = await Promise.all([
    at.genjin(['audit', 'head']),
    at.genjin(['audit', 'head'], { env }),
    at.genjin(['audit', 'head', '--data', 'again']),
  ]);
  expect(new Set(heads.map(({ stdout }) => stdout)).size).toBe(1);
  expect(heads[0]?.stdout).toMatch(/^5 \d+:/);
  for (const [file, options] of [
    ['one', []],
    ['two', ['--data', 'again']],
  ] as const)
    await at.genjin(['export', file, ...options]);
  expect(readFileSync(join(at.folder, 'two'))).toEqual(readFileSync(join(at.folder, 'one')));
  const same = await at.genjin(['copy', '--from', 'again', '--to', 'again']);
  expect(same.stderr).toContain('are the same store');
  const none = await at.genjin(['copy', '--from', 'nowhere', '--to', 'again']);
  expect(none.stderr).toContain('there is no store in nowhere');
});
