/** Leads on the wire: what is asked and pushed, and what is answered (docs/wire.md#neighbours). */
import { Type } from 'typebox';
import type { LeadPush } from '../domain/lead.ts';
import { firstLeadStatus } from '../domain/objects.ts';
import type { LeadFilter, LeadInfo, LeadRow, Listed, Page } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { countryName, knownUsers, ownerShape } from './company-info-wire.ts';
import { country } from './company-wire.ts';
import { contactList, email, leadContactShape, readContacts, telArea, telNumber } from './contact-wire.ts';
import { fieldSet, idempotencyKeyField, idList, idOrNone, ifGiven, line, oneOf, timeOrNone } from './fields.ts';
import { boundFields, pageFields, readBounds, readPage } from './listing-wire.ts';
import { never, number, numbers, objects, shape, text, time } from './shape.ts';

type Given = Readonly<Record<string, unknown>>;

const sortFields = { update_time: 'updatedAt', order_time: 'lastContactAt', edit_time: 'editedAt' } as const;
const sortFieldNames = Object.keys(sortFields) as (keyof typeof sortFields)[];

export const leadListQuery = fieldSet({
  ...pageFields,
  ...boundFields('the time that sort_field names'),
  email: email('邮箱 · Only leads that have a contact with this e-mail.'),
  sort_field: line(
    `排序字段 · ${sortFieldNames.join(' · ')}; the list is ordered by it, newest first; default update_time.`,
    100,
  ),
  archive: oneOf('建档状态 · 1 not converted · 2 converted; absent: all.', [0, 1, 2], 0),
});

/** Throws `bad_parameter` also for a start after the end. */
export function readLeadList(query: Given): { filter: LeadFilter; page: Page } {
  const given = leadListQuery.read(query);
  const sort = given.sort_field === '' ? 'update_time' : sortFieldNames.find((name) => name === given.sort_field);
  if (sort === undefined) throw badParameter('sort_field', given.sort_field, `accepted: one of ${sortFieldNames.join(', ')}`);
  return {
    filter: {
      ...readBounds(given, query),
      email: given.email === '' ? null : given.email,
      converted: given.archive === 0 ? null : given.archive === 2,
      by: sortFields[sort],
    },
    page: readPage(given),
  };
}

const firmTime = time(never.firm);

const leadListed = shape<LeadRow>({
  lead_id: number('线索ID · The lead.', ({ lead }) => lead.leadId),
  name: text('线索名称 · Name.', ({ lead }) => lead.name),
  short_name: text('简称 · Short name.', ({ lead }) => lead.details.shortName ?? ''),
  serial_id: text('线索编号 · Number.', ({ lead }) => lead.serialId),
  order_time: firmTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  create_time: firmTime('创建时间 · Created.', ({ lead }) => lead.createdAt),
  update_time: firmTime('更新时间 · Last changed.', ({ lead }) => lead.updatedAt),
  edit_time: firmTime('资料更新时间 · Last edited.', ({ lead }) => lead.editedAt),
});

export const leadListData = Type.Object({
  list: Type.Array(leadListed.schema, { description: 'Newest first by the time that sort_field names, then largest lead_id.' }),
  totalItem: Type.Integer({ description: '总数 · Exact number of rows that match, over all pages.' }),
});

export const presentLeadList = ({ total, rows }: Listed<LeadRow>): string =>
  JSON.stringify({ list: rows.map(leadListed.present), totalItem: total });

export const leadInfoQuery = fieldSet({
  lead_id: idOrNone('线索ID · The lead; this or serial_id, and when both are given, both must match.'),
  serial_id: line('线索编号 · Its number; of several with the same one, the first that was made.', 100),
});

/** Throws `missing_parameter` when neither is given. */
export function readLeadInfo(query: Given): { leadId: number | null; serialId: string | null } {
  const { lead_id, serial_id } = leadInfoQuery.read(query);
  if (lead_id === null && serial_id === '') throw badParameter('lead_id', undefined, 'accepted: lead_id or serial_id');
  return { leadId: lead_id, serialId: serial_id === '' ? null : serial_id };
}

/** OKKI's names of a lead's status. */
const statusNames: ReadonlyMap<number, string> = new Map([
  [1, '待处理'],
  [2, '无效'],
  [3, '完善信息'],
  [4, '初步触达'],
  [5, '联系互动'],
  [7, '已转化'],
]);
const statusText = [...statusNames].map(([status, name]) => `${status} ${name}`).join(' · ');

const mainOf = ({ contacts }: LeadInfo) => contacts.find((contact) => contact.main);

