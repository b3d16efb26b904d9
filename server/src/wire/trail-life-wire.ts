/** One entry on the wire, what is done to it, and its versions (docs/wire.md#the-life-of-an-entry). */
import { Type } from 'typebox';
import type { TrailHistory, TrailState, TrailVersion } from '../domain/change-stores.ts';
import { commentsOf } from '../domain/comment.ts';
import type { Trail } from '../domain/objects.ts';
import type { Page } from '../domain/stores.ts';
import type { TrailTarget } from '../domain/trail-life.ts';
import { badParameter } from '../errors.ts';
import { doneParts } from './done-wire.ts';
import { fieldSet, idempotencyKeyField, idOrNone, oneOf } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { number, objects, type Part, shape, text } from './shape.ts';
import { formatTime } from './time.ts';
import { presentTrail, trailEntrySchema } from './trail-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const trailId = idOrNone('动态ID · The entry.');

function requiredTrail({ trail_id }: { readonly trail_id: number | null }): number {
  if (trail_id === null) throw badParameter('trail_id', undefined, 'accepted: the id of an entry');
  return trail_id;
}

export const trailInfoQuery = fieldSet({
  trail_id: trailId,
  removed: oneOf('1: also when it was removed.', [0, 1], 0),
});

/** Throws `missing_parameter`. */
export function readTrailInfo(query: Given): { trailId: number; removed: boolean } {
  const given = trailInfoQuery.read(query);
  return { trailId: requiredTrail(given), removed: given.removed === 1 };
}

export const trailInfoData = trailEntrySchema;

export const presentTrailInfo = (tenantId: number, { trail, joined }: TrailState): string =>
  presentTrail(tenantId, trail, joined);

/** The entity tag of an entry at a revision; strong, because it names what was written and not what is shown. */
export const tagOfRevision = (revision: number): string => `"r${revision}"`;

const tagsAccepted = 'accepted: the ETag of the entry, such as "r17", or * for any; several with commas between them';

