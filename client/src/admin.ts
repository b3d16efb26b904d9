import { AdminApplications } from './admin-applications.ts';
import { AdminImports } from './admin-imports.ts';
import { AdminUsers } from './admin-users.ts';
import { AdminWebhooks } from './admin-webhooks.ts';
import { Resource } from './resource.ts';
import type { CallOptions, Transport } from './transport.ts';
import type { AdminHealthCheckData, AdminHealthData } from './wire.ts';

/** What only an admin does, for a client with `session: true`. OKKI has none of it. */
export class Admin extends Resource {
  readonly users: AdminUsers;
  readonly applications: AdminApplications;
  readonly webhooks: AdminWebhooks;
  readonly imports: AdminImports;

  /** @internal */
  constructor(transport: Transport) {
    super(transport);
    this.users = new AdminUsers(transport);
    this.applications = new AdminApplications(transport);
    this.webhooks = new AdminWebhooks(transport);
    this.imports = new AdminImports(transport);
  }

  /**
   * What the program is, and what the last check of the data found.
   *
   * @example
   * const { entries, last_check } = await client.admin.health();
   * console.log(entries, last_check?.findings ?? 'never checked');
   */
  health(options: CallOptions = {}): Promise<AdminHealthData> {
    return this.read('/v1/admin/health', undefined, options);
  }

  /**
   * Begins a check in the background; code 409 while one runs.
   *
   * @example
   * const { running } = await client.admin.check();
   * console.log(running);
   */
  check(options: CallOptions = {}): Promise<AdminHealthCheckData> {
    return this.send('/v1/admin/health/check', undefined, options);
  }
}
