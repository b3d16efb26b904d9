import { dayOf, dayWords } from './firm-clock.ts';
import type { Country, Word } from './firm-countries.ts';
import { COUNTRIES } from './firm-countries.ts';
import { PRODUCTS } from './firm-products.ts';
import { mix, Random, Shuffle, WeightedDraw } from './firm-random.ts';

export interface FirmCompany {
  company_id: number;
  name: string;
  is_archive: number;
}

export interface FirmContact {
  customer_id: number;
  name: string;
  email: string;
  tel_list: [area: string, tel: string][];
  contact: { type: string; value: string }[];
}

export interface FirmUser {
  user_id: string;
  nickname: string;
  avatar: string;
}

export interface FirmOpportunity {
  opportunity_id: number;
  name: string;
}

export interface FirmLead {
  lead_id: number;
  name: string;
}

interface Party {
  country: Country;
  owner: number;
  english: boolean;
  contacts: FirmContact[];
  products: number[];
}

/** How a firm is called: in full, in short, and where its mail and its pages are. */
interface FirmName {
  name: string;
  short: string;
  domain: string;
}

export interface CompanyProfile extends Party {
  info: FirmCompany;
  called: FirmName;
  opportunities: FirmOpportunity[];
  /** The day on which each of them begins. */
  opportunityDays: number[];
  /** Where it stands in the way of a deal when the period begins, and how often it goes round in the period. */
  phase: number;
  cycles: number;
}

export interface LeadProfile extends Party {
  info: FirmLead;
  called: FirmName;
}

export interface DirectoryOptions {
  seed: number;
  companies: number;
  salespeople: number;
  start: number;
  end: number;
}

/** Own ranges for every kind of object, clear of each other and of the ids in the contract's example answer. */
const IDS = {
  user: { from: 55_940_000, step: 1_231 },
  company: { from: 17_000_000_000, step: 40_000 },
  contact: { from: 4_600_000_000_000, step: 900_000 },
  lead: { from: 9_000_000_000_000, step: 10_000_000 },
  leadContact: { from: 12_000_000_000_000, step: 5_000_000 },
  opportunity: { from: 15_000_000_000_000, step: 2_000_000 },
};

const MOST_CONTACTS = 5;
const MOST_OPPORTUNITIES = 12;
const CACHED = 4096;
const KIND = { country: 1, company: 2, lead: 3, user: 4, rank: 5, id: 6 };

const NICKNAMES = [
  '林晓棠',
  '周启航',
  'Vivian',
  '陈屿',
  '王若溪',
  'Leo',
  '何景明',
  '许南乔',
  'Grace',
  '郑一帆',
  '沈知夏',
  '罗北辰',
  'Kevin',
  '唐沐阳',
  '谢雨桐',
  '马嘉禾',
  'Coco',
  '韩松岭',
  '方可盈',
  '曹砚',
];
const LEAD_SOURCES = ['展会名片', '官网询盘', '平台询盘', '社媒', '海关数据', '老客户介绍', 'RFQ'];

export class Directory {
  readonly users: FirmUser[];
  private readonly options: DirectoryOptions;
  private readonly random = new Random(0);
  private readonly countryOf: Uint8Array;
  private readonly ordinalOf: Uint32Array;
  private readonly usedNames = new Uint32Array(COUNTRIES.length);
  private readonly ranks: Shuffle;
  private readonly namings: Naming[];
  private readonly companyCache: (CompanyProfile | undefined)[] = new Array(CACHED);
  private readonly leadCache: (LeadProfile | undefined)[] = new Array(CACHED);

  constructor(options: DirectoryOptions) {
    const { seed, companies, salespeople } = options;
    this.options = options;
    this.users = Array.from({ length: salespeople }, (_, n) => this.makeUser(n));
    this.ranks = new Shuffle(companies, mix(seed, KIND.rank));
    this.namings = COUNTRIES.map((country, n) => new Naming(country, mix(seed, n)));
    this.countryOf = new Uint8Array(companies);
    this.ordinalOf = new Uint32Array(companies);
    const draw = new WeightedDraw(COUNTRIES.map((country) => country.weight));
    const random = new Random(mix(seed, KIND.country));
    const used = this.usedNames;
    for (let n = 0; n < companies; n += 1) {
      const country = n < COUNTRIES.length ? (n * 7) % COUNTRIES.length : draw.draw(random);
      this.countryOf[n] = country;
      this.ordinalOf[n] = used[country] as number;
      used[country] = (used[country] as number) + 1;
    }
  }

