import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type { ReportInfoBody, ReportInfoData } from './wire.ts';

/** Reports. */
export class Reports extends Resource {
  /**
   * What each user did from one day to another: the report `xs1`.
   *
   * @example
   * const { list } = await client.reports.info({ startDate: '2022-01-01', endDate: '2022-12-31' });
   * for (const user of list) console.log(user.nickname, user.customer_remark_count);
   */
  info(report: Input<ReportInfoBody>, options: CallOptions = {}): Promise<ReportInfoData> {
    return this.send('/v1/report/info', { key: 'xs1', ...report }, options);
  }
}
