// gateway.delete: its devices stay with their other gateways; its agent is no longer known.

import { and, eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { notFound } from '../../model/errors.ts';
import { commit } from '../commit.ts';
import { gatewaysWithin } from '../reach.ts';
import type { TenantScope } from '../services.ts';

export async function deleteGateway(scope: TenantScope, id: string): Promise<void> {
  const { db, services, tenantId } = scope;
  await commit(scope, 'gateway.delete', async () => {
    const [[row]] = await db.run(
      db.build
        .select()
        .from(gateways)
        .where(and(eq(gateways.id, id), gatewaysWithin(scope))),
    );
    if (!row) throw notFound('gateway', id);
    return {
      subject: id,
      summary: { name: row.name, peers: row.peerCount },
      writes: [db.build.delete(gateways).where(eq(gateways.id, id))],
      touched: [],
      usage: [{ name: 'gateways', add: -1 }],
      result: undefined,
    };
  });
  await services.hub.forget({ tenantId, gatewayId: id });
}
