import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  AdminUserDisableBody,
  AdminUserDisableData,
  AdminUserEnableData,
  AdminUserListData,
  AdminUserSaveBody,
  AdminUserSaveData,
} from './wire.ts';

/** Who records and signs in. */
export class AdminUsers extends Resource {
  /**
   * Every user, with whether and as what it may sign in.
   *
   * @example
   * const { list } = await client.admin.users.list();
   * for (const { nickname, role } of list) console.log(nickname, role);
   */
  list(options: CallOptions = {}): Promise<AdminUserListData> {
    return this.read('/v1/admin/user/list', undefined, options);
  }

  /**
   * A new user who signs in, or the given fields of one who is there. A password that was made up is answered once.
   *
   * @example
   * const { user_id, password } = await client.admin.users.save({ nickname: 'Han', email: 'han@example.com', role: 'viewer' });
   * console.log(user_id, password);
   */
  save(user: Input<AdminUserSaveBody>, options: CallOptions = {}): Promise<AdminUserSaveData> {
    return this.send('/v1/admin/user/save', user, options);
  }

  /**
   * Keeps a user out: its sessions and tokens end at once.
   *
   * @example
   * const { list } = await client.admin.users.list();
   * const { user_id } = list.find(({ email }) => email === 'han@example.com');
   * await client.admin.users.disable({ userId: user_id });
   * console.log('out');
   */
  disable(user: Input<AdminUserDisableBody>, options: CallOptions = {}): Promise<AdminUserDisableData> {
    return this.send('/v1/admin/user/disable', user, options);
  }

  /**
   * Lets a user in again.
   *
   * @example
   * const { list } = await client.admin.users.list();
   * const { user_id } = list.find(({ email }) => email === 'han@example.com');
   * await client.admin.users.enable({ userId: user_id });
   * console.log('in again');
   */
  enable(user: Input<AdminUserDisableBody>, options: CallOptions = {}): Promise<AdminUserEnableData> {
    return this.send('/v1/admin/user/enable', user, options);
  }
}
