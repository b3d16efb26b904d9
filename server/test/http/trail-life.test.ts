/** The life of an entry after it was recorded: edited, removed, restored; as it is, and as it was. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { addPerson, signIn } from '../support/people.ts';
import { newestOf, recorded } from '../support/push.ts';
import { pushPath, startServer } from '../support/server.ts';

const infoPath = '/v1/dynamic/trail/info';
const removePath = '/v1/dynamic/trail/remove';
const restorePath = '/v1/dynamic/trail/restore';
const historyPath = '/v1/dynamic/trail/history';
const otherTenant = 777;

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
const old = '2024-01-01 00:00:00';
await server.import([
  entry({ trail_id: 11, company_id: 100, customer_id: [1001, 1002], create_user: 7, create_time: old }),
  entry({ trail_id: 13, company_id: 101, customer_id: [1011], create_time: old }),
  entry({ trail_id: 15, lead_id: 200, lead_customer_id: [2001], create_time: old }),
  entry({ trail_id: 17, lead_id: 201, lead_customer_id: [2011], create_time: old }),
  entry({ trail_id: 19, company_id: 100, opportunity_id: 300, create_time: old }),
  entry({ trail_id: 21, company_id: 101, opportunity_id: 301, create_time: old }),
  entry({ trail_id: 23, company_id: 102, company_info: { company_id: 102, name: 'gone', is_archive: 0 }, create_time: old }),
  entry({ trail_id: 25, company_id: 100, type: 801, content: '', create_time: old }),
  entry({ trail_id: 27, company_id: 100, create_time: old, update_time: '2030-01-01 00:00:00' }),
  entry({ trail_id: 901, client_id: otherTenant, company_id: 900, create_time: old }),
]);
const application = await server.application();
const token = await server.token(application);
const stranger = await server.tokenOf(otherTenant);

// Every change has a second of its own.
beforeEach(() => server.clock.advance(1000));

interface Said {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data: WireEntry;
}

async function post(path: string, body: unknown, headers = {}, as = token): Promise<Said> {
  const answer = await server.post(as, path, body, headers);
  return { ...answer.json<Said>(), status: answer.status };
}

const record = async (fields: WireEntry = {}): Promise<number> =>
  recorded(await server.post(token, pushPath, { company_id: 100, content: '打电话', ...fields }));

async function info(trailId: number, query = ''): Promise<{ entry: WireEntry; etag: string | undefined; code: number }> {
  const answer = await server.get(token, `${infoPath}?trail_id=${trailId}${query}`);
  const { code, data } = answer.json<{ code: number; data: WireEntry }>();
  return { code, entry: data, etag: answer.headers.etag };
}

const edit = (trailId: number, fields: WireEntry, headers = {}, as = token): Promise<Said> =>
  post(pushPath, { trail_id: trailId, ...fields }, headers, as);

describe('an edit changes what is given, and nothing else', () => {
  it.each([
    { name: 'the text', given: { content: ' 改 ' }, becomes: { content: ' 改 ' } },
    { name: 'the type', given: { remark_type: 103 }, becomes: { type: 103 } },
    { name: 'the time, back', given: { create_time: '2024-03-01' }, becomes: { create_time: '2024-03-01 00:00:00' } },
    { name: 'the author', given: { create_user: 7 }, becomes: { create_user: 7 } },
    { name: 'the contact persons', given: { customer_id: [1002] }, becomes: { customer_id: [1002] } },
    { name: 'no contact persons', given: { customer_id: '' }, becomes: { customer_id: [] } },
    { name: 'another company: its contacts go', given: { company_id: 101 }, becomes: { company_id: 101, customer_id: [] } },
    {
      name: 'another company with a contact of it',
      given: { company_id: '101', customer_id: [1011] },
      becomes: { company_id: 101, customer_id: [1011] },
    },
    {
      name: 'an opportunity, which brings its company',
      given: { opportunity_id: 301 },
      becomes: { opportunity_id: 301, company_id: 101, customer_id: [] },
    },
    {
      name: 'an opportunity of the same company',
      given: { opportunity_id: 300 },
      becomes: { opportunity_id: 300, company_id: 100 },
    },
    {
      name: 'a lead beside it',
      given: { lead_id: 200, lead_customer_id: [2001] },
      becomes: { lead_id: 200, lead_customer_id: [2001] },
    },
    { name: 'a lead instead', given: { lead_id: 200, company_id: 0 }, becomes: { lead_id: 200, company_id: 0, customer_id: [] } },
    {
      name: 'what it cannot be without stays',
      given: { remark_type: '', create_time: '', create_user: 0, content: 'x' },
      becomes: { content: 'x' },
    },
    { name: 'nothing', given: {}, becomes: null },
    { name: 'what it is already', given: { content: '打电话', company_id: 100 }, becomes: null },
  ])('$name', async ({ given, becomes }) => {
    const id = await record({ customer_id: [1001] });
    const before = await info(id);
    server.clock.advance(5000);
    const { code, data } = await edit(id, given);
    expect({ code, data }).toEqual({ code: 200, data: { trail_id: id } });
    const { entry: after, etag } = await info(id);
    if (becomes === null) {
      expect(after).toEqual(before.entry);
      expect(etag).toBe(before.etag);
      return;
    }
    const own = (one: WireEntry) => Object.fromEntries(Object.entries(one).filter(([name]) => !name.endsWith('_info')));
    expect(own(after)).toEqual({ ...own(before.entry), ...becomes, update_time: timeNow() });
    expect(etag).not.toBe(before.etag);
  });

  const timeNow = (): string => new Date(server.clock.at + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

  it('moves the entry in the lists', async () => {
    const id = await record();
    await edit(id, { company_id: 101, create_time: '2023-05-05 05:05:05' });
    const of = async (query: string) =>
      (await server.get(token, `/v1/dynamic/trail/list?${query}`))
        .json<{ data: { list: WireEntry[] } }>()
        .data.list.map((one) => one['trail_id']);
    expect(await of('company_id=100&count=200')).not.toContain(id);
    expect(await of('company_id=101&count=200&end_time=2023-05-05')).toEqual([id]);
  });

  it('leaves an imported entry what no record may have', async () => {
    expect((await edit(25, { remark_type: 801, content: '', lead_id: 200 })).code).toBe(200);
    expect((await info(25)).entry).toMatchObject({ type: 801, content: '', lead_id: 200 });
  });

  it('stands against the import that brought the entry, also one from the future', async () => {
    const brought = entry({ trail_id: 27, company_id: 100, create_time: old, update_time: '2030-01-01 00:00:00' });
    expect((await edit(27, { content: 'edited' })).code).toBe(200);
    await server.import([brought]);
    expect((await info(27)).entry).toMatchObject({ content: 'edited', update_time: '2030-01-01 00:00:00' });
  });
});

describe('an edit is refused, and changes nothing', () => {
  it.each([
    { name: 'type unknown', given: { remark_type: 999 }, code: -1, message: '不支持的类型' },
    { name: 'type of the system', given: { remark_type: 801 }, code: -1, message: '不支持的类型' },
    { name: 'blank text', given: { content: ' \n' }, code: -1, message: '备注内容不能为空' },
    { name: 'about nothing', given: { company_id: 0 }, code: -1, message: 'lead_id and company_id and opportunity_id is empty' },
    { name: 'company unknown', given: { company_id: 999 }, code: 404, message: 'Not Found Resource' },
    { name: 'company removed', given: { company_id: 102 }, code: 404, message: 'Not Found Resource' },
    { name: "another tenant's company", given: { company_id: 900 }, code: 404, message: 'Not Found Resource' },
    { name: 'lead unknown', given: { lead_id: 999 }, code: 404, message: 'Not Found Resource' },
    { name: 'opportunity unknown', given: { opportunity_id: 999 }, code: 404, message: 'Not Found Resource' },
    { name: 'contact unknown', given: { customer_id: [1001, 999] }, code: 404, message: 'Not Found Resource' },
    { name: 'file unknown', given: { file_ids: [999] }, code: 404, message: 'Not Found Resource' },
    { name: 'author unknown', given: { create_user: 999 }, code: 404, message: 'Not Found Resource' },
    {
      name: "another company's contact",
      given: { customer_id: [1011] },
      code: 400,
      message: 'contact 1011 belongs to company 101',
    },
    {
      name: "another lead's contact",
      given: { lead_id: 200, lead_customer_id: [2011] },
      code: 400,
      message: 'contact 2011 belongs to lead 201',
    },
    {
      name: 'company and opportunity apart',
      given: { company_id: 101, opportunity_id: 300 },
      code: 400,
      message: 'opportunity 300 belongs to company 100',
    },
    { name: 'the future', given: { create_time: '2030-01-01' }, code: 400, message: "accepted: a time not after the server's" },
    { name: 'no id', given: { company_id: 'x' }, code: 400, message: 'company_id: "x" is not accepted' },
    { name: 'no text', given: { content: 7 }, code: 400, message: 'content: 7 is not accepted' },
  ])('$name', async ({ given, code, message }) => {
    const id = await record({ customer_id: [1001] });
    const before = await info(id);
    const said = await edit(id, given);
    expect({ status: said.status, code: said.code, data: said.data }).toEqual({ status: 200, code, data: [] });
    expect(said.message).toContain(message);
    expect(await info(id)).toEqual(before);
  });

  it.each([
    ['an entry that never was', 999_999, 'content'],
    ["another tenant's", 901, 'content'],
  ])('%s', async (_name, trailId) => {
    expect((await edit(trailId, { content: 'x' })).code).toBe(404);
  });

  it('a removed one, until it is restored', async () => {
    const id = await record();
    await post(removePath, { trail_id: id });
    expect((await edit(id, { content: 'x' })).code).toBe(404);
    await post(restorePath, { trail_id: id });
    expect((await edit(id, { content: 'x' })).code).toBe(200);
  });

  it('a batch records, and names a trail_id as ignored', async () => {
    const id = await record();
    const answer = await server.post(token, `${pushPath}/batch`, { list: [{ trail_id: id, company_id: 100, content: 'new' }] });
    expect(answer.headers['x-genjin-ignored']).toContain('list[].trail_id');
    expect(answer.json<{ data: { list: { trail_id: number }[] } }>().data.list[0]?.trail_id).not.toBe(id);
  });
});

describe('remove and restore', () => {
  it('take an entry out of the list and put it back where it was', async () => {
    const id = await record();
    const total = async () => (await newestOf(server, token)).total;
    const [before, shown] = [await total(), (await info(id)).entry];
    server.clock.advance(1000);
    expect(await post(removePath, { trail_id: id })).toMatchObject({ code: 200, data: { trail_id: id } });
    expect(await total()).toBe(before - 1);
    expect((await info(id)).code).toBe(404);
    const removed = (await info(id, '&removed=1')).entry;
    expect(removed).toMatchObject({ trail_id: id, delete_flag: 1 });
    expect(removed['update_time']).not.toBe(shown['update_time']);
    expect((await post(removePath, { trail_id: id })).code).toBe(404);
    server.clock.advance(1000);
    expect(await post(restorePath, { trail_id: id })).toMatchObject({ code: 200, data: { trail_id: id } });
    expect(await total()).toBe(before);
    expect((await newestOf(server, token)).entry).toMatchObject({ ...shown, update_time: expect.any(String) });
    const { etag } = await info(id);
    expect((await post(restorePath, { trail_id: id })).code).toBe(200);
    expect((await info(id)).etag).toBe(etag);
  });

  it.each([
    ['no id', {}, 400],
    ['no id but a key', { idempotency_key: 'x' }, 400],
    ['a wrong one', { trail_id: 'x' }, 400],
    ['one that never was', { trail_id: 999_999 }, 404],
    ["another tenant's", { trail_id: 901 }, 404],
  ])('refuse %s', async (_name, body, code) => {
    for (const path of [removePath, restorePath]) expect((await post(path, body)).code).toBe(code);
  });
});

describe('erase', () => {
  const erasePath = '/v1/dynamic/trail/erase';
  const changesPath = '/v1/dynamic/trail/changes';

  it('deletes the text in every version and everywhere it is answered, and nothing else', async () => {
    const id = await record({ content: 'secret one', remark_type: 103 });
    const { etag = '' } = await info(id);
    const at = Number(etag.slice(2, -1));
    await edit(id, { content: 'secret two' });
    expect(await post(erasePath, { trail_id: id })).toMatchObject({ code: 200, data: { trail_id: id } });
    expect((await info(id)).entry).toMatchObject({ content: '', type: 103, company_id: 100, delete_flag: 0 });
    const answers: string[] = [];
    for (const path of [
      `${historyPath}?trail_id=${id}`,
      `${changesPath}?after=${at - 1}`,
      `/v1/dynamic/trail/list?as_of=${at}`,
      '/v1/dynamic/trail/list?keyword=secret',
    ])
      answers.push((await server.get(await server.token(application), path)).text);
    expect(answers.filter((text) => /secret (one|two)/.test(text))).toEqual([]);
    const { list } = (JSON.parse(answers[0] ?? '') as { data: { list: WireEntry[] } }).data;
    expect(list.map(({ action, erased }) => [action, erased])).toEqual([
      ['recorded', 1],
      ['edited', 1],
      ['erased', 0],
    ]);
    const contents = list.map(({ changes }) => (changes as WireEntry[]).find(({ field }) => field === 'content'));
    expect(contents).toEqual([{ field: 'content', from: null, to: null }, undefined, { field: 'content', from: null, to: '' }]);
    // Once more is nothing more.
    const after = await info(id);
    expect((await post(erasePath, { trail_id: id })).code).toBe(200);
    expect(await info(id)).toEqual(after);
    // It can be written anew.
    expect((await edit(id, { content: 'written anew' })).code).toBe(200);
    expect((await info(id)).entry).toMatchObject({ content: 'written anew' });
  });

  it('is for applications, and for what is there', async () => {
    const id = await record();
    const person = await addPerson(server, `dora${server.clock.at}@example.com`);
    const { access_token } = await signIn(server, application, person);
    expect(await post(erasePath, { trail_id: id }, {}, access_token)).toMatchObject({ status: 200, code: 403 });
    expect((await post(erasePath, { trail_id: 901 })).code).toBe(404);
    expect((await post(erasePath, { trail_id: 0, x: 1 })).code).toBe(400);
    expect((await info(id)).entry).toMatchObject({ content: '打电话' });
  });
});

describe('who may', () => {
  it('a member changes its own entries, an application those of everybody', async () => {
    const [anna, bert] = [await addPerson(server, 'anna@example.com'), await addPerson(server, 'bert@example.com')];
    const [ofAnna, ofBert] = [await signIn(server, application, anna), await signIn(server, application, bert)];
    const id = recorded(await server.post(ofAnna.access_token, pushPath, { company_id: 100, content: 'hers' }));
    const tries = async (as: string, trailId = id): Promise<number[]> => [
      (await edit(trailId, { content: `by ${as.slice(0, 8)}${trailId}` }, {}, as)).code,
      (await post(removePath, { trail_id: trailId }, {}, as)).code,
      (await post(restorePath, { trail_id: trailId }, {}, as)).code,
    ];
    expect(await tries(ofBert.access_token)).toEqual([403, 403, 403]);
    expect((await edit(id, { content: 'x' }, {}, ofBert.access_token)).message).toContain(`entry ${id} is another user's`);
    expect(await tries(ofAnna.access_token)).toEqual([200, 200, 200]);
    expect(await tries(token)).toEqual([200, 200, 200]);
    expect(await tries(stranger)).toEqual([404, 404, 404]);
    // Not even away from themselves, nor of an entry without author.
    expect(await edit(id, { create_user: bert.userId }, {}, ofAnna.access_token)).toMatchObject({ code: 400 });
    expect(await tries(ofAnna.access_token, 13)).toEqual([403, 403, 403]);
    // Whoever wrote it, it is read.
    expect((await server.get(ofBert.access_token, `${infoPath}?trail_id=${id}`)).json().code).toBe(200);
  });
});

describe('If-Match', () => {
  it.each([
    ['the tag', (tag: string) => tag, 200],
    ['a weak one, as a proxy makes it', (tag: string) => `W/${tag}`, 200],
    ['one of several', (tag: string) => `"r1", ${tag}`, 200],
    ['any', () => '*', 200],
    ['a stale one', () => '"r1"', 409],
    ['one of another kind', () => '"abc"', 409],
    ['no tag', () => 'r17', 400],
    ['nothing', () => '', 400],
  ])('%s', async (_name, header, code) => {
    const id = await record();
    const tag = async (): Promise<string> => (await info(id, '&removed=1')).etag as string;
    const before = await tag();
    const said = await edit(id, { content: 'x' }, { 'If-Match': header(before) });
    expect(said.code).toBe(code);
    if (code === 409) expect(said.message).toContain(before.slice(1, -1));
    expect((await tag()) !== before).toBe(code === 200);
    expect((await post(removePath, { trail_id: id }, { 'If-Match': header(await tag()) })).code).toBe(code);
    expect((await post(restorePath, { trail_id: id }, { 'If-Match': header(await tag()) })).code).toBe(code);
  });

  it('of two edits that began alike the second is refused', async () => {
    const id = await record();
    const { etag = '' } = await info(id);
    const said = await Promise.all(['a', 'b'].map((content) => edit(id, { content }, { 'If-Match': etag })));
    expect(said.map(({ code }) => code).toSorted()).toEqual([200, 409]);
  });

  it('goes with an entry that is there', async () => {
    const said = await post(pushPath, { company_id: 100, content: 'x' }, { 'If-Match': '"r1"' });
    expect(said).toMatchObject({ code: 400, message: expect.stringContaining('with trail_id only') });
  });
});

describe('an idempotency key', () => {
  it('does an edit, a removal and a restoration once', async () => {
    const id = await record();
    const { etag = '' } = await info(id);
    const key = { 'Idempotency-Key': `edit-${id}` };
    const once = () => edit(id, { content: 'once' }, { ...key, 'If-Match': etag });
    expect(await once()).toMatchObject({ code: 200, data: { trail_id: id } });
    await edit(id, { content: 'later' });
    expect(await once()).toMatchObject({ code: 200, data: { trail_id: id } });
    expect((await info(id)).entry).toMatchObject({ content: 'later' });
    expect((await edit(id, { content: 'other' }, key)).code).toBe(409);
    const remove = () => post(removePath, { trail_id: id, idempotency_key: `remove-${id}` });
    expect([(await remove()).code, (await remove()).code]).toEqual([200, 200]);
    const restore = () => post(restorePath, { trail_id: id, idempotency_key: `restore-${id}` });
    expect((await restore()).code).toBe(200);
    await post(removePath, { trail_id: id });
    expect((await restore()).code).toBe(200);
    expect((await info(id)).code).toBe(404);
  });
});

describe('info', () => {
  it('is the entry as the list shows it, and its ETag the revision of the entry alone', async () => {
    const id = await record();
    const { entry: shown, etag = '' } = await info(id);
    expect(shown).toEqual((await newestOf(server, token)).entry);
    expect(etag).toMatch(/^"r[1-9]\d*"$/);
    await server.post(token, '/v1/company/pushCompanyAndCustomers', { company_id: 100, name: `renamed ${id}` });
    const again = await server.get(token, `${infoPath}?trail_id=${id}`, { 'If-None-Match': etag });
    expect({ status: again.status, etag: again.headers.etag }).toEqual({ status: 200, etag });
    expect(again.text).toContain(`renamed ${id}`);
  });

  it.each([
    ['', 400],
    ['trail_id=', 400],
    ['trail_id=x', 400],
    ['trail_id=11&removed=2', 400],
    ['trail_id=999999', 404],
    ['trail_id=901', 404],
  ])('%s is refused', async (query, code) => {
    expect((await server.get(token, `${infoPath}?${query}`)).json().code).toBe(code);
  });
});

describe('history', () => {
  interface Version {
    readonly revision: number;
    readonly action: string;
    readonly actor: string;
    readonly nickname: string;
    readonly time: string;
    readonly changes: readonly { readonly field: string; readonly from: unknown; readonly to: unknown }[];
  }
  const history = async (trailId: number, query = '') => {
    const answer = await server.get(token, `${historyPath}?trail_id=${trailId}${query}`);
    const { data } = answer.json<{ data: { list: Version[]; totalItem: number } }>();
    return { ...data, revision: answer.headers['x-genjin-revision'] };
  };

  it('has every version: when, who, and what changed from and to', async () => {
    const person = await addPerson(server, `carl${server.clock.at}@example.com`);
    const { access_token } = await signIn(server, application, person);
    const id = recorded(await server.post(access_token, pushPath, { company_id: 100, content: 'first', remark_type: 103 }));
    server.clock.set('2024-11-04 12:00:00');
    await edit(id, { content: 'second', company_id: 101, create_time: '2024-05-01 10:00:00' });
    server.clock.set('2024-11-04 13:00:00');
    await post(removePath, { trail_id: id });
    await post(restorePath, { trail_id: id });
    const { list, totalItem, revision } = await history(id);
    expect(totalItem).toBe(4);
    expect(list.map(({ action, actor, nickname, time }) => ({ action, actor, nickname, time }))).toEqual([
      { action: 'recorded', actor: `user:${person.userId}`, nickname: `name of ${person.email}`, time: expect.any(String) },
      { action: 'edited', actor: `app:${application.clientId}`, nickname: `app of ${testTenant}`, time: '2024-11-04 12:00:00' },
      { action: 'removed', actor: `app:${application.clientId}`, nickname: `app of ${testTenant}`, time: '2024-11-04 13:00:00' },
      { action: 'restored', actor: `app:${application.clientId}`, nickname: `app of ${testTenant}`, time: '2024-11-04 13:00:00' },
    ]);
    const changes = list.map((version) => Object.fromEntries(version.changes.map(({ field, from, to }) => [field, [from, to]])));
    expect(changes[0]).toMatchObject({
      content: [null, 'first'],
      type: [null, 103],
      company_id: [null, 100],
      trail_id: [null, id],
    });
    expect(changes[0]).not.toHaveProperty('lead_id');
    expect(changes[1]).toEqual({
      content: ['first', 'second'],
      company_id: [100, 101],
      create_time: [expect.any(String), '2024-05-01 10:00:00'],
      update_time: [expect.any(String), '2024-11-04 12:00:00'],
    });
    expect(changes[2]).toEqual({ delete_flag: [0, 1], update_time: ['2024-11-04 12:00:00', '2024-11-04 13:00:00'] });
    expect(changes[3]).toEqual({ delete_flag: [1, 0] });
    expect(list.at(-1)?.revision).toBe(Number((await info(id)).etag?.slice(2, -1)));
    expect(Number(revision)).toBeGreaterThanOrEqual(list.at(-1)?.revision ?? Number.NaN);
  });

  it('pages: each has what the whole has there', async () => {
    const id = await record();
    for (let i = 1; i < 7; i++) await edit(id, { content: `${i}` });
    const whole = (await history(id)).list;
    expect(whole).toHaveLength(7);
    for (const count of [1, 2, 3, 7, 10]) {
      const pages: Version[] = [];
      for (let page = 1; page <= Math.ceil(7 / count) + 1; page++) {
        const { list, totalItem } = await history(id, `&count=${count}&start_index=${page}`);
        expect(totalItem).toBe(7);
        pages.push(...list);
      }
      expect(pages).toEqual(whole);
    }
  });

  it('of an imported entry that nobody touched is one version by a command, who is nobody', async () => {
    const { list } = await history(13);
    expect(list).toMatchObject([{ action: 'recorded', actor: 'command:import', user_id: 0, nickname: '' }]);
  });

  it('of what never was is 404', async () => {
    expect((await server.get(token, `${historyPath}?trail_id=999999`)).json().code).toBe(404);
    expect((await server.get(stranger, `${historyPath}?trail_id=11`)).json().code).toBe(404);
  });
});
