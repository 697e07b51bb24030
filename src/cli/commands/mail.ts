// sallyport mail list

import type { Command } from 'commander';
import { sentMailSchema } from '../../model/sent-mail.ts';
import { withPages } from '../arguments.ts';
import { minute } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

export function addMailCommands(program: Command, shell: Shell): void {
  const mail = program.command('mail').description("what was sent in the tenant's name");
  withPages(mail.command('list').description('list mails and how they fared, newest first'))
    .option('--about <id>', 'about this user or link')
    .action((options: PageOptions & { about?: string }, command) =>
      showList(new Session(shell, command), options, {
        things: 'mails',
        item: sentMailSchema,
        query: { about: options.about },
        columns: [
          { title: 'written', value: ({ createdAt }) => minute(createdAt) },
          { title: 'to', value: ({ recipient }) => recipient, flexible: true },
          { title: 'status', value: ({ status }) => status },
          { title: 'error', value: ({ error }) => error ?? '', flexible: true },
          { title: 'subject', value: ({ subject }) => subject, flexible: true, spare: true },
        ],
      }),
    );
}
