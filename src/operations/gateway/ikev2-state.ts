// What a gateway's document says of IKEv2: from rows, as all of it.

import type { ikev2Peers } from '../../db/schema/tenant-pki.ts';
import { type Ikev2Change, type Ikev2Section, passwordHost } from '../../model/ikev2.ts';
import type { Keys } from '../../pki/root-key.ts';
import type { AuthorityRow } from '../authority/living.ts';
import { passwordPurpose } from '../password.ts';

import type { GatewayRow } from './view.ts';

/** A device on the gateway's list, with its password where it has one, sealed. */
export interface ListedPeer {
  peer: typeof ikev2Peers.$inferSelect;
  secret: string | null;
}

/** What there is to tell besides the gateway's row. */
export interface Ikev2Rows {
  /** The newest first. */
  authorities: readonly AuthorityRow[];
  changed: readonly ListedPeer[];
  /** The revision that last revoked a certificate. */
  revocations: number;
  withoutRevocations: Ikev2Section['withoutRevocations'];
  /** Whether devices may come in with passwords. */
  withPasswords: boolean;
}

export function ikev2Section(
  row: GatewayRow,
  { authorities, withoutRevocations, withPasswords }: Ikev2Rows,
): Ikev2Section | undefined {
  const { ikePool4, ikePool6, certificate } = row;
  const identity = withPasswords ? passwordHost(row.endpointHost) : null;
  if (ikePool4 === null || ikePool6 === null) return undefined;
  return {
    identity: row.endpointHost,
    ...(identity === null ? {} : { password: { identity } }),
    certificate,
    authorities: authorities.map(({ id, certificate }) => ({ id, certificate })),
    pools: { v4: ikePool4, v6: ikePool6 },
    routes: row.routes,
    dns: row.dns,
    withoutRevocations,
  };
}

export async function ikev2Change(
  { sealer }: Pick<Keys, 'sealer'>,
  { ikev2Digest }: GatewayRow,
  { changed, revocations }: Ikev2Rows,
  isWhole: boolean,
): Promise<Ikev2Change> {
  const upsert = changed.filter(({ peer }) => !peer.removed);
  const gone = changed.filter(({ peer }) => peer.removed);
  return {
    upsert: await Promise.all(
      upsert.map(async ({ peer: { deviceId: id, identity }, secret }) => {
        if (secret === null) return { id, identity };
        return { id, identity, secret: await sealer.open(secret, passwordPurpose(id)) };
      }),
    ),
    remove: isWhole ? [] : gone.map(({ peer }) => peer.deviceId),
    digest: ikev2Digest,
    revocations,
  };
}
