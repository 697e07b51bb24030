// Which kinds of profiles a device can have: those whose protocol one of its gateways is ready for.

import { inArray } from 'drizzle-orm';
import { gateways } from '../../db/schema/tenant.ts';
import { SallyportError } from '../../model/errors.ts';
import { type ProfileKind, profileKinds, profileTraits } from '../../model/profile.ts';
import type { GatewayRow } from '../gateway/view.ts';
import { allowsPasswords, takesPasswords } from '../password.ts';
import type { TenantScope } from '../services.ts';

type Protocol = (typeof profileTraits)[ProfileKind]['protocol'];

const isReady: Readonly<Record<Protocol, (row: GatewayRow) => boolean>> = {
  wireguard: ({ wireguardPublicKey }) => wireguardPublicKey !== null,
  ikev2: ({ ikev2, certificate }) => ikev2 && certificate !== null,
  password: takesPasswords,
};

const protocolNames: Readonly<Record<Protocol, string>> = {
  wireguard: 'WireGuard',
  ikev2: 'IKEv2',
  password: 'passwords',
};

async function readGateways({ db }: TenantScope, ids: string[]): Promise<GatewayRow[]> {
  const [rows] = await db.run(db.build.select().from(gateways).where(inArray(gateways.id, ids)));
  return rows;
}

/** @param gatewayIds those that serve the device */
export async function readOffers(scope: TenantScope, gatewayIds: string[]): Promise<ProfileKind[]> {
  const rows = await readGateways(scope, gatewayIds);
  const withPasswords = await allowsPasswords(scope);
  return profileKinds.filter((kind) => {
    const { protocol } = profileTraits[kind];
    return (protocol !== 'password' || withPasswords) && rows.some(isReady[protocol]);
  });
}

/** @throws SallyportError `gateway_not_ready` when no gateway could serve such a profile */
export async function requireReady(
  scope: TenantScope,
  gatewayIds: string[],
  protocol: Protocol,
): Promise<void> {
  const rows = await readGateways(scope, gatewayIds);
  if (rows.some(isReady[protocol])) return;
  const other = protocol === 'wireguard' ? 'ikev2' : 'wireguard';
  if (!rows.some(isReady[other]))
    throw new SallyportError('gateway_not_ready', 'No gateway of this device is set up yet.', {
      wayOut: 'Try the same link again later; it was not used up.',
    });
  throw new SallyportError(
    'gateway_not_ready',
    `No gateway of this device is ready for ${protocolNames[protocol]}.`,
    { wayOut: `Take a profile of ${protocolNames[other]}: the link was not used up.` },
  );
}
