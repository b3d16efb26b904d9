import type { Learned } from '../domain/import.ts';
import {
  type Company,
  type Contact,
  type ContactDetails,
  convertedLeadStatus,
  type Lead,
  type LeadContact,
  type Opportunity,
} from '../domain/objects.ts';
import { parseTime } from '../wire/time.ts';
import { type FirmContact, type FirmEntry, type FirmOptions, type FirmProfiles, firmProfiles } from './firm.ts';
import { type CompanyProfile, type LeadProfile, telephone } from './firm-directory.ts';
import { firmPeople } from './firm-people.ts';
import { PRODUCTS } from './firm-products.ts';
import { mix, Random } from './firm-random.ts';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const BEIJING = 8 * 3600 * 1000;

const POSTS = ['Buyer', 'Purchasing Manager', 'Owner', 'Sales Manager', 'Managing Director', 'Logistics'];
const ROADS = ['Harbour Road', 'Industrial Park', 'Market Street', 'Station Road', 'Mill Lane'];
const SOURCES = ['广交会现场认识', '官网询盘，已回目录', '老客户介绍', '平台询盘转来', '海关数据开发'];
const EURO: ReadonlySet<string> = new Set(['de', 'fr', 'it', 'es', 'nl', 'be']);
/** 待处理, 完善信息, 初步触达, 联系互动, 无效. */
const LEAD_STATUSES = [1, 3, 4, 4, 5, 5, 5, 2];
/** From the first contact to a won or a lost deal. */
const STAGES = [40010001, 40010002, 40010003, 40010004, 40010005, 40010006];

/** Own streams of random numbers, clear of the directory's. */
const KIND = { user: 21, company: 22, lead: 23, opportunity: 24, next: 25 };

/** When the entries about something were recorded, the first of all their times included. */
interface Told {
  first: number;
  readonly times: number[];
}

/**
 * What the firm's objects are beside what its entries show of them, in our words: everything that `entries` are about, and who works
 * there. Equal options give equal objects; no time in them but when to follow up next is later than the last of the entries' period, nor is anything younger
 * than the first entry about it.
 */
export function firmObjects(options: FirmOptions, entries: readonly FirmEntry[]): Learned[] {
  const profiles = firmProfiles(options);
  const seed = options.seed >>> 0;
  const companies = companiesOf(
    profiles,
    seed,
    told(entries, ({ company_id }) => company_id),
  );
  const since = new Map(companies.map(({ company }) => [company.companyId, company.createdAt as number]));
  const opportunities = opportunitiesOf(
    profiles,
    seed,
    told(entries, ({ opportunity_id }) => opportunity_id),
    since,
  );
  const leads = leadsOf(
    profiles,
    seed,
    told(entries, ({ lead_id }) => lead_id),
    companies.map(({ company }) => company),
  );
  return [
    ...firmPeople(profiles.users, mix(seed, KIND.user)),
    ...companies.flatMap(({ company, contacts }) => [
      { kind: 'company', id: company.companyId, fields: company } as const,
      ...contacts.map((fields) => ({ kind: 'contact', id: fields.contactId, fields }) as const),
    ]),
    ...leads.flatMap(({ lead, contacts }) => [
      { kind: 'lead', id: lead.leadId, fields: lead } as const,
      ...contacts.map((fields) => ({ kind: 'leadContact', id: fields.contactId, fields }) as const),
    ]),
    ...opportunities.map((fields) => ({ kind: 'opportunity', id: fields.opportunityId, fields }) as const),
  ];
}

function told(entries: readonly FirmEntry[], idOf: (entry: FirmEntry) => number): Map<number, Told> {
  const found = new Map<number, Told>();
  for (const entry of entries) {
    const id = idOf(entry);
    if (id === 0) continue;
    const [recorded, happened] = [parseTime(entry.created_at) as number, parseTime(entry.create_time) as number];
    const known = found.get(id) ?? { first: recorded, times: [] };
    known.first = Math.min(known.first, recorded, happened);
    known.times.push(recorded);
    found.set(id, known);
  }
  return found;
}

const userId = (profiles: FirmProfiles, n: number): number => Number(profiles.users[n]?.user_id);

/** On the way in or, for those that were there when the period began, up to three years before it. */
function creation(profiles: FirmProfiles, { first }: Told, random: Random): number {
  const [start, end] = [profiles.start * 1000, profiles.end * 1000];
  if (first > start + (end - start) / 10) return first - random.between(0, 7200) * 1000;
  const day = Math.floor((start + BEIJING) / DAY) - random.between(1, 1100);
  return day * DAY - BEIJING + random.between(9 * 3600, 18 * 3600) * 1000;
}

