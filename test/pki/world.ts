// An authority with what it issues, for tests.

import { toPem } from '../../src/model/encoding.ts';
import {
  encodeName,
  type GeneralName,
  type Issuer,
  issueAuthority,
  issueDevice,
  issueGateway,
  serialFrom,
} from '../../src/pki/certificate.ts';
import type { Bytes } from '../../src/pki/der.ts';
import { type GeneratedKey, generateKey, importSigner, type KeyType } from '../../src/pki/key.ts';

const hour = 3_600_000;
const day = 24 * hour;

export const pem = toPem;

export function serial(): Uint8Array {
  return serialFrom(crypto.getRandomValues(new Uint8Array(16)));
}

export interface TestAuthority {
  issuer: Issuer;
  certificate: Bytes;
  gateway(names: GeneralName[], type?: KeyType): Promise<Issued>;
  device(identity: string, type?: KeyType): Promise<Issued>;
}

export interface Issued {
  key: GeneratedKey;
  serial: Uint8Array;
  certificate: Bytes;
}

export async function authority(
  permitted: GeneralName[] = [
    { kind: 'dns', value: 'vpn.example.com' },
    { kind: 'ip', value: '192.0.2.7' },
    { kind: 'dns', value: '192.0.2.7' },
    { kind: 'email', value: 'acme.vpn.internal' },
  ],
  type: KeyType = 'ec-p256',
): Promise<TestAuthority> {
  const now = Date.now();
  const signer = await importSigner(await generateKey(type));
  const name = { organization: 'Acme', commonName: 'Acme VPN' };
  const issuer = { name: encodeName(name), signer };
  const validity = { notBefore: now - hour, notAfter: now + 3650 * day };
  const certificate = await issueAuthority({
    ...validity,
    name,
    signer,
    serial: serial(),
    permitted,
  });
  const leaf = async (
    subject: string,
    names: GeneralName[],
    keyType: KeyType,
    isGateway: boolean,
  ) => {
    const key = await generateKey(keyType);
    const number = serial();
    const draft = {
      issuer,
      serial: number,
      subject: { organization: 'Acme', commonName: subject },
      spki: key.spki,
      names,
      crlUrl: 'http://crl.example.com/acme.crl',
      notBefore: now - hour,
      notAfter: now + 397 * day,
    };
    const der = await (isGateway ? issueGateway(draft) : issueDevice(draft));
    return { key, serial: number, certificate: der };
  };
  return {
    issuer,
    certificate,
    gateway: (names, keyType = 'ec-p256') => leaf(names[0]?.value ?? '', names, keyType, true),
    device: (identity, keyType = 'ec-p256') =>
      leaf(identity, [{ kind: 'email', value: identity }], keyType, false),
  };
}
