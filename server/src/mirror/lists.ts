/** Companies, leads, opportunities and users from the upstream's own lists, from where they were read last. */
import { dayLength } from '../domain/days.ts';
import type { Learned } from '../domain/import.ts';
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import { type ListName, type ListProgress, type MirrorStore, unreadList } from '../domain/mirror-stores.ts';
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
import { wholeListAgain } from './schedule.ts';
import { type Upstream, UpstreamError } from './upstream.ts';

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

export interface ListParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  refuse(entry: string, reason: string): void;
}

export class Lists {
  readonly #parts: ListParts;

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
    const { rows, total } = await upstream.list(name, from.page, from.updatedAt);
    const learned = this.#read(name, rows);
    const differing = await copy.learn(tenantId, learned);
    // Of those that were there before: at the first reading nothing is known of changes, and contacts come with the entries.
    const kind = withContacts[name];
    if (kind !== undefined && progress.readAt !== null)
      await store.tell(
        tenantId,
        differing.map((id) => ({ kind, id, toldAt: now, removed: false })),
      );
    const updates = learned.map(({ fields }) => (fields as { updatedAt?: number | null }).updatedAt ?? 0);
    const seen = Math.max(from.seen ?? 0, ...updates) || null;
    if (from.page * upstream.pageSize < total && rows.length > 0) return { ...from, page: from.page + 1, seen };
    // Where no update is known at all, the next reading begins where this one did, by clocks that may differ by hours.
    const updatedAt = seen ?? progress.updatedAt ?? (from.wholeAt ?? now) - dayLength;
    return { readAt: now, updatedAt, page: 1, seen: null, wholeAt: from.wholeAt };
  }

  /** Reads a company in full, with its contact persons. */
  async company(companyId: number): Promise<void> {
    const { upstream, copy, tenantId } = this.#parts;
    try {
      const company = await upstream.company(companyId);
      const learned = this.#kept(`company ${companyId}`, () => readCompanyInfo(company));
      await copy.learn(tenantId, learned);
      // An answer in full has all contact persons; who is not in it any more was removed.
      if (learned.length > 0) await copy.removeOtherContacts(tenantId, 'contact', companyId, learned);
    } catch (error) {
      // Removed: the list of those tells of it.
      if (!(error instanceof UpstreamError && error.missing)) throw error;
    }
  }

  /** Reads a lead in full, with its contact persons. */
  async lead(leadId: number): Promise<void> {
    const { upstream, copy, tenantId } = this.#parts;
    try {
      const lead = await upstream.lead(leadId);
      const learned = this.#kept(`lead ${leadId}`, () => readLeadInfo(lead));
      await copy.learn(tenantId, learned);
      if (learned.length > 0) await copy.removeOtherContacts(tenantId, 'leadContact', leadId, learned);
    } catch (error) {
      if (!(error instanceof UpstreamError && error.missing)) throw error;
    }
  }

  #read(name: ListName, rows: readonly unknown[]): Learned[] {
    return rows.flatMap((row) => this.#kept(`of ${name}`, () => readers[name](row)));
  }

  /** What cannot be read is told of, and does not hold up the rest. */
  #kept(what: string, read: () => readonly Learned[]): readonly Learned[] {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#parts.refuse(what, error.message);
      return [];
    }
  }
}
