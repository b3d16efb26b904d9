/** Programs in the styles that were seen in use against OKKI, run against the server: what they rely on must hold. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry, type WireEntry } from '../support/entries.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';
import { type Item, pageReader, pagers } from './pagers.ts';
import { type Account, bare, bearer, byChunkedForm, byForm, byJson, Session, signsOfTheEnd } from './tokens.ts';

const server = await startServer();
afterAll(() => server.close());
const base = `http://127.0.0.1:${server.port}`;
const company = 16696797769;

let account: Account;
let token: string;
beforeAll(async () => {
  // Three a second, so that pages end within a second.
  const time = (i: number): string =>
    new Date(Date.UTC(2024, 0, 1) + Math.floor(i / 3) * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const about = (i: number) =>
    i % 2 === 0 ? { company_id: company } : { company_id: company, lead_id: 200, opportunity_id: 300 };
  await server.import(Array.from({ length: 1500 }, (_, i) => entry({ ...about(i), create_time: time(i) })));
  const { clientId, clientSecret } = await server.application();
  account = { id: clientId, secret: clientSecret };
  token = (await byForm(base, account)).access_token;
});

const asks = { 'by form': byForm, 'by JSON': byJson, 'by chunked form': byChunkedForm } as const;
const shows = { bearer, bare } as const;
const rows = Object.entries(asks).flatMap(([how, ask]) =>
  Object.entries(shows).map(([shown, show]) => ({ name: `${how}, shown ${shown}`, ask, show })),
);

describe('a token', () => {
  it.each(rows)('$name', async ({ ask, show }) => {
    const grant = await ask(base, account);
    expect(grant).toMatchObject({ token_type: 'Bearer', access_token: expect.any(String) });
    expect(grant.expires_in).toBeGreaterThan(0);
    expect((await pageReader(base, show(grant.access_token), 10)(1)).list).toHaveLength(10);
  });

  const signs = Object.entries(signsOfTheEnd).flatMap(([sign, ended]) =>
    rows.map((row) => ({ ...row, name: `${row.name}, its end seen by ${sign}`, ended })),
  );
  it.each(signs)('$name, is renewed', async ({ ask, show, ended }) => {
    const session = new Session(base, account, ask, show, ended);
    const path = `${listPath}?count=1`;
    expect(await session.get(path)).toMatchObject({ code: 200 });
    expect(await session.get(path)).toMatchObject({ code: 200 });
    expect(session.tokens).toBe(1);
    server.clock.advance(8 * 3600 * 1000);
    expect(await session.get(path)).toMatchObject({ code: 200, data: { totalItem: 1500 } });
    expect(session.tokens).toBe(2);
  });
});

describe('a reader of the whole timeline', () => {
  beforeAll(async () => {
    token = (await byForm(base, account)).access_token;
  });

  const sizes = [20, 500, 1000];
  const queries = [
    { about: 'everything', query: '', total: 1500 },
    { about: 'a company', query: `&company_id=${company}`, total: 1500 },
    { about: 'a lead', query: '&lead_id=200', total: 750 },
    { about: 'several subjects', query: `&company_id=${company}&opportunity_id=300`, total: 750 },
    { about: 'a time', query: '&start_time=2024-01-01&end_time=2024-01-01 00:05:32', total: 999 },
    { about: 'nothing', query: '&company_id=5', total: 0 },
  ];
  const styles = Object.entries(pagers).flatMap(([name, readAll]) =>
    sizes.flatMap((size) => queries.map((query) => ({ name, readAll, size, ...query }))),
  );
  it.each(styles)('$name: $about by $size', async ({ readAll, size, query, total }) => {
    const all: Item[] = await readAll(pageReader(base, token, size, query), size);
    expect(all).toHaveLength(total);
    expect(new Set(all.map((item) => item.trail_id)).size).toBe(total);
    const newestFirst = all.toSorted((a, b) =>
      a.create_time === b.create_time ? b.trail_id - a.trail_id : a.create_time < b.create_time ? 1 : -1,
    );
    expect(all).toEqual(newestFirst);
  });
});

const post = async (body: unknown, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(base + pushPath, {
    method: 'POST',
    headers: { Authorization: token, 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { code: number; message: string; data: { trail_id: number } };
  return { ...answer, ignored: response.headers.get('x-genjin-ignored') };
};

const list = async (query: string, headers: Readonly<Record<string, string>> = {}) => {
  const response = await fetch(`${base}${listPath}?${query}`, { headers: { Authorization: token, ...headers } });
  const answer = (await response.json()) as { code: number; data: { list: WireEntry[]; totalItem: number } };
  return { ...answer, ignored: response.headers.get('x-genjin-ignored') };
};

describe('habits', () => {
  it('every id as text, those that are not used empty', async () => {
    server.clock.advance(1000);
    const pushed = await post({
      company_id: String(company),
      lead_id: '',
      opportunity_id: '',
      content: 'by text',
      remark_type: '103',
    });
    expect(pushed).toMatchObject({ code: 200, message: 'success', ignored: null });
    const { data } = await list(`company_id=${company}&lead_id=&opportunity_id=&start_time=&end_time=&count=1`);
    expect(data.list[0]).toMatchObject({ trail_id: pushed.data.trail_id, company_id: company, lead_id: 0, type: 103 });
    // And back again, as text.
    const ids = [data.list[0]?.['trail_id'], data.list[0]?.['company_id'], data.list[0]?.['create_user']].map(String);
    expect(ids.map(Number).map(String)).toEqual(ids);
    expect(data.list[0]?.['create_user_info']).toMatchObject({ user_id: ids[2] });
  });

  it.each([
    {
      habit: 'page and limit on the list',
      query: 'page=2&limit=20',
      says: 'page (did you mean start_index?), limit (did you mean count?)',
    },
    {
      habit: 'page_no and page_size on the list',
      query: 'page_no=2&page_size=20',
      says: 'page_no (did you mean start_index?), page_size (did you mean count?)',
    },
  ])('$habit: answered as OKKI does, with a header that says so', async ({ query, says }) => {
    const answer = await list(query);
    expect(answer).toMatchObject({ code: 200, ignored: says });
    expect(answer.data.list).toHaveLength(10);
  });

  it('trail_type on push: recorded as 101, with a header that says so', async () => {
    server.clock.advance(1000);
    const pushed = await post({ company_id: company, content: 'x', trail_type: 104 });
    expect(pushed).toMatchObject({ code: 200, ignored: 'trail_type (did you mean remark_type?)' });
    expect((await list('count=1')).data.list[0]).toMatchObject({ trail_id: pushed.data.trail_id, type: 101 });
  });

  it.each([
    { type: 'application/json' },
    { type: 'application/json;charset=UTF-8' },
    { type: 'application/x-www-form-urlencoded' },
    { type: 'multipart/form-data' },
  ])('a GET with Content-Type $type and no body', async ({ type }) => {
    expect(await list('count=1', { 'Content-Type': type })).toMatchObject({ code: 200, ignored: null });
  });

  it('a GET with Content-Type and a length of 0', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: token, 'content-type': 'application/json', 'content-length': 0 };
      request(`${base}${listPath}?count=1`, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('a business error is looked for in code, never in the status', async () => {
    const response = await fetch(base + pushPath, {
      method: 'POST',
      headers: { Authorization: token, 'Content-Type': 'application/json' },
      body: JSON.stringify({ company_id: 5, content: 'x' }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ code: 404, message: 'Not Found Resource', data: [] });
  });
});
