import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { tellChange } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { showToast } from '../parts/toast.tsx';
import { useFailureText } from './failure-text.ts';

interface Removing {
  readonly remove: (trailId: number) => Promise<void>;
  readonly restore: (trailId: number) => Promise<void>;
}

/** Takes an entry out of the timeline at once, and back as easily: nothing is asked before. */
export function useRemoving(): Removing {
  const { t } = useTranslation();
  const { client } = useSession();
  const failureText = useFailureText();
  const restore = useCallback(
    async (trailId: number) => {
      try {
        await client.trails.restore(trailId);
        tellChange({ kind: 'trail', id: trailId, action: 'restored', trailId });
        showToast({ text: t('entry.restored') });
      } catch (error) {
        showToast({ text: t('entry.notRestored', { why: failureText(error) }), bad: true });
      }
    },
    [client, t, failureText],
  );
  const remove = useCallback(
    async (trailId: number) => {
      try {
        await client.trails.remove(trailId);
        tellChange({ kind: 'trail', id: trailId, action: 'removed', trailId });
        showToast({ text: t('entry.gone'), undo: () => restore(trailId) });
      } catch (error) {
        showToast({ text: t('entry.notRemoved', { why: failureText(error) }), bad: true });
      }
    },
    [client, t, restore, failureText],
  );
  return { remove, restore };
}