/** The revisions that `If-Match` names; `null`: any will do. Throws `bad_parameter` for what is no list of tags. */
export function readIfMatch(header: string | undefined): readonly number[] | null {
  if (header === undefined || header.trim() === '*') return null;
  return header.split(',').flatMap((item) => {
    // A proxy that compresses makes a weak tag of it.
    const tag = /^(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"$/.exec(item.trim());
    if (tag === null) throw badParameter('If-Match', header, tagsAccepted);
    const revision = /^r([1-9]\d{0,14})$/.exec(tag[1] as string);
    return revision === null ? [] : [Number(revision[1])];
  });
}

export const trailTargetBody = fieldSet({ trail_id: trailId, idempotency_key: idempotencyKeyField });

/** Throws `missing_parameter`, `bad_parameter`. */
export function readTrailTarget(body: Given, ifMatch: string | undefined): TrailTarget {
  return { trailId: requiredTrail(trailTargetBody.read(body)), expected: readIfMatch(ifMatch) };
}

export const trailEraseBody = fieldSet({ trail_id: trailId });

/** Throws `missing_parameter`. */
export const readTrailErase = (body: Given): number => requiredTrail(trailEraseBody.read(body));

export const trailHistoryQuery = fieldSet({ trail_id: trailId, ...pageFields });

/** Throws `missing_parameter`. */
export function readTrailHistory(query: Given): { trailId: number; page: Page } {
  const given = trailHistoryQuery.read(query);
  return { trailId: requiredTrail(given), page: readPage(given) };
}

/** An entry with the enterprise that it belongs to. */
export interface OwnTrail {
  readonly tenantId: number;
  readonly trail: Trail;
}

const part = (name: keyof typeof trailEntrySchema.properties, value: (of: OwnTrail) => unknown): Part<OwnTrail> => ({
  schema: trailEntrySchema.properties[name],
  value,
});

/** What an entry says itself, as the list shows it. */
export const trailParts: Readonly<Record<string, Part<OwnTrail>>> = {
  follow_up_id: part('follow_up_id', ({ trail }) => trail.followUpId ?? 0),
  trail_id: part('trail_id', ({ trail }) => trail.trailId),
  type: part('type', ({ trail }) => trail.type),
  client_id: part('client_id', ({ tenantId }) => tenantId),
  create_user: part('create_user', ({ trail }) => trail.authorId ?? 0),
  refer_id: part('refer_id', ({ trail }) => trail.referId ?? 0),
  content: part('content', ({ trail }) => trail.content),
  file_ids: part('file_ids', ({ trail }) => trail.fileIds),
  enable_flag: part('enable_flag', ({ trail }) => (trail.enabled ? 1 : 0)),
  created_at: part('created_at', ({ trail }) => formatTime(trail.recordedAt)),
  create_time: part('create_time', ({ trail }) => formatTime(trail.happenedAt)),
  update_time: part('update_time', ({ trail }) => formatTime(trail.updatedAt)),
  company_id: part('company_id', ({ trail }) => trail.companyId ?? 0),
  customer_id: part('customer_id', ({ trail }) => trail.contactIds),
  lead_id: part('lead_id', ({ trail }) => trail.leadId ?? 0),
  lead_customer_id: part('lead_customer_id', ({ trail }) => trail.leadContactIds),
  opportunity_id: part('opportunity_id', ({ trail }) => trail.opportunityId ?? 0),
  delete_flag: part('delete_flag', ({ trail }) => (trail.removed ? 1 : 0)),
  inquiry_id: part('inquiry_id', ({ trail }) => trail.inquiryId ?? 0),
  track_session_no: part('track_session_no', ({ trail }) => trail.trackSessionNo ?? 0),
  comment_count: part('comment_count', ({ trail }) => commentsOf(trail)),
};

interface FieldChange {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

const anyValue = (description: string, value: (of: FieldChange) => unknown): Part<FieldChange> => ({
  schema: { description },
  value,
});

const fieldChange = shape<FieldChange>({
  field: text('Its name in the list.', ({ field }) => field),
  from: anyValue('What it was; null: it was not there, or its text was erased.', ({ from }) => from),
  to: anyValue('What it became; null: its text was erased.', ({ to }) => to),
});

/** A version in an answer. */
interface Shown {
  readonly tenantId: number;
  readonly version: TrailVersion;
  readonly before: TrailVersion | null;
  readonly users: TrailHistory['users'];
}

const of = <T>({ schema, value }: Part<T>, take: (shown: Shown) => T): Part<Shown> => ({
  schema,
  value: (shown) => value(take(shown)),
});

const versionShape = shape<Shown>({
  ...Object.fromEntries(Object.entries(doneParts).map(([name, done]) => [name, of(done, ({ version }) => version)])),
  user_id: number(
    "The user behind the actor: who signed in, or the application's own; 0: nobody.",
    ({ version, users }) => users.get(version.actor)?.userId ?? 0,
  ),
  nickname: text('Its nickname now; "": nobody.', ({ version, users }) => users.get(version.actor)?.nickname ?? ''),
  changes: objects(
    'What differs from the version before; of the first one everything that is not empty.',
    fieldChange,
    changesOf,
  ),
});

const isEmpty = (value: unknown): boolean => value === 0 || value === '' || (Array.isArray(value) && value.length === 0);

function changesOf({ tenantId, version, before }: Shown): FieldChange[] {
  const value = (field: string, at: TrailVersion): unknown =>
    field === 'content' && at.erased ? null : (trailParts[field] as Part<OwnTrail>).value({ tenantId, trail: at.trail });
  return Object.keys(trailParts).flatMap((field): FieldChange[] => {
    const to = value(field, version);
    if (before === null) return isEmpty(to) ? [] : [{ field, from: null, to }];
    const from = value(field, before);
    // Of two texts that were erased nobody knows whether they differed.
    return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from, to }];
  });
}

export const trailHistoryData = Type.Object({
  list: Type.Array(versionShape.schema, { description: 'Oldest first.' }),
  totalItem: Type.Integer({ description: '总数 · How many versions there are, over all pages.' }),
});

export function presentTrailHistory(tenantId: number, { total, versions, before, users }: TrailHistory): string {
  const list = versions.map((version, place) =>
    versionShape.present({ tenantId, version, before: place === 0 ? before : (versions[place - 1] as TrailVersion), users }),
  );
  return JSON.stringify({ list, totalItem: total });
}
