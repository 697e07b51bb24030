// sallyport link create | revoke | redeem

import type { Command } from 'commander';
import type { z } from 'zod';
import { sessionTokenPrefix } from '../../model/account.ts';
import {
  createdLinkSchema,
  type createLinkSchema,
  type Link,
  linkSchema,
  redeemedLinkSchema,
  type redeemLinkSchema,
} from '../../model/device.ts';
import { qrTerminal } from '../../render/client/qr.ts';
import { duration, id } from '../arguments.ts';
import type { Server } from '../client.ts';
import { usage } from '../failure.ts';
import { minute, printable, record } from '../output.ts';
import { issue, showIssued } from '../profiles.ts';
import { Session } from '../session.ts';
import type { Shell } from '../shell.ts';

interface RedeemOptions {
  out: string;
  qr?: boolean;
}

function view({ id, deviceId, status, expiresAt, usedAt }: Link): string {
  return record([
    ['id', id],
    ['device', deviceId],
    ['status', status],
    ['expires', minute(expiresAt)],
    ['used', usedAt === null ? 'never' : minute(usedAt)],
  ]);
}

async function create(
  deviceId: string,
  { expires }: { expires?: number },
  session: Session,
): Promise<void> {
  const body = { deviceId, expiresInSeconds: expires } satisfies z.input<typeof createLinkSchema>;
  const path = `${session.tenantPath()}/links`;
  const answer = await session.send({ method: 'POST', path, body, answer: createdLinkSchema });
  session.show(
    answer,
    ({ link, url }) =>
      `${view(link)}\n` +
      session.prose(
        'Whoever opens this gets the profile. It works once, and it is shown this once:',
      ) +
      `\n${url}\n`,
  );
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

async function redeem(text: string, { out, qr }: RedeemOptions, session: Session): Promise<void> {
  if (qr && session.json) throw usage('--qr is for people and --json for programs: choose one');
  const { server, token } = targetOf(text, session);
  const accept = async (publicKey: string) => {
    const body = { token, publicKey } satisfies z.input<typeof redeemLinkSchema>;
    const path = '/v1/links/redeem';
    const request = { method: 'POST', path, body, answer: redeemedLinkSchema } as const;
    return (await session.sendTo(server, request)).value;
  };
  const issued = await issue(out, accept, () => 'Ask whoever sent the link for a new one.');
  const { id, name } = issued.device;
  showIssued(session, issued, record([['device', `${name} (${id})`]]));
  if (!qr) return;
  for (const { gatewayName, text } of issued.profiles)
    session.shell.out(`\n${printable(gatewayName)}\n${qrTerminal(text)}`);
}

export function addLinkCommands(program: Command, shell: Shell): void {
  const link = program.command('link').description('hands a profile to whoever holds it');
  link
    .command('create')
    .description('create a link for a device that waits for its key')
    .argument('<device>', 'its id', id('device'))
    .option('--expires <duration>', 'how long it works: 30m, 12h, 7d (7d if left out)', duration)
    .action((deviceId: string, options: { expires?: number }, command) =>
      create(deviceId, options, new Session(shell, command)),
    );
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
    .option('--out <folder>', 'where to write them', '.')
    .option('--qr', 'show them as QR codes too, for a phone')
    .action((text: string, options: RedeemOptions, command) =>
      redeem(text, options, new Session(shell, command)),
    );
}
