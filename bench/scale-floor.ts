/** What share of raw `http` the program reaches: pages asked again, pages of entries rendered before, pages never touched. */
import { get, medianAnswer } from './ask.ts';
import { companiesIn } from './data.ts';
import { content } from './push.ts';
import { type Bound, type Report, step, type Table } from './report.ts';
import { alternate, type Measured, type Side, warmUps } from './rounds.ts';
import type { ScaleData } from './scale-data.ts';
import { randomPages } from './scale-pages.ts';
import { pageOf, type Scale, type Session, sidesTable, type Target, warm } from './scale-session.ts';

/** Pages that are asked again; with what surrounds them they fit into the cache as it comes. */
const askedAgain = 500;
/** Companies of which three pages are rendered. */
const renderedCompanies = 200;
const renderedPages = [1, 2, 3];
/** Of so many requests one writes. */
const writeShare = 100;

const names = {
  floor: 'raw http, constant Buffer',
  again: 'asked again',
  rendered: 'entries rendered before',
  untouched: 'never touched, of the enterprise',
  untouchedCompany: 'never touched, of companies',
};

/** The shares without writes, in both encodings. */
export async function floor(scale: Scale): Promise<Report> {
  return shares(scale, false);
}

/** The first two shares with one write in a hundred requests. */
export async function writes(scale: Scale): Promise<Report> {
  return shares(scale, true);
}

async function shares(scale: Scale, writing: boolean): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    step(`shares of raw http${writing ? ', with writes' : ''}`);
    const target = await session.program(data, null);
    const pages = await Pages.of(session, target, data);
    const answer = await medianAnswer(target.server.url, pages.again.slice(0, 301), target.authorization);
    const tables: Table[] = [];
    const bounds: Bound[] = [];
    for (const encoding of writing ? [null] : [null, 'gzip' as const]) {
      const raw = await session.floor(answer.file, encoding);
      const sides = sidesOf(session, { target, raw, pages, data, writing, encoding });
      const measured = await alternate(session.load, sides, scale.rounds(9), warmUps);
      const title = `Shares of raw http${encoding === null ? '' : `, ${encoding}`}${writing ? ', 1 % of requests writing' : ''}`;
      tables.push(sidesTable(title, measured, names.floor, notes));
      if (encoding === null) bounds.push(...(writing ? writingBounds(measured) : readingBounds(measured)));
    }
    return { tables, bounds };
  });
}

const notes = [
  "Companies' pages, drawn by their size; the caches as they come. Entries rendered before: pages never asked, by another end of time, " +
    'of entries that three other pages have shown. Each page never touched is asked once.',
];

const share = (measured: Measured, name: string, limit: number, more = ''): Bound => ({
  what: `${name}${more} / raw http`,
  value: measured.rate(name, names.floor),
  limit,
  holds: 'at least',
  unit: '×',
});

const readingBounds = (measured: Measured): Bound[] => [
  share(measured, names.again, 0.6),
  share(measured, names.rendered, 0.2),
  share(measured, names.untouched, 0.05),
];

const writingBounds = (measured: Measured): Bound[] => [
  share(measured, names.again, 0.35, ', 1 % writing'),
  share(measured, names.rendered, 0.15, ', 1 % writing'),
];

interface Setup {
  readonly target: Target;
  readonly raw: Target;
  readonly pages: Pages;
  readonly data: ScaleData;
  readonly writing: boolean;
  readonly encoding: 'gzip' | null;
}

