// What can be measured from inside a node: answers, pings, downloads, and when packets stop.

import { z } from 'zod';
import { type LabNode, nodeCommand } from './node.ts';
import type { LabProcess } from './process.ts';

const answerTimeoutMs = 10_000;
const downloadTimeoutMs = 120_000;
const pingEveryMs = 50;
/** So many pings in a row without an answer are a cut and no hiccup: one second. */
const silentPings = 20;

/** The body at an address; until it answers with success, it is tried for `patienceMs`. */
export async function get(node: LabNode, url: string, patienceMs = 0): Promise<string> {
  const argv = nodeCommand('lab/programs/get.ts', [url, `${patienceMs}`]);
  return (await node.exec(argv, { timeoutMs: patienceMs + answerTimeoutMs })).stdout;
}

/** The address that the lab's web server sees when `node` asks it. */
export async function addressSeen(node: LabNode, host: string): Promise<string> {
  return (await get(node, `http://${host}/ip`)).trim();
}

/** Asks a name server for a name, as programs do all the time; nobody has to answer. */
export async function askForName(node: LabNode, name: string, server: string): Promise<void> {
  await node.exec(nodeCommand('lab/programs/ask-name.ts', [name, server]));
}

/** Sends a datagram up to `tries` times, 0.1 s apart; gives the answer, undefined without one. */
export async function askByUdp(
  node: LabNode,
  address: string,
  port: number,
  tries = 20,
): Promise<string | undefined> {
  const argv = nodeCommand('lab/programs/udp-ask.ts', [address, `${port}`, 'hello', `${tries}`]);
  const { code, stdout } = await node.exec(argv, { mayFail: true });
  return code === 0 ? stdout.trim() : undefined;
}

export interface PingResult {
  sent: number;
  received: number;
  /** Of the answered ones; undefined if none was. */
  averageMs: number | undefined;
}

/** What `ping` printed, as numbers. Throws when it is no output of ping. */
export function parsePing(text: string): PingResult {
  const counts = /(\d+) packets transmitted, (\d+) received/.exec(text);
  if (!counts) throw new Error(`no result of ping: ${text}`);
  const times = /min\/avg\/max\/mdev = [\d.]+\/([\d.]+)\//.exec(text);
  return {
    sent: Number(counts[1]),
    received: Number(counts[2]),
    averageMs: times ? Number(times[1]) : undefined,
  };
}

/** Sends `count` pings, 0.2 s apart, and waits a second for the last answer. */
export async function ping(node: LabNode, address: string, count = 3): Promise<PingResult> {
  const argv = ['ping', '-n', '-c', `${count}`, '-i', '0.2', '-W', '1', address];
  const { stdout, stderr } = await node.exec(argv, { mayFail: true });
  // Without any route ping prints an error in place of a result.
  if (stderr.includes('unreachable')) return { sent: 0, received: 0, averageMs: undefined };
  return parsePing(stdout);
}

const progressSchema = z.object({
  done: z.boolean(),
  bytes: z.int(),
  ms: z.number(),
  longestPauseMs: z.number(),
});
export type DownloadProgress = z.infer<typeof progressSchema>;

/** A download over one connection that is never resumed. */
export interface Download {
  /** What has come so far; undefined before the first report. */
  progress(): DownloadProgress | undefined;
  /** Waits until some of it has come. Throws when it breaks off. */
  underWay(): Promise<DownloadProgress>;
  /** Waits for all of it. Throws when it breaks off. */
  finished(): Promise<DownloadProgress>;
}

function lastProgress(lines: readonly string[]): DownloadProgress | undefined {
  const line = lines.findLast((text) => text.startsWith('{'));
  return line === undefined ? undefined : progressSchema.parse(JSON.parse(line));
}

