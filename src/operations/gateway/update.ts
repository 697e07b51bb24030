// gateway.update: what is left out stays as it is. Its agent applies the rest as soon as it hears
// of it; devices keep their profiles, and with them what those say of the gateway.

import { eq } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { profileFields, type UpdatedGateway, type UpdateGateway } from '../../model/gateway.ts';
import { changesOf } from '../../model/revision.ts';
import { commit } from '../commit.ts';
import { requireMatch } from '../scope.ts';
import type { TenantScope } from '../services.ts';
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

/** @throws SallyportError `not_found`, `already_exists` or `precondition_failed` */
export async function updateGateway(
  scope: TenantScope,
  id: string,
  input: UpdateGateway,
): Promise<UpdatedGateway> {
  const { db } = scope;
  return commit(scope, 'gateway.update', async (number) => {
    const { gateway: row, report } = await readGateway(scope, id);
    requireOwnMatch(scope, row);
    const next = changed(row, input, number);
    const [before, after] = [gatewayView(row, report), gatewayView(next, report)];
    const { name, routes, dns, mtu, isolateClients, endpointHost, endpointPort } = next;
    const set = { name, routes, dns, mtu, isolateClients, endpointHost, endpointPort };
    return {
      subject: id,
      summary: {
        name,
        ...changesOf(before, after, ['name', ...profileFields, 'isolateClients']),
      },
      writes: [
        db.build
          .update(gateways)
          .set({ ...set, sectionsRevision: number, revision: number })
          .where(eq(gateways.id, id)),
      ],
      touched: [id],
      result: {
        ...after,
        staleInProfiles: profileFields.filter(
          (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
        ),
      },
    };
  });
}
