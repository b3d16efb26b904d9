/** A request sent again under its idempotency key: recorded once, answered alike, whoever sends it and however often. */
import { afterAll, describe, expect, it } from 'vitest';
import { openCore } from '../../src/app.ts';
import { openStore, recordAbout, testCaller } from '../store/fixture.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { addPerson, signIn } from '../support/people.ts';
import { newestOf, recorded } from '../support/push.ts';
import { pushPath, startServer } from '../support/server.ts';

const otherTenant = 777;
const batchPath = `${pushPath}/batch`;
const server = await startServer();
afterAll(() => server.close());
await server.import([
  entry({ company_id: 100, customer_id: [7], create_time: '2024-01-01 00:00:00' }),
  entry({ client_id: otherTenant, company_id: 100, create_time: '2024-01-01 00:00:00' }),
]);
const token = await server.tokenOf();
const good = { company_id: 100, content: 'x' };

let keys = 0;
const newKey = (): string => `key-${++keys}`;
const push = (key: string | null, body: unknown = good, as = token, path = pushPath): Promise<Answer> =>
  server.post(as, path, body, key === null ? {} : { 'Idempotency-Key': key });
const totalOf = async (as = token): Promise<number> => (await newestOf(server, as)).total;
/** The bytes of the answer's data. */
const dataOf = (answer: Answer): string => answer.text.slice(answer.text.indexOf('"data":'));

describe('the same request', () => {
  const rows: { name: string; first: unknown; again: unknown }[] = [
    { name: 'word for word', first: good, again: good },
    { name: 'an id as text', first: good, again: { content: 'x', company_id: '100' } },
    { name: 'what is not given, said', first: good, again: { ...good, lead_id: '', customer_id: [0], create_time: null } },
    { name: 'a list as text', first: { ...good, customer_id: [7] }, again: { ...good, customer_id: '7,7' } },
    {
      name: 'a date and its first second',
      first: { ...good, create_time: '2024-02-01' },
      again: { ...good, create_time: '2024-02-01 00:00:00' },
    },
    { name: 'with a field that nobody reads', first: good, again: { ...good, trail_type: 103 } },
  ];
  it.each(rows)('$name: the first answer, and nothing new', async ({ first, again }) => {
    const key = newKey();
    const answer = await push(key, first);
    const before = await totalOf();
    // Also when the entry would now be another one.
    server.clock.advance(3600 * 1000);
    const second = await push(key, again);
    expect(recorded(second)).toBe(recorded(answer));
    expect(dataOf(second)).toBe(dataOf(answer));
    expect(await totalOf()).toBe(before);
  });

  it('as a form', async () => {
    const key = newKey();
    const id = recorded(await push(key));
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', 'Idempotency-Key': key };
    expect(recorded(await server.post(token, pushPath, 'company_id=100&content=x', headers))).toBe(id);
  });

  it('with its key in the field, or in both', async () => {
    const key = newKey();
    const answer = await push(null, { ...good, idempotency_key: key });
    expect(answer.headers['x-genjin-ignored']).toBeUndefined();
    const id = recorded(answer);
    expect(recorded(await push(key))).toBe(id);
    expect(recorded(await push(key, { ...good, idempotency_key: key }))).toBe(id);
  });

  it('a batch', async () => {
    const key = newKey();
    const list = [good, { ...good, content: 'y' }];
    const answer = await push(key, { list }, token, batchPath);
    const before = await totalOf();
    const again = await push(key, { list: list.map((record) => ({ ...record, company_id: '100' })) }, token, batchPath);
    expect(again.json().code).toBe(200);
    expect(dataOf(again)).toBe(dataOf(answer));
    expect(await totalOf()).toBe(before);
  });

  it('from another token of the same application', async () => {
    const application = await server.application();
    const key = newKey();
    const id = recorded(await push(key, good, await server.token(application)));
    expect(recorded(await push(key, good, await server.token(application)))).toBe(id);
  });

  it('without a key is two entries', async () => {
    expect(recorded(await push(null))).not.toBe(recorded(await push(null)));
    expect(recorded(await push('', { ...good, idempotency_key: '' }))).not.toBe(
      recorded(await push('', { ...good, idempotency_key: null })),
    );
  });
});

