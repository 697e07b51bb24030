// sallyport gateway create | list | get | update | renew-token | delete

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  type CreatedGateway,
  createdGatewaySchema,
  type createGatewaySchema,
  type Gateway,
  gatewaySchema,
  type UpdatedGateway,
  updatedGatewaySchema,
  type updateGatewaySchema,
} from '../../model/gateway.ts';
import { formatEndpoint } from '../../model/wireguard.ts';
import { endpoint, id, several, wholeNumber, withPages } from '../arguments.ts';
import { nothing } from '../client.ts';
import { usage } from '../failure.ts';
import { ikev2Of, packagesNote, switchedNote } from '../gateway-ikev2.ts';
import { type Field, minute, record } from '../output.ts';
import { type PageOptions, Session } from '../session.ts';
import type { Shell } from '../shell.ts';
import { showList } from './list.ts';

interface CreateOptions {
  name: string;
  endpoint: { host: string; port?: number };
  listenPort?: number;
  pool4?: string;
  pool6?: string;
  route?: string[];
  dns?: string[];
  mtu?: number;
  /** False with `--no-isolate-clients`, else true. */
  isolateClients: boolean;
  ikev2?: true;
}

interface UpdateOptions {
  name?: string;
  endpoint?: { host: string; port?: number };
  route?: string[];
  /** False with `--no-dns`. */
  dns?: string[] | false;
  mtu?: number;
  isolateClients?: boolean;
  ikev2?: boolean;
}

/** How far the gateway is, in a word or two. */
function stateOf({ status, applied }: Gateway): string {
  if (status === 'pending') return 'not enrolled';
  return applied === 'pending' ? 'applying' : applied;
}

function reportOf({ observed }: Gateway): Field[] {
  if (!observed) return [];
  const { revision, reportedAt, versions, sections } = observed;
  const errors = Object.entries(sections).flatMap(([name, section]) =>
    section?.error === undefined ? [] : `${name}: ${section.error}`.split('; '),
  );
  return [
    ['reported', `${minute(reportedAt)}, revision ${revision}`],
    ['versions', Object.entries(versions).map(([name, version]) => `${name} ${version}`)],
    ...(errors.length > 0 ? [['errors', errors] as const] : []),
  ];
}

function view(gateway: Gateway): string {
  const { endpoint, listenPort, pools, routes, dns, wireguardPublicKey } = gateway;
  return record([
    ['id', gateway.id],
    ['name', gateway.name],
    ['state', stateOf(gateway)],
    ['endpoint', formatEndpoint(endpoint)],
    ['listens on', `UDP ${listenPort}`],
    ['pools', [pools.v4, pools.v6]],
    ['routes', routes],
    ['dns', dns],
    ['mtu', String(gateway.mtu)],
    ['devices', `${gateway.peerCount}, ${gateway.isolateClients ? 'kept apart' : 'may meet'}`],
    ...ikev2Of(gateway),
    ['public key', wireguardPublicKey ?? 'none yet'],
    ['revision', String(gateway.revision)],
    ...reportOf(gateway),
    ['created', minute(gateway.createdAt)],
  ]);
}

/** A gateway that waits for its VM, and the line to run there. */
function viewToken({ gateway, enrollment }: CreatedGateway, session: Session): string {
  const text =
    `Run this on the VM as root before ${minute(enrollment.expiresAt)}. It holds a token ` +
    'that works once, and it is shown this once and never again:';
  const first = gateway.ikev2 ? `\n${packagesNote(session)}` : '';
  return `${view(gateway)}${first}\n${session.prose(text)}\n${enrollment.command}\n`;
}

/** What devices do not know yet. */
function staleNote({ staleInProfiles }: UpdatedGateway, session: Session): string {
  if (staleInProfiles.length === 0) return '';
  const text =
    `Profiles made before still have the old ${staleInProfiles.join(', ')}: a device has the new ` +
    'one once it gets a new profile, by a new link or "sallyport device reissue".';
  return `\n${session.prose(text)}`;
}

async function create(options: CreateOptions, session: Session): Promise<void> {
  const { name, endpoint, listenPort, pool4, pool6, route, dns, mtu } = options;
  const { isolateClients, ikev2 } = options;
  const body = {
    name,
    endpoint,
    listenPort,
    pools: { v4: pool4, v6: pool6 },
    routes: route,
    dns,
    mtu,
    isolateClients,
    ikev2,
  } satisfies z.input<typeof createGatewaySchema>;
  const path = `${session.tenantPath()}/gateways`;
  const answer = await session.send({ method: 'POST', path, body, answer: createdGatewaySchema });
  session.show(answer, (created) => viewToken(created, session));
}

async function update(gatewayId: string, options: UpdateOptions, session: Session): Promise<void> {
  const { name, endpoint, route, dns, mtu, isolateClients, ikev2 } = options;
  const body = {
    name,
    endpoint,
    routes: route,
    dns: dns === false ? [] : dns,
    mtu,
    isolateClients,
    ikev2,
  } satisfies z.input<typeof updateGatewaySchema>;
  const path = `${session.tenantPath()}/gateways/${gatewayId}`;
  const answer = await session.send({ method: 'PATCH', path, body, answer: updatedGatewaySchema });
  session.show(
    answer,
    (gateway) => view(gateway) + switchedNote(ikev2, session) + staleNote(gateway, session),
  );
}

