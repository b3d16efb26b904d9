/** Opportunities on the wire: what is asked and pushed, and what is answered (docs/wire.md#neighbours). */
import { Type } from 'typebox';
import { lastMovedAt, type OpportunityPush } from '../domain/opportunity.ts';
import type { Bounds, Listed, OpportunityRow, Page } from '../domain/stores.ts';
import { AppError, badParameter } from '../errors.ts';
import { fieldSet, idempotencyKeyField, idList, idOrNone, ifGiven, line, timeOrNone } from './fields.ts';
import { boundFields, pageFields, readBounds, readPage } from './listing-wire.ts';
import {
  amountOf,
  cashShape,
  companyShape,
  constant,
  contacts,
  currencyOf,
  customFields,
  dealTime,
  handlers,
  inProgress,
  lastTrail,
  mainUserShape,
  one,
  rootDepartment,
  type Shown,
  stageOf,
  stageShape,
  userShape,
  workers,
} from './opportunity-parts-wire.ts';
import {
  emptyList,
  nothing,
  number,
  numbers,
  object,
  objectOrNone,
  type Part,
  reordered,
  shape,
  text,
  texts,
  truth,
} from './shape.ts';

type Given = Readonly<Record<string, unknown>>;

export const opportunityListQuery = fieldSet({ ...pageFields, ...boundFields('update_time') });

/** Throws `bad_parameter` also for a start after the end. */
export function readOpportunityList(query: Given): { bounds: Bounds; page: Page } {
  const given = opportunityListQuery.read(query);
  return { bounds: readBounds(given, query), page: readPage(given) };
}

/** The amount in a currency of OKKI's, where it is that of the opportunity: exchange rates are not kept. */
const amountIn = (currency: string, description: string): Part<Shown> =>
  text(description, ({ opportunity }) => (currencyOf(opportunity) === currency ? amountOf(opportunity) : '0'));

/** For 100 units, so it is 100 where the currency is the same; `0`: not kept. */
const rateTo = (currency: string, description: string): Part<Shown> =>
  text(description, ({ opportunity }) => (currencyOf(opportunity) === currency ? '100' : '0'));

const noCount = constant('Not kept.', '0.0000');

