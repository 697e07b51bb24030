// device.receipts: which gateways have vouched that they cut the device off, and which have not.

import { and, desc, eq, inArray } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { receipts } from '../../db/schema/tenant-receipts.ts';
import { limits } from '../../model/limits.ts';
import { type DeviceReceipts, receiptIn, type SignedReceipt } from '../../model/receipt.ts';
import type { TenantScope } from '../services.ts';
import { readDevice } from './read.ts';
import { unsignedCuts } from './unsigned-cuts.ts';

function signedOnes({ db, reach }: TenantScope, deviceId: string) {
  const { gatewayIds } = reach;
  const within = gatewayIds === null ? undefined : inArray(receipts.gatewayId, [...gatewayIds]);
  return db.build
    .select({ receipt: receipts, gatewayName: gateways.name })
    .from(receipts)
    .leftJoin(gateways, eq(gateways.id, receipts.gatewayId))
    .where(and(eq(receipts.deviceId, deviceId), within))
    .orderBy(desc(receipts.revision))
    .limit(limits.receiptsShown);
}

export async function deviceReceipts(scope: TenantScope, id: string): Promise<DeviceReceipts> {
  await readDevice(scope, id);
  const [signed, ...cuts] = await scope.db.run(signedOnes(scope, id), ...unsignedCuts(scope, id));
  return {
    receipts: signed.flatMap(({ receipt: row, gatewayName }): SignedReceipt[] => {
      const { jws, identityKey: x } = row;
      const receipt = receiptIn(jws);
      if (!receipt) return [];
      const key = { kty: 'OKP', crv: 'Ed25519', x } as const;
      const receivedAt = new Date(row.receivedAt).toISOString();
      return [{ gatewayName, receipt, jws, key, receivedAt }];
    }),
    pending: cuts.flat().map(({ gateway, report, ...cut }) => ({
      gatewayId: gateway.id,
      gatewayName: gateway.name,
      ...cut,
      reached: report !== null && report.state.revision >= cut.revision,
    })),
  };
}
