// sallyport me get

import type { Command } from 'commander';
import { type Me, meSchema } from '../../model/me.ts';
import { type Field, minute, record } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

function accountFields({ account, next }: Me): Field[] {
  if (!account) return [];
  return [
    ['account', `${account.name} (${account.id})`],
    ['e-mail', account.email],
    ['passkeys', String(account.passkeys)],
    ['one-time codes', account.hasTotp ? 'yes' : 'no'],
    ...(next === null ? [] : [['to do', 'give the second factor'] as const]),
  ];
}

function sessionFields({ session }: Me): Field[] {
  if (!session) return [];
  return [
    ['signed in', `${minute(session.createdAt)} by ${session.methods.join(' and ')}`],
    ['until', minute(session.expiresAt)],
  ];
}

function keyFields({ key }: Me): Field[] {
  if (!key) return [];
  const list = (some: readonly string[] | null) => some ?? 'no bound';
  return [
    ['key', `${key.id}, ${key.role}`],
    ['permissions', list(key.permissions)],
    ['groups', list(key.groupIds)],
    ['gateways', list(key.gatewayIds)],
  ];
}

export function meView(me: Me): string {
  const tenants = me.tenants.map(({ tenantId, name, role, status }) => {
    const state = status === 'active' ? '' : `, ${status}`;
    return `${tenantId} ${name}: ${role ?? 'away'}${state}`;
  });
  return record([
    ['you are', me.kind === 'operator' ? 'the operator' : `a ${me.kind}`],
    ...accountFields(me),
    ...sessionFields(me),
    ...keyFields(me),
    ...(me.kind === 'operator' ? [] : [['tenants', tenants] as const]),
  ]);
}

export function addMeCommands(program: Command, shell: Shell): void {
  const me = program.command('me').description('whoever asks');
  me.command('get')
    .description('show who you are, and where you belong')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const request = { method: 'GET', path: '/v1/me', answer: meSchema } as const;
      session.show(await session.send(request), meView);
    });
}
