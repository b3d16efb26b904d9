/** POST /v1/file/upload, GET /v1/file/info, GET /v1/file/download and GET /v1/file/thumbnail: files of entries. */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import { formOf, formType, type Part, postForm, type Uploaded, upload, uploadPath } from '../support/form.ts';
import type { Answer } from '../support/http.ts';
import { documents, html, pictureOf, sounds, svg, turned, videos } from '../support/samples.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());

let token = '';
let others = '';
beforeAll(async () => {
  await server.import([entry({ trail_id: 100, company_id: 9, create_time: '2024-01-01 00:00:00' })]);
  token = await server.tokenOf();
  others = await server.tokenOf(testTenant + 1);
});

const one = async (part: Part): Promise<Uploaded> => (await upload(server, token, part))[0] as Uploaded;
const download = (fileId: number, headers = {}, query = ''): Promise<Answer> =>
  server.get(token, `/v1/file/download?file_id=${fileId}${query}`, headers);
const thumbnail = (fileId: number, headers = {}): Promise<Answer> =>
  server.get(token, `/v1/file/thumbnail?file_id=${fileId}`, headers);

describe('an upload', () => {
  it('comes back byte for byte, whatever its size', async () => {
    const part = 256 * 1024;
    for (const size of [1, part - 1, part, part + 1, 3 * part + 17]) {
      const bytes = randomBytes(size);
      const file = await one({ filename: 'any.bin', bytes });
      expect(file).toMatchObject({ file_name: 'any.bin', file_size: size, thumbnail: false, width: 0 });
      const answer = await download(file.file_id);
      expect(answer.status).toBe(200);
      expect(answer.body.equals(bytes)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-length': String(size),
        'content-type': 'application/octet-stream',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'private, no-cache',
      });
    }
  });

  it('of several files answers them in their order', async () => {
    const names = ['a.txt', 'b.txt', 'c.txt'];
    const files = await upload(server, token, ...names.map((filename) => ({ filename, bytes: `text of ${filename}` })));
    expect(files.map(({ file_name }) => file_name)).toEqual(names);
    expect((await download(files[1]?.file_id ?? 0)).text).toBe('text of b.txt');
  });

  it('under a key is kept once, as long as it is the same', async () => {
    const parts = [{ filename: 'offer.txt', bytes: 'offer' }];
    const headers = { 'Idempotency-Key': 'upload-1' };
    const first = (await postForm(server, token, parts, headers)).json<{ data: { list: Uploaded[] } }>().data.list;
    const again = (await postForm(server, token, parts, headers)).json<{ data: { list: Uploaded[] } }>().data.list;
    expect(again).toEqual(first);
    expect((await postForm(server, token, [{ filename: 'offer.txt', bytes: 'other' }], headers)).json()).toMatchObject({
      code: 409,
    });
    const rows = await server.place.rows("SELECT COUNT(*) AS n FROM file WHERE name = 'offer.txt'");
    expect(Number(rows[0]?.['n'])).toBe(1);
    const parted = await server.place.rows('SELECT COUNT(*) AS n FROM upload WHERE whole = 0');
    expect(Number(parted[0]?.['n'])).toBe(0);
  });

  it('is for an entry, which tells where it is', async () => {
    const file = await one({ filename: '样品.png', bytes: await pictureOf('png', 40, 30) });
    const pushed = await server.post(token, pushPath, { company_id: 9, content: 'with a file', file_ids: [file.file_id] });
    expect(pushed.json()).toMatchObject({ code: 200 });
    const listed = await server.get(token, `${listPath}?company_id=9&count=1`);
    expect(listed.json<{ data: { list: { file_info: unknown }[] } }>().data.list[0]?.file_info).toEqual([
      {
        file_id: file.file_id,
        file_name: '样品.png',
        file_size: file.file_size,
        file_path: `/v1/file/download?file_id=${file.file_id}`,
        file_preview_url: `/v1/file/thumbnail?file_id=${file.file_id}`,
      },
    ]);
    const unknown = await server.post(token, pushPath, { company_id: 9, content: 'x', file_ids: [file.file_id + 1000] });
    expect(unknown.json()).toMatchObject({ code: 404 });
  });

  it('is in the feed with its digest', async () => {
    const file = await one({ filename: 'fed.txt', bytes: 'abc' });
    const feed = await server.get(token, '/v1/dynamic/trail/changes?after=0&kind=file&count=1000');
    const changes = feed.json<{ data: { list: { id: number; object: object }[] } }>().data.list;
    expect(JSON.stringify(changes.find((change) => JSON.stringify(change).includes(String(file.file_id))))).toContain(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });
});

