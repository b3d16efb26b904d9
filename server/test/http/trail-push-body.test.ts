/** The body of a push: what is taken, what is refused, and whose is not looked at. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../support/entries.ts';
import { type Ask, sendRaw } from '../support/http.ts';
import { expectRefusal, newestOf, type Refused, recorded } from '../support/push.ts';
import { pushPath, startServer } from '../support/server.ts';

const mebibyte = 1024 * 1024;
const emptyBody = { code: 400, message: 'Empty POST request body data' };
const invalidJson = { code: 400, message: 'Invalid data json' };

const server = await startServer();
afterAll(() => server.close());
await server.import([entry({ company_id: 100, create_time: '2024-01-01 00:00:00' })]);
const token = await server.tokenOf();

// Every new entry is the newest.
beforeEach(() => server.clock.advance(1000));

describe('the body', () => {
  const json = { 'Content-Type': 'application/json' };
  const typed = (type: string) => ({ 'Content-Type': type });
  const good = '{"company_id":100,"content":"x"}';

  it.each([
    { name: 'JSON', headers: json, body: good },
    { name: 'JSON in another case, with a charset', headers: typed('Application/JSON; charset=UTF-8'), body: good },
    { name: 'JSON with blanks around', headers: json, body: `\r\n ${good} \n` },
    { name: 'a form', headers: typed('application/x-www-form-urlencoded'), body: 'company_id=100&content=x&lead_id=' },
    { name: 'JSON, compressed', headers: { ...json, 'Content-Encoding': 'gzip' }, body: gzipSync(good) },
    { name: 'as large as may be', headers: json, body: `${good}${' '.repeat(mebibyte - good.length)}` },
  ])('taken: $name', async ({ headers, body }) => {
    const id = recorded(await server.post(token, pushPath, body, headers));
    expect((await newestOf(server, token)).entry).toMatchObject({ trail_id: id, company_id: 100, content: 'x' });
  });

  it.each<Refused>([
    { name: 'none', body: undefined, ...emptyBody },
    { name: 'an empty one', body: '', ...emptyBody },
    { name: 'an object without fields', body: {}, ...emptyBody },
    { name: 'null', body: 'null', ...emptyBody },
    { name: 'an empty form', body: '', headers: typed('application/x-www-form-urlencoded'), ...emptyBody },
    { name: 'not JSON', body: 'company_id=100', ...invalidJson },
    { name: 'half of a JSON', body: '{"company_id":100,', ...invalidJson },
    { name: 'a JSON list', body: `[${good}]`, ...invalidJson },
    { name: 'a JSON text', body: '"text"', ...invalidJson },
    { name: 'a JSON number', body: '5', ...invalidJson },
    { name: 'true', body: 'true', ...invalidJson },
    { name: 'a name that would change every object', body: `{"__proto__":{"content":"x"},"company_id":100}`, ...invalidJson },
    {
      name: 'bytes that are no UTF-8: they could not be kept as they came',
      body: Buffer.concat([Buffer.from('{"company_id":100,"content":"a'), Buffer.from([0xff]), Buffer.from('"}')]),
      ...invalidJson,
    },
    {
      name: 'bytes that are no UTF-8, in a form',
      headers: typed('application/x-www-form-urlencoded'),
      body: Buffer.concat([Buffer.from('company_id=100&content=a'), Buffer.from([0xff])]),
      code: 400,
    },
    {
      name: 'an id nested a hundred thousand lists deep',
      body: `{"content":"x","company_id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      code: 400,
      words: ['company_id: '],
    },
    ...['gzip', 'deflate', 'br', 'zstd'].map((encoding) => ({
      name: `said to be compressed with ${encoding}, and not so`,
      headers: { ...json, 'Content-Encoding': encoding },
      body: good,
      code: 400,
      words: ['Invalid data json'],
    })),
  ])('refused: $name', (row) => expectRefusal(server, token, row));

  const statuses: { name: string; headers: Ask['headers']; body: string | Buffer; status: number; words: string[] }[] = [
    { name: 'no content type', headers: {}, body: good, status: 415, words: ['JSON or a form'] },
    { name: 'plain text', headers: typed('text/plain'), body: good, status: 415, words: ['text/plain'] },
    { name: 'XML', headers: typed('application/xml'), body: '<a/>', status: 415, words: ['application/xml'] },
    {
      name: 'a file upload',
      headers: typed('multipart/form-data; boundary=x'),
      body: '--x--',
      status: 415,
      words: ['multipart'],
    },
    { name: 'one byte too many', headers: json, body: ' '.repeat(mebibyte + 1), status: 413, words: ['1048576 bytes'] },
    {
      name: 'a form that is too large',
      headers: typed('application/x-www-form-urlencoded'),
      body: `content=${'x'.repeat(mebibyte)}`,
      status: 413,
      words: ['1048576 bytes'],
    },
    {
      name: 'small, but too large when unpacked',
      headers: { ...json, 'Content-Encoding': 'gzip' },
      body: gzipSync(' '.repeat(20 * mebibyte)),
      status: 413,
      words: ['1048576 bytes'],
    },
    {
      name: 'compressed in a way that nobody knows',
      headers: { ...json, 'Content-Encoding': 'zip' },
      body: good,
      status: 415,
      words: [],
    },
  ];
  it.each(statuses)('answered with a status: $name', async ({ headers, body, status, words }) => {
    const before = (await newestOf(server, token)).total;
    const answer = await server.send(pushPath, { method: 'POST', headers: { Authorization: token, ...headers }, body });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ code: status, data: [] });
    for (const word of words) expect(answer.json().message).toContain(word);
    expect((await newestOf(server, token)).total).toBe(before);
  });

  it('too large without a length said before: 413', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const head = `POST ${pushPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\n`;
    // Nothing follows the byte that is too many, so that the answer cannot cross it.
    const answer = await sendRaw(server.port, [
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...Array(16).fill(chunk),
      '1\r\n \r\n',
    ]);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('"code":413');
  });
});

describe('what a stranger sends is not looked at', () => {
  const wrong = { Authorization: 'Bearer 23412.nonsense', 'Content-Type': 'application/json' };
  const rows: { name: string; headers: Ask['headers']; body: string }[] = [
    { name: 'a good body', headers: wrong, body: '{"company_id":100,"content":"x"}' },
    { name: 'no JSON', headers: wrong, body: '{' },
    { name: 'too large a body', headers: wrong, body: ' '.repeat(mebibyte + 1) },
    { name: 'another content type', headers: { ...wrong, 'Content-Type': 'text/plain' }, body: 'x' },
    { name: 'no token', headers: { 'Content-Type': 'application/json' }, body: '{' },
  ];
  it.each(rows)('401 first: $name', async ({ headers, body }) => {
    const answer = await server.send(pushPath, { method: 'POST', headers: headers ?? {}, body });
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 401, error: 'access_denied' });
  });

  it('401 before any of the body has come', async () => {
    const head = `POST ${pushPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const answer = await sendRaw(server.port, `${head}Content-Length: 10000000\r\n\r\n`);
    expect(answer.status).toBe(401);
  });
});
