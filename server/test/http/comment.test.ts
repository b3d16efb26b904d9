/** Comments on entries: written, edited, taken off; and the number that an entry shows of them, wherever it is shown. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from '../../src/store/check.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { addPerson, signIn } from '../support/people.ts';
import { recorded } from '../support/push.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const commentsPath = '/v1/dynamic/comment/list';
const writePath = '/v1/dynamic/comment/push';
const removePath = '/v1/dynamic/comment/remove';
const otherTenant = 777;
const old = '2024-01-01 00:00:00';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  entry({ trail_id: 11, company_id: 100, create_time: old, comment_count: 3, create_user: 7 }),
  entry({ trail_id: 13, company_id: 100, create_time: old, delete_flag: 1 }),
  entry({ trail_id: 901, client_id: otherTenant, company_id: 900, create_time: old }),
]);
const application = await server.application();
const token = await server.token(application);
const stranger = await server.tokenOf(otherTenant);
const ownUser = (await server.core.applications.authenticate(token)).userId;
const lin = await addPerson(server, 'lin@example.com');
const linToken = (await signIn(server, application, lin)).access_token;
const wu = await addPerson(server, 'wu@example.com');
const wuToken = (await signIn(server, application, wu)).access_token;

// Every change has a second of its own.
beforeEach(() => server.clock.advance(1000));

interface Said {
  readonly code: number;
  readonly message: string;
  readonly data: WireEntry;
}

const post = async (path: string, body: unknown, as = token, headers = {}): Promise<Said> =>
  (await server.post(as, path, body, headers)).json<Said>();
const get = async <T = WireEntry>(path: string, as = token): Promise<T> => (await server.get(as, path)).json<{ data: T }>().data;

const record = async (): Promise<number> => recorded(await server.post(token, pushPath, { company_id: 100, content: '打电话' }));

async function comment(trailId: number, fields: WireEntry = {}, as = token): Promise<number> {
  const { code, message, data } = await post(writePath, { trail_id: trailId, content: '好', ...fields }, as);
  expect({ code, message }).toEqual({ code: 200, message: 'success' });
  return data['comment_id'] as number;
}

const commentsOn = (trailId: number, query = ''): Promise<{ list: WireEntry[]; totalItem: number }> =>
  get(`${commentsPath}?trail_id=${trailId}${query}`);

/** The number that the entry shows, in every place that shows it. */
async function countOf(trailId: number): Promise<number> {
  const info = await get(`/v1/dynamic/trail/info?trail_id=${trailId}&removed=1`);
  const removed = info['delete_flag'] === 1 ? '&removed=1' : '';
  const { list } = await get<{ list: WireEntry[] }>(`${listPath}?company_id=100&count=1000${removed}`);
  const listed = list.find((one) => one['trail_id'] === trailId);
  const lines = (await server.get(token, `/v1/dynamic/trail/export?company_id=100${removed}`)).text.trim().split('\n');
  const exported = lines.map((line) => JSON.parse(line) as WireEntry).find((one) => one['trail_id'] === trailId);
  const counts = [info, listed, exported].map((one) => one?.['comment_count']);
  expect(new Set(counts).size, counts.join()).toBe(1);
  return counts[0] as number;
}