describe('what a file is', () => {
  const named = (type: string): string => `x.${type.split('/')[1]}`;
  it.each([...Object.entries(sounds), ...Object.entries(videos)])(
    '%s is shown inline, and played from any place',
    async (type, bytes) => {
      const file = await one({ filename: named(type), bytes, type: 'text/html' });
      expect(file.file_type).toBe(type);
      const shown = await download(file.file_id, {}, '&inline=1');
      expect(shown.headers).toMatchObject({ 'content-type': type, 'accept-ranges': 'bytes' });
      expect(shown.headers['content-disposition']).toMatch(/^inline;/);
      const saved = await download(file.file_id);
      expect(saved.headers['content-disposition']).toMatch(/^attachment;/);
    },
  );

  it.each(['png', 'jpeg', 'gif', 'webp', 'avif'] as const)(
    'a picture, %s, has its size and a small one of it',
    async (format) => {
      const file = await one({ filename: `x.${format}`, bytes: await pictureOf(format, 800, 500) });
      expect(file).toMatchObject({ file_type: `image/${format}`, width: 800, height: 500, thumbnail: true });
      const small = await thumbnail(file.file_id);
      expect(small.headers).toMatchObject({
        'content-type': 'image/webp',
        'content-security-policy': "default-src 'none'; sandbox",
      });
      expect(await sharp(small.body).metadata()).toMatchObject({ format: 'webp', width: 320, height: 200 });
      expect((await thumbnail(file.file_id, { 'If-None-Match': String(small.headers['etag']) })).status).toBe(304);
      const shown = await download(file.file_id, {}, '&inline=1');
      expect(shown.headers['content-disposition']).toMatch(/^inline;/);
    },
  );

  it('a photograph is turned as it is looked at, and tells nothing of where it was taken', async () => {
    const file = await one({ filename: 'IMG_1.jpg', bytes: await turned(600, 400) });
    expect(file).toMatchObject({ width: 400, height: 600, thumbnail: true });
    const metadata = await sharp((await thumbnail(file.file_id)).body).metadata();
    expect(metadata).toMatchObject({ width: 213, height: 320 });
    expect(metadata.exif).toBeUndefined();
  });

  it.each<[what: string, bytes: Buffer | string, type: string]>([
    ['a PDF', documents['application/pdf'] as Buffer, 'application/pdf'],
    ['a text', documents['text/plain'] as Buffer, 'text/plain'],
    ['SVG', svg, 'text/plain'],
    ['SVG with a declaration', `<?xml version="1.0"?>${svg}`, 'application/xml'],
    ['HTML', html, 'text/plain'],
    ['bytes', Buffer.from([1, 2, 3, 250, 251]), 'application/octet-stream'],
  ])('%s is never shown inline', async (_what, bytes, type) => {
    const file = await one({ filename: 'x.png', bytes, type: 'image/png' });
    expect(file).toMatchObject({ file_type: type, thumbnail: false });
    const answer = await download(file.file_id, {}, '&inline=1');
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.headers['content-disposition']).toMatch(/^attachment;/);
    expect((await thumbnail(file.file_id)).json()).toMatchObject({ code: 404 });
  });

  it('HTML that begins as a picture is a picture that nobody can read, and no HTML', async () => {
    const file = await one({ filename: 'x.html', bytes: `GIF89a/*${html}*/`, type: 'text/html' });
    expect(file).toMatchObject({ file_type: 'image/gif', thumbnail: false, width: 0 });
    const answer = await download(file.file_id, {}, '&inline=1');
    expect(answer.headers).toMatchObject({ 'content-type': 'image/gif', 'x-content-type-options': 'nosniff' });
  });

  it('info answers what is known of files, imported ones too, in the order of the ids', async () => {
    const file = await one({ filename: 'known.txt', bytes: 'abc' });
    await server.import([
      entry({
        trail_id: 101,
        company_id: 9,
        file_ids: [77],
        file_info: [
          { file_id: 77, file_name: 'far.pdf', file_size: 5, file_path: 'https://files.example.com/77', file_preview_url: '' },
        ],
      }),
    ]);
    const answer = await server.get(token, `/v1/file/info?file_ids=77,4711,${file.file_id}`);
    expect(answer.json().data).toEqual({
      list: [{ file_id: 77, file_name: 'far.pdf', file_size: 5, file_type: '', width: 0, height: 0, thumbnail: false }, file],
    });
    expect((await download(77)).json()).toMatchObject({ code: 404 });
  });
});

