import type { StatsStore } from '../domain/stats-stores.ts';
import type { ReportStore, TrailFilter, TrailStore } from '../domain/stores.ts';
import type { SubjectStore } from '../domain/subject.ts';
import { scopeOf } from '../store/scope.ts';
import type { Readers } from './readers.ts';

/** A list of the past before so many changes costs no more than a page of the present. */
const nearPast = 500;

/** Whether a filter has no counts of its own, so that its total has to be counted. */
const isUncounted = (filter: TrailFilter): boolean => filter.keyword !== null || scopeOf(filter) === null;

/** The store of the timeline, which leaves to the readers what may take long. */
export function readingTrails(trails: TrailStore, readers: Readers): TrailStore {
  return {
    ...trails,
    async rendered(tenantId, filter, page, asOf, stamp) {
      const past = asOf !== null && (await trails.head(tenantId)).revision - asOf > nearPast;
      if (!past && !isUncounted(filter)) return trails.rendered(tenantId, filter, page, asOf, stamp);
      // What a thread has worked out of a past state or of a keyword serves the next pages of it.
      const place = JSON.stringify([tenantId, past ? asOf : filter.keyword]);
      const rendered = await readers.run('page', [tenantId, filter, page, asOf], place);
      return { ...rendered, entries: rendered.entries.map((entry) => Buffer.from(entry)) };
    },
  };
}

/** Counts over a whole period are for the readers. */
export const readingReports = (readers: Readers): ReportStore => ({
  counts: (tenantId, period) => readers.run('counts', [tenantId, period]),
});

/** The same; where periods have counts of their own, they are with those of the timeline. */
export const readingStats = (stats: StatsStore, readers: Readers): StatsStore & SubjectStore => ({
  periods(tenantId, filter, unit) {
    if (!isUncounted(filter)) return stats.periods(tenantId, filter, unit);
    return readers.run('periods', [tenantId, filter, unit], JSON.stringify([tenantId, filter.keyword]));
  },
  byAuthor: (...asked) => readers.run('byAuthor', asked),
  byType: (...asked) => readers.run('byType', asked),
  byCountry: (...asked) => readers.run('byCountry', asked),
  silence: (...asked) => readers.run('silence', asked),
  subjects: (...asked) => readers.run('subjects', asked),
});
