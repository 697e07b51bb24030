// Receipts that come with a report: those that this gateway signed and that can be true are kept,
// each once.

import { and, count, eq, inArray } from 'drizzle-orm';
import { credentials, devices } from '../../db/schema/tenant.ts';
import { receipts } from '../../db/schema/tenant-receipts.ts';
import type { RevocationReceipt } from '../../model/ikev2.ts';
import { limits } from '../../model/limits.ts';
import { isIdentityOf } from '../../model/receipt.ts';
import { readReceipt } from '../../pki/receipts.ts';
import type { TenantScope } from '../services.ts';

/** Who says so, and the newest revision that it can know of. */
interface Signer {
  id: string;
  identityKey: string;
  revision: number;
}

type Row = typeof receipts.$inferInsert;

async function verified(
  { services }: TenantScope,
  { id: gatewayId, identityKey, revision: newest }: Signer,
  sent: readonly string[],
): Promise<Row[]> {
  const receivedAt = services.now();
  const read = sent.map(async (jws): Promise<Row[]> => {
    const receipt = await readReceipt(identityKey, jws);
    if (receipt?.gatewayId !== gatewayId || receipt.revision > newest) return [];
    const { deviceId, protocol, credential, revision } = receipt;
    const own = { deviceId, gatewayId, protocol, credential, revision };
    return [{ ...own, jws, identityKey, receivedAt }];
  });
  return (await Promise.all(read)).flat();
}

/** Whether the tenant ever had such a device with such a credential, and there is room left. */
async function possible(
  { db, tenantId }: TenantScope,
  gatewayId: string,
  rows: readonly Row[],
): Promise<Row[]> {
  const ids = [...new Set(rows.map(({ deviceId }) => deviceId))];
  const mine = and(eq(receipts.gatewayId, gatewayId), inArray(receipts.deviceId, ids));
  const [known, kept] = await db.run(
    db.build
      .select({ deviceId: devices.id, publicKey: credentials.publicKey })
      .from(devices)
      .leftJoin(credentials, eq(credentials.deviceId, devices.id))
      .where(inArray(devices.id, ids)),
    db.build
      .select({ deviceId: receipts.deviceId, count: count() })
      .from(receipts)
      .where(mine)
      .groupBy(receipts.deviceId),
  );
  const deviceIds = new Set(known.map(({ deviceId }) => deviceId));
  const keys = new Set(known.map(({ deviceId, publicKey }) => `${deviceId} ${publicKey}`));
  const full = kept.filter((one) => one.count >= limits.receiptsPerPeer);
  for (const { deviceId } of full) deviceIds.delete(deviceId);
  const isOfDevice = ({ protocol, deviceId, credential }: Pick<RevocationReceipt, Named>) =>
    protocol === 'wireguard'
      ? keys.has(`${deviceId} ${credential}`)
      : isIdentityOf(credential, deviceId, tenantId);
  return rows.filter((row) => deviceIds.has(row.deviceId) && isOfDevice(row));
}
type Named = 'protocol' | 'deviceId' | 'credential';

/**
 * Keeps what is genuine.
 * @returns how many were not
 */
export async function keepReceipts(
  scope: TenantScope,
  signer: Signer,
  sent: readonly string[],
): Promise<number> {
  const { db } = scope;
  const genuine = await verified(scope, signer, sent);
  const rows = genuine.length === 0 ? [] : await possible(scope, signer.id, genuine);
  // The agent forgets them once it is answered, so they are on the disk before.
  if (rows.length > 0) await db.run(db.build.insert(receipts).values(rows).onConflictDoNothing());
  return sent.length - rows.length;
}
