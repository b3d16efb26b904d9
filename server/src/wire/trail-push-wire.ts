/** Follow-ups as they are recorded and edited (docs/wire.md#record). */
import { Type } from 'typebox';
import { recordableTrailTypes } from '../domain/objects.ts';
import type { TrailRecord } from '../domain/trail.ts';
import type { TrailFields } from '../domain/trail-life.ts';
import { AppError, badParameter } from '../errors.ts';
import {
  fieldSet,
  idempotencyKeyField,
  idList,
  idOrNone,
  ifGiven,
  isObject,
  listOf,
  numberedChoice,
  text,
  timeBound,
} from './fields.ts';
import { nextField } from './next-wire.ts';

type Given = Readonly<Record<string, unknown>>;

/** Characters of a follow-up that is recorded here; ours: OKKI publishes no limit, and a page of a thousand must stay answerable. */
const maxContent = 100_000;

/** Records that one commit takes. */
const maxRecords = 1000;

/** What is said of one entry that is recorded. */
const recordFields = {
  company_id: idOrNone('客户ID · At least one of the three subjects is needed.'),
  lead_id: idOrNone('线索ID · The lead.'),
  opportunity_id: idOrNone('商机ID · Brings its company.'),
  content: text('备注内容 · Kept exactly as given; not blank.', maxContent),
  remark_type: numberedChoice(
    `动态类型 · ${[...recordableTrailTypes].map(([type, name]) => `${type} ${name}`).join(' · ')}; default 101`,
    [...recordableTrailTypes.keys()],
  ),
  customer_id: idList('联系人ID · Contact persons of the company.'),
  lead_customer_id: idList('线索联系人ID · Contact persons of the lead.'),
  file_ids: idList('文件ID · Files that are known here.'),
  create_time: timeBound(
    'start',
    '跟进时间 · When it took place, Beijing time, not in the future; a date alone means 00:00:00. Default: now.',
  ),
  create_user: idOrNone(
    '创建人ID · Who wrote it. An application may name any user, by default its own; who signs in records only as themselves.',
  ),
  next_follow_up_time: ifGiven(
    nextField(
      'When to follow up next: kept with the company of the entry, without one with the lead, without that with the opportunity.',
    ),
  ),
};

export const trailPushBody = fieldSet({
  trail_id: idOrNone('动态ID · The entry to edit: only the fields that are given change; 0 or absent: a new one.'),
  ...recordFields,
  idempotency_key: idempotencyKeyField,
});

/** An entry to record, or one to edit with what is said of it. Throws `bad_parameter`. */
export function readTrailPush(
  body: Given,
):
  | { readonly record: TrailRecord }
  | { readonly trailId: number; readonly fields: TrailFields; readonly nextFollowUpAt: number | null | undefined } {
  const given = trailPushBody.read(body);
  if (given.trail_id === null) return { record: recordOf(given) };
  return { trailId: given.trail_id, fields: fieldsOf(body), nextFollowUpAt: given.next_follow_up_time };
}

const editFields = fieldSet({
  ...recordFields,
  company_id: ifGiven(recordFields.company_id),
  lead_id: ifGiven(recordFields.lead_id),
  opportunity_id: ifGiven(recordFields.opportunity_id),
  content: ifGiven(recordFields.content),
  customer_id: ifGiven(recordFields.customer_id),
  lead_customer_id: ifGiven(recordFields.lead_customer_id),
  file_ids: ifGiven(recordFields.file_ids),
});

/** What no entry can be without stays as it was when it is given empty. */
function fieldsOf(body: Given): TrailFields {
  const given = editFields.read(body);
  return {
    type: given.remark_type ?? undefined,
    content: given.content,
    companyId: given.company_id,
    leadId: given.lead_id,
    opportunityId: given.opportunity_id,
    contactIds: given.customer_id,
    leadContactIds: given.lead_customer_id,
    fileIds: given.file_ids,
    happenedAt: given.create_time ?? undefined,
    authorId: given.create_user ?? undefined,
  };
}

const batchRecord = fieldSet(recordFields);

export const trailPushBatchBody = fieldSet({
  list: listOf(batchRecord, '跟进动态 · The entries, recorded all or none, their ids in this order.', maxRecords),
  idempotency_key: idempotencyKeyField,
});

/** Each record, or why it cannot be read. Throws `bad_parameter` when there is no list of them. */
export function readTrailPushBatch(body: Given): (TrailRecord | AppError)[] {
  return trailPushBatchBody.read(body).list.map((item, index) => {
    if (!isObject(item)) return badParameter(`list[${index}]`, item, 'accepted: an object with the fields of a record');
    try {
      return recordOf(batchRecord.read(item));
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  });
}

function recordOf(given: ReturnType<typeof batchRecord.read>): TrailRecord {
  return {
    type: given.remark_type,
    content: given.content,
    companyId: given.company_id,
    leadId: given.lead_id,
    opportunityId: given.opportunity_id,
    contactIds: given.customer_id,
    leadContactIds: given.lead_customer_id,
    fileIds: given.file_ids,
    happenedAt: given.create_time,
    authorId: given.create_user,
    nextFollowUpAt: given.next_follow_up_time,
  };
}

export const trailPushData = Type.Object({ trail_id: Type.Integer({ description: 'The entry.' }) });

export const trailPushBatchData = Type.Object({
  list: Type.Array(trailPushData, { description: 'The new entries, in the order of the request.' }),
});

export const trailPushBatchRefusal = Type.Object(
  {
    errors: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'The place in the list, from 0.' }),
        code: Type.Integer({ description: 'What recording it alone would answer.' }),
        message: Type.String({ description: 'What is wrong.' }),
      }),
      { description: 'Every record that is not accepted, in the order of the list.' },
    ),
  },
  { description: 'Why nothing was recorded.' },
);

export const presentRecorded = (trailId: number): string => `{"trail_id":${trailId}}`;

export const presentAllRecorded = (trailIds: readonly number[]): string =>
  `{"list":[${trailIds.map(presentRecorded).join(',')}]}`;
