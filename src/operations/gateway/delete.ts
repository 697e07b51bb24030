// gateway.delete: its devices stay with their other gateways; its agent is no longer known.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { certificates } from '../../db/schema/tenant-pki.ts';
import { revokeCertificates } from '../certificate.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { readGateway } from './read.ts';

export async function deleteGateway(scope: TenantScope, id: string): Promise<void> {
  const { db, services, tenantId } = scope;
  await commit(scope, 'gateway.delete', async (number) => {
    const { gateway: row } = await readGateway(scope, id);
    return {
      subject: id,
      summary: { name: row.name, peers: row.peerCount },
      writes: [
        db.build.delete(gateways).where(eq(gateways.id, id)),
        ...(row.ikev2 ? [revokeCertificates(scope, number, eq(certificates.gatewayId, id))] : []),
      ],
      touched: [],
      usage: [{ name: 'gateways', add: -1 }],
      result: undefined,
    };
  });
  await services.hub.forget({ tenantId, gatewayId: id });
}
