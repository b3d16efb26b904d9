/** A user's next follow-ups as a calendar: at a secret address that can be ended, in the form of RFC 5545. */
import { afterAll, expect, it } from 'vitest';
import { calendarPath } from '../../src/wire/calendar-wire.ts';
import { testTenant, type WireEntry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { addPerson, type Person, setState, signIn } from '../support/people.ts';
import { startServer } from '../support/server.ts';

const createPath = `${calendarPath}/create`;
const removePath = `${calendarPath}/remove`;

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
const application = await server.application();
const token = await server.token(application);

let people = 0;
/** A person of its own for each test, with a token. */
async function newPerson(): Promise<Person & { readonly token: string }> {
  const person = await addPerson(server, `person${++people}@example.com`);
  return { ...person, token: (await signIn(server, application, person)).access_token };
}

const create = async (as: string): Promise<string> =>
  (await server.post(as, createPath, {})).json<{ data: { url: string } }>().data.url;
const fetchCalendar = (url: string, headers = {}): Promise<Answer> => server.send(url, { headers });

async function company(name: string, userId: number, next_follow_up_time: string): Promise<number> {
  const body = { name, user_id: [userId], next_follow_up_time };
  const answer = await server.post(token, '/v1/company/pushCompanyAndCustomers', body);
  return answer.json<{ data: { company_id: number } }>().data.company_id;
}

/** As a program that shows calendars reads it: unfolded, one event after the other. */
function eventsIn(text: string): Record<string, string>[] {
  expect(text).toMatch(/^BEGIN:VCALENDAR\r\n/);
  expect(text).toMatch(/END:VCALENDAR\r\n$/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line), line).toBeLessThanOrEqual(75);
  const lines = text.replaceAll('\r\n ', '').split('\r\n');
  const events: Record<string, string>[] = [];
  for (const line of lines) {
    const at = line.indexOf(':');
    if (line === 'BEGIN:VEVENT') events.push({});
    else if (events.length > 0 && at > 0 && !line.startsWith('END:'))
      (events.at(-1) as WireEntry & Record<string, string>)[line.slice(0, at)] = line.slice(at + 1);
  }
  return events;
}

const unescaped = (value = ''): string => value.replaceAll(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));

it('shows what its user is to follow up, by day or by time', async () => {
  const { userId, token: own } = await newPerson();
  const byDay = await company('甲', userId, '2024-11-08');
  const byTime = await company('乙', userId, '2024-11-09 09:30:00');
  await company('overdue for more than a year', userId, '2023-11-01');
  await company("another's", userId + 1, '2024-11-08');
  const url = await create(own);
  expect(url).toMatch(new RegExp(`^${calendarPath}\\?token=${testTenant}\\.[\\w-]{43}$`));
  const answer = await fetchCalendar(url);
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/calendar; charset=utf-8',
    'content-disposition': 'inline; filename="genjin.ics"',
    'cache-control': 'private, no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(eventsIn(answer.text)).toEqual([
    {
      UID: `company-${byDay}.${testTenant}@genjin`,
      DTSTAMP: '20241104T020000Z',
      'DTSTART;VALUE=DATE': '20241108',
      SUMMARY: '跟进：甲',
      DESCRIPTION: '尚未联系',
      TRANSP: 'TRANSPARENT',
    },
    {
      UID: `company-${byTime}.${testTenant}@genjin`,
      DTSTAMP: '20241104T020000Z',
      DTSTART: '20241109T013000Z',
      DURATION: 'PT30M',
      SUMMARY: '跟进：乙',
      DESCRIPTION: '尚未联系',
      TRANSP: 'TRANSPARENT',
    },
  ]);
  expect(eventsIn((await fetchCalendar(`${url}&language=en`)).text)[0]?.['SUMMARY']).toBe('Follow up: 甲');
  // It is there until something changes.
  const tag = answer.headers.etag as string;
  expect((await fetchCalendar(url, { 'If-None-Match': tag })).status).toBe(304);
  await server.post(token, '/v1/dynamic/next/push', { subject: 'company', id: byDay, next_follow_up_time: '2024-11-10' });
  const moved = await fetchCalendar(url, { 'If-None-Match': tag });
  expect(eventsIn(moved.text).find((one) => one['UID']?.startsWith(`company-${byDay}.`))).toMatchObject({
    'DTSTART;VALUE=DATE': '20241110',
  });
});

