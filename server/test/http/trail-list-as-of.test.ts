/** The list's further parameters, and its pages as they were: filters, orders, `as_of`, and the headers that lead from page to page. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { recorded } from '../support/push.ts';
import { listIds, listPath, pushPath, startServer } from '../support/server.ts';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
const token = await server.tokenOf(testTenant, 'company lead opportunity user');

const at = (time: string) => ({ create_time: time, created_at: time, update_time: time });
await server.import([
  entry({
    trail_id: 1,
    company_id: 1,
    type: 101,
    create_user: 7,
    customer_id: [71],
    content: '电话确认交期',
    ...at('2024-01-01 00:00:00'),
  }),
  entry({
    trail_id: 2,
    company_id: 1,
    type: 103,
    create_user: 8,
    customer_id: [71, 72],
    content: '寄样品 iPhone',
    ...at('2024-01-02 00:00:00'),
  }),
  entry({ trail_id: 3, company_id: 2, type: 801, create_user: 8, content: '订单已建', ...at('2024-01-03 00:00:00') }),
  entry({
    trail_id: 4,
    company_id: 2,
    type: 103,
    create_user: 9,
    customer_id: [73],
    content: '报价，确认电话',
    ...at('2024-01-04 00:00:00'),
  }),
  entry({
    trail_id: 5,
    lead_id: 3,
    type: 112,
    create_time: '2024-01-05 00:00:00',
    created_at: '2024-02-01 00:00:00',
    update_time: '2024-03-01 00:00:00',
  }),
  entry({
    trail_id: 6,
    lead_id: 3,
    type: 112,
    create_time: '2024-01-06 00:00:00',
    created_at: '2024-02-02 00:00:00',
    update_time: '2024-02-03 00:00:00',
  }),
  entry({ trail_id: 7, company_id: 1, delete_flag: 1, ...at('2024-01-07 00:00:00') }),
]);

const ids = async (query: string): Promise<{ ids: number[]; total: number }> => listIds(server, token, query);

describe('a parameter of the list', () => {
  it.each([
    ['type=103', [4, 2]],
    ['type=103,801', [4, 3, 2]],
    ['type=999', []],
    ['type=', [6, 5, 4, 3, 2, 1]],
    ['type=103&type=112', [6, 5, 4, 2]],
    ['create_user=8', [3, 2]],
    ['create_user=8,9', [4, 3, 2]],
    ['create_user=0', [6, 5, 4, 3, 2, 1]],
    ['customer_id=71', [2, 1]],
    ['customer_id=72,73', [4, 2]],
    ['keyword=电话', [4, 1]],
    ['keyword=电话 确认', [4, 1]],
    ['keyword=话确', [1]],
    ['keyword=IPH', [2]],
    ['keyword=hone', []],
    ['removed=1', [7]],
    ['removed=0', [6, 5, 4, 3, 2, 1]],
    ['sort=asc', [1, 2, 3, 4, 5, 6]],
    ['sort=desc', [6, 5, 4, 3, 2, 1]],
    ['time_type=1', [5, 6, 4, 3, 2, 1]],
    ['time_type=3', [6, 5, 4, 3, 2, 1]],
    ['time_type=1&sort=asc&start_time=2024-02-03&end_time=2024-03-01', [6, 5]],
    ['time_type=3&start_time=2024-02-02', [6]],
    ['start_time=2024-01-06', [6]],
    ['company_id=1&type=103&create_user=8&customer_id=72&keyword=样品&sort=asc', [2]],
    ['company_id=2&type=101', []],
  ])('%s', async (query, expected) => {
    expect(await ids(encodeURI(query))).toEqual({ ids: expected, total: expected.length });
  });

  it.each([
    ['type=x', 'type[0]: "x" is not accepted; accepted: a whole number from 0'],
    ['type=101,-1', 'type[1]: "-1" is not accepted'],
    [`type=${new Array(201).fill(1).join(',')}`, 'type: "201 items" is not accepted; accepted: a list of at most 200'],
    ['create_user=1,x', 'create_user[1]: "x" is not accepted; accepted: a whole number from 1'],
    ['customer_id=1.5', 'customer_id[0]: "1.5" is not accepted'],
    ['keyword=，', 'keyword: "，" is not accepted; accepted: 1 to 100 characters'],
    ['keyword=a&keyword=b', 'keyword: ["a","b"] is not accepted; given 2 times'],
    ['removed=2', 'removed: "2" is not accepted; accepted: one of 0, 1'],
    ['time_type=4', 'time_type: "4" is not accepted; accepted: one of 1, 2, 3'],
    ['sort=up', 'sort: "up" is not accepted; accepted: one of desc, asc'],
    ['as_of=x', 'as_of: "x" is not accepted; accepted: a revision'],
    ['as_of=-1', 'as_of: "-1" is not accepted'],
    ['as_of=2024-02-30', 'as_of: "2024-02-30" is not accepted'],
    ['as_of=999999', 'as_of: 999999 is not accepted; accepted: a revision up to the last one, '],
    ['as_of=2030-01-01', 'as_of: "2030-01-01" is not accepted; accepted: a time that has come; the last revision is '],
    ['as_of=2024-11-04', 'a time that has come'],
  ])('%s is refused', async (query, message) => {
    const answer = await server.get(token, `${listPath}?${encodeURI(query)}`);
    expect({ status: answer.status, code: answer.json().code }).toEqual({ status: 200, code: 400 });
    expect(answer.json().message).toContain(message);
  });
});

interface Listed {
  readonly ids: number[];
  readonly rows: WireEntry[];
  readonly total: number;
  readonly revision: number;
  readonly links: Readonly<Record<string, string>>;
}

/** A page, by its query or by the reference of a link. */
async function page(query: string): Promise<Listed> {
  const answer = await server.get(token, `${listPath}${query.startsWith('?') ? query : `?${query}`}`);
  const { code, message, data } = answer.json<{
    code: number;
    message: string;
    data: { list: WireEntry[]; totalItem: number };
  }>();
  if (code !== 200) throw new Error(message);
  const links = [...String(answer.headers.link).matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, to, rel]) => [rel, to]);
  return {
    ids: data.list.map((row) => row['trail_id'] as number),
    rows: data.list,
    total: data.totalItem,
    revision: Number(answer.headers['x-genjin-revision']),
    links: Object.fromEntries(links) as Record<string, string>,
  };
}

