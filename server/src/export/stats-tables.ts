/** The statistics and the lists as tables for people. */
import type { PeriodUnit } from '../domain/days.ts';
import type { SubjectKind, User } from '../domain/objects.ts';
import type { CountryStats, PersonStats, TypeStats } from '../domain/stats.ts';
import type { SilencePage, SilentRow } from '../domain/stats-stores.ts';
import type { SubjectPage, SubjectRow } from '../domain/subject.ts';
import { periodName } from '../wire/stats-wire.ts';
import { silentDays, subjectIdOf } from '../wire/subject-wire.ts';
import { typeName } from './columns.ts';
import { type Column, id, number, type Table, text, time } from './table.ts';

/** What no table can hold is shown as what it is not: NUL has no place in a name. */
const shown = (name: string): string => name.replaceAll('\0', '\uFFFD');

const names = (users: ReadonlyMap<number, User>, ids: readonly number[]): string =>
  shown(ids.map((one) => users.get(one)?.nickname ?? String(one)).join('; '));

/** Rows are named by their place in the list only: nothing in them is refused. */
const table = <T>(zh: string, en: string, columns: readonly Column<T>[]): Table<T> => ({
  name: { zh, en },
  columns,
  nameOf: () => 'a row',
});

/** A column for each period in which anybody wrote. */
export function peopleTable(people: readonly PersonStats[], unit: PeriodUnit): Table<PersonStats> {
  const starts = [...new Set(people.flatMap(({ periods }) => periods.map(({ start }) => start)))].sort((a, b) => a - b);
  return table('员工跟进', 'People', [
    text('跟进人', 'Author', 14, ({ user }) => shown(user?.nickname ?? '')),
    number('合计', 'Total', ({ total }) => total),
    ...starts.map((start): Column<PersonStats> => {
      const name = periodName(start, unit);
      return number(name, name, ({ periods }) => periods.find((period) => period.start === start)?.count ?? 0);
    }),
    id('跟进人ID', 'Author ID', ({ userId }) => [userId]),
  ]);
}

export const typesTable: Table<TypeStats> = table('跟进类型', 'Types', [
  text('跟进类型', 'Type', 24, ({ type }, language) => typeName(type, language)),
  number('数量', 'Entries', ({ count }) => count),
  number('上期', 'Before', ({ before }) => before),
  id('类型编号', 'Type number', ({ type }) => [type]),
]);

export const countriesTable: Table<CountryStats> = table('国家', 'Countries', [
  text('国家', 'Country', 10, ({ country }) => shown(country)),
  number('数量', 'Entries', ({ count }) => count),
  number('客户数', 'Companies', ({ companies }) => companies),
  number('上期', 'Before', ({ before }) => before),
]);

export const silenceTable = ({ users }: Pick<SilencePage, 'users'>): Table<SilentRow> =>
  table('沉默客户', 'Silence', [
    text('客户', 'Company', 28, ({ company }) => shown(company.name)),
    text('跟进人', 'Owners', 18, ({ ownerIds }) => names(users, ownerIds)),
    number('沉默天数', 'Days', ({ days }) => days),
    time('最近联系时间', 'Last contact', ({ lastContactAt }) => lastContactAt),
    time('下次跟进时间', 'Next follow-up', ({ company }) => company.nextFollowUpAt),
    id('客户ID', 'Company ID', ({ companyId }) => [companyId]),
    id('跟进人ID', 'Owner IDs', ({ ownerIds }) => ownerIds),
  ]);

const kinds: Readonly<Record<SubjectKind, readonly [zh: string, en: string]>> = {
  company: ['客户', 'Companies'],
  lead: ['线索', 'Leads'],
  opportunity: ['商机', 'Opportunities'],
};

export function subjectTable(kind: SubjectKind, { users, now }: Pick<SubjectPage, 'users'> & { now: number }): Table<SubjectRow> {
  return table(...kinds[kind], [
    text('名称', 'Name', 28, ({ object }) => shown(object.name)),
    text('编号', 'Number', 14, ({ object }) => shown(object.serialId)),
    text('国家', 'Country', 8, ({ country }) => shown(country)),
    text('跟进人', 'Owners', 18, ({ ownerIds }) => names(users, ownerIds)),
    number('联系人数', 'Contacts', ({ contacts }) => contacts),
    text('主要联系人', 'Main contact', 18, ({ mainContact }) => shown(mainContact?.name ?? '')),
    text('邮箱', 'E-mail', 24, ({ mainContact }) => shown(mainContact?.email ?? '')),
    time('最近联系时间', 'Last contact', ({ lastContactAt }) => lastContactAt),
    number('沉默天数', 'Days silent', (row) => silentDays({ ...row, now })),
    time('下次跟进时间', 'Next follow-up', ({ object }) => object.nextFollowUpAt),
    time('创建时间', 'Created', ({ object }) => object.createdAt),
    ...(kind === 'company' ? [] : [text<SubjectRow>('客户', 'Company', 28, ({ company }) => shown(company?.name ?? ''))]),
    id('ID', 'ID', (row) => [subjectIdOf(row)]),
    id('跟进人ID', 'Owner IDs', ({ ownerIds }) => ownerIds),
  ]);
}
