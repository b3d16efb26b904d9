/** What OKKI answers about companies, leads, opportunities and users: our own answers read back, OKKI's examples, and odd forms. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blank } from '../../src/domain/blank.ts';
import type { Learned } from '../../src/domain/import.ts';
import type {
  Company,
  CompanyDetails,
  Contact,
  ContactDetails,
  Lead,
  LeadContact,
  LeadDetails,
  Opportunity,
  OpportunityDetails,
  User,
  UserDetails,
} from '../../src/domain/objects.ts';
import { AppError } from '../../src/errors.ts';
import { presentCompanyInfo } from '../../src/wire/company-info-wire.ts';
import { presentCompanyList } from '../../src/wire/company-wire.ts';
import { presentLeadInfo, presentLeadList } from '../../src/wire/lead-wire.ts';
import { presentOpportunityInfo, presentOpportunityList } from '../../src/wire/opportunity-wire.ts';
import { parseTime } from '../../src/wire/time.ts';
import {
  readCompanyInfo,
  readCompanyRow,
  readLeadInfo,
  readLeadRow,
  readOpportunityInfo,
  readOpportunityRow,
  readUserRow,
} from '../../src/wire/upstream-wire.ts';
import { presentUserList } from '../../src/wire/user-wire.ts';
import { announceSeed } from '../support/soak.ts';

const seed = announceSeed('upstream-wire');

/** Objects of any content; `details` have only what is not empty. */
const words = fc.string({ unit: 'grapheme', maxLength: 12 });
const someWords = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const someId = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const maybeId = fc.option(someId);
const someIds = fc.uniqueArray(someId, { maxLength: 3 });
const maybeTime = fc.option(fc.integer({ min: 0, max: 4_000_000_000 }).map((second) => second * 1000));
const someCountry = fc.constantFrom('DE', 'CN', 'US', 'XK');
const some = <T>(values: { [K in keyof T]-?: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(values, { requiredKeys: [], noNullPrototype: true }) as unknown as fc.Arbitrary<T>;
const dates = { createdBy: maybeId, createdAt: maybeTime, updatedAt: maybeTime, editedAt: maybeTime, nextFollowUpAt: maybeTime };

const firmDetails = {
  shortName: someWords,
  country: someCountry,
  homepage: someWords,
  telAreaCode: someWords,
  tel: someWords,
  address: someWords,
  remark: someWords,
  star: fc.integer({ min: 1, max: 5 }),
};
const company: fc.Arbitrary<Company> = fc.record({
  ...dates,
  companyId: someId,
  name: words,
  removed: fc.constant(false),
  serialId: words,
  groupId: maybeId,
  ownerIds: someIds,
  archivedAt: maybeTime,
  details: some<CompanyDetails>({ ...firmDetails, editedBy: someId, archiveType: fc.integer({ min: 1, max: 7 }) }),
});
const lead: fc.Arbitrary<Lead> = fc.record({
  ...dates,
  leadId: someId,
  name: words,
  serialId: words,
  ownerIds: someIds,
  status: fc.constantFrom(1, 2, 3, 4, 5, 7),
  companyId: maybeId,
  archivedAt: maybeTime,
  details: some<LeadDetails>({ ...firmDetails, companyName: someWords }),
});
const person = {
  contactId: someId,
  name: words,
  email: words,
  phones: fc.array(fc.tuple(words, words), { maxLength: 2 }),
  accounts: fc.array(fc.record({ type: words, value: words }, { noNullPrototype: true }), { maxLength: 2 }),
  removed: fc.constant(false),
  main: fc.boolean(),
  details: some<ContactDetails>({
    post: someWords,
    postGrade: fc.integer({ min: 1, max: 9 }),
    gender: fc.constantFrom(1, 2),
    remark: someWords,
    birth: someWords,
  }),
};
const user: fc.Arbitrary<User> = fc.record({
  userId: someId,
  nickname: words,
  avatar: words,
  email: words,
  state: fc.constantFrom(0, 1, 2),
  details: some<UserDetails>({
    familyName: someWords,
    secondName: someWords,
    gender: fc.constantFrom(1, 2),
    position: someWords,
    mobile: someWords,
    departments: fc.array(fc.record({ departmentId: fc.nat(), name: words }, { noNullPrototype: true }), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
});
const opportunity: fc.Arbitrary<Opportunity> = fc.record({
  ...dates,
  opportunityId: someId,
  name: words,
  companyId: maybeId,
  removed: fc.boolean(),
  serialId: words,
  mainUserId: maybeId,
  details: some<OpportunityDetails>({
    contactIds: fc.constant([31, 32]),
    handlerIds: fc.uniqueArray(someId, { minLength: 1, maxLength: 3 }),
    amount: fc.constantFrom('1200', '0.50', '0.00', '99999999999999.1234567890'),
    currency: fc.constantFrom('CNY', 'USD', 'EUR'),
    stageId: someId,
    remark: someWords,
  }),
});
const companyContacts: fc.Arbitrary<Contact[]> = fc.array(fc.record({ ...person, companyId: maybeId }), { maxLength: 3 });
const leadContacts: fc.Arbitrary<LeadContact[]> = fc.array(fc.record({ ...person, leadId: maybeId }), { maxLength: 3 });

const rowsOf = (answer: string): unknown[] => (JSON.parse(answer) as { list: unknown[] }).list;
const mapOf = <T>(id: (of: T) => number, ...objects: T[]): Map<number, T> => new Map(objects.map((one) => [id(one), one]));
const pick = (of: object, fields: string): Record<string, unknown> =>
  Object.fromEntries(fields.split(' ').map((field) => [field, (of as Record<string, unknown>)[field]]));
const fieldsOf = (learned: readonly Learned[]): unknown => learned[0]?.fields;
const ofKind = (learned: readonly Learned[], kind: string): unknown[] =>
  learned.filter((one) => one.kind === kind).map(({ fields }) => fields);

describe('our own answers are read back', () => {
  const holds = <T>(arbitrary: fc.Arbitrary<T>, property: (of: T) => void): void =>
    fc.assert(fc.property(arbitrary, property), { seed, numRuns: 300 });
  const lastContactAt = Date.UTC(2024, 1, 1);

  test('company/list', () => {
    holds(company, (one) => {
      const [row] = rowsOf(presentCompanyList({ total: 1, revision: 1, rows: [{ company: one, lastContactAt }] }));
      const told = pick(one, 'companyId name serialId ownerIds createdBy createdAt updatedAt editedAt');
      expect(readCompanyRow(row)).toStrictEqual([{ kind: 'company', id: one.companyId, fields: told }]);
      expect(fieldsOf(readCompanyRow(row, true))).toStrictEqual({ ...told, removed: true });
    });
  });

  test('company/info', () => {
    holds(fc.tuple(company, companyContacts, user), ([one, contacts, owner]) => {
      const owned = { ...one, ownerIds: [owner.userId, ...one.ownerIds] };
      const users = mapOf(({ userId }) => userId, owner);
      const learned = readCompanyInfo(JSON.parse(presentCompanyInfo({ company: owned, lastContactAt, contacts, users })));
      expect(learned[0]).toStrictEqual({ kind: 'company', id: one.companyId, fields: owned });
      expect(ofKind(learned, 'contact')).toStrictEqual(contacts.map((contact) => ({ ...contact, companyId: one.companyId })));
      const { userId, nickname, avatar } = owner;
      expect(ofKind(learned, 'user')).toStrictEqual([
        { userId, nickname },
        { userId, nickname, avatar },
      ]);
    });
  });

  test('lead/list', () => {
    holds(lead, (one) => {
      const [row] = rowsOf(presentLeadList({ total: 1, revision: 1, rows: [{ lead: one, lastContactAt }] }));
      const fields = pick(one, 'leadId name serialId createdAt updatedAt editedAt');
      expect(readLeadRow(row)).toStrictEqual([{ kind: 'lead', id: one.leadId, fields }]);
    });
  });

  test('lead/info', () => {
    holds(fc.tuple(lead, leadContacts, user), ([one, people, owner]) => {
      const owned = { ...one, ownerIds: [owner.userId] };
      const contacts = people.map((contact) => ({ ...contact, leadId: one.leadId }));
      const users = mapOf(({ userId }) => userId, owner);
      const learned = readLeadInfo(JSON.parse(presentLeadInfo({ lead: owned, lastContactAt, contacts, users })));
      expect(learned[0]).toStrictEqual({
        kind: 'lead',
        id: one.leadId,
        fields: pick(owned, 'leadId name serialId ownerIds status companyId archivedAt details'),
      });
      expect(ofKind(learned, 'leadContact')).toStrictEqual(contacts);
      expect(ofKind(learned, 'user')).toStrictEqual([pick(owner, 'userId nickname avatar')]);
    });
  });

  const contact: Contact = { ...blank.contact(31), name: 'A', email: 'a@example.com', phones: [['49', '1']], removed: true };
  const known = (firm: Company, main: User) => ({
    company: mapOf(({ companyId }) => companyId, firm),
    contact: mapOf<Contact>(({ contactId }) => contactId, contact, {
      ...blank.contact(32),
      accounts: [{ type: 'qq', value: '1' }],
    }),
    user: mapOf(({ userId }) => userId, main),
  });

  test('opportunity/list', () => {
    holds(fc.tuple(opportunity, company, fc.boolean(), user), ([deal, firm, removed, main]) => {
      const one = { ...deal, companyId: firm.companyId, mainUserId: main.userId };
      const shown = { opportunity: one, lastTrail: null, known: known({ ...firm, removed }, main) };
      const learned = readOpportunityRow(rowsOf(presentOpportunityList(1, { total: 1, revision: 1, rows: [shown] }))[0]);
      expect(learned[0]).toStrictEqual({ kind: 'opportunity', id: one.opportunityId, fields: one });
      expect(ofKind(learned, 'company')).toStrictEqual([{ ...pick(firm, 'companyId name serialId ownerIds'), removed }]);
      expect(ofKind(learned, 'user')).toContainEqual(pick(main, 'userId nickname avatar'));
      const { companyId } = firm;
      expect(ofKind(learned, 'contact')).toStrictEqual(
        one.details.contactIds === undefined
          ? []
          : [
              { ...pick(contact, 'contactId name email phones accounts removed'), companyId },
              {
                contactId: 32,
                name: '',
                email: '',
                phones: [],
                accounts: [{ type: 'qq', value: '1' }],
                removed: false,
                companyId,
              },
            ],
      );
    });
  });

  test('opportunity/info', () => {
    holds(fc.tuple(opportunity, company, user), ([deal, firm, main]) => {
      const one = { ...deal, mainUserId: main.userId };
      const info = JSON.parse(presentOpportunityInfo(1, { opportunity: one, lastTrail: null, known: known(firm, main) }));
      const { removed: _, nextFollowUpAt: __, ...told } = one;
      expect(fieldsOf(readOpportunityInfo(info))).toStrictEqual(told);
    });
  });

  test('user/list', () => {
    holds(user, (one) => {
      const { avatar: _, ...fields } = one;
      const [row] = JSON.parse(presentUserList([one])) as unknown[];
      expect(readUserRow(row)).toStrictEqual([{ kind: 'user', id: one.userId, fields }]);
    });
  });
});

const at = (time: string): number => parseTime(time) as number;
const created = '2031-01-02 09:00:00';
const never = '1970-01-01 00:00:00';

describe("OKKI's own forms", () => {
  test('company/info', () => {
    const learned = readCompanyInfo({
      company_id: 70010020030,
      short_name: '',
      name: 'Aurora Tools',
      category_ids: [],
      serial_id: 'C0007',
      archive_time: created,
      archive_type: 1,
      country: 'DE',
      last_owner: 90010001,
      star: 0,
      group_id: 0,
      trail_status: { status_id: '0', status_name: '无' },
      homepage: '',
      tel: ['49', '3012345'],
      tel_area_code: '49',
      next_follow_up_time: never,
      create_user: 90010001,
      create_time: created,
      last_edit_user: '90010001',
      update_time: created,
      order_time: '2031-02-04 10:00:00',
      recent_follow_up_time: '2031-02-04 10:00:00',
      next_move_to_public_date: '1970-01-01',
      user_id: [],
      company: [{ group_id: 1, name: '基本信息', fields: [{ id: 'name', name: '公司名称', field_type: '1', value: 'x' }] }],
      last_owner_info: { user_id: '90010001', avatar: '', name: 'Lin', nickname: 'Lin' },
      owner: [],
      customers: [
        { customer_id: 5, company_id: 70010020030, name: 'Anna', gender: 0, tel_list: [['49', '7']], main_customer_flag: 1 },
        { customer_id: '6', tel_list: [{ 0: '49', 1: 8 }], contact: null, external_field_data: [{ id: '1' }] },
      ],
    });
    const companyId = 70010020030;
    const phones = [['49', '7']];
    expect(learned).toStrictEqual([
      {
        kind: 'company',
        id: companyId,
        fields: {
          companyId,
          name: 'Aurora Tools',
          removed: false,
          serialId: 'C0007',
          groupId: null,
          ownerIds: [],
          createdBy: 90010001,
          createdAt: at(created),
          updatedAt: at(created),
          archivedAt: at(created),
          nextFollowUpAt: null,
          details: { country: 'DE', telAreaCode: '49', tel: '3012345', editedBy: 90010001, archiveType: 1 },
        },
      },
      { kind: 'user', id: 90010001, fields: { userId: 90010001, nickname: 'Lin', avatar: '' } },
      {
        kind: 'contact',
        id: 5,
        fields: { contactId: 5, companyId, name: 'Anna', phones, removed: false, main: true, details: {} },
      },
      {
        kind: 'contact',
        id: 6,
        fields: { contactId: 6, companyId, phones: [['49', '8']], accounts: [], removed: false, details: {} },
      },
    ]);
  });

  test('lead/list and lead/info', () => {
    const row = { lead_id: 8000012345, name: 'Nordwind', short_name: '', serial_id: 'L21', order_time: created };
    expect(fieldsOf(readLeadRow({ ...row, create_time: created, update_time: created, edit_time: never }))).toStrictEqual({
      leadId: 8000012345,
      name: 'Nordwind',
      serialId: 'L21',
      createdAt: at(created),
      updatedAt: at(created),
      editedAt: null,
    });
    const info = {
      ...row,
      scale_id: 3,
      user_id: [90010001],
      owner: [],
      company_name: 'Nordwind AG',
      company_id: 0,
      country: 'CH',
    };
    const telephone = { tel: '5550100', tel_area_code: '41', tel_full: '415550100' };
    const rest = { star: 0, remark: '', archive_time: created, status: 1, status_name: '待处理', customers: [] };
    expect(readLeadInfo({ ...info, ...telephone, ...rest })).toStrictEqual([
      {
        kind: 'lead',
        id: 8000012345,
        fields: {
          leadId: 8000012345,
          name: 'Nordwind',
          serialId: 'L21',
          ownerIds: [90010001],
          status: 1,
          companyId: null,
          archivedAt: at(created),
          details: { companyName: 'Nordwind AG', country: 'CH', telAreaCode: '41', tel: '5550100' },
        },
      },
    ]);
  });

  const userInfo = { user_id: '90010001', nickname: 'Lin', avatar: '' };
  const deal = {
    serial_id: 'O12',
    opportunity_id: 60010020030,
    name: 'Spring order',
    user_id: [90010001, 90010002],
    main_user: 90010001,
    currency: 'USD',
    amount: '23',
    stage: 40010001,
    remark: '',
    edit_time: '',
    trail_time: created,
    order_time: created,
    create_time: created,
    update_time: created,
    create_user_info: userInfo,
    main_user_info: { ...userInfo, department_info: [{ id: '0', name: '我的企业' }] },
    handler_info: [{ user_id: '90010002', nickname: 'Wu', avatar: 'a', role_id: '0' }],
    company: { company_id: 70010020030, user_id: [], name: 'Aurora Tools', serial_id: 'C0007', is_archive: 1, deal_time: '' },
    customer: [{ customer_id: 5, name: 'Anna', email: '', is_archive: 0, post: 'CEO', tel_list: [], contact: [] }],
    approval_flow_info: [],
  };
  const told = {
    opportunityId: 60010020030,
    name: 'Spring order',
    companyId: 70010020030,
    serialId: 'O12',
    mainUserId: 90010001,
    createdBy: 90010001,
    createdAt: at(created),
    updatedAt: at(created),
    editedAt: null,
    details: { contactIds: [5], handlerIds: [90010002], amount: '23', currency: 'USD', stageId: 40010001 },
  };

  test('opportunity/info has some ids only within joined objects', () => {
    const learned = readOpportunityInfo(deal);
    expect(fieldsOf(learned)).toStrictEqual(told);
    const { companyId } = told;
    expect(ofKind(learned, 'company')).toStrictEqual([
      { companyId, ownerIds: [], name: 'Aurora Tools', serialId: 'C0007', removed: false },
    ]);
    expect(ofKind(learned, 'contact')).toStrictEqual([
      { contactId: 5, companyId, name: 'Anna', email: '', removed: true, phones: [], accounts: [] },
    ]);
    const lin = { userId: 90010001, nickname: 'Lin', avatar: '' };
    expect(ofKind(learned, 'user')).toStrictEqual([{ userId: 90010002, nickname: 'Wu', avatar: 'a' }, lin, lin]);
  });

  test('opportunity/list tells whether it was removed, and the next follow-up', () => {
    const row = { ...deal, company_id: 70010020030, create_user: 90010001, handler: [], enable_flag: 1, next_follow_up_time: '' };
    const details = { contactIds: [5], amount: '23', currency: 'USD', stageId: 40010001 };
    expect(fieldsOf(readOpportunityRow(row))).toStrictEqual({ ...told, details, removed: false, nextFollowUpAt: null });
    expect(fieldsOf(readOpportunityRow({ ...row, enable_flag: '0' }))).toMatchObject({ removed: true });
  });

  test('an opportunity that lacks one of the details takes none from what was known', () => {
    const { handler_info: _, ...lacking } = deal;
    expect(fieldsOf(readOpportunityInfo(lacking))).not.toHaveProperty('details');
  });

  test('an opportunity without a company, users and contact persons', () => {
    const none = { company_id: 0, main_user: 0, create_user: 0, handler: null };
    const joined = { company: [], customer: null, create_user_info: [], main_user_info: [], handler_info: [] };
    const learned = readOpportunityRow({ ...deal, ...none, ...joined });
    expect(learned).toHaveLength(1);
    const { amount, currency, stageId } = told.details;
    const nobody = { companyId: null, mainUserId: null, createdBy: null, details: { amount, currency, stageId } };
    expect(fieldsOf(learned)).toStrictEqual({ ...told, ...nobody });
  });

  test('user/list', () => {
    const row = {
      user_id: '90010001',
      email: 'lin@example.com',
      nickname: 'Lin',
      family_name: '林',
      second_name: '一',
      gender: '0',
      position: 'Sales|Support',
      enable_flag: '1',
      user_mobile: '',
      departments: [
        { department_id: '148', department_name: 'Sales' },
        { department_id: 0, department_name: '我的企业' },
      ],
      full_name: '林一',
    };
    const departments = [
      { departmentId: 148, name: 'Sales' },
      { departmentId: 0, name: '我的企业' },
    ];
    expect(fieldsOf(readUserRow(row))).toStrictEqual({
      userId: 90010001,
      nickname: 'Lin',
      email: 'lin@example.com',
      state: 1,
      details: { familyName: '林', secondName: '一', position: 'Sales|Support', departments },
    });
    expect(fieldsOf(readUserRow({ ...row, enable_flag: 2 }))).toMatchObject({ state: 2 });
  });
});

describe('other forms of the same', () => {
  const odd: [name: string, read: (raw: unknown) => readonly Learned[], raw: object, fields: object][] = [
    ['nothing but the id', readCompanyRow, { company_id: '7' }, { companyId: 7 }],
    ['several owners as a text', readCompanyRow, { company_id: 7, user_id: '1, 2' }, { companyId: 7, ownerIds: [1, 2] }],
    ['one owner as a number', readCompanyRow, { company_id: 7, user_id: 1 }, { companyId: 7, ownerIds: [1] }],
    ['nobody as a text', readCompanyRow, { company_id: 7, user_id: '0' }, { companyId: 7, ownerIds: [] }],
    ['nobody as []', readCompanyRow, { company_id: 7, user_id: [0] }, { companyId: 7, ownerIds: [] }],
    ['nobody as null', readCompanyRow, { company_id: 7, user_id: null }, { companyId: 7, ownerIds: [] }],
    ['an unknown field', readCompanyRow, { company_id: 7, colour: { deep: [] } }, { companyId: 7 }],
    [
      'never',
      readCompanyRow,
      { company_id: 7, edit_time: never, update_time: '', create_time: null, next_follow_up_time: '1970-01-01' },
      { companyId: 7, editedAt: null, updatedAt: null, createdAt: null, nextFollowUpAt: null },
    ],
    [
      'a telephone number alone, and the country in small letters',
      readCompanyInfo,
      { company_id: 7, tel: '123', tel_area_code: '49', country: 'de' },
      { companyId: 7, removed: false, details: { tel: '123', telAreaCode: '49', country: 'DE' } },
    ],
    [
      'no telephone number',
      readCompanyInfo,
      { company_id: 7, tel: ['', ''], customers: null, last_owner_info: [] },
      { companyId: 7, removed: false, details: {} },
    ],
    [
      'owners only as objects',
      readCompanyInfo,
      { company_id: 7, owner: [{ user_id: '1', nickname: 'Lin' }, { user_id: '0' }] },
      { companyId: 7, removed: false, ownerIds: [1], details: {} },
    ],
    ['no status', readLeadInfo, { lead_id: 7, status: 0 }, { leadId: 7, status: 1, details: {} }],
    [
      'the next follow-up of a lead',
      readLeadInfo,
      { lead_id: 7, next_follow_up_time: created },
      { leadId: 7, nextFollowUpAt: at(created), details: {} },
    ],
    [
      'an amount as a number',
      readOpportunityRow,
      { opportunity_id: 7, customer: [], handler: [], amount: 12.5, currency: null, stage: '', remark: null },
      { opportunityId: 7, details: { amount: '12.5' } },
    ],
    ['no state', readUserRow, { user_id: 7, enable_flag: '', departments: null }, { userId: 7, details: {} }],
  ];
  for (const [name, read, raw, fields] of odd) test(name, () => expect(fieldsOf(read(raw))).toStrictEqual(fields));
});

describe('what cannot be kept is named', () => {
  const refused: [read: (raw: unknown) => unknown, raw: unknown, field: string, value: string | undefined, accepted: RegExp][] = [
    [readCompanyRow, [], 'company', '[]', /company\/list/],
    [readUserRow, 'x', 'user', '"x"', /user\/list/],
    [readCompanyRow, {}, 'company_id', undefined, /from 1 to/],
    [readCompanyRow, { company_id: '1e3' }, 'company_id', '"1e3"', /whole number/],
    [readCompanyRow, { company_id: 7, user_id: '1;2' }, 'user_id', '"1;2"', /commas/],
    [readCompanyRow, { company_id: 7, name: 5 }, 'name', '5', /a text/],
    [readCompanyRow, { company_id: 7, name: '\ud800' }, 'name', '"\\ud800"', /well-formed/],
    [readCompanyRow, { company_id: 7, update_time: '2031-02-30 00:00:00' }, 'update_time', '"2031-02-30 00:00:00"', /for never/],
    [readCompanyInfo, { company_id: 7, country: 'Germany' }, 'country', '"Germany"', /two letters/],
    [readCompanyInfo, { company_id: 7, tel: ['1'] }, 'tel', '["1"]', /area code/],
    [readCompanyInfo, { company_id: 7, customers: {} }, 'customers', '{}', /list of objects/],
    [readCompanyInfo, { company_id: 7, customers: [{ name: 'a' }] }, 'customers.customer_id', undefined, /from 1 to/],
    [readLeadInfo, { lead_id: 7, customers: [{ customer_id: 1, tel_list: [[1]] }] }, 'customers.tel_list', '[[1]]', /area code/],
    [readLeadInfo, { lead_id: 7, owner: [{ user_id: -1 }] }, 'owner.user_id', '-1', /whole number/],
    [readLeadRow, { lead_id: 0 }, 'lead_id', '0', /from 1 to/],
    [readOpportunityRow, { opportunity_id: 7, amount: '1,200' }, 'amount', '"1,200"', /decimal/],
    [readOpportunityRow, { opportunity_id: 7, enable_flag: 2 }, 'enable_flag', '2', /0 or 1/],
    [readOpportunityInfo, { opportunity_id: 7, company: 'x' }, 'company', '"x"', /an object/],
    [readUserRow, { user_id: 7, enable_flag: '3' }, 'enable_flag', '"3"', /0, 1 or 2/],
    [readUserRow, { user_id: 7, departments: [{ department_name: 1 }] }, 'departments.department_name', '1', /a text/],
  ];
  for (const [read, raw, field, value, accepted] of refused) {
    test(`${field} ${value ?? 'missing'}`, () => {
      let error: unknown;
      try {
        read(raw);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(AppError);
      expect((error as AppError).errorName).toBe(value === undefined ? 'missing_parameter' : 'bad_parameter');
      expect((error as AppError).details).toStrictEqual({
        field,
        ...(value === undefined ? {} : { value }),
        accepted: expect.stringMatching(accepted),
      });
    });
  }

  test('whatever a field holds, it is read or refused', () => {
    const readings: [(raw: unknown) => unknown, fields: string][] = [
      [readCompanyRow, 'company_id name serial_id user_id create_user update_time group_id is_archive'],
      [readCompanyInfo, 'country tel tel_area_code star owner last_owner_info customers customers.tel_list customers.contact'],
      [readLeadInfo, 'status owner owner.user_id customers customers.gender customers.main_customer_flag customers.birth'],
      [readOpportunityRow, 'company company.user_id handler handler_info customer customer.is_archive amount stage enable_flag'],
      [readUserRow, 'enable_flag gender position departments departments.department_id departments.department_name'],
    ];
    const ids = { company_id: 7, lead_id: 7, opportunity_id: 7, user_id: 7, customer_id: 7 };
    const tried = readings.flatMap(([read, fields]) => fields.split(' ').map((field) => ({ read, field })));
    fc.assert(
      fc.property(fc.constantFrom(...tried), fc.jsonValue({ maxDepth: 3 }), ({ read, field }, value) => {
        const [outer, inner] = field.split('.') as [string, string?];
        const object = { ...ids, [inner ?? outer]: value };
        const joined = outer === 'company' ? object : [object];
        try {
          read(inner === undefined ? object : { ...ids, [outer]: joined });
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).details).toMatchObject({ field: expect.stringContaining(outer) });
        }
      }),
      { seed, numRuns: 3000 },
    );
  });
});
