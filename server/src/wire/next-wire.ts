/** Next follow-ups on the wire, in one list for all that have one. Genjin's own (docs/wire.md#next-follow-ups). */

import { Type } from 'typebox';
import type { NextQuestion } from '../domain/next.ts';
import type { NextRow, Subject } from '../domain/next-stores.ts';
import { type SubjectKind, subjectKinds } from '../domain/objects.ts';
import type { Listed, Page } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idempotencyKeyField, idOrNone, timeOrNone, word } from './fields.ts';
import { boundFields, pageFields, readBounds, readPage } from './listing-wire.ts';
import { never, number, numbers, shape, text, time } from './shape.ts';

type Given = Readonly<Record<string, unknown>>;

const kindWords = '对象 · company 客户 · lead 线索 · opportunity 商机';
const allKinds = ['all', ...subjectKinds] as const;

export const nextListQuery = fieldSet({
  subject: word(`${kindWords}; default all that the token may see: lead and opportunity need their scopes.`, allKinds, 'all'),
  id: idOrNone('对象ID · Only this one; with subject.'),
  user_id: idOrNone('跟进人 · Only what this user looks after; of opportunities the main user.'),
  ...boundFields('next_follow_up_time'),
  sort: word('排序 · By next_follow_up_time: asc, the earliest first, or desc.', ['asc', 'desc'], 'asc'),
  ...pageFields,
});

/** Throws `bad_parameter` also for a start after the end. */
export function readNextList(query: Given): { question: NextQuestion; page: Page } {
  const given = nextListQuery.read(query);
  return {
    question: {
      kind: given.subject === 'all' ? null : given.subject,
      id: given.id,
      ownerId: given.user_id,
      ...readBounds(given, query),
      latestFirst: given.sort === 'desc',
    },
    page: readPage(given),
  };
}

const kindSchema = Type.String({ description: kindWords, enum: [...subjectKinds] });
const due = time(never.opportunity);

const nextShape = shape<NextRow>({
  subject: { schema: kindSchema, value: ({ kind }) => kind },
  id: number('对象ID · The company, lead or opportunity.', ({ id }) => id),
  name: text('名称 · Its name.', ({ name }) => name),
  owner_ids: numbers('跟进人 · Who looks after it; of an opportunity the main user.', ({ ownerIds }) => ownerIds),
  next_follow_up_time: due('下次跟进时间 · When to follow up next.', ({ nextFollowUpAt }) => nextFollowUpAt),
  last_contact_time: due('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
});

export const nextListData = Type.Object({
  list: Type.Array(nextShape.schema, { description: 'By next_follow_up_time, then company, lead, opportunity, then id.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of rows that match, over all pages.' }),
});

export const presentNextList = ({ total, rows }: Listed<NextRow>): string =>
  JSON.stringify({ list: rows.map(nextShape.present), totalItem: total });

/** Of an entry or of what it is about: nothing given leaves it as it is. */
export const nextField = (description: string) =>
  timeOrNone(`下次跟进时间 · ${description} Beijing time; a date alone means that day; "" clears it.`);

export const nextPushBody = fieldSet({
  subject: word(`${kindWords}.`, ['', ...subjectKinds], ''),
  id: idOrNone('对象ID · The company, lead or opportunity.'),
  next_follow_up_time: nextField('When to follow up next.'),
  idempotency_key: idempotencyKeyField,
});

export interface NextPush {
  readonly subject: Subject;
  readonly nextFollowUpAt: number | null;
}

/** Throws `missing_parameter` also without a time: nothing is cleared by mistake. */
export function readNextPush(body: Given): NextPush {
  const given = nextPushBody.read(body);
  const kind = given.subject;
  if (kind === '') throw badParameter('subject', undefined, `accepted: one of ${subjectKinds.join(', ')}`);
  if (given.id === null) throw badParameter('id', undefined, `accepted: the id of the ${kind}`);
  if (body['next_follow_up_time'] === undefined)
    throw badParameter('next_follow_up_time', undefined, 'accepted: a time YYYY-MM-DD HH:mm:ss or a date, or "" for none');
  return { subject: { kind, id: given.id }, nextFollowUpAt: given.next_follow_up_time };
}

const pushed = shape<{ readonly kind: SubjectKind; readonly id: number; readonly nextFollowUpAt: number | null }>({
  subject: { schema: kindSchema, value: ({ kind }) => kind },
  id: number('对象ID · The company, lead or opportunity.', ({ id }) => id),
  next_follow_up_time: due('下次跟进时间 · As it is now.', ({ nextFollowUpAt }) => nextFollowUpAt),
});

export const nextPushData = pushed.schema;

export const presentNextPushed = ({ subject, nextFollowUpAt }: NextPush): string =>
  JSON.stringify(pushed.present({ ...subject, nextFollowUpAt }));
