export type { Admin } from './admin.ts';
export type { AdminApplications } from './admin-applications.ts';
export type { AdminImports } from './admin-imports.ts';
export type { AdminUsers } from './admin-users.ts';
export type { AdminWebhooks } from './admin-webhooks.ts';
export { GenjinClient } from './client.ts';
export type { Comments } from './comments.ts';
export type { Companies, CompanyQuery } from './companies.ts';
export {
  GenjinConnectionError,
  GenjinError,
  GenjinWebhookError,
  type GenjinWebhookReason,
} from './errors.ts';
export type { Files } from './files.ts';
export type { LeadQuery, Leads } from './leads.ts';
export type { Mirrors } from './mirrors.ts';
export type { CamelCase, Input } from './names.ts';
export type { NextFollowUps } from './next.ts';
export type { Opportunities, OpportunityQuery } from './opportunities.ts';
export type { AllOptions } from './pager.ts';
export type { Reports } from './reports.ts';
export type { Session } from './session.ts';
export type { Stats } from './stats.ts';
export type { SubjectQuery, Subjects } from './subjects.ts';
export type { ApplicationCredentials, GenjinCredentials, UserCredentials } from './tokens.ts';
export type { NewTrail, TrailEdit, TrailQuery, Trails } from './trails.ts';
export type { CallOptions, EditOptions, GenjinClientOptions, KeyedCallOptions, PageSession } from './transport.ts';
export type { Users } from './users.ts';
export {
  decryptWebhook,
  type VerifyOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
  type WebhookMessage,
  webhookAnswer,
} from './webhook.ts';
export type { SubscribeType, Webhooks } from './webhooks.ts';
export type * from './wire.ts';
