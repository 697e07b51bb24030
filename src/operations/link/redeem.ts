// link.redeem: consumes the link and gives the device a credential. A key pair made here lives only
// in the answer.

import { eq } from 'drizzle-orm';
import { gateways, links } from '../../db/schema/tenant.ts';
import type { RedeemedLink, RedeemLink } from '../../model/device.ts';
import { notFound, SallyportError } from '../../model/errors.ts';
import { generateWireguardKeyPair } from '../../pki/wireguard-key.ts';
import { commit } from '../commit.ts';
import { gatewaysForIssue, issueCredential } from '../credential.ts';
import { readConnections, readDevice } from '../device/read.ts';
import { bytesLeft } from '../device/usage.ts';
import { deviceView } from '../device/view.ts';
import type { Caller, TenantScope } from '../services.ts';
import { readActiveUser } from '../user/read.ts';
import { type OpenedLink, openLink, refuseClosed } from './open.ts';
import { wireguardProfiles } from './profiles.ts';

async function requireEnrolled({ db }: TenantScope, gatewayIds: string[]): Promise<void> {
  const query = db.build.select({ id: gateways.id, key: gateways.wireguardPublicKey });
  const [rows] = await db.run(query.from(gateways));
  const enrolled = rows.filter(({ id, key }) => key !== null && gatewayIds.includes(id));
  if (enrolled.length === 0)
    throw new SallyportError('gateway_not_ready', 'No gateway of this device is set up yet.', {
      wayOut: 'Try the same link again later; it was not used up.',
    });
}

async function consume(scope: TenantScope, link: OpenedLink['link'], publicKey: string) {
  const { db, services } = scope;
  return commit(scope, 'link.redeem', async (number) => {
    const [[fresh]] = await db.run(db.build.select().from(links).where(eq(links.id, link.id)));
    if (!fresh) throw notFound('link', link.id);
    const usedAt = services.now();
    refuseClosed(fresh, usedAt);
    const row = await readDevice(scope, link.deviceId);
    await readActiveUser(scope, row.userId);
    const { gatewayIds, writes: serving } = await gatewaysForIssue(scope, row.id);
    await requireEnrolled(scope, gatewayIds);
    const device = { id: row.id, publicKey };
    const { writes, touched } = await issueCredential(scope, number, device, gatewayIds);
    const live = { ...row, status: 'active' as const, publicKey, revision: number };
    return {
      subject: link.id,
      summary: { deviceId: row.id, publicKey, retired: row.publicKey },
      writes: [
        db.build.update(links).set({ usedAt }).where(eq(links.id, link.id)),
        ...serving,
        ...writes,
      ],
      touched,
      usage: bytesLeft(row.userId, usedAt),
      result: deviceView(live, gatewayIds),
    };
  });
}

/** @throws SallyportError as `openLink` does, and `gateway_not_ready`, which consumes nothing */
export async function redeemLink(caller: Caller, input: RedeemLink): Promise<RedeemedLink> {
  const { scope, link } = await openLink(caller, input.token);
  const own = input.publicKey;
  const keys = own === undefined ? await generateWireguardKeyPair() : { publicKey: own };
  const device = await consume(scope, link, keys.publicKey);
  const connections = await readConnections(scope, device.id);
  const profiles = 'privateKey' in keys ? wireguardProfiles(connections, keys.privateKey) : [];
  return { device, connections, profiles };
}
