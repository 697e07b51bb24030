// sallyport webhook create | list | get | update | delete | test

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type createWebhookSchema,
  type IssuedWebhook,
  issuedWebhookSchema,
  type OutletState,
  testedWebhookSchema,
  type updateWebhookSchema,
  type Webhook,
  webhookSchema,
} from '../../model/outlet.ts';
import { id, several, wholeNumber, withPages } from '../arguments.ts';
import { nothing } from '../client.ts';
import { refused, usage } from '../failure.ts';
import { type Field, minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

/** How far an outlet has come. */
export function stateFields({ cursor, lag, failures, ...rest }: OutletState): Field[] {
  const { failingSince, lastError, deliveredAt } = rest;
  const trouble: Field[] =
    failures === 0
      ? []
      : [
          ['failures', `${failures} since ${minute(failingSince ?? '')}`],
          ['last error', lastError ?? ''],
        ];
  return [
    ['delivered', `up to ${cursor}, ${lag} behind`],
    ['last time', deliveredAt === null ? 'never' : minute(deliveredAt)],
    ...trouble,
  ];
}

function fieldsOf(webhook: Webhook): Field[] {
  const { id: webhookId, url, description, operations, batch, enabled } = webhook;
  const { previousSecretUntil, state, createdAt } = webhook;
  const old: Field[] =
    previousSecretUntil === null
      ? []
      : [['old secret', `good until ${minute(previousSecretUntil)}`]];
  return [
    ['id', webhookId],
    ['description', description],
    ['url', url],
    ['enabled', enabled ? 'yes' : 'no'],
    ['operations', operations ?? 'all'],
    ['batch', String(batch)],
    ...old,
    ...stateFields(state),
    ['created', minute(createdAt)],
  ];
}

function viewIssued(session: Session) {
  return ({ webhook, secret }: IssuedWebhook): string => {
    const shown = record(fieldsOf(webhook));
    if (secret === null) return shown;
    const note = 'Its secret, for the receiver. It is shown this once and never again:';
    return `${shown}\n${session.prose(note)}\n${secret}\n`;
  };
}

interface ChangeOptions {
  url?: string;
  description?: string;
  operation?: string[];
  allOperations?: true;
  batch?: number;
  enable?: true;
  disable?: true;
  rotateSecret?: true;
}

/** The server knows which operations there are. */
type Untyped<T> = Omit<T, 'operations'> & { operations?: string[] | null | undefined };

async function create(options: ChangeOptions, session: Session): Promise<void> {
  const { url = '', description, operation: operations, batch } = options;
  const body = { url, description, operations, batch } satisfies Untyped<
    z.input<typeof createWebhookSchema>
  >;
  const path = `${session.tenantPath()}/webhooks`;
  const answer = await session.send({ method: 'POST', path, body, answer: issuedWebhookSchema });
  session.show(answer, viewIssued(session));
}

async function update(webhookId: string, options: ChangeOptions, session: Session): Promise<void> {
  const { url, description, operation, allOperations, batch, rotateSecret } = options;
  if (options.enable && options.disable) throw usage('--enable or --disable, not both');
  const enabled = options.enable ? true : options.disable ? false : undefined;
  const operations = allOperations ? null : operation;
  const body = { url, description, operations, batch, enabled, rotateSecret } satisfies Untyped<
    z.input<typeof updateWebhookSchema>
  >;
  const path = `${session.tenantPath()}/webhooks/${webhookId}`;
  const answer = await session.send({ method: 'PATCH', path, body, answer: issuedWebhookSchema });
  session.show(answer, viewIssued(session));
}

async function test(webhookId: string, session: Session): Promise<void> {
  const path = `${session.tenantPath()}/webhooks/${webhookId}/test`;
  const answer = await session.send({ method: 'POST', path, answer: testedWebhookSchema });
  session.show(answer, ({ answer: text }) => session.prose(text));
  if (!answer.value.delivered) throw refused('the receiver did not take the test event', []);
}

function addReads(webhook: Command, shell: Shell): void {
  withPages(webhook.command('list').description('list webhooks')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'webhooks',
        item: webhookSchema,
        columns: [
          { title: 'id', value: (one) => one.id },
          { title: 'description', value: ({ description }) => description, flexible: true },
          { title: 'enabled', value: ({ enabled }) => (enabled ? 'yes' : 'no') },
          { title: 'behind', value: ({ state }) => String(state.lag) },
          { title: 'failures', value: ({ state }) => String(state.failures), spare: true },
        ],
      }),
  );
  webhook
    .command('get')
    .description('show a webhook and how far it has come')
    .argument('<webhook>', 'its id', id('webhook'))
    .action(async (webhookId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/webhooks/${webhookId}`;
      const answer = await session.send({ method: 'GET', path, answer: webhookSchema });
      session.show(answer, (one) => record(fieldsOf(one)));
    });
}

function withSettings(command: Command): Command {
  return command
    .option('--description <text>', 'what it is for')
    .option('--operation <name>', 'tell it of this one; again for more', several)
    .option('--batch <n>', 'how many changes it takes in one request', wholeNumber);
}

function addChanges(webhook: Command, shell: Shell): void {
  withSettings(webhook.command('create').description('have changes sent to an address'))
    .requiredOption('--url <url>', 'where to send them')
    .action((options: ChangeOptions, command) => create(options, new Session(shell, command)));
  withSettings(webhook.command('update').description('change a webhook'))
    .argument('<webhook>', 'its id', id('webhook'))
    .option('--url <url>', 'where to send changes')
    .option('--all-operations', 'tell it of everything')
    .option('--enable', 'switch it on: it goes on where it stopped')
    .option('--disable', 'switch it off')
    .option('--rotate-secret', 'make a new secret; the old one is good for a day')
    .action((webhookId: string, options: ChangeOptions, command) =>
      update(webhookId, options, new Session(shell, command)),
    );
  webhook
    .command('delete')
    .description('remove a webhook')
    .argument('<webhook>', 'its id', id('webhook'))
    .action(async (webhookId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/webhooks/${webhookId}`;
      const answer = await session.send({ method: 'DELETE', path, answer: nothing });
      session.show(answer, () => `${webhookId} is deleted.\n`);
    });
}

export function addWebhookCommands(program: Command, shell: Shell): void {
  const webhook = program.command('webhook').description('an address that is told of changes');
  addReads(webhook, shell);
  addChanges(webhook, shell);
  webhook
    .command('test')
    .description('send a test event now, and say what the receiver did')
    .argument('<webhook>', 'its id', id('webhook'))
    .action((webhookId: string, _options, command) => test(webhookId, new Session(shell, command)));
}
