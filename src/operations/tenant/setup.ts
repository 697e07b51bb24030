// The one-time owner link: whoever holds it makes the first tenant. Only while there is none.

import { and, eq, gt, isNull, sql } from 'drizzle-orm';
import { setupLinks, tenants } from '../../db/schema/directory.ts';
import { SallyportError } from '../../model/errors.ts';
import { base32 } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { Origin } from '../../model/origin.ts';
import type { CreatedTenant, CreateTenant } from '../../model/tenant.ts';
import { secretHash } from '../../pki/tokens.ts';
import type { Services } from '../services.ts';
import { createTenant } from './create.ts';

/** Replaces the unused link by a fresh one; undefined when there is a tenant already. */
export async function createSetupLink(services: Services): Promise<string | undefined> {
  const { directory, random, now, publicUrl } = services;
  const [[any]] = await directory.run(directory.build.select().from(tenants).limit(1));
  if (any) return undefined;
  const secret = base32(random(limits.apiKeySecretBytes));
  const hash = await secretHash(secret);
  const expiresAt = now() + limits.setupLinkLifetimeSeconds * 1000;
  await directory.run(
    directory.build.delete(setupLinks),
    directory.build.insert(setupLinks).values({ hash, expiresAt }),
  );
  return `${publicUrl}/setup/${secret}`;
}

/** Unused, not too old, and no tenant has come into being some other way meanwhile. */
function isOpen(hash: string, now: number) {
  return and(
    eq(setupLinks.hash, hash),
    isNull(setupLinks.usedAt),
    gt(setupLinks.expiresAt, now),
    sql`not exists (select 1 from ${tenants})`,
  );
}

/** Whether the link would still work. Looking burns nothing. */
export async function isSetupLinkOpen(services: Services, secret: string): Promise<boolean> {
  const { directory, now } = services;
  const open = isOpen(await secretHash(secret), now());
  const [rows] = await directory.run(directory.build.select().from(setupLinks).where(open));
  return rows.length > 0;
}

async function take({ directory, now }: Services, hash: string): Promise<boolean> {
  const [taken] = await directory.run(
    directory.build
      .update(setupLinks)
      .set({ usedAt: now() })
      .where(isOpen(hash, now()))
      .returning({ hash: setupLinks.hash }),
  );
  return taken.length > 0;
}

/**
 * Makes the first tenant with the link.
 * @throws SallyportError `link_expired` when the link is unknown, used or too old; a link whose
 * tenant could not be made stays open
 */
export async function setUpTenant(
  services: Services,
  origin: Origin,
  secret: string,
  input: CreateTenant,
): Promise<CreatedTenant> {
  const { directory } = services;
  const hash = await secretHash(secret);
  if (!(await take(services, hash)))
    throw new SallyportError('link_expired', 'This owner link was used already or has expired.', {
      wayOut: 'Start the control plane again: while there is no tenant it prints a fresh link.',
    });
  try {
    return await createTenant({ services, origin, principal: { kind: 'operator' } }, input);
  } catch (error) {
    const reopen = directory.build.update(setupLinks).set({ usedAt: null });
    await directory.run(reopen.where(eq(setupLinks.hash, hash)));
    throw error;
  }
}