const parts: Readonly<Record<string, Part<Shown>>> = {
  serial_id: text('商机编号 · Number.', ({ opportunity }) => opportunity.serialId),
  opportunity_id: number('商机ID · The opportunity.', ({ opportunity }) => opportunity.opportunityId),
  name: text('商机名称 · Name.', ({ opportunity }) => opportunity.name),
  user_id: numbers('跟进人 · The main user, then those who help.', ({ opportunity }) => workers(opportunity)),
  company_id: number('客户ID · Its company; 0: not known.', ({ opportunity }) => opportunity.companyId ?? 0),
  main_user: number('主跟进人 · Whose it is; 0: nobody.', ({ opportunity }) => opportunity.mainUserId ?? 0),
  create_user: number('创建人 · Who created it; 0: not known.', ({ opportunity }) => opportunity.createdBy ?? 0),
  handler: numbers('协同跟进人 · Who helps.', ({ opportunity }) => opportunity.details.handlerIds ?? []),
  currency: text('币种 · Currency.', ({ opportunity }) => currencyOf(opportunity)),
  origin: number('商机来源 · Source; not kept.'),
  origin_list: numbers('商机来源 · Sources; not kept.'),
  origin_name: text('商机来源 · Not kept.'),
  amount: text('金额 · Amount, as a string, exactly as it was given.', ({ opportunity }) => amountOf(opportunity)),
  amount_rmb: amountIn('CNY', '人民币金额 · In RMB; "0" unless that is the currency.'),
  amount_usd: amountIn('USD', '美元金额 · In USD; "0" unless that is the currency.'),
  exchange_rate: rateTo('CNY', '汇率 · RMB for 100 units; "0": not kept.'),
  exchange_rate_usd: rateTo('USD', '美元汇率 · USD for 100 units; "0": not kept.'),
  account_date: text('结束日期 · End date; not kept.'),
  stage: number('销售阶段ID · The stage; 0: none.', ({ opportunity }) => stageOf(opportunity)),
  type: number('商机类型 · Not kept.'),
  type_name: text('商机类型 · Not kept.'),
  fail_remark: text('输单描述 · Not kept.'),
  stage_type: number('1 in progress · 2 won · 3 lost; the latter two are not kept.', () => inProgress.type),
  stage_type_name: constant('阶段类型 · Its name.', inProgress.name),
  fail_type: number('输单原因ID · Not kept.'),
  remark: text('备注 · Remark.', ({ opportunity }) => opportunity.details.remark ?? ''),
  edit_time: dealTime('资料更新时间 · Last edited.', ({ opportunity }) => opportunity.editedAt),
  trail_time: dealTime('动态更新时间 · When its last entry took place.', (shown) => shown.lastTrail?.happenedAt ?? null),
  order_time: dealTime('最近更新时间 · The later of trail_time and edit_time.', lastMovedAt),
  create_time: dealTime('创建时间 · Created.', ({ opportunity }) => opportunity.createdAt),
  update_time: dealTime('更新时间 · Last changed.', ({ opportunity }) => opportunity.updatedAt),
  enable_flag: number('1: not removed.', ({ opportunity }) => (opportunity.removed ? 0 : 1)),
  trail_active_flag: one('1: in progress.'),
  external_field_data: customFields,
  create_type: one('Not kept.'),
  product_list: nothing('产品 · Products; not kept.'),
  product_total_count: noCount,
  product_other_amount: noCount,
  product_total_amount: noCount,
  product_edit_time: dealTime('Not kept.'),
  flow_id: number('销售流程ID · Not kept.'),
  approval_status: number('审批状态 · -1: none; not kept.', () => -1),
  main_lead_id: number('线索ID · Not kept.'),
  next_follow_up_time: dealTime('下次跟进时间 · When to follow up next.', ({ opportunity }) => opportunity.nextFollowUpAt),
  pin_user_list: emptyList('Not kept.'),
  disable_flag: number('Not kept.'),
  tag: emptyList('标签 · Tags; not kept.'),
  auto_summary_flag: number('Not kept.'),
  missingRequiredFieldFlag: truth('Whether a required field is missing; none is required here.', () => false),
  missField: texts('The fields that are missing.'),
  amount_can_edit_flag: truth('Whether the amount may be edited.', () => true),
  sync_amount_refer_type: number('Not kept.'),
  approval_flow_info: emptyList('Not kept.'),
  department_info: object('部门 · Department; not kept.', rootDepartment, () => null),
  stage_stay_time_old: number('Not kept.'),
  stage_stay_time: number('阶段停留时间 · Seconds; not kept.'),
  create_user_info: objectOrNone('创建人 · Who created it.', userShape, ({ opportunity, known }) =>
    known.user.get(opportunity.createdBy ?? 0),
  ),
  cash_collection_info: object('回款 · Payments; not kept.', cashShape, ({ opportunity }) => opportunity),
  main_user_info: objectOrNone('主跟进人 · Whose it is.', mainUserShape, ({ opportunity, known }) =>
    known.user.get(opportunity.mainUserId ?? 0),
  ),
  handler_info: handlers,
  company: objectOrNone('客户 · Its company.', companyShape, ({ opportunity, known }) =>
    known.company.get(opportunity.companyId ?? 0),
  ),
  last_trail: lastTrail,
  customer: contacts,
  lead_name: text('线索名称 · Not kept.'),
  stage_info: object('销售阶段 · The stage.', stageShape, ({ opportunity }) => opportunity),
  fail_type_name: text('输单原因 · Not kept.'),
  fail_stage_info: emptyList('Not kept.'),
  sale_flow_name: text('销售流程 · Not kept.'),
  is_pin: number('Not kept.'),
  lock_flag: number('Not kept.'),
  busines_type_id: number('Not kept.'),
};

const opportunityListed = shape(parts);

export const opportunityListData = Type.Object({
  list: Type.Array(opportunityListed.schema, { description: 'Last update_time first, then largest opportunity_id.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of rows that match, over all pages.' }),
});

export const presentOpportunityList = (tenantId: number, { total, rows }: Listed<OpportunityRow>): string =>
  JSON.stringify({ list: rows.map((row) => opportunityListed.present({ ...row, tenantId })), totalItem: total });

