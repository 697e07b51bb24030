// sallyport tenant create | get

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  createdTenantSchema,
  type createTenantSchema,
  type Tenant,
  tenantSchema,
} from '../../model/tenant.ts';
import { type Field, minute, record } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface CreateOptions {
  name: string;
  slug?: string;
  ownerName?: string;
  ownerEmail?: string;
}

function fieldsOf({ id, name, slug, ula, revision, createdAt }: Tenant): Field[] {
  return [
    ['id', id],
    ['name', name],
    ['slug', slug],
    ['ipv6 prefix', ula],
    ['revision', String(revision)],
    ['created', minute(createdAt)],
  ];
}

async function create(options: CreateOptions, session: Session): Promise<void> {
  const { name, slug, ownerName, ownerEmail } = options;
  const owner = { name: ownerName, email: ownerEmail };
  const body = {
    name,
    slug,
    ...(ownerName !== undefined || ownerEmail !== undefined ? { owner } : {}),
  } satisfies z.input<typeof createTenantSchema>;
  const answer = await session.send({
    method: 'POST',
    path: '/v1/tenants',
    body,
    answer: createdTenantSchema,
  });
  session.show(
    answer,
    ({ tenant, owner, key }) =>
      `${record([...fieldsOf(tenant), ['owner', `${owner.name} (${owner.id})`]])}\n` +
      session.prose(
        'The key of its owner, for SALLYPORT_TOKEN. It is shown this once and never again; ' +
          'keep it safe:',
      ) +
      `\n${key}\n`,
  );
}

export function addTenantCommands(program: Command, shell: Shell): void {
  const tenant = program.command('tenant').description('an organisation');
  tenant
    .command('create')
    .description("create a tenant (needs the operator's key)")
    .requiredOption('--name <name>', 'its name')
    .option('--slug <slug>', 'its name in addresses; made from the name if left out')
    .option('--owner-name <name>', 'name of its first user')
    .option('--owner-email <email>', 'e-mail address of its first user')
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
  tenant
    .command('get')
    .description('show the tenant')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = session.tenantPath();
      const answer = await session.send({ method: 'GET', path, answer: tenantSchema });
      session.show(answer, (value) => record(fieldsOf(value)));
    });
}
