// sallyport device create | list | get | update | revoke | reissue | receipts

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type createDeviceSchema,
  type Device,
  type DeviceDetail,
  deviceDetailSchema,
  deviceSchema,
  type reissueDeviceSchema,
  type updateDeviceSchema,
} from '../../model/device.ts';
import { type Platform, platforms } from '../../model/platform.ts';
import {
  type OnDemand,
  onDemandSchema,
  type ProfileKind,
  profileKinds,
} from '../../model/profile.ts';
import { deviceReceiptsSchema } from '../../model/receipt.ts';
import { duration, id, ids, kindOf, several, withPages } from '../arguments.ts';
import { usage } from '../failure.ts';
import { bytes, type Field, minute, record } from '../output.ts';
import { connectionsOf, issue, reissueCommand, showIssued } from '../profiles.ts';
import { showReceipts } from '../receipts.ts';
import { redeemFor, showRedeemed } from '../redeem.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface KeyOptions {
  makeKey?: boolean;
  out: string;
}

interface CreateOptions extends KeyOptions {
  user: string;
  name: string;
  platform?: Platform;
  gateway?: string[];
  kind?: ProfileKind;
  /** Seconds. */
  expires?: number;
}

function certificateOf({ ikev2 }: Device): Field[] {
  if (!ikev2) return [];
  // In two, for narrow windows.
  const [name = '', domain = ''] = ikev2.identity.split('@');
  if (ikev2.expiresAt === null) return [['ikev2', [name, 'by password']]];
  return [['ikev2', [name, `@${domain}`, `until ${minute(ikev2.expiresAt)}`]]];
}

interface UpdateOptions {
  name?: string;
  platform?: Platform;
  gateway?: string[];
  onDemand?: OnDemand['mode'];
  /** False with `--no-except`. */
  except?: string[] | false;
  probe?: boolean;
  /** Seconds; false with `--no-expires`. */
  expires?: number | false;
}

function endIn(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(Date.now() + seconds * 1000).toISOString();
}

function onDemandOf({ onDemand: { mode, excludedSsids, probe } }: Device): string[] {
  if (mode === 'off') return ['off'];
  return [
    `${mode}${probe ? '' : ', without a probe'}`,
    ...excludedSsids.map((ssid) => `not in "${ssid}"`),
  ];
}

function fieldsOf(device: Device): Field[] {
  return [
    ['id', device.id],
    ['name', device.name],
    ['status', device.status],
    ['user', device.userId],
    ['platform', device.platform],
    ['on demand', onDemandOf(device)],
    ['gateways', device.gatewayIds],
    ['public key', device.publicKey ?? 'none'],
    ...certificateOf(device),
    ...(device.expiresAt === null ? [] : [['ends', minute(device.expiresAt)] as Field]),
    ['created', minute(device.createdAt)],
  ];
}

function view(device: Device): string {
  const next = `\nIt waits for its key. Next:\n  sallyport link create ${device.id}\n`;
  return record(fieldsOf(device)) + (device.status === 'pending' ? next : '');
}

function trafficOf(device: DeviceDetail, id: string): Field[] {
  const traffic = device.traffic.find(({ gatewayId }) => gatewayId === id);
  if (!traffic) return [];
  const { latestHandshake, receivedBytes, sentBytes } = traffic;
  return [
    ['last seen', latestHandshake === null ? 'never' : minute(latestHandshake)],
    ['traffic', `${bytes(receivedBytes)} from it, ${bytes(sentBytes)} to it`],
  ];
}

function viewDetail(device: DeviceDetail): string {
  const connections = device.connections.map(({ gatewayId, gatewayName, addresses }) =>
    record([
      ['via', `${gatewayName} (${gatewayId})`],
      ['addresses', addresses],
      ...trafficOf(device, gatewayId),
    ]),
  );
  return [view(device), ...connections].join('\n');
}

/** Sends the request, with a key made here if the caller wants one. */
async function change(
  session: Session,
  { makeKey, out }: KeyOptions,
  request: (publicKey?: string) => { method: 'POST'; path: string; body: object },
): Promise<void> {
  const send = (publicKey?: string) =>
    session.send({ ...request(publicKey), answer: deviceSchema });
  if (!makeKey) return session.show(await send(), view);
  const accept = async (publicKey: string) => connectionsOf(session, (await send(publicKey)).value);
  const issued = await issue(out, accept, reissueCommand);
  showIssued(session, issued, view(issued.device));
}

function withKey(command: Command): Command {
  return command
    .option('--make-key', 'make the key pair here and write the profiles')
    .option('--out <folder>', 'where to write them', '.');
}

async function create(options: CreateOptions, session: Session): Promise<void> {
  const { user: userId, name, platform, gateway: gatewayIds, kind, out, makeKey } = options;
  const expiresAt = endIn(options.expires);
  if (kind !== undefined) {
    if (makeKey) throw usage('--make-key is for WireGuard, --kind for any: choose one');
    const body = { userId, name, platform, gatewayIds, expiresAt };
    const path = `${session.tenantPath()}/devices`;
    const made = await session.send({ method: 'POST', path, body, answer: deviceSchema });
    return showRedeemed(session, await redeemFor(session, made.value, out, kind));
  }
  return change(session, options, (publicKey) => {
    const body = { userId, name, platform, gatewayIds, publicKey, expiresAt } satisfies z.input<
      typeof createDeviceSchema
    >;
    return { method: 'POST', path: `${session.tenantPath()}/devices`, body };
  });
}

