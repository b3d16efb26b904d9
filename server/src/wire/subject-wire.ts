/** Companies, leads and opportunities as one kind of list that is searched and sorted. A path of our own. */
import { Type } from 'typebox';
import { daysSince } from '../domain/days.ts';
import { subjectKinds, type User } from '../domain/objects.ts';
import { silentSince } from '../domain/silence.ts';
import type { SubjectContact, SubjectPage, SubjectQuestion, SubjectRow, SubjectSort } from '../domain/subject.ts';
import { knownUsers } from './company-info-wire.ts';
import { country } from './company-wire.ts';
import { fieldSet, idOrNone, line, word } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { number, numbers, objectOrNone, objects, type Part, shape, text, time } from './shape.ts';
import { tableFields } from './table-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const sorts = {
  last_contact: 'lastContact',
  next_follow_up: 'nextFollowUp',
  silence: 'silence',
  name: 'name',
  created: 'created',
} as const satisfies Record<string, SubjectSort>;
type SortName = keyof typeof sorts;

export const subjectListQuery = fieldSet({
  kind: word('类型 · What is listed; lead and opportunity need these modules in the scope too.', subjectKinds, 'company'),
  keyword: line(
    '关键词 · Is in the name or the number, or in the name or mail (so a domain, too) of a contact person; of an opportunity also in what its company has of these. Upper and lower case of Latin letters are one.',
    200,
  ),
  user_id: idOrNone('跟进人 · Only what this user looks after, or works on.'),
  company_id: idOrNone('客户ID · Only opportunities of this company, leads that have become it, or itself.'),
  country,
  sort: word(
    '排序 · last_contact, next_follow_up, silence (days since the last contact, or without one since it was put on file), name (by pinyin), created.',
    Object.keys(sorts) as SortName[],
    'last_contact',
  ),
  order: word('desc: latest, most silent or last name first · asc: the other way round.', ['desc', 'asc'], 'desc'),
  ...pageFields,
  ...tableFields,
});

/** Throws `bad_parameter`. */
export function readSubjectList(query: Given) {
  const { kind, keyword, user_id, company_id, country, sort, order, format, language, ...page } = subjectListQuery.read(query);
  const question: SubjectQuestion = {
    kind,
    keyword: keyword === '' ? null : keyword,
    userId: user_id,
    companyId: company_id,
    country: country === '' ? null : country.toUpperCase(),
    sort: sorts[sort],
    ascending: order === 'asc',
  };
  return { question, page: readPage(page), format, language };
}

/** A user as lists name them. */
export const followerShape = shape<User>({
  user_id: number('用户ID · The user.', ({ userId }) => userId),
  nickname: text('昵称 · Nickname.', ({ nickname }) => nickname),
});

/** Days, or `null` where nobody knows. */
export const daysOrNone = <T>(description: string, value: (of: T) => number | null): Part<T> => ({
  schema: Type.Union([Type.Integer(), Type.Null()], { description }),
  value,
});

export const silentDays = ({ now, ...row }: SubjectRow & { readonly now: number }): number | null => {
  const since = silentSince(row);
  return since === null ? null : daysSince(since, now);
};

const contactShape = shape<SubjectContact>({
  customer_id: number('联系人ID · The contact person.', ({ contactId }) => contactId),
  name: text('姓名 · Name.', ({ name }) => name),
  email: text('邮箱 · E-mail.', ({ email }) => email),
});

export const subjectIdOf = (row: SubjectRow): number => {
  switch (row.kind) {
    case 'company':
      return row.object.companyId;
    case 'lead':
      return row.object.leadId;
    case 'opportunity':
      return row.object.opportunityId;
  }
};

const anyTime = time('');

const listed = shape<SubjectRow & Pick<SubjectPage, 'users'> & { readonly now: number }>({
  id: number('ID · The company, lead or opportunity.', subjectIdOf),
  name: text('名称 · Name.', ({ object }) => object.name),
  serial_id: text('编号 · Number.', ({ object }) => object.serialId),
  country: text("国家 · Two letters; of an opportunity its company's.", (row) => row.country),
  owner_ids: numbers('跟进人ID · Who looks after it, or works on it.', ({ ownerIds }) => ownerIds),
  owners: objects('跟进人 · The same, as far as they are known.', followerShape, ({ users, ownerIds }) =>
    knownUsers(users, ownerIds),
  ),
  contacts: number('联系人数 · How many contact persons it has.', ({ contacts }) => contacts),
  main_contact: objectOrNone(
    '主要联系人 · The main contact, or else the first one.',
    contactShape,
    ({ mainContact }) => mainContact,
  ),
  last_contact_time: anyTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  next_follow_up_time: anyTime('下次跟进时间 · When to follow up next.', ({ object }) => object.nextFollowUpAt),
  days_silent: daysOrNone(
    '沉默天数 · Whole days since the last contact, or without one since it was put on file; null: nobody knows.',
    silentDays,
  ),
  create_time: anyTime('创建时间 · Created.', ({ object }) => object.createdAt),
  company_id: number(
    '客户ID · Of an opportunity its company, of a lead the one that it has become; 0: none.',
    ({ company }) => company?.companyId ?? 0,
  ),
  company_name: text('客户名称 · Its name.', ({ company }) => company?.name ?? ''),
  stage: number('销售阶段ID · Of an opportunity; 0: none.', (row) =>
    row.kind === 'opportunity' ? (row.object.details.stageId ?? 0) : 0,
  ),
  status: number('线索状态 · Of a lead, as lead/info; 0 of others.', (row) => (row.kind === 'lead' ? row.object.status : 0)),
});

export const subjectListData = Type.Object({
  list: Type.Array(listed.schema, {
    description:
      'Of equal ones the larger id first, with order=asc the smaller one. Without a last contact counts as longest ago; without another date comes last in either order.',
  }),
  totalItem: Type.Integer({ description: '总数 · Exact number of rows that match, over all pages.' }),
});

export const presentSubjectList = ({ total, rows, users, now }: SubjectPage & { readonly now: number }): string =>
  JSON.stringify({ list: rows.map((row) => listed.present({ ...row, users, now })), totalItem: total });
