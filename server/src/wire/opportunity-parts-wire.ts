/** The objects within an opportunity on the wire (docs/wire.md#neighbours). */
import { Type } from 'typebox';
import { commentsOf } from '../domain/comment.ts';
import { type Company, type Contact, type Opportunity, recordableTrailTypes, type Trail, type User } from '../domain/objects.ts';
import type { OpportunityRow } from '../domain/stores.ts';
import { contactParts } from './contact-wire.ts';
import {
  emptyList,
  never,
  nothing,
  number,
  numbers,
  object,
  objectOrNone,
  objects,
  type Part,
  shape,
  text,
  texts,
  time,
} from './shape.ts';

/** An opportunity in an answer to this tenant. */
export interface Shown extends OpportunityRow {
  readonly tenantId: number;
}

export const dealTime = time(never.opportunity);
export const constant = (description: string, value: string): Part<unknown> => text(description, () => value);
export const one = (description: string): Part<unknown> => number(description, () => 1);

/** Genjin keeps no stages that are won or lost, so all are in progress. */
export const inProgress = { type: 1, name: '进行中' } as const;

export const stageOf = ({ details }: Opportunity): number => details.stageId ?? 0;
export const amountOf = ({ details }: Opportunity): string => details.amount ?? '0';
export const currencyOf = ({ details }: Opportunity): string => details.currency ?? '';

/** Who works on it: the main user, then those who help. */
export const workers = ({ mainUserId, details }: Opportunity): number[] => [
  ...(mainUserId === null ? [] : [mainUserId]),
  ...(details.handlerIds ?? []),
];

export const userShape = shape<User>(
  {
    user_id: text('The user, as a string here.', ({ userId }) => String(userId)),
    nickname: text('昵称 · Nickname.', ({ nickname }) => nickname),
    avatar: text('头像 · Picture, or "".', ({ avatar }) => avatar),
  },
  'OpportunityUser',
);

const departmentShape = shape<{ readonly departmentId: number; readonly name: string }>(
  {
    id: text('The department, as a string here.', ({ departmentId }) => String(departmentId)),
    name: text('Its name.', ({ name }) => name),
    prefix: text('Not kept.'),
    parent_id: constant('The one above it; not kept.', '0'),
    admin_type: constant('Not kept.', '0'),
  },
  'OpportunityUserDepartment',
);

export const mainUserShape = shape<User>(
  {
    ...userShape.parts,
    department_info: objects('部门 · Departments.', departmentShape, ({ details }) => details.departments ?? []),
  },
  'OpportunityMainUser',
);

export const handlerShape = shape<User>({ ...userShape.parts, role_id: constant('Not kept.', '0') }, 'OpportunityHandler');

/** What OKKI shows at the top of an enterprise; departments of opportunities are not kept. */
export const rootDepartment = shape<unknown>(
  {
    id: constant('The department, as a string here.', '0'),
    name: constant('Its name.', '我的企业'),
  },
  'OpportunityDepartment',
);

export const customFields: Part<unknown> = {
  schema: Type.Object({}, { title: 'OpportunityCustomFields', description: '自定义字段 · Custom fields; not kept.' }),
  value: () => ({}),
};

const zero = number<unknown>('Not kept.');
const zeros = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, zero]));
const inCurrencies = (...names: readonly string[]) => zeros(...names.flatMap((name) => [`${name}_rmb`, `${name}_usd`]));

export const cashShape = shape<Opportunity>(
  {
    ...zeros('amount'),
    ...inCurrencies('amount', 'collect_amount', 'bank_charge', 'real_amount', 'exchange_loss_amount'),
    ...zeros('status'),
    status_name: text('Not kept.'),
    ...zeros('collect_amount', 'bank_charge'),
    currency: text('币种 · Currency.', currencyOf),
    ...zeros('real_amount'),
    exchange_loss_amount_list: emptyList('Not kept.'),
    ...zeros('not_collect_amount'),
    ...inCurrencies('not_collect_amount'),
    ...zeros('percentage'),
    ...inCurrencies('percentage'),
  },
  'OpportunityPayments',
);

