import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../../offline/connection.ts';
import { beijingTime } from '../../parts/times.ts';

const clock = (at: number): string => beijingTime(at).slice(0, 16).replace(' ', 'T');
const hour = 3600 * 1000;

/** When it took place: just now, or some time ago. Always Beijing's wall clock. */
export function WhenField({ value, onChange, now }: { value: string; onChange: (when: string) => void; now: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className="composer-field">
      <label className="composer-label" htmlFor={id}>
        {t('composer.when.label')}
      </label>
      <div className="composer-chips">
        {now && (
          <>
            <button type="button" className="chip" aria-pressed={value === ''} onClick={() => onChange('')}>
              {t('composer.when.now')}
            </button>
            <button type="button" className="chip" aria-pressed={false} onClick={() => onChange(clock(serverNow() - hour))}>
              {t('composer.when.hour')}
            </button>
            <button type="button" className="chip" aria-pressed={false} onClick={() => onChange(clock(serverNow() - 24 * hour))}>
              {t('composer.when.yesterday')}
            </button>
          </>
        )}
        <input
          id={id}
          className="composer-input composer-date"
          type="datetime-local"
          max={clock(serverNow())}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
    </div>
  );
}
