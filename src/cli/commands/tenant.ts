// sallyport tenant create | get | list and more, and admin, which shows what needs the operator

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  createdTenantSchema,
  type createTenantSchema,
  type Tenant,
  type TenantEntry,
  tenantEntrySchema,
  tenantSchema,
} from '../../model/tenant.ts';
import { withPages } from '../arguments.ts';
import { pageOf } from '../client.ts';
import { refused } from '../failure.ts';
import { type Column, type Field, minute, record, table } from '../output.ts';
import { type PageOptions, pageQuery, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { addTenantLife } from '../tenant-life.ts';

interface CreateOptions {
  name: string;
  slug?: string;
  ownerName?: string;
  ownerEmail?: string;
}

function fieldsOf(tenant: Tenant): Field[] {
  const { id, name, slug, ula, revision, createdAt, status, deleteAt, policy } = tenant;
  const { secondFactor, linkRedemption, signIn } = policy;
  const { withoutRevocations, ikev2Passwords, portalWebClip } = policy;
  return [
    ['id', id],
    ['name', name],
    ['slug', slug],
    ['status', deleteAt === null ? status : `${status}, gone at ${minute(deleteAt)}`],
    ['sign-in', `${signIn}, second factor ${secondFactor}`],
    ['links', linkRedemption === 'link' ? 'are enough' : 'want a session as well'],
    ['no crl', withoutRevocations === 'refuse' ? 'nobody gets in' : 'devices get in'],
    ['passwords', ikev2Passwords === 'on' ? 'for IKEv2, too' : 'none for IKEv2'],
    ['web clip', portalWebClip === 'on' ? 'of the portal' : 'none'],
    ['ipv6 prefix', ula],
    ['revision', String(revision)],
    ['created', minute(createdAt)],
  ];
}

const keyNotice =
  'The key of its owner, for SALLYPORT_TOKEN. It is shown this once and never again; ' +
  'keep it safe:';

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
      record([...fieldsOf(tenant), ['owner', `${owner.name} (${owner.id})`]]) +
      (key === null ? '' : `\n${session.prose(keyNotice)}\n${key}\n`),
  );
}

const columns: readonly Column<TenantEntry>[] = [
  { title: 'id', value: ({ id }) => id },
  { title: 'name', value: ({ name }) => name, flexible: true },
  { title: 'database', value: ({ database }) => database.status },
  { title: 'slug', value: ({ slug }) => slug, flexible: true, spare: true },
];

async function list(options: PageOptions, session: Session): Promise<void> {
  const path = `/v1/tenants${pageQuery(options)}`;
  const answer = await session.send({ method: 'GET', path, answer: pageOf(tenantEntrySchema) });
  const { items, next } = answer.value;
  session.show(answer, () =>
    items.length > 0 ? table(items, columns, session.shell.columns) : 'There are no tenants.\n',
  );
  if (next !== null && !session.json)
    session.shell.err(`There are more. Show them with: --cursor ${next}\n`);
}

/** Every tenant, page by page. */
async function everyTenant(session: Session): Promise<TenantEntry[]> {
  const seen: TenantEntry[] = [];
  let cursor: string | null = null;
  do {
    const query: string = pageQuery(cursor === null ? {} : { cursor });
    const path = `/v1/tenants${query}`;
    const { value } = await session.send({
      method: 'GET',
      path,
      answer: pageOf(tenantEntrySchema),
    });
    seen.push(...value.items);
    cursor = value.next;
  } while (cursor !== null);
  return seen;
}

function recordOfJobs({ id, name, deadJobs }: TenantEntry): string {
  return record([
    ['id', id],
    ['name', name],
    ['jobs given up', String(deadJobs.count)],
    ['the newest', deadJobs.errors],
  ]);
}

/** Fails when a database needs the operator, so that a monitor can call it. */
async function admin(session: Session): Promise<void> {
  const tenants = await everyTenant(session);
  const troubled = tenants.filter(({ database }) => database.status !== 'ready');
  const withDeadJobs = tenants.filter(({ deadJobs }) => deadJobs.count > 0);
  const seen = tenants.length;
  const text = JSON.stringify({ tenants: seen, troubled, withDeadJobs }, null, 2);
  session.show({ value: troubled, text }, () =>
    [
      `${seen} tenants, ${troubled.length} with a database that is not in order\n`,
      ...troubled.map(({ id, name, database }) =>
        record([
          ['id', id],
          ['name', name],
          ['database', database.status],
          ['fault', database.fault ?? ''],
        ]),
      ),
      ...withDeadJobs.map(recordOfJobs),
    ].join(''),
  );
  if (troubled.length > 0) throw refused(`${troubled.length} of ${seen} tenants need you`, []);
}

export function addTenantCommands(program: Command, shell: Shell): void {
  const tenant = program.command('tenant').description('an organisation');
  tenant
    .command('create')
    .description('create a tenant')
    .requiredOption('--name <name>', 'its name')
    .option('--slug <slug>', 'its name in addresses; made from the name if left out')
    .option('--owner-name <name>', 'name of its first user')
    .option('--owner-email <email>', 'e-mail address of its first user')
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
  withPages(tenant.command('list').description("list tenants (needs the operator's key)")).action(
    (options: PageOptions, command) => list(options, new Session(shell, command)),
  );
  program
    .command('admin')
    .description("show tenants whose database is not in order (needs the operator's key)")
    .action((_options, command) => admin(new Session(shell, command)));
  addTenantLife(tenant, shell, (value) => record(fieldsOf(value)));
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