describe('as_of', () => {
  const states: { revision: number; time: string; rows: WireEntry[] }[] = [];
  const record = async (content: string): Promise<number> =>
    recorded(await server.post(token, pushPath, { company_id: 1, content }));
  const keep = async (): Promise<void> => {
    const { rows, revision } = await page('count=1000');
    const time = new Date(server.clock.at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    states.push({ revision, time, rows });
    server.clock.advance(90_000);
  };

  beforeAll(async () => {
    await keep();
    const id = await record('first');
    await keep();
    await server.post(token, pushPath, { trail_id: id, content: 'edited', company_id: 2, create_time: '2024-01-02 12:00:00' });
    await keep();
    await server.post(token, '/v1/company/pushCompanyAndCustomers', { company_id: 2, name: 'renamed' });
    await server.post(token, '/v1/dynamic/trail/remove', { trail_id: 4 });
    await keep();
    await server.post(token, '/v1/dynamic/trail/restore', { trail_id: 4 });
    await record('last');
    await keep();
  });

  it('answers what stood at each revision, entries and the objects that they show, by number and by time', async () => {
    for (const { revision, time, rows } of states) {
      for (const asOf of [String(revision), encodeURIComponent(time)]) {
        const then = await page(`count=1000&as_of=${asOf}`);
        expect({ rows: then.rows, total: then.total, revision: then.revision }).toEqual({ rows, total: rows.length, revision });
      }
    }
    expect(states.map(({ rows }) => rows.length)).toEqual([6, 7, 7, 6, 8]);
  });

  it('goes back to where nothing was', async () => {
    expect(await page('as_of=0')).toMatchObject({ ids: [], total: 0, revision: 0 });
    expect(await page(`as_of=${encodeURIComponent('2000-01-01 00:00:00')}`)).toMatchObject({ ids: [], total: 0, revision: 0 });
  });

  it('a date is its end, and a second that is not over is what stands in it', async () => {
    server.clock.set('2024-11-04 13:00:00');
    const id = await record('in this second');
    expect((await page(`as_of=${encodeURIComponent('2024-11-04 13:00:00')}&count=1000`)).ids).toContain(id);
    server.clock.set('2024-11-04 13:00:01');
    expect((await page('as_of=2024-11-03')).total).toBe(0);
  });

  it('is kept true whatever is cached', async () => {
    server.clock.set('2024-11-04 14:00:00');
    const now = `as_of=${encodeURIComponent('2024-11-04 14:00:00')}&count=1`;
    const before = await page(now);
    const id = await record('later in the same second');
    expect([before.ids[0] === id, (await page(now)).ids[0] === id]).toEqual([false, true]);
  });
});

describe('the headers of a page', () => {
  it('lead through one state, whatever is written meanwhile, and back', async () => {
    const whole = await page('count=1000&sort=asc');
    const seen: number[] = [];
    let at = await page('count=2&sort=asc');
    for (let last = 0; ; last++) {
      seen.push(...at.ids);
      // Before, behind, and within what is being read.
      await server.import([
        entry({ company_id: 1, create_time: `2023-0${1 + (last % 9)}-01 00:00:00` }),
        entry({ company_id: 1 }),
      ]);
      await server.post(token, '/v1/dynamic/trail/remove', { trail_id: seen.at(-1) });
      if (at.links['next'] === undefined) break;
      at = await page(at.links['next']);
      expect(at.revision).toBe(whole.revision);
    }
    expect(seen).toEqual(whole.ids);
    const first = await page(at.links['first'] as string);
    expect(first.ids).toEqual(whole.ids.slice(0, 2));
    expect((await page(first.links['last'] as string)).ids).toEqual(at.ids);
    expect((await page((await page(first.links['next'] as string)).links['prev'] as string)).ids).toEqual(first.ids);
  });

  it.each([
    ['', 1, ['next', 'first', 'last']],
    ['count=1', 1, ['next', 'first', 'last']],
    ['count=1&start_index=2', 2, ['next', 'prev', 'first', 'last']],
    ['count=1000', 1, ['first', 'last']],
    ['count=1000&start_index=9', 9, ['prev', 'first', 'last']],
    ['keyword=nothing-of-the-kind', 1, ['first', 'last']],
  ])('%j has the links %s %j', async (query, _number, rels) => {
    const { links } = await page(query);
    expect(Object.keys(links)).toEqual(rels);
  });

  it('names every parameter again, and no other', async () => {
    const query =
      'company_id=1&keyword=%E7%94%B5%E8%AF%9D&type=101,103&sort=asc&time_type=1&count=1&page=3&start_time=2023-01-01';
    const { links, revision } = await page(query);
    const given = Object.fromEntries(new URLSearchParams(links['first']?.slice(1)));
    expect(given).toEqual({
      company_id: '1',
      keyword: '电话',
      type: '101,103',
      sort: 'asc',
      time_type: '1',
      start_time: '2023-01-01',
      count: '1',
      start_index: '1',
      as_of: String(revision),
    });
  });

  it('is no longer than proxies take: then the next page is named and the others may not be', async () => {
    const many = Array.from({ length: 150 }, (_, i) => 10 ** 13 + i).join(',');
    const answer = await server.get(token, `${listPath}?count=1&type=${many},101`);
    const link = String(answer.headers.link);
    expect(link.length).toBeLessThan(4000);
    expect(link).toContain('rel="next"');
    expect(link).not.toContain('rel="last"');
  });

  it('are there with 304 too, and the tag stays as long as the page does', async () => {
    const path = `${listPath}?company_id=2&count=3`;
    const first = await server.get(token, path);
    await server.import([entry({ company_id: 1, create_time: '2022-01-01 00:00:00' })]);
    const again = await server.get(token, path, { 'If-None-Match': first.headers.etag });
    expect(again.status).toBe(304);
    expect(Number(again.headers['x-genjin-revision'])).toBeGreaterThan(Number(first.headers['x-genjin-revision']));
    const past = await server.get(token, `${path}&as_of=${first.headers['x-genjin-revision']}`);
    expect(past.headers.etag).toBe(first.headers.etag);
  });

  it.each([
    '/v1/company/list',
    '/v1/company/query?word=company',
    '/v1/lead/list',
    '/v1/opportunity/list',
    '/v1/dynamic/trail/history?trail_id=1',
    '/v1/dynamic/trail/changes',
  ])('of %s are the revision, and no links', async (path) => {
    const { headers } = await server.get(token, path);
    expect({ revision: Number(headers['x-genjin-revision']), link: headers.link }).toEqual({
      revision: (await server.core.trailStore.head(testTenant)).revision,
      link: undefined,
    });
  });
});
