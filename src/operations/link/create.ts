// link.create: an address that lets whoever holds it get the device's profile, once.

import { and, eq, gt, isNull } from 'drizzle-orm';
import { links } from '../../db/schema/tenant.ts';
import type { CreatedLink, CreateLink } from '../../model/device.ts';
import { toBase64Url } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { usageKey } from '../../model/quota.ts';
import { secretHash, signLink } from '../../pki/tokens.ts';
import { commit } from '../commit.ts';
import { readDevice } from '../device/read.ts';
import { bytesLeft } from '../device/usage.ts';
import type { TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { linkView } from './view.ts';

async function refuseTooMany({ db, services }: TenantScope, deviceId: string): Promise<void> {
  const open = and(
    eq(links.deviceId, deviceId),
    isNull(links.usedAt),
    isNull(links.revokedAt),
    gt(links.expiresAt, services.now()),
  );
  const query = db.build.select({ id: links.id }).from(links).where(open);
  const [rows] = await db.run(query.limit(limits.linksOpenPerDevice));
  if (rows.length >= limits.linksOpenPerDevice)
    throw new SallyportError(
      'limit_reached',
      `A device has at most ${limits.linksOpenPerDevice} open links.`,
      { wayOut: 'Revoke links that are not needed, or wait until they expire.' },
    );
}

export async function createLink(scope: TenantScope, input: CreateLink): Promise<CreatedLink> {
  const { db, services, tenantId } = scope;
  const now = services.now();
  const secret = toBase64Url(services.random(limits.linkSecretBytes));
  const row = {
    id: newId('link', services.random),
    deviceId: input.deviceId,
    kind: input.kind,
    hash: await secretHash(secret),
    expiresAt: now + input.expiresInSeconds * 1000,
    usedAt: null,
    revokedAt: null,
    createdAt: now,
  };
  const token = await signLink(services.keys.link, { t: tenantId, l: row.id, s: secret });
  return commit(scope, 'link.create', async () => {
    const device = await readDevice(scope, input.deviceId);
    if (device.status === 'revoked')
      throw new SallyportError('link_revoked', 'The device is revoked.', {
        wayOut: 'Reissue the device first; that makes it wait for a link again.',
      });
    await readActiveUser(scope, device.userId);
    await refuseTooMany(scope, input.deviceId);
    const view = linkView(row, now);
    return {
      subject: row.id,
      summary: { deviceId: row.deviceId, kind: row.kind, expiresAt: view.expiresAt },
      writes: [db.build.insert(links).values(row)],
      touched: [],
      usage: [
        { name: 'linksPerDay', key: usageKey('linksPerDay', now), add: 1 },
        ...bytesLeft(device.userId, now),
      ],
      result: { link: view, url: `${services.publicUrl}/l/${token}` },
    };
  });
}
