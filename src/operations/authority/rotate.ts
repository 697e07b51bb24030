// authority.rotate: a new authority issues from now on. The one before is trusted on, and gateways
// keep showing its certificates, so that everyone stays connected until they have a new profile.

import { eq } from 'drizzle-orm';
import { authorities } from '../../db/schema/tenant-pki.ts';
import type { Authority } from '../../model/authority.ts';
import { SallyportError } from '../../model/errors.ts';
import { limits } from '../../model/limits.ts';
import { commit } from '../commit.ts';
import { recertify } from '../gateway/certificate.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readLiving } from './living.ts';
import { newAuthority } from './make.ts';
import { authorityView } from './view.ts';

export async function rotateAuthority(scope: TenantScope): Promise<Authority> {
  const { db } = scope;
  requireWholeTenant(scope);
  return commit(scope, 'authority.rotate', async (number) => {
    const living = await readLiving(scope);
    if (living.length >= limits.authoritiesPerTenant)
      throw new SallyportError(
        'limit_reached',
        `A tenant has at most ${limits.authoritiesPerTenant} authorities that are trusted.`,
        { wayOut: 'Retire the oldest first.' },
      );
    const { row, writes } = await newAuthority(scope, number);
    const told = await recertify(scope, number, [row, ...living]);
    const retiring = { status: 'retiring' as const, revision: number };
    return {
      subject: row.id,
      summary: { generation: row.generation, hosts: row.permittedHosts.join(' ') },
      writes: [
        db.build.update(authorities).set(retiring).where(eq(authorities.status, 'active')),
        ...writes,
        ...told.writes,
      ],
      touched: told.touched,
      result: await authorityView(scope, row),
    };
  });
}
