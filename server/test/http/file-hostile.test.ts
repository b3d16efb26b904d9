/** POST /v1/file/upload under attack: whatever comes, nothing of it stays but whole files, and the server goes on. */
import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/store/check.ts';
import { boundary, formOf, formType, type Part, postForm, upload, uploadPath } from '../support/form.ts';
import { type Answer, inside } from '../support/http.ts';
import { pictureOf } from '../support/samples.ts';
import { startServer } from '../support/server.ts';
import { announceSeed, soak } from '../support/soak.ts';

const megabyte = 1_000_000;
const server = await startServer({ maxFileMb: 1 });
afterAll(() => server.close());

let token = '';
beforeAll(async () => {
  token = await server.tokenOf();
});

const raw = (body: Buffer | string, type: string = formType): Promise<Answer> =>
  server.post(token, uploadPath, Buffer.from(body), { 'Content-Type': type });

const count = async (table: string): Promise<number> =>
  Number((await server.place.rows(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n']);

/** Nothing of a refused upload is left, and nothing is wrong. */
async function clean(): Promise<void> {
  // Of a connection that broke off, the server hears a little later.
  for (let i = 0; i < 200 && Number((await unfinished())[0]?.['n']) > 0; i++) await sleep(10);
  expect(Number((await unfinished())[0]?.['n'])).toBe(0);
  expect((await checkStore(server.core.db, () => [])).findings).toEqual([]);
}
const unfinished = () => server.place.rows('SELECT COUNT(*) AS n FROM upload WHERE whole = 0');

afterEach(clean);

describe('a form that', () => {
  const whole = formOf([{ filename: 'a.txt', bytes: 'a'.repeat(600_000) }]);
  it.each<[what: string, body: Buffer | string, type: string | undefined]>([
    ['is empty', '', undefined],
    ['has another boundary', whole, 'multipart/form-data; boundary=other'],
    ['says no boundary', whole, 'multipart/form-data'],
    ['says a boundary without end', whole, `multipart/form-data; boundary=${'b'.repeat(5000)}`],
    ['is cut in its first header', whole.subarray(0, 30), undefined],
    ['is cut in a file', whole.subarray(0, 400_000), undefined],
    ['is cut before its end', whole.subarray(0, whole.length - 5), undefined],
    ['has no part', `--${boundary}--\r\n`, undefined],
    ['is JSON', '{"file":"a"}', 'application/json'],
    ['is JSON that says it is a form', '{"file":"a"}', undefined],
    ['is a form without files', 'file=a', 'application/x-www-form-urlencoded'],
    ['has a field without a name', formOf([{ bytes: 'a' }]), undefined],
    ['has a file in another field', formOf([{ filename: 'a', bytes: 'a', field: 'files' }]), undefined],
    ['has a field of the prototype', formOf([{ filename: 'a', bytes: 'a', field: '__proto__' }]), undefined],
    ['has a file of no bytes', formOf([{ filename: 'a', bytes: '' }]), undefined],
    [
      'has a whole file and one of no bytes',
      formOf([
        { filename: 'a', bytes: 'a' },
        { filename: 'b', bytes: '' },
      ]),
      undefined,
    ],
    ['has headers without end', `--${boundary}\r\n${'X: y\r\n'.repeat(50_000)}`, undefined],
    ['has parts within parts', formOf([{ filename: 'a', bytes: formOf([{ filename: 'b', bytes: 'b' }]) }]), undefined],
  ])('%s is refused, in words', async (_what, body, type) => {
    const before = await count('file_part');
    const answer = await raw(body, type);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json<{ code: number }>().code).not.toBe(200);
    expect(answer.json<{ message: string }>().message).not.toMatch(inside);
    await clean();
    expect(await count('file_part')).toBe(before);
  });

  it('is larger than it may be is refused, and the client hears it', async () => {
    const file = (size: number): Part => ({ filename: 'large.bin', bytes: randomBytes(size) });
    expect((await postForm(server, token, [file(megabyte)])).json()).toMatchObject({ code: 200 });
    for (const size of [megabyte + 1, 3 * megabyte]) {
      const answer = await postForm(server, token, [{ filename: 'small', bytes: 'x' }, file(size)]);
      expect({ status: answer.status, body: answer.json() }).toMatchObject({
        status: 413,
        body: { code: 413, message: 'the file large.bin is larger than 1000000 bytes' },
      });
    }
    const long = await server
      .send(uploadPath, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': formType, 'Content-Length': 100 * megabyte },
        body: formOf([]),
      })
      .catch((error: unknown) => error);
    expect(long).toMatchObject({ status: 413 });
  });

  it('has more files than it may have is refused', async () => {
    const files = (many: number): Part[] => Array.from({ length: many }, (_, i) => ({ filename: `${i}.txt`, bytes: `${i}` }));
    expect(await upload(server, token, ...files(20))).toHaveLength(20);
    for (const many of [21, 22, 200])
      expect((await postForm(server, token, files(many))).json()).toMatchObject({
        code: 400,
        message: expect.stringContaining('1 to 20'),
      });
  });

  it('breaks off with its connection leaves nothing', async () => {
    const before = await count('file_part');
    const head =
      `POST ${uploadPath} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${formType}\r\n` +
      `Content-Length: ${whole.length}\r\n\r\n`;
    for (const at of [10, 100, 300_000, 550_000, whole.length - 1]) {
      const socket = connect(server.port, '127.0.0.1');
      await new Promise((ready) => socket.once('connect', ready));
      await new Promise((written) => socket.write(Buffer.concat([Buffer.from(head), whole.subarray(0, at)]), written));
      await sleep(50);
      socket.destroy();
    }
    await clean();
    expect(await count('file_part')).toBe(before);
  });
});

/** A PNG that says it has so many pixels, and a few bytes for them. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(Math.min(50_000_000, height * (width + 1))), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe('a picture that', () => {
  it.each<[what: string, bytes: () => Promise<Buffer>]>([
    ['would fill the memory', async () => bomb(30_000, 30_000)],
    ['has no end of pixels', async () => bomb(2 ** 31 - 1, 2 ** 31 - 1)],
    ['is cut', async () => (await pictureOf('jpeg', 500, 500)).subarray(0, 700)],
    ['is the start of one', async () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
    [
      'is noise behind a header',
      async () => Buffer.concat([(await pictureOf('webp', 50, 50)).subarray(0, 20), randomBytes(5000)]),
    ],
  ])('%s is kept without a small one', async (_what, bytes) => {
    const [file] = await upload(server, token, { filename: 'x.png', bytes: await bytes() });
    expect(file).toMatchObject({ thumbnail: false, width: 0 });
    // And those that come after it have theirs.
    const [next] = await upload(server, token, { filename: 'y.png', bytes: await pictureOf('png', 30, 30) });
    expect(next).toMatchObject({ thumbnail: true });
  });
});

it('many at once all come back as they were', async () => {
  const sent = Array.from({ length: 12 }, (_, i) => randomBytes(1000 + 60_000 * i));
  const files = await Promise.all(sent.map((bytes, i) => upload(server, token, { filename: `${i}.bin`, bytes })));
  const back = await Promise.all(files.map(([file]) => server.get(token, `/v1/file/download?file_id=${file?.file_id}`)));
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(back.map(({ body }) => hash(body))).toEqual(sent.map(hash));
});

it('bytes at random, cut and changed at random', { timeout: 300_000 }, async () => {
  const seed = announceSeed('hostile forms');
  const form = formOf([
    { filename: 'a.png', bytes: await pictureOf('png', 10, 10) },
    { filename: 'b.txt', bytes: 'b'.repeat(100) },
  ]);
  const change = fc.record({ at: fc.nat(form.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 5 }), fc.nat(form.length), async (changes, end) => {
      const body = Buffer.from(form);
      for (const { at, byte } of changes) body[at] = byte;
      const answer = await raw(body.subarray(0, end));
      expect(answer.status).toBeLessThan(500);
      const { code, data } = answer.json<{ code: number; data: { list: { file_id: number; file_size: number }[] } }>();
      // What was accepted is there in full.
      for (const file of code === 200 ? data.list : []) {
        const back = await server.get(token, `/v1/file/download?file_id=${file.file_id}`);
        expect(back.body.length).toBe(file.file_size);
      }
    }),
    { seed, numRuns: soak(1000) },
  );
});
