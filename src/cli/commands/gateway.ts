// sallyport gateway create | list | get | delete

import type { Command } from 'commander';
import type { z } from 'zod';
import {
  createdGatewaySchema,
  type createGatewaySchema,
  type Gateway,
  gatewaySchema,
} from '../../model/gateway.ts';
import { formatEndpoint } from '../../model/wireguard.ts';
import { endpoint, id, several, wholeNumber, withPages } from '../arguments.ts';
import { nothing } from '../client.ts';
import { usage } from '../failure.ts';
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
    section?.error === undefined ? [] : [`${name}: ${section.error}`],
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
    ['public key', wireguardPublicKey ?? 'none yet'],
    ['revision', String(gateway.revision)],
    ...reportOf(gateway),
    ['created', minute(gateway.createdAt)],
  ]);
}

async function create(options: CreateOptions, session: Session): Promise<void> {
  const { name, endpoint, listenPort, pool4, pool6, route, dns, mtu, isolateClients } = options;
  const body = {
    name,
    endpoint,
    listenPort,
    pools: { v4: pool4, v6: pool6 },
    routes: route,
    dns,
    mtu,
    isolateClients,
  } satisfies z.input<typeof createGatewaySchema>;
  const path = `${session.tenantPath()}/gateways`;
  const answer = await session.send({ method: 'POST', path, body, answer: createdGatewaySchema });
  session.show(
    answer,
    ({ gateway, enrollment }) =>
      `${view(gateway)}\n` +
      session.prose(
        `Run this on the VM as root before ${minute(enrollment.expiresAt)}. It holds a token ` +
          'that works once, and it is shown this once and never again:',
      ) +
      `\n${enrollment.command}\n`,
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
    .option('--mtu <bytes>', 'MTU of the tunnel', wholeNumber)
    .option('--no-isolate-clients', 'let devices reach each other')
    .action((options: CreateOptions, command) => create(options, new Session(shell, command)));
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
