// Mails as files, where no mail server is set.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOutbox } from '../../src/runtimes/node-outbox.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { ordinaryMail } from '../providers/mail-suite.ts';

const signal = new AbortController().signal;

function outboxIn(directory: string) {
  const logged: string[] = [];
  const log = (fields: object, message: string) => logged.push(JSON.stringify({ fields, message }));
  return { logged, outbox: createOutbox(directory, undefined, { info: log, error: log }) };
}

it('keeps each mail in a file that its owner alone can read, and logs where', async () => {
  const directory = join(temporaryDirectory(), 'outbox');
  const { outbox, logged } = outboxIn(directory);
  await outbox.send(ordinaryMail, signal);
  expect(readdirSync(directory)).toEqual(['job-0001.eml']);
  const path = join(directory, 'job-0001.eml');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(/^Message-ID: <job-0001@outbox\.invalid>$/m);
  expect(text).toMatch(/^To: ann@example\.com$/m);
  expect(logged).toEqual([JSON.stringify({ fields: { path }, message: 'mail.outbox' })]);
});

it('keeps a repeated mail once', async () => {
  const directory = temporaryDirectory();
  const { outbox } = outboxIn(directory);
  await outbox.send(ordinaryMail, signal);
  await outbox.send({ ...ordinaryMail, subject: 'Again' }, signal);
  expect(readdirSync(directory)).toEqual(['job-0001.eml']);
  expect(readFileSync(join(directory, 'job-0001.eml'), 'utf8')).toMatch(/^Subject: Again$/m);
});

it('writes nothing for what is no mail', async () => {
  const directory = temporaryDirectory();
  const sent = outboxIn(directory).outbox.send({ ...ordinaryMail, messageId: '../x' }, signal);
  await expect(sent).rejects.toMatchObject({ code: 'invalid_input' });
  expect(readdirSync(directory)).toEqual([]);
});
