// sallyport tenant update | suspend | resume | delete | restore | invite | export

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type inviteTenantSchema,
  type suspendTenantSchema,
  type Tenant,
  tenantInvitationSchema,
  tenantSchema,
  type updateTenantSchema,
} from '../model/tenant.ts';
import { usage } from './failure.ts';
import { minute, record } from './output.ts';
import { Session } from './session.ts';
import type { Shell } from './shell.ts';
import { exportTo } from './tenant-export.ts';

interface UpdateOptions {
  name?: string;
  secondFactor?: 'optional' | 'required';
  linkRedemption?: 'link' | 'session';
  signIn?: 'any' | 'oidc';
  withoutRevocations?: 'refuse' | 'accept';
  ikev2Passwords?: 'off' | 'on';
  portalWebClip?: 'off' | 'on';
}

type View = (tenant: Tenant) => string;

async function update(options: UpdateOptions, session: Session, view: View): Promise<void> {
  const { name, ...policy } = options;
  const body = {
    name,
    ...(Object.keys(policy).length > 0 ? { policy } : {}),
  } satisfies z.input<typeof updateTenantSchema>;
  if (name === undefined && !('policy' in body)) throw usage('what shall change?', 'Add --help.');
  const path = session.tenantPath();
  session.show(await session.send({ method: 'PATCH', path, body, answer: tenantSchema }), view);
}

async function post(session: Session, verb: string, view: View, body?: object): Promise<void> {
  const path = `${session.tenantPath()}/${verb}`;
  const request = { method: 'POST' as const, path, answer: tenantSchema };
  session.show(await session.send(body === undefined ? request : { ...request, body }), view);
}

async function remove(session: Session, view: View, yes: boolean): Promise<void> {
  const path = session.tenantPath();
  if (!yes)
    throw usage('this deletes the tenant with all its users, gateways and devices', 'Add: --yes');
  const answer = await session.send({ method: 'DELETE', path, answer: tenantSchema });
  const last = minute(answer.value.deleteAt ?? '');
  const note = session.prose(`Until ${last} "sallyport tenant restore" takes it back.`);
  session.show(answer, (tenant) => `${view(tenant)}\n${note}`);
}

async function invite(session: Session, email: string): Promise<void> {
  const body = { email } satisfies z.input<typeof inviteTenantSchema>;
  const path = '/v1/tenant-invitations';
  const answer = await session.send({ method: 'POST', path, body, answer: tenantInvitationSchema });
  session.show(answer, ({ id, email: to, expiresAt }) =>
    record([
      ['id', id],
      ['mailed to', to],
      ['good until', minute(expiresAt)],
    ]),
  );
}

async function exportTenant(session: Session, file: string): Promise<void> {
  const value = await exportTo(session, file);
  session.show({ value, text: JSON.stringify(value) }, ({ rows, counts, changed }) =>
    [
      record([
        ['file', file],
        ['rows', String(rows)],
        ['of', Object.entries(counts).map(([table, count]) => `${table}: ${count}`)],
      ]),
      changed ? session.prose('Something was changed while it was read.') : '',
    ].join(''),
  );
}

export function addTenantLife(tenant: Command, shell: Shell, view: View): void {
  tenant
    .command('update')
    .description('change the name, or what is demanded of people')
    .option('--name <name>', 'its name')
    .option('--second-factor <which>', 'optional or required')
    .option('--link-redemption <by>', 'by the link alone, or with a session as well')
    .option('--sign-in <how>', 'any or oidc')
    .option(
      '--without-revocations <what>',
      'refuse or accept devices of IKEv2 while a gateway has no valid list of the revoked',
    )
    .option('--ikev2-passwords <switch>', 'on or off; off ends those that there are')
    .option('--portal-web-clip <switch>', "on or off: the portal in profiles of Apple's systems")
    .action((options: UpdateOptions, command) =>
      update(options, new Session(shell, command), view),
    );
  tenant
    .command('suspend')
    .description("let nobody in (needs the operator's key)")
    .requiredOption('--reason <text>', "for the tenant's log")
    .action(({ reason }: z.input<typeof suspendTenantSchema>, command) =>
      post(new Session(shell, command), 'suspend', view, { reason }),
    );
  tenant
    .command('resume')
    .description("end a suspension (needs the operator's key)")
    .action((_options, command) => post(new Session(shell, command), 'resume', view));
  tenant
    .command('delete')
    .description('delete the tenant after a week of grace')
    .option('--yes', 'do not ask')
    .action(({ yes = false }: { yes?: boolean }, command) =>
      remove(new Session(shell, command), view, yes),
    );
  tenant
    .command('restore')
    .description('take a deletion back in time')
    .action((_options, command) => post(new Session(shell, command), 'restore', view));
  tenant
    .command('invite <email>')
    .description("invite somebody to make a tenant (needs the operator's key)")
    .action((email: string, _options, command) => invite(new Session(shell, command), email));
  tenant
    .command('export')
    .description('write everything but secrets to a file')
    .requiredOption('--out <file>', 'a file that is not there yet')
    .action(({ out }: { out: string }, command) => exportTenant(new Session(shell, command), out));
}
