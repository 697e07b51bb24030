// gateway.state: list and watch. The rows are the compiled state, so an answer costs what changed.

import type {
  DesiredState,
  FirewallSection,
  Peer,
  WireguardSection,
} from '../../model/desired-state.ts';
import { SallyportError } from '../../model/errors.ts';
import { gatewayAddresses } from '../../model/pool.ts';
import type { Keys } from '../../pki/root-key.ts';
import { signDesiredState } from '../../pki/tokens.ts';
import { peerOf, poolsOf } from '../peers.ts';
import type { AgentPrincipal, TenantScope } from '../services.ts';
import { type Ikev2Rows, ikev2Change, ikev2Section } from './ikev2-state.ts';
import { type Rows, readRows, type Wanted } from './state-rows.ts';
import { turnAway } from './turn-away.ts';
import { type GatewayRow, versionOf } from './view.ts';

function wireguardSection(row: GatewayRow): WireguardSection {
  return { listenPort: row.listenPort, mtu: row.mtu, addresses: gatewayAddresses(poolsOf(row)) };
}

function firewallSection({ pool4, pool6, isolateClients, ikePool4, ikePool6 }: GatewayRow) {
  const ofIkev2 = [ikePool4, ikePool6].filter((pool) => pool !== null);
  return { masquerade: [pool4, pool6, ...ofIkev2], isolateClients } satisfies FirewallSection;
}

/** Empty when the agent has them. */
function sectionsOf(row: GatewayRow, ikev2: Ikev2Rows | undefined, since: number | undefined) {
  if (since !== undefined && row.sectionsRevision <= since) return {};
  const section = ikev2 && ikev2Section(row, ikev2);
  return {
    wireguard: wireguardSection(row),
    firewall: firewallSection(row),
    ...(section && { ikev2: section }),
  };
}

/** The document that leads from `since`, or from nothing, to what the rows say. */
async function compileDocument(
  keys: Pick<Keys, 'sealer'>,
  { row, changed, ikev2 }: Rows,
  since: number | undefined,
): Promise<DesiredState> {
  const pools = poolsOf(row);
  const isWhole = since === undefined;
  const upsert: Peer[] = [];
  const remove: string[] = [];
  for (const peer of changed) {
    if (peer.removed || peer.host === null) remove.push(peer.deviceId);
    else upsert.push(peerOf(pools, peer.deviceId, peer.publicKey, peer.host));
  }
  return {
    version: versionOf(row),
    gatewayId: row.id,
    revision: row.revision,
    base: since ?? null,
    sections: sectionsOf(row, ikev2, since),
    peers: { upsert, remove: isWhole ? [] : remove },
    peerDigest: row.peerDigest,
    ...(ikev2 && { ikev2: await ikev2Change(keys, row, ikev2, isWhole) }),
  };
}

/**
 * The signed document, or undefined when there is nothing newer than `since`. While the hub knows
 * that, it reads no database.
 * @param since the revision the agent has; undefined asks for everything
 * @throws SallyportError `revision_ahead` when the agent knows a later revision than we do
 */
export async function getState(
  scope: TenantScope,
  agent: AgentPrincipal,
  since: number | undefined,
): Promise<string | undefined> {
  const { tenantId, services } = scope;
  const { gatewayId } = agent;
  const { hub, keys } = services;
  const note = since === undefined ? undefined : await hub.recall({ tenantId, gatewayId });
  if (note && note.revision === since) return undefined;
  const [rows] = await readRows(scope, [{ gatewayId, since }]);
  if (rows?.row.identityKey !== agent.identityKey) throw await turnAway(services, agent);
  const { row } = rows;
  // An agent that is ahead of the hub may be right: then the hub was behind.
  if (note && note.revision < row.revision) await hub.publish(tenantId, [gatewayId], row.revision);
  if (since !== undefined && row.revision < since)
    throw new SallyportError('revision_ahead', `There is no revision ${since} here yet.`, {
      wayOut:
        'The control plane was restored from an older backup. The agent keeps what it has until ' +
        'later changes to its gateway have passed its revision.',
    });
  if (row.revision === since) return undefined;
  // What a delta cannot say, such as that a section is gone.
  if (since !== undefined && since < row.wholeRevision) return getState(scope, agent, undefined);
  return signDesiredState(keys.state, await compileDocument(keys, rows, since));
}

/** A question that was let in before. */
export interface Asked extends Wanted {
  since: number;
  /** Of the VM that asked; the gateway may be another one by now. */
  identityKey: string;
}

/** Each gateway once, from the earliest revision that is asked for. */
function earliest(asked: readonly Asked[]): Wanted[] {
  const byGateway = new Map<string, Asked>();
  for (const one of asked) {
    const known = byGateway.get(one.gatewayId);
    if (!known || one.since < known.since) byGateway.set(one.gatewayId, one);
  }
  return [...byGateway.values()];
}

/**
 * The signed documents for those who asked whose news a delta can tell, all of one tenant. Who is
 * left out asks `getState`.
 */
export async function getDeltas<A extends Asked>(
  scope: Pick<TenantScope, 'db' | 'services'>,
  asked: readonly A[],
): Promise<Map<A, string>> {
  const { state, sealer } = scope.services.keys;
  const all = await readRows(scope, earliest(asked));
  const rowsOf = new Map(all.map((rows) => [rows.row.id, rows]));
  const documents = new Map<A, string>();
  for (const one of asked) {
    const { since, identityKey } = one;
    const rows = rowsOf.get(one.gatewayId);
    if (rows?.row.identityKey !== identityKey) continue;
    if (rows.row.revision <= since || rows.row.wholeRevision > since) continue;
    const document = await compileDocument({ sealer }, rows, since);
    documents.set(one, await signDesiredState(state, document));
  }
  return documents;
}
