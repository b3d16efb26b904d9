/** The change feed: every change in order, without a gap; what a token sees of it; and that it is enough to rebuild everything. */
import { afterAll, describe, expect, it } from 'vitest';
import { startDemo } from '../compat/demo-server.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { type Item, replayed, stored } from '../support/replay.ts';
import { pushPath, startServer } from '../support/server.ts';

const changesPath = '/v1/dynamic/trail/changes';
const everything = 'company lead opportunity user';

const server = await startServer();
afterAll(() => server.close());
const file = { file_id: 9, file_name: 'offer.pdf', file_size: 1, file_path: '', file_preview_url: '' };
await server.import([
  entry({
    trail_id: 11,
    company_id: 1,
    customer_id: [2],
    lead_id: 3,
    lead_customer_id: [4],
    opportunity_id: 5,
    create_user: 6,
    file_ids: [9],
    file_info: [file],
  }),
  entry({ client_id: 777, trail_id: 13, company_id: 901 }),
]);
const application = await server.application(testTenant, everything);
const token = await server.token(application);

interface Page {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly list: Item[]; readonly next_after: number };
  readonly head: number;
  readonly status: number;
}

async function changes(query = '', as = token): Promise<Page> {
  const answer = await server.get(as, `${changesPath}?${query}`);
  return { ...answer.json<Page>(), head: Number(answer.headers['x-genjin-revision']), status: answer.status };
}

const post = async (path: string, body: unknown): Promise<WireEntry> => {
  const { code, data, message } = (await server.post(token, path, body)).json<{
    code: number;
    message: string;
    data: WireEntry;
  }>();
  if (code !== 200) throw new Error(message);
  return data;
};

describe('the feed', () => {
  it('begins with the first change and leaves out none', async () => {
    const { data, head } = await changes();
    expect(data.list.map(({ revision, kind, object_id }) => [revision, kind, object_id]).slice(0, 8)).toEqual([
      [1, 'company', 1],
      [2, 'customer', 2],
      [3, 'lead_customer', 4],
      [4, 'lead', 3],
      [5, 'opportunity', 5],
      [6, 'user', 6],
      [7, 'file', 9],
      [8, 'trail', 11],
    ]);
    expect(data.list).toHaveLength(head);
    expect(data.next_after).toBe(head);
  });

  it('tells what was done, by whom, when, and what became of the object', async () => {
    const { head } = await changes();
    const { trail_id } = await post(pushPath, { company_id: 1, content: '电话', remark_type: 103 });
    server.clock.advance(60_000);
    await post(pushPath, { trail_id, content: '改' });
    await post('/v1/dynamic/trail/remove', { trail_id });
    await post('/v1/dynamic/trail/restore', { trail_id });
    const { data } = await changes(`after=${head}`);
    const actor = `app:${application.clientId}`;
    const shown = { kind: 'trail', object_id: trail_id, actor, erased: 0 };
    expect(data.list).toMatchObject([
      { ...shown, action: 'recorded', time: '2024-11-04 10:49:07', object: { content: '电话', type: 103, delete_flag: 0 } },
      { ...shown, action: 'edited', time: '2024-11-04 10:50:07', object: { content: '改', company_id: 1, delete_flag: 0 } },
      { ...shown, action: 'removed', time: '2024-11-04 10:50:07', object: { content: '改', delete_flag: 1 } },
      { ...shown, action: 'restored', object: { content: '改', delete_flag: 0 } },
    ]);
    // Its own 21 fields, as the list has them, and none of what it refers to.
    const list =
      (await server.get(token, '/v1/dynamic/trail/list?count=1')).json<{ data: { list: WireEntry[] } }>().data.list[0] ?? {};
    expect(data.list.at(-1)?.object).toEqual(
      Object.fromEntries(Object.entries(list).filter(([name]) => !name.endsWith('_info'))),
    );
  });

  it.each([1, 2, 3, 7, 1000])('in pages of %i is the same', async (count) => {
    const { data: whole } = await changes('count=1000');
    const items: Item[] = [];
    for (let after = 0; ; ) {
      const { data, head } = await changes(`after=${after}&count=${count}`);
      expect(data.list.length).toBe(Math.min(count, head - after));
      items.push(...data.list);
      after = data.next_after;
      if (after === head) break;
    }
    expect(items).toEqual(whole.list);
  });

  it.each([
    ['trail', ['trail']],
    ['customer,lead_customer', ['customer', 'lead_customer']],
    [' file , file ', ['file']],
    ['', ['trail', 'company', 'customer', 'lead_customer', 'lead', 'opportunity', 'user', 'file']],
  ])('of kind %j has these only, and says how far it looked', async (kind, kinds) => {
    const { data: whole } = await changes('count=1000');
    const { data, head } = await changes(`count=1000&kind=${encodeURIComponent(kind)}`);
    expect(data.list).toEqual(whole.list.filter((item) => kinds.includes(item.kind)));
    expect(data.next_after).toBe(head);
    // A full page ends with its last change, not further on.
    const { data: first } = await changes(`count=1&kind=${encodeURIComponent(kind)}`);
    expect(first.next_after).toBe(first.list[0]?.revision);
  });

  it('of an enterprise where nothing was changed is empty', async () => {
    await server.core.tenants.create({ tenantId: 778, name: 'new', createdAt: 0 });
    const { data, head } = await changes('', await server.tokenOf(778, 'company'));
    // But for the application's own user, which its scope does not open.
    expect({ list: data.list, next: data.next_after }).toEqual({ list: [], next: head });
  });

  it.each([
    ['after=x', 'after: "x" is not accepted; accepted: a whole number from 0'],
    ['after=-1', 'after: "-1" is not accepted'],
    ['after=999999', 'after: 999999 is not accepted; accepted: a revision up to the last one, '],
    ['after=1&after=2', 'given 2 times'],
    ['count=0', 'count: "0" is not accepted'],
    ['count=1001', 'count: "1001" is not accepted'],
    ['kind=trails', 'kind: "trails" is not accepted; accepted: of trail, comment, company, customer,'],
    ['kind=trail,contact', 'kind: "contact" is not accepted'],
  ])('%s is refused', async (query, message) => {
    const answer = await changes(query);
    expect({ status: answer.status, code: answer.code }).toEqual({ status: 200, code: 400 });
    expect(answer.message).toContain(message);
  });
});

