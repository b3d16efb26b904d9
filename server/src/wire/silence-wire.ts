/** The silence radar on the wire: companies by the days since their last contact. A path of our own. */
import { Type } from 'typebox';
import type { Band, SilenceQuestion } from '../domain/silence.ts';
import type { SilencePage, SilentRow } from '../domain/stats-stores.ts';
import { badParameter } from '../errors.ts';
import { knownUsers } from './company-info-wire.ts';
import { countFrom, fieldSet, idOrNone, numberList, word } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { number, numbers, objects, shape, text, time } from './shape.ts';
import { daysOrNone, followerShape } from './subject-wire.ts';
import { tableFields } from './table-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const usualRules = [3, 7, 15, 30] as const;
/** 100 years. */
const longest = 36_500;
const mostRules = 20;

export const silenceQuery = fieldSet({
  days: countFrom(0, '天数 · Companies that are silent for at least so many days; 0: all.', 30, longest),
  user_id: idOrNone('跟进人 · Only companies that this user looks after.'),
  rules: numberList(`规则 · Where the bands begin, in days; default ${usualRules.join(',')}.`, mostRules),
  sort: word(
    '排序 · desc: the most silent first, from those that nobody knows anything of · asc: the least silent.',
    ['desc', 'asc'],
    'desc',
  ),
  ...pageFields,
  ...tableFields,
});

/** Throws `bad_parameter`. */
export function readSilence(query: Given) {
  const { days, user_id, rules, sort, format, language, ...page } = silenceQuery.read(query);
  const far = rules.find((rule) => rule > longest);
  if (far !== undefined) throw badParameter('rules', far, `accepted: days up to ${longest}`);
  const question: SilenceQuestion = {
    days,
    userId: user_id,
    rules: rules.length === 0 ? usualRules : rules.toSorted((a, b) => a - b),
    leastFirst: sort === 'asc',
  };
  return { question, page: readPage(page), format, language };
}

const anyTime = time('');

const silent = shape<SilentRow & Pick<SilencePage, 'users'>>({
  company_id: number('客户ID · The company.', ({ companyId }) => companyId),
  name: text('客户名称 · Name.', ({ company }) => company.name),
  owner_ids: numbers('跟进人ID · Who looks after it; none: in the public pool.', ({ ownerIds }) => ownerIds),
  owners: objects('跟进人 · The same, as far as they are known.', followerShape, ({ users, ownerIds }) =>
    knownUsers(users, ownerIds),
  ),
  last_contact_time: anyTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  days: daysOrNone(
    '天数 · Whole days from that day to today, Beijing time; without a last contact since it was put on file; null: nobody knows since when.',
    ({ days }) => days,
  ),
  next_follow_up_time: anyTime('下次跟进时间 · When to follow up next.', ({ company }) => company.nextFollowUpAt),
});

const band = shape<Band>({
  from: number('From so many days on.', ({ from }) => from),
  to: daysOrNone('Up to so many; null: the last band has no end, and those that nobody knows of are in it.', ({ to }) => to),
  count: number('Companies in it.', ({ count }) => count),
});

const byOwner = shape<{ readonly userId: number; readonly nickname: string; readonly counts: readonly number[] }>({
  user_id: number('跟进人 · The user; 0: the public pool.', ({ userId }) => userId),
  nickname: text('昵称 · Nickname; "": not known, or the public pool.', ({ nickname }) => nickname),
  counts: numbers('Of each band, the companies that the user looks after.', ({ counts }) => counts),
});

export const silenceData = Type.Object({
  list: Type.Array(silent.schema, { description: 'Most silent first, then largest company_id; asc is the other way round.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of companies that match, over all pages.' }),
  bands: Type.Array(band.schema, {
    description: 'Companies by days of silence, of all that user_id looks after, whatever days says.',
  }),
  by_owner: Type.Array(byOwner.schema, {
    description: 'The same by who looks after them, by ascending user_id; a company with two followers counts for both.',
  }),
});

export const presentSilence = ({ total, rows, users, bands, byOwner: owners }: SilencePage): string =>
  JSON.stringify({
    list: rows.map((row) => silent.present({ ...row, users })),
    totalItem: total,
    bands: bands.map(band.present),
    by_owner: owners.map(({ userId, counts }) =>
      byOwner.present({ userId: userId ?? 0, nickname: users.get(userId ?? 0)?.nickname ?? '', counts }),
    ),
  });
