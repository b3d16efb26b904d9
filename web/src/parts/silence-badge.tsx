import { useTranslation } from 'react-i18next';

export const usualRules: readonly number[] = [3, 7, 15, 30];

const colours = ['grey', 'teal', 'gold', 'orange', 'red'] as const;

/** Of `rules`, ascending: the more of them are broken, the warmer. */
export function silenceColour(days: number | null, rules: readonly number[] = usualRules): string {
  const broken = days === null ? rules.length : rules.filter((rule) => rule <= days).length;
  return colours[Math.round((broken * (colours.length - 1)) / Math.max(1, rules.length))] as string;
}

/** For how many days nobody was in touch; `null`: there never was anybody, and nobody knows since when. `full`: says what it is the number of. */
export function SilenceBadge({ days, rules, full = false }: { days: number | null; rules?: readonly number[]; full?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={`badge ${silenceColour(days, rules)}`}>
      {days === null ? t('lists.neverContacted') : t(full ? 'silence.daysSilent' : 'lists.days', { count: days })}
    </span>
  );
}
