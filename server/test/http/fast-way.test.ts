/** The short way around Fastify: what it answers is what the usual way answers. */
import { afterAll, expect, it } from 'vitest';
import { entry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { listPath, startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());
const token = await server.tokenOf();
const path = `${listPath}?company_id=100`;
await server.import(Array.from({ length: 50 }, () => entry({ company_id: 100, content: '跟进' })));

it.each([
  { name: 'never asked before', query: 'start_index=2&count=20' },
  { name: 'empty', query: 'start_time=2031-01-01' },
  { name: 'as it was', query: 'as_of=1' },
  { name: 'as it was at a time', query: `as_of=${encodeURIComponent('2024-01-01 00:00:00')}` },
  { name: 'with a keyword', query: `keyword=${encodeURIComponent('跟进')}` },
  { name: 'with a parameter that is coded otherwise', query: 'count=%31&company_id=100' },
  { name: 'with a parameter twice', query: 'count=1&count=2' },
  { name: 'with a bad parameter', query: 'count=many' },
  { name: 'with broken percent coding', query: 'company_id=%zz' },
  { name: 'of the past that is still to come', query: 'as_of=999999' },
])('is the same by the usual way: $name', async ({ query }) => {
  // The token is known from then on.
  await server.get(token, path);
  const own = `${path}&lead_id=&${query}`;
  const first = await server.get(token, own);
  // This header is for the usual way only.
  const usual = await server.get(token, `${own}&opportunity_id=`, { 'X-No-Compression': '1' });
  const shown = ({ status, headers, text }: Answer) => {
    const { date, 'x-request-id': id, 'content-length': length, link = '', ...others } = headers;
    const { now, ...body } = JSON.parse(text) as { now: string };
    return { status, headers: { ...others, link: String(link).replaceAll('&opportunity_id=', '') }, body };
  };
  expect(shown(first)).toEqual(shown(usual));
});
