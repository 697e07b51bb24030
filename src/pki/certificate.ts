// X.509 certificates (RFC 5280) of a tenant's authority, its gateways and its devices.

import { parseAddress } from '../model/cidr.ts';
import { toUtf8 } from '../model/encoding.ts';
import {
  type Bytes,
  bitString,
  boolean,
  children,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  readOne,
  readTime,
  sequence,
  set,
  tags,
  time,
  utf8String,
} from './der.ts';
import { isRsa, keyIdOf, type Signer } from './key.ts';

const oids = {
  commonName: '2.5.4.3',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  /** Asked for by old Windows; hurts nobody. */
  ikeIntermediate: '1.3.6.1.5.5.8.2.2',
} as const;

export interface DistinguishedName {
  organization?: string;
  unit?: string;
  commonName: string;
}

/** X.520 allows no more characters in any of these. */
const mostOfName = 64;

export function encodeName({ organization, unit, commonName }: DistinguishedName): Bytes {
  const attributes = [
    [oids.organizationName, organization],
    [oids.organizationalUnitName, unit],
    [oids.commonName, commonName],
  ] as const;
  return sequence(
    ...attributes.flatMap(([type, value]) => {
      if (value === undefined) return [];
      const text = [...value].slice(0, mostOfName).join('');
      return [set(sequence(oid(type), utf8String(text)))];
    }),
  );
}

export function extension(id: string, value: Bytes, critical = false): Bytes {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** What a certificate, or a constraint of names, may name. */
export type GeneralName =
  | { kind: 'dns'; value: string }
  | { kind: 'email'; value: string }
  | { kind: 'ip'; value: string };

function addressBytes(text: string): Uint8Array {
  return new Uint8Array(parseAddress(text)?.bytes ?? []);
}

function generalName({ kind, value }: GeneralName): Bytes {
  if (kind === 'email') return implicit(1, toUtf8(value));
  return kind === 'dns' ? implicit(2, toUtf8(value)) : implicit(7, addressBytes(value));
}

/** A single host, as constraints of names write it: address and mask (RFC 5280 §4.2.1.10). */
function subtree(name: GeneralName): Bytes {
  if (name.kind !== 'ip') return sequence(generalName(name));
  const address = addressBytes(name.value);
  const mask = new Uint8Array(address.length).fill(0xff);
  return sequence(implicit(7, new Uint8Array([...address, ...mask])));
}

/** `keyUsage` with these bits, counted from the left (RFC 5280 §4.2.1.3). */
function keyUsage(...bits: number[]): Bytes {
  let octet = 0;
  for (const bit of bits) octet |= 0x80 >> bit;
  const unused = 7 - Math.max(...bits);
  return extension(oids.keyUsage, bitString(new Uint8Array([octet]), unused), true);
}

const digitalSignature = 0;
const keyEncipherment = 2;
const keyCertSign = 5;
const cRLSign = 6;

export interface Validity {
  /** Unix time in milliseconds. */
  notBefore: number;
  notAfter: number;
}

/** Who vouches. */
export interface Issuer {
  /** Its certificate's subject, byte for byte: a Name (RFC 5280 §4.1.2.4). */
  name: Bytes;
  signer: Signer;
}

/**
 * Subject, public key and end of a certificate.
 * @throws SallyportError `invalid_input` when it is none
 */
export function readCertificate(der: Bytes): { subject: Bytes; spki: Bytes; notAfter: number } {
  const [body] = children(readOne(der, tags.sequence), 3);
  const [, , , , validity, subject, spki] = children(body, 7);
  if (!subject || !spki) throw new Error('seven at least');
  const notAfter = readTime(children(validity, 2)[1]);
  return { subject: subject.whole, spki: spki.whole, notAfter };
}

interface Draft extends Validity {
  issuer: Issuer;
  /** At most 20 octets, the first below 0x80 and not zero. */
  serial: Uint8Array;
  subject: DistinguishedName;
  spki: Bytes;
  extensions: readonly Bytes[];
}

export function authorityKeyIdentifier(keyId: Bytes): Bytes {
  return extension(oids.authorityKeyIdentifier, sequence(implicit(0, keyId)));
}

async function issue(draft: Draft): Promise<Bytes> {
  const { issuer, serial, subject, spki, notBefore, notAfter, extensions } = draft;
  const { signer } = issuer;
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    signer.algorithm,
    issuer.name,
    sequence(time(notBefore), time(notAfter)),
    encodeName(subject),
    spki,
    explicit(
      3,
      sequence(
        extension(oids.subjectKeyIdentifier, octetString(await keyIdOf(spki))),
        authorityKeyIdentifier(await keyIdOf(signer.spki)),
        ...extensions,
      ),
    ),
  );
  return sequence(body, signer.algorithm, bitString(await signer.sign(body)));
}