/** Whether and when something was edited after it was made: together with an entry. */
function edits(createdAt: number, { times }: Told, random: Random): { updatedAt: number; editedAt: number | null } {
  const editedAt = Math.max(random.pick(times), createdAt);
  return random.chance(0.25) ? { updatedAt: createdAt, editedAt: null } : { updatedAt: editedAt, editedAt };
}

/** When some of them are to be followed up next: from a week before the end of the period to ten days after it, at an hour or that day. */
function planned(profiles: FirmProfiles, seed: number, id: number, share: number): number | null {
  const random = new Random(mix(mix(seed, KIND.next), id % 0xffffffff));
  if (!random.chance(share)) return null;
  const lastDay = Math.floor((profiles.end * 1000 + BEIJING) / DAY) * DAY - BEIJING;
  return lastDay + random.between(-6, 10) * DAY + (random.chance(0.4) ? 0 : random.between(9, 17)) * HOUR;
}

/** Numbers as people give them, in the order in which things were put on file. */
function numbered<T extends { createdAt: number | null }>(
  objects: readonly T[],
  id: (object: T) => number,
  letter: string,
): Map<number, string> {
  const inOrder = objects.toSorted((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || id(a) - id(b));
  return new Map(inOrder.map((object, n) => [id(object), `${letter}${String(n + 1).padStart(4, '0')}`]));
}

function companiesOf(
  profiles: FirmProfiles,
  seed: number,
  about: ReadonlyMap<number, Told>,
): { company: Company; contacts: Contact[] }[] {
  const made = profiles.companies.flatMap((profile, rank) => {
    const entries = about.get(profile.info.company_id);
    return entries === undefined ? [] : [oneCompany(profiles, mix(seed, KIND.company), profile, rank, entries)];
  });
  const serialIds = numbered(
    made.map(({ company }) => company),
    ({ companyId }) => companyId,
    'C',
  );
  return made.map(({ company, contacts }) => ({
    company: { ...company, serialId: serialIds.get(company.companyId) as string },
    contacts,
  }));
}

function oneCompany(
  profiles: FirmProfiles,
  seed: number,
  profile: CompanyProfile,
  rank: number,
  entries: Told,
): { company: Company; contacts: Contact[] } {
  const { info, country, owner, called } = profile;
  const companyId = info.company_id;
  const random = new Random(mix(seed, companyId % 0xffffffff));
  const createdAt = creation(profiles, entries, random);
  const ownerId = userId(profiles, owner);
  const helperId = userId(profiles, random.below(profiles.users.length));
  const inPool = random.chance(0.07);
  const company: Company = {
    companyId,
    name: info.name,
    removed: info.is_archive === 0,
    serialId: '',
    groupId: null,
    ownerIds: inPool ? [] : random.chance(0.15) && helperId !== ownerId ? [ownerId, helperId] : [ownerId],
    createdBy: ownerId,
    createdAt,
    ...edits(createdAt, entries, random),
    archivedAt: createdAt,
    nextFollowUpAt: planned(profiles, seed, companyId, 0.3),
    details: {
      shortName: called.short,
      country: country.code.toUpperCase(),
      homepage: `https://www.${called.domain}`,
      telAreaCode: country.area,
      tel: telephone(country, random).replaceAll(' ', ''),
      address: `${random.between(1, 180)} ${random.pick(ROADS)}, ${random.pick(country.cities).en}`,
      ...(random.chance(0.4) ? { remark: `${random.pick(SOURCES)}；主要看 ${PRODUCTS[profile.products[0] ?? 0]?.zh}` } : {}),
      ...(rank < profiles.companies.length / 5
        ? { star: random.between(3, 5) }
        : random.chance(0.3)
          ? { star: random.between(1, 3) }
          : {}),
      editedBy: ownerId,
      archiveType: random.chance(0.8) ? 1 : 6,
    },
  };
  return { company, contacts: profile.contacts.map((contact, n) => ({ ...person(contact, n, random), companyId })) };
}

function person(contact: FirmContact, n: number, random: Random): Omit<Contact, 'companyId'> {
  const gender = random.below(3);
  const details: ContactDetails = { post: random.pick(POSTS), ...(gender === 0 ? {} : { gender }) };
  return {
    contactId: contact.customer_id,
    name: contact.name,
    email: contact.email,
    phones: contact.tel_list,
    accounts: contact.contact,
    removed: false,
    main: n === 0,
    details,
  };
}

function leadsOf(
  profiles: FirmProfiles,
  seed: number,
  about: ReadonlyMap<number, Told>,
  companies: readonly Company[],
): { lead: Lead; contacts: LeadContact[] }[] {
  const made = profiles.leads.flatMap((profile) => {
    const entries = about.get(profile.info.lead_id);
    return entries === undefined ? [] : [oneLead(profiles, mix(seed, KIND.lead), profile, entries, companies)];
  });
  const serialIds = numbered(
    made.map(({ lead }) => lead),
    ({ leadId }) => leadId,
    'L',
  );
  return made.map(({ lead, contacts }) => ({ lead: { ...lead, serialId: serialIds.get(lead.leadId) as string }, contacts }));
}

function oneLead(
  profiles: FirmProfiles,
  seed: number,
  profile: LeadProfile,
  entries: Told,
  companies: readonly Company[],
): { lead: Lead; contacts: LeadContact[] } {
  const { info, country, owner, called } = profile;
  const leadId = info.lead_id;
  const random = new Random(mix(seed, leadId % 0xffffffff));
  const createdAt = entries.first - random.between(0, 7200) * 1000;
  const ownerId = userId(profiles, owner);
  // A person from a fair, say, whose firm was then put on file under another name.
  const become = random.chance(0.5)
    ? companies.find((company) => company.details.country === country.code.toUpperCase() && (company.createdAt ?? 0) > createdAt)
    : undefined;
  const lead: Lead = {
    leadId,
    name: info.name,
    serialId: '',
    ownerIds: random.chance(0.05) ? [] : [ownerId],
    status: become === undefined ? random.pick(LEAD_STATUSES) : convertedLeadStatus,
    companyId: become?.companyId ?? null,
    createdBy: ownerId,
    createdAt,
    ...edits(createdAt, entries, random),
    archivedAt: createdAt,
    nextFollowUpAt: become === undefined ? planned(profiles, seed, leadId, 0.4) : null,
    details: {
      companyName: become?.name ?? called.name,
      shortName: become?.details.shortName ?? called.short,
      country: country.code.toUpperCase(),
      telAreaCode: country.area,
      tel: telephone(country, random).replaceAll(' ', ''),
      ...(random.chance(0.6) ? { homepage: become?.details.homepage ?? `https://www.${called.domain}` } : {}),
      ...(random.chance(0.3) ? { remark: random.pick(SOURCES) } : {}),
      ...(random.chance(0.3) ? { star: random.between(1, 4) } : {}),
    },
  };
  return { lead, contacts: profile.contacts.map((contact, n) => ({ ...person(contact, n, random), leadId })) };
}

/** `since`: when each company was put on file; no opportunity at it is older. */
function opportunitiesOf(
  profiles: FirmProfiles,
  seed: number,
  about: ReadonlyMap<number, Told>,
  since: ReadonlyMap<number, number>,
): Opportunity[] {
  const made = profiles.companies.flatMap((profile) =>
    profile.opportunities.flatMap((_, n) => {
      const entries = about.get(profile.opportunities[n]?.opportunity_id ?? 0);
      return entries === undefined
        ? []
        : [oneOpportunity(profiles, mix(seed, KIND.opportunity), profile, n, entries, since.get(profile.info.company_id) ?? 0)];
    }),
  );
  const serialIds = numbered(made, ({ opportunityId }) => opportunityId, 'O');
  return made.map((one) => ({ ...one, serialId: serialIds.get(one.opportunityId) as string }));
}

function oneOpportunity(
  profiles: FirmProfiles,
  seed: number,
  profile: CompanyProfile,
  n: number,
  entries: Told,
  since: number,
): Opportunity {
  const { opportunity_id: opportunityId, name } = profile.opportunities[n] as CompanyProfile['opportunities'][number];
  const random = new Random(mix(seed, opportunityId % 0xffffffff));
  const morning = (profile.opportunityDays[n] as number) * DAY - BEIJING + random.between(9 * 3600, 12 * 3600) * 1000;
  const createdAt = Math.max(since, Math.min(morning, entries.first));
  const ownerId = userId(profiles, profile.owner);
  const helperId = userId(profiles, random.below(profiles.users.length));
  const product = PRODUCTS[profile.products[n % profile.products.length] as number] as (typeof PRODUCTS)[number];
  const amount = Math.round(product.lot * random.between(1, 12) * (product.low + (product.high - product.low) * random.unit()));
  const { code } = profile.country;
  const contact = profile.contacts[0];
  return {
    opportunityId,
    name,
    companyId: profile.info.company_id,
    removed: false,
    serialId: '',
    mainUserId: ownerId,
    createdBy: ownerId,
    createdAt,
    ...edits(createdAt, entries, random),
    nextFollowUpAt: planned(profiles, seed, opportunityId, 0.2),
    details: {
      ...(contact === undefined ? {} : { contactIds: [contact.customer_id] }),
      ...(random.chance(0.2) && helperId !== ownerId ? { handlerIds: [helperId] } : {}),
      amount: String(amount),
      currency: code === 'cn' ? 'CNY' : EURO.has(code) ? 'EUR' : 'USD',
      stageId: random.pick(STAGES),
      ...(random.chance(0.5) ? { remark: `${product.zh} ${product.model}` } : {}),
    },
  };
}
