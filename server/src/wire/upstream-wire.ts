/**
 * Reading what OKKI answers about its companies, leads, opportunities and users, for the mirror. Each answer becomes what can be learned
 * of it, the object itself first and then what stands joined in it. What an answer does not have is not learned, and details only where
 * an answer knows all of them, because they are replaced as a whole. Last contacts are not learned: they follow from the entries.
 *
 * All of these throw `bad_parameter` naming the first field that cannot be kept as it is.
 */
import { overlay, overlayDetails } from '../domain/given.ts';
import type { Learned } from '../domain/import.ts';
import {
  type Company,
  type CompanyDetails,
  firstLeadStatus,
  type Lead,
  type LeadDetails,
  type Opportunity,
  type OpportunityDetails,
  type User,
  type UserDetails,
  userStates,
} from '../domain/objects.ts';
import { badParameter } from '../errors.ts';
import {
  country,
  decimal,
  idOrNone,
  ids,
  idsInAnyForm,
  type Json,
  joinedList,
  joinedObject,
  numberOrZero,
  phone,
  type Reading,
  requiredId,
  saidIn,
  text,
  timeOrNever,
  wholeObject,
} from './answer-fields.ts';
import {
  idsOfUsers,
  readContactsOfCompany,
  readContactsOfLead,
  readContactsOfOpportunity,
  readUsers,
  removedBy,
} from './upstream-parts-wire.ts';

const answerOf = (raw: unknown, name: string, of: string): Json =>
  wholeObject(raw, name, `accepted: a JSON object with the fields of ${of}`);

/** When it was made and changed, which all of them say in the same words. */
function datesOf(raw: Json, within?: string) {
  const said = saidIn(raw, within);
  return {
    createdBy: said('create_user', idOrNone),
    createdAt: said('create_time', timeOrNever),
    updatedAt: said('update_time', timeOrNever),
    editedAt: said('edit_time', timeOrNever),
    nextFollowUpAt: said('next_follow_up_time', timeOrNever),
  };
}

/** A company but for its details. */
function companyFields(raw: Json, within?: string): Partial<Company> & { readonly companyId: number } {
  const said = saidIn(raw, within);
  return overlay<Partial<Company> & { readonly companyId: number }>(
    { companyId: requiredId(raw, 'company_id', within) },
    {
      ...datesOf(raw, within),
      name: said('name', text),
      serialId: said('serial_id', text),
      ownerIds: said('user_id', idsInAnyForm) ?? said('owner', idsOfUsers),
      groupId: said('group_id', idOrNone),
      archivedAt: said('archive_time', timeOrNever),
      removed: said('is_archive', removedBy),
    },
  );
}

/**
 * A row of `company/list`. `removed` is whether the list was asked for removed companies: its rows do not say it. Without it, that is
 * not learned.
 */
export function readCompanyRow(answer: unknown, removed?: boolean): readonly Learned[] {
  const fields = companyFields(answerOf(answer, 'company', 'company/list'));
  return [{ kind: 'company', id: fields.companyId, fields: overlay<Partial<Company>>(fields, { removed }) }];
}

/** The `data` of `company/info`: the company whole, who looks after it, and its contact persons. A removed company has no info. */
export function readCompanyInfo(answer: unknown): readonly Learned[] {
  const raw = answerOf(answer, 'company', 'company/info');
  const fields = companyFields(raw);
  return [
    { kind: 'company', id: fields.companyId, fields: { removed: false, ...fields, details: companyDetails(raw) } },
    ...readUsers(raw, { list: ['owner'], one: ['last_owner_info'] }),
    ...readContactsOfCompany(raw, fields.companyId),
  ];
}

function companyDetails(raw: Json): CompanyDetails {
  const [area, tel] = phone(raw, 'tel');
  return overlayDetails<CompanyDetails>(
    {},
    {
      shortName: text(raw, 'short_name'),
      country: country(raw, 'country'),
      homepage: text(raw, 'homepage'),
      telAreaCode: area === '' ? text(raw, 'tel_area_code') : area,
      tel,
      address: text(raw, 'address'),
      remark: text(raw, 'remark'),
      star: numberOrZero(raw, 'star'),
      editedBy: numberOrZero(raw, 'last_edit_user'),
      archiveType: numberOrZero(raw, 'archive_type'),
    },
  );
}

/** A lead but for its details. */
function leadFields(raw: Json): Partial<Lead> & { readonly leadId: number } {
  const said = saidIn(raw);
  return overlay<Partial<Lead> & { readonly leadId: number }>(
    { leadId: requiredId(raw, 'lead_id') },
    {
      ...datesOf(raw),
      name: said('name', text),
      serialId: said('serial_id', text),
      ownerIds: said('user_id', idsInAnyForm) ?? said('owner', idsOfUsers),
      status: said('status', (row, field) => idOrNone(row, field) ?? firstLeadStatus),
      companyId: said('company_id', idOrNone),
      archivedAt: said('archive_time', timeOrNever),
    },
  );
}

/** A row of `lead/list`. */
export function readLeadRow(answer: unknown): readonly Learned[] {
  const fields = leadFields(answerOf(answer, 'lead', 'lead/list'));
  return [{ kind: 'lead', id: fields.leadId, fields }];
}

