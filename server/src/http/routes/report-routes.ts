import type { Reports } from '../../domain/report.ts';
import { presentReportInfo, readReportInfo, reportInfoBody, reportInfoData } from '../../wire/report-wire.ts';
import type { Route } from '../route.ts';

/** What users did in a period. */
export const reportRoutes = (reports: Reports): Route[] => [
  {
    method: 'POST',
    path: '/v1/report/info',
    module: 'report',
    summary: '报表 · What users did',
    description:
      'What each user did in a period: live entries by their create_time, and companies, leads and opportunities that were added and ' +
      'are not removed.',
    body: reportInfoBody,
    data: reportInfoData,
    errors: ['400'],
    handle: async (caller, body) => {
      const { period, userIds } = readReportInfo(body);
      return presentReportInfo(await reports.info(caller, period, userIds));
    },
  },
];
