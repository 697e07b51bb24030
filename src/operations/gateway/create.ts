// gateway.create: a place for a VM, and the token with which that VM enrols.

import { gateways } from '../../db/schema/tenant.ts';
import { emptyPeerDigest } from '../../model/desired-state.ts';
import { SallyportError } from '../../model/errors.ts';
import type { CreatedGateway, CreateGateway } from '../../model/gateway.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import { commit } from '../commit.ts';
import { requireWholeTenant } from '../reach.ts';
import type { TenantScope } from '../services.ts';
import { enableIkev2, withoutIkev2 } from './ikev2.ts';
import { choosePools } from './pools.ts';
import { readTaken } from './taken.ts';
import { type NewToken, newToken } from './token.ts';
import { type GatewayRow, gatewayView } from './view.ts';

function refuseTooMany(gateways: number): void {
  if (gateways < limits.gatewaysPerTenant) return;
  throw new SallyportError(
    'limit_reached',
    `A tenant has at most ${limits.gatewaysPerTenant} gateways.`,
    { wayOut: 'Delete a gateway that is not used any more.' },
  );
}

function newRow(
  id: string,
  input: CreateGateway,
  { columns }: NewToken,
  createdAt: number,
): Omit<GatewayRow, 'pool4' | 'pool6' | 'revision' | 'sectionsRevision' | 'createdRevision'> {
  return {
    ...withoutIkev2,
    id,
    name: input.name,
    endpointHost: input.endpoint.host,
    endpointPort: input.endpoint.port,
    listenPort: input.listenPort,
    routes: input.routes,
    dns: input.dns,
    mtu: input.mtu,
    isolateClients: input.isolateClients,
    identityKey: null,
    wireguardPublicKey: null,
    ...columns,
    highestHost: 0,
    peerCount: 0,
    peerDigest: emptyPeerDigest,
    createdAt,
  };
}

export async function createGateway(
  scope: TenantScope,
  input: CreateGateway,
): Promise<CreatedGateway> {
  const { db, services } = scope;
  requireWholeTenant(scope);
  const id = newId('gateway', services.random);
  const token = await newToken(scope, id);
  const base = newRow(id, input, token, services.now());
  return commit(scope, 'gateway.create', async (number) => {
    const { ula, taken, gatewayCount } = await readTaken(scope);
    refuseTooMany(gatewayCount);
    const pools = choosePools(input.pools, ula, taken);
    const plain: GatewayRow = {
      ...base,
      pool4: pools.v4,
      pool6: pools.v6,
      revision: number,
      sectionsRevision: number,
      createdRevision: number,
    };
    const { set, writes, touched } = input.ikev2
      ? await enableIkev2(scope, number, plain)
      : { set: {}, writes: [], touched: [] };
    const row = { ...plain, ...set };
    return {
      subject: id,
      summary: { name: row.name, pool4: row.pool4, pool6: row.pool6, ikev2: row.ikev2 },
      writes: [db.build.insert(gateways).values(row), ...writes],
      touched: [...touched, id],
      usage: [{ name: 'gateways', add: 1 }],
      result: { gateway: gatewayView(row, null), enrollment: token.enrollment },
    };
  });
}
