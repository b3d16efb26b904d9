/** Our own fields of a push: contact persons, files, when it took place and who wrote it. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { blank } from '../../src/domain/blank.ts';
import { userStates } from '../../src/domain/objects.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { addPerson, signIn } from '../support/people.ts';
import { expectRefusal, newestOf, type Refused, recorded } from '../support/push.ts';
import { pushPath, startServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const otherTenant = 777;

const server = await startServer({ now });
afterAll(() => server.close());
const file = (file_id: number) => ({ file_id, file_name: `${file_id}.pdf`, file_size: 1, file_path: '', file_preview_url: '' });
const long = '2000-01-01 00:00:00';
await server.import([
  entry({ company_id: 100, customer_id: [11, 12], create_time: long }),
  entry({ company_id: 100, opportunity_id: 300, create_time: long }),
  entry({ opportunity_id: 301, create_time: long }),
  entry({ lead_id: 200, lead_customer_id: [21, 22], create_time: long }),
  entry({ company_id: 101, file_ids: [31, 32], file_info: [file(31), file(32)], create_time: long }),
  entry({ company_id: 101, create_user: 41, create_time: long }),
  entry({
    client_id: otherTenant,
    company_id: 900,
    customer_id: [911],
    lead_customer_id: [921],
    file_ids: [931],
    file_info: [file(931)],
    create_user: 941,
    create_time: long,
  }),
]);
const knownAt = server.clock.at;
await server.core.objects.change(testTenant, 'command:test', async (edit) => {
  const contacts = [
    { ...blank.contact(13), companyId: 100 },
    { ...blank.contact(14), companyId: 101 },
    { ...blank.contact(15), removed: true },
  ];
  const leadContacts = [
    { ...blank.leadContact(23), leadId: 200 },
    { ...blank.leadContact(24), leadId: 201 },
    { ...blank.leadContact(25), removed: true },
  ];
  await edit.write(
    'contact',
    contacts.map((after) => ({ before: null, after, knownAt })),
  );
  await edit.write(
    'leadContact',
    leadContacts.map((after) => ({ before: null, after, knownAt })),
  );
  await edit.write('opportunity', [
    { before: null, after: { ...blank.opportunity(302), companyId: 100, removed: true }, knownAt },
  ]);
  await edit.write('user', [{ before: null, after: { ...blank.user(42), state: userStates.removed }, knownAt }]);
  // 200 of them, for the longest list.
  const many = Array.from({ length: 200 }, (_, i) => ({ before: null, after: blank.contact(5001 + i), knownAt }));
  await edit.write('contact', many);
});
const token = await server.tokenOf();
const ownUser = (await server.core.applications.authenticate(token)).userId;

// Every new entry is the newest.
beforeEach(() => server.clock.advance(1000));

const notFound = { code: 404, message: 'Not Found Resource' };
const company = { company_id: 100, content: 'x' };
const lead = { lead_id: 200, content: 'x' };
const many = Array.from({ length: 200 }, (_, i) => 5001 + i);

describe('lists of ids', () => {
  const rows: { name: string; body: WireEntry; shown: WireEntry }[] = [
    { name: 'numbers', body: { ...company, customer_id: [11, 12] }, shown: { customer_id: [11, 12] } },
    { name: 'texts', body: { ...company, customer_id: ['12', ' 11 '] }, shown: { customer_id: [12, 11] } },
    { name: 'one text with commas', body: { ...company, customer_id: '11, 12' }, shown: { customer_id: [11, 12] } },
    { name: 'one number', body: { ...company, customer_id: 11 }, shown: { customer_id: [11] } },
    {
      name: 'given twice is once, where it came first',
      body: { ...company, customer_id: [12, 11, '12'] },
      shown: { customer_id: [12, 11] },
    },
    { name: '[0]', body: { ...company, customer_id: [0] }, shown: { customer_id: [], customer_info: null } },
    { name: '[]', body: { ...company, customer_id: [] }, shown: { customer_id: [] } },
    { name: 'an empty text', body: { ...company, customer_id: '' }, shown: { customer_id: [] } },
    { name: '"0"', body: { ...company, customer_id: '0' }, shown: { customer_id: [] } },
    { name: 'null', body: { ...company, customer_id: null }, shown: { customer_id: [] } },
    { name: '0', body: { ...company, customer_id: 0 }, shown: { customer_id: [] } },
    { name: 'two hundred', body: { ...company, customer_id: many }, shown: { customer_id: many } },
    {
      name: 'contacts are shown with what is known of them',
      body: { ...company, customer_id: [11] },
      shown: { customer_info: [{ customer_id: 11, name: 'contact 11', email: '', tel_list: [], contact: [] }] },
    },
    {
      name: "a contact that is known to be the company's",
      body: { ...company, customer_id: [13] },
      shown: { customer_id: [13] },
    },
    {
      name: "a contact of the opportunity's company",
      body: { content: 'x', opportunity_id: 300, customer_id: [13] },
      shown: { company_id: 100, customer_id: [13] },
    },
    { name: 'contacts of a lead', body: { ...lead, lead_customer_id: [22, 21] }, shown: { lead_customer_id: [22, 21] } },
    {
      name: "a contact that is known to be the lead's",
      body: { ...lead, lead_customer_id: '23' },
      shown: { lead_customer_id: [23] },
    },
    { name: 'files', body: { ...company, file_ids: [32, '31'] }, shown: { file_ids: [32, 31], file_info: [file(32), file(31)] } },
  ];
  it.each(rows)('$name', async ({ body, shown }) => {
    const answer = await server.post(token, pushPath, body);
    const id = recorded(answer);
    expect(answer.headers['x-genjin-ignored']).toBeUndefined();
    expect((await newestOf(server, token)).entry).toMatchObject({ trail_id: id, ...shown });
  });

  it('of a form: several times, or with commas', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = 'company_id=100&content=x&customer_id=11&customer_id=12&file_ids=31,32';
    const id = recorded(await server.post(token, pushPath, body, headers));
    expect((await newestOf(server, token)).entry).toMatchObject({ trail_id: id, customer_id: [11, 12], file_ids: [31, 32] });
  });

  it.each<Refused>([
    { name: 'a contact that is not there', body: { ...company, customer_id: [11, 999] }, ...notFound },
    { name: 'a contact of leads', body: { ...company, customer_id: [21] }, ...notFound },
    { name: 'a contact that was removed', body: { ...company, customer_id: [15] }, ...notFound },
    { name: "another enterprise's contact", body: { ...company, customer_id: [911] }, ...notFound },
    { name: 'a contact of a lead that is not there', body: { ...lead, lead_customer_id: [999] }, ...notFound },
    { name: 'a contact of a lead that was removed', body: { ...lead, lead_customer_id: [25] }, ...notFound },
    { name: "another enterprise's contact of a lead", body: { ...lead, lead_customer_id: [921] }, ...notFound },
    { name: 'a file that is not there', body: { ...company, file_ids: [999] }, ...notFound },
    { name: "another enterprise's file", body: { ...company, file_ids: [931] }, ...notFound },
    { name: 'an opportunity that was removed', body: { content: 'x', opportunity_id: 302 }, ...notFound },
    {
      name: "another company's contact",
      body: { ...company, customer_id: [11, 14] },
      code: 400,
      words: ['customer_id: 14', 'contact 14 belongs to company 101'],
    },
    {
      name: "a company's contact where there is no company",
      body: { ...lead, customer_id: [13] },
      code: 400,
      words: ['customer_id: 13', 'contact 13 belongs to company 100'],
    },
    {
      name: "another lead's contact",
      body: { ...lead, lead_customer_id: [24] },
      code: 400,
      words: ['lead_customer_id: 24', 'contact 24 belongs to lead 201'],
    },
    {
      name: 'more than two hundred',
      body: { ...company, customer_id: [...many, 11] },
      code: 400,
      words: ['customer_id: "201 items"', 'at most 200'],
    },
  ])('refused: $name', (row) => expectRefusal(server, token, row));

  describe.each(['customer_id', 'lead_customer_id', 'file_ids'])('%s', (field) => {
    it.each([
      { name: 'negative', value: [11, -1], words: [`${field}[1]: -1`] },
      { name: 'fractional', value: [1.5], words: [`${field}[0]: 1.5`] },
      { name: '2^53', value: [11, 12, 2 ** 53], words: [`${field}[2]: 9007199254740992`] },
      { name: 'letters', value: ['abc'], words: [`${field}[0]: "abc"`] },
      { name: 'letters behind a comma', value: '11,abc', words: [`${field}[1]: "abc"`] },
      { name: 'an exponent', value: ['1e3'], words: [`${field}[0]: "1e3"`] },
      { name: 'a list within', value: [11, [12]], words: [`${field}[1]: [12]`] },
      { name: 'commas within a list', value: ['11,12'], words: [`${field}[0]: "11,12"`] },
      { name: 'an object within', value: [{ id: 11 }], words: [`${field}[0]: {"id":11}`] },
      { name: 'true within', value: [true], words: [`${field}[0]: true`] },
      { name: 'an object', value: { 0: 11 }, words: [`${field}: {"0":11}`, 'a list of at most 200 ids'] },
      { name: 'true', value: true, words: [`${field}: true`] },
    ])('refused: $name', ({ name, value, words }) =>
      expectRefusal(server, token, { name, body: { ...company, [field]: value }, code: 400, words }),
    );
  });
});

describe('create_time', () => {
  it.each([
    { name: 'a time', create_time: '2024-03-01 09:30:00', shown: '2024-03-01 09:30:00' },
    { name: 'a time with blanks around', create_time: ' 2024-03-01 09:30:00 ', shown: '2024-03-01 09:30:00' },
    { name: 'a date: its first second', create_time: '2024-03-01', shown: '2024-03-01 00:00:00' },
    { name: 'today', create_time: '2024-11-04', shown: '2024-11-04 00:00:00' },
    { name: "the clock's second", create_time: '2024-11-04 12:00:00', shown: '2024-11-04 12:00:00' },
    { name: 'an empty text: now', create_time: '', shown: '2024-11-04 12:00:00' },
    { name: 'null: now', create_time: null, shown: '2024-11-04 12:00:00' },
    { name: 'before 1970', create_time: '1969-12-31 23:59:59', shown: '1969-12-31 23:59:59' },
  ])('$name', async ({ create_time, shown }) => {
    server.clock.set('2024-11-04 12:00:00');
    server.clock.advance(999);
    const id = recorded(await server.post(token, pushPath, { ...company, create_time }));
    const answer = await server.get(
      token,
      `/v1/dynamic/trail/list?start_time=${encodeURIComponent(shown)}&end_time=${encodeURIComponent(shown)}`,
    );
    const { list } = answer.json<{ data: { list: WireEntry[] } }>().data;
    const time = '2024-11-04 12:00:00';
    expect(list[0]).toMatchObject({ trail_id: id, create_time: shown, created_at: time, update_time: time });
  });

  it.each([
    { create_time: '2024-11-04 12:00:01', words: ['create_time: 1 s from now', 'accepted: '] },
    { create_time: '2024-11-05', words: ['create_time: 43200 s from now'] },
    { create_time: '2024-02-30', words: ['create_time: "2024-02-30"', 'that exists'] },
    { create_time: '2024-03-01T09:30:00', words: ['create_time: "2024-03-01T09:30:00"'] },
    { create_time: 1709256600, words: ['create_time: 1709256600'] },
    { create_time: ['2024-03-01'], words: ['create_time: ["2024-03-01"]'] },
  ])('refused: $create_time', async ({ create_time, words }) => {
    server.clock.set('2024-11-04 12:00:00');
    server.clock.advance(999);
    await expectRefusal(server, token, { name: '', body: { ...company, create_time }, code: 400, words });
  });
});

describe('create_user', () => {
  it.each([
    { name: 'none: the application itself', create_user: undefined, author: ownUser },
    { name: 'an empty text', create_user: '', author: ownUser },
    { name: '0', create_user: 0, author: ownUser },
    { name: 'itself', create_user: ownUser, author: ownUser },
    { name: 'another user', create_user: 41, author: 41 },
    { name: 'another user, as text', create_user: '41', author: 41 },
    { name: 'one who has left', create_user: 42, author: 42 },
  ])('an application: $name', async ({ create_user, author }) => {
    const id = recorded(await server.post(token, pushPath, { ...company, create_user }));
    const { entry: found } = await newestOf(server, token);
    expect(found).toMatchObject({ trail_id: id, create_user: author, create_user_info: { user_id: String(author) } });
  });

  it.each<Refused>([
    { name: 'a user that is not there', body: { ...company, create_user: 999 }, ...notFound },
    { name: "another enterprise's user", body: { ...company, create_user: 941 }, ...notFound },
    { name: 'a contact', body: { ...company, create_user: 11 }, ...notFound },
    { name: 'no id', body: { ...company, create_user: 'me' }, code: 400, words: ['create_user: "me"'] },
  ])('refused: $name', (row) => expectRefusal(server, token, row));

  describe('of who signs in', async () => {
    const person = await addPerson(server, 'li@example.com');
    const { access_token: own } = await signIn(server, await server.application(), person);

    it.each([
      { name: 'nobody', create_user: undefined },
      { name: 'an empty text', create_user: '' },
      { name: 'themselves', create_user: person.userId },
      { name: 'themselves, as text', create_user: String(person.userId) },
    ])('$name: themselves', async ({ create_user }) => {
      const id = recorded(await server.post(own, pushPath, { ...company, create_user }));
      const { entry: found } = await newestOf(server, token);
      expect(found).toMatchObject({
        trail_id: id,
        create_user: person.userId,
        create_user_info: { nickname: 'name of li@example.com' },
      });
    });

    it.each([
      { name: 'an application', create_user: ownUser },
      { name: 'another user', create_user: 41 },
      { name: 'nobody there', create_user: 999 },
    ])('refused: $name', ({ name, create_user }) =>
      expectRefusal(server, own, {
        name,
        body: { ...company, create_user },
        code: 400,
        message: `create_user: ${create_user} is not accepted; who signs in records only as themselves: ${person.userId}`,
      }),
    );
  });
});

describe('the checks, in their order', () => {
  const wrong = { customer_id: [999], create_time: '2999-01-01', create_user: 999 };
  it.each<Refused>([
    {
      name: 'a value that cannot be read comes first',
      body: { remark_type: 999, file_ids: ['x'] },
      code: 400,
      words: ['file_ids[0]'],
    },
    { name: 'then the type', body: { remark_type: 999, ...wrong }, code: -1, message: '不支持的类型' },
    { name: 'the content', body: wrong, code: -1, message: '备注内容不能为空' },
    {
      name: 'the subject',
      body: { content: 'x', ...wrong },
      code: -1,
      message: 'lead_id and company_id and opportunity_id is empty',
    },
    { name: 'the time', body: { ...company, ...wrong }, code: 400, words: ['create_time'] },
    { name: 'and what is not there', body: { ...company, ...wrong, create_time: '' }, ...notFound },
  ])('$name', (row) => expectRefusal(server, token, row));
});
