// WireGuard keys and the data a client needs to reach one gateway.

import { z } from 'zod';
import { anyPrefixSchema, ipAddressSchema, parseAddress } from './cidr.ts';
import { fromBase64 } from './encoding.ts';
import { limits } from './limits.ts';
import { isHostname } from './text.ts';

/** An X25519 public key as WireGuard writes it: 32 bytes in base64, not all zero. */
export const wireguardPublicKeySchema = z
  .string()
  .refine((text) => {
    const bytes = text.length === 44 ? fromBase64(text) : undefined;
    return bytes?.length === 32 && bytes.some((byte) => byte !== 0);
  }, 'must be a WireGuard public key: 32 bytes in base64, 44 characters ending in "="')
  .meta({ pattern: '^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$' });

export const portSchema = z.int().min(1).max(65535);
export const mtuSchema = z.int().min(limits.mtuLeast).max(limits.mtuMost);

const hostSchema = z
  .string()
  .max(limits.hostnameLength)
  .refine(
    (text) => isHostname(text) || parseAddress(text) !== undefined,
    'must be a host name, an IPv4 address or an IPv6 address without brackets',
  )
  .meta({ examples: ['vpn.example.com', '192.0.2.7', '2001:db8::7'] });

/** Where clients reach a gateway: a name or address, and a UDP port. */
export const endpointSchema = z.strictObject({
  host: hostSchema,
  port: portSchema.default(51820),
});
export type Endpoint = z.infer<typeof endpointSchema>;

/** Another host or another port; what is left out stays as it is. */
export const changeEndpointSchema = z
  .strictObject({ host: hostSchema, port: portSchema })
  .partial();

/** `host:port`, with brackets around an IPv6 address (RFC 3986 §3.2.2). */
export function formatEndpoint({ host, port }: Endpoint): string {
  return parseAddress(host)?.family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Everything but the private key that a client's WireGuard configuration needs. */
export const wireguardConnectionSchema = z.strictObject({
  gatewayId: z.string(),
  gatewayName: z.string(),
  endpoint: endpointSchema,
  gatewayPublicKey: wireguardPublicKeySchema,
  addresses: z.array(anyPrefixSchema).min(1),
  routes: z.array(anyPrefixSchema).min(1),
  dns: z.array(ipAddressSchema),
  mtu: mtuSchema,
});
export type WireguardConnection = z.infer<typeof wireguardConnectionSchema>;
