/** Reading entries as OKKI answers them, for the import: broad where sources differ, exact about what is kept. */
import type { ImportedEntry, ImportedTrail, Learned } from '../domain/import.ts';
import { badParameter } from '../errors.ts';
import { parseTime } from './time.ts';

type Json = Readonly<Record<string, unknown>>;

/** Throws `bad_parameter` naming the first field that cannot be kept as it is. */
export function readEntry(raw: unknown): ImportedEntry {
  if (!isObject(raw)) throw badParameter('entry', raw, 'accepted: a JSON object with the fields of the trail list');
  const tenantId = requiredId(raw, 'client_id');
  const happenedAt = time(raw, 'create_time', null);
  const recordedAt = time(raw, 'created_at', happenedAt);
  const trail: ImportedTrail = {
    trailId: requiredId(raw, 'trail_id'),
    followUpId: idOrNone(raw, 'follow_up_id'),
    type: requiredId(raw, 'type'),
    authorId: idOrNone(raw, 'create_user'),
    referId: idOrNone(raw, 'refer_id'),
    content: text(raw, 'content'),
    fileIds: ids(raw, 'file_ids'),
    enabled: flag(raw, 'enable_flag', true),
    removed: flag(raw, 'delete_flag', false),
    recordedAt,
    happenedAt,
    updatedAt: time(raw, 'update_time', recordedAt),
    companyId: idOrNone(raw, 'company_id'),
    contactIds: ids(raw, 'customer_id'),
    leadId: idOrNone(raw, 'lead_id'),
    leadContactIds: ids(raw, 'lead_customer_id'),
    opportunityId: idOrNone(raw, 'opportunity_id'),
    inquiryId: idOrNone(raw, 'inquiry_id'),
    trackSessionNo: idOrNone(raw, 'track_session_no'),
    commentCount: idOrNone(raw, 'comment_count') ?? 0,
  };
  return { tenantId, trail, learned: readLearned(raw, trail) };
}

function readLearned(raw: Json, trail: ImportedTrail): Learned[] {
  const learned: Learned[] = [];
  const company = joinedObject(raw, 'company_info');
  if (company !== null) {
    const companyId = requiredId(company, 'company_id', 'company_info');
    const fields = {
      companyId,
      name: text(company, 'name', 'company_info'),
      removed: !flag(company, 'is_archive', true, 'company_info'),
    };
    learned.push({ kind: 'company', id: companyId, fields });
  }
  const lead = joinedObject(raw, 'lead_info');
  if (lead !== null) {
    const leadId = requiredId(lead, 'lead_id', 'lead_info');
    learned.push({ kind: 'lead', id: leadId, fields: { leadId, name: text(lead, 'name', 'lead_info') } });
  }
  const opportunity = joinedObject(raw, 'opportunity_info');
  if (opportunity !== null) {
    const opportunityId = requiredId(opportunity, 'opportunity_id', 'opportunity_info');
    const fields = { opportunityId, name: text(opportunity, 'name', 'opportunity_info') };
    // The joined object does not say whose it is, but an entry about both does.
    const own = opportunityId === trail.opportunityId && trail.companyId !== null;
    learned.push({ kind: 'opportunity', id: opportunityId, fields: own ? { ...fields, companyId: trail.companyId } : fields });
  }
  const user = joinedObject(raw, 'create_user_info');
  if (user !== null) {
    const userId = requiredId(user, 'user_id', 'create_user_info');
    const fields = {
      userId,
      nickname: text(user, 'nickname', 'create_user_info'),
      avatar: text(user, 'avatar', 'create_user_info'),
    };
    learned.push({ kind: 'user', id: userId, fields });
  }
  for (const contact of joinedList(raw, 'customer_info'))
    learned.push(readContact('contact', contact, 'customer_info', { companyId: trail.companyId }));
  for (const contact of joinedList(raw, 'lead_customer_info')) {
    learned.push(readContact('leadContact', contact, 'lead_customer_info', { leadId: trail.leadId }));
  }
  for (const file of joinedList(raw, 'file_info')) {
    const fileId = requiredId(file, 'file_id', 'file_info');
    const fields = {
      fileId,
      name: text(file, 'file_name', 'file_info'),
      size: idOrNone(file, 'file_size', 'file_info') ?? 0,
      path: text(file, 'file_path', 'file_info'),
      previewUrl: text(file, 'file_preview_url', 'file_info'),
    };
    learned.push({ kind: 'file', id: fileId, fields });
  }
  return learned;
}

