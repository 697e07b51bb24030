// Who is asking. The one function that turns a bearer credential into a principal.

import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { gateways } from '../db/schema/tenant.ts';
import { apiKeys } from '../db/schema/tenant-people.ts';
import { sessionTokenPrefix } from '../model/account.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Principal } from '../model/permissions.ts';
import { agentTokenKid, secretHash, verifyAgentToken } from '../pki/tokens.ts';
import { tenantOfApiKey } from './api-key/format.ts';
import type { GatewayName, Note } from './hub.ts';
import type { Services } from './services.ts';
import { sessionPrincipal } from './session/check.ts';
import { standingFrom, standingQueries } from './standing.ts';

function refused(detail: string): SallyportError {
  return new SallyportError('unauthenticated', detail, {
    wayOut: 'Sign in, or send "Authorization: Bearer" with a valid key.',
  });
}

/** An observation, and no more often than that: a key in use writes little. */
async function noteUse(services: Services, db: Database, row: KeyRow): Promise<void> {
  const now = services.now();
  if (now - (row.lastUsedAt ?? 0) < limits.lastUsedExactMilliseconds) return;
  await db.note(db.build.update(apiKeys).set({ lastUsedAt: now }).where(eq(apiKeys.id, row.id)));
}

type KeyRow = typeof apiKeys.$inferSelect;

async function keyPrincipal(
  services: Services,
  tenantId: string,
  hash: string,
): Promise<Principal | undefined> {
  const cached = services.keyCache.get(hash);
  if (cached) return cached;
  const db = await services.tenants.open(tenantId);
  if (!db) return undefined;
  const now = services.now();
  const valid = and(
    eq(apiKeys.hash, hash),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
  );
  const [[row], self, quota] = await db.run(
    db.build.select().from(apiKeys).where(valid),
    ...standingQueries(db),
  );
  if (!row) return undefined;
  standingFrom(services, tenantId, self, quota);
  await noteUse(services, db, row);
  const { id: keyId, role, permissions, groupIds, gatewayIds } = row;
  const bounds = { permissions, groupIds, gatewayIds };
  const principal: Principal = { kind: 'key', tenantId, keyId, role, ...bounds };
  const until = Math.min(now + limits.apiKeyCacheMilliseconds, row.expiresAt ?? Infinity);
  services.keyCache.set(hash, principal, until);
  return principal;
}

async function noteFromDatabase(
  services: Services,
  { tenantId, gatewayId }: GatewayName,
): Promise<Note | undefined> {
  const db = await services.tenants.open(tenantId);
  if (!db) return undefined;
  const query = db.build
    .select({ revision: gateways.revision, identityKey: gateways.identityKey })
    .from(gateways);
  const [[row]] = await db.run(query.where(eq(gateways.id, gatewayId)));
  return row?.identityKey ? { revision: row.revision, identityKey: row.identityKey } : undefined;
}

/** From the hub; from the database only when the hub has forgotten, or never knew. */
async function noteOf(services: Services, name: GatewayName): Promise<Note | undefined> {
  const known = await services.hub.recall(name);
  if (known) return known;
  const note = await noteFromDatabase(services, name);
  if (note) await services.hub.remember(name, note);
  return note;
}

async function agentPrincipal(services: Services, token: string): Promise<Principal | undefined> {
  const cached = services.agentCache.get(token);
  const name = cached ?? agentTokenKid(token);
  const note = name && (await noteOf(services, name));
  if (!note) return undefined;
  if (cached?.identityKey === note.identityKey) return cached;
  const claims = await verifyAgentToken(token, note.identityKey, services.now());
  if (claims?.sub !== name.gatewayId || claims.tid !== name.tenantId) return undefined;
  const { tenantId, gatewayId } = name;
  const { identityKey } = note;
  const principal = { kind: 'agent', tenantId, gatewayId, identityKey } as const;
  // No longer than any token may live, whatever it claims for itself.
  const oldest = claims.iat + limits.agentTokenLifetimeSeconds;
  services.agentCache.set(token, principal, Math.min(claims.exp, oldest) * 1000);
  return principal;
}

/**
 * The principal behind a bearer credential; without one, `anonymous`.
 * @throws SallyportError `unauthenticated` when there is a credential and it is not valid
 */
export async function authenticate(
  services: Services,
  bearer: string | undefined,
): Promise<Principal> {
  if (bearer === undefined) return { kind: 'anonymous' };
  if (bearer.length > limits.tokenLength) throw refused('The credential is too long.');
  if (bearer.startsWith('ey')) {
    const agent = await agentPrincipal(services, bearer);
    if (agent) return agent;
    throw refused("The agent's token is not valid: wrong key, clock, or a gateway that is gone.");
  }
  const hash = await secretHash(bearer);
  if (hash === services.operatorKeyHash) return { kind: 'operator' };
  if (bearer.startsWith(sessionTokenPrefix)) {
    const session = await sessionPrincipal(services, hash);
    if (session) return session;
    throw refused('You are not signed in any more.');
  }
  const tenantId = tenantOfApiKey(bearer);
  const principal = tenantId && (await keyPrincipal(services, tenantId, hash));
  if (!principal) throw refused('The key is not valid.');
  return principal;
}
