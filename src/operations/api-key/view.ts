import type { apiKeys } from '../../db/schema/tenant-people.ts';
import type { ApiKey } from '../../model/api-key.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

function statusOf({ revokedAt, expiresAt }: ApiKeyRow, now: number): ApiKey['status'] {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}

function timeOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/**
 * A key as the API shows it, without the key.
 * @param now Unix time in milliseconds
 */
export function apiKeyView(row: ApiKeyRow, now: number): ApiKey {
  const { id, name, role, permissions, groupIds, gatewayIds } = row;
  return {
    id,
    name,
    role,
    permissions,
    groupIds,
    gatewayIds,
    status: statusOf(row, now),
    expiresAt: timeOf(row.expiresAt),
    revokedAt: timeOf(row.revokedAt),
    lastUsedAt: timeOf(row.lastUsedAt),
    createdAt: new Date(row.createdAt).toISOString(),
  };
}
