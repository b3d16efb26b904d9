/** What the commands about users have in common. */
import { readFileSync } from 'node:fs';
import type { Core } from '../app.ts';
import { type Role, roles } from '../domain/role.ts';
import { mailKey } from '../domain/sign-in.ts';
import { AppError } from '../errors.ts';
import { type Invocation, type Option, print } from './command.ts';
import { readId } from './tenant-option.ts';

export const passwordFile: Option = {
  flags: '--password-file <FILE>',
  help: {
    en: 'file with the password, 8 characters or more; none: one is made',
    zh: '密码文件，至少 8 个字符；不给则自动生成',
  },
};

/** Which user it is about. */
export const whichUser: readonly Option[] = [
  { flags: '--tenant <ID>', help: { en: 'the enterprise', zh: '所属企业 ID' }, required: true },
  { flags: '--email <MAIL>', help: { en: 'who signs in with this mail address', zh: '登录邮箱' } },
  { flags: '--user <ID>', help: { en: 'or the id of the user', zh: '或用户 ID' } },
];

/** Without the line's end that an editor or `echo` leaves; `null` when no file is given. Throws `usage`. */
export function readPassword(file: unknown): string | null {
  if (file === undefined) return null;
  try {
    return readFileSync(String(file), 'utf8').replace(/\r?\n$/, '');
  } catch (cause) {
    throw new AppError('usage', { reason: `--password-file: ${String(file)} cannot be read` }, { cause });
  }
}

/** Throws `usage`. */
export function readRole(value: unknown): Role {
  const role = roles.find((one) => one === value);
  if (role !== undefined) return role;
  throw new AppError('usage', { reason: `--role: ${JSON.stringify(value)} is not accepted; accepted: ${roles.join(', ')}` });
}

/** The user that the options name, and the address that it signs in with. Throws `usage`. */
export async function existingUser(
  core: Core,
  tenantId: number,
  options: Invocation['options'],
): Promise<{ readonly userId: number; readonly email: string }> {
  const { email, user } = options;
  if ((email === undefined) === (user === undefined))
    throw new AppError('usage', { reason: 'which user: give either --email or --user' });
  const userId = user === undefined ? null : readId('--user', user);
  const address = mailKey(String(email ?? ''));
  const found = (await core.people.list(tenantId)).find((one) =>
    userId === null ? one.signIn?.email === address : one.user.userId === userId,
  );
  if (found === undefined)
    throw new AppError('usage', {
      reason: userId === null ? `nobody signs in with ${address} at tenant ${tenantId}` : `there is no user ${userId}`,
    });
  return { userId: found.user.userId, email: found.signIn?.email ?? found.user.email };
}

/** A user who may sign in; the password only when it was made, for the only time. */
export function printUser(
  { userId, email, password }: { readonly userId: number; readonly email: string; readonly password: string | null },
  json: boolean,
  say: Invocation['say'],
): void {
  if (json) {
    print(JSON.stringify({ user_id: userId, email, ...(password === null ? {} : { password }) }));
    return;
  }
  print(`user_id   ${userId}`);
  print(`email     ${email}`);
  if (password === null) return;
  print(`password  ${password}`);
  print(say({ en: 'The password is not kept and will not be shown again.', zh: '密码不会保存，也不会再次显示。' }));
}
