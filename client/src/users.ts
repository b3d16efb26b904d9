import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type { UserInfoData, UserInfoQuery, UserListData, UserListQuery } from './wire.ts';

/** Users of the enterprise. */
export class Users extends Resource {
  /**
   * All users, without pages.
   *
   * @example
   * for (const user of await client.users.list()) console.log(user.user_id, user.nickname);
   */
  list(query: Input<UserListQuery> = {}, options: CallOptions = {}): Promise<UserListData> {
    return this.read('/v1/user/list', query, options);
  }

  /**
   * One user, by id, email or name; code 404 when there is none.
   *
   * @example
   * const user = await client.users.info({ userId: 55281444 });
   * console.log(user.nickname);
   */
  info(query: Input<UserInfoQuery>, options: CallOptions = {}): Promise<UserInfoData> {
    return this.read('/v1/user/info', query, options);
  }
}