function sidesOf(session: Session, { target, raw, pages, data, writing, encoding }: Setup): Side[] {
  const less = encoding === null ? 1 : 4;
  const there = companiesIn(data.store);
  const companies = data.drawnCompanies.filter((id) => there.has(id));
  const side = (name: string, at: Target, queries: () => readonly string[], prepare?: () => Promise<unknown>): Side => {
    const order = session.side(name, at, queries, encoding === null ? {} : { encoding }).order;
    const mixed = (round: number) => {
      const asked = order(round);
      const body = (i: number): string => bodyFor(session.random.pick(companies), i, session.random.between(400, 700));
      const bodies = asked.paths.map((_, i) => (i % writeShare === 0 ? body(i) : null));
      return writing ? { ...asked, ...pushed(asked.paths, bodies) } : asked;
    };
    return { name, server: at.server, order: mixed, ...(prepare === undefined ? {} : { prepare }) };
  };
  const cycle = (amount: number) => () => Array.from({ length: amount }, (_, i) => pages.again[i % pages.again.length] as string);
  const ask = (paths: readonly string[]) => () => session.latencies(target, paths);
  return [
    side(names.floor, raw, cycle(6000 / less)),
    side(names.again, target, cycle(4000 / less), ask(pages.again)),
    side(
      names.rendered,
      target,
      () => pages.rendered(1000 / less),
      () => session.latencies(target, pages.warming()),
    ),
    ...(writing
      ? []
      : [
          side(names.untouched, target, () => randomPages(session, 400 / less, 1, pages.last)),
          side(names.untouchedCompany, target, () => session.unasked(400 / less, () => companyPage(session, data))),
        ]),
  ];
}

/** The same requests, but those with a body record a follow-up. */
const pushed = (paths: readonly string[], bodies: readonly (string | null)[]) => ({
  paths: paths.map((path, i) => (bodies[i] === null ? path : '/v1/dynamic/trail/push')),
  bodies,
});

/** Back-dated, because the store is kept from run to run: else page 1 would show nothing but these. */
const bodyFor = (company_id: number, i: number, daysAgo: number): string => {
  const create_time = new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 19).replace('T', ' ');
  return JSON.stringify({ company_id, content: content(i), remark_type: 101 + (i % 12), create_time });
};

/** A company's page from a random time on. */
const companyPage = (session: Session, data: ScaleData): string => {
  const { company, time } = session.random.pick(data.drawnEntries.filter((entry) => entry.company !== 0));
  const seconds = String(session.random.below(60)).padStart(2, '0');
  return pageOf(1, `&company_id=${company}&end_time=${encodeURIComponent(`${time.slice(0, 17)}${seconds}`)}`);
};

/** The requests about companies. */
class Pages {
  readonly again: readonly string[];
  readonly #warming: readonly string[];
  #warmed = 0;
  readonly last: number;
  readonly #ends: readonly string[];
  readonly #session: Session;

  private constructor(
    session: Session,
    last: number,
    again: readonly string[],
    warming: readonly string[],
    ends: readonly string[],
  ) {
    this.#session = session;
    this.last = last;
    this.again = again;
    this.#warming = warming;
    this.#ends = ends;
  }

  static async of(session: Session, target: Target, data: ScaleData): Promise<Pages> {
    const companies = [...new Set(data.drawnCompanies)];
    const again = companies.slice(0, askedAgain).map((id) => pageOf(1, `&company_id=${id}`));
    const warming: string[] = [];
    const ends: string[] = [];
    for (const id of companies.slice(0, renderedCompanies)) {
      const times: string[] = [];
      for (const number of renderedPages) {
        const path = pageOf(number, `&company_id=${id}`);
        const answer = JSON.parse(await get(target.server.url, path, target.authorization)) as Answer;
        times.push(...answer.data.list.map((entry) => entry.create_time));
        warming.push(path);
      }
      // From the second entry on, and so that the page ends within those that were rendered.
      const begins = new Set(times.slice(1, Math.max(2, times.length - 20)));
      for (const time of begins) ends.push(pageOf(1, `&company_id=${id}&end_time=${encodeURIComponent(time)}`));
    }
    await warm(session, target, again);
    const last = Math.ceil((await session.total(target)) / 20);
    return new Pages(session, last, again, warming, ends);
  }

  /** Pages that show all entries of those that are `rendered`, each time by other addresses: as kept pages they would render nothing. */
  warming(): string[] {
    this.#warmed += 1;
    const from = new Date(this.#warmed * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return this.#warming.map((path) => `${path}&start_time=${encodeURIComponent(from)}`);
  }

  rendered(count: number): string[] {
    return this.#session.unasked(count, () => this.#session.random.pick(this.#ends));
  }
}

interface Answer {
  readonly data: { readonly list: readonly { readonly create_time: string }[] };
}
