// sallyport syslog get | set | delete

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { z } from 'zod';
import { type Syslog, type setSyslogSchema, syslogSchema } from '../../model/outlet.ts';
import { wholeNumber } from '../arguments.ts';
import { nothing } from '../client.ts';
import { messageOf, usage } from '../failure.ts';
import { record } from '../output.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { stateFields } from './webhook.ts';

function view({ host, port, caPem, enabled, state }: Syslog): string {
  return record([
    ['server', `${host}, port ${port}`],
    ['authority', caPem === null ? 'the public ones' : 'its own'],
    ['enabled', enabled ? 'yes' : 'no'],
    ...stateFields(state),
  ]);
}

interface SetOptions {
  host: string;
  port?: number;
  ca?: string;
  disable?: true;
}

function readAuthority(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(`cannot read ${path}: ${messageOf(error)}`);
  }
}

async function set(options: SetOptions, session: Session): Promise<void> {
  const { host, port, ca, disable } = options;
  const body = {
    host,
    port,
    caPem: ca === undefined ? null : readAuthority(ca),
    enabled: !disable,
  } satisfies z.input<typeof setSyslogSchema>;
  const path = `${session.tenantPath()}/syslog`;
  session.show(await session.send({ method: 'PUT', path, body, answer: syslogSchema }), view);
}

export function addSyslogCommands(program: Command, shell: Shell): void {
  const syslog = program.command('syslog').description('the log server that is told of changes');
  syslog
    .command('get')
    .description('show it and how far it has come')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/syslog`;
      session.show(await session.send({ method: 'GET', path, answer: syslogSchema }), view);
    });
  syslog
    .command('set')
    .description('have changes sent there, as syslog over TLS')
    .requiredOption('--host <name>', 'its name or address')
    .option('--port <port>', 'its port, 6514 if left out', wholeNumber)
    .option('--ca <file>', 'certificates to trust in place of the public ones, in PEM')
    .option('--disable', 'keep the setting, send nothing')
    .action((options: SetOptions, command) => set(options, new Session(shell, command)));
  syslog
    .command('delete')
    .description('send nothing there any more')
    .action(async (_options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/syslog`;
      const answer = await session.send({ method: 'DELETE', path, answer: nothing });
      session.show(answer, () => 'No syslog server is set now.\n');
    });
}
