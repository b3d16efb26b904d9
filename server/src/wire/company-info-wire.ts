/** One company with all that is kept of it, as `company/info` answers (docs/wire.md#neighbours). */
import type { Company, User } from '../domain/objects.ts';
import type { CompanyInfo } from '../domain/stores.ts';
import { companyContactShape } from './contact-wire.ts';
import { emptyList, never, number, numbers, object, objects, type Part, shape, text, time } from './shape.ts';

const firmTime = time(never.firm);

/** A user as firms show their last follower and their followers. */
const lastOwnerShape = shape<User | null>(
  {
    user_id: text('The user, as a string here; "0": none.', (user) => String(user?.userId ?? 0)),
    avatar: text('头像 · Picture, or "".', (user) => user?.avatar ?? ''),
    name: text('Name.', (user) => user?.nickname ?? ''),
    nickname: text('昵称 · Nickname.', (user) => user?.nickname ?? ''),
  },
  'CompanyLastOwner',
);

/** The same fields, where there is one for certain. */
export const ownerShape = shape<User>(lastOwnerShape.parts, 'LeadOwner');

const followerShape = shape<User>({
  user_id: number('The user.', ({ userId }) => userId),
  nickname: text('昵称 · Nickname.', ({ nickname }) => nickname),
});

/** The users of these ids that are known, in that order. */
export const knownUsers = (users: ReadonlyMap<number, User>, ids: readonly number[]): User[] =>
  ids.map((id) => users.get(id)).filter((user) => user !== undefined);

const countryNames = new Intl.DisplayNames(['zh-CN'], { type: 'region', fallback: 'none' });

/** A country's Chinese name from its two letters; `""` for none that is known. */
export const countryName = (country: string | undefined): string =>
  country === undefined || country === '' ? '' : (countryNames.of(country) ?? '');

const constant = (description: string, value: string): Part<unknown> => text(description, () => value);

/** Genjin keeps no stages: this is OKKI's for none. */
const noStage = shape<unknown>({
  status_id: constant('The stage; "0": none.', '0'),
  status_name: constant('Its name.', '无'),
  status_color: constant('Its colour.', '#cccccc'),
  info_value: constant('The stage again.', '0'),
  info_label: constant('Its name again.', '无'),
});

const countryRegion = shape<Company>({
  city: text('城市 · Not kept.'),
  country: text('国家 · Two letters.', ({ details }) => details.country ?? ''),
  province: text('省份 · Not kept.'),
});

const sourceDetail = shape<unknown>({
  alibaba_store_info: emptyList('Not kept.'),
  site_info: emptyList('Not kept.'),
});

interface Group {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly ShownField[];
}

/** `type`: 1 text · 2 lines of text · 3 choice · 5 number · 10 time. */
type ShownField = readonly [id: string, name: string, type: 1 | 2 | 3 | 5 | 10, value: Part<CompanyInfo>];

const shownField = shape<{ readonly field: ShownField; readonly info: CompanyInfo }>({
  id: text('The name of the field.', ({ field }) => field[0]),
  name: text('Its name for people.', ({ field }) => field[1]),
  field_type: text('1 text · 2 lines of text · 3 choice · 5 number · 10 time.', ({ field }) => String(field[2])),
  value: {
    schema: { description: 'Its value: a text, a number, [] or an object of tel_area_code and tel.' },
    value: ({ field, info }) => field[3].value(info),
  },
});

const shownGroup = shape<{ readonly group: Group; readonly info: CompanyInfo }>({
  group_id: number('1 basic · 2 features · 3 management · 4 contact · 5 other.', ({ group }) => group.id),
  name: text('Its name for people.', ({ group }) => group.name),
  fields: objects('The fields of the group.', shownField, ({ group, info }) => group.fields.map((field) => ({ field, info }))),
});

