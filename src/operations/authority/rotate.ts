// authority.rotate: a new authority takes the place of one. That one is trusted on, and gateways
// keep showing its certificates, so that everyone stays connected until they have a new profile.

import { eq } from 'drizzle-orm';
import { authorities } from '../../db/schema/tenant-pki.ts';
import type { Authority } from '../../model/authority.ts';
import { SallyportError } from '../../model/errors.ts';
import { commit } from '../commit.ts';
import { recertify } from '../gateway/certificate.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { readAuthority, readLiving } from './living.ts';
import { newAuthority } from './make.ts';
import { authorityView } from './view.ts';

/** @returns the new one */
export async function rotateAuthority(scope: TenantScope, id: string): Promise<Authority> {
  const { db } = scope;
  requireWholeTenant(scope);
  return commit(scope, 'authority.rotate', async (number) => {
    const old = await readAuthority(scope, id);
    if (old.status !== 'active')
      throw new SallyportError('authority_retired', 'This authority was replaced already.', {
        wayOut: 'Rotate the active one of its domain, if that is what you want.',
      });
    const living = await readLiving(scope);
    const { row, writes } = await newAuthority(scope, number, old.domain, living);
    const told = await recertify(scope, number, [row, ...living]);
    const retiring = { status: 'retiring' as const, revision: number };
    return {
      subject: row.id,
      summary: { generation: row.generation, domain: row.domain, replaces: id },
      writes: [
        db.build.update(authorities).set(retiring).where(eq(authorities.id, id)),
        ...writes,
        ...told.writes,
      ],
      touched: told.touched,
      result: await authorityView(scope, row),
    };
  });
}
