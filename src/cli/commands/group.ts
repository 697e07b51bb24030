// sallyport group create | list | get | update | delete | add-member | remove-member

import type { Command } from 'commander';
import { type Group, groupSchema } from '../../model/group.ts';
import { id, withPages } from '../arguments.ts';
import { nothing } from '../client.ts';
import { usage } from '../failure.ts';
import { minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

function view({ id, name, createdAt }: Group): string {
  return record([
    ['id', id],
    ['name', name],
    ['created', minute(createdAt)],
    ['members', `sallyport user list --group ${id}`],
  ]);
}

async function send(
  session: Session,
  method: 'GET' | 'POST' | 'PATCH',
  rest: string,
  body?: object,
): Promise<void> {
  const path = `${session.tenantPath()}/groups${rest}`;
  const request = { method, path, answer: groupSchema, ...(body ? { body } : {}) };
  session.show(await session.send(request), view);
}

function addChanges(group: Command, shell: Shell): void {
  group
    .command('create')
    .description('create a group')
    .requiredOption('--name <name>', 'its name')
    .action(({ name }: { name: string }, command) =>
      send(new Session(shell, command), 'POST', '', { name }),
    );
  group
    .command('update')
    .description('rename a group')
    .argument('<group>', 'its id', id('group'))
    .requiredOption('--name <name>', 'its new name')
    .action((groupId: string, { name }: { name: string }, command) =>
      send(new Session(shell, command), 'PATCH', `/${groupId}`, { name }),
    );
  group
    .command('delete')
    .description('delete a group; its members stay users')
    .argument('<group>', 'its id', id('group'))
    .option('--yes', 'do it')
    .action(async (groupId: string, { yes }: { yes?: boolean }, command) => {
      if (!yes) throw usage('a deleted group cannot be brought back', 'Add --yes to do it.');
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/groups/${groupId}`;
      const answer = await session.send({ method: 'DELETE', path, answer: nothing });
      session.show(answer, () => `${groupId} is deleted.\n`);
    });
}

function addMembers(group: Command, shell: Shell): void {
  const verbs = [
    { verb: 'add-member', method: 'PUT', does: 'put a user into a group', now: 'is in' },
    { verb: 'remove-member', method: 'DELETE', does: 'take a user out of a group', now: 'left' },
  ] as const;
  for (const { verb, method, does, now } of verbs)
    group
      .command(verb)
      .description(does)
      .argument('<group>', 'its id', id('group'))
      .argument('<user>', 'their id', id('user'))
      .action(async (groupId: string, userId: string, _options, command) => {
        const session = new Session(shell, command);
        const path = `${session.tenantPath()}/groups/${groupId}/members/${userId}`;
        const answer = await session.send({ method, path, answer: nothing });
        session.show(answer, () => `${userId} ${now} ${groupId}.\n`);
      });
}

export function addGroupCommands(program: Command, shell: Shell): void {
  const group = program.command('group').description('users who are treated alike');
  addChanges(group, shell);
  addMembers(group, shell);
  withPages(group.command('list').description('list groups')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'groups',
        item: groupSchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'name', value: ({ name }) => name, flexible: true },
          { title: 'created', value: ({ createdAt }) => minute(createdAt), spare: true },
        ],
      }),
  );
  group
    .command('get')
    .description('show a group')
    .argument('<group>', 'its id', id('group'))
    .action((groupId: string, _options, command) =>
      send(new Session(shell, command), 'GET', `/${groupId}`),
    );
}