export const companyShape = shape<Company>(
  {
    company_id: number('客户ID · The company.', ({ companyId }) => companyId),
    user_id: numbers('跟进人 · Who looks after it.', ({ ownerIds }) => ownerIds),
    name: text('客户名称 · Name.', ({ name }) => name),
    serial_id: text('客户编号 · Customer number.', ({ serialId }) => serialId),
    is_archive: number('0: the company was removed.', ({ removed }) => (removed ? 0 : 1)),
    short_name: text('简称 · Short name.', ({ details }) => details.shortName ?? ''),
    country: text('国家 · Two letters.', ({ details }) => details.country ?? ''),
    timezone: text('时区 · Not kept.'),
    biz_type: text('客户类型 · Not kept.'),
    origin: number('客户来源 · Source; not kept.'),
    origin_list: numbers('客户来源 · Sources; not kept.'),
    origin_name: text('客户来源 · Not kept.'),
    product_group_ids: emptyList('产品分组 · Not kept.'),
    pool_user_map: emptyList('Not kept.'),
    pin_flag: number('Not kept.'),
    alibaba_info: emptyList('Not kept.'),
    deal_time: text('成交时间 · Not kept.'),
    image_list: emptyList('图片 · Pictures; not kept.'),
  },
  'OpportunityCompany',
);

export const contactShape = shape<Contact>(
  {
    customer_id: contactParts.customer_id,
    name: contactParts.name,
    email: contactParts.email,
    is_archive: number('0: the contact was removed.', ({ removed }) => (removed ? 0 : 1)),
    post: contactParts.post,
    tel_list: contactParts.tel_list,
    contact: contactParts.contact,
    suspected_invalid_email_flag: number('Not kept.'),
    forbidden_flag: number('Not kept.'),
    reach_status: number('Not kept.'),
    reach_count: number('Not kept.'),
    reach_status_time: dealTime('Not kept.'),
    reach_success_count: number('Not kept.'),
  },
  'OpportunityContact',
);

const label = shape<unknown>({ info_label: text('Not kept.'), info_value: text('Not kept.') }, 'OpportunityStageLabel');

export const stageShape = shape<Opportunity>(
  {
    success_rate: number('赢率 · Not kept.'),
    tip: text('Not kept.'),
    link_ids: numbers('Not kept.'),
    require_field_setting: texts('Not kept.'),
    stage_id: number('销售阶段ID · The stage; 0: none.', stageOf),
    flow_id: number('Not kept.'),
    type: number('1 in progress · 2 won · 3 lost; the latter two are not kept.', () => inProgress.type),
    name: text('阶段名称 · Not kept.'),
    name_info: object('Not kept.', label, () => null),
    stage_name: text('阶段名称 · Not kept.'),
    stage_name_info: object('Not kept.', label, () => null),
    rank: number('Not kept.'),
    create_user: constant('Not kept.', '0'),
    enable_flag: one('1: enabled.'),
    create_time: dealTime('Not kept.'),
    update_time: dealTime('Not kept.'),
  },
  'OpportunityStage',
);

/** The names of what entries are, those of system entries included (docs/wire.md#trail-types). */
const nodeNames: ReadonlyMap<number, string> = new Map([
  ...recordableTrailTypes,
  [801, '新建了一个订单'],
  [802, '编辑了一个订单'],
  [1201, '新建了一个商机'],
  [1203, '商机销售阶段变更'],
  [1204, '停止了同步动态'],
]);

interface ShownTrail extends Shown {
  readonly trail: Trail;
}

const authorShape = shape<User>(
  {
    user_id: userShape.parts['user_id'] as Part<User>,
    avatar: userShape.parts['avatar'] as Part<User>,
    name: text('Name.', ({ nickname }) => nickname),
    nickname: userShape.parts['nickname'] as Part<User>,
  },
  'OpportunityTrailAuthor',
);

const trailContactShape = shape<Contact>(
  {
    customer_id: contactParts.customer_id,
    name: contactParts.name,
    email: contactParts.email,
    tel_list: contactParts.tel_list,
    contact: contactParts.contact,
  },
  'OpportunityTrailContact',
);

const trailOpportunityShape = shape<Opportunity>(
  {
    opportunity_id: number('商机ID · The opportunity.', ({ opportunityId }) => opportunityId),
    name: text('商机名称 · Name.', ({ name }) => name),
    amount: text('金额 · Amount, as a string.', amountOf),
    currency: text('币种 · Currency.', currencyOf),
    serial_id: text('商机编号 · Number.', ({ serialId }) => serialId),
    enable_flag: number('1: not removed.', ({ removed }) => (removed ? 0 : 1)),
    stage: number('销售阶段ID · The stage; 0: none.', stageOf),
    user_id: numbers('The main user, then those who help.', workers),
    account_date: text('结束日期 · End date; not kept.'),
    approval_flow_info: emptyList('Not kept.'),
    stage_info: object('销售阶段 · The stage.', stageShape, (opportunity) => opportunity),
    lock_flag: number('Not kept.'),
  },
  'OpportunityOfTrail',
);

