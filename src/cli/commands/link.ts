// sallyport link create | list | resend | revoke | redeem

import type { Command } from 'commander';
import type { z } from 'zod';
import { sessionTokenPrefix } from '../../model/account.ts';
import { redeemedLinkSchema, type redeemLinkSchema } from '../../model/device.ts';
import {
  type CreatedLink,
  createdLinkSchema,
  type createLinkSchema,
  type Link,
  linkSchema,
} from '../../model/link.ts';
import { type ProfileKind, profileKinds } from '../../model/profile.ts';
import { qrTerminal } from '../../render/client/qr.ts';
import { duration, id, kindOf, withPages } from '../arguments.ts';
import type { Server } from '../client.ts';
import { usage } from '../failure.ts';
import { type Field, minute, printable, record } from '../output.ts';
import { issue, showIssued } from '../profiles.ts';
import { redeemInto, showRedeemed } from '../redeem.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface RedeemOptions {
  out: string;
  kind: ProfileKind;
  qr?: boolean;
}

interface CreateOptions {
  bookmark?: boolean;
  user?: string;
  expires?: number;
  send?: boolean;
}

/** What became of its mail. */
function mailOf({ mail }: Link): Field[] {
  if (mail === null) return [];
  const { to, status, error, sentAt } = mail;
  return [
    ['mailed to', to],
    ['mail', sentAt === null ? status : `${status} ${minute(sentAt)}`],
    ...(error === null ? [] : [['error', error] satisfies Field]),
  ];
}

function view(link: Link): string {
  const { id, kind, deviceId, userId, status, openedAt, usedAt, expiresAt } = link;
  return record([
    ['id', id],
    ['kind', kind],
    deviceId === null ? ['user', userId ?? ''] : ['device', deviceId],
    ['status', status],
    ...mailOf(link),
    ['opened', openedAt === null ? 'never' : minute(openedAt)],
    ['used', usedAt === null ? 'never' : minute(usedAt)],
    ['expires', expiresAt === null ? 'never' : minute(expiresAt)],
  ]);
}

function viewCreated(session: Session, { link, url }: CreatedLink): string {
  const what =
    link.kind === 'once'
      ? 'Whoever opens this gets the profile. It works once, and it is shown this once:'
      : 'Their own page, for them to keep as a bookmark. It is shown this once:';
  return `${view(link)}\n${session.prose(what)}\n${url}\n`;
}

async function create(
  deviceId: string | undefined,
  { bookmark, user: userId, expires, send }: CreateOptions,
  session: Session,
): Promise<void> {
  const body = {
    ...{ kind: bookmark ? 'bookmark' : undefined, deviceId, userId },
    ...{ expiresInSeconds: expires, send },
  } as const satisfies z.input<typeof createLinkSchema>;
  const path = `${session.tenantPath()}/links`;
  const answer = await session.send({ method: 'POST', path, body, answer: createdLinkSchema });
  session.show(answer, (created) => viewCreated(session, created));
}

async function resend(linkId: string, session: Session): Promise<void> {
  const path = `${session.tenantPath()}/links/${linkId}/resend`;
  const answer = await session.send({ method: 'POST', path, answer: createdLinkSchema });
  session.show(answer, (created) => viewCreated(session, created));
}

/** The session that the profile has there, for tenants whose links want one. Keys stay at home. */
function sessionFor(url: string, { settings }: Session): string | undefined {
  const { token } = settings;
  return settings.url === url && token?.startsWith(sessionTokenPrefix) ? token : undefined;
}

