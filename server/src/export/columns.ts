/** What stands in a table of entries for people: the one list of its columns. */
import { commentsOf } from '../domain/comment.ts';
import { recordableTrailTypes, type ShownKinds, type Trail } from '../domain/objects.ts';
import type { Shown } from '../domain/stores.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { type Column, id, number, type Table, text, time } from './table.ts';

/** An entry with what it refers to, and the tenant whose it is. */
export interface Exported {
  readonly tenantId: number;
  readonly trail: Trail;
  readonly joined: Shown;
}

export const columns: readonly Column<Exported>[] = [
  time('跟进时间', 'Follow-up time', ({ trail }) => trail.happenedAt),
  text('跟进类型', 'Type', 14, ({ trail }, language) => typeName(trail.type, language)),
  text('客户', 'Company', 28, ({ trail, joined }) => nameOf(joined.company, trail.companyId)),
  text('线索', 'Lead', 20, ({ trail, joined }) => nameOf(joined.lead, trail.leadId)),
  text('商机', 'Opportunity', 20, ({ trail, joined }) => nameOf(joined.opportunity, trail.opportunityId)),
  text('联系人', 'Contacts', 18, ({ trail, joined }) =>
    listed([
      ...known<ShownKinds['contact']>(joined.contact, trail.contactIds),
      ...known<ShownKinds['leadContact']>(joined.leadContact, trail.leadContactIds),
    ]),
  ),
  text('跟进人', 'Author', 12, ({ trail, joined }) => known(joined.user, [trail.authorId])[0]?.nickname ?? ''),
  text('跟进内容', 'Content', 60, ({ trail }) => trail.content),
  text('附件', 'Files', 18, ({ trail, joined }) => listed(known(joined.file, trail.fileIds))),
  number('评论数', 'Comments', ({ trail }) => commentsOf(trail)),
  text('状态', 'State', 8, ({ trail }, language) => states[stateOf(trail)][language]),
  time('记录时间', 'Recorded', ({ trail }) => trail.recordedAt),
  time('更新时间', 'Updated', ({ trail }) => trail.updatedAt),
  id('动态ID', 'Entry ID', ({ trail }) => [trail.trailId]),
  id('跟进ID', 'Follow-up ID', ({ trail }) => [trail.followUpId]),
  id('类型编号', 'Type number', ({ trail }) => [trail.type]),
  id('客户ID', 'Company ID', ({ trail }) => [trail.companyId]),
  id('线索ID', 'Lead ID', ({ trail }) => [trail.leadId]),
  id('商机ID', 'Opportunity ID', ({ trail }) => [trail.opportunityId]),
  id('联系人ID', 'Contact IDs', ({ trail }) => trail.contactIds),
  id('线索联系人ID', 'Lead contact IDs', ({ trail }) => trail.leadContactIds),
  id('跟进人ID', 'Author ID', ({ trail }) => [trail.authorId]),
  id('附件ID', 'File IDs', ({ trail }) => trail.fileIds),
  id('企业ID', 'Enterprise ID', ({ tenantId }) => [tenantId]),
];

export const trailTable: Table<Exported> = {
  name: { zh: '跟进', en: 'Follow-ups' },
  columns,
  nameOf: ({ trail }) => `entry ${trail.trailId}`,
};

function known<T>(objects: ReadonlyMap<number, T>, ids: readonly (number | null)[]): T[] {
  const found: T[] = [];
  for (const one of ids) {
    const object = one === null ? undefined : objects.get(one);
    if (object !== undefined) found.push(object);
  }
  return found;
}

const nameOf = (objects: ReadonlyMap<number, { readonly name: string }>, one: number | null): string =>
  known(objects, [one])[0]?.name ?? '';

const listed = (objects: readonly { readonly name: string }[]): string => objects.map(({ name }) => name).join('; ');

const states = {
  live: { zh: '有效', en: 'live' },
  removed: { zh: '已删除', en: 'removed' },
  disabled: { zh: '未启用', en: 'disabled' },
} as const;

const stateOf = (trail: Trail): keyof typeof states => (trail.removed ? 'removed' : trail.enabled ? 'live' : 'disabled');

/** Also of entries that a system made (docs/wire.md#trail-types); what has no name shows its number. */
const typeNames: Readonly<Record<Language, ReadonlyMap<number, string>>> = {
  zh: new Map([
    ...recordableTrailTypes,
    [801, '新建订单'],
    [802, '编辑订单'],
    [1201, '新建商机'],
    [1203, '商机阶段变更'],
    [1204, '商机动态'],
  ]),
  en: new Map([
    [101, 'Quick note'],
    [102, 'Note on an e-mail'],
    [103, 'Call'],
    [104, 'Meeting'],
    [105, 'Social media'],
    [106, 'Visit to their head office'],
    [107, 'Visit to their branch'],
    [108, 'Visit to our head office'],
    [109, 'Visit to our branch'],
    [110, 'E-mail'],
    [111, 'Customer visit'],
    [112, 'Scheduled follow-up'],
    [801, 'Order created'],
    [802, 'Order edited'],
    [1201, 'Opportunity created'],
    [1203, 'Opportunity stage changed'],
    [1204, 'Opportunity event'],
  ]),
};

export const typeName = (type: number, language: Language): string => typeNames[language].get(type) ?? String(type);
