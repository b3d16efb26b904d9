import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  SessionCreateBody,
  SessionCreateData,
  SessionDemoData,
  SessionEndBody,
  SessionEndData,
  SessionGetData,
  SessionPasswordBody,
  SessionPasswordData,
  SessionSetupBody,
  SessionSetupData,
} from './wire.ts';

/** Who is signed in on the page, for a client with `session: true`. OKKI has none of it. */
export class Session extends Resource {
  /**
   * Who is signed in, if anybody is.
   *
   * @example
   * const { signed_in, user } = await client.session.get();
   * console.log(signed_in ? user.nickname : 'nobody');
   */
  get(options: CallOptions = {}): Promise<SessionGetData> {
    return this.read('/v1/session', undefined, options);
  }

  /**
   * Signs in by mail address and password; code 403 when one of them is wrong.
   *
   * @example
   * const { user, role } = await client.session.create({ email: 'li@example.com', password: 'correct horse' });
   * console.log(user.nickname, role);
   */
  create(credentials: Input<SessionCreateBody>, options: CallOptions = {}): Promise<SessionCreateData> {
    return this.send('/v1/session/create', credentials, options);
  }

  /**
   * Signs in to the demo of a server that was started with `--demo`.
   *
   * @example
   * const { tenant_name } = await client.session.demo();
   * console.log(tenant_name);
   */
  demo(options: CallOptions = {}): Promise<SessionDemoData> {
    return this.send('/v1/session/demo', undefined, options);
  }

  /**
   * Signs out, with `everywhere: 1` on every device.
   *
   * @example
   * await client.session.end();
   * console.log('signed out');
   */
  end(how: Input<SessionEndBody> = {}, options: CallOptions = {}): Promise<SessionEndData> {
    return this.send('/v1/session/end', how, options);
  }

  /**
   * Makes the first admin, with the code of the link that the server showed when it started.
   *
   * @example
   * const { user } = await client.session.setup({ code, email: 'first@example.com', password: 'correct horse', name: 'First' });
   * console.log(user.user_id);
   */
  setup(admin: Input<SessionSetupBody>, options: CallOptions = {}): Promise<SessionSetupData> {
    return this.send('/v1/session/setup', admin, options);
  }

  /**
   * Another password for who is signed in; its other sessions end.
   *
   * @example
   * const { user } = await client.session.password({ oldPassword: 'correct horse', newPassword: 'battery staple' });
   * console.log(user.email);
   */
  password(passwords: Input<SessionPasswordBody>, options: CallOptions = {}): Promise<SessionPasswordData> {
    return this.send('/v1/session/password', passwords, options);
  }
}
