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
  /** Domains and addresses of gateways for which clients believe it, and no others. */
  permittedHosts: z.array(z.string()),
  /** Certificates of devices that are good now. */
  deviceCertificates: z.int(),
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

/**
 * What an authority is made to permit for a gateway's host: the domain that it is in, so that its
 * neighbours fit as well; an address, or a name without such a domain, alone.
 */
export function permittedHostOf(host: string): string {
  if (parseAddress(host)) return host;
  const labels = host.toLowerCase().split('.');
  return labels.length < 3 ? labels.join('.') : labels.slice(1).join('.');
}

/** Whether clients believe the authority about the host: the domain itself, or below it. */
export function permits(permittedHosts: readonly string[], host: string): boolean {
  const name = host.toLowerCase();
  const isAddress = parseAddress(host) !== undefined;
  return permittedHosts.some(
    (permitted) => name === permitted || (!isAddress && name.endsWith(`.${permitted}`)),
  );
}
