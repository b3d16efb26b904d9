/** Companies, leads, opportunities and users from the upstream's own lists, from where they were read last. */
import { dayLength } from '../domain/days.ts';
import type { Learned } from '../domain/import.ts';
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import { type ListName, type ListProgress, listNames, type MirrorStore, unreadList } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import {
  readCompanyInfo,
  readCompanyRow,
  readLeadInfo,
  readLeadRow,
  readOpportunityRow,
  readUserRow,
} from '../wire/upstream-wire.ts';
import type { Doubt } from './doubts.ts';
import type { Job } from './failing.ts';
import { type Refuse, unreadable } from './rows.ts';
import { isOver, listAfterNews, nextList, wholeListAgain } from './schedule.ts';
import type { Standing } from './standing.ts';
import { type Rows, type Upstream, UpstreamError } from './upstream.ts';

const readers: Readonly<Record<ListName, (row: unknown) => readonly Learned[]>> = {
  companies: (row) => readCompanyRow(row, false),
  removedCompanies: (row) => readCompanyRow(row, true),
  leads: readLeadRow,
  opportunities: readOpportunityRow,
  users: readUserRow,
  frozenUsers: readUserRow,
  removedUsers: readUserRow,
};

/** Their rows do not have the contact persons. */
const withContacts: Readonly<Partial<Record<ListName, 'company' | 'lead'>>> = { companies: 'company', leads: 'lead' };

/** Lists that come as a whole: there are no pages of them. */
const unpaged: ReadonlySet<ListName> = new Set<ListName>(['users', 'frozenUsers', 'removedUsers']);

export interface ListParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly standing: Standing;
  readonly refuse: Refuse;
}

/** What was seen of a list since its first page. */
interface Seen {
  readonly ids: Set<number>;
  refused: number;
  /** It is read again, because not all of it was seen before. */
  readonly again: boolean;
}

export class Lists {
  readonly #parts: ListParts;
  readonly #seen = new Map<ListName, Seen>();
  /** What is due whatever the schedule says, and what is because of what was announced. */
  readonly #now = new Set<ListName>();
  readonly #news = new Set<ListName>();

  constructor(parts: ListParts) {
    this.#parts = parts;
  }

  /** All of them are due, from their first page on, and with `contents` each from its beginning. */
  readAnew(contents: boolean): void {
    const { standing } = this.#parts;
    for (const name of listNames) this.#now.add(name);
    const anew = ([name, { wholeAt, ...progress }]: [string, ListProgress]) =>
      [name, { ...progress, page: 1, seen: null, wholeAt: contents ? null : wholeAt }] as const;
    standing.set({ lists: Object.fromEntries(Object.entries(standing.state.lists).map(anew)) });
  }

  /** Something on it has changed, it is said. */
  hasNews(name: ListName): void {
    this.#news.add(name);
  }

  async *due(now: number): AsyncGenerator<Job> {
    for (const name of listNames) if (this.#isDue(name, now)) yield { name, run: () => this.#step(name) };
  }

  /** When one of them is due next that is not. */
  nextAt(now: number): number {
    const { lists } = this.#parts.standing.state;
    return Math.min(...listNames.map((name) => nextList(name, lists[name]?.readAt ?? null, now)).filter((at) => at > now));
  }

  #isDue(name: ListName, now: number): boolean {
    const { quota, standing } = this.#parts;
    const { readAt, page } = standing.state.lists[name] ?? unreadList;
    if (page > 1 || this.#now.has(name) || nextList(name, readAt, now) <= now) return true;
    return this.#news.has(name) && (quota === null || readAt === null || isOver(readAt, listAfterNews, now));
  }

  /** Reads the next page of a list. */
  async #step(name: ListName): Promise<void> {
    const { upstream, copy, store, tenantId, clock, standing } = this.#parts;
    const progress = standing.state.lists[name] ?? unreadList;
    const keep = (after: ListProgress): void => standing.set({ lists: { ...standing.state.lists, [name]: after } });
    const now = clock();
    // What was removed from a list while it was read moves others past the page that is read next: no update tells of them.
    const whole =
      progress.page === 1
        ? progress.wholeAt === null || isOver(progress.wholeAt, wholeListAgain, now)
        : progress.updatedAt === null;
    const from = whole ? { ...progress, updatedAt: null, wholeAt: progress.page === 1 ? now : progress.wholeAt } : progress;
    const answer = await upstream.list(name, from.page, from.updatedAt);
    const { rows, total } = answer;
    const { learned, ids, refused } = this.#read(name, answer);
    // Of those that were there before: at the first reading nothing is known of changes, and contacts come with the entries.
    const kind = progress.readAt === null ? undefined : withContacts[name];
    await copy.learn(tenantId, learned, async (differing) => {
      if (kind === undefined) return;
      await store.tell(
        tenantId,
        differing.map((id) => ({ kind, id, toldAt: now, removed: false })),
      );
    });
    const updates = learned.map(({ fields }) => (fields as { updatedAt?: number | null }).updatedAt ?? 0);
    const seen = Math.max(from.seen ?? 0, ...updates) || null;
    const isWhole = this.#see(name, from.page, ids, refused);
    if (!unpaged.has(name) && from.page * upstream.pageSize < total && rows.length > 0)
      return keep({ ...from, page: from.page + 1, seen });
    // Rows that were on no page: they moved meanwhile from one that was still to come to one that was read, or an answer was wrong.
    if (!isWhole(total)) {
      this.#now.add(name);
      return keep({ ...from, page: 1, seen: null });
    }
    // Where no update is known at all, the next reading begins where this one did, by clocks that may differ by hours.
    const updatedAt = seen ?? progress.updatedAt ?? (from.wholeAt ?? now) - dayLength;
    this.#now.delete(name);
    this.#news.delete(name);
    keep({ readAt: now, updatedAt, page: 1, seen: null, wholeAt: from.wholeAt });
  }

