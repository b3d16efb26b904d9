/** Next follow-ups: said with an entry or without, shown where OKKI shows them, and listed by when they are due. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry, type WireEntry } from '../support/entries.ts';
import { addPerson, signIn } from '../support/people.ts';
import { pushPath, startServer } from '../support/server.ts';

const nextPath = '/v1/dynamic/next/list';
const setPath = '/v1/dynamic/next/push';
const otherTenant = 777;
const old = '2024-01-01 00:00:00';
const never = '1970-01-01 00:00:00';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  entry({ trail_id: 11, company_id: 100, create_time: old, create_user: 7 }),
  entry({ company_id: 101, create_time: '2024-06-01 08:00:00' }),
  entry({ company_id: 102, company_info: { company_id: 102, name: 'gone', is_archive: 0 }, create_time: old }),
  entry({ lead_id: 200, create_time: old }),
  entry({ company_id: 100, opportunity_id: 300, create_time: old }),
  entry({ opportunity_id: 301, create_time: old }),
  entry({ client_id: otherTenant, company_id: 900, create_time: old }),
]);
const application = await server.application();
const token = await server.token(application);
const lin = await addPerson(server, 'lin@example.com');
const wu = await addPerson(server, 'wu@example.com');
const linToken = (await signIn(server, application, lin)).access_token;

interface Said {
  readonly code: number;
  readonly message: string;
  readonly data: WireEntry;
}

interface Row {
  readonly subject: string;
  readonly id: number;
  readonly next_follow_up_time: string;
}

const post = async (path: string, body: unknown, as = token, headers = {}): Promise<Said> =>
  (await server.post(as, path, body, headers)).json<Said>();
const get = async (path: string, as = token): Promise<WireEntry> => (await server.get(as, path)).json<{ data: WireEntry }>().data;

async function list(query = '', as = token): Promise<{ list: Row[]; totalItem: number }> {
  const answer = await server.get(as, `${nextPath}?${query}`);
  const { code, message, data } = answer.json<{ code: number; message: string; data: { list: Row[]; totalItem: number } }>();
  expect({ status: answer.status, code, message }).toEqual({ status: 200, code: 200, message: 'success' });
  return data;
}

const brief = async (query = '', as = token): Promise<string[]> =>
  (await list(query, as)).list.map(({ subject, id }) => `${subject} ${id}`);

async function set(subject: string, id: number, next_follow_up_time: unknown): Promise<void> {
  expect(await post(setPath, { subject, id, next_follow_up_time })).toMatchObject({ code: 200 });
}

const all = [
  ['company', 100],
  ['company', 101],
  ['lead', 200],
  ['opportunity', 300],
  ['opportunity', 301],
] as const;

// Nothing has one.
beforeEach(async () => {
  server.clock.advance(1000);
  for (const [subject, id] of all) await set(subject, id, '');
});

describe('an entry says when to follow up next', () => {
  const record = (fields: WireEntry): Promise<Said> => post(pushPath, { content: '打电话', ...fields });
  it.each([
    { name: 'of its company', about: { company_id: 100 }, of: 'company 100' },
    { name: 'of its lead', about: { lead_id: 200 }, of: 'lead 200' },
    { name: 'of its opportunity, which has no company', about: { opportunity_id: 301 }, of: 'opportunity 301' },
    { name: 'of the company that its opportunity brings', about: { opportunity_id: 300 }, of: 'company 100' },
    { name: 'of its company before its lead', about: { company_id: 101, lead_id: 200 }, of: 'company 101' },
  ])('$name', async ({ about, of }) => {
    expect((await record({ ...about, next_follow_up_time: '2024-11-08 09:30:00' })).code).toBe(200);
    const [subject, id] = of.split(' ');
    expect((await list()).list).toMatchObject([{ subject, id: Number(id), next_follow_up_time: '2024-11-08 09:30:00' }]);
    // Not said again it stays, said empty it goes.
    expect((await record(about)).code).toBe(200);
    expect(await brief()).toEqual([of]);
    expect((await record({ ...about, next_follow_up_time: '' })).code).toBe(200);
    expect(await brief()).toEqual([]);
  });

  it('when it is edited, too, and an edit of nothing else leaves the entry', async () => {
    const before = await get('/v1/dynamic/trail/info?trail_id=11');
    expect((await post(pushPath, { trail_id: 11, next_follow_up_time: '2024-12-01' })).code).toBe(200);
    expect((await list()).list).toMatchObject([{ subject: 'company', id: 100, next_follow_up_time: '2024-12-01 00:00:00' }]);
    expect(await get('/v1/dynamic/trail/info?trail_id=11')).toEqual(before);
    expect((await post(pushPath, { trail_id: 11, company_id: 101, next_follow_up_time: '2024-12-02' })).code).toBe(200);
    expect(await brief()).toEqual(['company 100', 'company 101']);
    expect((await post(pushPath, { trail_id: 11, company_id: 100 })).code).toBe(200);
  });

  it('of many at once, the last of one company counts', async () => {
    const said = ['2024-12-01', '2024-12-03', '2024-12-02'].map((next_follow_up_time) => ({
      company_id: 100,
      content: 'x',
      next_follow_up_time,
    }));
    expect((await post(`${pushPath}/batch`, { list: said })).code).toBe(200);
    expect((await list()).list).toMatchObject([{ id: 100, next_follow_up_time: '2024-12-02 00:00:00' }]);
  });

  it('is refused with an entry that is not recorded, and nothing is set', async () => {
    for (const [fields, field] of [
      [{ next_follow_up_time: '2024-02-30' }, 'next_follow_up_time'],
      [{ next_follow_up_time: '2024-12-01', content: ' ' }, '备注内容不能为空'],
    ] as const)
      expect(await record({ company_id: 100, ...fields })).toMatchObject({ message: expect.stringContaining(field), data: [] });
    expect(await brief()).toEqual([]);
  });
});

describe('set without an entry', () => {
  it.each(all)('of %s %i, shown and cleared', async (subject, id) => {
    const said = await post(setPath, { subject, id, next_follow_up_time: '2024-11-08' });
    expect(said.data).toEqual({ subject, id, next_follow_up_time: '2024-11-08 00:00:00' });
    expect(await brief()).toEqual([`${subject} ${id}`]);
    expect((await post(setPath, { subject, id, next_follow_up_time: null })).data).toEqual({
      subject,
      id,
      next_follow_up_time: '',
    });
    expect(await brief()).toEqual([]);
  });

  it('is seen where OKKI shows it, and moves the update time, not the time of the last edit', async () => {
    const before = await get('/v1/company/info?company_id=100');
    await set('company', 100, '2024-11-08 09:30:00');
    const after = await get('/v1/company/info?company_id=100');
    expect(before).toMatchObject({ next_follow_up_time: never });
    expect(after).toMatchObject({ next_follow_up_time: '2024-11-08 09:30:00', edit_time: before['edit_time'] });
    expect(after['update_time']).not.toBe(before['update_time']);
    await set('opportunity', 300, '2024-11-09');
    const { list: opportunities } = (await get('/v1/opportunity/list?count=100')) as { list: WireEntry[] };
    expect(opportunities.find((one) => one['opportunity_id'] === 300)).toMatchObject({
      next_follow_up_time: '2024-11-09 00:00:00',
    });
    expect(opportunities.find((one) => one['opportunity_id'] === 301)).toMatchObject({ next_follow_up_time: '' });
  });

  it('by the pushes of companies, leads and opportunities', async () => {
    const at = '2024-11-20 08:00:00';
    await post('/v1/company/pushCompanyAndCustomers', { company_id: 100, next_follow_up_time: at });
    await post('/v1/lead/push', { lead_id: 200, next_follow_up_time: at });
    await post('/v1/opportunity/push', { opportunity_id: 300, next_follow_up_time: at });
    expect(await brief()).toEqual(['company 100', 'lead 200', 'opportunity 300']);
    await post('/v1/lead/push', { lead_id: 200, remark: 'x' });
    await post('/v1/opportunity/push', { opportunity_id: 300, next_follow_up_time: '' });
    expect(await brief()).toEqual(['company 100', 'lead 200']);
  });

  it('is done once under its key', async () => {
    const body = { subject: 'company', id: 100, next_follow_up_time: '2024-11-08' };
    const headers = { 'Idempotency-Key': 'next-1' };
    await post(setPath, body, token, headers);
    await set('company', 100, '2024-11-09');
    expect((await post(setPath, body, token, headers)).code).toBe(200);
    expect((await list()).list).toMatchObject([{ next_follow_up_time: '2024-11-09 00:00:00' }]);
    expect((await post(setPath, { ...body, id: 101 }, token, headers)).code).toBe(409);
  });

  const refused: { name: string; body: WireEntry; code: number; words: string }[] = [
    { name: 'no subject', body: { id: 100, next_follow_up_time: '' }, code: 400, words: 'subject is missing' },
    { name: 'another subject', body: { subject: 'user', id: 7, next_follow_up_time: '' }, code: 400, words: 'subject: "user"' },
    {
      name: 'no id',
      body: { subject: 'lead', next_follow_up_time: '' },
      code: 400,
      words: 'id is missing; accepted: the id of the lead',
    },
    { name: 'no time', body: { subject: 'lead', id: 200 }, code: 400, words: 'next_follow_up_time is missing' },
    { name: 'a time that is none', body: { subject: 'lead', id: 200, next_follow_up_time: 'soon' }, code: 400, words: '"soon"' },
    { name: 'an unknown one', body: { subject: 'lead', id: 100, next_follow_up_time: '' }, code: 404, words: 'Not Found' },
    { name: 'a removed one', body: { subject: 'company', id: 102, next_follow_up_time: '' }, code: 404, words: 'Not Found' },
    {
      name: "another enterprise's",
      body: { subject: 'company', id: 900, next_follow_up_time: '' },
      code: 404,
      words: 'Not Found',
    },
  ];
  it.each(refused)('is refused: $name', async ({ body, code, words }) => {
    const said = await post(setPath, body);
    expect(said).toMatchObject({ code, data: [] });
    expect(said.message).toContain(words);
  });
});

describe('the list', () => {
  it('has what is due in its order, with the exact total, page by page', async () => {
    await set('company', 100, '2024-11-05 09:00:00');
    await set('company', 101, '2024-11-04 09:00:00');
    await set('lead', 200, '2024-11-05 09:00:00');
    await set('opportunity', 300, '2024-11-05 09:00:00');
    await set('opportunity', 301, '2023-01-01');
    const order = ['opportunity 301', 'company 101', 'company 100', 'lead 200', 'opportunity 300'];
    expect(await brief()).toEqual(order);
    expect(await brief('sort=desc')).toEqual(order.toReversed());
    expect(await brief('start_time=2024-11-04&end_time=2024-11-04')).toEqual(['company 101']);
    expect(await brief('end_time=2024-11-04+10:00:00')).toEqual(['opportunity 301', 'company 101']);
    expect(await brief('start_time=2024-11-05+09:00:00&sort=desc')).toEqual(order.slice(2).toReversed());
    const pages: string[] = [];
    for (let page = 1; page <= 4; page++) {
      const { list: rows, totalItem } = await list(`count=2&start_index=${page}`);
      expect(totalItem).toBe(5);
      pages.push(...rows.map(({ subject, id }) => `${subject} ${id}`));
    }
    expect(pages).toEqual(order);
    expect(await list('subject=opportunity&count=1')).toMatchObject({ list: [{ id: 301 }], totalItem: 2 });
    expect(await brief('subject=lead&id=200')).toEqual(['lead 200']);
    expect(await brief('subject=company&id=200')).toEqual([]);
  });

  it('shows whose it is and when there was contact last', async () => {
    await post('/v1/company/pushCompanyAndCustomers', { company_id: 101, user_id: [lin.userId, wu.userId], name: '甲' });
    await set('company', 101, '2024-11-05');
    expect((await list()).list).toEqual([
      {
        subject: 'company',
        id: 101,
        name: '甲',
        owner_ids: [lin.userId, wu.userId],
        next_follow_up_time: '2024-11-05 00:00:00',
        last_contact_time: expect.stringMatching(/^2024-/),
      },
    ]);
    const { company_id } = (await post('/v1/company/pushCompanyAndCustomers', { name: 'new', next_follow_up_time: '2024-11-06' }))
      .data;
    expect((await list()).list.find(({ id }) => id === company_id)).toMatchObject({ owner_ids: [], last_contact_time: '' });
    await post('/v1/company/removeCompanyAndCustomers', { company_id });
    expect(await brief()).toEqual(['company 101']);
    await post('/v1/company/pushCompanyAndCustomers', { company_id: 101, user_id: '' });
  });

  it('of one who looks after it, of opportunities the main user', async () => {
    for (const [subject, id] of all) await set(subject, id, '2024-11-05');
    await post('/v1/company/pushCompanyAndCustomers', { company_id: 101, user_id: [wu.userId, lin.userId] });
    await post('/v1/lead/push', { lead_id: 200, user_id: lin.userId });
    await post('/v1/opportunity/push', { opportunity_id: 300, main_user: lin.userId, handler: [wu.userId] });
    expect(await brief(`user_id=${lin.userId}`)).toEqual(['company 101', 'lead 200', 'opportunity 300']);
    expect(await brief(`user_id=${wu.userId}`)).toEqual(['company 101']);
    expect(await brief('user_id=1')).toEqual([]);
  });

  it('leaves out kinds whose scopes the token has not, and refuses to be asked for them', async () => {
    for (const [subject, id] of all) await set(subject, id, '2024-11-05');
    const narrow = await server.token(application, 'company');
    expect(await brief('', narrow)).toEqual(['company 100', 'company 101']);
    expect(await brief('', linToken)).toHaveLength(5);
    expect((await server.get(narrow, `${nextPath}?subject=lead`)).json()).toMatchObject({ message: 'no permission lead scopes' });
    const body = { subject: 'opportunity', id: 300, next_follow_up_time: '' };
    expect((await post(setPath, body, narrow)).message).toBe('no permission opportunity scopes');
    expect(await brief()).toHaveLength(5);
  });

  it.each([
    ['start_time=2024-11-05&end_time=2024-11-04', 'start_time'],
    ['sort=up', 'sort'],
    ['subject=user', 'subject'],
    ['id=100', 'with subject'],
  ])('refuses %s', async (query, words) => {
    const said = (await server.get(token, `${nextPath}?${query}`)).json<Said>();
    expect(said).toMatchObject({ code: 400, data: [] });
    expect(said.message).toContain(words);
  });
});