async function renewToken(
  gatewayId: string,
  { yes }: { yes?: boolean },
  session: Session,
): Promise<void> {
  if (!yes)
    throw usage(
      `the VM that is ${gatewayId} now is refused from then on, and devices need new profiles`,
      'If you mean it, add: --yes',
    );
  const path = `${session.tenantPath()}/gateways/${gatewayId}/renew-token`;
  const answer = await session.send({ method: 'POST', path, answer: createdGatewaySchema });
  session.show(
    answer,
    (created) =>
      `${viewToken(created, session)}\n` +
      session.prose(
        'Devices keep their addresses. Once the new VM has enrolled, each needs a new profile, ' +
          'because the new VM has a key of its own. The VM from before keeps its tunnels until ' +
          'you switch it off.',
      ),
  );
}

async function remove(gatewayId: string, { yes }: { yes?: boolean }, session: Session) {
  if (!yes)
    throw usage(
      `this deletes ${gatewayId}; its devices lose it and nobody can manage it any more`,
      'If you mean it, add: --yes',
    );
  const path = `${session.tenantPath()}/gateways/${gatewayId}`;
  const answer = await session.send({ method: 'DELETE', path, answer: nothing });
  session.show(
    answer,
    () =>
      `${gatewayId} is deleted.\n` +
      session.prose(
        'Its VM keeps the last state that it was given: stop the agent there and remove its ' +
          'interface, or revoke devices before you delete a gateway.',
      ),
  );
}

function addCreate(gateway: Command, shell: Shell): void {
  gateway
    .command('create')
    .description('create a gateway and print the line to run on its VM')
    .requiredOption('--name <name>', 'its name')
    .requiredOption('--endpoint <host[:port]>', 'where clients reach it from outside', endpoint)
    .option('--listen-port <port>', 'UDP port it listens on (51820 if left out)', wholeNumber)
    .option('--pool4 <prefix>', 'IPv4 addresses for devices, such as 10.64.0.0/18')
    .option('--pool6 <prefix>', 'IPv6 addresses for devices')
    .option('--route <prefix>', 'what clients send into the tunnel; again for more', several)
    .option('--dns <address>', 'DNS server for clients; again for more', several)
    .option('--mtu <bytes>', 'MTU of the tunnel, 1280 to 1420; 1280 for narrow roads', wholeNumber)
    .option('--ikev2', 'let devices also come in by IKEv2, without an app')
    .option('--no-isolate-clients', 'let devices reach each other')
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
}

function addChanges(gateway: Command, shell: Shell): void {
  gateway
    .command('update')
    .description('change a gateway; its agent applies it within seconds')
    .argument('<gateway>', 'its id', id('gateway'))
    .option('--name <name>', 'its name')
    .option('--endpoint <host[:port]>', 'where clients reach it from outside', endpoint)
    .option('--route <prefix>', 'what clients send into the tunnel; again for more', several)
    .option('--dns <address>', 'DNS server for clients; again for more', several)
    .option('--no-dns', 'name no DNS server to clients')
    .option('--mtu <bytes>', 'MTU of the tunnel, 1280 to 1420; 1280 for narrow roads', wholeNumber)
    .option('--isolate-clients', 'keep devices from reaching each other')
    .option('--no-isolate-clients', 'let devices reach each other')
    .option('--ikev2', 'let devices also come in by IKEv2, without an app')
    .option('--no-ikev2', 'let devices come in by WireGuard alone')
    .action((gatewayId: string, options: UpdateOptions, command) =>
      update(gatewayId, options, new Session(shell, command)),
    );
  gateway
    .command('renew-token')
    .description('let another VM take its place, and print the line to run there')
    .argument('<gateway>', 'its id', id('gateway'))
    .option('--yes', 'do it')
    .action((gatewayId: string, options: { yes?: boolean }, command) =>
      renewToken(gatewayId, options, new Session(shell, command)),
    );
}

function addList(gateway: Command, shell: Shell): void {
  withPages(gateway.command('list').description('list gateways')).action(
    (options: PageOptions, command) =>
      showList(new Session(shell, command), options, {
        things: 'gateways',
        item: gatewaySchema,
        columns: [
          { title: 'id', value: ({ id }) => id },
          { title: 'name', value: ({ name }) => name, flexible: true },
          { title: 'state', value: stateOf },
          { title: 'devices', value: ({ peerCount }) => String(peerCount), spare: true },
          {
            title: 'ikev2',
            value: ({ ikev2 }) => String(ikev2?.deviceCount ?? 'off'),
            spare: true,
          },
          {
            title: 'endpoint',
            value: ({ endpoint }) => formatEndpoint(endpoint),
            flexible: true,
            spare: true,
          },
        ],
      }),
  );
}

export function addGatewayCommands(program: Command, shell: Shell): void {
  const gateway = program.command('gateway').description('a VM that devices connect to');
  addCreate(gateway, shell);
  addList(gateway, shell);
  addChanges(gateway, shell);
  gateway
    .command('get')
    .description('show a gateway and what it reported')
    .argument('<gateway>', 'its id', id('gateway'))
    .action(async (gatewayId: string, _options, command) => {
      const session = new Session(shell, command);
      const path = `${session.tenantPath()}/gateways/${gatewayId}`;
      session.show(await session.send({ method: 'GET', path, answer: gatewaySchema }), view);
    });
  gateway
    .command('delete')
    .description('delete a gateway; its VM keeps its last state until it is stopped')
    .argument('<gateway>', 'its id', id('gateway'))
    .option('--yes', 'do it')
    .action((gatewayId: string, options: { yes?: boolean }, command) =>
      remove(gatewayId, options, new Session(shell, command)),
    );
}
