// sallyport totp create | confirm | renew-codes | delete

import type { Command } from 'commander';
import {
  confirmedTotpSchema,
  createdTotpSchema,
  type RecoveryCodes,
  recoveryCodesSchema,
} from '../../model/totp.ts';
import { qrTerminal } from '../../render/client/qr.ts';
import { nothing } from '../client.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

const all = '/v1/me/totp';

async function create(session: Session): Promise<void> {
  const request = { method: 'POST', path: all, body: {}, answer: createdTotpSchema } as const;
  session.show(
    await session.send(request),
    ({ secret, uri }) =>
      session.prose('Scan this with your authenticator, or type the secret into it:') +
      `\n${qrTerminal(uri)}\n${secret}\n\n` +
      'Then show that it works:\n  sallyport totp confirm <code>\n',
  );
}

function codesView(session: Session): (codes: RecoveryCodes) => string {
  const notice =
    'Recovery codes, for the day when the authenticator is lost. Each works once. They are shown ' +
    'this once; keep them safe:';
  return ({ recoveryCodes }) =>
    `${session.prose(notice)}\n${recoveryCodes.map((code) => `  ${code}\n`).join('')}`;
}

async function confirm(session: Session, code: string): Promise<void> {
  const path = `${all}/confirm`;
  const request = { method: 'POST', path, body: { code }, answer: confirmedTotpSchema } as const;
  const answer = await session.send(request);
  session.keepToken(answer.value.token);
  session.show(answer, codesView(session));
}

async function renewCodes(session: Session): Promise<void> {
  const path = `${all}/recovery-codes`;
  const request = { method: 'POST', path, body: {}, answer: recoveryCodesSchema } as const;
  session.show(await session.send(request), codesView(session));
}

export function addTotpCommands(program: Command, shell: Shell): void {
  const totp = program.command('totp').description('one-time codes of an authenticator');
  totp
    .command('create')
    .description('make a secret for your authenticator')
    .action((_options, command) => create(new Session(shell, command)));
  totp
    .command('confirm')
    .description('switch one-time codes on, and get recovery codes')
    .argument('<code>', 'what the authenticator shows')
    .action((code: string, _options, command) => confirm(new Session(shell, command), code));
  totp
    .command('renew-codes')
    .description('replace all recovery codes')
    .action((_options, command) => renewCodes(new Session(shell, command)));
  totp
    .command('delete')
    .description('switch one-time codes off')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const answer = await session.send({ method: 'DELETE', path: all, answer: nothing });
      session.show(answer, () => 'One-time codes are off.\n');
    });
}
