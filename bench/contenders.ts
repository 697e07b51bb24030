// Servers that are asked as fast as they can answer: one core serves, another one asks.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { nodeCommand, repository } from '../lab/node.ts';
import { LabProcess, run } from '../lab/process.ts';
import { freePort } from '../scripts/free-port.ts';
import { median, type Sheet, whole } from './figures.ts';

const serverCore = '0';
const loadCore = '1';
const connections = 32;
const rounds = 3;
const roundSeconds = 4;
const warmSeconds = 2;
export const readyMs = 20_000;
/** Of the kernel's clock in /proc, on every architecture that we know. */
const ticksPerSecond = 100;

const loadSchema = z.object({
  requests: z.object({ total: z.int() }),
  /** Seconds. */
  duration: z.number(),
  '2xx': z.int(),
  '3xx': z.int(),
  errors: z.int(),
  timeouts: z.int(),
});

interface Rate {
  perSecond: number;
  /** What the server would do if it had its core for itself: others use this machine too. */
  perCpuSecond: number;
}

export interface Contender {
  name: string;
  url: string;
  headers: string[];
  server: LabProcess;
  /** A value for each round. */
  rates: Rate[];
}

/** Why this machine cannot run it, as text. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it pins programs to cores, which needs Linux';
  if (availableParallelism() < 2) return 'it needs two cores: one serves, the other one asks';
  return undefined;
}

/** A program on the core that serves. */
export function pinned(argv: readonly string[], env: NodeJS.ProcessEnv = {}): LabProcess {
  const options = { env: { PATH: process.env.PATH, ...env }, cwd: repository };
  return new LabProcess(['taskset', '-c', serverCore, ...argv], options);
}

export async function startBare(name: string, program: string): Promise<Contender> {
  const port = await freePort();
  const server = pinned(nodeCommand(program, [`${port}`]));
  await server.waitFor(/ready/, readyMs);
  return { name, url: `http://127.0.0.1:${port}/v1/agent/state`, headers: [], server, rates: [] };
}

/** Seconds of CPU that a process has used. */
function cpuSeconds(pid: number | undefined): number {
  // Behind the name in brackets, which may hold anything, come user and system time.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Asks as fast as it can. Throws when an answer was no success. */
async function load({ name, url, headers, server }: Contender, seconds: number) {
  const cannon = nodeCommand('node_modules/autocannon/autocannon.js', [
    ...['--json', '--no-progress', '-c', `${connections}`, '-d', `${seconds}`],
    ...headers,
    url,
  ]);
  const before = cpuSeconds(server.pid);
  const { stdout } = await run(['taskset', '-c', loadCore, ...cannon], {
    cwd: repository,
    timeoutMs: seconds * 1000 + readyMs,
  });
  const used = cpuSeconds(server.pid) - before;
  const result = loadSchema.parse(JSON.parse(stdout));
  const { requests, errors, timeouts } = result;
  if (errors + timeouts > 0 || result['2xx'] + result['3xx'] < requests.total)
    throw new Error(`${name}: some requests failed: ${JSON.stringify(result)}`);
  const { total } = requests;
  return { asked: total, perSecond: total / result.duration, perCpuSecond: total / used };
}

/** Some rounds of each in turn. @returns how often the first one was asked */
export async function measure(contenders: readonly Contender[]): Promise<number> {
  let asked = 0;
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const { asked: now, ...rate } = await load(contender, roundSeconds);
      contender.rates.push(rate);
      if (contender === contenders[0]) asked += now;
    }
  }
  return asked;
}

/** Asks each for a moment, so that what is measured is compiled. */
export async function warmUp(contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) await load(contender, warmSeconds);
}

/** Prints the figures of each; gives the medians per second of CPU, in the same order. */
export function printRates(sheet: Sheet, contenders: readonly Contender[]): number[] {
  const medians = contenders.map(({ rates }) => median(rates.map((rate) => rate.perCpuSecond)));
  sheet.text(
    "per second of the server's CPU, median; beside it what others left of the core, by clock",
  );
  for (const [i, { name, rates }] of contenders.entries()) {
    const walls = rates.map(({ perSecond }) => perSecond);
    const range = `${whole(Math.min(...walls))} to ${whole(Math.max(...walls))}/s by clock`;
    sheet.figure(name, `${whole(medians[i] ?? 0)}/s`, range);
  }
  return medians;
}
