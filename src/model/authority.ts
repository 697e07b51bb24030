// A tenant's certificate authorities as the API shows them, and what they may vouch for.

import { z } from 'zod';
import { parseAddress } from './cidr.ts';
import { idSchema } from './ids.ts';
import { timeSchema } from './tenant.ts';

/** `retiring` no longer issues for devices; `retired` is trusted by no gateway any more. */
export const authorityStatuses = ['active', 'retiring', 'retired'] as const;
export type AuthorityStatus = (typeof authorityStatuses)[number];

export const authoritySchema = z.strictObject({
  id: idSchema('authority'),
  /** Counts the tenant's authorities, from 1. */
  generation: z.int(),
  status: z.enum(authorityStatuses),
  /** In PEM: what devices and others trust. */
  certificate: z.string(),
  /** SHA-256 of the certificate, in hex. */
  fingerprint: z.string(),
  /** The domain, or the address, of gateways about which clients believe it; no others. */
  domain: z.string(),
  /** Certificates of devices that are good now. */
  deviceCertificates: z.int(),
  /** Devices that need a new profile before it is retired, or lose a gateway then. */
  dependentDevices: z.int(),
  /** Gateways that show a certificate of it. */
  gateways: z.int(),
  revision: z.int(),
  createdAt: timeSchema,
  expiresAt: timeSchema,
});
export type Authority = z.infer<typeof authoritySchema>;

/**
 * The common name of all of a tenant's authorities: profiles name the issuer by it, and stay true
 * when the authority is replaced.
 */
export function authorityCommonName(tenantId: string): string {
  return `Sallyport ${tenantId}`;
}

/** Whether a domain of two labels is rather a register than somebody's, such as `co.uk`. */
function isRegister([name = '', top = '']: readonly string[]): boolean {
  return top.length === 2 && name.length <= 3;
}

/**
 * What an authority is made for that shall vouch for a gateway's host: the domain that it is in, so
 * that its neighbours fit as well; an address, or a name without a domain of its own, alone. It is
 * one name, because strongSwan wants a certificate's name to match each of several.
 */
export function domainOf(host: string): string {
  const name = host.toLowerCase();
  const labels = name.split('.');
  const parent = labels.slice(1);
  if (parseAddress(host) || parent.length < 2) return name;
  return parent.length === 2 && isRegister(parent) ? name : parent.join('.');
}

/** Whether clients believe an authority of this domain about the host. */
export function permits(domain: string, host: string): boolean {
  const name = host.toLowerCase();
  return name === domain || (!parseAddress(host) && name.endsWith(`.${domain}`));
}
