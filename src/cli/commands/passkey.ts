// sallyport passkey list | create | update | delete

import type { Command } from 'commander';
import type { z } from 'zod';
import { type Passkey, passkeySchema, type updatePasskeySchema } from '../../model/passkey.ts';
import { id } from '../arguments.ts';
import { nothing, pageOf } from '../client.ts';
import { type Column, minute, record, table } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

const all = '/v1/me/passkeys';

function lastUse({ lastUsedAt }: Passkey): string {
  return lastUsedAt === null ? 'never' : minute(lastUsedAt);
}

function view(passkey: Passkey): string {
  return record([
    ['id', passkey.id],
    ['name', passkey.name],
    ['backed up', passkey.backedUp ? 'yes' : 'no'],
    ['used', lastUse(passkey)],
  ]);
}

const columns: readonly Column<Passkey>[] = [
  { title: 'id', value: (passkey) => passkey.id },
  { title: 'name', value: ({ name }) => name, flexible: true },
  { title: 'used', value: lastUse },
  { title: 'backed up', value: ({ backedUp }) => (backedUp ? 'yes' : 'no'), spare: true },
];

async function list(session: Session): Promise<void> {
  const answer = pageOf(passkeySchema);
  session.show(await session.send({ method: 'GET', path: all, answer }), ({ items }) =>
    items.length > 0 ? table(items, columns, session.shell.columns) : 'There are no passkeys.\n',
  );
}

async function update(session: Session, passkeyId: string, name: string): Promise<void> {
  const body = { name } satisfies z.input<typeof updatePasskeySchema>;
  const path = `${all}/${passkeyId}`;
  session.show(await session.send({ method: 'PATCH', path, body, answer: passkeySchema }), view);
}

async function remove(session: Session, passkeyId: string): Promise<void> {
  const path = `${all}/${passkeyId}`;
  const answer = await session.send({ method: 'DELETE', path, answer: nothing });
  session.show(answer, () => `${passkeyId} is deleted.\n`);
}

/** A passkey is made by a browser, which alone can reach what holds it. */
function create(session: Session): void {
  const url = `${session.settings.url}/portal/#/account`;
  if (session.json) session.shell.out(`${JSON.stringify({ url })}\n`);
  else
    session.shell.out(
      `${session.prose('A browser has to make it, on the device that is to hold it:')}\n${url}\n`,
    );
}

export function addPasskeyCommands(program: Command, shell: Shell): void {
  const passkey = program.command('passkey').description('a key that a device holds for you');
  passkey
    .command('list')
    .description('list your passkeys')
    .action((_options, command) => list(new Session(shell, command)));
  passkey
    .command('create')
    .description('say where a browser makes one')
    .action((_options, command) => create(new Session(shell, command)));
  passkey
    .command('update')
    .description('give a passkey another name')
    .argument('<passkey>', 'its id', id('passkey'))
    .requiredOption('--name <name>', 'the new name')
    .action((passkeyId: string, { name }: { name: string }, command) =>
      update(new Session(shell, command), passkeyId, name),
    );
  passkey
    .command('delete')
    .description('make a passkey useless')
    .argument('<passkey>', 'its id', id('passkey'))
    .action((passkeyId: string, _options, command) =>
      remove(new Session(shell, command), passkeyId),
    );
}
