/** What fields of an entry say to people. */
import type { TrailEntry } from '@genjin/client';
import { useTranslation } from 'react-i18next';
import { typeName } from '../parts/trail-types.tsx';
import type { Texts } from '../texts/zh.ts';
import { useColleagues } from './colleagues.ts';
import { joined } from './subjects.tsx';

export type Field = keyof Texts['history']['field'];

const fields: readonly Field[] = [
  'content',
  'type',
  'create_time',
  'create_user',
  'company_id',
  'customer_id',
  'lead_id',
  'lead_customer_id',
  'opportunity_id',
  'file_ids',
];

/** `null`: nobody wants to read of it. */
export const fieldOf = (name: string): Field | null => fields.find((field) => field === name) ?? null;

/** Ids are told by their names as far as the entry, as it is now, knows them. */
export function useValueText(entry: TrailEntry): (field: Field, value: unknown) => string {
  const { t } = useTranslation();
  const { all } = useColleagues();
  const names: Readonly<Partial<Record<Field, readonly (readonly [number, string])[]>>> = {
    create_user: all.map(({ id, name }) => [id, name]),
    company_id: [[entry.company_id, joined(entry.company_info)?.name ?? '']],
    lead_id: [[entry.lead_id, joined(entry.lead_info)?.name ?? '']],
    opportunity_id: [[entry.opportunity_id, joined(entry.opportunity_info)?.name ?? '']],
    customer_id: (entry.customer_info ?? []).map(({ customer_id, name }) => [customer_id, name]),
    lead_customer_id: (entry.lead_customer_info ?? []).map(({ customer_id, name }) => [customer_id, name]),
    file_ids: (entry.file_info ?? []).map(({ file_id, file_name }) => [file_id, file_name]),
  };
  return (field, value) => {
    if (value === null || value === 0 || value === '' || (Array.isArray(value) && value.length === 0))
      return t('history.nothing');
    if (field === 'type') {
      const name = typeName(Number(value));
      return name === null ? t('entry.unknownType', { type: Number(value) }) : t(`type.${name}`);
    }
    if (field === 'content' || field === 'create_time') return String(value);
    const ids = Array.isArray(value) ? value : [value];
    const known = new Map(names[field] ?? []);
    return ids.map((id) => known.get(Number(id)) || `#${id}`).join(' · ');
  };
}
