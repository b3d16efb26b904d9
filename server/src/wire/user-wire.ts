/** Users on the wire: OKKI's two shapes of the same user (docs/wire.md#users). */
import { Type } from 'typebox';
import { type User, userStates } from '../domain/objects.ts';
import { fullNameOf, type UserQuestion } from '../domain/user.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idOrNone, line, oneOf } from './fields.ts';
import { number, objects, type Part, reordered, shape, text, truth } from './shape.ts';

export const userListQuery = fieldSet({
  enable_flag: oneOf(
    '用户状态 · 0 frozen 冻结 · 1 normal 正常 · 2 deleted 删除.',
    [userStates.frozen, userStates.normal, userStates.removed],
    userStates.normal,
  ),
});

/** The state of the users who are asked for. Throws `bad_parameter`. */
export const readUserList = (query: Readonly<Record<string, unknown>>): number => userListQuery.read(query).enable_flag;

export const userInfoQuery = fieldSet({
  user_id: idOrNone('用户ID · At least one of the four is needed; given together, all must match.'),
  email: line('邮箱 · The size of letters does not matter.', 200),
  nickname: line('昵称 · The whole nickname.', 200),
  full_name: line('姓名 · The whole name.', 200),
});

/** Throws `bad_parameter`, also when nothing is given. */
export function readUserInfo(query: Readonly<Record<string, unknown>>): UserQuestion {
  const given = userInfoQuery.read(query);
  const orNone = (value: string): string | null => (value === '' ? null : value);
  const question = {
    userId: given.user_id,
    email: orNone(given.email),
    nickname: orNone(given.nickname),
    fullName: orNone(given.full_name),
  };
  if (Object.values(question).every((value) => value === null))
    throw badParameter('user_id', undefined, 'accepted: one of user_id, email, nickname and full_name');
  return question;
}

type Department = NonNullable<User['details']['departments']>[number];

/** The root of all departments, which is a number where the others are texts. */
const rootDepartment = 0;

const departments = shape<Department>({
  department_id: {
    schema: Type.Union([Type.String(), Type.Literal(rootDepartment)], { description: 'As a string; of the root the number 0.' }),
    value: ({ departmentId }) => (departmentId === rootDepartment ? rootDepartment : String(departmentId)),
  },
  department_name: text('部门名称 · Its name.', ({ name }) => name),
});

const first = ({ details }: User): Department | undefined => details.departments?.[0];

/** As `user/list` shows a user. */
export const userParts: Record<string, Part<User>> = {
  user_id: text('用户ID · The user, as a string.', ({ userId }) => String(userId)),
  email: text('邮箱 · E-mail, or "".', ({ email }) => email),
  nickname: text('昵称 · Nickname.', ({ nickname }) => nickname),
  family_name: text('姓 · Family name.', ({ details }) => details.familyName ?? ''),
  second_name: text('名 · Second name.', ({ details }) => details.secondName ?? ''),
  gender: text('性别 · "1" male, "2" female, "0" not known.', ({ details }) => String(details.gender ?? 0)),
  position: text('职位 · Positions, joined by a bar.', ({ details }) => details.position ?? ''),
  enable_flag: text('用户状态 · "0" frozen, "1" normal, "2" deleted.', ({ state }) => String(state)),
  user_mobile: text('手机 · Mobile phone.', ({ details }) => details.mobile ?? ''),
  ames_email: text('Not kept: "".'),
  employee_no: text('工号 · Not kept: "".'),
  departments: objects('部门 · Departments.', departments, ({ details }) => details.departments ?? []),
  full_name: text('姓名 · family_name and second_name; the nickname when both are empty.', fullNameOf),
  department_name: text('部门名称 · The first department.', (user) => first(user)?.name ?? ''),
  department_id: number('部门ID · The first department, or 0.', (user) => first(user)?.departmentId ?? 0),
  external_email: text('Not kept: "".'),
  external_mobile: text('Not kept: "".'),
  external_fax: text('Not kept: "".'),
  external_address: text('Not kept: "".'),
  external_other: text('Not kept: "".'),
};

const userList = shape(userParts);

const userInfo = shape<User>({
  ...reordered(userParts, [
    'user_id',
    'email',
    'nickname',
    'department_id',
    'department_name',
    'enable_flag',
    'gender',
    'user_mobile',
  ]),
  is_admin: truth('是否主账号 · Genjin has no main account: false.', () => false),
  wx_nickname: text('微信昵称 · Not kept: "".'),
  ...reordered(userParts, ['employee_no', 'departments', 'full_name']),
});

export const userListData = Type.Array(userList.schema, { description: '用户 · By ascending id, all of them.' });
export const userInfoData = userInfo.schema;

export const presentUserList = (users: readonly User[]): string => JSON.stringify(users.map(userList.present));
export const presentUserInfo = (user: User): string => JSON.stringify(userInfo.present(user));