describe('a comment', () => {
  it('is listed with all that is known of it, oldest first', async () => {
    const id = await record();
    const first = await comment(id, { content: ' 请看\n第二行 ', mentions: [lin.userId, wu.userId, lin.userId] }, linToken);
    server.clock.advance(1000);
    const second = await comment(id);
    const { list, totalItem } = await commentsOn(id);
    expect(totalItem).toBe(2);
    expect(list.map((one) => one['comment_id'])).toEqual([first, second]);
    expect(list[0]).toEqual({
      comment_id: first,
      trail_id: id,
      content: ' 请看\n第二行 ',
      mentions: [lin.userId, wu.userId],
      create_user: lin.userId,
      create_user_info: { nickname: 'name of lin@example.com', avatar: '' },
      create_time: expect.stringMatching(/^2024-11-04 10:/),
      update_time: list[0]?.['create_time'],
    });
    expect(list[1]).toMatchObject({ create_user: ownUser, mentions: [] });
    expect((await commentsOn(id, '&count=1&start_index=2')).list.map((one) => one['comment_id'])).toEqual([second]);
    expect(await commentsOn(id, '&start_index=3')).toEqual({ list: [], totalItem: 2 });
  });

  it('is counted beside those that came with the entry', async () => {
    const first = await comment(11);
    expect(await countOf(11)).toBe(4);
    await comment(11, {}, linToken);
    expect(await countOf(11)).toBe(5);
    await post(removePath, { comment_id: first });
    expect(await countOf(11)).toBe(4);
    expect((await commentsOn(11)).totalItem).toBe(1);
  });

  it('leaves when the entry was last changed, and is a version of it', async () => {
    const id = await record();
    const before = await get(`/v1/dynamic/trail/info?trail_id=${id}`);
    server.clock.advance(5000);
    await comment(id, {}, linToken);
    expect(await get(`/v1/dynamic/trail/info?trail_id=${id}`)).toEqual({ ...before, comment_count: 1 });
    const { list } = await get<{ list: WireEntry[] }>(`/v1/dynamic/trail/history?trail_id=${id}`);
    expect(list.at(-1)).toMatchObject({
      action: 'edited',
      user_id: lin.userId,
      changes: [{ field: 'comment_count', from: 0, to: 1 }],
    });
  });

  it('is edited: only what is given', async () => {
    const id = await record();
    const own = await comment(id, { content: '一', mentions: [lin.userId] }, linToken);
    server.clock.advance(2000);
    const shown = async () => (await commentsOn(id)).list[0];
    const before = await shown();
    expect(await post(writePath, { comment_id: own }, linToken)).toMatchObject({ code: 200, data: { comment_id: own } });
    expect(await shown()).toEqual(before);
    expect((await post(writePath, { comment_id: own, content: '二' }, linToken)).code).toBe(200);
    expect(await shown()).toEqual({
      ...before,
      content: '二',
      update_time: expect.not.stringMatching(String(before?.['update_time'])),
    });
    expect((await post(writePath, { comment_id: own, trail_id: id, mentions: [] }, linToken)).code).toBe(200);
    expect(await shown()).toMatchObject({ content: '二', mentions: [] });
    expect(await countOf(id)).toBe(1);
  });

  it('stays with an entry that is removed, and comes back with it', async () => {
    const id = await record();
    const [first, second] = [await comment(id), await comment(id)];
    await post('/v1/dynamic/trail/remove', { trail_id: id });
    expect((await commentsOn(id)).totalItem).toBe(2);
    expect((await post(writePath, { trail_id: id, content: 'x' })).code).toBe(404);
    expect((await post(writePath, { comment_id: first, content: 'x' })).code).toBe(404);
    expect((await post(removePath, { comment_id: second })).code).toBe(200);
    expect(await countOf(id)).toBe(1);
    await post('/v1/dynamic/trail/restore', { trail_id: id });
    expect(await countOf(id)).toBe(1);
    expect((await commentsOn(id)).list.map((one) => one['comment_id'])).toEqual([first]);
  });

  it('outlives an import of the entry, which sets the number of the others', async () => {
    const brought = { trail_id: 31, company_id: 100, create_time: old, comment_count: 2 };
    await server.import([entry({ ...brought, update_time: '2024-02-01 00:00:00' })]);
    await comment(31);
    expect(await countOf(31)).toBe(3);
    await server.import([entry({ ...brought, update_time: '2024-02-01 00:00:00' })]);
    expect(await countOf(31)).toBe(3);
    await server.import([entry({ ...brought, update_time: '2024-03-01 00:00:00', comment_count: 7, content: '新' })]);
    expect(await countOf(31)).toBe(8);
    expect((await commentsOn(31)).totalItem).toBe(1);
  });

  it('is counted as of any revision', async () => {
    const id = await record();
    const counts: number[] = [];
    const revisions: string[] = [];
    const note = async () => {
      counts.push(await countOf(id));
      revisions.push((await server.get(token, `${listPath}?count=1`)).headers['x-genjin-revision'] as string);
    };
    await note();
    const first = await comment(id);
    await note();
    await comment(id);
    await note();
    await post(removePath, { comment_id: first });
    await note();
    expect(counts).toEqual([0, 1, 2, 1]);
    for (const [i, revision] of revisions.entries()) {
      const { list } = await get<{ list: WireEntry[] }>(`${listPath}?company_id=100&count=1000&as_of=${revision}`);
      expect(list.find((one) => one['trail_id'] === id)?.['comment_count']).toBe(counts[i]);
    }
  });

  it('is in the change feed, its entry after it', async () => {
    const id = await record();
    const after = Number((await server.get(token, `${listPath}?count=1`)).headers['x-genjin-revision']);
    const own = await comment(id, { content: '看', mentions: [lin.userId] }, linToken);
    await post(removePath, { comment_id: own }, linToken);
    const { list } = await get<{ list: WireEntry[] }>(`/v1/dynamic/trail/changes?after=${after}&kind=comment,trail`);
    expect(list.map((one) => [one['kind'], one['action'], one['object_id']])).toEqual([
      ['comment', 'recorded', own],
      ['trail', 'edited', id],
      ['comment', 'removed', own],
      ['trail', 'edited', id],
    ]);
    expect(list[0]?.['object']).toEqual({
      comment_id: own,
      trail_id: id,
      content: '看',
      mentions: [lin.userId],
      create_user: lin.userId,
      create_time: expect.stringMatching(/^2024-11-04/),
      update_time: expect.stringMatching(/^2024-11-04/),
      delete_flag: 0,
    });
  });

  it('is added once under its key', async () => {
    const id = await record();
    const body = { trail_id: id, content: 'x' };
    const headers = { 'Idempotency-Key': 'comment-1' };
    const [first, again] = [await post(writePath, body, token, headers), await post(writePath, body, token, headers)];
    expect(again.data).toEqual(first.data);
    expect(await countOf(id)).toBe(1);
    expect((await post(writePath, { ...body, content: 'y' }, token, headers)).code).toBe(409);
  });

  it('is erased for good, in every version, and stays counted', async () => {
    const id = await record();
    const own = await comment(id, { content: '机密甲' });
    await post(writePath, { comment_id: own, content: '机密乙' });
    expect(await server.core.erasures.eraseAs(testTenant, 'command:erase', 'comment', own)).toBe(true);
    expect((await commentsOn(id)).list).toMatchObject([{ comment_id: own, content: '' }]);
    expect(await countOf(id)).toBe(1);
    expect(await server.place.rows("SELECT 1 FROM change WHERE before_words LIKE '%机密%'")).toEqual([]);
  });
});

