// The API against its own page: thousands of requests made from /openapi.json alone, each answer
// held to it. FUZZ_SEED repeats a run, FUZZ_REQUESTS makes it longer or shorter.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Described, type OpenApi, operationsOf } from '../api/document.ts';
import { Judge } from './judge.ts';
import { type Plan, plans } from './plan.ts';
import { World } from './world.ts';

const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const requests = Number(process.env.FUZZ_REQUESTS ?? 20_000);
const perBatch = 250;
/** Three minutes on two cores of one's own. */
const testMilliseconds = 20 * 60_000;

/** How often each operation gave each status. */
class Tally {
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #all: readonly Described[];

  constructor(all: readonly Described[]) {
    this.#all = all;
  }

  add(operationId: string, status: number): void {
    const counts = this.#counts.get(operationId) ?? new Map<number, number>();
    this.#counts.set(operationId, counts.set(status, (counts.get(status) ?? 0) + 1));
  }

  /** Operations that never succeeded: nothing is known of what they do then. */
  get unreached(): string[] {
    const names = this.#all.map(({ operationId }) => operationId);
    return names.filter(
      (name) => ![...(this.#counts.get(name)?.keys() ?? [])].some((n) => n < 300),
    );
  }

  toString(): string {
    const lines = this.#all.map(({ operationId }) => {
      const counts = [...(this.#counts.get(operationId) ?? [])].sort(([a], [b]) => a - b);
      return `${operationId.padEnd(24)} ${counts.map(([n, times]) => `${n}×${times}`).join(' ')}`;
    });
    return lines.join('\n');
  }
}

test(
  'every answer is one that the page promises',
  async () => {
    const world = await World.start();
    const document: OpenApi = await (await world.plane.request('/openapi.json')).json();
    const all = operationsOf(document);
    const judge = new Judge(document);
    const tally = new Tally(all);
    let last = '';
    const check = async (plan: Plan): Promise<void> => {
      const one = all.find(({ operationId }) => operationId === plan.operationId);
      if (!one) throw new Error(`there is no ${plan.operationId}`);
      const sent = await world.prepare(plan, one);
      const answer = await world.send(sent);
      if (!answer) return;
      tally.add(plan.operationId, answer.status);
      const faults = judge.faults(one, plan.credential, answer);
      if (faults.length === 0) return;
      const cause = world.plane.logs.filter((line) => line.includes('"fault"')).at(-1) ?? '';
      last = [
        `${plan.operationId}: ${faults.join('; ')}`,
        world.curl(sent),
        answer.text,
        cause,
      ].join('\n');
      throw new Error(last);
    };
    const property = fc.asyncProperty(plans(document), check);
    console.log(`FUZZ_SEED=${seed}`);
    for (let done = 0, batch = 0; done < requests; done += perBatch, batch++) {
      // A fresh one: the old ones may be suspended or deleted by now.
      await world.addTenant();
      const numRuns = Math.min(perBatch, requests - done);
      const result = await fc.check(property, { seed: seed + batch, numRuns });
      expect(
        result.failed,
        `FUZZ_SEED=${seed}, request ${done + result.numRuns}:\n${last || result.errorInstance}`,
      ).toBe(false);
    }
    console.log(`${tally}\nnever succeeded: ${tally.unreached.join(', ') || 'none'}`);
    expect(tally.unreached.length).toBeLessThan(all.length / 3);
  },
  testMilliseconds,
);
