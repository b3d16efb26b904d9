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

const pauses = [1000, 2000, 5000, 10_000] as const;

/** Listens until it is ended; the browser itself begins again where it was after a failure, unless the server has refused. */
async function listen(signal: AbortSignal, told: () => void): Promise<void> {
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
        if (failures > 0) told();
        failures = 0;
      };
      for (const event of events) source.addEventListener(event, told);
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) end();
      };
    });
    const pause = pauses[Math.min(failures, pauses.length - 1)] as number;
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Calls `heard` some time after changes, once for many that come together. */
export function useLive(tenantId: number, heard: () => void): void {
  const latest = useRef(heard);
  latest.current = heard;
  useEffect(() => {
    const ended = new AbortController();
    const channel = new BroadcastChannel(`${name} ${tenantId}`);
    let timer: ReturnType<typeof setTimeout> | null = null;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        latest.current();
      }, 150);
    };
    channel.onmessage = soon;
    const options = { signal: ended.signal };
    navigator.locks
      .request(`${name} ${tenantId}`, options, () =>
        listen(ended.signal, () => {
          channel.postMessage(null);
          soon();
        }),
      )
      .catch(() => undefined);
    return () => {
      ended.abort();
      channel.close();
      if (timer !== null) clearTimeout(timer);
    };
  }, [tenantId]);
}