describe('a comment is refused', () => {
  const refused: { name: string; body: WireEntry; code: number; words: string }[] = [
    { name: 'on nothing', body: { content: 'x' }, code: 400, words: 'trail_id is missing' },
    { name: 'on an unknown entry', body: { trail_id: 999, content: 'x' }, code: 404, words: 'Not Found' },
    { name: 'on a removed entry', body: { trail_id: 13, content: 'x' }, code: 404, words: 'Not Found' },
    { name: "on another enterprise's entry", body: { trail_id: 901, content: 'x' }, code: 404, words: 'Not Found' },
    { name: 'without a text', body: { trail_id: 11 }, code: 400, words: 'content is missing' },
    { name: 'with a blank text', body: { trail_id: 11, content: ' \n' }, code: 400, words: 'content: ' },
    { name: 'too long', body: { trail_id: 11, content: 'x'.repeat(2001) }, code: 400, words: 'at most 2000' },
    { name: 'half a character', body: { trail_id: 11, content: '\ud800' }, code: 400, words: 'well-formed' },
    { name: 'of a mention of nobody', body: { trail_id: 11, content: 'x', mentions: [999] }, code: 400, words: 'mentions: 999' },
    {
      name: 'of a mention that is no id',
      body: { trail_id: 11, content: 'x', mentions: ['lin'] },
      code: 400,
      words: 'mentions[0]',
    },
    {
      name: 'of too many mentions',
      body: { trail_id: 11, content: 'x', mentions: Array.from({ length: 51 }, (_, i) => i + 1) },
      code: 400,
      words: 'at most 50',
    },
    { name: 'that is not there', body: { comment_id: 999, content: 'x' }, code: 404, words: 'Not Found' },
  ];
  it.each(refused)('$name', async ({ body, code, words }) => {
    const before = await countOf(11);
    const said = await post(writePath, body);
    expect(said).toMatchObject({ code, data: [] });
    expect(said.message).toContain(words);
    expect(await countOf(11)).toBe(before);
  });

  it('the longest one is taken', async () => {
    const id = await record();
    await comment(id, { content: '长'.repeat(2000) });
    expect((await commentsOn(id)).list[0]?.['content']).toHaveLength(2000);
  });

  it.each([
    { name: 'edits', path: writePath, body: { content: '改' } },
    { name: 'removes', path: removePath, body: {} },
  ])('a person $name only its own, a program those of everybody', async ({ path, body }) => {
    const id = await record();
    const [first, second] = [await comment(id, {}, linToken), await comment(id, {}, linToken)];
    const said = await post(path, { comment_id: first, ...body }, wuToken);
    expect(said.code).toBe(403);
    expect(said.message).toContain(`comment ${first} is another user's`);
    expect((await commentsOn(id)).list).toMatchObject([{ content: '好' }, { content: '好' }]);
    expect((await post(path, { comment_id: first, ...body }, linToken)).code).toBe(200);
    expect((await post(path, { comment_id: second, ...body })).code).toBe(200);
    expect((await post(path, { comment_id: second, ...body }, stranger)).code).toBe(404);
  });

  it('an edit that moves it to another entry, and one after it was removed', async () => {
    const id = await record();
    const own = await comment(id);
    expect(await post(writePath, { comment_id: own, trail_id: 11, content: 'x' })).toMatchObject({
      code: 400,
      message: expect.stringContaining(`comment ${own} is on entry ${id}`),
    });
    expect((await post(removePath, { comment_id: own })).code).toBe(200);
    expect((await post(removePath, { comment_id: own })).code).toBe(404);
    expect((await post(writePath, { comment_id: own, content: 'x' })).code).toBe(404);
    expect((await post(removePath, {})).code).toBe(400);
    expect(await countOf(id)).toBe(0);
  });

  it('a list of an unknown entry, and of none', async () => {
    for (const [query, code] of [
      ['trail_id=999', 404],
      ['trail_id=901', 404],
      ['', 400],
    ] as const)
      expect((await server.get(token, `${commentsPath}?${query}`)).json()).toMatchObject({ code });
  });
});

