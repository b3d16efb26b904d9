/**
 * What reader threads do, by name: everything that may take long. The same code as on the thread that answers requests, on a store of its
 * own; arguments and results go from one thread to the other, so they are plain.
 */
import { setImmediate } from 'node:timers/promises';
import type { RenderedPage } from '../domain/basis.ts';
import type { CheckResult } from '../domain/health.ts';
import { Kept } from '../domain/kept.ts';
import type { StatsStore } from '../domain/stats-stores.ts';
import type { Bounds, Page, ReportCounts, TrailFilter, TrailPortion } from '../domain/stores.ts';
import type { SubjectStore } from '../domain/subject.ts';
import { formats, type Portion } from '../export/formats.ts';
import { checkOne } from '../store/check.ts';
import type { Db } from '../store/db.ts';
import { Recencies } from '../store/recency.ts';
import { RenderedEntries } from '../store/rendered-entries.ts';
import { reportStore } from '../store/report-store.ts';
import { statsStore } from '../store/stats-store.ts';
import { subjectStore } from '../store/subject-store.ts';
import { trailStore } from '../store/trail-store.ts';
import type { ExportFormat, ExportLanguage } from '../wire/trail-export-wire.ts';
import { renderTrail } from '../wire/trail-wire.ts';

export interface Jobs extends StatsStore, SubjectStore {
  page(tenantId: number, filter: TrailFilter, page: Page, asOf: number | null): Promise<RenderedPage>;
  counts(tenantId: number, period: Bounds): Promise<ReportCounts>;
  check(tenantId: number): Promise<CheckResult>;
  export(
    tenantId: number,
    filter: TrailFilter,
    asOf: number,
    format: ExportFormat,
    language: ExportLanguage,
  ): AsyncGenerator<Buffer>;
}

export type StreamName = 'export';
export type JobName = Exclude<keyof Jobs, StreamName>;

/** Entries are kept by the thread that answers; here each page is another one. */
export function jobsOn(db: Db): Jobs {
  const trails = trailStore(db, new RenderedEntries(new Kept(0), new Kept(0), new Recencies(db, () => undefined), renderTrail));
  const reports = reportStore(db);
  return {
    ...statsStore(db, trails),
    ...subjectStore(db),
    page: (tenantId, filter, page, asOf) => trails.rendered(tenantId, filter, page, asOf, null),
    counts: (tenantId, period) => reports.counts(tenantId, period),
    check: (tenantId) => checkOne(db, tenantId),
    export: (tenantId, filter, asOf, format, language) =>
      formats[format].write(portionsOf(tenantId, trails.stream(tenantId, filter, asOf)), language),
  };
}

/** Reading is done without waiting: between portions others have their turn. */
async function* portionsOf(tenantId: number, portions: AsyncIterable<TrailPortion>): AsyncGenerator<Portion> {
  for await (const portion of portions) {
    yield { tenantId, ...portion };
    await setImmediate();
  }
}
