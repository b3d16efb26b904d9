import type { TrailEntry } from '@genjin/client';
import { useTranslation } from 'react-i18next';
import { useMayChange } from './editing.ts';
import { useRemoving } from './removing.ts';

/** What stands in the place of an entry that was removed while it was looked at, or that a link leads to. */
export function RemovedEntry({ entry }: { entry: TrailEntry }) {
  const { t } = useTranslation();
  const { restore } = useRemoving();
  const mayChange = useMayChange(entry);
  return (
    <div className="removed-entry">
      <span>{t('entry.wasRemoved')}</span>
      {mayChange && (
        <button type="button" className="foot-button" onClick={() => restore(entry.trail_id)}>
          {t('entry.restore')}
        </button>
      )}
    </div>
  );
}
