// gateway.update: what is left out stays as it is. Its agent applies the rest as soon as it hears
// of it; devices keep their profiles, and with them what those say of the gateway.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { profileFields, type UpdatedGateway, type UpdateGateway } from '../../model/gateway.ts';
import { changesOf } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
import { updateIkev2 } from './ikev2.ts';
import { readGateway } from './read.ts';
import { type GatewayRow, gatewayView } from './view.ts';

/**
 * Devices that came and went meanwhile raised the revision too, and are no other hand at what the
 * caller changes.
 */
function requireOwnMatch(scope: TenantScope, row: GatewayRow): void {
  const { ifMatch = row.revision } = scope;
  const isCurrent = ifMatch >= row.sectionsRevision && ifMatch <= row.revision;
  if (!isCurrent) requireMatch(scope, row.revision);
}

function changed(row: GatewayRow, input: UpdateGateway, number: number): GatewayRow {
  const { endpoint = {}, ...rest } = input;
  return {
    ...row,
    name: rest.name ?? row.name,
    endpointHost: endpoint.host ?? row.endpointHost,
    endpointPort: endpoint.port ?? row.endpointPort,
    routes: rest.routes ?? row.routes,
    dns: rest.dns ?? row.dns,
    mtu: rest.mtu ?? row.mtu,
    isolateClients: rest.isolateClients ?? row.isolateClients,
    sectionsRevision: number,
    revision: number,
  };
}

/**
 * @throws SallyportError `not_found`, `already_exists`, `precondition_failed`, `pool_exhausted` or
 * `limit_reached`
 */
export async function updateGateway(
  scope: TenantScope,
  id: string,
  input: UpdateGateway,
): Promise<UpdatedGateway> {
  const { db } = scope;
  return commit(scope, 'gateway.update', async (number) => {
    const { gateway: row, report } = await readGateway(scope, id);
    requireOwnMatch(scope, row);
    const plain = changed(row, input, number);
    const wanted = input.ikev2 ?? row.ikev2;
    const ikev2 = await updateIkev2(scope, number, row, plain, wanted);
    const next = { ...plain, ...ikev2.set };
    const [before, after] = [gatewayView(row, report), gatewayView(next, report)];
    const { name, routes, dns, mtu, isolateClients, endpointHost, endpointPort } = next;
    const own = { name, routes, dns, mtu, isolateClients, endpointHost, endpointPort };
    const set = { ...own, ...ikev2.set };
    return {
      subject: id,
      summary: {
        name,
        ...changesOf(before, after, ['name', ...profileFields, 'isolateClients']),
        ...changesOf<Pick<GatewayRow, 'ikev2'>>(row, next, ['ikev2']),
      },
      writes: [
        db.build
          .update(gateways)
          .set({ ...set, sectionsRevision: number, revision: number })
          .where(eq(gateways.id, id)),
        ...ikev2.writes,
      ],
      touched: [...new Set([...ikev2.touched, id])],
      result: {
        ...after,
        staleInProfiles: profileFields.filter(
          (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
        ),
      },
    };
  });
}
