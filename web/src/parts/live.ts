/**
 * Hears of changes as they are made. A browser holds few connections to a server, so of all tabs one listens and tells the others; when it is
 * closed another one takes its place.
 */
import { useEffect, useRef } from 'react';
import { baseUrl } from './session.tsx';

const name = 'genjin-live';
const kinds = ['trail', 'comment', 'company', 'customer', 'lead', 'lead_customer', 'opportunity', 'user', 'file'];
const actions = ['recorded', 'edited', 'removed', 'restored', 'erased'];
/** As the server names its events. */
const events = kinds.flatMap((kind) => actions.map((action) => `${kind}.${action}`));

/** Of an entry, or of a comment on it. */
export interface Change {
  readonly kind: string;
  readonly id: number;
  readonly action: string;
  /** The entry; 0: the change is about something else. */
  readonly trailId: number;
}

/** More than these in one go are told as "something". */
const manyChanges = 200;

function readChange(data: string): Change {
  const { kind, object_id, action, object } = JSON.parse(data) as Record<string, unknown>;
  const trailId = (object as { trail_id?: unknown } | null)?.trail_id;
  return { kind: String(kind), id: Number(object_id), action: String(action), trailId: Number(trailId ?? 0) };
}

/** Everybody in this tab that listens. */
const own = new Set<(change: Change) => void>();

/** What this page itself has done is known before the server tells it. */
export function tellChange(change: Change): void {
  for (const told of own) told(change);
}

const pauses = [1000, 2000, 5000, 10_000] as const;

/** Listens until it is ended; the browser itself begins again where it was after a failure, unless the server has refused. */
async function listen(signal: AbortSignal, told: (change: Change | null) => void): Promise<void> {
  for (let failures = 0; !signal.aborted; failures++) {
    await new Promise<void>((resolve) => {
      const source = new EventSource(`${baseUrl}v1/dynamic/trail/changes/stream`);
      const end = (): void => {
        source.close();
        resolve();
      };
      signal.addEventListener('abort', end, { once: true });
      source.onopen = () => {
        // What was changed while nobody listened is to be looked for.
        if (failures > 0) told(null);
        failures = 0;
      };
      for (const event of events) source.addEventListener(event, ({ data }) => told(readChange(data)));
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) end();
      };
    });
    const pause = pauses[Math.min(failures, pauses.length - 1)] as number;
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * Calls `heard` some time after changes, once for many that come together: with these changes, or with `null` when they are many or some
 * were missed.
 */
export function useLive(tenantId: number, heard: (changes: readonly Change[] | null) => void): void {
  const latest = useRef(heard);
  latest.current = heard;
  useEffect(() => {
    const ended = new AbortController();
    const channel = new BroadcastChannel(`${name} ${tenantId}`);
    let timer: ReturnType<typeof setTimeout> | null = null;
    let changes: Change[] | null = [];
    const soon = (change: Change | null): void => {
      if (change === null || changes === null || changes.length >= manyChanges) changes = null;
      else changes.push(change);
      timer ??= setTimeout(() => {
        const all = changes;
        timer = null;
        changes = [];
        latest.current(all);
      }, 150);
    };
    channel.onmessage = ({ data }: MessageEvent<Change | null>) => soon(data);
    own.add(soon);
    const options = { signal: ended.signal };
    navigator.locks
      .request(`${name} ${tenantId}`, options, () =>
        listen(ended.signal, (change) => {
          channel.postMessage(change);
          soon(change);
        }),
      )
      .catch(() => undefined);
    return () => {
      ended.abort();
      channel.close();
      own.delete(soon);
      if (timer !== null) clearTimeout(timer);
    };
  }, [tenantId]);
}