const leadInfo = shape<LeadInfo>({
  lead_id: number('线索ID · The lead.', ({ lead }) => lead.leadId),
  serial_id: text('线索编号 · Number.', ({ lead }) => lead.serialId),
  scale_id: number('规模 · 0: not known; not kept.'),
  user_id: numbers('跟进人 · Who looks after it.', ({ lead }) => lead.ownerIds),
  owner: objects('跟进人 · Who looks after it.', ownerShape, ({ lead, users }) => knownUsers(users, lead.ownerIds)),
  name: text('线索名称 · Name.', ({ lead }) => lead.name),
  company_name: text('公司名称 · Name of the firm.', ({ lead }) => lead.details.companyName ?? ''),
  short_name: text('简称 · Short name.', ({ lead }) => lead.details.shortName ?? ''),
  company_id: number('客户ID · The company that it has become; 0: none.', ({ lead }) => lead.companyId ?? 0),
  biz_type: text('客户类型 · Not kept.'),
  country: text('国家 · Two letters of ISO 3166-1.', ({ lead }) => lead.details.country ?? ''),
  province: text('省份 · Not kept.'),
  city: text('城市 · Not kept.'),
  address: text('详细地址 · Address.', ({ lead }) => lead.details.address ?? ''),
  homepage: text('公司网址 · Homepage.', ({ lead }) => lead.details.homepage ?? ''),
  fax: text('传真 · Not kept.'),
  tel: text('座机 · Telephone number.', ({ lead }) => lead.details.tel ?? ''),
  tel_area_code: text('座机区号 · Its area code.', ({ lead }) => lead.details.telAreaCode ?? ''),
  tel_full: text('座机 · Area code and number.', ({ lead: { details } }) => (details.telAreaCode ?? '') + (details.tel ?? '')),
  main_customer: number('主要联系人ID · The main contact; 0: none.', (info) => mainOf(info)?.contactId ?? 0),
  main_customer_email: text('主要联系人邮箱 · Its e-mail.', (info) => mainOf(info)?.email ?? ''),
  star: number('星级 · Stars.', ({ lead }) => lead.details.star ?? 0),
  remark: text('备注 · Remark.', ({ lead }) => lead.details.remark ?? ''),
  archive_time: firmTime('建档时间 · Created.', ({ lead }) => lead.archivedAt),
  order_time: firmTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  origin_name: text('线索来源 · Not kept.'),
  group_name: text('线索分组 · Not kept.'),
  country_name: text('国家名称 · The name of the country.', ({ lead }) => countryName(lead.details.country)),
  status_name: text('线索状态 · The name of the status.', ({ lead }) => statusNames.get(lead.status) ?? ''),
  status: number(`线索状态 · ${statusText}`, ({ lead }) => lead.status),
  customers: objects('联系人 · Contact persons, by ascending id.', leadContactShape, ({ contacts }) => contacts),
});

export const leadInfoData = leadInfo.schema;

export const presentLeadInfo = (info: LeadInfo): string => JSON.stringify(leadInfo.present(info));

export const leadPushBody = fieldSet({
  lead_id: idOrNone('线索ID · The lead to edit; 0 or absent: a new one.'),
  name: ifGiven(line('线索名称 · Name; a new lead needs one.', 500)),
  company_name: ifGiven(line('公司名称 · Name of the firm.', 500)),
  short_name: ifGiven(line('简称 · Short name.', 200)),
  serial_id: ifGiven(line('线索编号 · Number.', 100)),
  country: ifGiven(country),
  tel: ifGiven(telNumber('座机 · Telephone number without area code.')),
  tel_area_code: ifGiven(telArea('座机区号 · Its area code.')),
  homepage: ifGiven(line('公司网址 · Homepage.', 500)),
  address: ifGiven(line('详细地址 · Address.', 1000)),
  remark: ifGiven(line('备注 · Remark.', 10_000)),
  star: ifGiven(oneOf('星级 · Stars.', [0, 1, 2, 3, 4, 5], 0)),
  user_id: ifGiven(
    idList('跟进人 · Who looks after it; nobody: the public pool. A new lead without it belongs to the member who makes it.'),
  ),
  status: ifGiven(oneOf(`线索状态 · ${statusText}; 0 is ${firstLeadStatus}.`, [0, 1, 2, 3, 4, 5, 7], 0)),
  company_id: ifGiven(idOrNone('客户ID · The company that it has become.')),
  next_follow_up_time: ifGiven(timeOrNone('下次跟进时间 · When to follow up next.')),
  customers: contactList,
  idempotency_key: idempotencyKeyField,
});

export function readLeadPush(body: Given): LeadPush {
  const given = leadPushBody.read(body);
  return {
    leadId: given.lead_id,
    fields: {
      name: given.name,
      serialId: given.serial_id,
      ownerIds: given.user_id,
      status: given.status === 0 ? firstLeadStatus : given.status,
      companyId: given.company_id,
      nextFollowUpAt: given.next_follow_up_time,
    },
    details: {
      companyName: given.company_name,
      shortName: given.short_name,
      country: given.country?.toUpperCase(),
      telAreaCode: given.tel_area_code,
      tel: given.tel,
      homepage: given.homepage,
      address: given.address,
      remark: given.remark,
      star: given.star,
    },
    contacts: readContacts(given.customers),
  };
}

export const leadPushData = Type.Object({ lead_id: Type.Integer({ description: '线索ID · The lead.' }) });

export const presentLeadPushed = (leadId: number): string => JSON.stringify({ lead_id: leadId });
