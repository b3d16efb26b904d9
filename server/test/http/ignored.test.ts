/** Fields that are not known here are ignored, as at OKKI, but never silently; with `--strict` they are an error. */
import { afterAll, describe, expect, it } from 'vitest';
import { entry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const token = await server.tokenOf();
const ask = (query: string): Promise<Answer> => server.get(token, `${listPath}?${query}`);

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
    { name: 'customer_id, which is a contact', query: 'customer_id=100', header: 'customer_id (did you mean company_id?)' },
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
});