  /** The company with the given rank by size (0 the biggest), so that ids and sizes have nothing to do with each other. */
  companyAtRank(rank: number): CompanyProfile {
    return this.company(this.ranks.at(rank), rank);
  }

  lead(index: number): LeadProfile {
    const kept = this.leadCache[index % CACHED];
    if (kept !== undefined && kept.info.lead_id === this.id('lead', index)) return kept;
    const profile = this.makeLead(index);
    this.leadCache[index % CACHED] = profile;
    return profile;
  }

  private company(index: number, rank: number): CompanyProfile {
    const kept = this.companyCache[rank % CACHED];
    if (kept !== undefined && kept.info.company_id === this.id('company', index)) return kept;
    const profile = this.makeCompany(index, rank);
    this.companyCache[rank % CACHED] = profile;
    return profile;
  }

  private id(kind: keyof typeof IDS, index: number): number {
    const { from, step } = IDS[kind];
    return from + index * step + (mix(mix(this.options.seed, KIND.id), index) % (step - 1));
  }

  private makeUser(n: number): FirmUser {
    const round = Math.floor(n / NICKNAMES.length);
    const nickname = `${NICKNAMES[n % NICKNAMES.length]}${round > 0 ? round + 1 : ''}`;
    return { user_id: `${this.id('user', n)}`, nickname, avatar: '' };
  }

  private makeCompany(index: number, rank: number): CompanyProfile {
    const { seed, companies } = this.options;
    const random = this.random.reseed(mix(mix(seed, KIND.company), index));
    const at = this.countryOf[index] as number;
    const country = COUNTRIES[at] as Country;
    const called = (this.namings[at] as Naming).name(this.ordinalOf[index] as number, random);
    const { name, domain } = called;
    const importance = 1 - Math.log(rank + 1) / Math.log(companies + 1);
    const party = this.makeParty(country, random);
    const contacts = 1 + Math.min(MOST_CONTACTS - 1, Math.floor(importance * 3 + random.unit() * 3));
    for (let n = 0; n < contacts; n += 1) {
      const id = this.id('contact', index * 8 + n);
      party.contacts.push(makeContact(id, country, domain, index, n, random));
    }
    const info = { company_id: this.id('company', index), name, is_archive: random.chance(0.03) ? 0 : 1 };
    const profile: CompanyProfile = {
      ...party,
      info,
      called,
      opportunities: [],
      opportunityDays: [],
      phase: random.unit(),
      cycles: 1 + random.unit() * 3 + importance * 2,
    };
    const opportunities = Math.min(MOST_OPPORTUNITIES, Math.floor(importance * importance * 11 + random.unit() * 2.6));
    for (let n = 0; n < opportunities; n += 1) profile.opportunities.push(this.makeOpportunity(profile, index, n, opportunities));
    return profile;
  }

  /** A company's opportunities follow each other through the period; the n-th begins a little before its share of it. */
  private makeOpportunity(company: CompanyProfile, index: number, n: number, of: number): FirmOpportunity {
    const { start, end } = this.options;
    const { random } = this;
    const day = dayOf(start + Math.floor(((end - start) * n) / of)) - random.between(0, 15);
    const product = PRODUCTS[company.products[n % company.products.length] as number] ?? PRODUCTS[0];
    const date = dayWords(day).compact;
    company.opportunityDays.push(day);
    const { name } = company.info;
    const style = random.below(5);
    const names = [
      `${name} ${date} ${company.country.zh}`,
      `${name}${date}${company.country.zh}`,
      `${name}-${product?.zh}-${date.slice(0, 6)}`,
      `${name} / ${product?.en} ${date.slice(0, 4)} Q${Math.ceil(Number(date.slice(4, 6)) / 3)}`,
      `${name} ${product?.zh}项目 ${date.slice(2)}`,
    ];
    return { opportunity_id: this.id('opportunity', index * 16 + n), name: names[style] as string };
  }

  private makeLead(index: number): LeadProfile {
    const random = this.random.reseed(mix(mix(this.options.seed, KIND.lead), index));
    const at = (index * 11) % COUNTRIES.length;
    const country = COUNTRIES[at] as Country;
    const ordinal = (this.usedNames[at] as number) + Math.floor(index / COUNTRIES.length);
    const called = (this.namings[at] as Naming).name(ordinal, random);
    const { name, domain } = called;
    const party = this.makeParty(country, random);
    const contacts = random.between(0, 2);
    for (let n = 0; n < contacts; n += 1) {
      const id = this.id('leadContact', index * 2 + n);
      party.contacts.push(makeContact(id, country, `lead${index}.${domain}`, index, n, random));
    }
    const source = random.pick(LEAD_SOURCES);
    const person = personName(country, random.next(), random.next()).name;
    const style = random.below(4);
    const title = style === 0 ? `${person}（${source}）` : style === 1 ? `${source}-${name}` : name;
    return { ...party, called, info: { lead_id: this.id('lead', index), name: title } };
  }

