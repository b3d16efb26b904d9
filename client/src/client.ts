import { Admin } from './admin.ts';
import { Comments } from './comments.ts';
import { Companies } from './companies.ts';
import { Files } from './files.ts';
import { Leads } from './leads.ts';
import { Mirrors } from './mirrors.ts';
import { NextFollowUps } from './next.ts';
import { Opportunities } from './opportunities.ts';
import { Reports } from './reports.ts';
import { Session } from './session.ts';
import { Stats } from './stats.ts';
import { Subjects } from './subjects.ts';
import { Trails } from './trails.ts';
import { type GenjinClientOptions, Transport } from './transport.ts';
import { Users } from './users.ts';
import { Webhooks } from './webhooks.ts';

/**
 * Talks to Genjin, or to OKKI's open API. Fields may be given as on the wire (`company_id`) or in camelCase (`companyId`); answers are
 * as on the wire. Every call throws `GenjinError` for an error of the server and `GenjinConnectionError` when there was no answer.
 *
 * @example
 * const client = new GenjinClient({
 *   baseUrl: 'http://127.0.0.1:8787',
 *   clientId: '23412-example',
 *   clientSecret: 'shown once by: genjin app create',
 * });
 * const { list, totalItem } = await client.trails.list();
 * console.log(totalItem, list[0]?.content);
 */
export class GenjinClient {
  readonly trails: Trails;
  readonly comments: Comments;
  readonly next: NextFollowUps;
  readonly companies: Companies;
  readonly leads: Leads;
  readonly opportunities: Opportunities;
  readonly users: Users;
  readonly reports: Reports;
  readonly files: Files;
  readonly stats: Stats;
  readonly subjects: Subjects;
  readonly webhooks: Webhooks;
  readonly mirror: Mirrors;
  readonly session: Session;
  readonly admin: Admin;

  constructor(options: GenjinClientOptions) {
    const transport = new Transport(options);
    this.trails = new Trails(transport);
    this.comments = new Comments(transport);
    this.next = new NextFollowUps(transport);
    this.companies = new Companies(transport);
    this.leads = new Leads(transport);
    this.opportunities = new Opportunities(transport);
    this.users = new Users(transport);
    this.reports = new Reports(transport);
    this.files = new Files(transport);
    this.stats = new Stats(transport);
    this.subjects = new Subjects(transport);
    this.webhooks = new Webhooks(transport);
    this.mirror = new Mirrors(transport);
    this.session = new Session(transport);
    this.admin = new Admin(transport);
  }
}
