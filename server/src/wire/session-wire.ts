/** Who is signed in on the page, on the wire: ours alone, OKKI has nothing of it. */
import { Type } from 'typebox';
import type { User } from '../domain/objects.ts';
import { roles } from '../domain/role.ts';
import type { Setup, Signed } from '../domain/session.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idOrNone, line, oneOf } from './fields.ts';
import { neededSecret } from './secret-field.ts';

type Given = Readonly<Record<string, unknown>>;

/** Of a mail address; a longer one is none. */
export const longestMail = 254;
export const longestPassword = 1000;
const email = line('邮箱 · The mail address to sign in with.', longestMail);

export const sessionCreateBody = fieldSet({
  email,
  password: neededSecret('密码 · The password itself.', longestPassword),
  tenant_id: idOrNone('企业ID · The enterprise; needed only where the server has several.'),
});

/** Throws `missing_parameter`, `bad_parameter`, `not_acceptable`. */
export function readSessionCreate(body: Given): { email: string; password: string; tenantId: number | null } {
  const { email: address, password, tenant_id: tenantId } = sessionCreateBody.read(body);
  return { email: needed('email', address), password, tenantId };
}

export const sessionEndBody = fieldSet({
  everywhere: oneOf('是否退出所有设备 · 1: on every device, and for programs that were signed in to by the password.', [0, 1], 0),
});
export const readSessionEnd = (body: Given): boolean => sessionEndBody.read(body).everywhere === 1;

export const sessionSetupBody = fieldSet({
  code: neededSecret('首次启动时显示的链接中的代码 · The code in the link that the server showed when it started.', 128),
  email,
  password: neededSecret('密码 · At least 8 characters.', longestPassword),
  name: line('姓名 · The name shown as author.', 200),
});
export function readSessionSetup(body: Given): Setup {
  const given = sessionSetupBody.read(body);
  return { ...given, email: needed('email', given.email), name: needed('name', given.name) };
}

export const sessionPasswordBody = fieldSet({
  old_password: neededSecret('原密码 · The password so far.', longestPassword),
  new_password: neededSecret('新密码 · At least 8 characters.', longestPassword),
});
export function readSessionPassword(body: Given): { former: string; next: string } {
  const { old_password: former, new_password: next } = sessionPasswordBody.read(body);
  return { former, next };
}

const needed = (name: string, value: string): string => {
  if (value === '') throw badParameter(name, undefined, 'accepted: a text that is not empty');
  return value;
};

const user = Type.Object(
  {
    user_id: Type.Integer({ description: '用户ID · The user.' }),
    nickname: Type.String({ description: '昵称 · The name shown as author.' }),
    email: Type.String({ description: '邮箱 · E-mail.' }),
    avatar: Type.String({ description: '头像 · Address of a picture, or "".' }),
  },
  { title: 'SignedUser', description: '当前用户 · Who is signed in.' },
);
const signed = {
  user,
  role: Type.String({
    description: '角色 · admin decides who gets in; member reads and records; viewer only reads.',
    enum: [...roles],
  }),
  tenant_id: Type.Integer({ description: '企业ID · The enterprise.' }),
  tenant_name: Type.String({ description: '企业名称 · Its name.' }),
};

export const signedData = Type.Object(signed);
export const sessionGetData = Type.Object({
  signed_in: Type.Boolean({
    description: '是否已登录 · Whether somebody is signed in; the fields about whom are there only then.',
  }),
  demo: Type.Boolean({ description: '是否演示 · Whether session/demo signs in.' }),
  setup: Type.Boolean({ description: '是否缺少首位管理员 · Whether the enterprise still lacks its first admin.' }),
  version: Type.String({ description: '版本 · Of the program.' }),
  user: Type.Optional(user),
  role: Type.Optional(signed.role),
  tenant_id: Type.Optional(signed.tenant_id),
  tenant_name: Type.Optional(signed.tenant_name),
  revision: Type.Optional(Type.Integer({ description: "The last revision of the enterprise's change log." })),
  mirror_of: Type.Optional(
    Type.String({
      description: '镜像来源 · The address that the enterprise is a mirror of; "": it is none, and can be written.',
    }),
  ),
});

const userOf = ({ userId, nickname, email: mail, avatar }: User) => ({ user_id: userId, nickname, email: mail, avatar });
const signedOf = ({ tenant, user: who, role }: Signed) => ({
  user: userOf(who),
  role,
  tenant_id: tenant.tenantId,
  tenant_name: tenant.name,
});

export const presentSigned = (who: Signed): string => JSON.stringify(signedOf(who));

export interface SessionState {
  readonly signed: Signed | null;
  readonly demo: boolean;
  readonly setup: boolean;
  readonly version: string;
  /** `null`: nobody is signed in. */
  readonly revision: number | null;
  /** What the enterprise is copied from; `null`: it is no mirror. */
  readonly upstream: string | null;
}

export const presentSessionState = ({ signed: who, revision, upstream, ...state }: SessionState): string =>
  JSON.stringify({
    signed_in: who !== null,
    ...state,
    ...(who === null ? {} : signedOf(who)),
    ...(revision === null ? {} : { revision, mirror_of: upstream ?? '' }),
  });