/** The `data` of `lead/info`: the lead but for when it was made and changed, who looks after it, and its contact persons. */
export function readLeadInfo(answer: unknown): readonly Learned[] {
  const raw = answerOf(answer, 'lead', 'lead/info');
  const fields = leadFields(raw);
  const details = overlayDetails<LeadDetails>(
    {},
    {
      companyName: text(raw, 'company_name'),
      shortName: text(raw, 'short_name'),
      country: country(raw, 'country'),
      telAreaCode: text(raw, 'tel_area_code'),
      tel: text(raw, 'tel'),
      homepage: text(raw, 'homepage'),
      address: text(raw, 'address'),
      remark: text(raw, 'remark'),
      star: numberOrZero(raw, 'star'),
    },
  );
  return [
    { kind: 'lead', id: fields.leadId, fields: { ...fields, details } },
    ...readUsers(raw, { list: ['owner'] }),
    ...readContactsOfLead(raw, fields.leadId),
  ];
}

/** A row of `opportunity/list`: the opportunity whole, its users, its company and its contact persons. */
export const readOpportunityRow = (answer: unknown): readonly Learned[] =>
  readOpportunity(answerOf(answer, 'opportunity', 'opportunity/list'));

/** The `data` of `opportunity/info`, which has fewer fields than a row: neither `removed` nor the next follow-up. */
export const readOpportunityInfo = (answer: unknown): readonly Learned[] =>
  readOpportunity(answerOf(answer, 'opportunity', 'opportunity/info'));

/** OKKI's example of the info has some ids only within the joined object. */
function idHereOrIn(raw: Json, field: string, joined: string, id: string): number | null | undefined {
  if (raw[field] !== undefined) return idOrNone(raw, field);
  const object = joinedObject(raw, joined);
  return object === null ? undefined : idOrNone(object, id, joined);
}

function readOpportunity(raw: Json): readonly Learned[] {
  const said = saidIn(raw);
  const opportunityId = requiredId(raw, 'opportunity_id');
  const companyId = idHereOrIn(raw, 'company_id', 'company', 'company_id');
  const fields = overlay<Partial<Opportunity>>(
    { opportunityId },
    {
      ...datesOf(raw),
      companyId,
      createdBy: idHereOrIn(raw, 'create_user', 'create_user_info', 'user_id'),
      name: said('name', text),
      serialId: said('serial_id', text),
      mainUserId: said('main_user', idOrNone),
      removed: said('enable_flag', removedBy),
      details: opportunityDetails(raw),
    },
  );
  return [
    { kind: 'opportunity', id: opportunityId, fields },
    ...readUsers(raw, { list: ['handler_info'], one: ['create_user_info', 'main_user_info'] }),
    ...readCompanyOfOpportunity(raw),
    ...readContactsOfOpportunity(raw, companyId ?? null),
  ];
}

function readCompanyOfOpportunity(raw: Json): Learned[] {
  const company = joinedObject(raw, 'company');
  if (company === null || idOrNone(company, 'company_id', 'company') === null) return [];
  const fields = companyFields(company, 'company');
  return [{ kind: 'company', id: fields.companyId, fields }];
}

/** Both the row and the info tell them, so an answer that lacks one of them must not take it from what the other one told. */
function opportunityDetails(raw: Json): OpportunityDetails | undefined {
  const said = saidIn(raw);
  const details = {
    contactIds: said('customer', (row, field) =>
      joinedList(row, field).map((person) => requiredId(person, 'customer_id', field)),
    ),
    handlerIds: said('handler', ids) ?? said('handler_info', idsOfUsers),
    amount: said('amount', decimal),
    currency: said('currency', text),
    stageId: said('stage', numberOrZero),
    remark: said('remark', text),
  };
  return Object.values(details).includes(undefined) ? undefined : overlayDetails<OpportunityDetails>({}, details);
}

/** A row of `user/list`: the user whole but for the picture. */
export function readUserRow(answer: unknown): readonly Learned[] {
  const raw = answerOf(answer, 'user', 'user/list');
  const said = saidIn(raw);
  const userId = requiredId(raw, 'user_id');
  const details = overlayDetails<UserDetails>(
    {},
    {
      familyName: text(raw, 'family_name'),
      secondName: text(raw, 'second_name'),
      gender: numberOrZero(raw, 'gender'),
      position: text(raw, 'position'),
      mobile: text(raw, 'user_mobile'),
      departments: joinedList(raw, 'departments').map((department) => ({
        // The root of all departments has the id 0.
        departmentId: numberOrZero(department, 'department_id', 'departments'),
        name: text(department, 'department_name', 'departments'),
      })),
    },
  );
  const known = { nickname: said('nickname', text), email: said('email', text), state: said('enable_flag', userState) };
  return [{ kind: 'user', id: userId, fields: overlay<Partial<User>>({ userId, details }, known) }];
}

/** `undefined`: not said. */
const userState: Reading<number | undefined> = (raw, field) => {
  const value = raw[field];
  if (value === null || value === '') return undefined;
  const state = Object.values(userStates).find((one) => value === one || value === String(one));
  if (state === undefined) throw badParameter(field, value, 'accepted: 0, 1 or 2');
  return state;
};
