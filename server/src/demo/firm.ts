import { dayOf, dayWords, hourOf, Pace, wallClock } from './firm-clock.ts';
import type {
  CompanyProfile,
  FirmCompany,
  FirmContact,
  FirmLead,
  FirmOpportunity,
  FirmUser,
  LeadProfile,
} from './firm-directory.ts';
import { Directory } from './firm-directory.ts';
import type { FirmFile } from './firm-files.ts';
import { attach } from './firm-files.ts';
import type { PersonalType, SystemType } from './firm-phrases.ts';
import { PERSONAL_TYPES, SYSTEM_TYPES } from './firm-phrases.ts';
import type { Product } from './firm-products.ts';
import { PRODUCTS } from './firm-products.ts';
import { mix, Random, Shuffle, WeightedDraw } from './firm-random.ts';
import { Scene } from './firm-scene.ts';
import { leadTopic, report, tell, topicAt } from './firm-story.ts';

export type { FirmCompany, FirmContact, FirmFile, FirmLead, FirmOpportunity, FirmUser };

export interface FirmOptions {
  /** The enterprise that the entries belong to. */
  clientId: number;
  seed: number;
  entries: number;
  companies: number;
  salespeople: number;
  /** Milliseconds since the epoch (UTC); nothing happens after it. */
  endAt: number;
  /** How many days up to `endAt` the entries cover. */
  days: number;
}

/** An entry as OKKI's list answers it: these fields, in this order. */
export interface FirmEntry {
  follow_up_id: number;
  trail_id: number;
  type: number;
  client_id: number;
  create_user: number;
  refer_id: number;
  content: string;
  file_ids: number[];
  enable_flag: number;
  created_at: string;
  create_time: string;
  update_time: string;
  company_id: number;
  customer_id: number[];
  lead_id: number;
  lead_customer_id: number[];
  opportunity_id: number;
  delete_flag: number;
  inquiry_id: number;
  track_session_no: number;
  comment_count: number;
  company_info: FirmCompany | never[];
  lead_info: FirmLead | never[];
  opportunity_info: FirmOpportunity | never[];
  create_user_info: FirmUser | never[];
  customer_info: FirmContact[] | null;
  lead_customer_info: FirmContact[] | null;
  file_info: FirmFile[] | null;
}

const TYPE_WEIGHTS: Record<PersonalType, number> = {
  101: 22,
  102: 8,
  103: 19,
  104: 5,
  105: 18,
  106: 1,
  107: 0.8,
  108: 2,
  109: 1.2,
  110: 16,
  111: 3.5,
  112: 4.5,
};
const SYSTEM_WEIGHTS: Record<SystemType, number> = { 801: 3, 802: 2, 1201: 3, 1203: 4 };
const LEAD_TYPES: readonly PersonalType[] = [101, 101, 102, 103, 103, 105, 105, 110, 110, 112];

const SYSTEM_SHARE = 0.015;
const LEAD_SHARE = 0.08;
const OPPORTUNITY_SHARE = 0.28;
const ENTRIES_A_LEAD = 4;
const FIRST_TRAIL_ID = 30_000_000_000_000;
const TRAIL_IDS_A_DAY = 55_000_000_000;
const MOST_TRAIL_IDS = 60_000_000_000_000;
const LEAST_STEP = 32;
const HOUR = 3600;
const DAY = 86_400;

/** The follow-ups of a trading firm in the order in which they were recorded; equal options give equal entries. */
export function* generateFirm(options: FirmOptions): Generator<FirmEntry> {
  const firm = new Firm(options);
  for (let n = 0; n < options.entries; n += 1) yield firm.entry(n);
}

/** Whom the entries of the same options are about and who writes them, beside what the entries show. */
export interface FirmProfiles {
  readonly companies: readonly CompanyProfile[];
  readonly leads: readonly LeadProfile[];
  readonly users: readonly FirmUser[];
  /** Seconds since the epoch (UTC). */
  readonly start: number;
  readonly end: number;
}

/** For firms that fit in memory. */
export function firmProfiles(options: FirmOptions): FirmProfiles {
  return new Firm(options).profiles();
}

class Firm {
  private readonly options: FirmOptions;
  private readonly random: Random;
  private readonly scene = new Scene();
  private readonly start: number;
  private readonly end: number;
  private readonly pace: Pace;
  private readonly directory: Directory;
  private readonly leads: number;
  private readonly idStep: number;
  private readonly ranks: WeightedDraw;
  private readonly firstMeetings: Shuffle;
  private readonly types = new WeightedDraw(PERSONAL_TYPES.map((type) => TYPE_WEIGHTS[type]));
  private readonly systemTypes = new WeightedDraw(SYSTEM_TYPES.map((type) => SYSTEM_WEIGHTS[type]));

