/** The change feed on the wire: every change with its object alone, in the words that the other answers have for it (docs/wire.md#the-change-feed). */
import { Type } from 'typebox';
import type { ChangeQuestion } from '../domain/change.ts';
import type { ChangePortion, LoggedChange } from '../domain/change-stores.ts';
import type {
  Comment,
  Company,
  Contact,
  Kind,
  Lead,
  LeadContact,
  ObjectKinds,
  Opportunity,
  StoredFile,
  User,
} from '../domain/objects.ts';
import { badParameter } from '../errors.ts';
import { contactParts } from './contact-wire.ts';
import { doneParts } from './done-wire.ts';
import { countFrom1, type Field, fieldSet, line } from './fields.ts';
import { dealTime } from './opportunity-parts-wire.ts';
import { never, number, numbers, reordered, type Shape, shape, text, time } from './shape.ts';
import { formatTime } from './time.ts';
import { type OwnTrail, trailParts } from './trail-life-wire.ts';
import { userParts } from './user-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const firmTime = time(never.firm);

interface Firm {
  readonly name: string;
  readonly serialId: string;
  readonly ownerIds: readonly number[];
  readonly createdBy: number | null;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly editedAt: number | null;
  readonly archivedAt: number | null;
  readonly details: Company['details'] & Lead['details'];
}

/** What companies and leads have alike. */
const firmParts = {
  name: text('Name.', ({ name }: Firm) => name),
  serial_id: text('编号 · Number.', ({ serialId }: Firm) => serialId),
  user_id: numbers('跟进人 · Who looks after it.', ({ ownerIds }: Firm) => ownerIds),
  create_user: number('创建人 · Who created it; 0: not known.', ({ createdBy }: Firm) => createdBy ?? 0),
  create_time: firmTime('创建时间 · Created.', ({ createdAt }: Firm) => createdAt),
  update_time: firmTime('更新时间 · Last changed.', ({ updatedAt }: Firm) => updatedAt),
  edit_time: firmTime('资料更新时间 · Last edited.', ({ editedAt }: Firm) => editedAt),
  archive_time: firmTime('建档时间 · Put on file.', ({ archivedAt }: Firm) => archivedAt),
  short_name: text('简称 · Short name.', ({ details }: Firm) => details.shortName ?? ''),
  country: text('国家 · Two letters of ISO 3166-1.', ({ details }: Firm) => details.country ?? ''),
  homepage: text('公司网址 · Homepage.', ({ details }: Firm) => details.homepage ?? ''),
  tel_area_code: text('座机区号 · Area code.', ({ details }: Firm) => details.telAreaCode ?? ''),
  tel: text('座机 · Telephone number.', ({ details }: Firm) => details.tel ?? ''),
  address: text('详细地址 · Address.', ({ details }: Firm) => details.address ?? ''),
  remark: text('备注 · Remark.', ({ details }: Firm) => details.remark ?? ''),
  star: number('星级 · Stars.', ({ details }: Firm) => details.star ?? 0),
};

const comment = shape<Comment>({
  comment_id: number('评论ID · The comment.', ({ commentId }) => commentId),
  trail_id: number('动态ID · The entry that it is on.', ({ trailId }) => trailId),
  content: text('评论内容 · Exactly as it came.', ({ content }) => content),
  mentions: numbers('提及的用户 · The users who are to see it.', ({ mentionIds }) => mentionIds),
  create_user: number('评论人 · Who wrote it.', ({ authorId }) => authorId),
  create_time: text('评论时间 · When it was written.', ({ createdAt }) => formatTime(createdAt)),
  update_time: text('更新时间 · Last changed.', ({ updatedAt }) => formatTime(updatedAt)),
  delete_flag: number('1: removed.', ({ removed }) => (removed ? 1 : 0)),
});

const company = shape<Company>({
  company_id: number('客户ID · The company.', ({ companyId }) => companyId),
  ...firmParts,
  is_archive: number('0: it was removed.', ({ removed }) => (removed ? 0 : 1)),
  group_id: number('客户分组ID · Group; 0: none.', ({ groupId }) => groupId ?? 0),
  next_follow_up_time: firmTime('下次跟进时间 · When to follow up next.', ({ nextFollowUpAt }) => nextFollowUpAt),
  last_edit_user: number('最后修改人 · Who edited it last; 0: nobody.', ({ details }) => details.editedBy ?? 0),
  archive_type: number('建档方式 · How it was put on file; 1 by hand, 0 not known.', ({ details }) => details.archiveType ?? 0),
});

