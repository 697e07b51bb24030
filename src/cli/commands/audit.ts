// sallyport audit list

import type { Command } from 'commander';
import { revisionSchema } from '../../model/revision.ts';
import { withPages } from '../arguments.ts';
import { minute } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

export function addAuditCommands(program: Command, shell: Shell): void {
  const audit = program.command('audit').description("the tenant's log of changes");
  withPages(audit.command('list').description('list changes: when, what, to what, by whom')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'audit',
        item: revisionSchema,
        columns: [
          { title: 'nr', value: ({ number }) => String(number) },
          { title: 'at', value: ({ at }) => minute(at) },
          { title: 'operation', value: ({ operation }) => operation },
          { title: 'subject', value: ({ subject }) => subject },
          { title: 'by', value: ({ actor }) => actor, spare: true },
        ],
      }),
  );
}
