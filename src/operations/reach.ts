// What of a tenant the caller may see and change, as conditions of queries. Whoever reads users,
// devices or gateways by id or as a list adds them; what is out of reach does not exist.

import { and, eq, exists, inArray, isNull, notExists, notInArray, type SQL } from 'drizzle-orm';
import { deviceGateways, devices, gateways } from '../db/schema/tenant.ts';
import { groupMembers, groups, users } from '../db/schema/tenant-people.ts';
import { SallyportError } from '../model/errors.ts';
import type { TenantScope } from './services.ts';

function inGroups({ db, reach }: TenantScope, user: typeof users.id | typeof devices.userId) {
  if (reach.groupIds === null) return undefined;
  const mine = and(
    eq(groupMembers.userId, user),
    inArray(groupMembers.groupId, [...reach.groupIds]),
  );
  return exists(db.build.select({ id: groupMembers.userId }).from(groupMembers).where(mine));
}

export function usersWithin(scope: TenantScope): SQL | undefined {
  const { userId } = scope.reach;
  const mine = userId === null ? undefined : eq(users.id, userId);
  return and(isNull(users.deletedAt), mine, inGroups(scope, users.id));
}

export function groupsWithin({ reach: { groupIds } }: TenantScope): SQL | undefined {
  return groupIds === null ? undefined : inArray(groups.id, [...groupIds]);
}

export function gatewaysWithin({ reach: { gatewayIds } }: TenantScope): SQL | undefined {
  return gatewayIds === null ? undefined : inArray(gateways.id, [...gatewayIds]);
}

/** Devices of users within reach, none of whose gateways is out of it. */
export function devicesWithin(scope: TenantScope): SQL | undefined {
  const { db, reach } = scope;
  const conditions = [inGroups(scope, devices.userId)];
  if (reach.userId !== null) conditions.push(eq(devices.userId, reach.userId));
  if (reach.gatewayIds !== null) {
    const foreign = and(
      eq(deviceGateways.deviceId, devices.id),
      notInArray(deviceGateways.gatewayId, [...reach.gatewayIds]),
    );
    const query = db.build.select({ id: deviceGateways.gatewayId }).from(deviceGateways);
    conditions.push(notExists(query.where(foreign)));
  }
  return and(...conditions);
}

/** @throws SallyportError `forbidden` for what concerns the tenant as a whole */
export function requireWholeTenant({ reach }: TenantScope): void {
  if (reach.userId === null && reach.groupIds === null && reach.gatewayIds === null) return;
  throw new SallyportError('forbidden', 'This credential is bounded to a part of the tenant.', {
    wayOut: 'Use a key without groups or gateways for what concerns the whole tenant.',
  });
}
