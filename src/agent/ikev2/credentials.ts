// What the gateway proves itself with, and what it knows of devices' certificates: its key, born
// here, the certificate for it, and the authorities' lists of revoked ones.

import type { Ikev2Section } from '../../model/ikev2.ts';
import { Alarm } from '../alarm.ts';
import type { ControlPlane } from '../api.ts';
import { agentLimits } from '../limits.ts';
import type { Machine } from '../machine.ts';
import type { Ikev2State } from './devices.ts';
import { removeAuthority, revocationsFile } from './folder.ts';
import type { Note } from './note.ts';
import {
  type CertificateFacts,
  makeKey,
  makeRequest,
  publicKeyOf,
  readCertificate,
  readRevocations,
} from './openssl.ts';

export type Issuer = Pick<ControlPlane, 'certify' | 'fetchRevocations'>;

/** The part of the note that lists of revoked certificates change. */
export type Lists = Pick<Note, 'authorities'> & Partial<Note>;

export interface GatewayCredentials {
  privateKey: string;
  /** DER in base64. */
  certificate: string;
}

interface Known extends CertificateFacts {
  certificate: string;
  /** Whether it is for our key. */
  fits: boolean;
}

function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

export class Credentials {
  readonly #machine: Machine;
  readonly #issuer: Issuer;
  #publicKey: string | undefined;
  #known: Known | undefined;
  /** What was issued in place of the section's certificate, until the next document has it. */
  #issued: { instead: string | null; certificate: string } | undefined;
  /** When to ask for another one while the one here is good. */
  readonly #renewing: Alarm;
  #certifyFault: string | undefined;
  #listsFault: string | undefined;

  constructor(machine: Machine, issuer: Issuer) {
    this.#machine = machine;
    this.#issuer = issuer;
    this.#renewing = new Alarm(machine.host);
  }

  /** The key, made if there is none, and the certificate for it, or undefined without one. */
  async gateway(section: Ikev2Section): Promise<GatewayCredentials | undefined> {
    const privateKey = await this.#key();
    const issued = this.#issued?.instead === section.certificate ? this.#issued : undefined;
    const certificate = issued?.certificate ?? section.certificate;
    if (certificate === null) {
      this.#known = undefined;
      return undefined;
    }
    if (this.#known?.certificate !== certificate) {
      const facts = await readCertificate(this.#machine.host, certificate);
      this.#known = { ...facts, certificate, fits: facts.publicKey === this.#publicKey };
    }
    return this.#known.fits ? { privateKey, certificate } : undefined;
  }

  async #key(): Promise<string> {
    const { host, files } = this.#machine;
    let key = host.readText(files.ikev2Key);
    if (key === undefined) {
      key = await makeKey(host);
      host.writeAtomic(files.ikev2Key, key, 0o600);
    }
    this.#publicKey ??= await publicKeyOf(host, files.ikev2Key);
    return key;
  }

  /** Whether there is none that fits, or a third of its life is left. */
  wantsCertificate(): boolean {
    if (!this.#known?.fits) return true;
    const { notBefore, notAfter } = this.#known;
    if (this.#renewing.left() > 0) return false;
    return this.#machine.host.now() > notAfter - (notAfter - notBefore) / 3;
  }

  /** Asks for a certificate. Gives whether one came. */
  async certify(section: Ikev2Section): Promise<boolean> {
    const { host, files } = this.#machine;
    await this.#key();
    // The control plane may find that it is not time yet.
    this.#renewing.set(agentLimits.certificateAgainMilliseconds);
    const request = await makeRequest(host, files.ikev2Key, section.identity);
    const answer = await this.#issuer.certify(request);
    if ('failed' in answer) {
      this.#certifyFault = `no certificate for the gateway: ${answer.failed}`;
      return false;
    }
    this.#certifyFault = undefined;
    this.#issued = { instead: section.certificate, certificate: answer.certificate };
    return true;
  }

  /** Whether a list is missing, or lacks what was revoked since, or is a day old. */
  wantsRevocations({ section, revocations }: Ikev2State, note: Note): boolean {
    return (
      note.revocations < revocations ||
      this.#machine.host.now() - note.fetchedAt > agentLimits.revocationsEveryMilliseconds ||
      section.authorities.some(({ id }) => (note.authorities[id] ?? null) === null)
    );
  }

  /** Fetches every list into the folder. Gives what is to be noted once charon has loaded them. */
  async fetchRevocations({ section, revocations }: Ikev2State, note: Note): Promise<Lists> {
    const authorities = { ...note.authorities };
    const problems: string[] = [];
    for (const { id } of section.authorities) {
      const problem = await this.#fetchList(id, authorities);
      if (problem !== undefined) problems.push(problem);
    }
    this.#listsFault = problems[0];
    if (problems.length > 0) return { authorities };
    return { authorities, revocations, fetchedAt: this.#machine.host.now() };
  }

  async #fetchList(
    id: string,
    authorities: Record<string, number | null>,
  ): Promise<string | undefined> {
    const { host, swanctlDirectory } = this.#machine;
    const answer = await this.#issuer.fetchRevocations(id);
    if ('failed' in answer) return `fetching the list: ${answer.failed}`;
    try {
      const { until } = await readRevocations(host, answer.pem);
      if (until < (authorities[id] ?? 0)) return 'a list came that is older than the one here';
      host.writeAtomic(revocationsFile(swanctlDirectory, id), answer.pem, 0o644);
      authorities[id] = until;
      return undefined;
    } catch {
      return 'a list came that openssl cannot read';
    }
  }

  /** Removes what is left of authorities that the section lacks. Gives those that it has. */
  forgetAuthorities(
    section: Ikev2Section | undefined,
    noted: Note['authorities'],
  ): Note['authorities'] {
    const wanted = (section?.authorities ?? []).map(({ id }) => id);
    for (const id of Object.keys(noted))
      if (!wanted.includes(id)) removeAuthority(this.#machine, id);
    return Object.fromEntries(wanted.map((id) => [id, noted[id] ?? null]));
  }

  /** When the certificate ends, or null. */
  get until(): number | null {
    return this.#known?.fits ? this.#known.notAfter : null;
  }

  /** What keeps devices out, or will, in words. */
  faults(section: Ikev2Section, note: Note): string[] {
    const now = this.#machine.host.now();
    const faults: string[] = [];
    if (this.#certifyFault !== undefined) faults.push(this.#certifyFault);
    else if (!this.#known?.fits) faults.push('the gateway has no certificate yet');
    const { notBefore, notAfter } = this.#known ?? { notBefore: 0, notAfter: now };
    if (now < notBefore)
      faults.push(
        `the certificate is good from ${moment(notBefore)} on, ` +
          `and this clock says ${moment(now)}: set the clock`,
      );
    if (now > notAfter) faults.push(`the certificate ended ${moment(notAfter)}`);
    const effect =
      section.withoutRevocations === 'refuse'
        ? 'no device comes in'
        : 'revoked devices are kept out by their names alone';
    const ends = section.authorities.map(({ id }) => note.authorities[id] ?? null);
    if (ends.includes(null)) faults.push(`no list of revoked certificates yet; ${effect}`);
    else if (ends.some((end) => end !== null && end < now))
      faults.push(`the list of revoked certificates is too old; ${effect}`);
    if (this.#listsFault !== undefined) faults.push(this.#listsFault);
    return faults;
  }
}
