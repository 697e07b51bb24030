// sallyport oidc get | set | delete

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type Oidc, oidcSchema, type setOidcSchema } from '../../model/oidc.ts';
import { nothing } from '../client.ts';
import { messageOf, usage } from '../failure.ts';
import { record } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface SetOptions {
  issuer: string;
  clientId: string;
  clientSecretFile?: string;
  groupsClaim?: string;
  createUsers?: boolean;
  disable?: boolean;
}

function view(provider: Oidc): string {
  return record([
    ['issuer', provider.issuer],
    ['client id', provider.clientId],
    ['groups', provider.groupsClaim === null ? 'not from there' : `claim ${provider.groupsClaim}`],
    ['new users', provider.createsUsers ? 'are made' : 'are refused'],
    ['enabled', provider.enabled ? 'yes' : 'no'],
    ['redirect uri', provider.redirectUri],
    ['sign-in', provider.signInUrl],
  ]);
}

/** From a file, because the words of a command are seen by others on the machine. */
function secretFrom(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw usage(`${path} cannot be read: ${messageOf(error)}`);
  }
}

async function set(options: SetOptions, session: Session): Promise<void> {
  const { issuer, clientId, clientSecretFile, groupsClaim, createUsers, disable } = options;
  const body = {
    issuer,
    clientId,
    clientSecret: secretFrom(clientSecretFile),
    groupsClaim: groupsClaim ?? null,
    createsUsers: createUsers ?? false,
    enabled: !disable,
  } satisfies z.input<typeof setOidcSchema>;
  const path = `${session.tenantPath()}/oidc`;
  session.show(await session.send({ method: 'PUT', path, body, answer: oidcSchema }), view);
}

export function addOidcCommands(program: Command, shell: Shell): void {
  const oidc = program.command('oidc').description("the tenant's identity provider");
  oidc
    .command('get')
    .description('show it')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/oidc`;
      session.show(await session.send({ method: 'GET', path, answer: oidcSchema }), view);
    });
  oidc
    .command('set')
    .description('let people in through an identity provider')
    .requiredOption('--issuer <url>', 'its address, as it names itself')
    .requiredOption('--client-id <id>', 'what it calls us')
    .option('--client-secret-file <path>', 'file with the secret; the last one if left out')
    .option('--groups-claim <name>', 'claim that lists the groups of a person')
    .option('--create-users', 'make users of people whom the tenant does not know')
    .option('--disable', 'keep it, but let nobody in')
    .action((options: SetOptions, command) => set(options, new Session(shell, command)));
  oidc
    .command('delete')
    .description('remove it, and end the sessions that came through it')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/oidc`;
      const answer = await session.send({ method: 'DELETE', path, answer: nothing });
      session.show(answer, () => 'The identity provider is removed.\n');
    });
}
