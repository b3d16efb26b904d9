import type { Users } from '../../domain/user.ts';
import {
  presentUserInfo,
  presentUserList,
  readUserInfo,
  readUserList,
  userInfoData,
  userInfoQuery,
  userListData,
  userListQuery,
} from '../../wire/user-wire.ts';
import type { Route } from '../route.ts';

/** The users of an enterprise. */
export const userRoutes = (users: Users): Route[] => [
  {
    method: 'GET',
    path: '/v1/user/list',
    module: 'user',
    summary: '用户列表 · List users',
    description: 'The users in one state, by ascending id, without pages. Programs that record are users too.',
    query: userListQuery,
    data: userListData,
    errors: ['400'],
    handle: async (caller, query) => presentUserList(await users.list(caller, readUserList(query))),
  },
  {
    method: 'GET',
    path: '/v1/user/info',
    module: 'user',
    summary: '用户详情 · One user',
    description: 'A user in whatever state; of several that match, one in state 1 comes first, then the smallest id.',
    query: userInfoQuery,
    data: userInfoData,
    errors: ['400', '404 Not Found Resource'],
    handle: async (caller, query) => presentUserInfo(await users.get(caller, readUserInfo(query))),
  },
];
