import type { StatsSilenceDataBands } from '@genjin/client';
import { useTranslation } from 'react-i18next';
import { silenceColour } from '../parts/silence-badge.tsx';

/** How many are silent for as long as each rule says, or longer: the server's bands from there on, together. */
export function atLeast(counts: readonly number[], i: number): number {
  return counts.slice(i).reduce((sum, count) => sum + count, 0);
}

interface BandsProps {
  readonly bands: readonly StatsSilenceDataBands[];
  /** What is listed: silent for at least so many. */
  readonly days: number;
  readonly onChoose: (days: number) => void;
}

/** One button for each rule, with the number of those that it lists. */
export function Bands({ bands, days, onChoose }: BandsProps) {
  const { t } = useTranslation();
  const rules = bands.map(({ from }) => from);
  const counts = bands.map(({ count }) => count);
  return (
    <fieldset className="bands" aria-label={t('silence.bands')}>
      {bands.map(({ from }, i) => (
        <button
          key={from}
          type="button"
          className={`band ${silenceColour(from, rules)}`}
          aria-pressed={from === days}
          onClick={() => onChoose(from)}
        >
          <span className="band-count">{atLeast(counts, i)}</span>
          <span>{t('silence.orMore', { count: from })}</span>
        </button>
      ))}
    </fieldset>
  );
}
