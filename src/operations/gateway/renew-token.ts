// gateway.renewToken: another VM takes the gateway's place. The one from before is let in no more;
// devices keep their places, and get the new VM's key with their next profile.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { gatewayReports } from '../../db/schema/tenant-observed.ts';
import { certificates } from '../../db/schema/tenant-pki.ts';
import type { CreatedGateway } from '../../model/gateway.ts';
import { revokeCertificates } from '../certificate.ts';
import { commit } from '../commit.ts';
import type { TenantScope } from '../services.ts';
import { withoutIkeKey } from './ikev2.ts';
import { readGateway } from './read.ts';
import { newToken } from './token.ts';
import { gatewayView } from './view.ts';

export async function renewToken(scope: TenantScope, id: string): Promise<CreatedGateway> {
  const { db, services, tenantId } = scope;
  const { columns, enrollment } = await newToken(scope, id);
  const result = await commit(scope, 'gateway.renewToken', async (number) => {
    const { gateway: row } = await readGateway(scope, id);
    const set = {
      ...columns,
      identityKey: null,
      wireguardPublicKey: null,
      ...withoutIkeKey,
      sectionsRevision: number,
      revision: number,
    };
    return {
      subject: id,
      summary: { name: row.name, retired: row.wireguardPublicKey },
      writes: [
        db.build.update(gateways).set(set).where(eq(gateways.id, id)),
        ...(row.certificate === null
          ? []
          : [revokeCertificates(scope, number, eq(certificates.gatewayId, id))]),
        db.build.delete(gatewayReports).where(eq(gatewayReports.gatewayId, id)),
      ],
      touched: [],
      result: { gateway: gatewayView({ ...row, ...set }, null), enrollment },
    };
  });
  await services.hub.forget({ tenantId, gatewayId: id });
  return result;
}
