/** An entry on the wire: OKKI's 28 fields (docs/wire.md#list). What is asked is in trail-list-wire.ts. */
import { Type } from 'typebox';
import type { Render, RenderedPage } from '../domain/basis.ts';
import { commentsOf } from '../domain/comment.ts';
import type { ShownKinds, Trail } from '../domain/objects.ts';
import type { Shown } from '../domain/stores.ts';
import { formatTime } from './time.ts';

const id = (description: string) => Type.Integer({ description });
const time = (description: string) => Type.String({ description: `${description}, YYYY-MM-DD HH:mm:ss, Beijing time` });
const none = Type.Array(Type.Never(), { maxItems: 0, description: 'None.' });
const noneOr = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T, description: string) =>
  Type.Union([schema, none], { description });

const contactSchema = Type.Object({
  customer_id: id('联系人ID · The contact person.'),
  name: Type.String({ description: 'Name.' }),
  email: Type.String({ description: 'E-mail.' }),
  tel_list: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), { description: '[area code, number] each.' }),
  contact: Type.Array(
    Type.Object({
      type: Type.String({ description: 'Free text, such as whatsapp.' }),
      value: Type.String({ description: 'The account.' }),
    }),
    { description: 'Other ways to reach the person.' },
  ),
});
const fileSchema = Type.Object({
  file_id: id('The file.'),
  file_name: Type.String({ description: 'Name with ending.' }),
  file_size: Type.Integer({ description: 'Bytes.' }),
  file_path: Type.String({ description: 'Where it can be fetched.' }),
  file_preview_url: Type.String({ description: 'Where it can be looked at.' }),
});

/** One entry, in the order of OKKI's page. */
export const trailEntrySchema = Type.Object(
  {
    follow_up_id: id('The follow-up record behind the entry; 0 for entries made by the system.'),
    trail_id: id('动态ID · The entry.'),
    type: id('动态类型 · 101 to 112, or another number of an imported system entry.'),
    client_id: id('企业ID · The enterprise whose data it is.'),
    create_user: id('The author.'),
    refer_id: id('Equals follow_up_id, or names another object of a system entry.'),
    content: Type.String({ description: '内容 · Exactly as it came.' }),
    file_ids: Type.Array(Type.Integer(), { description: 'Files.' }),
    enable_flag: id('1: enabled.'),
    created_at: time('When it was recorded'),
    create_time: time('When the follow-up took place; the list is ordered by it'),
    update_time: time('When it was last changed'),
    company_id: id('客户ID · 0: none.'),
    customer_id: Type.Array(Type.Integer(), { description: '联系人ID · Contact persons.' }),
    lead_id: id('线索ID · 0: none.'),
    lead_customer_id: Type.Array(Type.Integer(), { description: '线索联系人ID · Contact persons of the lead.' }),
    opportunity_id: id('商机ID · 0: none.'),
    delete_flag: id('0: not removed.'),
    inquiry_id: id('询盘ID · 0: none.'),
    track_session_no: id('0: none.'),
    comment_count: id('评论数 · Comments.'),
    company_info: noneOr(
      Type.Object({
        company_id: id('The company.'),
        name: Type.String({ description: 'Its name now.' }),
        is_archive: id('0: the company was removed.'),
      }),
      'The company; [] when there is none.',
    ),
    lead_info: noneOr(
      Type.Object({ lead_id: id('The lead.'), name: Type.String({ description: 'Its name now.' }) }),
      'The lead; [] when there is none.',
    ),
    opportunity_info: noneOr(
      Type.Object({ opportunity_id: id('The opportunity.'), name: Type.String({ description: 'Its name now.' }) }),
      'The opportunity; [] when there is none.',
    ),
    create_user_info: noneOr(
      Type.Object({
        user_id: Type.String({ description: 'The author, as a string here.' }),
        nickname: Type.String({ description: 'Nickname.' }),
        avatar: Type.String({ description: 'Picture, or "".' }),
      }),
      'The author; [] when unknown.',
    ),
    customer_info: Type.Union([Type.Array(contactSchema), Type.Null()], {
      description: 'The contact persons that are known; null: none.',
    }),
    lead_customer_info: Type.Union([Type.Array(contactSchema), Type.Null()], {
      description: 'The contact persons of the lead that are known; null: none.',
    }),
    file_info: Type.Union([Type.Array(fileSchema), Type.Null()], { description: 'The files that are known; null: none.' }),
  },
  { $id: 'TrailEntry', description: '跟进动态 · One entry of the timeline.' },
);

export const trailListData = Type.Object({
  list: Type.Array(trailEntrySchema, { description: 'Newest create_time first, then largest trail_id.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of entries that match, over all pages.' }),
});

/**
 * One entry as the wire has it, as JSON text: 28 fields in the order of OKKI's page. Written out and not stringified, because a page
 * or an export shows the same few companies and people again and again: each of them is rendered once.
 */