describe('what a token sees', () => {
  it.each([
    ['company', ['company', 'customer', 'file', 'trail']],
    ['company lead', ['company', 'customer', 'file', 'lead', 'lead_customer', 'trail']],
    ['company opportunity', ['company', 'customer', 'file', 'opportunity', 'trail']],
    ['company user', ['company', 'customer', 'file', 'trail', 'user']],
  ])('with %s', async (scope, kinds) => {
    const narrow = await server.token(application, scope);
    const { data, head } = await changes('count=1000', narrow);
    expect([...new Set(data.list.map(({ kind }) => kind))].toSorted()).toEqual(kinds);
    expect(data.next_after).toBe(head);
    for (const kind of ['trail', 'comment', 'company', 'customer', 'lead_customer', 'lead', 'opportunity', 'user', 'file']) {
      const asked = await changes(`kind=trail,${kind}`, narrow);
      const module = kind.startsWith('lead') ? 'lead' : kind;
      // Nobody has commented here, but who sees entries would see that.
      const expected = [...kinds, 'comment'].includes(kind)
        ? { status: 200, message: 'success' }
        : { status: 401, message: `no permission ${module} scopes` };
      expect({ status: asked.status, message: asked.message }).toEqual(expected);
    }
  });

  it('is the own enterprise only', async () => {
    const { data } = await changes('', await server.tokenOf(777, everything));
    expect(data.list.filter(({ kind }) => kind === 'trail').map(({ object_id }) => object_id)).toEqual([13]);
    expect(data.list.every(({ revision }, place) => revision === place + 1)).toBe(true);
  });
});

it('replayed from the beginning it is everything that the demo has, details and all', { timeout: 120_000 }, async () => {
  const demo = await startDemo();
  try {
    const as = await demo.server.token(demo.credentials);
    const items: Item[] = [];
    for (let after = 0; ; ) {
      const answer = await demo.server.get(as, `${changesPath}?count=1000&after=${after}`);
      const { data } = answer.json<Page>();
      items.push(...data.list);
      after = data.next_after;
      if (after === Number(answer.headers['x-genjin-revision'])) break;
    }
    expect(replayed(items)).toEqual(await stored(demo.server.core, testTenant));
  } finally {
    await demo.server.close();
  }
});