  constructor(options: FirmOptions) {
    const { entries, companies, days } = options;
    const seed = mix(options.seed >>> 0, Math.floor(options.seed / 4294967296) >>> 0);
    this.options = options;
    this.random = new Random(seed);
    this.scene.random.reseed(mix(seed, 1));
    this.end = Math.floor(options.endAt / 1000);
    this.start = this.end - Math.round(days * DAY);
    this.pace = new Pace(this.start, this.end, mix(seed, 2));
    this.leads = Math.max(1, Math.min(Math.ceil((entries * LEAD_SHARE) / ENTRIES_A_LEAD), companies * 2));
    this.directory = new Directory({ ...options, seed, start: this.start, end: this.end });
    const range = Math.min(MOST_TRAIL_IDS, Math.max(days * TRAIL_IDS_A_DAY, entries * LEAST_STEP));
    this.idStep = Math.floor(range / Math.max(1, entries));
    this.ranks = new WeightedDraw(Float64Array.from({ length: companies }, (_, rank) => 1 / (rank + 1)));
    this.firstMeetings = new Shuffle(companies, mix(seed, 3));
  }

  profiles(): FirmProfiles {
    const { directory, leads, start, end } = this;
    return {
      companies: Array.from({ length: this.options.companies }, (_, rank) => directory.companyAtRank(rank)),
      leads: Array.from({ length: leads }, (_, index) => directory.lead(index)),
      users: directory.users,
      start,
      end,
    };
  }

  entry(n: number): FirmEntry {
    const { random } = this;
    const { entries, companies } = this.options;
    const recorded = this.pace.at((n + random.unit()) / entries);
    const meetings = Math.floor(((n + 1) * companies) / entries);
    const isFirstMeeting = meetings > Math.floor((n * companies) / entries);
    if (isFirstMeeting) return this.onCompany(n, recorded, this.directory.companyAtRank(this.firstMeetings.at(meetings - 1)));
    const share = random.unit();
    if (share < LEAD_SHARE) return this.onLead(n, recorded);
    const company = this.directory.companyAtRank(this.ranks.draw(random));
    return share < LEAD_SHARE + SYSTEM_SHARE ? this.bySystem(n, recorded, company) : this.onCompany(n, recorded, company);
  }

  private onCompany(n: number, recorded: number, company: CompanyProfile): FirmEntry {
    const { random } = this;
    const type = PERSONAL_TYPES[this.types.draw(random)] as PersonalType;
    const happened = this.happened(recorded);
    const progress = (happened - this.start) / (this.end - this.start);
    const entry = this.blank(n, type, recorded, happened, this.author(company.owner));
    const opportunity = random.chance(OPPORTUNITY_SHARE) ? this.opportunityAt(company, progress) : -1;
    const product = opportunity >= 0 ? opportunity : random.below(3);
    const contacts = this.present(company.contacts);
    this.set(company, contacts, company.products[product % company.products.length] as number, happened, entry);
    entry.company_id = company.info.company_id;
    entry.company_info = company.info;
    if (opportunity >= 0) setOpportunity(entry, company, opportunity);
    if (contacts.length > 0) {
      entry.customer_id = contacts.map((contact) => contact.customer_id);
      entry.customer_info = contacts;
    }
    const topic = topicAt(company.phase, company.cycles, progress, random);
    entry.content = tell(this.scene, type, topic, random.chance(company.english ? 0.55 : 0.22));
    this.attachFiles(entry, happened);
    return entry;
  }

  /** Leads come and go: the entries of a time are about the leads of that time. */
  private onLead(n: number, recorded: number): FirmEntry {
    const { random } = this;
    const newest = Math.floor((n / this.options.entries) * this.leads);
    const lead = this.directory.lead(Math.max(0, newest - Math.floor(random.unit() ** 2 * Math.min(60, this.leads))));
    const type = random.pick(LEAD_TYPES);
    const happened = this.happened(recorded);
    const entry = this.blank(n, type, recorded, happened, this.author(lead.owner));
    const contacts = this.present(lead.contacts);
    this.set(lead, contacts, random.pick(lead.products), happened, entry);
    entry.lead_id = lead.info.lead_id;
    entry.lead_info = lead.info;
    if (contacts.length > 0) {
      entry.lead_customer_id = contacts.map((contact) => contact.customer_id);
      entry.lead_customer_info = contacts;
    }
    entry.content = tell(this.scene, type, leadTopic(random), random.chance(lead.english ? 0.55 : 0.22));
    this.attachFiles(entry, happened);
    return entry;
  }