  /** Notes what a page had. Answers how to tell at the end of a list whether everything was seen that could be; once it is read again if not. */
  #see(name: ListName, page: number, ids: readonly number[], refused: number): (total: number) => boolean {
    const before = this.#seen.get(name);
    if (page === 1) this.#seen.set(name, { ids: new Set(), refused: 0, again: before?.again ?? false });
    const seen = this.#seen.get(name);
    if (seen === undefined) return () => true;
    for (const id of ids) seen.ids.add(id);
    seen.refused += refused;
    return (total) => {
      this.#seen.delete(name);
      const isWhole = seen.again || seen.ids.size + seen.refused >= total;
      if (!isWhole) this.#seen.set(name, { ids: new Set(), refused: 0, again: true });
      return isWhole;
    };
  }

  /** Reads a company in full, with its contact persons. */
  company(companyId: number): Promise<void> {
    const { upstream } = this.#parts;
    return this.#firm(`company ${companyId}`, 'contact', companyId, async () =>
      readCompanyInfo(await upstream.company(companyId)),
    );
  }

  /** Reads a lead in full, with its contact persons. */
  lead(leadId: number): Promise<void> {
    const { upstream } = this.#parts;
    return this.#firm(`lead ${leadId}`, 'leadContact', leadId, async () => readLeadInfo(await upstream.lead(leadId)));
  }

  async #firm(
    name: string,
    contacts: 'contact' | 'leadContact',
    id: number,
    read: () => Promise<readonly Learned[]>,
  ): Promise<void> {
    const { upstream, copy, tenantId, refuse } = this.#parts;
    let learned: readonly Learned[];
    try {
      learned = await read();
    } catch (error) {
      if (error instanceof AppError) {
        upstream.doubts.settle(name, [{ name, reason: `${name} cannot be read: ${error.message}` }]);
        return refuse(name, error.message);
      }
      if (!(error instanceof UpstreamError && error.missing)) throw error;
      // Removed: the list of those tells of it.
      return upstream.doubts.settle(name, [{ name: `${name} missing`, reason: error.message }]);
    }
    upstream.doubts.settle(name, []);
    await copy.learn(tenantId, learned);
    // An answer in full has all contact persons; who is not in it any more was removed.
    await copy.removeOtherContacts(tenantId, contacts, id, learned);
  }

  /** What cannot be read, however often it is asked for, is told of, and does not hold up the rest. */
  #read(name: ListName, { question, rows }: Rows): { learned: Learned[]; ids: number[]; refused: number } {
    const { upstream, refuse } = this.#parts;
    const learned: Learned[] = [];
    const ids: number[] = [];
    const refused: [entry: string, reason: string][] = [];
    const doubts: Doubt[] = [];
    for (const row of rows) {
      try {
        const ofRow = readers[name](row);
        learned.push(...ofRow);
        // The object itself comes first.
        ids.push(...ofRow.slice(0, 1).map(({ id }) => id));
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refused.push([`of ${name}`, error.message]);
        doubts.push(unreadable(row, error.message));
      }
    }
    upstream.doubts.settle(question, doubts);
    for (const [entry, reason] of refused) refuse(entry, reason);
    return { learned, ids, refused: refused.length };
  }
}
