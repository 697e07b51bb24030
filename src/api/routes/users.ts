// Users, for the tenant's administrators.

import { z } from 'zod';
import { idSchema } from '../../model/ids.ts';
import {
  createUserSchema,
  inviteUserSchema,
  updateUserSchema,
  userSchema,
} from '../../model/user.ts';
import { enterTenant } from '../../operations/scope.ts';
import { createUser } from '../../operations/user/create.ts';
import { deleteUser } from '../../operations/user/delete.ts';
import { getUser } from '../../operations/user/get.ts';
import { inviteUser } from '../../operations/user/invite.ts';
import { listUsers, userPageSchema } from '../../operations/user/list.ts';
import { resumeUser } from '../../operations/user/resume.ts';
import { suspendUser } from '../../operations/user/suspend.ts';
import { updateUser } from '../../operations/user/update.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ tenantId: idSchema('tenant'), userId: idSchema('user') });
const all = '/v1/tenants/{tenantId}/users';
const one = `${all}/{userId}`;
const theUser = { status: 200, description: 'The user', schema: userSchema } as const;

function readRoutes(app: App): void {
  route(
    app,
    {
      operation: 'user.list',
      method: 'get',
      path: all,
      summary: 'List the users, oldest first or by name',
      params,
      query: userPageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(userSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listUsers(await enterTenant(caller, 'user.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'user.get',
      method: 'get',
      path: one,
      summary: 'Read a user',
      params: oneParams,
      reply: theUser,
    },
    async ({ caller, params: { tenantId, userId } }) =>
      getUser(await enterTenant(caller, 'user.get', tenantId), userId),
  );
}

function newRoutes(app: App): void {
  route(
    app,
    {
      operation: 'user.create',
      method: 'post',
      path: all,
      summary: 'Add a user to the tenant',
      params,
      body: createUserSchema,
      reply: { status: 201, description: 'The user', schema: userSchema },
      creates: true,
      errors: ['already_exists', 'quota_reached'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createUser(await enterTenant(caller, 'user.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'user.invite',
      method: 'post',
      path: '/v1/tenants/{tenantId}/invitations',
      summary: 'Mail somebody an invitation, and make them a user if they are none yet',
      description:
        'The address in the mail works once, for 7 days; another invitation takes its place. ' +
        'Within a minute no second mail is sent.',
      params,
      body: inviteUserSchema,
      reply: theUser,
      creates: true,
      errors: ['already_exists', 'quota_reached', 'user_suspended'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      inviteUser(await enterTenant(caller, 'user.invite', tenantId), body),
  );
}

function changeRoutes(app: App): void {
  route(
    app,
    {
      operation: 'user.update',
      method: 'patch',
      path: one,
      summary: "Change a user's name, address or role",
      params: oneParams,
      body: updateUserSchema,
      reply: theUser,
      updates: true,
      errors: ['already_exists', 'last_owner'],
    },
    async ({ caller, params: { tenantId, userId }, body }) =>
      updateUser(await enterTenant(caller, 'user.update', tenantId), userId, body),
  );
  route(
    app,
    {
      operation: 'user.suspend',
      method: 'post',
      path: `${one}/suspend`,
      summary: 'Cut a user and all their devices off, until they are resumed',
      params: oneParams,
      reply: theUser,
      errors: ['last_owner'],
    },
    async ({ caller, params: { tenantId, userId } }) =>
      suspendUser(await enterTenant(caller, 'user.suspend', tenantId), userId),
  );
  route(
    app,
    {
      operation: 'user.resume',
      method: 'post',
      path: `${one}/resume`,
      summary: 'Let a user back in; their devices work as before',
      params: oneParams,
      reply: theUser,
    },
    async ({ caller, params: { tenantId, userId } }) =>
      resumeUser(await enterTenant(caller, 'user.resume', tenantId), userId),
  );
  route(
    app,
    {
      operation: 'user.delete',
      method: 'delete',
      path: one,
      summary: 'Delete a user and revoke all their devices',
      params: oneParams,
      reply: { status: 204, description: 'The user is gone' },
      errors: ['last_owner'],
    },
    async ({ caller, params: { tenantId, userId } }) =>
      deleteUser(await enterTenant(caller, 'user.delete', tenantId), userId),
  );
}

export function registerUsers(app: App): void {
  newRoutes(app);
  readRoutes(app);
  changeRoutes(app);
}
