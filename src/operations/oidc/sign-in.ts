// oidc.startSignIn and oidc.signIn: through the tenant's identity provider and back. What the
// answer is held against is in a challenge; the browser that began has a secret of it in a cookie,
// so that nobody's answer can be slipped to somebody else.

import { and, eq, gt, isNull } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { challenges, tenants } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { base32, newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { portalPath } from '../../model/oidc.ts';
import { secretHash } from '../../pki/tokens.ts';
import { refuseByStanding } from '../scope.ts';
import { type Caller, type Services, wholeTenant } from '../services.ts';
import { createSession, type SignedInWithToken } from '../session/create.ts';
import { standingOf } from '../standing.ts';
import type { OidcClient } from './provider.ts';
import { type OidcRow, oidcPurpose, readOidc, redirectUri } from './settings.ts';
import { userOfClaims } from './user.ts';

const payloadSchema = z.strictObject({
  tenantId: z.string(),
  issuer: z.string(),
  clientId: z.string(),
  checks: z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string() }),
  /** Where to go afterwards, in the portal. */
  path: z.string(),
});
type Payload = z.infer<typeof payloadSchema>;

export function challengePurpose(id: string): string {
  return `challenge ${id}`;
}

function noSingleSignOn(): SallyportError {
  return new SallyportError('not_found', 'There is no single sign-on here.', {
    wayOut: 'Check the address, or sign in by mail or with a passkey.',
  });
}

function startAgain(): SallyportError {
  return new SallyportError('sign_in_failed', 'This is no answer to what this browser asked.', {
    wayOut: 'Sign in again, and in one tab only.',
  });
}

async function clientOf(
  services: Services,
  tenantId: string,
  { issuer, clientId, clientSecret }: OidcRow,
): Promise<OidcClient> {
  const secret = await services.keys.sealer.open(clientSecret, oidcPurpose(tenantId));
  return { issuer, clientId, clientSecret: secret, redirectUri: redirectUri(services) };
}

/** @throws SallyportError `not_found` for no such tenant and for one without a provider alike */
async function providerOf(
  services: Services,
  tenantId: string | undefined,
): Promise<{ db: Database; row: OidcRow }> {
  const db = tenantId === undefined ? undefined : await services.tenants.open(tenantId);
  const row = db && (await readOidc(db));
  if (tenantId === undefined || !db || !row?.enabled) throw noSingleSignOn();
  refuseByStanding(await standingOf(services, tenantId, db), 'oidc.signIn');
  return { db, row };
}

/** What the browser keeps until the provider sends it back. */
export interface StartedOidc {
  url: string;
  browser: string;
}

/** @throws SallyportError `not_found`, `invalid_input`, `outside_unavailable`, `tenant_*` */
export async function startOidcSignIn(
  { services }: Caller,
  slug: string,
  wanted: string,
): Promise<StartedOidc> {
  const { directory, random, now, keys, publicUrl } = services;
  const path = portalPath(publicUrl, wanted);
  if (path === undefined)
    throw new SallyportError('invalid_input', 'The address to return to is not of the portal.', {
      wayOut: 'Leave it out.',
      problems: [{ field: 'return', rule: 'must be a path that begins with /portal/' }],
    });
  const query = directory.build.select({ id: tenants.id }).from(tenants);
  const [[entry]] = await directory.run(query.where(eq(tenants.slug, slug)));
  const { row } = await providerOf(services, entry?.id);
  const tenantId = entry?.id ?? '';
  const { issuer, clientId } = row;
  const { url, checks } = await services.oidc.begin(await clientOf(services, tenantId, row));
  const id = newId('challenge', random);
  const secret = base32(random(limits.challengeSecretBytes));
  const payload: Payload = { tenantId, issuer, clientId, checks, path };
  const kept = {
    ...{ id, kind: 'oidc' as const, createdAt: now() },
    secretHash: await secretHash(secret),
    payload: await keys.sealer.seal(JSON.stringify(payload), challengePurpose(id)),
    expiresAt: now() + limits.challengeMilliseconds,
  };
  await directory.run(directory.build.insert(challenges).values(kept));
  return { url, browser: `${id}.${secret}` };
}

async function takeChallenge(
  { directory, now, keys }: Services,
  browser: string | undefined,
): Promise<Payload> {
  const [id = '', secret = ''] = (browser ?? '').split('.');
  const open = and(
    eq(challenges.id, id),
    eq(challenges.kind, 'oidc'),
    eq(challenges.secretHash, await secretHash(secret)),
    isNull(challenges.usedAt),
    gt(challenges.expiresAt, now()),
  );
  const [[row]] = await directory.run(
    directory.build.update(challenges).set({ usedAt: now() }).where(open).returning(),
  );
  if (!row) throw startAgain();
  return payloadSchema.parse(
    JSON.parse(await keys.sealer.open(row.payload, challengePurpose(row.id))),
  );
}

/**
 * @param browser what `startOidcSignIn` gave this browser to keep
 * @param query what the provider sent it back with
 * @throws SallyportError `sign_in_failed`, `outside_unavailable`, `tenant_*`, `quota_reached`
 */
export async function oidcSignIn(
  caller: Caller,
  browser: string | undefined,
  query: string,
): Promise<SignedInWithToken & { path: string }> {
  const { services } = caller;
  const { tenantId, issuer, clientId, checks, path } = await takeChallenge(services, browser);
  const { db, row } = await providerOf(services, tenantId);
  // The provider was changed meanwhile: what the old one says counts no more.
  if (row.issuer !== issuer || row.clientId !== clientId) throw startAgain();
  const client = await clientOf(services, tenantId, row);
  const claims = await services.oidc.finish(client, checks, query);
  const scope = { ...caller, tenantId, db, actor: 'oidc', reach: wholeTenant };
  const accountId = await userOfClaims(scope, row, claims);
  const signedIn = await createSession(caller, accountId, ['oidc'], { tenantId });
  return { ...signedIn, path };
}
