import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import { kindsOf } from './next.ts';
import type { CalendarStore, NextRow, NextStore } from './next-stores.ts';
import type { Clock } from './stores.ts';
import { newToken, tenantOf, tokenHash } from './token.ts';

/** What is longer overdue is no plan any more. */
const longestOverdue = 365 * 24 * 3600 * 1000;
/** Events of a calendar: programs that show one read it as a whole, every hour or so. */
const maxEvents = 2000;

/** A user's next follow-ups for programs that show calendars, which sign in nowhere: whoever knows the token reads them. */
export class Calendars {
  readonly #calendars: CalendarStore;
  readonly #next: NextStore;
  readonly #clock: Clock;

  constructor(parts: { calendars: CalendarStore; next: NextStore; clock: Clock }) {
    this.#calendars = parts.calendars;
    this.#next = parts.next;
    this.#clock = parts.clock;
  }

  /** A new token of the caller's calendar, given out here and never again; the one before ends. It shows what the caller may see now. */
  async create(caller: Caller): Promise<string> {
    const { tenantId, userId, clientId, member } = caller;
    const token = newToken(tenantId);
    const kinds = kindsOf(caller);
    const createdAt = this.#clock();
    const owner = { tenantId, userId, clientId: member ? null : clientId };
    await this.#calendars.put({ ...owner, tokenHash: tokenHash(token), kinds, createdAt });
    return token;
  }

  /** Ends the caller's calendar; without one it does nothing. */
  remove(caller: Caller): Promise<void> {
    return this.#calendars.remove(caller.tenantId, caller.userId);
  }

  /** What the calendar of a token shows, from what is overdue on. Throws `calendar_unknown`. */
  async read(token: string): Promise<{ tenantId: number; rows: readonly NextRow[] }> {
    const tenantId = tenantOf(token);
    const calendar = tenantId === null ? null : await this.#calendars.find(tenantId, tokenHash(token));
    if (calendar === null) throw new AppError('calendar_unknown');
    const { kinds, userId } = calendar;
    const now = this.#clock();
    const filter = { kinds, id: null, ownerId: userId, from: now - longestOverdue, to: null, latestFirst: false };
    const { rows } = await this.#next.list(calendar.tenantId, filter, { number: 1, size: maxEvents }, now);
    return { tenantId: calendar.tenantId, rows };
  }
}
