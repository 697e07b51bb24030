// Where tenants may make the control plane connect to: their webhooks and syslog servers, but not
// the network that the control plane itself stands in.

import { z } from 'zod';
import { type Address, contains, type Prefix, parseAddress, parsePrefix } from './cidr.ts';
import { limits } from './limits.ts';
import { isHostname } from './text.ts';
import { portSchema } from './wireguard.ts';

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (typeof parsed === 'string') throw new RangeError(`${text} is no prefix`);
  return parsed;
}

// The registries of special-purpose addresses (RFC 6890) and multicast.
const loopback = ['127.0.0.0/8', '::1/128'].map(prefix);
const special4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
].map(prefix);
/** All that is routed in IPv6 today; loopback, ULA, link-local and multicast are outside. */
const global6 = prefix('2000::/3');
const special6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map(prefix);
/** Their last 32 bits are the IPv4 address that is meant: mapped addresses and NAT64. */
const carriers = ['::ffff:0:0/96', '64:ff9b::/96'].map(prefix);

/** Whether the address is one of the public internet. */
export function isPublicAddress(address: Address): boolean {
  if (carriers.some((carrier) => contains(carrier, address)))
    return isPublicAddress({ family: 4, bytes: address.bytes.slice(12) });
  if (address.family === 4) return !special4.some((range) => contains(range, address));
  return contains(global6, address) && !special6.some((range) => contains(range, address));
}

/** Takes off what a URL puts around an address, and the dot at the end of a full name. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}

function isLoopbackHost(host: string): boolean {
  const address = parseAddress(bare(host));
  if (address) return loopback.some((range) => contains(range, address));
  return /(^|\.)localhost$/i.test(bare(host));
}

/**
 * Whether a host may be public. A name that only resolves to a private address passes here: who
 * resolves it has to look again, at the address that it connects to.
 */
export function mayBePublicHost(host: string): boolean {
  const address = parseAddress(bare(host));
  return address ? isPublicAddress(address) : !isLoopbackHost(host);
}

/** What the operator lets tenants reach. */
export interface OutboundPolicy {
  /** Loopback and private networks too. */
  allowPrivate: boolean;
}

const privateRule = 'must not lie in a private network';

function urlFault(text: string, { allowPrivate }: OutboundPolicy): string | undefined {
  if (!URL.canParse(text)) return 'must be an address such as https://example.com/hook';
  const { protocol, hostname, username, password } = new URL(text);
  const plain = protocol === 'http:' && allowPrivate && isLoopbackHost(hostname);
  if (protocol !== 'https:' && !plain) return 'must be an https:// address';
  if (username !== '' || password !== '') return 'must not hold a user name or password';
  return allowPrivate || mayBePublicHost(hostname) ? undefined : privateRule;
}

/** Where a webhook goes. */
export function webhookUrlSchema(policy: OutboundPolicy) {
  return z
    .string()
    .max(limits.urlLength)
    .superRefine((text, context) => {
      const fault = urlFault(text, policy);
      if (fault) context.addIssue(fault);
    });
}

/** An identity provider, which is a URL without query or fragment (OpenID Connect Discovery §3). */
export function issuerSchema(policy: OutboundPolicy) {
  return webhookUrlSchema(policy).refine((text) => !/[?#]/.test(text), 'must hold no "?" or "#"');
}

/** A syslog server, which is spoken to in TLS. */
export function syslogTargetSchema({ allowPrivate }: OutboundPolicy) {
  return z.strictObject({
    host: z
      .string()
      .max(limits.hostnameLength)
      .refine(
        (text) => isHostname(text) || parseAddress(text) !== undefined,
        'must be a host name or an IP address',
      )
      .refine((text) => allowPrivate || mayBePublicHost(text), privateRule),
    port: portSchema.default(6514),
    /** The only authorities to trust, in place of the public ones. */
    caPem: z
      .string()
      .max(limits.authorityPemLength)
      .regex(/^\s*-----BEGIN CERTIFICATE-----/, 'must be certificates in PEM')
      .optional(),
  });
}
export type SyslogTarget = z.infer<ReturnType<typeof syslogTargetSchema>>;
