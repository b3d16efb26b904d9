/** People and programs as an admin sees to them, on the wire: ours alone, OKKI has nothing of it. */
import { Type } from 'typebox';
import { type ClientCredentials, type Module, modules } from '../domain/application.ts';
import { userStates } from '../domain/objects.ts';
import type { Person, PersonFields, SavedPerson } from '../domain/people.ts';
import { roles } from '../domain/role.ts';
import type { Application } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idOrNone, ifGiven, line, word } from './fields.ts';
import { secret } from './secret-field.ts';
import { longestMail, longestPassword } from './session-wire.ts';
import { formatTime } from './time.ts';

type Given = Readonly<Record<string, unknown>>;

const roleWords = 'admin decides who gets in; member reads and records; viewer only reads.';
const time = (at: number | null): string => (at === null ? '' : formatTime(at));
const orNever = 'YYYY-MM-DD HH:mm:ss, Beijing time, or "".';

export const adminUserListData = Type.Object({
  list: Type.Array(
    Type.Object({
      user_id: Type.Integer({ description: '用户ID · The user.' }),
      nickname: Type.String({ description: '昵称 · The name shown as author.' }),
      email: Type.String({ description: '邮箱 · The mail address to sign in with, or the one that is known.' }),
      role: Type.Union([Type.String({ enum: [...roles] }), Type.Null()], {
        description: `角色 · ${roleWords} null: the user has no way to sign in.`,
      }),
      state: Type.Integer({ description: '用户状态 · 0 disabled 停用 · 1 normal 正常 · 2 deleted 删除.' }),
      last_sign_in_time: Type.String({ description: `最近登录时间 · ${orNever}` }),
      can_sign_in: Type.Boolean({ description: '能否登录 · Whether the user may sign in.' }),
    }),
    { description: '用户 · In whatever state, by ascending id; programs that record are users too.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of users.' }),
});

export const presentPeople = (people: readonly Person[]): string =>
  JSON.stringify({
    list: people.map(({ user, signIn }) => ({
      user_id: user.userId,
      nickname: user.nickname,
      email: signIn === null || user.email.toLowerCase() === signIn.email ? user.email : signIn.email,
      role: signIn?.role ?? null,
      state: user.state,
      last_sign_in_time: time(signIn?.lastAt ?? null),
      can_sign_in: signIn !== null && user.state === userStates.normal,
    })),
    totalItem: people.length,
  });

export const adminUserSaveBody = fieldSet({
  user_id: idOrNone('用户ID · Who is there already; without it a new user is made.'),
  nickname: ifGiven(line('昵称 · The name shown as author; needed for a new user.', 200)),
  email: ifGiven(line('邮箱 · The mail address to sign in with; needed for who has none.', longestMail)),
  role: ifGiven(word(`角色 · ${roleWords} Needed for who has none.`, roles, 'member')),
  password: secret('密码 · At least 8 characters; without it who has none is given one, shown once.', longestPassword),
});

/** Throws `bad_parameter`, `not_acceptable`. */
export function readPerson(body: Given): { userId: number | null; fields: PersonFields } {
  const { user_id: userId, ...fields } = adminUserSaveBody.read(body);
  return { userId, fields };
}

export const adminUserSaveData = Type.Object({
  user_id: Type.Integer({ description: '用户ID · The user.' }),
  password: Type.Optional(Type.String({ description: '密码 · When one was made: it is not kept and not shown again.' })),
});
export const presentSavedPerson = ({ userId, password }: SavedPerson): string =>
  JSON.stringify({ user_id: userId, ...(password === null ? {} : { password }) });

export const adminUserBody = fieldSet({ user_id: idOrNone('用户ID · The user.') });
export function readPersonId(body: Given): number {
  const { user_id: userId } = adminUserBody.read(body);
  if (userId === null) throw badParameter('user_id', undefined, 'accepted: the id of a user');
  return userId;
}
export const adminUserData = Type.Object({ user_id: Type.Integer({ description: '用户ID · The user.' }) });
export const presentPersonId = (userId: number): string => JSON.stringify({ user_id: userId });

export const adminApplicationListData = Type.Object({
  list: Type.Array(
    Type.Object({
      client_id: Type.String({ description: "应用ID · The application's id." }),
      name: Type.String({ description: '应用名称 · Its name.' }),
      scope: Type.String({ description: '可用模块 · The modules that it may use, separated by spaces.' }),
      user_id: Type.Integer({ description: '用户ID · The user that it records as.' }),
      create_time: Type.String({ description: '创建时间 · YYYY-MM-DD HH:mm:ss, Beijing time.' }),
      revoke_time: Type.String({ description: `吊销时间 · ${orNever}` }),
    }),
    { description: '应用 · By their ids, revoked ones too.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of applications.' }),
});
export const presentApplications = (applications: readonly Application[]): string =>
  JSON.stringify({
    list: applications.map(({ clientId, name, scopes, userId, createdAt, revokedAt }) => ({
      client_id: clientId,
      name,
      scope: scopes.join(' '),
      user_id: userId,
      create_time: formatTime(createdAt),
      revoke_time: time(revokedAt),
    })),
    totalItem: applications.length,
  });

const scopeAccepted = `accepted: words of ${modules.join(' ')}, separated by spaces`;
export const adminApplicationCreateBody = fieldSet({
  name: line('应用名称 · Its name; it records follow-ups under it.', 200),
  scope: line(`可用模块 · The modules that it may use, of: ${modules.join(' ')}.`, 200),
});

/** Throws `missing_parameter`, `bad_parameter`. */
export function readNewApplication(body: Given): { name: string; scopes: Module[] } {
  const { name, scope } = adminApplicationCreateBody.read(body);
  if (name === '') throw badParameter('name', undefined, 'accepted: a text that is not empty');
  const words = [...new Set(scope.split(/[\s,]+/))].filter((one) => one !== '');
  const scopes = modules.filter((module) => words.includes(module));
  if (words.length === 0) throw badParameter('scope', undefined, scopeAccepted);
  if (scopes.length < words.length) throw badParameter('scope', scope, scopeAccepted);
  return { name, scopes };
}

export const credentialsData = Type.Object({
  client_id: Type.String({ description: "应用ID · The application's id." }),
  client_secret: Type.String({ description: '密钥 · Its secret, which is not kept and not shown again.' }),
});
export const presentCredentials = ({ clientId, clientSecret }: ClientCredentials): string =>
  JSON.stringify({ client_id: clientId, client_secret: clientSecret });

export const adminApplicationBody = fieldSet({ client_id: line('应用ID · The application.', 100) });
export function readApplicationId(body: Given): string {
  const { client_id: clientId } = adminApplicationBody.read(body);
  if (clientId === '') throw badParameter('client_id', undefined, "accepted: an application's id");
  return clientId;
}
