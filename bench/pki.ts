// bench pki: how fast certificates are issued and lists of revoked ones are made, beside
// @peculiar/x509, a general library, and beside the bare signature.

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { deviceIdentity } from '../src/model/ikev2.ts';
import { limits } from '../src/model/limits.ts';
import {
  encodeName,
  type Issuer,
  issueAuthority,
  issueDevice,
  serialFrom,
} from '../src/pki/certificate.ts';
import { issueCrl } from '../src/pki/crl.ts';
import { type GeneratedKey, generateKey, importSigner } from '../src/pki/key.ts';
import { milliseconds, type Sheet, whole } from './figures.ts';

const certificates = 2000;
const rounds = 3;
const leastPerSecond = 500;
const entries = 10_000;
const mostMilliseconds = 250;
const dayMilliseconds = 24 * 3_600_000;
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const url = 'http://control.bench/crl/t_0123456789abcdef/ca_0123456789abcdef';
const identity = deviceIdentity('d_0123456789abcdef', 'c_0123456789abcdef', 't_0123456789abcdef');

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

interface Cost {
  /** In a second of the clock, one after another. */
  perSecond: number;
  /** In a second of processor time, of whichever threads. */
  perCore: number;
}

/** The best of some rounds: others on the machine only make it slower. */
async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const best: Cost = { perSecond: 0, perCore: 0 };
  for (let round = 0; round < rounds; round++) {
    const [begun, before] = [performance.now(), process.cpuUsage()];
    for (let i = 0; i < certificates; i++) await work();
    const { user, system } = process.cpuUsage(before);
    best.perSecond = Math.max(best.perSecond, (certificates * 1000) / (performance.now() - begun));
    best.perCore = Math.max(best.perCore, (certificates * 1e6) / (user + system));
  }
  return best;
}

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const begun = performance.now();
    await work();
    best = Math.min(best, performance.now() - begun);
  }
  return best;
}

interface Peculiar {
  issuer: x509.X509Certificate;
  signingKey: CryptoKey;
  publicKey: x509.PublicKey;
}

function issueByPeculiar({ issuer, signingKey, publicKey }: Peculiar): Promise<unknown> {
  const now = Date.now();
  return x509.X509CertificateGenerator.create({
    serialNumber: Buffer.from(serialFrom(random(16))).toString('hex'),
    subject: `CN=${identity}`,
    issuer: issuer.subject,
    notBefore: new Date(now),
    notAfter: new Date(now + 90 * dayMilliseconds),
    publicKey,
    signingKey,
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([{ type: 'email', value: identity }]),
      new x509.CRLDistributionPointsExtension([url]),
    ],
  });
}

async function issuing(sheet: Sheet, issuer: Issuer, key: GeneratedKey, other: Peculiar) {
  const draft = () => {
    const notBefore = Date.now();
    return {
      ...{ issuer, serial: serialFrom(random(16)), subject: { commonName: identity } },
      ...{ spki: key.spki, names: [{ kind: 'email' as const, value: identity }], crlUrl: url },
      ...{ notBefore, notAfter: notBefore + limits.deviceCertificateDays * dayMilliseconds },
    };
  };
  const bytes = random(500);
  const bare = await costOf(() => issuer.signer.sign(bytes));
  const peculiar = await costOf(() => issueByPeculiar(other));
  const ours = await costOf(() => issueDevice(draft()));
  const say = (what: string, { perSecond, perCore }: Cost) =>
    sheet.figure(
      what,
      `${whole(perCore)}/s`,
      `by processor time; ${whole(perSecond)}/s by the clock`,
    );
  sheet.title(`pki: certificates of devices, ECDSA on P-256, keys made before`);
  say('a bare signature', bare);
  say('@peculiar/x509 (baseline)', peculiar);
  say('Sallyport', ours);
  sheet.goal(`${leastPerSecond} certificates per second and core`, ours.perCore >= leastPerSecond);
}

async function listing(sheet: Sheet, issuer: Issuer, other: Peculiar): Promise<void> {
  const now = Date.now();
  const revoked = Array.from({ length: entries }, (_, n) => ({
    serial: serialFrom(random(16)),
    revokedAt: now - n * 1000,
  }));
  const draft = { issuer, number: now, thisUpdate: now, nextUpdate: now + 30 * dayMilliseconds };
  const ours = await millisecondsOf(() => issueCrl({ ...draft, revoked }));
  const peculiar = await millisecondsOf(() =>
    x509.X509CrlGenerator.create({
      issuer: other.issuer.subject,
      thisUpdate: new Date(now),
      nextUpdate: new Date(draft.nextUpdate),
      signingKey: other.signingKey,
      signingAlgorithm: ecdsa,
      entries: revoked.map(({ serial, revokedAt }) => ({
        serialNumber: Buffer.from(serial).toString('hex'),
        revocationDate: new Date(revokedAt),
      })),
    }),
  );
  sheet.title(`pki: a list of ${whole(entries)} revoked certificates`);
  sheet.figure('@peculiar/x509 (baseline)', milliseconds(peculiar));
  sheet.figure('Sallyport', milliseconds(ours));
  sheet.goal(`at most ${mostMilliseconds} ms`, ours <= mostMilliseconds);
}

export async function pki(sheet: Sheet): Promise<void> {
  x509.cryptoProvider.set(globalThis.crypto);
  const [authorityKey, key] = [await generateKey('ec-p256'), await generateKey('ec-p256')];
  const signer = await importSigner(authorityKey);
  const name = { organization: 'Bench', commonName: 'Sallyport t_0123456789abcdef' };
  const now = Date.now();
  const certificate = await issueAuthority({
    ...{ name, signer, serial: serialFrom(random(16)), permitted: [] },
    ...{ notBefore: now, notAfter: now + 3650 * dayMilliseconds },
  });
  const other: Peculiar = {
    issuer: new x509.X509Certificate(certificate),
    signingKey: await crypto.subtle.importKey('pkcs8', authorityKey.privateKey, ecdsa, false, [
      'sign',
    ]),
    publicKey: new x509.PublicKey(key.spki),
  };
  const issuer = { name: encodeName(name), signer };
  await issuing(sheet, issuer, key, other);
  await listing(sheet, issuer, other);
}