it('many at once are all counted, and the check finds the numbers right', async () => {
  const id = await record();
  const ids = await Promise.all(
    Array.from({ length: 20 }, (_, i) => comment(id, { content: `${i}` }, i % 2 ? linToken : wuToken)),
  );
  await Promise.all(ids.slice(0, 7).map((one) => post(removePath, { comment_id: one })));
  expect(await countOf(id)).toBe(13);
  expect((await commentsOn(id)).totalItem).toBe(13);
  const findings = async () => (await checkStore(server.core.db, () => [])).findings.map(({ what }) => what);
  expect(await findings()).toEqual([]);
  // A change that is right in the log, but not about the comments.
  const noted = (count: number, trailId = id) =>
    server.core.objects.change(testTenant, 'command:test', async (edit) => {
      const before = (await edit.getMany('trail', [trailId])).get(trailId) ?? null;
      if (before === null) throw new Error('no entry');
      await edit.write('trail', [{ before, after: { ...before.object, ownCommentCount: count }, knownAt: before.knownAt }]);
    });
  await noted(12);
  expect(await findings()).toEqual([`entry ${id} has 13 comments, noted are 12`]);
  await noted(13);
  await noted(2, 13);
  expect(await findings()).toEqual([expect.stringMatching(/^entries have \d+ comments noted, those that have any \d+$/)]);
  await noted(0, 13);
  expect(await findings()).toEqual([]);
});
