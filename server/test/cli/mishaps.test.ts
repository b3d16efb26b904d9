/** What goes wrong around the commands: each was seen to lose data, or to mislead, before it was mended. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Workplace, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';

const line = (fields: Record<string, unknown>): string => `${JSON.stringify(entry(fields))}\n`;

async function exported(at: Workplace, data = 'genjin-data'): Promise<Record<string, unknown>[]> {
  const { stdout } = await at.genjin(['export', '--data', data]);
  return stdout
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
}

test('a store whose last writes are in its write-ahead log only is restored with them', async () => {
  const at = workplace();
  at.write('first.ndjson', line({ trail_id: 100, company_id: 1 }));
  await at.genjin(['import', 'first.ndjson']);
  const credentials = await at.application(5);
  // Killed, so that nothing brought the log into the file.
  const server = await at.serve();
  const token = await server.token(credentials);
  at.write('second.ndjson', line({ trail_id: 102, company_id: 1 }));
  expect((await at.genjin(['import', 'second.ndjson'])).code).toBe(0);
  await server.end('SIGKILL');
  expect(token).toMatch(/^5\./);
  expect(readdirSync(at.path('genjin-data'))).toContain('genjin.sqlite-wal');
  expect((await at.genjin(['restore', 'genjin-data/genjin.sqlite', '--data', 'other'])).code).toBe(0);
  expect((await exported(at, 'other')).map((one) => one['trail_id'])).toEqual([100, 102]);
  expect((await at.genjin(['check', '--data', 'other'])).code).toBe(0);
});

test('rejects that cannot be written beside the file go to stderr, and the rest is imported', async () => {
  const at = workplace();
  at.write('some.ndjson', `{"bad":1}\n${line({ trail_id: 100, company_id: 1 })}`);
  mkdirSync(at.path('some.ndjson.rejected.ndjson'));
  const { code, stderr } = await at.genjin(['import', 'some.ndjson']);
  expect(code).toBe(1);
  expect(stderr).toContain('"line":1');
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(await exported(at)).toHaveLength(1);
});

test('a backup that cannot be written says so and leaves nothing; it does not blame the store', async () => {
  const at = workplace();
  at.write('some.ndjson', line({ trail_id: 100, company_id: 1 }));
  await at.genjin(['import', 'some.ndjson']);
  const { code, stderr } = await at.genjin(['backup', 'no-such-folder/copy.sqlite']);
  expect(code).toBe(1);
  expect(stderr).toContain('could not be copied to no-such-folder/copy.sqlite');
  expect(stderr).not.toContain('restore');
});

test('a demo fill that was interrupted does not go on in a store that was restored meanwhile', async () => {
  const at = workplace();
  at.write('own.ndjson', line({ trail_id: 100, client_id: 7, company_id: 1 }));
  await at.genjin(['import', 'own.ndjson', '--data', 'own']);
  await at.genjin(['backup', 'own.sqlite', '--data', 'own']);
  mkdirSync(at.path('genjin-data'));
  writeFileSync(at.path('genjin-data/demo.json'), '{"endAt":1700000000000,"clientId":null}\n');
  expect((await at.genjin(['restore', 'own.sqlite'])).code).toBe(0);
  const server = await at.serve(['--demo']);
  expect(server.stdout()).not.toContain('client_secret');
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect((await exported(at)).map((one) => one['client_id'])).toEqual([7]);
});

test('an entry of the largest ids is not overwritten by one that is recorded here', async () => {
  const at = workplace();
  at.write(
    'some.ndjson',
    line({ trail_id: 8_999_999_999_999_999, company_id: 1 }) + line({ trail_id: 9_000_000_000_000_000, company_id: 1 }),
  );
  await at.genjin(['import', 'some.ndjson']);
  const { code, stderr } = await at.genjin(['app', 'create', '--tenant', '23412', '--name', 'x', '--scope', 'company']);
  expect(code).toBe(1);
  expect(stderr).toContain('no ids left');
  expect(await exported(at)).toHaveLength(2);
});

test("an opportunity's company does not depend on the order of the entries, and comes back from an export", async () => {
  const about = { opportunity_id: 33, opportunity_info: { opportunity_id: 33, name: 'deal' } };
  const earlier = line({ trail_id: 100, ...about, company_id: 10, create_time: '2024-01-01 00:00:00' });
  const later = line({ trail_id: 102, ...about, create_time: '2024-02-01 00:00:00' });
  for (const [name, files] of Object.entries({ both: [earlier + later], forth: [earlier, later], back: [later, earlier] })) {
    const at = workplace();
    for (const [i, content] of files.entries()) {
      at.write(`${i}.ndjson`, content);
      expect((await at.genjin(['import', `${i}.ndjson`])).code, name).toBe(0);
    }
    await at.genjin(['export', 'out.ndjson']);
    await at.genjin(['import', 'out.ndjson', '--data', 'copy']);
    for (const data of ['genjin-data', 'copy']) {
      const { DatabaseSync } = await import('node:sqlite');
      const db = new DatabaseSync(at.path(`${data}/genjin.sqlite`));
      expect(db.prepare('SELECT company_id FROM opportunity WHERE opportunity_id = 33').get(), `${name} ${data}`).toEqual({
        company_id: 10,
      });
      db.close();
    }
  }
});

test('entries too long to be follow-ups are rejected, and those around them taken', async () => {
  const at = workplace();
  const long = line({ trail_id: 102, company_id: 1, content: 'x'.repeat(1 << 20) });
  at.write('some.ndjson', line({ trail_id: 100, company_id: 1 }) + long + line({ trail_id: 104, company_id: 1 }));
  expect((await at.genjin(['import', 'some.ndjson'])).stdout).toContain('2 new, 0 changed, 0 unchanged, 1 rejected');
  expect((await exported(at)).map((one) => one['trail_id'])).toEqual([100, 104]);
});