describe('another request under a key that is taken is 409', () => {
  const rows: { name: string; body: WireEntry; path?: string }[] = [
    { name: 'another content', body: { ...good, content: 'y' } },
    { name: 'a blank more in the content', body: { ...good, content: 'x ' } },
    { name: 'the type said', body: { ...good, remark_type: 101 } },
    { name: 'a contact', body: { ...good, customer_id: [7] } },
    { name: 'a time said', body: { ...good, create_time: '2024-02-01' } },
    { name: 'what would be 404', body: { ...good, company_id: 999 } },
    { name: 'the same in a batch', body: { list: [good] }, path: batchPath },
  ];
  it.each(rows)('$name', async ({ body, path }) => {
    const key = newKey();
    const id = recorded(await push(key));
    const before = await totalOf();
    const answer = await push(key, body, token, path);
    expect({ status: answer.status, ...answer.json() }).toMatchObject({ status: 200, code: 409, data: [] });
    expect(answer.json().message).toContain('idempotency key');
    expect(await totalOf()).toBe(before);
    // The key still stands for the first one.
    expect(recorded(await push(key))).toBe(id);
  });
});

describe('only what was recorded keeps its key', () => {
  it.each([
    { name: 'no content', body: { company_id: 100 }, code: -1 },
    { name: 'a company that is not there', body: { ...good, company_id: 999 }, code: 404 },
    { name: 'a bad id', body: { ...good, company_id: 'x' }, code: 400 },
    { name: 'the future', body: { ...good, create_time: '2999-01-01' }, code: 400 },
    { name: 'a batch with one bad record', body: { list: [good, { ...good, company_id: 999 }] }, code: 400, path: batchPath },
  ])('$name', async ({ body, code, path }) => {
    const key = newKey();
    expect((await push(key, body, token, path)).json().code).toBe(code);
    expect((await push(key, body, token, path)).json().code).toBe(code);
    const before = await totalOf();
    recorded(await push(key));
    expect(await totalOf()).toBe(before + 1);
  });
});

describe('a key is unique for its enterprise and its caller', () => {
  it('two applications, a person, two enterprises, one key: an entry each', async () => {
    const key = newKey();
    const application = await server.application();
    const person = (await signIn(server, application, await addPerson(server, 'li@example.com'))).access_token;
    const [colleague, stranger] = [await server.token(application), await server.tokenOf(otherTenant)];
    const [strangers, ours] = [await totalOf(stranger), await totalOf()];
    const ids = [];
    for (const as of [token, colleague, person, stranger]) ids.push(recorded(await push(key, good, as)));
    // Numbers of one enterprise are nothing to another one.
    expect(new Set(ids.slice(0, 3)).size).toBe(3);
    expect([await totalOf(stranger), await totalOf()]).toEqual([strangers + 1, ours + 3]);
    for (const [i, as] of [token, colleague, person, stranger].entries()) {
      expect(recorded(await push(key, good, as))).toBe(ids[i]);
      expect((await push(key, { ...good, content: 'y' }, as)).json().code).toBe(409);
    }
    expect([await totalOf(stranger), await totalOf()]).toEqual([strangers + 1, ours + 3]);
  });
});

it.each([
  { name: 'as long as may be', key: 'k'.repeat(255) },
  { name: 'every visible character', key: Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('') },
  { name: 'a UUID', key: '5f0c3b0e-6a57-4b5c-8a43-0f6c1f0a9d3e' },
])('a good key: $name', async ({ key }) => {
  expect(recorded(await push(key))).toBe(recorded(await push(null, { ...good, idempotency_key: key })));
});