  private makeParty(country: Country, random: Random): Party {
    const first = random.below(PRODUCTS.length);
    const products = [
      first,
      (first + random.between(1, 9)) % PRODUCTS.length,
      (first + random.between(10, 19)) % PRODUCTS.length,
    ];
    const owner = Math.floor(random.unit() ** 1.25 * this.options.salespeople);
    return { country, owner, english: country.english, contacts: [], products };
  }
}

/** Names of one country's firms by number: first all pairs of stem and trade, then with a city, then numbered. */
class Naming {
  private readonly country: Country;
  private readonly pairs: Shuffle;
  private readonly count: number;
  private readonly seed: number;

  constructor(country: Country, seed: number) {
    this.country = country;
    this.seed = seed;
    this.count = country.stems.length * country.trades.length;
    this.pairs = new Shuffle(this.count, seed);
  }

  name(ordinal: number, random: Random): FirmName {
    const { stems, trades, cities, core, placed, forms, alwaysPlaced } = this.country;
    const pair = this.pairs.at(ordinal % this.count);
    const stem = stems[Math.floor(pair / trades.length)] as Word;
    const trade = trades[pair % trades.length] as Word;
    const round = Math.floor(ordinal / this.count) + (alwaysPlaced ? 1 : 0);
    const city = cities[(round + pair + this.seed) % cities.length] as (typeof cities)[number];
    const number = round === 0 ? 0 : Math.floor((round - 1) / cities.length);
    let name = core.replace(/[ST]/g, (letter) => (letter === 'S' ? stem.text : trade.text));
    let domain = `${stem.latin}-${trade.latin}`;
    if (round > 0) {
      const placeless = name;
      name = placed.replace(/[*@]/g, (sign) => (sign === '*' ? placeless : city.native));
      domain = `${domain}-${city.latin}`;
    }
    if (number > 0) {
      name = core === 'ST' ? `${name}${number + 1}` : `${name} ${number + 1}`;
      domain = `${domain}${number + 1}`;
    }
    const form = random
      .pick(forms)
      .replace('@', '')
      .replace('*', () => name);
    return { name: form, short: stem.text, domain: `${domain}.${this.country.code}.${random.pick(DOMAINS)}` };
  }
}

const DOMAINS = ['example', 'example', 'example.com', 'test'];

function personName(country: Country, given: number, family: number): { name: string; mail: string } {
  const first = country.given[given % country.given.length] as Word;
  const last = country.family[family % country.family.length] as Word;
  const native = country.code === 'cn' || country.code === 'jp' || country.code === 'kr';
  const name = country.familyFirst ? `${last.text}${native ? '' : ' '}${first.text}` : `${first.text} ${last.text}`;
  return { name, mail: `${first.latin}.${last.latin}` };
}

function makeContact(id: number, country: Country, domain: string, index: number, n: number, random: Random): FirmContact {
  const { name, mail } = personName(country, index + n, random.next());
  const handle = mail.replace('.', '_');
  const free = random.chance(0.08);
  const email = random.chance(0.05) ? '' : free ? `${mail}${index}${n}@freemail.example` : `${mail}@${domain}`;
  const telephones = random.chance(0.18) ? 0 : random.chance(0.15) ? 2 : 1;
  const tel_list: FirmContact['tel_list'] = [];
  for (let i = 0; i < telephones; i += 1) tel_list.push([country.area, telephone(country, random)]);
  const contact: FirmContact['contact'] = [];
  if (country.code === 'cn' ? random.chance(0.1) : random.chance(0.5)) {
    contact.push({ type: 'whatsapp', value: `${country.area} ${telephone(country, random)}` });
  }
  if (random.chance(country.code === 'cn' ? 0.8 : 0.12))
    contact.push({ type: 'wechat', value: `wx_${handle}${random.between(10, 99)}` });
  if (random.chance(0.15))
    contact.push({ type: 'linkedin', value: `https://linkedin.example/in/${handle}-${random.between(100, 999)}` });
  return { customer_id: id, name, email, tel_list, contact };
}

/** A number without its area code. */
export function telephone(country: Country, random: Random): string {
  return country.tel.replace(/#/g, () => `${random.below(10)}`);
}
