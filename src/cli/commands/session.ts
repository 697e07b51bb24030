// sallyport session list | revoke

import type { Command } from 'commander';
import { type Session as Row, sessionSchema } from '../../model/sign-in.ts';
import { id } from '../arguments.ts';
import { nothing, pageOf } from '../client.ts';
import { type Column, minute, table } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

const columns: readonly Column<Row>[] = [
  { title: 'id', value: (row) => (row.current ? `${row.id} *` : row.id) },
  { title: 'last seen', value: ({ seenAt }) => minute(seenAt) },
  { title: 'by', value: ({ methods }) => methods.join(' '), flexible: true },
  { title: 'from', value: ({ address }) => address ?? '', flexible: true, spare: true },
  { title: 'with', value: ({ userAgent }) => userAgent ?? '', flexible: true, spare: true },
];

export function addSessionCommands(program: Command, shell: Shell): void {
  const own = program.command('session').description('a browser or shell that is signed in');
  own
    .command('list')
    .description('list where you are signed in; * is this one')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const answer = pageOf(sessionSchema);
      session.show(
        await session.send({ method: 'GET', path: '/v1/me/sessions', answer }),
        ({ items }) => table(items, columns, shell.columns),
      );
    });
  own
    .command('revoke')
    .description('sign one of them out')
    .argument('<session>', 'its id', id('session'))
    .action(async (sessionId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `/v1/me/sessions/${sessionId}`;
      const request = { method: 'DELETE', path, answer: nothing } as const;
      session.show(await session.send(request), () => `${sessionId} is signed out.\n`);
    });
}