describe('a range', () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
  let fileId = 0;
  let tag = '';
  beforeAll(async () => {
    fileId = (await one({ filename: 'long.bin', bytes })).file_id;
    tag = String((await download(fileId)).headers['etag']);
  });

  it.each<[range: string, from: number, to: number]>([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=262143-262144', 262_143, 262_145],
    ['bytes=299999-', 299_999, 300_000],
    ['bytes=-5', 299_995, 300_000],
    ['bytes=-999999', 0, 300_000],
    ['bytes=0-999999999', 0, 300_000],
  ])('%s', async (range, from, to) => {
    const answer = await download(fileId, { Range: range, 'Accept-Encoding': 'gzip' });
    expect(answer.status).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes ${from}-${to - 1}/300000`);
    expect(answer.headers['content-length']).toBe(String(to - from));
    expect(answer.body.equals(bytes.subarray(from, to))).toBe(true);
  });

  it.each(['bytes=300000-', 'bytes=-0', 'bytes=999999999-'])('%s: there is nothing of it', async (range) => {
    const answer = await download(fileId, { Range: range });
    expect({ status: answer.status, range: answer.headers['content-range'], length: answer.body.length }).toEqual({
      status: 416,
      range: 'bytes */300000',
      length: 0,
    });
  });

  it.each(['bytes=5-1', 'bytes=-', 'bytes=a-b', 'bytes=0-1,5-6', 'lines=0-1', ''])('%j: all of them', async (range) => {
    const answer = await download(fileId, { Range: range, 'Accept-Encoding': 'br, gzip' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.body.equals(bytes)).toBe(true);
  });

  it('only of the bytes that are meant', async () => {
    expect((await download(fileId, { Range: 'bytes=0-9', 'If-Range': tag })).status).toBe(206);
    expect((await download(fileId, { Range: 'bytes=0-9', 'If-Range': '"other"' })).status).toBe(200);
    const same = await download(fileId, { 'If-None-Match': tag });
    expect({ status: same.status, length: same.body.length, tag: same.headers['etag'] }).toEqual({ status: 304, length: 0, tag });
  });
});

describe('a name', () => {
  it.each<[given: string, kept: string, header: string]>([
    ['报价单.pdf', '报价单.pdf', `attachment; filename="___.pdf"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%E5%8D%95.pdf`],
    ['a%22b.txt', 'a"b.txt', `attachment; filename="a_b.txt"; filename*=UTF-8''a%22b.txt`],
    ["it's (1)*.txt", "it's (1)*.txt", `attachment; filename="it's (1)*.txt"; filename*=UTF-8''it%27s%20%281%29%2A.txt`],
    ['👍🏽.txt', '👍🏽.txt', `attachment; filename="____.txt"; filename*=UTF-8''%F0%9F%91%8D%F0%9F%8F%BD.txt`],
    ['100%.txt', '100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    ['../../etc/passwd', '../../etc/passwd', `attachment; filename="../../etc/passwd"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`],
    ['x'.repeat(255), 'x'.repeat(255), `attachment; filename="${'x'.repeat(255)}"; filename*=UTF-8''${'x'.repeat(255)}`],
  ])('%j is kept as it is given', async (given, kept, header) => {
    const file = await one({ filename: given, bytes: 'x' });
    expect(file.file_name).toBe(kept);
    expect((await download(file.file_id)).headers['content-disposition']).toBe(header);
  });

  it.each<[what: string, given: string]>([
    ['with a line end', 'a%0D%0ASet-Cookie: x=1.txt'],
    ['with a tab', 'a\tb.txt'],
    ['with NUL', 'a\0b.txt'],
    ['that turns the writing', 'a\u202Egnp.exe'],
    ['of nothing', ''],
    ['of blanks', '  '],
    ['of 256 characters', 'x'.repeat(256)],
    ['of 10,000 characters', '名'.repeat(10_000)],
  ])('%s is refused', async (_what, filename) => {
    const answer = await postForm(server, token, [{ filename, bytes: 'x' }]);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json<{ code: number }>().code).not.toBe(200);
    expect(Number((await server.place.rows('SELECT COUNT(*) AS n FROM upload WHERE whole = 0'))[0]?.['n'])).toBe(0);
  });
});

describe('other enterprises and strangers', () => {
  it('see nothing of it', async () => {
    const { file_id } = await one({ filename: 'mine.png', bytes: await pictureOf('png', 20, 20) });
    for (const path of [`/v1/file/download?file_id=${file_id}`, `/v1/file/thumbnail?file_id=${file_id}`]) {
      expect((await server.get(others, path)).json()).toMatchObject({ code: 404 });
      expect((await server.send(path)).status).toBe(401);
    }
    expect((await server.get(others, `/v1/file/info?file_ids=${file_id}`)).json().data).toEqual({ list: [] });
    expect((await server.post(others, pushPath, { lead_id: 1, content: 'x', file_ids: [file_id] })).json()).toMatchObject({
      code: 404,
    });
    const body = formOf([{ filename: 'a', bytes: 'a' }]);
    expect((await server.send(uploadPath, { method: 'POST', headers: { 'Content-Type': formType }, body })).status).toBe(401);
  });

  it.each(['', '?file_id=', '?file_id=x'])('download%s names what is wrong', async (query) => {
    expect((await server.get(token, `/v1/file/download${query}`)).json()).toMatchObject({ code: 400, data: [] });
  });
});

describe('what nobody uses', () => {
  it('is removed after seven days; what an entry has or had stays', async () => {
    const own = await startServer({ now: '2024-11-04 10:00:00' });
    try {
      await own.import([entry({ trail_id: 100, company_id: 9, create_time: '2024-01-01 00:00:00' })]);
      const application = await own.application();
      const key = await own.token(application);
      const headers = { 'Idempotency-Key': 'k' };
      const parts = [{ filename: 'unused.txt', bytes: 'unused' }];
      const [used] = await upload(own, key, { filename: 'used.txt', bytes: 'used' });
      const unused = (await postForm(own, key, parts, headers)).json<{ data: { list: Uploaded[] } }>().data.list[0];
      await own.post(key, pushPath, { company_id: 9, content: 'x', file_ids: [used?.file_id] });
      const tidy = (): Promise<number> =>
        own.core.files.tidy(testTenant, { begunBefore: 0, unusedSince: own.clock.at - 7 * 24 * 3_600_000 });
      expect(await tidy()).toBe(0);
      own.clock.advance(8 * 24 * 3_600_000);
      const later = await own.token(application);
      expect(await tidy()).toBe(1);
      expect((await own.get(later, `/v1/file/download?file_id=${used?.file_id}`)).text).toBe('used');
      expect((await own.get(later, `/v1/file/download?file_id=${unused?.file_id}`)).json()).toMatchObject({ code: 404 });
      const pushed = await own.post(later, pushPath, { company_id: 9, content: 'x', file_ids: [unused?.file_id] });
      expect(pushed.json()).toMatchObject({ code: 404 });
      expect(await tidy()).toBe(0);
      // Whoever had to wait so long, and sends it again under its key, has it again.
      const again = (await postForm(own, later, parts, headers)).json<{ data: { list: Uploaded[] } }>().data.list[0];
      expect(again?.file_id).not.toBe(unused?.file_id);
      const late = await own.post(later, pushPath, { company_id: 9, content: 'x', file_ids: [again?.file_id] });
      expect(late.json()).toMatchObject({ code: 200 });
    } finally {
      await own.close();
    }
  });
});