export interface AuthorityDraft extends Validity {
  name: DistinguishedName;
  signer: Signer;
  serial: Uint8Array;
  /** The only names that it may vouch for: its trust on users' devices reaches no web site. */
  permitted: readonly GeneralName[];
}

/** The self-signed certificate of a tenant's authority. It has no extended key usage on purpose. */
export function issueAuthority(draft: AuthorityDraft): Promise<Bytes> {
  const { name, signer, permitted } = draft;
  const constraints = sequence(explicit(0, ...permitted.map(subtree)));
  return issue({
    ...draft,
    issuer: { name: encodeName(name), signer },
    subject: name,
    spki: signer.spki,
    extensions: [
      // No authority below it.
      extension(oids.basicConstraints, sequence(boolean(true), integer(0)), true),
      keyUsage(keyCertSign, cRLSign),
      ...(permitted.length === 0 ? [] : [extension(oids.nameConstraints, constraints, true)]),
    ],
  });
}

export interface LeafDraft extends Validity {
  issuer: Issuer;
  serial: Uint8Array;
  subject: DistinguishedName;
  spki: Bytes;
  names: readonly GeneralName[];
  /** Where the list of revoked certificates is. */
  crlUrl: string | undefined;
}

function leafExtensions({ names, crlUrl, spki }: LeafDraft, usages: readonly string[]): Bytes[] {
  const point = (url: string) => sequence(explicit(0, explicit(0, implicit(6, toUtf8(url)))));
  return [
    extension(oids.basicConstraints, sequence(), true),
    // Old Windows wants both of an RSA key; of another kind the second must not be (RFC 8813 §3).
    isRsa(spki) ? keyUsage(digitalSignature, keyEncipherment) : keyUsage(digitalSignature),
    extension(oids.extKeyUsage, sequence(...usages.map(oid))),
    extension(oids.subjectAltName, sequence(...names.map(generalName))),
    ...(crlUrl === undefined
      ? []
      : [extension(oids.crlDistributionPoints, sequence(point(crlUrl)))]),
  ];
}

/** What a host is in a certificate. Windows looks for an address among the DNS names as well. */
export function namesOfHost(host: string): GeneralName[] {
  const address = parseAddress(host);
  if (!address) return [{ kind: 'dns', value: host }];
  const ip = { kind: 'ip', value: host } as const;
  return address.family === 4 ? [ip, { kind: 'dns', value: host }] : [ip];
}

export function issueGateway(draft: LeafDraft): Promise<Bytes> {
  const extensions = leafExtensions(draft, [oids.serverAuth, oids.ikeIntermediate]);
  return issue({ ...draft, extensions });
}

/** A device's. Its common name is its alternative name, for clients that send either. */
export function issueDevice(draft: LeafDraft): Promise<Bytes> {
  return issue({ ...draft, extensions: leafExtensions(draft, [oids.clientAuth]) });
}

/** A serial number of 127 random bits, positive as it must be. */
export function serialFrom(random: Uint8Array): Uint8Array {
  const serial = random.slice(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}
