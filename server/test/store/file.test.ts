/** Files in the store: what `check` finds, what erasing leaves, and what is left of a process that was killed. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import type { IncomingFile } from '../../src/domain/file.ts';
import { FileTidying } from '../../src/domain/file-tidying.ts';
import type { StoredFile } from '../../src/domain/objects.ts';
import { checkStore } from '../../src/store/check.ts';
import { engineWorkplace } from '../support/cli.ts';
import { testTenant } from '../support/entries.ts';
import { boundary, formType, uploadPath } from '../support/form.ts';
import { engine } from '../support/place.ts';
import { pictureOf } from '../support/samples.ts';
import { openStore, type TestStore, testCaller } from './fixture.ts';

async function* incoming(files: Readonly<Record<string, Buffer>>): AsyncGenerator<IncomingFile> {
  for (const [name, bytes] of Object.entries(files)) yield { name, bytes: piecesOf(bytes) };
}

/** As the network brings it: in pieces of any size. */
async function* piecesOf(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 70_000) yield bytes.subarray(at, at + size);
}

const keep = async (store: TestStore, files: Readonly<Record<string, Buffer>>): Promise<StoredFile[]> => {
  await store.core.tenants.create({ tenantId: testTenant, name: 'test', createdAt: 0 });
  return store.core.files.upload(testCaller, incoming(files));
};

const findings = async (store: TestStore): Promise<string[]> =>
  (await checkStore(store.core.db, () => [])).findings.map(({ what }) => what);

const bytes = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * 31) % 256));

test('check holds the bytes against their digest', async () => {
  const store = await openStore();
  const [long, picture] = await keep(store, { 'long.bin': bytes, 'picture.png': await pictureOf('png', 400, 300) });
  const [id, small] = [long?.fileId, picture?.fileId];
  expect(await findings(store)).toEqual([]);
  const spoilt: [sql: string, found: string[]][] = [
    [`UPDATE file_part SET part = 7 WHERE file_id = ${id} AND part = 2`, [`file ${id} has 524288 bytes, not 600000`]],
    [`UPDATE file_part SET part = 2 WHERE file_id = ${id} AND part = 7`, []],
    [`UPDATE file_part SET part = part + 10 WHERE file_id = ${small}`, [`file ${small} has 0 bytes, not ${picture?.size}`]],
    [`UPDATE file_part SET part = part - 10 WHERE file_id = ${small}`, []],
    [
      `UPDATE file_thumbnail SET digest = 'x' WHERE file_id = ${small}`,
      [`file ${small} has a small picture with other bytes than its digest says`],
    ],
    [`DELETE FROM file_thumbnail WHERE file_id = ${small}`, [`file ${small} lacks its small picture`]],
  ];
  for (const [sql, found] of spoilt) {
    await store.place.exec(sql);
    expect(await findings(store), sql).toEqual(found);
  }
  await store.place.exec(
    `UPDATE file_part SET part = part + 20 WHERE file_id = ${id}; UPDATE file_part SET part = 22 - part WHERE file_id = ${id} AND part > 20`,
  );
  expect((await findings(store))[0]).toMatch(/^file \d+ has/);
  await store.place.exec(`UPDATE file_part SET file_id = 4711 WHERE file_id = ${small}`);
  expect(await findings(store)).toContain('file_part has rows of file 4711, which was not uploaded or was erased');
});

test('an erased file leaves neither name nor bytes nor digest, and the log holds', async () => {
  const store = await openStore();
  const [file] = await keep(store, { 'secret-name.png': await pictureOf('png', 200, 200) });
  const fileId = file?.fileId as number;
  expect(await store.core.erasures.eraseAs(testTenant, 'command:erase', 'file', fileId)).toBe(true);
  expect(await store.core.erasures.eraseAs(testTenant, 'command:erase', 'file', fileId)).toBe(false);
  await expect(store.core.files.get(testCaller, fileId)).rejects.toMatchObject({ errorName: 'not_found' });
  for (const table of ['file_part', 'file_thumbnail', 'upload']) expect(await store.rows(`SELECT * FROM ${table}`)).toEqual([]);
  const log = JSON.stringify([await store.rows('SELECT * FROM change'), await store.rows('SELECT * FROM file')]);
  expect(log).not.toContain('secret-name');
  expect(log).not.toContain(file?.digest);
  expect(await findings(store)).toEqual([]);
});

