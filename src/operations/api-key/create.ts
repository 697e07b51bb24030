// apiKey.create: no key may do more than who makes it, and none that is bounded makes others.

import { and, gt, inArray, isNull, or } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { apiKeys, groups } from '../../db/schema/tenant-people.ts';
import type { CreateApiKey, CreatedApiKey } from '../../model/api-key.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { roleMay } from '../../model/permissions.ts';
import { secretHash } from '../../pki/tokens.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { mayGrant } from '../user/grant.ts';
import { newApiKey } from './format.ts';
import { type ApiKeyRow, apiKeyView } from './view.ts';

function refuseBeyondRole({ role, permissions = [] }: CreateApiKey): void {
  const problems = permissions.flatMap((operation, index) =>
    roleMay(role, operation)
      ? []
      : [{ field: `permissions.${index}`, rule: `must be what the role ${role} may do` }],
  );
  if (problems.length === 0) return;
  throw new SallyportError('invalid_input', 'A key cannot do more than its role.', {
    wayOut: 'Leave these permissions out, or give the key another role.',
    problems,
  });
}

/** @throws SallyportError `not_found` for a group or gateway that is not there */
async function refuseUnknown({ db }: TenantScope, input: CreateApiKey): Promise<void> {
  const { groupIds = [], gatewayIds = [] } = input;
  const [knownGroups, knownGateways] = await db.run(
    db.build.select({ id: groups.id }).from(groups).where(inArray(groups.id, groupIds)),
    db.build.select({ id: gateways.id }).from(gateways).where(inArray(gateways.id, gatewayIds)),
  );
  const group = groupIds.find((id) => !knownGroups.some((row) => row.id === id));
  if (group !== undefined) throw notFound('group', group);
  const gateway = gatewayIds.find((id) => !knownGateways.some((row) => row.id === id));
  if (gateway !== undefined) throw notFound('gateway', gateway);
}

async function refuseTooMany({ db, services }: TenantScope): Promise<void> {
  const living = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, services.now())),
  );
  const query = db.build.select({ id: apiKeys.id }).from(apiKeys).where(living);
  const [rows] = await db.run(query.limit(limits.apiKeysPerTenant));
  if (rows.length < limits.apiKeysPerTenant) return;
  throw new SallyportError(
    'limit_reached',
    `A tenant has at most ${limits.apiKeysPerTenant} keys that are good.`,
    { wayOut: 'Revoke keys that are not used.' },
  );
}

function newRow(
  { id, hash, createdAt }: Pick<ApiKeyRow, 'id' | 'hash' | 'createdAt'>,
  input: CreateApiKey,
): ApiKeyRow {
  const { name, role, permissions, groupIds, gatewayIds, expiresInSeconds } = input;
  const unique = <T>(list: readonly T[] | undefined) => (list ? [...new Set(list)] : null);
  return {
    id,
    hash,
    name,
    role,
    createdAt,
    permissions: unique(permissions),
    groupIds: unique(groupIds),
    gatewayIds: unique(gatewayIds),
    expiresAt: expiresInSeconds === undefined ? null : createdAt + expiresInSeconds * 1000,
    revokedAt: null,
    lastUsedAt: null,
    createdRevision: 0,
  };
}

export async function createApiKey(
  scope: TenantScope,
  input: CreateApiKey,
): Promise<CreatedApiKey> {
  const { db, services, tenantId } = scope;
  mayGrant(scope, input.role);
  refuseBeyondRole(input);
  const id = newId('apiKey', services.random);
  const key = newApiKey(tenantId, services.random);
  const now = services.now();
  const base = newRow({ id, hash: await secretHash(key), createdAt: now }, input);
  const apiKey = apiKeyView(base, now);
  const { name, role, permissions, groupIds, gatewayIds, expiresAt } = apiKey;
  return commit(scope, 'apiKey.create', async (number) => {
    await refuseUnknown(scope, input);
    await refuseTooMany(scope);
    return {
      subject: id,
      summary: {
        name,
        role,
        permissions: permissions?.join(' ') ?? null,
        groups: groupIds?.join(' ') ?? null,
        gateways: gatewayIds?.join(' ') ?? null,
        expiresAt,
      },
      writes: [db.build.insert(apiKeys).values({ ...base, createdRevision: number })],
      touched: [],
      result: { apiKey, key },
    };
  });
}
