// Valid parts of desired state: fixed ones for golden files, random ones for properties.

import fc from 'fast-check';
import { addressAt, formatAddress, type Prefix, parsePrefix } from '../../../src/model/cidr.ts';
import {
  type FirewallSection,
  firewallSectionSchema,
  type Peer,
  peerSchema,
  type WireguardSection,
  wireguardSectionSchema,
} from '../../../src/model/desired-state.ts';
import { toBase64 } from '../../../src/model/encoding.ts';
import { base32 } from '../../../src/model/ids.ts';

/** A key that is valid and says which one it is. */
export function keyNumber(number: number): string {
  const bytes = new Uint8Array(32).fill(7);
  bytes[0] = number >> 8;
  bytes[1] = number & 255;
  return toBase64(bytes);
}

export function deviceNumber(number: number): string {
  return `d_${base32(new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, number >> 8, number & 255]))}`;
}

function poolHost(pool: string, host: number): string {
  return formatAddress(addressAt(parsePrefix(pool) as Prefix, host));
}

/** The n-th device of the usual pools. */
export function peerNumber(number: number): Peer {
  const [v4, v6] = [poolHost('10.64.0.0/18', number + 1), poolHost('fd5a::/64', number + 1)];
  return peerSchema.parse({
    id: deviceNumber(number),
    publicKey: keyNumber(number),
    addresses: [`${v4}/32`, `${v6}/128`],
  });
}

export const usualWireguard: WireguardSection = {
  listenPort: 51820,
  mtu: 1420,
  addresses: ['10.64.0.1/18', 'fd5a::1/64'],
};
export const usualFirewall: FirewallSection = {
  masquerade: ['10.64.0.0/18', 'fd5a::/64'],
  isolateClients: true,
};

// Text that would hurt if it got through: the schemas must refuse it or the renderers contain it.
const hostile = fc.constantFrom(
  '10.0.0.0/8\n',
  '10.0.0.0/8; flush ruleset',
  '::1/128\r\nPostUp = reboot',
  '10.0.0.0/8 }',
  '"',
  'AAAA\u2028',
  '#',
);
const v4 = fc
  .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => `${address}/${length}`);
const v6 = fc
  .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
  .map(([address, length]) => `${address}/${length}`);
const anyText = fc.oneof(hostile, fc.string({ maxLength: 60 }), v4, v6, fc.constant('10.0.0.0/8'));
const anyKey = fc.oneof(
  hostile,
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toBase64),
  fc.string({ minLength: 44, maxLength: 44 }),
);

/** Wireguard sections as the schema lets them pass, out of anything. */
export const anyWireguard = fc
  .record({
    listenPort: fc.integer({ min: 1, max: 65535 }),
    mtu: fc.integer({ min: 1280, max: 1420 }),
    addresses: fc.array(anyText, { minLength: 1, maxLength: 2 }),
  })
  .map((value) => wireguardSectionSchema.safeParse(value).data)
  .filter((value) => value !== undefined);

export const anyFirewall = fc
  .record({ masquerade: fc.array(anyText, { maxLength: 4 }), isolateClients: fc.boolean() })
  .map((value) => firewallSectionSchema.safeParse(value).data)
  .filter((value) => value !== undefined);

export const anyPeers = fc
  .array(
    fc.record({
      id: fc.nat(9999).map(deviceNumber),
      publicKey: anyKey,
      addresses: fc.array(anyText, { minLength: 1, maxLength: 2 }),
    }),
    { maxLength: 5 },
  )
  .map((values) => values.flatMap((value) => peerSchema.safeParse(value).data ?? []));