const parts: Readonly<Record<string, Part<CompanyInfo>>> = {
  company_id: number('客户ID · The company.', ({ company }) => company.companyId),
  short_name: text('简称 · Short name.', ({ company }) => company.details.shortName ?? ''),
  name: text('客户名称 · Name.', ({ company }) => company.name),
  category_ids: numbers('主营产品 · Main products; not kept.'),
  serial_id: text('客户编号 · Customer number.', ({ company }) => company.serialId),
  archive_time: firmTime('建档时间 · Put on file.', ({ company }) => company.archivedAt),
  archive_type: number(
    '建档方式 · How it was put on file; 1 by hand, 0 not known.',
    ({ company }) => company.details.archiveType ?? 0,
  ),
  country: text('国家 · Two letters of ISO 3166-1.', ({ company }) => company.details.country ?? ''),
  province: text('省份 · Not kept.'),
  city: text('城市 · Not kept.'),
  biz_type: text('客户类型 · Not kept.'),
  last_owner: number('最近跟进人 · Who looks after it first; 0: nobody.', ({ company }) => company.ownerIds[0] ?? 0),
  pool_id: number('公海分组 · Group of the pool; not kept.'),
  private_time: firmTime('进入私海时间 · When it became private; not kept.'),
  public_time: firmTime('进入公海时间 · When it went to the pool; not kept.'),
  intention_level: number('采购意向 · 0: not known; not kept.'),
  annual_procurement: number('年采购额 · 0: not known; not kept.'),
  timezone: text('时区 · Not kept.'),
  scale_id: number('规模 · 0: not known; not kept.'),
  star: number('星级 · Stars.', ({ company }) => company.details.star ?? 0),
  group_id: number('客户分组ID · Group; 0: none.', ({ company }) => company.groupId ?? 0),
  trail_status: object('客户阶段 · Stage; not kept.', noStage, () => null),
  origin: number('客户来源 · Source; not kept.'),
  origin_list: numbers('客户来源 · Sources; not kept.'),
  homepage: text('公司网址 · Homepage.', ({ company }) => company.details.homepage ?? ''),
  fax: text('传真 · Not kept.'),
  tel: {
    schema: phonePair('座机 · Area code and number.'),
    value: ({ company: { details } }) => [details.telAreaCode ?? '', details.tel ?? ''],
  },
  tel_area_code: text('座机区号 · The area code again.', ({ company }) => company.details.telAreaCode ?? ''),
  address: text('详细地址 · Address.', ({ company }) => company.details.address ?? ''),
  remark: text('备注 · Remark.', ({ company }) => company.details.remark ?? ''),
  image_list: emptyList('图片 · Pictures; not kept.'),
  next_follow_up_time: firmTime('下次跟进时间 · When to follow up next.', ({ company }) => company.nextFollowUpAt),
  create_user: number('创建人 · Who created it; 0: not known.', ({ company }) => company.createdBy ?? 0),
  create_time: firmTime('创建时间 · Created.', ({ company }) => company.createdAt),
  last_edit_user: text('最后修改人 · Who edited it last, as a string here; "0": nobody.', ({ company }) =>
    String(company.details.editedBy ?? 0),
  ),
  update_time: firmTime('更新时间 · Last changed; may be older than order_time.', ({ company }) => company.updatedAt),
  tag: emptyList('标签 · Tags; not kept.'),
  product_group_ids: emptyList('产品分组 · Not kept.'),
  release_count: number('流入公海次数 · Not kept.'),
  public_type: number('流入公海方式 · Not kept.'),
  edit_time: firmTime('资料更新时间 · Last edited.', ({ company }) => company.editedAt),
  main_lead_id: number('线索ID · The lead that it came from; not kept.'),
  order_time: firmTime('最近联系时间 · Last contact.', ({ lastContactAt }) => lastContactAt),
  recent_follow_up_time: firmTime('最近跟进时间 · Last follow-up.', ({ lastContactAt }) => lastContactAt),
  client_tag_list: emptyList('Not kept.'),
  next_move_to_public_date: constant('下次移入公海日期 · 1970-01-01: none; not kept.', never.firm.slice(0, 10)),
  ali_store_id: emptyList('Not kept.'),
  country_region: object('国家地区 · Country again.', countryRegion, ({ company }) => company),
  user_id: numbers('跟进人 · Who looks after it.', ({ company }) => company.ownerIds),
  deal_time: text('成交时间 · Not kept.'),
  origin_name: text('客户来源 · Not kept.'),
  trail_status_name: constant('客户阶段 · Not kept.', '无'),
  pool_name: text('公海分组 · Not kept.'),
  alibaba_store_info: emptyList('Not kept.'),
  source_detail: object('来源详情 · Not kept.', sourceDetail, () => null),
  alibaba_relation_list: emptyList('Not kept.'),
  alibaba_user_info: emptyList('Not kept.'),
  alibaba_last_owner_info: emptyList('Not kept.'),
};

function phonePair(description: string): Part<unknown>['schema'] {
  return { type: 'array', items: { type: 'string' }, minItems: 2, maxItems: 2, description };
}

const field = (name: string): Part<CompanyInfo> => parts[name] as Part<CompanyInfo>;

const phoneParts: Part<CompanyInfo> = {
  schema: {},
  value: ({ company: { details } }) => ({ tel_area_code: details.telAreaCode ?? '', tel: details.tel ?? '' }),
};

/** The groups in which OKKI's page shows a company, with what is kept here. */
const groups: readonly Group[] = [
  {
    id: 1,
    name: '基本信息',
    fields: [
      ['name', '公司名称', 1, field('name')],
      ['short_name', '简称', 1, field('short_name')],
      ['serial_id', '客户编号', 1, field('serial_id')],
      ['country', '国家地区', 3, field('country')],
    ],
  },
  { id: 2, name: '特征信息', fields: [['star', '客户星级', 5, field('star')]] },
  {
    id: 3,
    name: '管理信息',
    fields: [
      ['group_id', '客户分组', 3, field('group_id')],
      ['next_follow_up_time', '下次跟进时间', 10, field('next_follow_up_time')],
    ],
  },
  {
    id: 4,
    name: '联系信息',
    fields: [
      ['homepage', '公司网址', 1, field('homepage')],
      ['tel', '座机', 1, phoneParts],
      ['address', '详细地址', 2, field('address')],
    ],
  },
  { id: 5, name: '其他信息', fields: [['remark', '公司备注', 2, field('remark')]] },
];

const companyInfo = shape<CompanyInfo>({
  ...parts,
  company: objects('The fields in their groups.', shownGroup, (info) => groups.map((group) => ({ group, info }))),
  lead: emptyList('Not kept.'),
  last_owner_info: object(
    '最近跟进人 · Who looks after it first.',
    lastOwnerShape,
    ({ company, users }) => users.get(company.ownerIds[0] ?? 0) ?? null,
  ),
  owner: objects('跟进人 · Who looks after it.', followerShape, ({ company, users }) => knownUsers(users, company.ownerIds)),
  customers: objects('联系人 · Contact persons, by ascending id.', companyContactShape, ({ company, contacts }) =>
    contacts.map((contact) => ({ contact, company })),
  ),
  country_name: text('国家名称 · The name of the country.', ({ company }) => countryName(company.details.country)),
});

export const companyInfoData = companyInfo.schema;

export const presentCompanyInfo = (info: CompanyInfo): string => JSON.stringify(companyInfo.present(info));
