import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  AdminApplicationCreateBody,
  AdminApplicationCreateData,
  AdminApplicationListData,
  AdminApplicationRevokeBody,
  AdminApplicationRevokeData,
  AdminApplicationRotateBody,
  AdminApplicationRotateData,
} from './wire.ts';

/** Programs with credentials of their own. */
export class AdminApplications extends Resource {
  /**
   * Every application, revoked ones too.
   *
   * @example
   * const { list } = await client.admin.applications.list();
   * for (const { client_id, scope } of list) console.log(client_id, scope);
   */
  list(options: CallOptions = {}): Promise<AdminApplicationListData> {
    return this.read('/v1/admin/application/list', undefined, options);
  }

  /**
   * A new application; its secret is answered once.
   *
   * @example
   * const { client_id, client_secret } = await client.admin.applications.create({ name: 'CRM', scope: 'company lead' });
   * console.log(client_id, client_secret.length);
   */
  create(application: Input<AdminApplicationCreateBody>, options: CallOptions = {}): Promise<AdminApplicationCreateData> {
    return this.send('/v1/admin/application/create', application, options);
  }

  /**
   * A new secret; the former one and its tokens end at once.
   *
   * @example
   * const { client_id } = await client.admin.applications.create({ name: 'to be renewed', scope: 'company' });
   * const { client_secret } = await client.admin.applications.rotate({ clientId: client_id });
   * console.log(client_secret.length);
   */
  rotate(application: Input<AdminApplicationRotateBody>, options: CallOptions = {}): Promise<AdminApplicationRotateData> {
    return this.send('/v1/admin/application/rotate', application, options);
  }

  /**
   * Ends an application and its tokens for good.
   *
   * @example
   * const { client_id } = await client.admin.applications.create({ name: 'to be ended', scope: 'company' });
   * await client.admin.applications.revoke({ clientId: client_id });
   * console.log('revoked');
   */
  revoke(application: Input<AdminApplicationRevokeBody>, options: CallOptions = {}): Promise<AdminApplicationRevokeData> {
    return this.send('/v1/admin/application/revoke', application, options);
  }
}
