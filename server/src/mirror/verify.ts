/** Reads everything once and tells what differs, changing nothing. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { Walk } from '../domain/mirror-stores.ts';
import type { Trail } from '../domain/objects.ts';
import { same } from '../domain/same.ts';
import type { Clock } from '../domain/stores.ts';
import { endsOf, RowReader } from './rows.ts';
import { longestAskedFor } from './schedule.ts';
import { type Upstream, UpstreamError } from './upstream.ts';
import { afterWindow, cut, isTooLarge, nextWindow, walkFrom } from './windows.ts';

/** A field of an entry that differs; `null` for an entry that only one of both has. */
export interface Difference {
  readonly trailId: number;
  readonly field: keyof Trail | null;
  /** As JSON; `null`: there is no such entry. */
  readonly upstream: string | null;
  readonly own: string | null;
}

export interface VerifyParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly clock: Clock;
  sleep(ms: number): Promise<void>;
  /** Is told of each difference, and after each page of the entries so far. */
  differs(difference: Difference): void;
  read(entries: number): void;
}

/** Times that a page is asked for, with pauses of so many ms between them, before it is given up. */
const pauses = [1_000, 5_000, 30_000, 120_000];

/** A window that has not all the entries that it says is read again so often. */
const mostTries = 2;

/** Answers how many entries were read. Throws `UpstreamError` when the upstream does not answer for long, `QuotaUsed`. */
export async function verify(parts: VerifyParts): Promise<number> {
  const { copy, tenantId, upstream, clock } = parts;
  const reader = new RowReader(tenantId, upstream.doubts);
  let next: Walk | null = walkFrom(clock());
  let count = 0;
  let tries = 0;
  while (next !== null) {
    const walk: Walk = next;
    const window = walk.window ?? nextWindow(walk, clock());
    const seen = new Map<number, Record<string, unknown>>();
    const unread = new Map<string, string>();
    let total = 0;
    let tooLarge = false;
    for (let page = 1; ; page++) {
      const { entries, rows } = await patiently(parts, async () => {
        const answer = await upstream.page('verify', window, page);
        total = answer.total;
        const read = reader.read(answer, window, (entry, reason) => void unread.set(entry, reason));
        return { ...read, rows: answer.rows.length };
      });
      const shorter: Walk | null =
        page === 1 && isTooLarge(total, upstream.pageSize) && entries.length > 0
          ? cut(walk, window, { total, ...endsOf(entries) }, upstream.pageSize)
          : null;
      if (shorter !== null) {
        next = shorter;
        tooLarge = true;
        break;
      }
      for (const { trail } of entries) seen.set(trail.trailId, { ...trail });
      if (page * upstream.pageSize >= total || rows === 0) break;
    }
    if (tooLarge) continue;
    // Rows moved from page to page meanwhile: what was on none of them is missing nowhere.
    if (seen.size + unread.size !== total && tries < mostTries) {
      tries += 1;
      continue;
    }
    tries = 0;
    for (const [entry, reason] of unread) parts.differs({ trailId: Number(entry), field: null, upstream: reason, own: null });
    const own = new Map((await copy.entries(tenantId, window)).map((trail) => [trail.trailId, trail]));
    // Of another time, or removed here: then it differs in that.
    const elsewhere = [...seen.keys()].filter((trailId) => !own.has(trailId));
    for (const trail of await copy.byId(tenantId, elsewhere)) own.set(trail.trailId, trail);
    for (const [trailId, theirs] of seen) compare(parts, trailId, theirs, own.get(trailId) ?? null);
    for (const trailId of own.keys())
      if (!seen.has(trailId) && !unread.has(String(trailId)))
        parts.differs({ trailId, field: null, upstream: null, own: JSON.stringify(own.get(trailId)) });
    count += seen.size;
    parts.read(count);
    next = afterWindow(walk, { ...window, total }, upstream.pageSize);
  }
  return count;
}

function compare(parts: VerifyParts, trailId: number, theirs: Readonly<Record<string, unknown>>, own: Trail | null): void {
  if (own === null) {
    parts.differs({ trailId, field: null, upstream: JSON.stringify(theirs), own: null });
    return;
  }
  for (const [field, value] of Object.entries(theirs)) {
    const ours = own[field as keyof Trail];
    if (!same(value, ours))
      parts.differs({ trailId, field: field as keyof Trail, upstream: JSON.stringify(value), own: JSON.stringify(ours) });
  }
}

async function patiently<T>({ sleep }: VerifyParts, ask: () => Promise<T>): Promise<T> {
  for (let time = 0; ; time++) {
    try {
      return await ask();
    } catch (error) {
      const pause = pauses[time];
      if (!(error instanceof UpstreamError) || pause === undefined) throw error;
      await sleep(Math.max(pause, Math.min((error.retryAfter ?? 0) * 1000, longestAskedFor)));
    }
  }
}
