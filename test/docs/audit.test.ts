// The program in docs/audit.md, run as it stands there on exports of a real control plane.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { change } from '../../src/db/revision.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { createLog } from '../operations/audit/log.ts';

async function prepared() {
  const folder = temporaryDirectory();
  const [, program = ''] = /```js\n([\s\S]*?)```/.exec(readFileSync('docs/audit.md', 'utf8')) ?? [];
  writeFileSync(join(folder, 'verify.mjs'), program);
  const log = await createLog();
  await log.change(4);
  const origin = { address: '2001:db8::7', userAgent: null, requestId: null };
  const author = { actor: 'u_1', operation: 'user.create', origin, at: 9 } as const;
  const summary = { name: 'Größe 你好 🎉 "\\', b: 1.5, a: null, 'x.before': true };
  const decision = { subject: 's', summary, writes: [], result: undefined };
  await change(await log.db(), author, async () => decision);
  await log.anchor();
  const run = (text: string) => {
    writeFileSync(join(folder, 'log.jsonl'), text);
    const argv = [join(folder, 'verify.mjs'), join(folder, 'log.jsonl')];
    const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    return { status, stdout: stdout.trim() };
  };
  const exported = async (since: number) =>
    (await log.tenant.api<string>('GET', log.tenant.path(`/audit/export?since=${since}`))).text;
  return { exported, run };
}

test('finds an export in order, whole or from somewhere on', async () => {
  const { exported, run } = await prepared();
  const whole = { status: 0, stdout: 'holds together up to revision 8, audit.export' };
  expect(run(await exported(0))).toEqual(whole);
  const later = { status: 0, stdout: 'holds together up to revision 9, audit.export' };
  expect(run(await exported(4))).toEqual(later);
});

test('finds what was altered or taken out', async () => {
  const { exported, run } = await prepared();
  const text = await exported(0);
  const lines = text.trimEnd().split('\n');
  const fault = (number: number) => ({
    status: 1,
    stdout: `revision ${number} does not follow from the one before it`,
  });
  expect(run(text.replace('User 2', 'User 3'))).toEqual(fault(3));
  expect(run(text.replace('"tenant.create"', '"tenant.get"'))).toEqual(fault(1));
  expect(run(lines.toSpliced(3, 1).join('\n'))).toEqual(fault(5));
  expect(run([lines[1], lines[0], ...lines.slice(2)].join('\n'))).toEqual(fault(1));
});
