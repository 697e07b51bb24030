// Who is asking. The one function that turns a bearer credential into a principal.

import { eq } from 'drizzle-orm';
import { apiKeys, gateways } from '../db/schema/tenant.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Principal } from '../model/permissions.ts';
import { agentTokenKid, secretHash, verifyAgentToken } from '../pki/tokens.ts';
import type { Services } from './services.ts';

const keyPattern = /^sp_([0-9a-hjkmnp-tv-z]{16})_[0-9a-hjkmnp-tv-z]{39}$/;

function refused(detail: string): SallyportError {
  return new SallyportError('unauthenticated', detail, {
    wayOut: 'Send "Authorization: Bearer" with a valid key.',
  });
}

async function keyPrincipal(
  services: Services,
  tenantId: string,
  hash: string,
): Promise<Principal | undefined> {
  const cached = services.keyCache.get(hash);
  if (cached) return cached;
  const db = await services.tenants.open(tenantId);
  if (!db) return undefined;
  const [[row]] = await db.run(db.build.select().from(apiKeys).where(eq(apiKeys.hash, hash)));
  if (!row) return undefined;
  const principal: Principal = { kind: 'key', tenantId, keyId: row.id, role: row.role };
  services.keyCache.set(hash, principal, services.now() + limits.apiKeyCacheMilliseconds);
  return principal;
}

async function agentPrincipal(services: Services, token: string): Promise<Principal | undefined> {
  const kid = agentTokenKid(token);
  if (!kid) return undefined;
  const { tenantId, gatewayId } = kid;
  const cached = services.agentCache.get(gatewayId);
  if (cached?.token === token) return cached.principal;
  const db = await services.tenants.open(tenantId);
  const [[gateway]] = db
    ? await db.run(
        db.build
          .select({ identityKey: gateways.identityKey })
          .from(gateways)
          .where(eq(gateways.id, gatewayId)),
      )
    : [[]];
  if (!gateway?.identityKey) return undefined;
  const claims = await verifyAgentToken(token, gateway.identityKey, services.now());
  if (claims?.sub !== gatewayId || claims.tid !== tenantId) return undefined;
  const principal: Principal = { kind: 'agent', tenantId, gatewayId };
  services.agentCache.set(gatewayId, { token, principal }, claims.exp * 1000);
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
  // An agent's token is tried first, and by its text: it is the one request that costs nothing.
  if (bearer.startsWith('ey')) {
    const agent = await agentPrincipal(services, bearer);
    if (agent) return agent;
    throw refused("The agent's token is not valid: wrong key, clock, or a gateway that is gone.");
  }
  const hash = await secretHash(bearer);
  if (hash === services.operatorKeyHash) return { kind: 'operator' };
  const tenant = keyPattern.exec(bearer)?.[1];
  const principal = tenant ? await keyPrincipal(services, `t_${tenant}`, hash) : undefined;
  if (!principal) throw refused('The key is not valid.');
  return principal;
}