describe('a bad key', () => {
  const field = (key: unknown) => ({ headers: {}, body: { ...good, idempotency_key: key } });
  const header = (key: string) => ({ headers: { 'Idempotency-Key': key }, body: good });
  it.each([
    { name: 'too long', ...header('k'.repeat(256)), words: ['Idempotency-Key: ', '1 to 255 visible ASCII'] },
    { name: 'a blank within', ...header('a b'), words: ['Idempotency-Key: "a b"'] },
    { name: 'not ASCII', ...header('k\u00e9'), words: ['Idempotency-Key: '] },
    { name: 'a number in the field', ...field(5), words: ['idempotency_key: 5'] },
    { name: 'a list in the field', ...field(['k']), words: ['idempotency_key: ["k"]'] },
    { name: 'a line break in the field', ...field('a\n'), words: ['idempotency_key: "a\\n"'] },
    { name: 'too long in the field', ...field('k'.repeat(256)), words: ['idempotency_key: ', '1 to 255 visible ASCII'] },
    {
      name: 'another one in the field than in the header',
      headers: { 'Idempotency-Key': 'a' },
      body: { ...good, idempotency_key: 'b' },
      words: ['idempotency_key: "b"', 'the header Idempotency-Key has another one'],
    },
  ])('$name', async ({ headers, body, words }) => {
    const before = await totalOf();
    const answer = await server.post(token, pushPath, body, headers);
    expect({ status: answer.status, ...answer.json() }).toMatchObject({ status: 200, code: 400, data: [] });
    for (const word of words) expect(answer.json().message).toContain(word);
    expect(await totalOf()).toBe(before);
  });
});

describe('at the same time', () => {
  it('twenty pushes with one key are one entry and one answer', async () => {
    const before = await totalOf();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, () => push(key)));
    expect(new Set(answers.map(recorded)).size).toBe(1);
    expect(new Set(answers.map(dataOf)).size).toBe(1);
    expect(await totalOf()).toBe(before + 1);
  });

  it('twenty different ones with one key: one is recorded, the others are 409', async () => {
    const before = await totalOf();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => push(key, { ...good, content: `version ${i}` })));
    const codes = answers.map((answer) => answer.json().code).toSorted((a, b) => a - b);
    expect(codes).toEqual([200, ...Array(19).fill(409)]);
    expect(await totalOf()).toBe(before + 1);
  });

  it('twenty keys are twenty entries', async () => {
    const before = await totalOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => push(newKey())));
    expect(new Set(answers.map(recorded)).size).toBe(20);
    expect(await totalOf()).toBe(before + 20);
  });

  it('from two programs over one store, one entry', async () => {
    const other = await openCore(server.place, { make: false, clock: server.clock.now });
    try {
      const caller = await server.core.applications.authenticate(token);
      const key = newKey();
      const before = await totalOf();
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? server.core : other).trails.record(caller, recordAbout(100), key)),
      );
      expect(new Set(ids).size).toBe(1);
      expect(await totalOf()).toBe(before + 1);
    } finally {
      await other.close();
    }
  });
});

it('a key is kept when the program starts anew', async () => {
  const store = await openStore();
  await store.take(entry({ company_id: 100 }));
  const id = await store.core.trails.record(testCaller, recordAbout(100), 'kept');
  const ids = await store.core.trails.recordAll(testCaller, [recordAbout(100), recordAbout(100)], 'kept too');
  await store.core.close();
  const { trails } = await store.another();
  expect(await trails.record(testCaller, recordAbout(100), 'kept')).toBe(id);
  expect(await trails.recordAll(testCaller, [recordAbout(100), recordAbout(100)], 'kept too')).toEqual(ids);
  await expect(trails.record(testCaller, recordAbout(100, 'another'), 'kept')).rejects.toThrow('idempotency key');
  expect(await store.rows('SELECT COUNT(*) AS n FROM trail')).toEqual([{ n: 4 }]);
});

it('what was asked is not kept: only a keyed hash of it', async () => {
  const content = 'words that stand in the entry and nowhere else';
  const key = newKey();
  recorded(await push(key, { ...good, content }));
  const rows = await server.core.db.read(null, (tx) =>
    tx.all('SELECT request_hash, answer FROM idempotency WHERE tenant_id = ? AND idempotency_key = ?', [testTenant, key]),
  );
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('words');
});