const lead = shape<Lead>({
  lead_id: number('线索ID · The lead.', ({ leadId }) => leadId),
  ...firmParts,
  company_name: text('公司名称 · Name of the firm.', ({ details }) => details.companyName ?? ''),
  status: number('线索状态 · As lead/info.', ({ status }) => status),
  company_id: number('客户ID · The company that it has become; 0: none.', ({ companyId }) => companyId ?? 0),
  next_follow_up_time: firmTime('下次跟进时间 · When to follow up next.', ({ nextFollowUpAt }) => nextFollowUpAt),
});

const personRemoved = number('1: removed.', ({ removed }: Contact | LeadContact) => (removed ? 1 : 0));

const contact = shape<Contact>({
  ...contactParts,
  company_id: number('客户ID · Its company; 0: not known.', ({ companyId }) => companyId ?? 0),
  delete_flag: personRemoved,
});

const leadContact = shape<LeadContact>({
  ...contactParts,
  lead_id: number('线索ID · Its lead; 0: not known.', ({ leadId }) => leadId ?? 0),
  delete_flag: personRemoved,
});

const opportunity = shape<Opportunity>({
  opportunity_id: number('商机ID · The opportunity.', ({ opportunityId }) => opportunityId),
  name: text('商机名称 · Name.', ({ name }) => name),
  serial_id: text('商机编号 · Number.', ({ serialId }) => serialId),
  company_id: number('客户ID · Its company; 0: not known.', ({ companyId }) => companyId ?? 0),
  main_user: number('主跟进人 · Whose it is; 0: nobody.', ({ mainUserId }) => mainUserId ?? 0),
  handler: numbers('协同跟进人 · Who helps.', ({ details }) => details.handlerIds ?? []),
  customer_id: numbers('联系人ID · Contact persons.', ({ details }) => details.contactIds ?? []),
  amount: text('金额 · Amount, exactly as it was given; "": none.', ({ details }) => details.amount ?? ''),
  currency: text('币种 · Currency.', ({ details }) => details.currency ?? ''),
  stage: number('销售阶段ID · The stage; 0: none.', ({ details }) => details.stageId ?? 0),
  remark: text('备注 · Remark.', ({ details }) => details.remark ?? ''),
  create_user: number('创建人 · Who created it; 0: not known.', ({ createdBy }) => createdBy ?? 0),
  create_time: dealTime('创建时间 · Created.', ({ createdAt }) => createdAt),
  update_time: dealTime('更新时间 · Last changed.', ({ updatedAt }) => updatedAt),
  edit_time: dealTime('资料更新时间 · Last edited.', ({ editedAt }) => editedAt),
  next_follow_up_time: dealTime('下次跟进时间 · When to follow up next.', ({ nextFollowUpAt }) => nextFollowUpAt),
  enable_flag: number('0: it was removed.', ({ removed }) => (removed ? 0 : 1)),
});

const user = shape<User>({
  ...reordered(userParts, [
    'user_id',
    'email',
    'nickname',
    'family_name',
    'second_name',
    'gender',
    'position',
    'enable_flag',
    'user_mobile',
    'departments',
  ]),
  avatar: text('头像 · Picture, or "".', ({ avatar }) => avatar),
});

const file = shape<StoredFile>({
  file_id: number('The file.', ({ fileId }) => fileId),
  file_name: text('Name with ending.', ({ name }) => name),
  file_size: number('Bytes.', ({ size }) => size),
  file_path: text('Where it can be fetched.', ({ path }) => path),
  file_preview_url: text('Where it can be looked at.', ({ previewUrl }) => previewUrl),
  file_type: text('What its bytes say that it is; "": they were never here.', ({ mediaType }) => mediaType),
  digest: text('SHA-256 of its bytes in hex; "": they are not here.', ({ digest }) => digest),
  width: number('Of a picture in pixels; 0: not known.', ({ width }) => width),
  height: number('Likewise.', ({ height }) => height),
});

const trail = shape<OwnTrail>(trailParts);

const shapes: { readonly [K in Exclude<Kind, 'trail'>]: Shape<ObjectKinds[K]> } = {
  comment,
  company,
  contact,
  lead,
  leadContact,
  opportunity,
  user,
  file,
};

/** The wire's words for kinds. */
export const kindNames: { readonly [K in Kind]: string } = {
  trail: 'trail',
  comment: 'comment',
  company: 'company',
  contact: 'customer',
  lead: 'lead',
  leadContact: 'lead_customer',
  opportunity: 'opportunity',
  user: 'user',
  file: 'file',
};
const kinds = Object.keys(kindNames) as Kind[];
const kindsAccepted = `accepted: of ${Object.values(kindNames).join(', ')}, one or several with commas between them`;

const afterAccepted = 'accepted: a whole number from 0';