function reissue(deviceId: string, options: KeyOptions, session: Session): Promise<void> {
  return change(session, options, (publicKey) => {
    const body = { publicKey } satisfies z.input<typeof reissueDeviceSchema>;
    return { method: 'POST', path: `${session.tenantPath()}/devices/${deviceId}/reissue`, body };
  });
}

async function update(deviceId: string, options: UpdateOptions, session: Session): Promise<void> {
  const { name, platform, gateway: gatewayIds, onDemand: mode, except, probe, expires } = options;
  const excludedSsids = except === false ? [] : except;
  const rules = { mode, excludedSsids, probe };
  const hasRules = Object.values(rules).some((rule) => rule !== undefined);
  const body = {
    name,
    platform,
    gatewayIds,
    expiresAt: expires === false ? null : endIn(expires),
    onDemand: hasRules ? rules : undefined,
  } satisfies z.input<typeof updateDeviceSchema>;
  const path = `${session.tenantPath()}/devices/${deviceId}`;
  session.show(await session.send({ method: 'PATCH', path, body, answer: deviceSchema }), view);
}

function addUpdate(device: Command, shell: Shell): void {
  const modes = onDemandSchema.shape.mode.unwrap().options.join(', ');
  device
    .command('update')
    .description('change a device; its credential stays')
    .argument('<device>', 'its id', id('device'))
    .option('--name <name>', 'its name')
    .option('--platform <platform>', platforms.join(', '))
    .option('--gateway <id>', 'serves it from now on; again for more', ids('gateway'))
    .option('--on-demand <mode>', `when an Apple device connects by itself: ${modes}`)
    .option('--except <ssid>', 'wireless network where it does not; again for more', several)
    .option('--no-except', 'in every wireless network')
    .option('--probe', 'wait until a captive portal lets it out')
    .option('--no-probe', 'do not wait for that')
    .option('--expires <duration>', 'when it is revoked by itself: in 12h, 90d', duration)
    .option('--no-expires', 'never by itself')
    .action((deviceId: string, options: UpdateOptions, command) =>
      update(deviceId, options, new Session(shell, command)),
    );
}

function addReads(device: Command, shell: Shell): void {
  withPages(device.command('list').description('list devices')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'devices',
        item: deviceSchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'name', value: ({ name }) => name, flexible: true },
          { title: 'status', value: ({ status }) => status },
          { title: 'platform', value: ({ platform }) => platform, spare: true },
          { title: 'user', value: ({ userId }) => userId, spare: true },
          {
            title: 'ends',
            value: ({ expiresAt }) => (expiresAt === null ? 'never' : minute(expiresAt)),
            spare: true,
          },
        ],
      }),
  );
  device
    .command('get')
    .description('show a device, its addresses and its traffic')
    .argument('<device>', 'its id', id('device'))
    .action(async (deviceId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/devices/${deviceId}`;
      const answer = await session.send({ method: 'GET', path, answer: deviceDetailSchema });
      session.show(answer, viewDetail);
    });
  device
    .command('receipts')
    .description('show which gateways have signed that they cut a device off')
    .argument('<device>', 'its id', id('device'))
    .option('--verify', 'check the signatures here')
    .action(async (deviceId: string, { verify = false }: { verify?: boolean }, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/devices/${deviceId}/receipts`;
      const answer = await session.send({ method: 'GET', path, answer: deviceReceiptsSchema });
      await showReceipts(session, deviceId, answer, verify);
    });
}

export function addDeviceCommands(program: Command, shell: Shell): void {
  const device = program.command('device').description('a phone or laptop of a user');
  withKey(
    device
      .command('create')
      .description('create a device; without a key it waits for a link')
      .requiredOption('--user <id>', 'whose it is', id('user'))
      .requiredOption('--name <name>', 'its name')
      .option('--platform <platform>', `${platforms.join(', ')} (other if left out)`)
      .option('--gateway <id>', 'serves it; again for more, all if left out', ids('gateway'))
      .option('--expires <duration>', 'when it is revoked by itself: in 12h, 90d', duration)
      .option('--kind <kind>', `give it a profile at once: ${profileKinds.join(', ')}`, kindOf),
  ).action((options: CreateOptions, command) => create(options, new Session(shell, command)));
  addReads(device, shell);
  addUpdate(device, shell);
  device
    .command('revoke')
    .description('cut a device off and take its key away')
    .argument('<device>', 'its id', id('device'))
    .action(async (deviceId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/devices/${deviceId}/revoke`;
      session.show(await session.send({ method: 'POST', path, answer: deviceSchema }), view);
    });
  withKey(
    device
      .command('reissue')
      .description("replace a device's key; without a new one it waits for a link")
      .argument('<device>', 'its id', id('device')),
  ).action((deviceId: string, options: KeyOptions, command) =>
    reissue(deviceId, options, new Session(shell, command)),
  );
}
