/** Reading entries as OKKI answers them, for the import: broad where sources differ, exact about what is kept. */
import type { ImportedEntry, ImportedTrail, Learned } from '../domain/import.ts';
import {
  accounts,
  flag,
  idOrNone,
  ids,
  type Json,
  joinedList,
  joinedObject,
  numberOrZero,
  phones,
  requiredId,
  text,
  time,
  wholeObject,
} from './answer-fields.ts';

/** Throws `bad_parameter` naming the first field that cannot be kept as it is. */
export function readEntry(answer: unknown): ImportedEntry {
  const raw = wholeObject(answer, 'entry', 'accepted: a JSON object with the fields of the trail list');
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
    commentCount: numberOrZero(raw, 'comment_count'),
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
      size: numberOrZero(file, 'file_size', 'file_info'),
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
    phones: phones(contact, 'tel_list', within),
    accounts: accounts(contact, 'contact', within),
  };
  const known = Object.values(firm)[0] === null ? fields : { ...fields, ...firm };
  return { kind, id: contactId, fields: known } as Learned;
}
