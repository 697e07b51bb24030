// Verification and export of the log on the command line, against a real control plane's answers.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../operations/audit/log.ts';
import { verification } from './answers.ts';
import { startWorld, type World } from './world.ts';

const tenant = '/v1/tenants/t_0123456789abcdef/audit';

describe('audit verify', () => {
  it('walks all pages and sums them up', async () => {
    await using world = await startWorld({
      [`GET ${tenant}/verify`]: { body: { ...verification, verified: 8, to: 8, anchors: 1 } },
      [`GET ${tenant}/verify?from=9`]: { body: { ...verification, verified: 4, from: 9 } },
    });
    const { code, out } = await world.run(['audit', 'verify', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ ...verification, anchors: 3 });
  });

  it.each([
    ['altered', 'revision 7 was altered, or what stood before it'],
    ['missing', 'revision 7 is missing'],
    ['cut_off', 'revision 7 and all after it were cut off'],
    ['anchor', 'revision 7 has an anchor that does not vouch for it'],
  ])('fails and names the row when one is %s', async (what, says) => {
    const body = { ...verification, verified: 6, to: 6, fault: { number: 7, what } };
    await using world = await startWorld({ [`GET ${tenant}/verify`]: { body } });
    const { code, out, err } = await world.run(['audit', 'verify']);
    expect(code).toBe(1);
    expect(out).toContain(says);
    expect(err).toContain(says);
  });
});

describe('an export', () => {
  /** An export of a real control plane, and a world whose answer it is. */
  async function prepared(since = 0) {
    const log = await createLog();
    await log.change(3);
    await log.anchor();
    await log.change(2);
    const path = log.tenant.path(`/audit/export?since=${since}`);
    const { text } = await log.tenant.api('GET', path);
    const query = since === 0 ? '' : `?since=${since}`;
    const answer = { type: 'application/jsonl', body: text };
    const world = await startWorld({ [`GET ${tenant}/export${query}`]: answer });
    onTestFinished(() => world[Symbol.asyncDispose]());
    const { publicKey } = log.plane.services.keys.state;
    return { world, text, publicKey, out: join(world.home, 'log.jsonl') };
  }

  async function check(world: World, text: string, key?: string) {
    const file = join(world.home, 'kept.jsonl');
    writeFileSync(file, text);
    const words = ['audit', 'verify', '--file', file, '--json', ...(key ? ['--key', key] : [])];
    // Without a control plane, and without a key for one.
    const { code, out } = await world.run(words, { env: {} });
    return { code, ...(out === '' ? {} : JSON.parse(out)) };
  }

  it('is written as it came, checked, and not over another file', async () => {
    const { world, text, out } = await prepared();
    const done = await world.run(['audit', 'export', '--out', out]);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('8 revisions, 1 to 8') });
    expect(readFileSync(out, 'utf8')).toBe(text);
    expect(await world.run(['audit', 'export', '--out', out])).toMatchObject({ code: 2 });
  });

  it('that was cut short is not kept', async () => {
    const { world, text, out } = await prepared(2);
    const lines = text.split('\n').slice(0, -2);
    world.answers = { [`GET ${tenant}/export?since=2`]: { body: `${lines.join('\n')}\n` } };
    const { code, err } = await world.run(['audit', 'export', '--since', '2', '--out', out]);
    expect({ code, kept: existsSync(out) || existsSync(`${out}.part`) }).toEqual({
      code: 1,
      kept: false,
    });
    expect(err).toContain('cut short');
  });

  it('that does not hold together is kept, and the command fails', async () => {
    const { world, text, out } = await prepared();
    const forged = text.replace('User 2', 'User 9');
    world.answers = { [`GET ${tenant}/export`]: { body: forged } };
    const { code, err } = await world.run(['audit', 'export', '--out', out]);
    expect({ code, kept: readFileSync(out, 'utf8') }).toEqual({ code: 1, kept: forged });
    expect(err).toContain('revision 3 was altered');
  });

  it('is verified without the control plane, with its anchors if their key is given', async () => {
    const { world, text, publicKey } = await prepared();
    const whole = { code: 0, verified: 8, from: 1, to: 8, fault: null };
    expect(await check(world, text)).toEqual({ ...whole, anchors: 0 });
    expect(await check(world, text, publicKey)).toEqual({ ...whole, anchors: 1 });
    const other = 'n3Jd8Qw1Zx6Vb0Lk5Hg9Tr4Yp7Mc2Sf8Ua1Ie6OoDhI';
    const fault = { number: 4, what: 'anchor' };
    expect(await check(world, text, other)).toMatchObject({ code: 1, fault });
  });

  it('of a later part is verified from its first line on', async () => {
    const { world, text } = await prepared(3);
    expect(await check(world, text)).toMatchObject({ code: 0, verified: 5, from: 4, to: 8 });
  });

  it.each([
    [
      'altered line',
      (lines: string[]) => lines.with(2, lines[2]?.replace('User', 'user') ?? ''),
      3,
    ],
    ['line that is gone', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['line that is none', (lines: string[]) => lines.with(4, 'what?'), 5],
    ['first line that is none', (lines: string[]) => lines.with(0, '{}'), 1],
  ])('with an %s is refused, and the row is named', async (_what, spoil, number) => {
    const { world, text } = await prepared();
    const spoilt = spoil(text.trimEnd().split('\n')).join('\n');
    expect(await check(world, `${spoilt}\n`)).toMatchObject({ code: 1, fault: { number } });
  });

  it('whose last line is not its own is refused', async () => {
    const { world, text } = await prepared();
    const lines = text.trimEnd().split('\n').slice(0, -1);
    expect(await check(world, lines.join('\n'))).toEqual({ code: 1 });
  });
});
