/** A server that answers otherwise is found out: in this and in nothing else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Api } from '../../src/compat/api.ts';
import { agrees, checkAll, neededModules, scenarios } from '../../src/compat/check.ts';
import { type Alter, type DemoServer, type Json, startDemo, startOtherwise } from './demo-server.ts';

let demo: DemoServer;
beforeAll(async () => {
  demo = await startDemo();
}, 120_000);
afterAll(() => demo.server.close());

const list = '/v1/dynamic/trail/list';

/** Rows of the answer to this path; none of an answer that has none. */
function rowsOf(answer: Json, url: URL, path: string): Json[] {
  const data = answer['data'] as Json | Json[];
  if (url.pathname !== path || Array.isArray(data) || data === undefined) return [];
  return (data['list'] as Json[] | undefined) ?? [];
}

const each =
  (path: string, change: (row: Json) => void): Alter =>
  (answer, url) => {
    for (const row of rowsOf(answer, url, path)) change(row);
    return undefined;
  };

/** Instead of the answers to this path. */
const instead =
  (path: string, what: ReturnType<Alter>): Alter =>
  (_, url) =>
    url.pathname === path ? what : undefined;

const reorder = (row: Json, first: string): void => {
  const rest = Object.entries(row);
  for (const [name] of rest) delete row[name];
  row[first] = rest.find(([name]) => name === first)?.[1];
  for (const [name, value] of rest) row[name] = value;
};

interface Row {
  readonly name: string;
  readonly alter: Alter;
  /** The path whose scenarios are looked at. */
  readonly path: string;
  /** The scenarios that must find it, with what they then show; all others of the path agree or have nothing to look at. */
  readonly found: Readonly<Record<string, RegExp>>;
  /** Whether programs written for OKKI would break. */
  readonly breaks: boolean;
}

const fields = 'every entry has the 28 fields of the page, in order and of their types';
const listFields = 'every field of the list is there, in order and of its type';