export function startDownload(node: LabNode, url: string): Download {
  const child = node.node('lab/programs/download.ts', [url]);
  return {
    progress: () => lastProgress(child.lines),
    underWay: () => child.until(lastProgress, downloadTimeoutMs),
    finished: () =>
      child.until((lines) => {
        const progress = lastProgress(lines);
        return progress?.done ? progress : undefined;
      }, downloadTimeoutMs),
  };
}

/** Counters of the kernel by name, as /proc/net/snmp has them: a line of names, one of values. */
export function parseCounters(text: string): Map<string, number> {
  const counters = new Map<string, number>();
  const lines = text.trim().split('\n');
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const [title = '', ...names] = lines[i]?.split(' ') ?? [];
    const [, ...values] = lines[i + 1]?.split(' ') ?? [];
    for (const [j, name] of names.entries()) counters.set(title + name, Number(values[j]));
  }
  return counters;
}

/**
 * How many TCP segments of a node's connections have been lost on their way so far: those it sent
 * again, without those that its peers say they then had twice (RFC 2883), which were only late.
 */
export async function segmentsLost(node: LabNode): Promise<number> {
  const { stdout } = await node.exec(['cat', '/proc/net/snmp', '/proc/net/netstat']);
  const counters = parseCounters(stdout);
  const again = counters.get('Tcp:RetransSegs');
  const twice = counters.get('TcpExt:TCPDSACKRecv');
  if (again === undefined || twice === undefined) throw new Error(`no TCP counters: ${stdout}`);
  return again - twice;
}

export interface Loss {
  answered: number;
  /** Those between the first and the last answer that were never answered. */
  lost: number;
}

/** Pings until stopped, twenty times a second unless told otherwise. */
export class Pulse {
  readonly #child: LabProcess;

  constructor(node: LabNode, address: string, everyMs = pingEveryMs) {
    // -D: with the time of each answer, -O: with a line for each answer that is missing.
    this.#child = node.spawn(['ping', '-n', '-D', '-O', '-i', `${everyMs / 1000}`, address]);
  }

  /** Waits for the first `count` answers. */
  async answered(count: number, timeoutMs: number): Promise<void> {
    const enough = (lines: readonly string[]) =>
      lines.map(answerTime).filter((time) => time !== undefined)[count - 1];
    await this.#child.until(enough, timeoutMs);
  }

  /** Waits until answers have been missing for a second; gives the last one's Unix time in ms. */
  silent(timeoutMs: number): Promise<number> {
    return this.#child.until(lastAnswerBeforeSilence, timeoutMs);
  }

  /** How many answers there were so far and how many are missing among them. */
  loss(): Loss {
    return lossIn(this.#child.lines);
  }

  stop(): Promise<void> {
    return this.#child.stop();
  }
}

/** Counts the answers in the lines of a pulse, and the gaps between them. */
export function lossIn(lines: readonly string[]): Loss {
  const numbers = new Set<number>();
  for (const line of lines) {
    const number = / bytes from .*icmp_seq=(\d+)/.exec(line)?.[1];
    if (number !== undefined) numbers.add(Number(number));
  }
  if (numbers.size === 0) return { answered: 0, lost: 0 };
  const sorted = [...numbers].sort((a, b) => a - b);
  const span = (sorted.at(-1) ?? 0) - (sorted[0] ?? 0) + 1;
  return { answered: numbers.size, lost: span - numbers.size };
}

/** The Unix time in ms of a line that is an answer. */
function answerTime(line: string): number | undefined {
  const time = /^\[([\d.]+)\] \d+ bytes from .*icmp_seq=/.exec(line)?.[1];
  return time === undefined ? undefined : Number(time) * 1000;
}

/** The Unix time in ms of the last answer, once the lines of a second came after it. */
export function lastAnswerBeforeSilence(lines: readonly string[]): number | undefined {
  const last = lines.findLastIndex((line) => answerTime(line) !== undefined);
  const isSilent = last >= 0 && lines.length - 1 - last >= silentPings;
  return isSilent ? answerTime(lines[last] ?? '') : undefined;
}