const noneOf = (ids: readonly number[]): readonly number[] => (ids.length === 0 ? [0] : ids);

const known = <T>(map: ReadonlyMap<number, T>, ids: readonly number[]): T[] =>
  ids.map((id) => map.get(id)).filter((found) => found !== undefined);

/** The last entry: other fields than those of the timeline. */
const trailShape = shape<ShownTrail>(
  {
    trail_id: number('动态ID · The entry.', ({ trail }) => trail.trailId),
    type: number('动态类型 · Its type.', ({ trail }) => trail.type),
    client_id: number('企业ID · The enterprise.', ({ tenantId }) => tenantId),
    company_id: number('客户ID · 0: none.', ({ trail }) => trail.companyId ?? 0),
    customer_id: numbers('联系人ID · Contact persons; [0]: none.', ({ trail }) => noneOf(trail.contactIds)),
    refer_id: number('The follow-up record or another object; 0: none.', ({ trail }) => trail.referId ?? 0),
    lead_id: number('线索ID · 0: none.', ({ trail }) => trail.leadId ?? 0),
    lead_customer_id: numbers('线索联系人ID · [0]: none.', ({ trail }) => noneOf(trail.leadContactIds)),
    opportunity_id: number('商机ID · The opportunity.', ({ trail }) => trail.opportunityId ?? 0),
    create_user: number('The author.', ({ trail }) => trail.authorId ?? 0),
    enable_flag: number('1: enabled.', ({ trail }) => (trail.enabled ? 1 : 0)),
    delete_flag: number('0: not removed.', ({ trail }) => (trail.removed ? 1 : 0)),
    created_at: dealTime('When it was recorded.', ({ trail }) => trail.recordedAt),
    create_time: dealTime('When the follow-up took place.', ({ trail }) => trail.happenedAt),
    update_time: dealTime('When it was last changed.', ({ trail }) => trail.updatedAt),
    track_session_no: number('0: none.', ({ trail }) => trail.trackSessionNo ?? 0),
    inquiry_id: number('询盘ID · 0: none.', ({ trail }) => trail.inquiryId ?? 0),
    comment_count: number('评论数 · Comments.', ({ trail }) => commentsOf(trail)),
    transfer_invoice_id: number('Not kept.'),
    company_info: nothing('Always null here.'),
    create_user_info: objectOrNone('The author.', authorShape, ({ trail, known }) => known.user.get(trail.authorId ?? 0)),
    customer_info: {
      schema: Type.Union([Type.Array(trailContactShape.schema), Type.Null()], {
        description: 'The contact persons that are known; null: none.',
      }),
      value(shown) {
        const contacts = known(shown.known.contact, shown.trail.contactIds);
        return contacts.length === 0 ? null : contacts.map(trailContactShape.present);
      },
    },
    lead_customer_info: nothing('Always null here.'),
    lead_info: nothing('Always null here.'),
    _id: number('Equals trail_id.', ({ trail }) => trail.trailId),
    status: number('Not kept.'),
    comment_list: emptyList('Not kept.'),
    mail_map: emptyList('Not kept.'),
    plan_map: emptyList('Not kept.'),
    node_type: number('Equals type.', ({ trail }) => trail.type),
    module: number('The hundreds of the type: 8 order · 12 opportunity.', ({ trail }) => Math.floor(trail.type / 100)),
    data: emptyList('Not kept.'),
    node_type_name: text('The name of the type.', ({ trail }) => nodeNames.get(trail.type) ?? ''),
    opportunity_info: object('The opportunity.', trailOpportunityShape, ({ opportunity }) => opportunity),
  },
  'OpportunityLastTrail',
);

export const lastTrail: Part<Shown> = objectOrNone('最近动态 · Its last entry.', trailShape, (shown) =>
  shown.lastTrail === null ? null : { ...shown, trail: shown.lastTrail },
);

export const contacts: Part<Shown> = objects(
  '联系人 · Contact persons that are known.',
  contactShape,
  ({ opportunity, known: of }) => known(of.contact, opportunity.details.contactIds ?? []),
);

export const handlers: Part<Shown> = objects('协同跟进人 · Who helps.', handlerShape, ({ opportunity, known: of }) =>
  known(of.user, opportunity.details.handlerIds ?? []),
);