test('an upload that fails at any point leaves nothing', async () => {
  const store = await openStore();
  await keep(store, { 'first.txt': Buffer.from('first') });
  const parts = await store.rows('SELECT file_id FROM file_part');
  async function* breaking(at: number): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < at; i++) yield bytes.subarray(0, 100_000);
    throw new Error('broken off');
  }
  for (const at of [0, 1, 3, 9]) {
    const two = (async function* (): AsyncGenerator<IncomingFile> {
      yield { name: 'whole.txt', bytes: piecesOf(Buffer.from('whole')) };
      yield { name: 'broken.bin', bytes: breaking(at) };
    })();
    await expect(store.core.files.upload(testCaller, two)).rejects.toThrow('broken off');
    expect(await store.rows('SELECT file_id FROM file_part')).toEqual(parts);
    expect(await store.rows('SELECT file_id FROM upload WHERE whole = 0')).toEqual([]);
  }
  expect(await findings(store)).toEqual([]);
});

test('what a process that died was at is removed, and what another one is at is not', async () => {
  const store = await openStore();
  await keep(store, { 'first.txt': Buffer.from('first') });
  const begin = (): Promise<number> =>
    store.core.objects.change(testTenant, 'app:test', async (edit) => {
      const id = edit.newIds(1);
      await edit.beginUpload(id, store.clock.at);
      return id;
    });
  const dead = await begin();
  await store.core.db.write(testTenant, (tx) =>
    tx.run('INSERT INTO file_part (tenant_id, file_id, part, bytes) VALUES (?, ?, 0, ?)', [testTenant, dead, bytes]),
  );
  expect(await findings(store)).toEqual([]);
  store.clock.advance(2 * 3_600_000);
  const alive = await begin();
  expect(await store.core.files.tidy(testTenant, { begunBefore: store.clock.at - 3_600_000, unusedSince: 0 })).toBe(1);
  expect((await store.rows('SELECT file_id FROM upload WHERE whole = 0')).map((row) => Number(row['file_id']))).toEqual([alive]);
  expect(await store.rows('SELECT file_id FROM file_part WHERE file_id = ?', dead)).toEqual([]);
  expect(await findings(store)).toEqual([]);
});

test('kill -9 in the midst of an upload', { timeout: 300_000 }, async () => {
  const at = await engineWorkplace();
  const credentials = await at.application(testTenant);
  for (const sent of [1_000, 900_000]) {
    const server = await at.serve(['--log-level', 'silent']);
    const token = await server.token(credentials);
    const outgoing = request({
      ...{ host: '127.0.0.1', port: server.port, path: uploadPath, method: 'POST', agent: new Agent({ keepAlive: false }) },
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': formType, 'Content-Length': 2_000_000 },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="half.bin"\r\n\r\n`);
    await new Promise((written) => outgoing.write(Buffer.alloc(sent, 'x'), written));
    await sleep(300);
    await server.end('SIGKILL');
    outgoing.destroy();
  }
  // The bytes of an upload that nobody goes on with are no damage.
  expect(await at.genjin(['check'])).toMatchObject({ code: 0, stderr: '' });
  const server = await at.serve(['--log-level', 'silent']);
  await sleep(500);
  await server.end('SIGTERM');
  const core = await openCore(at.place, { make: false, clock: () => Date.now() + 2 * 3_600_000 });
  onTestFinished(() => core.close());
  const left = (): Promise<unknown> =>
    core.db.read(testTenant, async (tx) => [
      await tx.all('SELECT file_id FROM upload WHERE tenant_id = ?', [testTenant]),
      await tx.all('SELECT file_id FROM file_part WHERE tenant_id = ?', [testTenant]),
    ]);
  // A folder has one server, and it knows at once that nobody is at them; of a database another one may be.
  if (engine === 'postgres') await new FileTidying({ ...core, alone: null, failed: (error) => expect(error).toBeNull() }).tidy();
  expect(await left()).toEqual([[], []]);
  expect(await at.genjin(['check'])).toMatchObject({ code: 0, stderr: '' });
});