/** The server and the token that a link names; a bare token goes to the server of the settings. */
function targetOf(text: string, session: Session): { server: Server; token: string } {
  const [, url, token] = /^(https?:\/\/[^?#]+)\/l\/([^/?#]+)\/?$/.exec(text) ?? [];
  if (url && token)
    return { server: { url, token: sessionFor(url, session), source: 'the link' }, token };
  if (/[/:?#\s]/.test(text))
    throw usage('that is neither a link nor its token', 'A link looks like https://…/l/…');
  const { url: own, source } = session.settings;
  return { server: { url: own, token: sessionFor(own, session), source }, token: text };
}

async function redeem(text: string, options: RedeemOptions, session: Session): Promise<void> {
  const { out, kind, qr } = options;
  if (qr && session.json) throw usage('--qr is for people and --json for programs: choose one');
  if (qr && kind !== 'wireguard') throw usage('--qr goes with the kind wireguard alone');
  const { server, token } = targetOf(text, session);
  const ask = async (key: Omit<z.input<typeof redeemLinkSchema>, 'token'>) => {
    const body = { token, ...key } satisfies z.input<typeof redeemLinkSchema>;
    const path = '/v1/links/redeem';
    const request = { method: 'POST', path, body, answer: redeemedLinkSchema } as const;
    return (await session.sendTo(server, request)).value;
  };
  if (kind !== 'wireguard') return showRedeemed(session, await redeemInto(out, kind, ask));
  const accept = (publicKey: string) => ask({ publicKey });
  const issued = await issue(out, accept, () => 'Ask whoever sent the link for a new one.');
  const { id, name } = issued.device;
  showIssued(session, issued, record([['device', `${name} (${id})`]]));
  if (!qr) return;
  for (const { gatewayName, text } of issued.profiles)
    session.shell.out(`\n${printable(gatewayName)}\n${qrTerminal(text)}`);
}

function addMaking(link: Command, shell: Shell): void {
  link
    .command('create')
    .description("create a link to a device's profile, or a user's bookmark")
    .argument('[device]', 'its id', id('device'))
    .option('--bookmark', "a user's own page of devices, that works until it is revoked")
    .option('--user <id>', 'whose page it is; yours if left out', id('user'))
    .option('--expires <duration>', 'how long it works: 30m, 12h, 7d (7d if left out)', duration)
    .option('--send', 'mail it to its user')
    .action((deviceId: string | undefined, options: CreateOptions, command) =>
      create(deviceId, options, new Session(shell, command)),
    );
  link
    .command('resend')
    .description('mail a link anew, with a new secret; the old one is closed')
    .argument('<link>', 'its id', id('link'))
    .action((linkId: string, _options, command) => resend(linkId, new Session(shell, command)));
}

function addList(link: Command, shell: Shell): void {
  withPages(link.command('list').description('list links and what became of them, newest first'))
    .option('--device <id>', 'of this device', id('device'))
    .option('--user <id>', 'bookmarks of this user', id('user'))
    .action((options: PageOptions & { device?: string; user?: string }, command) =>
      showList(new Session(shell, command), options, {
        things: 'links',
        item: linkSchema,
        query: { deviceId: options.device, userId: options.user },
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'of', value: ({ deviceId, userId }) => deviceId ?? userId ?? '', spare: true },
          { title: 'status', value: ({ status }) => status },
          { title: 'mail', value: ({ mail }) => mail?.status ?? 'none' },
          { title: 'opened', value: ({ openedAt }) => (openedAt ? minute(openedAt) : 'never') },
          { title: 'error', value: ({ mail }) => mail?.error ?? '', flexible: true, spare: true },
        ],
      }),
    );
}

export function addLinkCommands(program: Command, shell: Shell): void {
  const link = program.command('link').description('hands a profile to whoever holds it');
  addMaking(link, shell);
  addList(link, shell);
  link
    .command('revoke')
    .description('make a link useless')
    .argument('<link>', 'its id', id('link'))
    .action(async (linkId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/links/${linkId}/revoke`;
      session.show(await session.send({ method: 'POST', path, answer: linkSchema }), view);
    });
  link
    .command('redeem')
    .description('use a link: make the key pair here and write the profiles')
    .argument('<link>', 'the link, or its token')
    .option('--kind <kind>', profileKinds.join(', '), kindOf, 'wireguard')
    .option('--out <folder>', 'where to write them', '.')
    .option('--qr', 'show them as QR codes too, for a phone')
    .action((text: string, options: RedeemOptions, command) =>
      redeem(text, options, new Session(shell, command)),
    );
}
