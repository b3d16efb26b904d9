/** Which tests show that a route that writes does what it says; reading routes have scenarios in src/compat/. */

export interface Written {
  /** From the root of the repository. */
  readonly files: readonly string[];
  /** How the files write its path, where that is not the path itself. */
  readonly as?: string;
}

const life: Written = { files: ['server/test/http/trail-life.test.ts'] };
const admin: Written = { files: ['server/test/http/admin.test.ts'] };
const webhookCare: Written = { files: ['server/test/webhook/webhook-care.test.ts'] };
const adminUsers: Written = { ...admin, as: '/v1/admin/user/$' + '{' };
const adminApplications: Written = { ...admin, as: '/v1/admin/application/$' + '{' };
const comments: Written = { files: ['server/test/http/comment.test.ts'] };
const next: Written = { files: ['server/test/http/next.test.ts'] };
// Ours, also what reads: OKKI publishes none of them.
const files: Written = { files: ['server/test/http/file.test.ts'] };
const stats: Written = { files: ['server/test/http/stats.test.ts'], as: '`$' + '{stats}/' };
const webhooks: Written = { files: ['server/test/webhook/webhook-routes.test.ts'] };

/** By method and path, as in the route table. */
export const writtenRoutes: Readonly<Record<string, Written>> = {
  'POST /v1/dynamic/trail/push': {
    files: ['trail-push', 'trail-push-body', 'trail-push-fields', 'trail-life'].map((name) => `server/test/http/${name}.test.ts`),
    as: 'pushPath',
  },
  'POST /v1/dynamic/trail/push/batch': { files: ['server/test/http/trail-push-batch.test.ts'], as: '`$' + '{pushPath}/batch`' },
  'POST /v1/dynamic/trail/remove': life,
  'POST /v1/dynamic/trail/restore': life,
  'POST /v1/dynamic/trail/erase': life,
  // This reads what only Genjin has.
  'GET /v1/dynamic/comment/list': comments,
  'POST /v1/dynamic/comment/push': comments,
  'POST /v1/dynamic/comment/remove': comments,
  'GET /v1/dynamic/next/list': next,
  'POST /v1/dynamic/next/push': next,
  'POST /v1/dynamic/next/calendar/create': { files: ['server/test/http/calendar.test.ts'], as: '`$' + '{calendarPath}/create`' },
  'POST /v1/dynamic/next/calendar/remove': { files: ['server/test/http/calendar.test.ts'], as: '`$' + '{calendarPath}/remove`' },
  // These only read, but not in the envelope: one is a file, the other has no end.
  'GET /v1/dynamic/trail/export': { files: ['server/test/http/export.test.ts'] },
  'GET /v1/dynamic/trail/changes/stream': { files: ['server/test/http/changes-stream.test.ts'] },
  'POST /v1/file/upload': files,
  'GET /v1/file/info': files,
  'GET /v1/file/download': files,
  'GET /v1/file/thumbnail': files,
  // These read what OKKI has no path for.
  'GET /v1/dynamic/trail/stats/periods': stats,
  'GET /v1/dynamic/trail/stats/people': stats,
  'GET /v1/dynamic/trail/stats/types': stats,
  'GET /v1/dynamic/trail/stats/countries': stats,
  'GET /v1/dynamic/trail/stats/silence': { files: ['server/test/http/silence.test.ts'] },
  'GET /v1/mirror/status': { files: ['server/test/http/mirror.test.ts'] },
  'GET /v1/dynamic/subject/list': { files: ['server/test/http/subject-list.test.ts'] },
  'POST /v1/company/pushCompanyAndCustomers': { files: ['server/test/http/company-push.test.ts'] },
  'POST /v1/company/removeCompanyAndCustomers': { files: ['server/test/http/company-push.test.ts'] },
  'POST /v1/lead/push': { files: ['server/test/http/lead.test.ts'] },
  'POST /v1/opportunity/push': { files: ['server/test/http/opportunity.test.ts'] },
  'POST /v1/opportunity/remove': { files: ['server/test/http/opportunity.test.ts'] },
  // Ours, so that no scenario about OKKI has them: five only read.
  'GET /v1/admin/health': admin,
  'POST /v1/admin/health/check': admin,
  'GET /v1/admin/user/list': admin,
  'GET /v1/admin/application/list': admin,
  'POST /v1/admin/user/save': admin,
  'POST /v1/admin/user/disable': adminUsers,
  'POST /v1/admin/user/enable': adminUsers,
  'POST /v1/admin/application/create': adminApplications,
  'POST /v1/admin/application/rotate': adminApplications,
  'POST /v1/admin/application/revoke': adminApplications,
  'GET /v1/admin/webhook/list': { ...webhookCare, as: "'list'" },
  'GET /v1/admin/webhook/deliveries': { ...webhookCare, as: '/deliveries`' },
  'POST /v1/admin/import/preview': { files: ['server/test/http/import.test.ts'] },
  'POST /v1/admin/import/run': { files: ['server/test/http/import.test.ts'] },
  ...Object.fromEntries(
    ['pause', 'replay'].map((name) => [`POST /v1/admin/webhook/${name}`, { ...webhookCare, as: `'${name}'` }]),
  ),
  'POST /v1/webhook': webhooks,
  'PUT /v1/webhook': webhooks,
  'DELETE /v1/webhook': webhooks,
  'POST /v1/webhook/test': webhooks,
  'POST /v1/webhook/regenerate-secret': webhooks,
  'POST /v1/subscribe': webhooks,
  'PUT /v1/subscribe/{subscribe_type}': { ...webhooks, as: '/v1/subscribe/$' + '{' },
  'DELETE /v1/subscribe/{subscribe_type}': { ...webhooks, as: '/v1/subscribe/$' + '{' },
};
