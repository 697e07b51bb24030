// An export of the log as a file: written while it comes, and checked link by link, then or later.

import {
  closeSync,
  createReadStream,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import type { Fault } from '../model/audit.ts';
import { type Revision, revisionSchema } from '../model/revision.ts';
import { chainStart, faultOf, type Link } from '../pki/audit.ts';
import { Failure, messageOf, refused, usage } from './failure.ts';

export interface Checked {
  verified: number;
  from: number;
  to: number;
  anchors: number;
  fault: Fault | null;
}

function parse(line: string): Revision | undefined {
  try {
    return revisionSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Walks along an export. Its first line is trusted, unless it is the first revision of all. */
export class Walk {
  readonly #anchors: { tenantId: string; publicKey: string } | undefined;
  #link: Link | undefined;
  #last: Revision | undefined;
  readonly checked: Checked = { verified: 0, from: 0, to: 0, anchors: 0, fault: null };

  /** @param anchors what they are checked by; without it they are not */
  constructor(anchors?: { tenantId: string; publicKey: string }) {
    this.#anchors = anchors;
  }

  /** @returns false when it makes no sense to go on */
  async add(line: string): Promise<boolean> {
    const { checked } = this;
    const revision = parse(line);
    const number = revision?.number ?? checked.to + 1;
    if (checked.verified === 0) checked.from = number;
    const link = this.#link ?? (number === 1 || !revision ? chainStart : undefined);
    const { tenantId = '', publicKey } = this.#anchors ?? {};
    const fault = link && (await faultOf(link, number, revision, tenantId, publicKey));
    if (fault || !revision) {
      checked.fault = fault ?? { number, what: 'altered' };
      return false;
    }
    if (revision.operation === 'audit.anchor' && link && publicKey) checked.anchors++;
    this.#link = { number, hash: revision.hash };
    this.#last = revision;
    checked.verified++;
    checked.to = number;
    return true;
  }

  /** Whether the last line is the export's own revision, without which it was cut short. */
  get isWhole(): boolean {
    return this.#last?.operation === 'audit.export';
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, 'utf8');
  const failed = new Promise<never>((_, reject) => input.once('error', reject));
  failed.catch(() => undefined);
  try {
    await Promise.race([new Promise((resolve) => input.once('open', resolve)), failed]);
  } catch (error) {
    throw usage(`cannot read ${file}: ${messageOf(error)}`);
  }
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

/** The tenant that an export is of: what its last line is about. */
async function tenantOf(file: string): Promise<string> {
  let last = '';
  for await (const line of linesOf(file)) last = line;
  const revision = parse(last);
  if (revision?.operation === 'audit.export') return revision.subject;
  throw refused(`${file} was cut short: its last line is not the revision of the export`, [
    'Export it again.',
  ]);
}

/**
 * Checks an export that was kept.
 * @param publicKey of the anchors
 */
export async function checkFile(file: string, publicKey: string | undefined): Promise<Checked> {
  const tenantId = await tenantOf(file);
  const walk = new Walk(publicKey === undefined ? undefined : { tenantId, publicKey });
  for await (const line of linesOf(file)) if (!(await walk.add(line))) break;
  return walk.checked;
}

function open(path: string): number {
  try {
    return openSync(path, 'wx', 0o600);
  } catch (error) {
    throw usage(`cannot write ${path}: ${messageOf(error)}`);
  }
}

function cutShort(cause?: unknown): Failure {
  return refused('the export was cut short, and nothing is kept of it', ['Try again.'], cause);
}

/**
 * Writes an export, which gets its name only once it is known to be whole. One that does not hold
 * together is kept all the same: it is evidence.
 */
export async function writeExport(lines: AsyncIterable<string>, file: string): Promise<Checked> {
  if (existsSync(file)) throw usage(`${file} is there already`, 'Give another --out.');
  const part = `${file}.part`;
  const handle = open(part);
  const walk = new Walk();
  try {
    let holds = true;
    for await (const line of lines) {
      writeSync(handle, `${line}\n`);
      if (holds) holds = await walk.add(line);
    }
    if (holds && !walk.isWhole) throw cutShort();
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error instanceof Failure ? error : cutShort(error);
  } finally {
    closeSync(handle);
  }
  return walk.checked;
}
