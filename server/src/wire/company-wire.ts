/** Companies on the wire: what is asked and pushed, and the list and search that answer (docs/wire.md#neighbours). */
import { Type } from 'typebox';
import type { CompanyPush, PushedCompany } from '../domain/company.ts';
import type { Company } from '../domain/objects.ts';
import type { CompanyFilter, CompanyRow, CompanySearchField, Listed, Page } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { contactList, readContacts, telArea, telNumber } from './contact-wire.ts';
import { fieldSet, idempotencyKeyField, idList, idOrNone, ifGiven, line, oneOf, timeOrNone } from './fields.ts';
import { boundFields, pageFields, readBounds, readPage } from './listing-wire.ts';
import { never, number, shape, text, time } from './shape.ts';

type Given = Readonly<Record<string, unknown>>;

export const companyListQuery = fieldSet({
  ...pageFields,
  removed: oneOf('1: the companies that were removed, instead of those that were not.', [0, 1], 0),
  all: oneOf('客户范围 · 1 all · 0 those with a follower · 2 those in the public pool.', [0, 1, 2], 1),
  group_id: idOrNone('客户分组ID · Only this group.'),
  ...boundFields('the time that time_type names'),
  time_type: oneOf('时间类型 · 1 updated · 2 created · 3 put on file; the list is ordered by it, newest first.', [1, 2, 3], 1),
});

const orders = { 1: 'updatedAt', 2: 'createdAt', 3: 'archivedAt' } as const;
const ownership = { 0: true, 1: null, 2: false } as const;

/** Throws `bad_parameter` also for a start after the end. */
export function readCompanyList(query: Given): { filter: CompanyFilter; page: Page } {
  const given = companyListQuery.read(query);
  return {
    filter: {
      ...readBounds(given, query),
      removed: given.removed === 1,
      owned: ownership[given.all],
      groupId: given.group_id,
      by: orders[given.time_type],
    },
    page: readPage(given),
  };
}

const firmTime = time(never.firm);

const companyListed = shape<CompanyRow>({
  company_id: number('客户ID · The company.', ({ company }) => company.companyId),
  user_id: text('跟进人 · Who looks after it, as text, with commas between several; "": in the public pool.', ({ company }) =>
    company.ownerIds.join(','),
  ),
  name: text('客户名称 · Name.', ({ company }) => company.name),
  short_name: text('简称 · Short name.', ({ company }) => company.details.shortName ?? ''),
  serial_id: text('客户编号 · Customer number.', ({ company }) => company.serialId),
  order_time: firmTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  create_time: firmTime('创建时间 · Created.', ({ company }) => company.createdAt),
  update_time: firmTime('更新时间 · Last changed.', ({ company }) => company.updatedAt),
  create_user: number('创建人 · Who created it; 0: not known.', ({ company }) => company.createdBy ?? 0),
  last_edit_user: number('最后修改人 · Who edited it last; 0: nobody.', ({ company }) => company.details.editedBy ?? 0),
  archive_type: number(
    '建档方式 · How it was put on file; 1 by hand, 0 not known.',
    ({ company }) => company.details.archiveType ?? 0,
  ),
  edit_time: firmTime('资料更新时间 · Last edited.', ({ company }) => company.editedAt),
});

const total = Type.Integer({ description: '总数 · Exact number of rows that match, over all pages.' });

export const companyListData = Type.Object({
  list: Type.Array(companyListed.schema, {
    description: 'Newest first by the time that time_type names, then largest company_id.',
  }),
  totalItem: total,
  count: Type.Integer({ description: 'The same number as totalItem.' }),
});

export const presentCompanyList = ({ total, rows }: Listed<CompanyRow>): string =>
  JSON.stringify({ list: rows.map(companyListed.present), totalItem: total, count: total });

export const companyInfoQuery = fieldSet({
  company_id: idOrNone('客户ID · The company; this or serial_id, and when both are given, both must match.'),
  serial_id: line('客户编号 · Its customer number; of several with the same one, the first that was made.', 100),
  format: line('Accepted for the sake of clients that send it; the answer is the same.', 100),
});

/** Throws `missing_parameter` when neither is given. */
export function readCompanyInfo(query: Given): { companyId: number | null; serialId: string | null } {
  const { company_id, serial_id } = companyInfoQuery.read(query);
  if (company_id === null && serial_id === '') throw badParameter('company_id', undefined, 'accepted: company_id or serial_id');
  return { companyId: company_id, serialId: serial_id === '' ? null : serial_id };
}

const searchFields: Readonly<Record<string, CompanySearchField>> = {
  name: 'name',
  serial_id: 'serialId',
  'customer_list.email': 'contactEmail',
  'customer_list.email.domain': 'contactEmailDomain',
  'customer_list.name': 'contactName',
  'customer_list.tel': 'contactPhone',
  'customer_list.contact.value': 'contactAccount',
};
const searchFieldNames = Object.keys(searchFields);

export const companySearchQuery = fieldSet({
  word: line('关键词 · What is searched, as it stands: no signs have a meaning of their own.', 200),
  search_field: line(`搜索字段 · Where: ${searchFieldNames.join(' · ')}; default name.`, 100),
  ...pageFields,
});