/** Whose contact it is stands in the entry, not in the joined object. */
function readContact<K extends 'contact' | 'leadContact'>(
  kind: K,
  contact: Json,
  within: string,
  firm: { readonly companyId: number | null } | { readonly leadId: number | null },
): Learned {
  const contactId = requiredId(contact, 'customer_id', within);
  const fields = {
    contactId,
    name: text(contact, 'name', within),
    email: text(contact, 'email', within),
    phones: phones(contact['tel_list'], `${within}.tel_list`),
    accounts: accounts(contact['contact'], `${within}.contact`),
  };
  const known = Object.values(firm)[0] === null ? fields : { ...fields, ...firm };
  return { kind, id: contactId, fields: known } as Learned;
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const path = (field: string, within: string | undefined): string => (within === undefined ? field : `${within}.${field}`);

function number(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string' || !/^\d{1,16}$/.test(value)) return null;
  const parsed = Number(value);
  return Number.isSafeInteger(parsed) ? parsed : null;
}

function idOrNone(raw: Json, field: string, within?: string): number | null {
  const value = raw[field];
  if (value === 0 || value === undefined || value === null || value === '') return null;
  const id = number(value);
  if (id === null) throw badParameter(path(field, within), value, 'accepted: a whole number from 0 to 9007199254740991');
  return id === 0 ? null : id;
}

function requiredId(raw: Json, field: string, within?: string): number {
  const id = idOrNone(raw, field, within);
  if (id === null) throw badParameter(path(field, within), raw[field], 'accepted: a whole number from 1 to 9007199254740991');
  return id;
}

function ids(raw: Json, field: string): readonly number[] {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) throw badParameter(field, value, 'accepted: a list of whole numbers');
  const found: number[] = [];
  for (const item of value) {
    const id = item === '' ? 0 : number(item);
    if (id === null) throw badParameter(field, value, 'accepted: a list of whole numbers');
    // [0] means none.
    if (id !== 0) found.push(id);
  }
  return found;
}

function flag(raw: Json, field: string, fallback: boolean, within?: string): boolean {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return fallback;
  if (value === 1 || value === '1' || value === true) return true;
  if (value === 0 || value === '0' || value === false) return false;
  throw badParameter(path(field, within), value, 'accepted: 0 or 1');
}

function text(raw: Json, field: string, within?: string): string {
  const value = raw[field];
  if (typeof value === 'string') {
    // A lone surrogate has no UTF-8, so it could not be kept as it came.
    if (!value.isWellFormed()) throw badParameter(path(field, within), value, 'accepted: well-formed Unicode text');
    return value;
  }
  if (value === undefined || value === null) return '';
  throw badParameter(path(field, within), value, 'accepted: a text');
}

function time(raw: Json, field: string, fallback: number | null): number {
  const value = raw[field];
  if (fallback !== null && (value === undefined || value === null || value === '')) return fallback;
  const at = typeof value === 'string' ? parseTime(value) : null;
  if (at === null) throw badParameter(field, value, 'accepted: a time YYYY-MM-DD HH:mm:ss that exists');
  return at;
}

function joinedObject(raw: Json, field: string): Json | null {
  const value = raw[field];
  if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) return null;
  if (!isObject(value)) throw badParameter(field, value, 'accepted: an object, or [] for none');
  return value;
}

function joinedList(raw: Json, field: string): readonly Json[] {
  const value = raw[field];
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw badParameter(field, value, 'accepted: a list of objects, or null for none');
  return value;
}

function phones(value: unknown, field: string): readonly (readonly [string, string])[] {
  if (value === undefined || value === null || value === '') return [];
  const accepted = 'accepted: a list of [area code, number]';
  if (!Array.isArray(value)) throw badParameter(field, value, accepted);
  return value.map((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw badParameter(field, value, accepted);
    return [phonePart(pair[0], field), phonePart(pair[1], field)];
  });
}

function phonePart(value: unknown, field: string): string {
  if (value === null) return '';
  if (typeof value !== 'string' && typeof value !== 'number') throw badParameter(field, value, 'accepted: a text');
  return String(value);
}

function accounts(value: unknown, field: string): readonly { type: string; value: string }[] {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value) || !value.every(isObject)) throw badParameter(field, value, 'accepted: a list of {type, value}');
  return value.map((account: Json) => ({ type: text(account, 'type', field), value: text(account, 'value', field) }));
}
