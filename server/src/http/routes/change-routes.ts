import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Caller, callerKey } from '../../domain/application.ts';
import type { Changes, Cursor } from '../../domain/change.ts';
import { AppError } from '../../errors.ts';
import {
  changesData,
  changesQuery,
  changesStreamData,
  changesStreamQuery,
  presentChanges,
  presentEvent,
  readChanges,
  readChangesStream,
} from '../../wire/change-wire.ts';
import type { Portions, Route } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';

/** Streams that an application may have open, and how long a silence may be, in ms. */
export interface StreamLimits {
  readonly perApplication: number;
  readonly heartbeat: number;
}

export const streamLimits: StreamLimits = { perApplication: 10, heartbeat: 15_000 };

/** Changes that are read at a time: what a slow reader holds up is no more than this. */
const portion = 100;
/** When a client should try again, in ms. */
const retry = 1000;

/** The change feed: as pages, and as a stream. */
export function changeRoutes(changes: Changes, { perApplication, heartbeat }: StreamLimits = streamLimits): Route[] {
  const open = new Map<string, number>();

  /** Counts the stream; answers how to end that. */
  function takePlace(caller: Caller): () => void {
    const key = callerKey(caller);
    const taken = open.get(key) ?? 0;
    if (taken >= perApplication) throw new AppError('too_many_streams', { limit: perApplication });
    open.set(key, taken + 1);
    return () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    };
  }

  async function* events(
    caller: Caller,
    from: Cursor,
    ended: AbortSignal,
    admitted: () => Promise<boolean>,
  ): AsyncGenerator<string> {
    yield `retry: ${retry}\n\n`;
    let cursor = from;
    let spokeAt = performance.now();
    let checkedAt = spokeAt;
    while (!ended.aborted) {
      if (performance.now() - checkedAt >= heartbeat) {
        if (!(await admitted())) return;
        checkedAt = performance.now();
      }
      const stamp = await changes.stamp(caller.tenantId);
      const found = await changes.next(caller, cursor, portion);
      cursor = { ...cursor, after: found.upTo };
      if (found.changes.length > 0) {
        // One of them may be that whoever listens is let in no longer.
        if (!(await admitted())) return;
        yield found.changes.map((change) => presentEvent(caller.tenantId, change)).join('');
        spokeAt = performance.now();
      } else if (performance.now() - spokeAt >= heartbeat) {
        // An id without data moves the client's place on, over what it did not ask for.
        yield `: still here\nid: ${cursor.after}\n\n`;
        spokeAt = performance.now();
      }
      if (found.upTo === found.head.revision) await changes.moved(caller.tenantId, stamp, heartbeat, ended);
      // A long way to go must not keep everybody else waiting.
      else await nextTurn();
    }
  }

  return [
    {
      method: 'GET',
      path: '/v1/dynamic/trail/changes',
      module: 'company',
      summary: '变更记录 · The change feed',
      description:
        'Every change in the order in which it was made, without a gap from the first one on: who did what to which object, and the object as it became. ' +
        'Removals are changes too. next_after is what to ask for next.',
      query: changesQuery,
      headers: revisionHeader,
      data: changesData,
      errors: ['400'],
      handle: async (caller, query) => {
        const { question, count } = readChanges(query);
        const found = await changes.next(caller, await changes.open(caller, question), count);
        return { data: presentChanges(caller.tenantId, found), headers: revisionOf(found.head.revision) };
      },
    },
    {
      method: 'GET',
      path: '/v1/dynamic/trail/changes/stream',
      operation: 'trailChangesStream',
      module: 'company',
      summary: '变更推送 · The change feed as a stream',
      description:
        'The same as server-sent events: what is there already, then each change as it is made. A client that comes back with Last-Event-ID misses nothing ' +
        `and gets nothing twice. An application may have ${perApplication} streams open; one ends when its token does.`,
      query: changesStreamQuery,
      takes: { 'Last-Event-ID': 'The id of the last event that came; it comes before after.' },
      headers: revisionHeader,
      streams: ['text/event-stream'],
      data: changesStreamData,
      errors: ['400'],
      handle: async (caller, query, { headers }): Promise<Portions> => {
        const cursor = await changes.open(caller, readChangesStream(query, headers['Last-Event-ID']));
        const leave = takePlace(caller);
        return {
          headers: {
            ...revisionOf(cursor.head),
            'Content-Type': 'text/event-stream; charset=utf-8',
            'Cache-Control': 'no-cache, no-transform',
            // Of nginx, which would collect what should come at once.
            'X-Accel-Buffering': 'no',
          },
          body(ended, admitted) {
            if (ended.aborted) leave();
            else ended.addEventListener('abort', leave, { once: true });
            return events(caller, cursor, ended, admitted);
          },
        };
      },
    },
  ];
}