/** Throws `missing_parameter` without a word, `bad_parameter` for another field. */
export function readCompanySearch(query: Given): { field: CompanySearchField; word: string; page: Page } {
  const given = companySearchQuery.read(query);
  const name = given.search_field === '' ? 'name' : given.search_field;
  const field = Object.hasOwn(searchFields, name) ? searchFields[name] : undefined;
  if (field === undefined) throw badParameter('search_field', name, `accepted: one of ${searchFieldNames.join(', ')}`);
  if (given.word === '') throw badParameter('word', undefined, 'accepted: a text that is not empty');
  const word = searchedWord(field, given.word);
  if (word === '') throw badParameter('word', given.word, 'accepted: digits of a telephone number');
  return { field, word, page: readPage(given) };
}

/** Of a telephone number only its digits count, and a domain may be written with its `@`. */
function searchedWord(field: CompanySearchField, word: string): string {
  if (field === 'contactPhone') return word.replaceAll(/\D/g, '');
  return field === 'contactEmailDomain' && word !== '@' ? word.replace(/^@/, '') : word;
}

const companyFound = shape<Company>({
  serial_id: text('客户编号 · Customer number.', ({ serialId }) => serialId),
  company_id: number('客户ID · The company.', ({ companyId }) => companyId),
  is_public: number('1: in the public pool.', ({ ownerIds }) => (ownerIds.length === 0 ? 1 : 0)),
  name: text('客户名称 · Name.', ({ name }) => name),
  short_name: text('简称 · Short name.', ({ details }) => details.shortName ?? ''),
});

export const companySearchData = Type.Object({
  list: Type.Array(companyFound.schema, { description: 'Last updated first, then largest company_id.' }),
  totalItem: total,
});

export const presentCompanySearch = ({ total, rows }: Listed<Company>): string =>
  JSON.stringify({ list: rows.map(companyFound.present), totalItem: total });

export const country = line('国家 · Two letters of ISO 3166-1.', 2, {
  pattern: /^[A-Za-z]{2}$/,
  accepted: "a country's two letters",
});

export const companyPushBody = fieldSet({
  company_id: idOrNone('客户ID · The company to edit; 0 or absent: a new one.'),
  name: ifGiven(line('客户名称 · Name; a new company needs one.', 500)),
  short_name: ifGiven(line('简称 · Short name.', 200)),
  serial_id: ifGiven(line('客户编号 · Customer number.', 100)),
  country: ifGiven(country),
  homepage: ifGiven(line('公司网址 · Homepage.', 500)),
  tel: ifGiven(telNumber('座机 · Telephone number without area code.')),
  tel_area_code: ifGiven(telArea('座机区号 · Its area code.')),
  address: ifGiven(line('详细地址 · Address.', 1000)),
  remark: ifGiven(line('备注 · Remark.', 10_000)),
  star: ifGiven(oneOf('星级 · Stars.', [0, 1, 2, 3, 4, 5], 0)),
  group_id: ifGiven(idOrNone('客户分组ID · Group.')),
  user_id: ifGiven(
    idList('跟进人 · Who looks after it; nobody: the public pool. A new company without it belongs to the member who makes it.'),
  ),
  next_follow_up_time: ifGiven(timeOrNone('下次跟进时间 · When to follow up next.')),
  customers: contactList,
  idempotency_key: idempotencyKeyField,
});

export function readCompanyPush(body: Given): CompanyPush {
  const given = companyPushBody.read(body);
  return {
    companyId: given.company_id,
    fields: {
      name: given.name,
      serialId: given.serial_id,
      groupId: given.group_id,
      ownerIds: given.user_id,
      nextFollowUpAt: given.next_follow_up_time,
    },
    details: {
      shortName: given.short_name,
      country: given.country?.toUpperCase(),
      homepage: given.homepage,
      telAreaCode: given.tel_area_code,
      tel: given.tel,
      address: given.address,
      remark: given.remark,
      star: given.star,
    },
    contacts: readContacts(given.customers),
  };
}

const contactPushed = shape<PushedCompany['contacts'][number]>({
  customer_id: number('联系人ID · The contact person.', ({ contactId }) => contactId),
  name: text('姓名 · Name.', ({ name }) => name),
  email: text('邮箱 · E-mail.', ({ email }) => email),
});

export const companyPushData = Type.Object({
  company_id: Type.Integer({ description: '客户ID · The company.' }),
  customers: Type.Array(contactPushed.schema, { description: '联系人 · The contacts that were given, in that order.' }),
});

export const presentCompanyPushed = ({ companyId, contacts }: PushedCompany): string =>
  JSON.stringify({ company_id: companyId, customers: contacts.map(contactPushed.present) });

export const companyRemoveBody = fieldSet({ company_id: idOrNone('客户ID · The company to remove.') });

/** Throws `missing_parameter`. */
export function readCompanyRemove(body: Given): number {
  const { company_id } = companyRemoveBody.read(body);
  if (company_id === null) throw badParameter('company_id', undefined, 'accepted: the id of a company');
  return company_id;
}

export const companyRemoveData = Type.Object({
  company_id: Type.String({ description: '客户ID · The company, as a string here.' }),
});

export const presentCompanyRemoved = (companyId: number): string => JSON.stringify({ company_id: String(companyId) });
