// Proofs that devices were cut off: signed by this gateway's identity key, kept until a report with
// them was answered.

import { toBase64Url, toUtf8 } from '../model/encoding.ts';
import { type RevocationReceipt, revocationReceiptType } from '../model/ikev2.ts';
import { limits } from '../model/limits.ts';
import type { Host } from './host.ts';
import type { Enrolled, IdentityKey } from './identity.ts';
import { agentLimits } from './limits.ts';

const jwsPattern = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A cut, without what is the same for all that were made now. */
export type Proof = Omit<RevocationReceipt, 'gatewayId' | 'appliedAt'>;

export class Receipts {
  readonly #host: Host;
  readonly #path: string;
  readonly #enrolled: Enrolled;
  readonly #key: IdentityKey;
  #kept: string[] = [];
  /** Whether the file ends in a torn line, or is not as what is here. */
  #unsaved = false;

  constructor(host: Host, path: string, enrolled: Enrolled, key: IdentityKey) {
    this.#host = host;
    this.#path = path;
    this.#enrolled = enrolled;
    this.#key = key;
  }

  /** Takes up what the run before left. A crash may have torn the last line. */
  load(): void {
    const lines = (this.#host.readText(this.#path) ?? '').split('\n');
    this.#unsaved = lines.pop() !== '';
    this.#kept = lines.filter((line) => jwsPattern.test(line));
  }

  /** Signs that these are cut off now. */
  add(proofs: readonly Proof[]): void {
    if (proofs.length === 0) return;
    const appliedAt = this.#host.now();
    const { gatewayId } = this.#enrolled;
    const signed = proofs.map((proof) => this.#sign({ gatewayId, ...proof, appliedAt }));
    this.#kept.push(...signed);
    const most = agentLimits.receiptsKept;
    if (this.#kept.length > most) this.#kept.splice(0, this.#kept.length - most);
    else if (!this.#unsaved) {
      this.#unsaved = true;
      this.#host.appendText(this.#path, signed.map((line) => `${line}\n`).join(''));
      this.#unsaved = false;
      return;
    }
    this.#rewrite();
  }

  /** Those that the next report says, the oldest first. */
  next(): string[] {
    return this.#kept.slice(0, limits.receiptsPerReport);
  }

  /** The report with that many was answered. */
  answered(count: number): void {
    if (count === 0) return;
    this.#kept.splice(0, count);
    this.#rewrite();
  }

  #rewrite(): void {
    this.#unsaved = true;
    if (this.#kept.length === 0) this.#host.remove(this.#path);
    else this.#host.writeAtomic(this.#path, this.#kept.map((line) => `${line}\n`).join(''), 0o600);
    this.#unsaved = false;
  }

  #sign(receipt: RevocationReceipt): string {
    const kid = `${this.#enrolled.tenantId}.${this.#enrolled.gatewayId}`;
    const header = { alg: 'EdDSA', kid, typ: revocationReceiptType };
    const parts = [header, receipt].map((part) => toBase64Url(toUtf8(JSON.stringify(part))));
    const signature = this.#host.sign(this.#key.privateKey, toUtf8(parts.join('.')));
    return [...parts, toBase64Url(signature)].join('.');
  }
}
