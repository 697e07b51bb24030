// A control plane that says when to come again is left alone until then, and a little longer.

import { describe, expect, it } from 'vitest';
import type { HttpReply } from '../../src/agent/host.ts';
import { enrolledLab, type Lab, worldOf } from './lab.ts';

function refusal(status: number, retryAfter: string): HttpReply {
  const body = JSON.stringify({ code: status === 429 ? 'rate_limited' : 'busy' });
  return { status, headers: { 'retry-after': retryAfter }, body };
}

/** When the agent asked or reported, in milliseconds of its clock. */
async function timesOf(lab: Lab, count: number): Promise<number[]> {
  const times: number[] = [];
  await lab.run({
    prepare: (host) => {
      const { network } = host;
      host.network = (request) => {
        if (request.url.includes('/v1/agent/')) times.push(host.time);
        return network(request);
      };
    },
    until: () => times.length >= count,
  });
  return times;
}

function pausesOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

async function settledLab(): Promise<Lab> {
  const lab = await enrolledLab();
  lab.control.publish(worldOf(1));
  await lab.run();
  return lab;
}

describe('an agent that is refused', () => {
  it.each([
    { status: 429, retryAfter: '20', least: 20_000 },
    { status: 503, retryAfter: '20', least: 20_000 },
    // Longer than it ever waits by itself.
    { status: 429, retryAfter: '120', least: 120_000 },
    { status: 429, retryAfter: '99999999', least: 300_000 },
  ])('with $status asks after $retryAfter s at the earliest', async (example) => {
    const { status, retryAfter, least } = example;
    const lab = await settledLab();
    lab.control.misbehave = () => refusal(status, retryAfter);
    lab.control.onReport = () => refusal(status, retryAfter);
    const pauses = pausesOf(await timesOf(lab, 6));
    expect(Math.min(...pauses)).toBeGreaterThan(least);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(Math.max(1.5 * least, 60_000));
  });

  it('only when it reports does not ask for state either before the time has come', async () => {
    const lab = await settledLab();
    lab.control.onReport = () => refusal(429, '30');
    lab.control.script = [worldOf(1, 2)];
    const pauses = pausesOf(await timesOf(lab, 4));
    expect(Math.min(...pauses)).toBeGreaterThan(30_000);
  });

  it.each(['0', 'soon', '-5', 'Wed, 21 Oct 2026 07:28:00 GMT'])(
    'with Retry-After: %s goes by its own pauses',
    async (retryAfter) => {
      const lab = await settledLab();
      lab.control.misbehave = () => refusal(429, retryAfter);
      lab.control.onReport = () => undefined;
      const pauses = pausesOf(await timesOf(lab, 4));
      expect(Math.max(...pauses)).toBeLessThan(10_000);
    },
  );

  it('applies what is newer as soon as it may ask again', async () => {
    const lab = await settledLab();
    let refusals = 3;
    lab.control.misbehave = () => (refusals-- > 0 ? refusal(429, '5') : undefined);
    lab.control.publish(worldOf(1, 2));
    await lab.run();
    expect(lab.control.reports.at(-1)).toMatchObject({ revision: 2, peerCount: 2 });
  });
});
