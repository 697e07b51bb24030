// sallyport user create | list

import type { Command } from 'commander';
import type { z } from 'zod';
import { roles } from '../../model/permissions.ts';
import { type createUserSchema, type User, userSchema } from '../../model/user.ts';
import { withPages } from '../arguments.ts';
import { minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface CreateOptions {
  name: string;
  email?: string;
  role?: User['role'];
}

function view({ id, name, role, email, createdAt }: User): string {
  return record([
    ['id', id],
    ['name', name],
    ['role', role],
    ['e-mail', email ?? 'none'],
    ['created', minute(createdAt)],
  ]);
}

export function addUserCommands(program: Command, shell: Shell): void {
  const user = program.command('user').description('a person in a tenant');
  user
    .command('create')
    .description('create a user')
    .requiredOption('--name <name>', 'their name')
    .option('--email <email>', 'their e-mail address')
    .option('--role <role>', `${roles.join(', ')} (member if left out)`)
    .action(async ({ name, email, role }: CreateOptions, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/users`;
      const body = { name, email, role } satisfies z.input<typeof createUserSchema>;
      session.show(await session.send({ method: 'POST', path, body, answer: userSchema }), view);
    });
  withPages(user.command('list').description('list users')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'users',
        item: userSchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'name', value: ({ name }) => name, flexible: true },
          { title: 'role', value: ({ role }) => role },
          { title: 'e-mail', value: ({ email }) => email ?? '', flexible: true, spare: true },
        ],
      }),
  );
}
