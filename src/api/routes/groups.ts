// Groups of users.

import { z } from 'zod';
import { createGroupSchema, groupSchema, updateGroupSchema } from '../../model/group.ts';
import { idSchema } from '../../model/ids.ts';
import { createGroup } from '../../operations/group/create.ts';
import { deleteGroup } from '../../operations/group/delete.ts';
import { getGroup } from '../../operations/group/get.ts';
import { listGroups } from '../../operations/group/list.ts';
import { addMember, removeMember } from '../../operations/group/members.ts';
import { updateGroup } from '../../operations/group/update.ts';
import { pageSchema } from '../../operations/page.ts';
import { enterTenant } from '../../operations/scope.ts';
import { listingSchema } from '../listing.ts';
import { type App, route } from '../route.ts';

const params = z.strictObject({ tenantId: idSchema('tenant') });
const oneParams = z.strictObject({ ...params.shape, groupId: idSchema('group') });
const memberParams = z.strictObject({ ...oneParams.shape, userId: idSchema('user') });
const all = '/v1/tenants/{tenantId}/groups';
const one = `${all}/{groupId}`;
const member = `${one}/members/{userId}`;
const theGroup = { status: 200, description: 'The group', schema: groupSchema } as const;

function readRoutes(app: App): void {
  route(
    app,
    {
      operation: 'group.list',
      method: 'get',
      path: all,
      summary: 'List the groups, oldest first; user.list says who is in one',
      params,
      query: pageSchema,
      reply: { status: 200, description: 'One page', schema: listingSchema(groupSchema) },
    },
    async ({ caller, params: { tenantId }, query }) =>
      listGroups(await enterTenant(caller, 'group.list', tenantId), query),
  );
  route(
    app,
    {
      operation: 'group.get',
      method: 'get',
      path: one,
      summary: 'Read a group',
      params: oneParams,
      reply: theGroup,
    },
    async ({ caller, params: { tenantId, groupId } }) =>
      getGroup(await enterTenant(caller, 'group.get', tenantId), groupId),
  );
}

function changeRoutes(app: App): void {
  route(
    app,
    {
      operation: 'group.create',
      method: 'post',
      path: all,
      summary: 'Make a group',
      params,
      body: createGroupSchema,
      reply: { status: 201, description: 'The group', schema: groupSchema },
      creates: true,
      errors: ['already_exists', 'limit_reached'],
    },
    async ({ caller, params: { tenantId }, body }) =>
      createGroup(await enterTenant(caller, 'group.create', tenantId), body),
  );
  route(
    app,
    {
      operation: 'group.update',
      method: 'patch',
      path: one,
      summary: 'Rename a group',
      params: oneParams,
      body: updateGroupSchema,
      reply: theGroup,
      updates: true,
      errors: ['already_exists'],
    },
    async ({ caller, params: { tenantId, groupId }, body }) =>
      updateGroup(await enterTenant(caller, 'group.update', tenantId), groupId, body),
  );
  route(
    app,
    {
      operation: 'group.delete',
      method: 'delete',
      path: one,
      summary: 'Delete a group; its members stay users',
      params: oneParams,
      reply: { status: 204, description: 'It is gone' },
    },
    async ({ caller, params: { tenantId, groupId } }) =>
      deleteGroup(await enterTenant(caller, 'group.delete', tenantId), groupId),
  );
}

function memberRoutes(app: App): void {
  route(
    app,
    {
      operation: 'group.addMember',
      method: 'put',
      path: member,
      summary: 'Put a user into a group',
      params: memberParams,
      reply: { status: 204, description: 'The user is in the group' },
    },
    async ({ caller, params: { tenantId, ...membership } }) =>
      addMember(await enterTenant(caller, 'group.addMember', tenantId), membership),
  );
  route(
    app,
    {
      operation: 'group.removeMember',
      method: 'delete',
      path: member,
      summary: 'Take a user out of a group',
      params: memberParams,
      reply: { status: 204, description: 'The user is not in the group' },
    },
    async ({ caller, params: { tenantId, ...membership } }) =>
      removeMember(await enterTenant(caller, 'group.removeMember', tenantId), membership),
  );
}

export function registerGroups(app: App): void {
  readRoutes(app);
  changeRoutes(app);
  memberRoutes(app);
}