test.each<Row>([
  {
    name: 'a field of another type',
    path: list,
    alter: each(list, (row) => {
      row['comment_count'] = String(row['comment_count']);
    }),
    found: { [fields]: /data\.list\[\]\.comment_count is not a whole number but string/ },
    breaks: true,
  },
  {
    name: 'fields that are missing, unknown, and in another order',
    path: list,
    alter: each(list, (row) => {
      delete row['file_ids'];
      row['extra'] = 1;
      reorder(row, 'type');
    }),
    found: {
      [fields]:
        /list\[\]\.file_ids is missing; data\.list\[\]\.extra is not known; data\.list\[\]: type stands where follow_up_id should/,
    },
    breaks: true,
  },
  {
    name: 'a joined object of another type',
    path: list,
    alter: each(list, (row) => {
      row['company_info'] = null;
    }),
    found: {
      [fields]: /data\.list\[\]\.company_info is not one of its types but null/,
      'joined objects belong to the ids; create_user_info.user_id is a string': /company_info is no object: null/,
    },
    breaks: true,
  },
  {
    name: 'the oldest first',
    path: list,
    alter: (answer, url) => void rowsOf(answer, url, list).reverse(),
    found: {
      'newest create_time first, then the largest trail_id': /the order: \S+ \S+ \d+ comes after/,
      'ten entries a page, from page 1, unless asked otherwise': /the first page: 10 \(/,
      'count=1 gives one entry, the first': /the page: 1 \(\d+\) and not 1 \(\d+\)/,
      'the next page continues where the last one ended': /entries 5 to 8/,
    },
    breaks: true,
  },
  {
    name: 'a total that changes between pages',
    path: list,
    alter: (answer, url) => {
      const data = answer['data'] as Json;
      if (url.pathname === list && url.searchParams.get('start_index') === '2') data['totalItem'] = Number(data['totalItem']) + 1;
      return undefined;
    },
    found: {
      'totalItem is a number, no smaller than the entries, and the same on all pages':
        /totalItem went from 6006 to 6007 on page 2/,
    },
    breaks: true,
  },
  {
    name: 'an upper bound that is not inclusive',
    path: list,
    alter: (answer, url) => {
      const data = answer['data'] as Json;
      const end = url.searchParams.get('end_time');
      if (url.pathname === list && end !== null)
        data['list'] = (data['list'] as Json[]).filter((row) => row['create_time'] !== end);
      return undefined;
    },
    found: { 'both time bounds are inclusive': /the entry of \S+ \S+ is not there/ },
    breaks: false,
  },
  {
    name: 'a filter that filters nothing',
    path: list,
    alter: (answer, url) => {
      if (url.searchParams.has('lead_id') && url.searchParams.get('lead_id') !== '0')
        for (const row of rowsOf(answer, url, list)) row['lead_id'] = 5;
      return undefined;
    },
    found: { 'lead_id gives entries about it only': /an entry has lead_id 5/ },
    breaks: true,
  },
  {
    name: 'another envelope, and the clock of another zone',
    path: list,
    alter: (answer, url) => {
      if (url.pathname !== list) return undefined;
      answer['now'] = new Date(Date.now() - 3 * 3600 * 1000).toISOString();
      answer['message'] = 'ok';
      return undefined;
    },
    found: {
      'the envelope is code 200, message success, now, data': /code 200, "ok"/,
      'now is YYYY-MM-DD HH:mm:ss, the wall clock of Beijing': /now is 20\d\d-\d\d-\d\dT/,
    },
    breaks: true,
  },
  {
    name: 'a wrong token told by the status alone, and no bare token',
    path: list,
    alter: (answer, url) => {
      if (url.pathname !== list || answer['code'] !== 401) return undefined;
      return { status: 401, text: '{"code":401,"message":"no"}' };
    },
    found: {
      'a wrong token is noticed by the status, by error and by code': /error is null and not "access_denied"/,
      'no token is refused in the same way': /error is null/,
    },
    breaks: true,
  },
  {
    name: 'an e-mail that finds nothing',
    path: '/v1/company/query',
    alter: (answer, url) => {
      const data = answer['data'] as Json;
      if (url.searchParams.get('search_field') === 'customer_list.email') data['list'] = [];
      return undefined;
    },
    found: { 'the e-mail of a contact finds the company': /0 were found, the company is none of them/ },
    breaks: true,
  },
  {
    name: 'user ids as numbers, and the others first',
    path: '/v1/user/list',
    alter: (answer, url) => {
      if (url.pathname !== '/v1/user/list') return undefined;
      const rows = (answer['data'] as Json[]).toReversed();
      for (const row of rows) row['user_id'] = Number(row['user_id']);
      answer['data'] = rows;
      return undefined;
    },
    found: {
      [listFields]: /data\[\]\.user_id is not a string but number/,
      'users come by ascending id, those in state 1 unless asked otherwise': /the ids do not ascend/,
    },
    breaks: true,
  },
  {
    name: 'a missing id under HTTP 404',
    path: '/v1/lead/info',
    alter: (answer, url) =>
      url.pathname === '/v1/lead/info' && answer['code'] === 404 ? { status: 404, text: JSON.stringify(answer) } : undefined,
    found: { 'a missing id is code 404, Not Found Resource': /HTTP 404, code 404, "Not Found Resource"/ },
    breaks: true,
  },
  {
    name: 'an order_time of its own',
    path: '/v1/opportunity/list',
    alter: each('/v1/opportunity/list', (row) => {
      row['order_time'] = '2020-01-01 00:00:00';
    }),
    found: { 'order_time is the later of trail_time and edit_time': /opportunity \d+ has order_time 2020-01-01 00:00:00/ },
    breaks: true,
  },
  ...(
    [
      ['HTML', { text: '<html>log in</html>', headers: { 'Content-Type': 'text/html' } }, /HTTP 200 with HTML/],
      [
        'a redirect',
        { status: 302, text: '', headers: { Location: 'https://elsewhere.example/x?secret=1' } },
        /HTTP 302: redirected to https:\/\/elsewhere\.example, which is not followed/,
      ],
      [
        'too many requests, for long',
        { status: 429, text: '{}', headers: { 'Retry-After': '3600' } },
        /HTTP 429: too many requests, to be tried again in 3600 s/,
      ],
      ['a broken connection', null, /no answer: \w+/],
      ['silence', 'silence', /no answer within 1 s/],
      ['no JSON', { text: '{"code":', headers: {} }, /HTTP 200 with no JSON \(application\/json\)/],
    ] as const
  ).map(
    ([name, what, seen]): Row => ({
      name: `${name} in the place of an answer`,
      path: '/v1/lead/info',
      alter: instead('/v1/lead/info', what),
      found: Object.fromEntries(
        scenarios.filter(({ routes }) => routes.includes('GET /v1/lead/info')).map((scenario) => [scenario.name, seen]),
      ),
      breaks: true,
    }),
  ),
])('$name', async ({ path, alter, found, breaks }) => {
  const otherwise = await startOtherwise(demo, alter);
  try {
    const api = new Api({
      base: otherwise.base,
      ...demo.credentials,
      pause: 0,
      patience: path === '/v1/lead/info' ? 1000 : 20_000,
    });
    await api.signIn(neededModules);
    const which = scenarios.filter(({ routes }) => routes.some((route) => route.endsWith(` ${path}`)));
    const findings = await checkAll(api, undefined, which);
    const different = findings.filter(({ verdict }) => verdict === 'differs');
    expect(different.map(({ scenario }) => scenario.name).toSorted()).toEqual(Object.keys(found).toSorted());
    for (const { scenario, seen } of different) {
      // After three requests without an answer nothing more is asked.
      expect(seen).toMatch(new RegExp(`${(found[scenario.name] as RegExp).source}|not asked: the server no longer answers`));
    }
    expect(different.some(({ seen }) => Object.values(found).some((pattern) => pattern.test(seen)))).toBe(true);
    expect(agrees(findings)).toBe(!breaks);
  } finally {
    await otherwise.close();
  }
});

test('a wait that a server asks for is kept, and the request sent again', async () => {
  let refused = 0;
  const otherwise = await startOtherwise(demo, (_, url) =>
    url.pathname === list && refused++ === 0 ? { status: 429, text: '{}', headers: { 'Retry-After': '0' } } : undefined,
  );
  try {
    const api = new Api({ base: otherwise.base, ...demo.credentials, pause: 0, patience: 20_000 });
    await api.signIn(['company']);
    expect((await api.envelope(list))['code']).toBe(200);
    expect(otherwise.requests.filter((request) => request.endsWith(list))).toHaveLength(2);
  } finally {
    await otherwise.close();
  }
});
