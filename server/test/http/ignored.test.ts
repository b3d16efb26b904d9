/** Fields that are not known here are ignored, as at OKKI, but never silently; with `--strict` they are an error. */
import { afterAll, describe, expect, it } from 'vitest';
import { entry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { startProcess } from '../support/process.ts';
import { listPath, pushPath, startServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const token = await server.tokenOf();
const ask = (query: string, as = token, to = server): Promise<Answer> => to.get(as, `${listPath}?${query}`);

describe('unknown parameters are ignored, but never silently', () => {
  const rows: readonly { name: string; query: string; header: string | undefined }[] = [
    { name: 'none', query: 'company_id=100&count=5', header: undefined },
    { name: 'page', query: 'page=2', header: 'page (did you mean start_index?)' },
    { name: 'limit', query: 'limit=5', header: 'limit (did you mean count?)' },
    {
      name: 'both, in their order',
      query: 'page=2&limit=5',
      header: 'page (did you mean start_index?), limit (did you mean count?)',
    },
    { name: 'pageSize', query: 'pageSize=5', header: 'pageSize (did you mean count?)' },
    { name: 'page_size', query: 'page_size=5', header: 'page_size (did you mean count?)' },
    { name: 'a word too short', query: 'company=100', header: 'company (did you mean company_id?)' },
    { name: 'another case', query: 'Company_ID=100', header: 'Company_ID (did you mean company_id?)' },
    { name: 'camel case', query: 'companyId=100', header: 'companyId (did you mean company_id?)' },
    { name: 'letters changed places', query: 'conut=5', header: 'conut (did you mean count?)' },
    { name: 'brackets', query: 'lead_id[]=200', header: 'lead_id%5B%5D (did you mean lead_id?)' },
    { name: 'a letter more', query: 'keywords=x', header: 'keywords (did you mean keyword?)' },
    { name: 'several in its name', query: 'types=103', header: 'types (did you mean type?)' },
    { name: 'start_date', query: 'start_date=2024-03-01', header: 'start_date (did you mean start_time?)' },
    { name: 'nothing like it', query: 'verbose=1', header: 'verbose' },
    { name: 'without a value', query: 'verbose', header: 'verbose' },
    { name: 'given twice', query: 'verbose=1&verbose=2', header: 'verbose' },
    { name: 'in Chinese', query: '%E5%AE%A2%E6%88%B7=1', header: '%E5%AE%A2%E6%88%B7' },
    { name: 'an emoji', query: '%F0%9F%98%80=1', header: '%F0%9F%98%80' },
    {
      name: 'a line break, which must not end the header',
      query: 'a%0D%0ASet-Cookie:%20b=1',
      header: 'a%0D%0ASet-Cookie%3A%20b',
    },
    { name: 'a NUL', query: 'a%00b=1', header: 'a%00b' },
    { name: 'a name that every object has', query: 'constructor=1', header: 'constructor' },
    { name: 'the name of all names', query: '__proto__=1', header: '__proto__' },
    { name: 'a very long name', query: `${'x'.repeat(5000)}=1`, header: 'x'.repeat(60) },
    {
      name: 'fifty names: ten of them and how many more',
      query: Array.from({ length: 50 }, (_, i) => `u${i}=1`).join('&'),
      header: 'u0, u1, u2, u3, u4, u5, u6, u7, u8, u9, and 40 more',
    },
  ];

  it('customer_id, which is a contact and no field there', async () => {
    const answer = await server.get(token, '/v1/company/info?company_id=100&customer_id=100');
    expect(answer.headers['x-genjin-ignored']).toBe('customer_id (did you mean company_id?)');
  });

  it.each(rows)('$name', async ({ query, header }) => {
    const answer = await ask(query);
    expect(answer.json().code).toBe(200);
    expect(answer.headers['x-genjin-ignored']).toBe(header);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('bytes that are no UTF-8', async () => {
    const answer = await ask('%FF=1');
    expect(answer.json().code).toBe(200);
    expect(answer.headers['x-genjin-ignored']).toMatch(/^[\x20-\x7e]+$/);
  });

  it('a name of no letters at all', async () => {
    const answer = await ask('=1');
    expect(answer.json().code).toBe(200);
    expect(answer.headers['x-genjin-ignored']).toMatch(/./);
  });

  it('the header is there beside an error too', async () => {
    const answer = await ask('limit=5&count=0');
    expect(answer.json().code).toBe(400);
    expect(answer.headers['x-genjin-ignored']).toBe('limit (did you mean count?)');
  });

  it.each([
    {
      name: 'trail_type, as many send it',
      query: '',
      more: { trail_type: 103 },
      header: 'trail_type (did you mean remark_type?)',
    },
    { name: 'type', query: '', more: { type: 103 }, header: 'type (did you mean remark_type?)' },
    {
      name: 'one like no other',
      query: '',
      more: { trail_type: 103, extra: 1 },
      header: 'trail_type (did you mean remark_type?), extra',
    },
    { name: 'a field of the list', query: '', more: { update_time: '2024-01-01 00:00:00' }, header: 'update_time' },
    {
      name: 'contacts, one word for many',
      query: '',
      more: { customer_ids: [5] },
      header: 'customer_ids (did you mean customer_id?)',
    },
    { name: 'a parameter of the list', query: '', more: { start_index: 2 }, header: 'start_index' },
    { name: 'one that holds much', query: '', more: { extra: { deep: ['x'.repeat(1000)] } }, header: 'extra' },
    { name: 'one in the query', query: '?page=1', more: {}, header: 'page' },
    // What it would be confused with is its own name.
    { name: 'a field of the body in the query', query: '?company_id=999', more: {}, header: 'company_id' },
  ])('of a push: $name', async ({ query, more, header }) => {
    server.clock.advance(1000);
    const answer = await server.post(token, `${pushPath}${query}`, { company_id: 100, content: 'x', ...more });
    const { code, data } = answer.json<{ code: number; data: { trail_id: number } }>();
    expect({ code, header: answer.headers['x-genjin-ignored'] }).toEqual({ code: 200, header });
    const { list } = (await ask('count=1')).json<{ data: { list: object[] } }>().data;
    const time = list[0] as { create_time: string };
    expect(list[0]).toMatchObject({ trail_id: data.trail_id, type: 101, company_id: 100, created_at: time.create_time });
  });

  it('the log names each once for an application, without its value', async () => {
    const genjin = await startProcess();
    const { clientId, clientSecret } = genjin.credentials;
    const headers = { 'Content-Type': 'application/json' };
    const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const asked = await genjin.send(tokenPath, { method: 'POST', headers, body });
    const own = asked.json<{ access_token: string }>().access_token;
    for (const query of ['page=value1', 'page=value2', 'page=value3&limit=value4', 'limit=value5', 'count=5']) {
      await genjin.send(`${listPath}?${query}`, { headers: { Authorization: own } });
    }
    expect(await genjin.stop()).toBe(0);
    const lines = genjin.logLines().filter((line) => line['field'] !== undefined);
    expect(lines).toMatchObject([
      { level: 40, application: clientId, path: listPath, field: 'page (did you mean start_index?)' },
      { level: 40, application: clientId, path: listPath, field: 'limit (did you mean count?)' },
    ]);
    expect(genjin.log()).not.toContain('value');
  });
});

describe('serve --strict', async () => {
  const strict = await startServer({ now, strict: true });
  afterAll(() => strict.close());
  const strictToken = await strict.tokenOf();

  it.each([
    { name: 'known parameters', query: 'company_id=100&count=5', code: 200, words: ['success'] },
    { name: 'an unknown one', query: 'verbose=1', code: 400, words: ['verbose'] },
    { name: 'with what was probably meant', query: 'page=2', code: 400, words: ['page (did you mean start_index?)'] },
    { name: 'all of them', query: 'page=2&limit=5', code: 400, words: ['page (did you', 'limit (did you mean count?)'] },
    { name: 'an empty one', query: 'page=', code: 400, words: ['page'] },
  ])('$name', async ({ query, code, words }) => {
    const answer = await ask(query, strictToken, strict);
    expect(answer.status).toBe(200);
    const body = answer.json();
    expect(body.code).toBe(code);
    for (const word of words) expect(body.message).toContain(word);
    if (code !== 200) expect(body).toMatchObject({ now, data: [] });
  });

  it('an unknown field of a push: nothing is recorded', async () => {
    await strict.import([entry({ company_id: 100 })]);
    const answer = await strict.post(strictToken, pushPath, { company_id: 100, content: 'x', trail_type: 103 });
    expect(answer.json()).toMatchObject({
      code: 400,
      message: 'unknown parameter: trail_type (did you mean remark_type?)',
      data: [],
    });
    expect((await ask('', strictToken, strict)).json<{ data: { totalItem: number } }>().data.totalItem).toBe(1);
  });
});
