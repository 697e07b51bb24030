// sallyport account sign-in | sign-out | update | delete | recover

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type Account,
  accountSchema,
  type recoverAccountSchema,
  recoveredAccountSchema,
  type updateAccountSchema,
} from '../../model/me.ts';
import { serverUrl } from '../arguments.ts';
import { nothing } from '../client.ts';
import { usage } from '../failure.ts';
import { minute, record } from '../output.ts';
import { Session } from '../session.ts';
import { writeProfile } from '../settings.ts';
import type { Shell } from '../shell.ts';
import { signIn } from '../sign-in.ts';

function view({ id, name, email, createdAt }: Account): string {
  return record([
    ['id', id],
    ['name', name],
    ['e-mail', email],
    ['created', minute(createdAt)],
  ]);
}

/** The session is over, so its token is of no use in the profile. */
function forget({ settings }: Session): void {
  const { path, url, tenantId } = settings;
  if (path !== undefined) writeProfile(path, { url, tenantId, token: undefined });
}

async function signOut(session: Session): Promise<void> {
  const path = '/v1/sign-out';
  const answer = await session.send({ method: 'POST', path, body: {}, answer: nothing });
  forget(session);
  session.show(answer, () => 'You are signed out.\n');
}

async function remove(session: Session, yes: boolean): Promise<void> {
  if (!yes) throw usage('this deletes your account, though not your devices', 'Add: --yes');
  const answer = await session.send({ method: 'DELETE', path: '/v1/me', answer: nothing });
  forget(session);
  session.show(answer, () => 'Your account is deleted.\n');
}

const recoverNotice =
  'Its passkeys, one-time codes and sessions are gone. Whoever opens this link is signed in, ' +
  'once; give it to the owner of the account by a way that you trust:';

async function recover(session: Session, email: string): Promise<void> {
  const body = { email } satisfies z.input<typeof recoverAccountSchema>;
  const path = '/v1/accounts/recover';
  const answer = await session.send({ method: 'POST', path, body, answer: recoveredAccountSchema });
  session.show(
    answer,
    ({ url, expiresAt }) =>
      `${session.prose(recoverNotice)}\n${url}\n\nIt works until ${minute(expiresAt)}.\n`,
  );
}

export function addAccountCommands(program: Command, shell: Shell): void {
  const account = program.command('account').description('your login, and signing in');
  account
    .command('sign-in')
    .description('sign in with a mailed code, and keep the session in the profile file')
    .requiredOption('--email <email>', 'your e-mail address')
    .option('--url <url>', 'address of the control plane, if not that of the settings', serverUrl)
    .action(({ email, url }: { email: string; url?: string }, command) =>
      signIn(new Session(shell, command), email, url),
    );
  account
    .command('sign-out')
    .description('end the session, and take it out of the profile file')
    .action((_options, command) => signOut(new Session(shell, command)));
  account
    .command('update')
    .description('change the name of your account')
    .requiredOption('--name <name>', 'the new name')
    .action(async ({ name }: { name: string }, command) => {
      const session = new Session(shell, command);
      const body = { name } satisfies z.input<typeof updateAccountSchema>;
      const request = { method: 'PATCH', path: '/v1/me', body, answer: accountSchema } as const;
      session.show(await session.send(request), view);
    });
  account
    .command('delete')
    .description('delete your account; the users that you are stay in their tenants')
    .option('--yes', 'do it')
    .action(({ yes }: { yes?: boolean }, command) =>
      remove(new Session(shell, command), yes ?? false),
    );
  account
    .command('recover')
    .description('let somebody in who has lost everything (operator only)')
    .requiredOption('--email <email>', 'the address of their account')
    .action(({ email }: { email: string }, command) => recover(new Session(shell, command), email));
}
