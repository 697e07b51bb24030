// sallyport user create | list | get | update | suspend | resume | delete | invite

import type { Command } from 'commander';
import type { z } from 'zod';
import { roles } from '../../model/permissions.ts';
import {
  type createUserSchema,
  type inviteUserSchema,
  type User,
  type updateUserSchema,
  userSchema,
  userStatuses,
} from '../../model/user.ts';
import { id, ids, withPages } from '../arguments.ts';
import { nothing } from '../client.ts';
import { usage } from '../failure.ts';
import { minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface CreateOptions {
  name: string;
  email?: string;
  role?: User['role'];
}

interface ListOptions extends PageOptions {
  search?: string;
  role?: string;
  status?: string;
  group?: string;
  sort?: string;
}

interface UpdateOptions {
  name?: string;
  /** `false` takes it away. */
  email?: string | false;
  role?: User['role'];
}

interface InviteOptions {
  email?: string;
  name?: string;
  role?: User['role'];
  group?: string[];
}

function view({ id, name, role, email, status, hasAccount, createdAt }: User): string {
  return record([
    ['id', id],
    ['name', name],
    ['role', role],
    ['e-mail', email ?? 'none'],
    ['status', status],
    ['signs in', hasAccount ? 'yes' : 'not yet'],
    ['created', minute(createdAt)],
  ]);
}

async function create({ name, email, role }: CreateOptions, session: Session): Promise<void> {
  const path = `${session.tenantPath()}/users`;
  const body = { name, email, role } satisfies z.input<typeof createUserSchema>;
  session.show(await session.send({ method: 'POST', path, body, answer: userSchema }), view);
}

function list(options: ListOptions, session: Session): Promise<void> {
  const { search: q, role, status, group: groupId, sort } = options;
  return showList(session, options, {
    things: 'users',
    item: userSchema,
    query: { q, role, status, groupId, sort },
    columns: [
      { title: 'id', value: ({ id }) => id },
      { title: 'name', value: ({ name }) => name, flexible: true },
      { title: 'role', value: ({ role }) => role },
      { title: 'status', value: ({ status }) => status },
      { title: 'e-mail', value: ({ email }) => email ?? '', spare: true },
    ],
  });
}

async function update(userId: string, options: UpdateOptions, session: Session): Promise<void> {
  const { name, email, role } = options;
  const body = {
    name,
    email: email === false ? null : email,
    role,
  } satisfies z.input<typeof updateUserSchema>;
  const path = `${session.tenantPath()}/users/${userId}`;
  session.show(await session.send({ method: 'PATCH', path, body, answer: userSchema }), view);
}

async function remove(userId: string, { yes }: { yes?: boolean }, session: Session) {
  if (!yes)
    throw usage(
      'this revokes all devices of the user and cannot be undone',
      'To cut the user off for a while: sallyport user suspend',
      'Add --yes to do it.',
    );
  const path = `${session.tenantPath()}/users/${userId}`;
  const answer = await session.send({ method: 'DELETE', path, answer: nothing });
  session.show(answer, () => `${userId} is deleted.\n`);
}

async function invite(
  userId: string | undefined,
  { email, name, role, group }: InviteOptions,
  session: Session,
): Promise<void> {
  const body = { userId, email, name, role, groupIds: group } satisfies z.input<
    typeof inviteUserSchema
  >;
  const path = `${session.tenantPath()}/invitations`;
  const answer = await session.send({ method: 'POST', path, body, answer: userSchema });
  session.show(
    answer,
    (user) =>
      `${view(user)}\n` +
      session.prose(
        'An invitation is on its way, unless one was sent within the last minute. See how it ' +
          'fared with:',
      ) +
      `  sallyport mail list --about ${user.id}\n`,
  );
}

const roleHint = `${roles.join(', ')} (member if left out)`;

function addNew(user: Command, shell: Shell): void {
  user
    .command('create')
    .description('create a user')
    .requiredOption('--name <name>', 'their name')
    .option('--email <email>', 'their e-mail address')
    .option('--role <role>', roleHint)
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
  user
    .command('invite')
    .description('mail an invitation to a user, or to somebody new')
    .argument('[user]', 'id of a user there is', id('user'))
    .option('--email <email>', 'address of somebody new')
    .option('--name <name>', 'their name')
    .option('--role <role>', roleHint)
    .option('--group <id>', 'group to put them into; again for more', ids('group'))
    .action((userId: string | undefined, options: InviteOptions, command) =>
      invite(userId, options, new Session(shell, command)),
    );
}

function addReads(user: Command, shell: Shell): void {
  withPages(user.command('list').description('list users'))
    .option('--search <text>', 'how the name or the e-mail address begins')
    .option('--role <role>', roles.join(', '))
    .option('--status <status>', userStatuses.join(', '))
    .option('--group <id>', 'in this group', id('group'))
    .option('--sort <order>', 'name, or created (oldest first)')
    .action((options: ListOptions, command) => list(options, new Session(shell, command)));
  user
    .command('get')
    .description('show a user')
    .argument('<user>', 'their id', id('user'))
    .action(async (userId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/users/${userId}`;
      session.show(await session.send({ method: 'GET', path, answer: userSchema }), view);
    });
}

function addStanding(user: Command, shell: Shell): void {
  const verbs = {
    suspend: 'cut a user and all their devices off, until they are resumed',
    resume: 'let a user back in; their devices work as before',
  };
  for (const [verb, description] of Object.entries(verbs))
    user
      .command(verb)
      .description(description)
      .argument('<user>', 'their id', id('user'))
      .action(async (userId: string, _options, command) => {
        const session = new Session(shell, command);
        const path = `${session.tenantPath()}/users/${userId}/${verb}`;
        session.show(await session.send({ method: 'POST', path, answer: userSchema }), view);
      });
}

export function addUserCommands(program: Command, shell: Shell): void {
  const user = program.command('user').description('a person in a tenant');
  addNew(user, shell);
  addReads(user, shell);
  addStanding(user, shell);
  user
    .command('update')
    .description("change a user's name, address or role")
    .argument('<user>', 'their id', id('user'))
    .option('--name <name>', 'their name')
    .option('--email <email>', 'their e-mail address, if they have no account yet')
    .option('--no-email', 'take the address away')
    .option('--role <role>', roles.join(', '))
    .action((userId: string, options: UpdateOptions, command) =>
      update(userId, options, new Session(shell, command)),
    );
  user
    .command('delete')
    .description('delete a user and revoke all their devices')
    .argument('<user>', 'their id', id('user'))
    .option('--yes', 'do it')
    .action((userId: string, options: { yes?: boolean }, command) =>
      remove(userId, options, new Session(shell, command)),
    );
}
