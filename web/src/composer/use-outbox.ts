import { GenjinClient } from '@genjin/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onReached } from '../offline/connection.ts';
import { ownerOf } from '../offline/database.ts';
import { placeOf } from '../parts/place.ts';
import { baseUrl, useSession } from '../parts/session.tsx';
import { showToast } from '../parts/toast.tsx';
import { filesOfDrafts } from './drafts.ts';
import type { Item } from './item.ts';
import { onOutbox, tidy, waitingOf } from './outbox.ts';
import { sendAll } from './sender.ts';
import { uploadFetch } from './upload-fetch.ts';

export interface Sending {
  readonly id: string;
  /** Of its files, from 0 to 1; `null`: it has none, or they are there. */
  readonly share: number | null;
}

export interface Outbox {
  readonly items: readonly Item[];
  /** What is on its way just now, from this tab. */
  readonly sending: Sending | null;
  readonly retry: () => void;
}

const asked = 'genjin-send';
/** Another tab may have been closed before it had sent what it put in (ms). */
const look = 60_000;

/** Something was put in: it is sent as soon as can be. */
export const askToSend = (): boolean => window.dispatchEvent(new Event(asked));

/** What waits of who is signed in; and the sending of it, as long as the page is open. */
export function useOutbox(): Outbox {
  const { t } = useTranslation();
  const { me, tenantId } = useSession();
  const owner = ownerOf(tenantId, me.user_id);
  const [items, setItems] = useState<readonly Item[]>([]);
  const [sending, setSending] = useState<Sending | null>(null);
  const client = useMemo(
    () =>
      new GenjinClient({
        baseUrl,
        session: true,
        fetch: uploadFetch((share) => setSending((now) => (now === null ? null : { ...now, share }))),
      }),
    [],
  );

  useEffect(() => {
    let gone = false;
    const read = (): Promise<void> =>
      waitingOf(owner).then(
        (found) => {
          if (!gone) setItems(found);
        },
        () => undefined,
      );
    read();
    const end = onOutbox(read);
    return () => {
      gone = true;
      end();
    };
  }, [owner]);

  const run = useRef<() => void>(() => undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let [running, once, gone] = [false, false, false];
    run.current = async () => {
      clearTimeout(timer);
      if (gone || running) {
        once = true;
        return;
      }
      running = true;
      once = false;
      const { sent, again } = await sendAll(owner, client, ({ id }) => !gone && setSending({ id, share: null })).catch(() => ({
        sent: [],
        again: look,
      }));
      running = false;
      if (gone) return;
      setSending(null);
      const last = sent.at(-1);
      if (last !== undefined) {
        const text = t('composer.said.recorded', { count: sent.length });
        showToast({ text, look: placeOf('timeline', { entry: last.trailId }) });
      }
      if (once) run.current();
      else timer = setTimeout(() => run.current(), again ?? look);
    };
    const now = (): void => run.current();
    const endReached = onReached(now);
    window.addEventListener(asked, now);
    tidy(filesOfDrafts()).catch(() => undefined);
    now();
    return () => {
      gone = true;
      clearTimeout(timer);
      endReached();
      window.removeEventListener(asked, now);
    };
  }, [owner, client, t]);

  return { items, sending, retry: useCallback(() => run.current(), []) };
}
