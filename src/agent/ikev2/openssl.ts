// Keys, requests, certificates and lists of revoked ones, by the machine's own openssl.

import { z } from 'zod';
import { fromBase64 } from '../../model/encoding.ts';
import type { Host } from '../host.ts';
import { run } from '../linux.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const momentSchema = z.string().transform((text, context) => {
  const parts = /^(\w{3}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) GMT$/.exec(text);
  const [, name = '', ...numbers] = parts ?? [];
  const [day = 0, hour, minute, second, year = 0] = numbers.map(Number);
  const at = Date.UTC(year, months.indexOf(name), day, hour, minute, second);
  if (parts && months.includes(name)) return at;
  context.addIssue('is no time as openssl prints it');
  return z.NEVER;
});

/** `name=value` in a line of its own. */
function momentOf(name: string, text: string): number {
  return momentSchema.parse(new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]);
}

function publicKeyIn(text: string): string {
  return /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(text)?.[0] ?? '';
}

export function pemOf(base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A new private key (P-256) in PEM. */
export async function makeKey(host: Host): Promise<string> {
  const argv = ['openssl', 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  const text = await run(host, argv);
  if (!text.includes('PRIVATE KEY-----')) throw new Error('openssl made no key');
  return text;
}

/** The public key of a private one in a file. */
export async function publicKeyOf(host: Host, file: string): Promise<string> {
  return publicKeyIn(await run(host, ['openssl', 'pkey', '-pubout', '-in', file]));
}

/** A request (PKCS #10, PEM) for a certificate of the key in a file. */
export function makeRequest(host: Host, file: string, name: string): Promise<string> {
  return run(host, ['openssl', 'req', '-new', '-key', file, '-subj', `/CN=${name}`]);
}

export interface CertificateFacts {
  notBefore: number;
  notAfter: number;
  publicKey: string;
}

/** What a certificate (DER in base64) says. */
export async function readCertificate(host: Host, base64: string): Promise<CertificateFacts> {
  if (!fromBase64(base64)) throw new Error('the certificate is no base64');
  const argv = ['openssl', 'x509', '-noout', '-startdate', '-enddate', '-pubkey'];
  const text = await run(host, argv, pemOf(base64));
  return {
    notBefore: momentOf('notBefore', text),
    notAfter: momentOf('notAfter', text),
    publicKey: publicKeyIn(text),
  };
}

/** From when until when a list of revoked certificates (PEM) is good. */
export async function readRevocations(
  host: Host,
  pem: string,
): Promise<{ from: number; until: number }> {
  const text = await run(host, ['openssl', 'crl', '-noout', '-lastupdate', '-nextupdate'], pem);
  return { from: momentOf('lastUpdate', text), until: momentOf('nextUpdate', text) };
}
