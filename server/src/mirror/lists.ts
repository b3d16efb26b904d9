/** Companies, leads, opportunities and users from the upstream's own lists, from where they were read last. */
import type { Learned } from '../domain/import.ts';
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import { type ListName, type ListProgress, type MirrorStore, unreadList } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { readCompanyInfo, readCompanyRow, readLeadRow, readOpportunityRow, readUserRow } from '../wire/upstream-wire.ts';
import type { Doubt } from './doubts.ts';
import { type Refuse, unreadable } from './rows.ts';
import { wholeListAgain } from './schedule.ts';
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

export interface ListParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly refuse: Refuse;
}

/** What was seen of a list since its first page. */
interface Seen {
  readonly ids: Set<number>;
  refused: number;
  /** It is read again, because not all of it was seen before. */
  readonly again: boolean;
}

/** Lists that come as a whole: there are no pages of them. */
const unpaged: ReadonlySet<ListName> = new Set<ListName>(['users', 'frozenUsers', 'removedUsers']);

export class Lists {
  readonly #parts: ListParts;
  readonly #seen = new Map<ListName, Seen>();

  constructor(parts: ListParts) {
    this.#parts = parts;
  }

  /** Reads the next page of a list. Answers how far it is read then. */
  async step(name: ListName, progress: ListProgress = unreadList): Promise<ListProgress> {
    const { upstream, copy, store, tenantId, clock } = this.#parts;
    const now = clock();
    // What was removed from a list while it was read moves others past the page that is read next: no update tells of them.
    const whole =
      progress.page === 1 ? progress.wholeAt === null || progress.wholeAt + wholeListAgain <= now : progress.updatedAt === null;
    const from = whole ? { ...progress, updatedAt: null, wholeAt: progress.page === 1 ? now : progress.wholeAt } : progress;
    const answer = await upstream.list(name, from.page, from.updatedAt);
    const { rows, total } = answer;
    const { learned, ids, refused } = this.#read(name, answer);
    // Of those that were there before: at the first reading nothing is known of changes, and contacts come with the entries.
    const isNews = name === 'companies' && progress.readAt !== null;
    await copy.learn(tenantId, learned, async (differing) => {
      if (isNews)
        await store.tell(
          tenantId,
          differing.map((id) => ({ kind: 'company', id, toldAt: now, removed: false })),
        );
    });
    const updates = learned.map(({ fields }) => (fields as { updatedAt?: number | null }).updatedAt ?? 0);
    const seen = Math.max(from.seen ?? 0, ...updates) || null;
    const isWhole = this.#see(name, from.page, ids, refused);
    if (!unpaged.has(name) && from.page * upstream.pageSize < total && rows.length > 0)
      return { ...from, page: from.page + 1, seen };
    // Rows that were on no page: they moved meanwhile from one that was still to come to one that was read, or an answer was wrong.
    if (!isWhole(total)) return { ...from, page: 1, seen: null };
    return { readAt: now, updatedAt: seen ?? progress.updatedAt, page: 1, seen: null, wholeAt: from.wholeAt };
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
  async company(companyId: number): Promise<void> {
    const { upstream, copy, tenantId } = this.#parts;
    const name = `company ${companyId}`;
    let learned: readonly Learned[];
    try {
      learned = readCompanyInfo(await upstream.company(companyId));
    } catch (error) {
      if (error instanceof AppError) {
        upstream.doubts.settle(name, [{ name, reason: `${name} cannot be read: ${error.message}` }]);
        return this.#parts.refuse(name, error.message);
      }
      if (!(error instanceof UpstreamError && error.missing)) throw error;
      // Removed: the list of those tells of it.
      return upstream.doubts.settle(name, [{ name: `${name} missing`, reason: error.message }]);
    }
    upstream.doubts.settle(name, []);
    await copy.learn(tenantId, learned);
    // An answer in full has all contact persons; who is not in it any more was removed.
    await copy.removeOtherContacts(tenantId, companyId, learned);
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