export const opportunityInfoQuery = fieldSet({ opportunity_id: idOrNone('商机ID · The opportunity.') });

/** Throws `missing_parameter`. */
export function readOpportunityInfo(query: Given): number {
  const { opportunity_id } = opportunityInfoQuery.read(query);
  if (opportunity_id === null) throw badParameter('opportunity_id', undefined, 'accepted: the id of an opportunity');
  return opportunity_id;
}

/** The same fields as in the list, in another order and not all; the last four are only in OKKI's schema. */
const infoFields = [
  'name main_user amount amount_rmb amount_usd exchange_rate exchange_rate_usd account_date origin type serial_id opportunity_id stage',
  'stage_type currency user_id remark external_field_data create_type create_time update_time order_time trail_time edit_time',
  'stage_stay_time product_list origin_name type_name approval_flow_info department_info stage_stay_time_old create_user_info',
  'main_user_info handler_info company customer lead_name stage_info fail_type_name fail_stage_info lock_flag fail_type fail_remark',
  'create_user handler company_id stage_type_name',
].flatMap((names) => names.split(' '));

const opportunityInfo = shape(reordered(parts, infoFields));

export const opportunityInfoData = opportunityInfo.schema;

export const presentOpportunityInfo = (tenantId: number, row: OpportunityRow): string =>
  JSON.stringify(opportunityInfo.present({ ...row, tenantId }));

const decimal = { pattern: /^\d{1,15}(\.\d{1,10})?$/, accepted: 'a decimal number such as 1200 or 0.50' };
const currencyCode = { pattern: /^[A-Za-z]{3}$/, accepted: "a currency's three letters" };

export const opportunityPushBody = fieldSet({
  opportunity_id: idOrNone('商机ID · The opportunity to edit; 0 or absent: a new one.'),
  name: ifGiven(line('商机名称 · Name; a new opportunity needs one.', 500)),
  company_id: ifGiven(idOrNone('客户ID · Its company; every opportunity needs one.')),
  customer_id: ifGiven(idList('联系人ID · Contact persons, all of that company.')),
  serial_id: ifGiven(line('商机编号 · Number.', 100)),
  amount: ifGiven(line('金额 · A decimal number, kept exactly.', 30, decimal)),
  currency: ifGiven(line('币种 · Three letters of ISO 4217.', 3, currencyCode)),
  stage: ifGiven(idOrNone('销售阶段ID · The stage.')),
  main_user: ifGiven(idOrNone('主跟进人 · Whose it is; the caller when a new one is made without.')),
  handler: ifGiven(idList('协同跟进人 · Who helps.')),
  remark: ifGiven(line('备注 · Remark.', 10_000)),
  next_follow_up_time: ifGiven(timeOrNone('下次跟进时间 · When to follow up next.')),
  idempotency_key: idempotencyKeyField,
});

export function readOpportunityPush(body: Given): OpportunityPush {
  const given = opportunityPushBody.read(body);
  return {
    opportunityId: given.opportunity_id,
    fields: {
      name: given.name,
      companyId: given.company_id,
      serialId: given.serial_id,
      mainUserId: given.main_user,
      nextFollowUpAt: given.next_follow_up_time,
    },
    details: {
      contactIds: given.customer_id,
      handlerIds: given.handler,
      amount: given.amount,
      currency: given.currency?.toUpperCase(),
      stageId: given.stage ?? (given.stage === null ? 0 : undefined),
      remark: given.remark,
    },
  };
}

export const opportunityPushData = Type.Object({ opportunity_id: Type.Integer({ description: '商机ID · The opportunity.' }) });

export const presentOpportunityPushed = (opportunityId: number): string => JSON.stringify({ opportunity_id: opportunityId });

export const opportunityRemoveQuery = fieldSet({ opportunity_id: idOrNone('商机ID · The opportunity to remove.') });

/** Throws `invalid_query`, whatever is wrong with the id. */
export function readOpportunityRemove(query: Given): number {
  try {
    const { opportunity_id } = opportunityRemoveQuery.read(query);
    if (opportunity_id !== null) return opportunity_id;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  throw new AppError('invalid_query');
}

export const opportunityRemoveData = Type.Literal('success', { description: 'It is removed.' });

export const presentOpportunityRemoved = (): string => JSON.stringify('success');