  private bySystem(n: number, recorded: number, company: CompanyProfile): FirmEntry {
    const { random } = this;
    const drawn = SYSTEM_TYPES[this.systemTypes.draw(random)] as SystemType;
    const opportunity = this.opportunityAt(company, (recorded - this.start) / (this.end - this.start));
    const type = opportunity < 0 && drawn > 1000 ? 801 : drawn;
    const entry = this.blank(n, type, recorded, recorded, this.author(company.owner));
    entry.follow_up_id = 0;
    entry.refer_id = 0;
    entry.company_id = company.info.company_id;
    entry.company_info = company.info;
    if (type > 1000) setOpportunity(entry, company, opportunity);
    this.set(company, [], company.products[0] as number, recorded, entry);
    entry.content = report(this.scene, type);
    return entry;
  }

  private blank(n: number, type: number, recorded: number, happened: number, author: FirmUser): FirmEntry {
    const { random } = this;
    const trailId = FIRST_TRAIL_ID + n * this.idStep + 8 + random.below(this.idStep - 16);
    const followUpId = trailId + random.between(1, 4);
    const recordedText = wallClock(recorded);
    const changed = random.chance(0.05) ? Math.min(this.end, recorded + 60 + Math.floor(random.unit() ** 3 * 5 * DAY)) : recorded;
    return {
      follow_up_id: followUpId,
      trail_id: trailId,
      type,
      client_id: this.options.clientId,
      create_user: Number(author.user_id),
      refer_id: followUpId,
      content: '',
      file_ids: [],
      enable_flag: 1,
      created_at: recordedText,
      create_time: happened === recorded ? recordedText : wallClock(happened),
      update_time: changed <= recorded ? recordedText : wallClock(changed),
      company_id: 0,
      customer_id: [],
      lead_id: 0,
      lead_customer_id: [],
      opportunity_id: 0,
      delete_flag: 0,
      inquiry_id: 0,
      track_session_no: 0,
      comment_count: random.chance(0.07) ? 1 + Math.floor(random.unit() ** 2 * 5) : 0,
      company_info: [],
      lead_info: [],
      opportunity_info: [],
      create_user_info: author,
      customer_info: null,
      lead_customer_info: null,
      file_info: null,
    };
  }

  private set(
    party: CompanyProfile | LeadProfile,
    present: FirmContact[],
    product: number,
    happened: number,
    entry: FirmEntry,
  ): void {
    const { random, scene } = this;
    scene.country = party.country;
    scene.product = PRODUCTS[product] as Product;
    scene.quote();
    scene.who = (present[0] ?? party.contacts[0])?.name ?? '';
    scene.me = (entry.create_user_info as FirmUser).nickname;
    scene.mate = random.pick(this.directory.users).nickname;
    scene.day = dayOf(happened);
  }

  private author(owner: number): FirmUser {
    const { users } = this.directory;
    return this.random.chance(0.88) ? (users[owner] as FirmUser) : this.random.pick(users);
  }

  private happened(recorded: number): number {
    const { random } = this;
    const share = random.unit();
    if (share > 0.35) return recorded;
    if (share > 0.15) return Math.max(this.start, recorded - random.between(1, 9));
    let earlier =
      recorded - (share > 0.07 ? random.between(HOUR, 9 * HOUR) : random.between(1, 6) * DAY - random.between(-HOUR, HOUR));
    if (hourOf(earlier) < 8) earlier -= 12 * HOUR;
    return earlier < this.start ? recorded : earlier;
  }

  private opportunityAt(company: CompanyProfile, progress: number): number {
    const count = company.opportunities.length;
    const current = Math.min(count - 1, Math.floor(progress * count));
    return current > 0 && this.random.chance(0.15) ? current - 1 : current;
  }

  private present(contacts: FirmContact[]): FirmContact[] {
    const { random } = this;
    const share = random.unit();
    if (share < 0.35 || contacts.length === 0) return [];
    const first = Math.floor(random.unit() ** 1.6 * contacts.length);
    if (share < 0.85 || contacts.length === 1) return [contacts[first] as FirmContact];
    const second = (first + random.between(1, contacts.length - 1)) % contacts.length;
    return [contacts[first] as FirmContact, contacts[second] as FirmContact];
  }

  private attachFiles(entry: FirmEntry, happened: number): void {
    if (!this.random.chance(0.04)) return;
    const files = attach(entry, this.scene, dayWords(dayOf(happened)).compact);
    entry.file_ids = files.map((file) => file.file_id);
    entry.file_info = files;
  }
}

function setOpportunity(entry: FirmEntry, company: CompanyProfile, at: number): void {
  const info = company.opportunities[at] as FirmOpportunity;
  entry.opportunity_id = info.opportunity_id;
  entry.opportunity_info = info;
}
