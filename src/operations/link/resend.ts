// link.resend: mails the link anew, with a new secret; the old one is closed.

import { eq } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreatedLink } from '../../model/link.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { addLink, newLink } from './new.ts';
import { readLinkRow } from './read.ts';
import { type LinkRow, linkStatus, subjectOf } from './view.ts';

function lifetimeSeconds({ expiresAt, createdAt }: LinkRow): number | null {
  return expiresAt === null ? null : Math.round((expiresAt - createdAt) / 1000);
}

/** @throws SallyportError `link_used` or `link_revoked`; one that expired is good for it */
function refuseEnded(row: LinkRow, now: number): void {
  const status = linkStatus(row, now);
  if (status === 'used')
    throw new SallyportError('link_used', 'This link did its work: the device has its profile.', {
      wayOut: 'Make a new link if the profile is lost; it retires the key of the lost one.',
    });
  if (status === 'revoked')
    throw new SallyportError('link_revoked', 'This link was revoked.', {
      wayOut: 'Make a new link if it is wanted after all.',
    });
}

export async function resendLink(scope: TenantScope, id: string): Promise<CreatedLink> {
  const { db, services } = scope;
  const known = await readLinkRow(scope, id);
  const { kind, deviceId, userId } = known;
  const link = await newLink(scope, { kind, deviceId, userId }, lifetimeSeconds(known));
  return commit(scope, 'link.resend', async () => {
    const now = services.now();
    const row = await readLinkRow(scope, id);
    refuseEnded(row, now);
    const { view, ...addition } = await addLink(scope, link, { send: true, inPlaceOf: id });
    const close = db.build.update(links).set({ revokedAt: now }).where(eq(links.id, id));
    return {
      ...addition,
      subject: link.row.id,
      summary: { ...subjectOf(row), inPlaceOf: id, expiresAt: view.expiresAt },
      writes: [close, ...addition.writes],
      touched: [],
      result: { link: view, url: link.url },
    };
  });
}
