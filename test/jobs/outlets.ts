// A tenant whose log goes somewhere: changes, looks, and real receivers of webhooks.

import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { onTestFinished } from 'vitest';
import { handlers } from '../../src/jobs/handlers.ts';
import { runTenantJobs } from '../../src/jobs/tenant.ts';
import { noOrigin } from '../../src/model/origin.ts';
import { commit } from '../../src/operations/commit.ts';
import { type TenantScope, wholeTenant } from '../../src/operations/services.ts';
import { createSyslogSender } from '../../src/providers/syslog.ts';
import { createWebhookSender } from '../../src/providers/webhook.ts';
import { createPost, createTlsConnect } from '../../src/runtimes/node-outbound.ts';
import type { Certificate } from '../providers/authority.ts';
import { createWorld, nobody, type World } from './world.ts';

const policy = { allowPrivate: true };

export interface Request {
  headers: Record<string, string>;
  body: string;
}

export interface Receiver {
  url: string;
  received: Request[];
  /** How it answers from now on; it has taken the whole request by then. */
  answer: RequestListener;
}

export const accepts: RequestListener = (_, response) => void response.writeHead(204).end();
export const answers =
  (status: number): RequestListener =>
  (_, response) =>
    void response.writeHead(status).end();

/** Starts a receiver, in TLS if it has a certificate; the test's end stops it. */
export async function startReceiver(certificate?: Certificate): Promise<Receiver> {
  const receiver: Receiver = { url: '', received: [], answer: accepts };
  const take: RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const body = Buffer.concat(chunks).toString();
    receiver.received.push({ headers: Object.fromEntries(headers), body });
    receiver.answer(request, response);
  };
  const server: Server = certificate
    ? createServer({ key: certificate.key, cert: certificate.cert }, take)
    : createPlainServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server)
      (server as { closeAllConnections(): void }).closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  receiver.url = `${certificate ? 'https' : 'http'}://127.0.0.1:${port}/hook`;
  return receiver;
}

interface Event {
  type: string;
  timestamp: string;
  data: { number: number; tenantId: string; operation: string; hash: string };
}

/** The events of a request, whether they came alone or together. */
export function eventsOf({ body }: Request): Event[] {
  const parsed: Event & { data: { events?: Event[] } } = JSON.parse(body);
  return parsed.data.events ?? [parsed];
}

/** The numbers that came, in the order of their first coming. */
export function numbersOf({ received }: { received: Request[] }): number[] {
  return [...new Set(received.flatMap(eventsOf).map(({ data }) => data.number))];
}

export interface Place {
  world: World;
  scope: TenantScope;
  /** Makes this many changes. @returns the number of the last */
  change(count?: number): Promise<number>;
  /** Lets so much time pass and looks into the tenant's jobs, as the clock does. */
  look(milliseconds?: number): Promise<void>;
}

/** @param environment settings that name a database server */
export async function createPlace(environment: Record<string, string> = {}): Promise<Place> {
  const world = await createWorld({ SALLYPORT_OUTBOUND_PRIVATE: 'allow', ...environment });
  world.clock.now = Date.now();
  const { id: tenantId, db } = await world.tenant();
  const { services } = world;
  const scope: TenantScope = {
    ...{ services, tenantId, db, origin: noOrigin, actor: 'operator', reach: wholeTenant },
    principal: { kind: 'operator' },
  };
  const outside = {
    ...nobody,
    webhooks: createWebhookSender(createPost(policy), policy),
    syslog: createSyslogSender(createTlsConnect(policy), policy),
  };
  const runner = world.runner(Object.fromEntries(handlers), {}, outside);
  const summary = { name: 'Größe 你好 🎉' };
  return {
    world,
    scope,
    async change(count = 1) {
      let last = 0;
      for (let n = 0; n < count; n++)
        last = await commit(scope, 'user.create', async (number) => ({
          ...{ subject: 'u_1', summary, writes: [], touched: [], result: number },
        }));
      return last;
    },
    async look(milliseconds = 1000) {
      world.clock.now += milliseconds;
      await runTenantJobs(runner, tenantId);
    },
  };
}
