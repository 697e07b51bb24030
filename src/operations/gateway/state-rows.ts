// Reads what makes up the documents of gateways. When a change reaches many gateways of a tenant,
// all of them are read at once: to ask takes longer than to find.

import { eq, getTableColumns, max, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { prepared } from '../../db/prepared.ts';
import { devices, gateways, peers, tenant } from '../../db/schema/tenant.ts';
import { certificates, ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { defaultPolicy } from '../../model/policy.ts';
import { livingAuthorities } from '../authority/living.ts';
import type { TenantScope } from '../services.ts';
import type { Ikev2Rows, ListedPeer } from './ikev2-state.ts';
import type { GatewayRow } from './view.ts';

export interface Wanted {
  gatewayId: string;
  /** The revision that its agent has; undefined asks for everything. */
  since: number | undefined;
}

type PeerRow = typeof peers.$inferSelect;

/** What there is to tell of one gateway. */
export interface Rows {
  row: GatewayRow;
  changed: readonly PeerRow[];
  /** Of a gateway with IKEv2. */
  ikev2?: Ikev2Rows;
}

/** An array of pairs: the gateway's id, and the revision or null. */
const wanted = sql`json_each(${sql.placeholder('wanted')}) as wanted`;
const wantedId = sql`wanted.value ->> 0`;
const wantedSince = sql`wanted.value ->> 1`;

/** Peers that changed since; all that there are, where everything is asked for. */
function isNews(table: Record<'gatewayId' | 'revision' | 'removed', SQLiteColumn>): SQL {
  return sql`${table.gatewayId} = ${wantedId} and ${table.revision} > coalesce(${wantedSince}, 0)
    and (${wantedSince} is not null or ${table.removed} = 0)`;
}

const gatewayRows = prepared((build) =>
  build
    .select(getTableColumns(gateways))
    .from(wanted)
    .innerJoin(gateways, eq(gateways.id, wantedId)),
);
const changedPeers = prepared((build) =>
  build.select(getTableColumns(peers)).from(wanted).innerJoin(peers, isNews(peers)),
);
const changedIkev2Peers = prepared((build) =>
  build
    .select({ peer: ikev2Peers, secret: devices.ikev2Secret })
    .from(wanted)
    .innerJoin(ikev2Peers, isNews(ikev2Peers))
    .innerJoin(devices, eq(devices.id, ikev2Peers.deviceId)),
);
export const newestRevocation = prepared((build) =>
  build.select({ revision: max(certificates.revokedRevision) }).from(certificates),
);
const tenantPolicy = prepared((build) => build.select({ policy: tenant.policy }).from(tenant));

type Pairs = { wanted: string };

/** Of gateways without IKEv2: most have none, and shall not pay for it. */
async function readPlain({ db }: Pick<TenantScope, 'db'>, pairs: Pairs): Promise<Rows[]> {
  const [rows, changed] = await db.run(gatewayRows(pairs), changedPeers(pairs));
  const changedOf = Map.groupBy(changed, ({ gatewayId }) => gatewayId);
  return rows.map((row) => ({ row, changed: changedOf.get(row.id) ?? [] }));
}

/** All that makes up their documents, in one snapshot. */
async function readWithIkev2({ db }: Pick<TenantScope, 'db'>, pairs: Pairs): Promise<Rows[]> {
  const [rows, changed, certified, authorities, [newest], [self]] = await db.run(
    gatewayRows(pairs),
    changedPeers(pairs),
    changedIkev2Peers(pairs),
    livingAuthorities({}),
    newestRevocation({}),
    tenantPolicy({}),
  );
  const changedOf = Map.groupBy(changed, ({ gatewayId }) => gatewayId);
  const certifiedOf = Map.groupBy(certified, ({ peer }: ListedPeer) => peer.gatewayId);
  const { withoutRevocations, ikev2Passwords } = { ...defaultPolicy, ...self?.policy };
  const revocations = newest?.revision ?? 0;
  const told = { withoutRevocations, withPasswords: ikev2Passwords === 'on' };
  return rows.map((row) => ({
    row,
    changed: changedOf.get(row.id) ?? [],
    ...(row.ikev2 && {
      ikev2: { authorities, changed: certifiedOf.get(row.id) ?? [], revocations, ...told },
    }),
  }));
}

/** Of each gateway that there is, from one snapshot. */
export async function readRows(
  scope: Pick<TenantScope, 'db'>,
  asked: readonly Wanted[],
): Promise<Rows[]> {
  const pairs = {
    wanted: JSON.stringify(asked.map(({ gatewayId, since }) => [gatewayId, since ?? null])),
  };
  const plain = await readPlain(scope, pairs);
  const sinceOf = new Map(asked.map(({ gatewayId, since }) => [gatewayId, since]));
  const isAsked = plain.some(({ row }) => row.ikev2 && row.revision !== sinceOf.get(row.id));
  return isAsked ? readWithIkev2(scope, pairs) : plain;
}
