// The door of the lab: what is left when it ends, in every way in which it can end.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodeCommand, repository } from './node.ts';
import { LabProcess, run } from './process.ts';

const readyMs = 20_000;
const goneMs = 10_000;

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

const pids = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name));

/** The network namespaces that live processes hold; those of inner labs are seen from here too. */
function namespaces(): Set<string> {
  return new Set(pids().flatMap((pid) => namespaceOf(pid) ?? []));
}

function commandsWith(text: string): string[] {
  return pids().flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return command.includes(text) ? [command] : [];
    } catch {
      return [];
    }
  });
}

const mine = namespaceOf('self');

/** Starts a lab within this one, and waits until a server runs in a node of it. */
async function busyLab(howToEnd: string): Promise<LabProcess> {
  const script = ['lab/programs/outer.ts', 'lab/programs/busy-lab.ts', howToEnd];
  const outer = new LabProcess(nodeCommand(script[0] ?? '', script.slice(1)), { cwd: repository });
  await outer.waitFor(/^busy$/, readyMs);
  return outer;
}

/** Waits for the end of all that a lab was; what is still there when the time is over is given. */
async function leftOver(): Promise<{ namespaces: string[]; commands: string[] }> {
  const left = () => ({
    namespaces: [...namespaces()].filter((name) => name !== mine),
    commands: commandsWith('lab/programs/'),
  });
  await expect.poll(left, { timeout: goneMs }).toEqual({ namespaces: [], commands: [] });
  return left();
}

const nothing = { namespaces: [], commands: [] };

it('leaves no process, namespace or interface behind after kill -9', async () => {
  const before = await run(['ip', '-j', 'link'], { timeoutMs: readyMs });
  const outer = await busyLab('gracefully');
  expect(namespaces().size).toBeGreaterThanOrEqual(3);
  expect(commandsWith('web-server.ts').length).toBeGreaterThan(0);
  process.kill(outer.pid ?? 0, 'SIGKILL');
  expect(await outer.exited).toBe(128);
  expect(await leftOver()).toEqual(nothing);
  expect(await run(['ip', '-j', 'link'], { timeoutMs: readyMs })).toEqual(before);
  expect(readdirSync('/run/netns')).toEqual([]);
});

it('passes a signal on once and gives the exit code that follows from it', async () => {
  const outer = await busyLab('gracefully');
  process.kill(outer.pid ?? 0, 'SIGTERM');
  expect(await outer.exited).toBe(3);
  expect(outer.lines.filter((line) => line === 'asked to end')).toHaveLength(1);
  expect(await leftOver()).toEqual(nothing);
});

it('ends a script that does not listen at the second signal', async () => {
  const outer = await busyLab('never');
  process.kill(outer.pid ?? 0, 'SIGTERM');
  await outer.waitFor(/asked to end/, readyMs);
  expect(outer.running).toBe(true);
  process.kill(outer.pid ?? 0, 'SIGTERM');
  expect(await outer.exited).toBe(137);
  expect(await leftOver()).toEqual(nothing);
});

it('takes along what a script left running when it ended by itself', async () => {
  const outer = await busyLab('at-once');
  expect(await outer.exited).toBe(7);
  expect(await leftOver()).toEqual(nothing);
});
