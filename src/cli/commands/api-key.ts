// sallyport api-key create | list | revoke

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type ApiKey,
  apiKeySchema,
  type createApiKeySchema,
  createdApiKeySchema,
} from '../../model/api-key.ts';
import { operations, roles } from '../../model/permissions.ts';
import { duration, id, ids, several, withPages } from '../arguments.ts';
import { usage } from '../failure.ts';
import { type Field, minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface CreateOptions {
  name: string;
  role: ApiKey['role'];
  permission?: string[];
  group?: string[];
  gateway?: string[];
  expires?: number;
}

function bound(label: string, list: readonly string[] | null): Field[] {
  return list === null ? [] : [[label, list]];
}

function view(apiKey: ApiKey): string {
  const { id, name, role, status, permissions, groupIds, gatewayIds } = apiKey;
  const { expiresAt, lastUsedAt, createdAt } = apiKey;
  return record([
    ['id', id],
    ['name', name],
    ['role', role],
    ...bound('permissions', permissions),
    ...bound('groups', groupIds),
    ...bound('gateways', gatewayIds),
    ['status', status],
    ['expires', expiresAt === null ? 'never' : minute(expiresAt)],
    ['last used', lastUsedAt === null ? 'never' : minute(lastUsedAt)],
    ['created', minute(createdAt)],
  ]);
}

function permissionsOf(asked: readonly string[] | undefined) {
  return asked?.map((name) => {
    const known = operations.find((operation) => operation === name);
    if (known) return known;
    throw usage(`there is no permission "${name}"`, 'Permissions are named as device.create is.');
  });
}

async function create(options: CreateOptions, session: Session): Promise<void> {
  const { name, role, permission, group, gateway, expires } = options;
  const body = {
    name,
    role,
    permissions: permissionsOf(permission),
    groupIds: group,
    gatewayIds: gateway,
    expiresInSeconds: expires,
  } satisfies z.input<typeof createApiKeySchema>;
  const path = `${session.tenantPath()}/api-keys`;
  const answer = await session.send({ method: 'POST', path, body, answer: createdApiKeySchema });
  session.show(
    answer,
    ({ apiKey, key }) =>
      `${view(apiKey)}\n` +
      session.prose('The key. It is shown this once and never again; keep it safe:') +
      `\n${key}\n`,
  );
}

export function addApiKeyCommands(program: Command, shell: Shell): void {
  const apiKey = program.command('api-key').description('a credential of a program');
  apiKey
    .command('create')
    .description('create a key, and show it this once')
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--role <role>', roles.join(', '))
    .option('--permission <name>', 'of its role this alone; again for more', several)
    .option('--group <id>', 'users of this group alone; again for more', ids('group'))
    .option('--gateway <id>', 'this gateway alone; again for more', ids('gateway'))
    .option('--expires <duration>', 'how long it works: 12h, 90d (until revoked)', duration)
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
  withPages(apiKey.command('list').description('list keys, without the keys themselves')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'api-keys',
        item: apiKeySchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'name', value: ({ name }) => name, flexible: true },
          { title: 'role', value: ({ role }) => role },
          { title: 'status', value: ({ status }) => status },
          {
            title: 'last used',
            value: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : minute(lastUsedAt)),
            spare: true,
          },
        ],
      }),
  );
  apiKey
    .command('revoke')
    .description('make a key useless')
    .argument('<key>', 'its id', id('apiKey'))
    .action(async (apiKeyId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/api-keys/${apiKeyId}/revoke`;
      session.show(await session.send({ method: 'POST', path, answer: apiKeySchema }), view);
    });
}
