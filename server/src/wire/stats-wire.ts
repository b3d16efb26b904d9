/** Counts of the timeline on the wire: by day and month, by person, by type, by country. Paths of our own. */
import { Type } from 'typebox';
import { dayLength, type PeriodUnit } from '../domain/days.ts';
import { mostDays, type PeriodCount, type Periods } from '../domain/periods.ts';
import type { CountryStats, PersonStats, Stats, TypeStats } from '../domain/stats.ts';
import type { PeriodFilter } from '../domain/stats-stores.ts';
import { allTrails, type TrailFilter } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, idList, numberList, timeBound, word } from './fields.ts';
import { readBounds } from './listing-wire.ts';
import { number, objects, type Shape, shape, text, time } from './shape.ts';
import { tableFields } from './table-wire.ts';
import { formatTime } from './time.ts';
import { readTrailFilter, trailFilterFields } from './trail-list-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const unitNames = ['day', 'month'] as const;

/** `2024-08-20` or `2024-08`. */
export const periodName = (start: number, unit: PeriodUnit): string => formatTime(start).slice(0, unit === 'day' ? 10 : 7);

interface Named extends PeriodCount {
  readonly unit: PeriodUnit;
}

const named = (periods: readonly PeriodCount[], unit: PeriodUnit): Named[] => periods.map((period) => ({ ...period, unit }));

const periodShape = shape<Named>({
  period: text('日期 · The day, YYYY-MM-DD, or the month, YYYY-MM; Beijing time.', ({ start, unit }) => periodName(start, unit)),
  count: number('数量 · Entries in it.', ({ count }) => count),
});

// Counts are of what stands now, and have no order.
const { as_of: _state, sort: _order, ...countable } = trailFilterFields;

export const periodsQuery = fieldSet({
  unit: word(`单位 · day (at most ${mostDays} from the first to the last entry) or month.`, unitNames, 'month'),
  ...countable,
});

/** Throws `bad_parameter` as the list does. */
export const readPeriods = (query: Given): { unit: PeriodUnit; filter: TrailFilter } => {
  const { as_of, sort, ...known } = query;
  return { unit: periodsQuery.read(query).unit, filter: readTrailFilter(known).filter };
};

const anyTime = time('');

const periods = shape<Periods & { readonly unit: PeriodUnit }>({
  list: objects('每个周期 · In their order; those without entries are left out.', periodShape, (of) =>
    named(of.periods, of.unit),
  ),
  totalItem: number('总数 · Entries in all of them.', ({ total }) => total),
  first_time: anyTime('最早 · When the first entry was, by time_type.', ({ first }) => first),
  last_time: anyTime('最晚 · When the last entry was.', ({ last }) => last),
  revision: number('The revision of the state that is counted.', ({ revision }) => revision),
});

export const periodsData = periods.schema;

export const presentPeriods = (found: Periods, unit: PeriodUnit): string => JSON.stringify(periods.present({ ...found, unit }));

/** A bound that must be given. */
function required(field: Field<number | null>): Field<number> {
  return {
    ...field,
    read(name, raw) {
      const at = field.read(name, raw);
      if (at === null)
        throw badParameter(name, undefined, 'accepted: a date YYYY-MM-DD or a time YYYY-MM-DD HH:mm:ss, Beijing time');
      return at;
    },
  };
}

const periodFields = {
  start_time: required(
    timeBound('start', '开始时间 · Entries that took place from then on, Beijing time; a date alone means 00:00:00.'),
  ),
  end_time: required(timeBound('end', '结束时间 · Entries that took place up to then; a date alone means 23:59:59.')),
};
const authors = idList('创建人ID · Only entries that these users wrote.');
const types = numberList('动态类型 · Only entries of these types.', 200);

function periodFilter(
  given: { readonly start_time: number; readonly end_time: number },
  query: Given,
  more: Partial<TrailFilter>,
): PeriodFilter {
  readBounds(given, query);
  return { ...allTrails, ...more, from: given.start_time, to: given.end_time, by: 'happenedAt' };
}