it.each([
  ['signs that have a meaning', 'a;b,c\\d:e"f'],
  ['a name of many bytes, none torn', '跟进🙂'.repeat(60)],
  ['one that would begin a line of its own', 'x\r\nEND:VEVENT\nATTACH:https://evil.example'],
  ['control characters', 'a\u0000b\u0007c\u001bd'],
  ['other ends of lines', 'a\u2028b\u2029c\u0085d\re'],
])('%s in a name change nothing around it', async (_what, name) => {
  const { userId, token: own } = await newPerson();
  const id = await company('plain', userId, '2024-11-08');
  // As an import may have brought it.
  await server.core.objects.change(testTenant, 'command:test', async (edit) => {
    const before = (await edit.getMany('company', [id])).get(id) ?? null;
    if (before === null) throw new Error('no company');
    await edit.write('company', [{ before, after: { ...before.object, name }, knownAt: server.clock.at }]);
  });
  const events = eventsIn((await fetchCalendar(await create(own))).text);
  expect(events.map((one) => Object.keys(one))).toEqual([
    ['UID', 'DTSTAMP', 'DTSTART;VALUE=DATE', 'SUMMARY', 'DESCRIPTION', 'TRANSP'],
  ]);
  const plain = name.replaceAll(/\r\n?|[\u0085\u2028\u2029]/g, '\n').replaceAll(/(?!\n)\p{Cc}/gu, '');
  expect(unescaped(events[0]?.['SUMMARY'])).toBe(`跟进：${plain}`);
});

it('ends when another one is made, when it is removed, and when its user may not sign in', async () => {
  const { userId, token: own } = await newPerson();
  const first = await create(own);
  const second = await create(own);
  expect(second).not.toBe(first);
  expect((await fetchCalendar(first)).status).toBe(404);
  expect((await fetchCalendar(second)).status).toBe(200);
  await setState(server, userId, 0);
  expect((await fetchCalendar(second)).status).toBe(404);
  await setState(server, userId, 1);
  expect((await fetchCalendar(second)).status).toBe(200);
  expect((await server.post(own, removePath, {})).json()).toMatchObject({ code: 200, data: [] });
  expect((await fetchCalendar(second)).status).toBe(404);
  expect((await server.post(own, removePath, {})).json()).toMatchObject({ code: 200 });
});

it('ends with a new password of its user', async () => {
  const { token: own, ...person } = await newPerson();
  const url = await create(own);
  await server.core.signIns.create(testTenant, { ...person, name: null, password: 'another password', replace: true });
  expect((await fetchCalendar(url)).status).toBe(404);
});

it("ends with the application, when it is the application's own", async () => {
  const another = await server.application();
  const url = await create(await server.token(another));
  expect((await fetchCalendar(url)).status).toBe(200);
  await server.core.applications.revoke(another.clientId);
  expect((await fetchCalendar(url)).status).toBe(404);
});

it('shows only kinds that its maker could see', async () => {
  const { userId, email, password } = await newPerson();
  const narrow = await server.application(testTenant, 'company');
  const { access_token } = await signIn(server, narrow, { email, password });
  await company('甲', userId, '2024-11-08');
  await server.post(token, '/v1/lead/push', { name: 'lead', user_id: [userId], next_follow_up_time: '2024-11-08' });
  expect(eventsIn((await fetchCalendar(await create(access_token))).text)).toHaveLength(1);
});

it('is kept as a hash, and its token opens nothing else', async () => {
  const { token: own } = await newPerson();
  const url = await create(own);
  const secret = url.slice(url.indexOf('=') + 1);
  const rows = await server.place.rows('SELECT * FROM calendar');
  expect(rows.length).toBeGreaterThan(0);
  expect(JSON.stringify(rows)).not.toContain(secret.slice(secret.indexOf('.') + 1));
  expect((await server.get(secret, '/v1/dynamic/next/list')).status).toBe(401);
});

it.each([
  ['no token', ''],
  ['an empty one', '?token='],
  ['of no enterprise', '?token=x'],
  ['of another enterprise', '?token=777.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
  ['one that was never given out', `?token=${testTenant}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`],
  ['two', '?token=1.a&token=1.b'],
])('%s finds no calendar', async (_what, query) => {
  const answer = await fetchCalendar(`${calendarPath}${query}`);
  expect([400, 404]).toContain(answer.status === 200 ? answer.json<{ code: number }>().code : answer.status);
  expect(answer.text).not.toContain('BEGIN:');
});

it('an access token finds none either, and only GET is answered', async () => {
  expect((await fetchCalendar(`${calendarPath}?token=${encodeURIComponent(token)}`)).status).toBe(404);
  const posted = await server.post(token, calendarPath, {});
  expect({ status: posted.status, allow: posted.headers['allow'] }).toEqual({ status: 405, allow: 'GET' });
});
