// sallyport authority list | rotate | retire

import type { Command } from 'commander';
import { type Authority, authoritySchema } from '../../model/authority.ts';
import { id, withPages } from '../arguments.ts';
import { usage } from '../failure.ts';
import { minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

function view(authority: Authority): string {
  const { id, generation, status, fingerprint, domain } = authority;
  return record([
    ['id', id],
    ['generation', String(generation)],
    ['status', status],
    // Half of it on a line, for narrow windows.
    ['fingerprint', fingerprint.match(/.{1,32}/g) ?? []],
    ['vouches for', domain],
    ['devices', `${authority.dependentDevices} (${authority.deviceCertificates} by certificate)`],
    ['gateways', String(authority.gateways)],
    ['created', minute(authority.createdAt)],
    ['expires', minute(authority.expiresAt)],
  ]);
}

function addList(authority: Command, shell: Shell): void {
  withPages(authority.command('list').description('list authorities')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'authorities',
        item: authoritySchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'domain', value: ({ domain }) => domain },
          { title: 'status', value: ({ status }) => status },
          { title: 'devices', value: ({ dependentDevices }) => String(dependentDevices) },
          { title: 'gateways', value: ({ gateways }) => String(gateways), spare: true },
          { title: 'expires', value: ({ expiresAt }) => minute(expiresAt), spare: true },
        ],
      }),
  );
}

async function send(session: Session, rest: string, next: string): Promise<void> {
  const path = `${session.tenantPath()}/authorities${rest}`;
  const answer = await session.send({ method: 'POST', path, answer: authoritySchema });
  session.show(answer, (authority) => `${view(authority)}\n${session.prose(next)}`);
}

export function addAuthorityCommands(program: Command, shell: Shell): void {
  const authority = program
    .command('authority')
    .description('who vouches for devices and gateways of IKEv2');
  addList(authority, shell);
  authority
    .command('rotate')
    .description('make a new authority in the place of one, which is trusted until it is retired')
    .argument('<authority>', 'its id', id('authority'))
    .action((authorityId: string, _options, command) =>
      send(
        new Session(shell, command),
        `/${authorityId}/rotate`,
        'The one before is trusted until you retire it. Give devices new profiles before that: ' +
          '"sallyport authority list" says how many still need it.',
      ),
    );
  authority
    .command('retire')
    .description('trust an authority no more; devices that depend on it are cut')
    .argument('<authority>', 'its id', id('authority'))
    .option('--yes', 'do it')
    .action((authorityId: string, { yes }: { yes?: boolean }, command) => {
      if (!yes)
        throw usage(
          `this cuts every device that depends on ${authorityId}`,
          '"sallyport authority list" says how many do. If you mean it, add: --yes',
        );
      return send(
        new Session(shell, command),
        `/${authorityId}/retire`,
        'Gateways show certificates of the authority that is left, from their next document on.',
      );
    });
}
