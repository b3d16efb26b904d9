import type { Applications } from '../../domain/application.ts';
import type { People } from '../../domain/people.ts';
import {
  adminApplicationBody,
  adminApplicationCreateBody,
  adminApplicationListData,
  adminUserBody,
  adminUserData,
  adminUserListData,
  adminUserSaveBody,
  adminUserSaveData,
  credentialsData,
  presentApplications,
  presentCredentials,
  presentPeople,
  presentPersonId,
  presentSavedPerson,
  readApplicationId,
  readNewApplication,
  readPerson,
  readPersonId,
} from '../../wire/admin-wire.ts';
import { nothingData, presentNothing } from '../../wire/nothing-wire.ts';
import type { Route } from '../route.ts';

const forAdmins = { module: 'user', for: 'admin' } as const;
const notFound = '404 Not Found Resource';

/** Who records and signs in. */
const peopleRoutes = (people: People): Route[] => [
  {
    ...forAdmins,
    method: 'GET',
    path: '/v1/admin/user/list',
    operation: 'adminUserList',
    summary: '用户与角色 · List users and their roles',
    description: 'Every user, with whether and as what it may sign in.',
    data: adminUserListData,
    errors: ['none'],
    handle: async ({ tenantId }) => presentPeople(await people.list(tenantId)),
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/user/save',
    operation: 'adminUserSave',
    summary: '新建或修改用户 · Add or change a user',
    description:
      'A new user who signs in, or the given fields of one who is there. Another mail address, role or password signs the user out at once.',
    body: adminUserSaveBody,
    data: adminUserSaveData,
    errors: ['400', notFound],
    async handle({ tenantId, actor }, body) {
      const { userId, fields } = readPerson(body);
      return presentSavedPerson(await people.save(tenantId, actor, userId, fields));
    },
  },
  ...([true, false] as const).map(
    (enabled): Route => ({
      ...forAdmins,
      method: 'POST',
      path: `/v1/admin/user/${enabled ? 'enable' : 'disable'}`,
      operation: enabled ? 'adminUserEnable' : 'adminUserDisable',
      summary: enabled ? '启用用户 · Let a user in again' : '停用用户 · Keep a user out',
      description: enabled
        ? 'The user may sign in again.'
        : 'The user may not sign in any more; its sessions and tokens end at once. The only admin cannot be kept out.',
      body: adminUserBody,
      data: adminUserData,
      errors: ['400', notFound],
      async handle({ tenantId, actor }, body) {
        const userId = readPersonId(body);
        await people.enable(tenantId, actor, userId, enabled);
        return presentPersonId(userId);
      },
    }),
  ),
];

/** Programs with credentials of their own. */
const applicationRoutes = (applications: Applications): Route[] => [
  {
    ...forAdmins,
    method: 'GET',
    path: '/v1/admin/application/list',
    operation: 'adminApplicationList',
    summary: '应用列表 · List applications',
    description: 'Every application, revoked ones too. Secrets are shown only when they are made.',
    data: adminApplicationListData,
    errors: ['none'],
    handle: async ({ tenantId }) => presentApplications(await applications.list(tenantId)),
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/application/create',
    operation: 'adminApplicationCreate',
    summary: '新建应用 · Add an application',
    description: 'Answers its credentials, once.',
    body: adminApplicationCreateBody,
    data: credentialsData,
    errors: ['400'],
    async handle({ tenantId, actor }, body) {
      const { name, scopes } = readNewApplication(body);
      return presentCredentials(await applications.create(tenantId, name, scopes, null, actor));
    },
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/application/rotate',
    operation: 'adminApplicationRotate',
    summary: '更换密钥 · Give an application a new secret',
    description: 'The former secret and every token got by it end at once.',
    body: adminApplicationBody,
    data: credentialsData,
    errors: ['400: there is no such application, or it was revoked'],
    handle: async ({ tenantId }, body) => presentCredentials(await applications.rotate(readApplicationId(body), tenantId)),
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/application/revoke',
    operation: 'adminApplicationRevoke',
    summary: '吊销应用 · Revoke an application',
    description: 'Ends it and its tokens for good; it stays listed.',
    body: adminApplicationBody,
    data: nothingData,
    errors: ['400: there is no such application, or it was revoked'],
    async handle({ tenantId }, body) {
      await applications.revoke(readApplicationId(body), tenantId);
      return presentNothing();
    },
  },
];

/** What only an admin does, signed in on the page. */
export const adminRoutes = (people: People, applications: Applications): Route[] => [
  ...peopleRoutes(people),
  ...applicationRoutes(applications),
];
