import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { dayInShort } from '../parts/days.ts';
import { Failure } from '../parts/failure.tsx';
import { useSession } from '../parts/session.tsx';
import { monthInWords } from '../parts/times.ts';
import { Waiting } from '../parts/waiting.tsx';
import { Chart, type Colours } from './chart.tsx';
import { columnsOf, type Period, periodBefore, unitOf } from './period.ts';

/** Entries day by day, on those of the period of the same length before. */
export function Trend({ period }: { period: Period }) {
  const { t, i18n } = useTranslation();
  const { client } = useSession();
  const unit = unitOf(period);
  const before = useMemo(() => periodBefore(period), [period]);
  const ask = ({ from, to }: Period, signal: AbortSignal) =>
    client.stats.periods({ unit, start_time: from, end_time: to }, { signal });
  const { data, error, refetch } = useQuery({
    queryKey: ['stats', 'periods', period],
    queryFn: async ({ signal }) => ({ now: await ask(period, signal), before: await ask(before, signal) }),
  });
  const optionOf = useCallback(
    (colours: Colours) => {
      const columns = columnsOf(period, unit);
      // Months of two periods do not lie beside one another day by day, but one by one they do.
      const former = columnsOf(before, unit).slice(0, columns.length);
      const count = (periods: readonly { period: string; count: number }[], names: readonly string[]): number[] => {
        const counts = new Map(periods.map((one) => [one.period, one.count]));
        return names.map((name) => counts.get(name) ?? 0);
      };
      const words = (name: string | undefined): string =>
        name === undefined ? '' : unit === 'day' ? dayInShort(name, i18n.language) : monthInWords(name, i18n.language);
      const own = count(data?.now.list ?? [], columns);
      const formerly = count(data?.before.list ?? [], former);
      return {
        grid: { left: 36, right: 12, top: 12, bottom: 26 },
        xAxis: {
          type: 'category' as const,
          data: columns.map(words),
          axisLabel: { color: colours.faint, fontSize: 11.5, hideOverlap: true },
          axisLine: { lineStyle: { color: colours.line } },
          axisTick: { show: false },
        },
        yAxis: {
          type: 'value' as const,
          minInterval: 1,
          axisLabel: { color: colours.faint, fontSize: 11.5 },
          splitLine: { lineStyle: { color: colours.line } },
        },
        tooltip: {
          trigger: 'axis' as const,
          renderMode: 'richText' as const,
          backgroundColor: colours.card,
          borderColor: colours.line,
          textStyle: { color: colours.text, fontSize: 13 },
          formatter: (items: unknown) => {
            const i = (items as { dataIndex: number }[])[0]?.dataIndex ?? 0;
            const line = (name: string | undefined, value: number | undefined): string =>
              name === undefined ? '' : `${words(name)}: ${value ?? 0}`;
            return [line(columns[i], own[i]), line(former[i], formerly[i])].filter((text) => text !== '').join('\n');
          },
        },
        series: [
          {
            type: 'line' as const,
            data: formerly,
            symbol: 'none',
            lineStyle: { color: colours.grey, width: 1.5, type: 'dashed' as const },
            silent: true,
          },
          {
            type: 'line' as const,
            data: own,
            symbol: 'circle',
            symbolSize: 5,
            showSymbol: columns.length <= 31,
            itemStyle: { color: colours.blue },
            lineStyle: { color: colours.blue, width: 2 },
            areaStyle: { color: colours.blue, opacity: 0.1 },
          },
        ],
      };
    },
    [data, period, before, unit, i18n.language],
  );
  if (error !== null) {
    return (
      <div role="alert">
        <Failure error={error} onAgain={() => refetch()} />
      </div>
    );
  }
  if (data === undefined) return <Waiting rows={5} />;
  return (
    <figure className="trend">
      <Chart
        label={t('team.trendLabel', { now: data.now.totalItem, before: data.before.totalItem })}
        height={200}
        optionOf={optionOf}
      />
      <figcaption>
        <span className="trend-now">{t('team.thisPeriod', { from: period.from, to: period.to, count: data.now.totalItem })}</span>
        <span className="trend-before">
          {t('team.periodBefore', { from: before.from, to: before.to, count: data.before.totalItem })}
        </span>
      </figcaption>
    </figure>
  );
}
