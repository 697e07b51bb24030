// oidc.get, oidc.set, oidc.delete: which identity provider a tenant has.

import { eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { sessions } from '../../db/schema/directory.ts';
import { tenant } from '../../db/schema/tenant.ts';
import { oidc } from '../../db/schema/tenant-outlets.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Oidc, SetOidc } from '../../model/oidc.ts';
import { issuerSchema } from '../../model/outbound.ts';
import { parseInput } from '../../model/problems.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import { requireMatch } from '../scope.ts';
import type { Services, TenantScope } from '../services.ts';
import { forgetTokens } from '../session/forget.ts';

export type OidcRow = typeof oidc.$inferSelect;

const onlyRow = 1;

/** What a client secret is sealed for. */
export function oidcPurpose(tenantId: string): string {
  return `oidc ${tenantId}`;
}

export function redirectUri({ publicUrl }: Pick<Services, 'publicUrl'>): string {
  return `${publicUrl}/v1/sign-in/oidc/callback`;
}

export async function readOidc(db: Database): Promise<OidcRow | undefined> {
  const [[row]] = await db.run(db.build.select().from(oidc));
  return row;
}

function noProvider(): SallyportError {
  return new SallyportError('not_found', 'This tenant has no identity provider.', {
    wayOut: 'An owner sets one up with oidc.set.',
  });
}

function view({ publicUrl }: Services, slug: string, row: OidcRow): Oidc {
  const { issuer, clientId, groupsClaim, createsUsers, enabled, revision } = row;
  return {
    ...{ issuer, clientId, groupsClaim, createsUsers, enabled, revision },
    redirectUri: redirectUri({ publicUrl }),
    signInUrl: `${publicUrl}/v1/sign-in/oidc/start/${slug}`,
  };
}

async function readSelf(db: Database) {
  const [[self]] = await db.run(
    db.build.select({ slug: tenant.slug, policy: tenant.policy }).from(tenant),
  );
  if (self) return self;
  throw new SallyportError('internal', 'A tenant has no row of its own.');
}

export async function getOidc(scope: TenantScope): Promise<Oidc> {
  requireWholeTenant(scope);
  const row = await readOidc(scope.db);
  if (!row) throw noProvider();
  return view(scope.services, (await readSelf(scope.db)).slug, row);
}

/** Whether people could still come in when the tenant has no provider that works. */
async function refuseIfOnlyWay({ db }: TenantScope): Promise<void> {
  const { policy } = await readSelf(db);
  if (policy.signIn !== 'oidc') return;
  throw new SallyportError('forbidden', "The tenant's policy lets people in through it alone.", {
    wayOut: 'Change the policy signIn to "any" first.',
  });
}

/** Sessions that this provider vouched for end: it does so no more. */
async function endSessions({ services, tenantId }: TenantScope): Promise<void> {
  const { directory } = services;
  const mine = eq(sessions.tenantId, tenantId);
  const [gone] = await directory.run(directory.build.delete(sessions).where(mine).returning());
  forgetTokens(services, gone);
}

async function sealedSecret(
  { services, tenantId }: TenantScope,
  secret: string | undefined,
  before: OidcRow | undefined,
): Promise<string> {
  if (secret !== undefined) return services.keys.sealer.seal(secret, oidcPurpose(tenantId));
  if (before) return before.clientSecret;
  throw new SallyportError('invalid_input', 'A new identity provider needs a client secret.', {
    wayOut: 'Give the secret that the provider showed with the client id.',
    problems: [{ field: 'clientSecret', rule: 'is required for a new provider' }],
  });
}

/** @throws SallyportError `invalid_input` for an issuer that tenants may not reach */
export async function setOidc(scope: TenantScope, input: SetOidc): Promise<Oidc> {
  requireWholeTenant(scope);
  const { db, services } = scope;
  parseInput(z.object({ issuer: issuerSchema(services.outbound) }), input, 'The body');
  const { slug } = await readSelf(db);
  let isOther = false;
  const result = await commit(scope, 'oidc.set', async (number) => {
    const before = await readOidc(db);
    if (before) requireMatch(scope, before.revision);
    if (!input.enabled) await refuseIfOnlyWay(scope);
    const { clientSecret, ...plain } = input;
    // The secret of one provider is not shown to another.
    const known = before?.issuer === input.issuer ? before : undefined;
    const row: OidcRow = {
      ...plain,
      id: onlyRow,
      clientSecret: await sealedSecret(scope, clientSecret, known),
      revision: number,
    };
    isOther = before !== undefined && (known === undefined || !input.enabled);
    const { issuer, clientId, groupsClaim, createsUsers, enabled } = row;
    return {
      subject: scope.tenantId,
      summary: { issuer, clientId, groupsClaim, createsUsers, enabled },
      writes: [db.build.insert(oidc).values(row).onConflictDoUpdate({ target: oidc.id, set: row })],
      touched: [],
      result: view(services, slug, row),
    };
  });
  if (isOther) await endSessions(scope);
  return result;
}

export async function deleteOidc(scope: TenantScope): Promise<void> {
  requireWholeTenant(scope);
  const { db } = scope;
  await commit(scope, 'oidc.delete', async () => {
    const before = await readOidc(db);
    if (!before) throw noProvider();
    requireMatch(scope, before.revision);
    await refuseIfOnlyWay(scope);
    const { issuer } = before;
    const writes = [db.build.delete(oidc)];
    return { subject: scope.tenantId, summary: { issuer }, writes, touched: [], result: undefined };
  });
  await endSessions(scope);
}