/** Days that a person's row has at most. */
const mostColumns = 400;

export const peopleQuery = fieldSet({
  ...periodFields,
  unit: word(`单位 · Of the counts: day (at most ${mostColumns}) or month.`, unitNames, 'day'),
  create_user: authors,
  type: types,
  ...tableFields,
});

/** Throws `bad_parameter`, also for more days than a row has. */
export function readPeople(query: Given) {
  const { format, language, unit, ...given } = peopleQuery.read(query);
  const filter = periodFilter(given, query, { authorIds: given.create_user, types: given.type });
  if (unit === 'day' && filter.to - filter.from > mostColumns * dayLength)
    throw badParameter(
      'start_time',
      query['start_time'],
      `accepted: a time at most ${mostColumns} days before end_time, or unit=month`,
    );
  return { filter, unit, format, language };
}

const person = shape<PersonStats & { readonly unit: PeriodUnit }>({
  user_id: number('用户ID · The user.', ({ userId }) => userId),
  nickname: text('昵称 · Nickname; "": not known.', ({ user }) => user?.nickname ?? ''),
  avatar: text('头像 · Picture, or "".', ({ user }) => user?.avatar ?? ''),
  total: number('总数 · Entries that the user wrote in the period.', ({ total }) => total),
  periods: objects('每个周期 · In their order; those without entries are left out.', periodShape, (of) =>
    named(of.periods, of.unit),
  ),
});

const listOf = <T>(description: string, row: Shape<T>) =>
  Type.Object({
    list: Type.Array(row.schema, { description }),
    totalItem: Type.Integer({ description: '总数 · Number of rows.' }),
  });

const presentList = <T>(row: Shape<T>, rows: readonly T[]): string =>
  JSON.stringify({ list: rows.map(row.present), totalItem: rows.length });

export const peopleData = listOf(
  '每人 · Who wrote something, and the users in the normal state who did not; with create_user only these. Who wrote most comes first, then the smallest user_id.',
  person,
);
export const presentPeople = ({ rows }: Stats<PersonStats>, unit: PeriodUnit): string =>
  presentList(
    person,
    rows.map((row) => ({ ...row, unit })),
  );

export const typesQuery = fieldSet({ ...periodFields, create_user: authors, ...tableFields });

/** Throws `bad_parameter`. */
export function readTypes(query: Given) {
  const { format, language, ...given } = typesQuery.read(query);
  return { filter: periodFilter(given, query, { authorIds: given.create_user }), format, language };
}

const before = '上期 · The count of the period of the same length that ends where this one begins.';

const typeShape = shape<TypeStats>({
  type: number('动态类型 · The type.', ({ type }) => type),
  count: number('数量 · Entries of it.', ({ count }) => count),
  before: number(before, (row) => row.before),
});

export const typesData = listOf('每种类型 · Of both periods; the most frequent first, then the smallest number.', typeShape);
export const presentTypes = ({ rows }: Stats<TypeStats>): string => presentList(typeShape, rows);

export const countriesQuery = fieldSet({ ...periodFields, create_user: authors, type: types, ...tableFields });

/** Throws `bad_parameter`. */
export function readCountries(query: Given) {
  const { format, language, ...given } = countriesQuery.read(query);
  return { filter: periodFilter(given, query, { authorIds: given.create_user, types: given.type }), format, language };
}

const countryShape = shape<CountryStats>({
  country: text('国家 · Two letters of ISO 3166-1; "": not known.', ({ country }) => country),
  count: number(
    '数量 · Entries about companies there, removed ones too, and entries without a company about leads there.',
    ({ count }) => count,
  ),
  companies: number('客户数 · Companies that these entries are about.', ({ companies }) => companies),
  before: number(before, (row) => row.before),
});

export const countriesData = listOf('每个国家 · Of both periods; the most frequent first, then by their letters.', countryShape);
export const presentCountries = ({ rows }: Stats<CountryStats>): string => presentList(countryShape, rows);