const after: Field<number | null> = {
  ...line('', 20),
  read(name, raw) {
    const given = raw === 0 ? '0' : line('', 20).read(name, raw);
    if (given === '') return null;
    if (!/^\d{1,15}$/.test(given)) throw badParameter(name, raw, afterAccepted);
    return Number(given);
  },
};
const afterAs = (description: string): Field<number | null> => ({
  ...after,
  schema: Type.Integer({ minimum: 0, description }),
});

const kindField: Field<readonly Kind[]> = {
  schema: Type.String({
    description: `Only changes of these kinds, with commas between them: ${Object.values(kindNames).join(', ')}; default all that the token may see: lead and lead_customer need the scope lead, opportunity and user theirs.`,
    examples: ['trail', 'trail,company,customer'],
  }),
  read(name, raw) {
    const words = (Array.isArray(raw) ? raw : [raw]).flatMap((one) => line('', 200).read(name, one).split(','));
    const given = words.map((one) => one.trim()).filter((one) => one !== '');
    return [
      ...new Set(
        given.map((one) => {
          const kind = kinds.find((known) => kindNames[known] === one);
          if (kind === undefined) throw badParameter(name, one, kindsAccepted);
          return kind;
        }),
      ),
    ];
  },
};

export const changesQuery = fieldSet({
  after: afterAs('The last revision that is known already: changes after it; default 0, from the first one on.'),
  count: countFrom1('Changes an answer.', 100, 1000),
  kind: kindField,
});

/** Throws `bad_parameter`. */
export function readChanges(query: Given): { question: ChangeQuestion; count: number } {
  const given = changesQuery.read(query);
  return { question: { after: given.after ?? 0, kinds: given.kind }, count: given.count };
}

export const changesStreamQuery = fieldSet({
  after: afterAs('The last revision that is known already; default: what is changed from now on. Last-Event-ID comes before it.'),
  kind: kindField,
});

/** `lastId`: the header `Last-Event-ID`. Throws `bad_parameter`. */
export function readChangesStream(query: Given, lastId: string | undefined): ChangeQuestion {
  const given = changesStreamQuery.read(query);
  return { after: lastId === undefined ? given.after : (after.read('Last-Event-ID', lastId) ?? given.after), kinds: given.kind };
}

const objectSchema = Type.Union(
  [trail, comment, company, contact, leadContact, lead, opportunity, user, file].map(({ schema }, place) => ({
    ...schema,
    title: `Changed${['Trail', 'Comment', 'Company', 'Customer', 'LeadCustomer', 'Lead', 'Opportunity', 'User', 'File'][place]}`,
  })),
  { description: 'What it is of the kind, as it became: all of its own fields, without those of objects that it refers to.' },
);

const changeSchema = Type.Object({
  revision: doneParts.revision.schema,
  kind: Type.String({ description: 'The kind of the object.', enum: Object.values(kindNames) }),
  action: doneParts.action.schema,
  object_id: Type.Integer({ description: 'The object.' }),
  actor: doneParts.actor.schema,
  time: doneParts.time.schema,
  erased: doneParts.erased.schema,
  object: objectSchema,
});

export const changesData = Type.Object({
  list: Type.Array(changeSchema, { description: 'In the order in which they were made.' }),
  next_after: Type.Integer({
    description:
      'What to give as after next: the revision up to which was looked, also where others were passed over. Nothing is left when it is X-Genjin-Revision.',
  }),
});

export const changesStreamData = Type.String({
  description:
    'Events of text/event-stream: id is the revision, event is kind.action such as trail.recorded, data is an item of the list of /v1/dynamic/trail/changes in one line. ' +
    'Every 15 seconds without one there is a comment with the id up to which was looked.',
});

function objectOf(tenantId: number, change: LoggedChange): Record<string, unknown> {
  if (change.kind === 'trail') return trail.present({ tenantId, trail: change.object });
  // The kind says which shape it is.
  return (shapes[change.kind] as Shape<typeof change.object>).present(change.object);
}

function presentChange(tenantId: number, change: LoggedChange): Record<string, unknown> {
  const { revision, action, actor, time, erased } = doneParts;
  return {
    revision: revision.value(change),
    kind: kindNames[change.kind],
    action: action.value(change),
    object_id: change.objectId,
    actor: actor.value(change),
    time: time.value(change),
    erased: erased.value(change),
    object: objectOf(tenantId, change),
  };
}

export const presentChanges = (tenantId: number, { changes, upTo }: ChangePortion): string =>
  JSON.stringify({ list: changes.map((change) => presentChange(tenantId, change)), next_after: upTo });

/** One change as an event of a stream. */
export const presentEvent = (tenantId: number, change: LoggedChange): string =>
  `id: ${change.revision}\nevent: ${kindNames[change.kind]}.${change.action}\ndata: ${JSON.stringify(presentChange(tenantId, change))}\n\n`;
