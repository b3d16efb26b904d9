import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { dayFrom } from '../../parts/days.ts';
import { beijingDay } from '../../parts/times.ts';

const usual = [
  ['tomorrow', 1],
  ['threeDays', 3],
  ['week', 7],
  ['month', 30],
] as const;

interface NextFieldProps {
  readonly value: string | null;
  readonly onChange: (next: string | null) => void;
  /** What is planned so far; empty: nothing. */
  readonly planned: string;
}

/** When to be in touch again; chosen once more, it is as it was. */
export function NextField({ value, onChange, planned }: NextFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const chip = (day: string, label: string) => (
    <button
      key={label}
      type="button"
      className="chip"
      aria-pressed={value === day}
      title={day}
      onClick={() => onChange(value === day ? null : day)}
    >
      {label}
    </button>
  );
  return (
    <div className="composer-field">
      <label className="composer-label" htmlFor={id}>
        {t('composer.next.label')}
        {planned !== '' && value === null && <span className="faint"> {t('composer.next.planned', { day: planned })}</span>}
      </label>
      <div className="composer-chips">
        {usual.map(([word, days]) => chip(dayFrom(days), t(`composer.next.${word}`)))}
        {planned !== '' && chip('', t('composer.next.none'))}
        <input
          id={id}
          className="composer-input composer-date"
          type="date"
          min={beijingDay()}
          value={value ?? ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      </div>
    </div>
  );
}