export function presentTrail(tenantId: number, trail: Trail, joined: Shown): string {
  return (
    `{"follow_up_id":${trail.followUpId ?? 0}` +
    `,"trail_id":${trail.trailId}` +
    `,"type":${trail.type}` +
    `,"client_id":${tenantId}` +
    `,"create_user":${trail.authorId ?? 0}` +
    `,"refer_id":${trail.referId ?? 0}` +
    `,"content":${JSON.stringify(trail.content)}` +
    `,"file_ids":[${trail.fileIds.join(',')}]` +
    `,"enable_flag":${trail.enabled ? 1 : 0}` +
    `,"created_at":"${formatTime(trail.recordedAt)}"` +
    `,"create_time":"${formatTime(trail.happenedAt)}"` +
    `,"update_time":"${formatTime(trail.updatedAt)}"` +
    `,"company_id":${trail.companyId ?? 0}` +
    `,"customer_id":[${trail.contactIds.join(',')}]` +
    `,"lead_id":${trail.leadId ?? 0}` +
    `,"lead_customer_id":[${trail.leadContactIds.join(',')}]` +
    `,"opportunity_id":${trail.opportunityId ?? 0}` +
    `,"delete_flag":${trail.removed ? 1 : 0}` +
    `,"inquiry_id":${trail.inquiryId ?? 0}` +
    `,"track_session_no":${trail.trackSessionNo ?? 0}` +
    `,"comment_count":${commentsOf(trail)}` +
    `,"company_info":${presentOne(joined.company, trail.companyId, presentCompany)}` +
    `,"lead_info":${presentOne(joined.lead, trail.leadId, presentLead)}` +
    `,"opportunity_info":${presentOne(joined.opportunity, trail.opportunityId, presentOpportunity)}` +
    `,"create_user_info":${presentOne(joined.user, trail.authorId, presentAuthor)}` +
    `,"customer_info":${presentKnown(joined.contact, trail.contactIds, presentContact)}` +
    `,"lead_customer_info":${presentKnown(joined.leadContact, trail.leadContactIds, presentContact)}` +
    `,"file_info":${presentKnown(joined.file, trail.fileIds, presentFile)}}`
  );
}

/** As `presentTrail`, in UTF-8, after a comma. */
export const renderTrail: Render = (tenantId, trail, joined) => Buffer.from(`,${presentTrail(tenantId, trail, joined)}`);

const listStart = Buffer.from('{"list":[');

/** The list's `data` as JSON in UTF-8, of entries that `renderTrail` made: its parts, one after the other. */
export function presentTrailPage({ entries, total }: RenderedPage): Buffer[] {
  const parts: Buffer[] = [listStart];
  for (const entry of entries) parts.push(parts.length === 1 ? entry.subarray(1) : entry);
  parts.push(Buffer.from(`],"totalItem":${total}}`));
  return parts;
}

const presentCompany = ({ companyId, name, removed }: ShownKinds['company']) => ({
  company_id: companyId,
  name,
  is_archive: removed ? 0 : 1,
});
const presentLead = ({ leadId, name }: ShownKinds['lead']) => ({ lead_id: leadId, name });
const presentOpportunity = ({ opportunityId, name }: ShownKinds['opportunity']) => ({ opportunity_id: opportunityId, name });
const presentAuthor = ({ userId, nickname, avatar }: ShownKinds['user']) => ({ user_id: String(userId), nickname, avatar });
const presentContact = (contact: ShownKinds['contact']) => ({
  customer_id: contact.contactId,
  name: contact.name,
  email: contact.email,
  tel_list: contact.phones,
  contact: contact.accounts,
});
const presentFile = (file: ShownKinds['file']) => ({
  file_id: file.fileId,
  file_name: file.name,
  file_size: file.size,
  file_path: file.path,
  file_preview_url: file.previewUrl,
});

/** What was rendered of an object; an object never changes, another state of it is another object. */
const texts = new WeakMap<object, string>();

function rendered<T extends object>(object: T, present: (object: T) => unknown): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(present(object));
    texts.set(object, text);
  }
  return text;
}

function presentOne<T extends object>(known: ReadonlyMap<number, T>, id: number | null, present: (object: T) => unknown): string {
  const object = id === null ? undefined : known.get(id);
  return object === undefined ? '[]' : rendered(object, present);
}

/** The known ones of a list, in its order; `null`, not `[]`, when there is none. */
function presentKnown<T extends object>(
  known: ReadonlyMap<number, T>,
  ids: readonly number[],
  present: (object: T) => unknown,
): string {
  if (ids.length === 0) return 'null';
  const found: string[] = [];
  for (const id of ids) {
    const object = known.get(id);
    if (object !== undefined) found.push(rendered(object, present));
  }
  return found.length === 0 ? 'null' : `[${found.join(',')}]`;
}
