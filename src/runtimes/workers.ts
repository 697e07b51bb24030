// The control plane on Cloudflare Workers (workerd): the same application as on Node, with its
// databases on a server and its hub in Durable Objects.

import { createClient } from '@libsql/client/web';
import { createApp } from '../api/app.ts';
import { problemResponse, toSallyportError } from '../api/problem.ts';
import type { App } from '../api/route.ts';
import { waiting } from '../api/wait.ts';
import type { Outside, Runner } from '../jobs/deps.ts';
import { handlers } from '../jobs/handlers.ts';
import { canonicalAddress } from '../model/client-address.ts';
import { newId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { countingLog, Metrics } from '../operations/metrics.ts';
import { noRates, type RateLimiter } from '../operations/rate-limiter.ts';
import type { Services } from '../operations/services.ts';
import { createProfileSigner, warnOfExpiry } from './profile-signer.ts';
import { type Connect, createRemoteProvisioner, openRemoteDirectory } from './remote-databases.ts';
import { createServices } from './services.ts';
import { createEdgeHub } from './workers-hub.ts';
import {
  consumeTenants,
  type Delivery,
  handOut,
  handOutTenants,
  type JobQueue,
} from './workers-jobs.ts';
import { createConsoleLog } from './workers-log.ts';
import { createEdgeIdentityProviders, createEdgeOutside } from './workers-outside.ts';
import { createEdgeRates } from './workers-rates.ts';
import { namingRequests, withinRequest } from './workers-request-ids.ts';
import { type Bindings, type EdgeSettings, readEdgeSettings } from './workers-settings.ts';

export { GatewayHub } from './workers-gateway-hub.ts';

const connect: Connect = (url, token) =>
  createClient({ url, intMode: 'number', ...(token === undefined ? {} : { authToken: token }) });

/** What an isolate keeps between its events. */
interface Plane {
  app: App;
  services: Services;
  outside: Outside;
  queue: JobQueue;
  log: Log;
}

/** The platform sets this header, and takes away what a client may have sent as such. */
function addressOf(request: Request): string | undefined {
  return canonicalAddress(request.headers.get('cf-connecting-ip') ?? '');
}

function ratesFor({ rates }: EdgeSettings, log: Log): RateLimiter {
  if (rates === 'off') return noRates;
  const warn = (err: unknown) => log.error({ err }, 'rate_limit');
  return createEdgeRates(rates.bindings, rates.limits, Date.now, warn);
}

async function start(bindings: Bindings): Promise<Plane> {
  const settings = readEdgeSettings(bindings);
  const { remote, hubs, queue, publicUrl, operatorKey, rootKey, signUp, quotas } = settings;
  const metrics = new Metrics();
  const log = countingLog(namingRequests(createConsoleLog(settings.logLevel)), metrics);
  const outside = createEdgeOutside(settings.outside);
  const { profileSigning } = settings;
  const services = await createServices({
    directory: await openRemoteDirectory(connect, remote),
    provisioner: createRemoteProvisioner(connect, remote),
    hub: createEdgeHub(hubs, (err) => log.error({ err }, 'hub')),
    rootKey,
    sealingKeys: settings.sealingKeys,
    operatorKey,
    publicUrl,
    signUp,
    quotas,
    rates: ratesFor(settings, log),
    metrics,
    outbound: settings.outside.outbound,
    profileSigner: profileSigning ? await createProfileSigner(profileSigning) : null,
    oidc: createEdgeIdentityProviders(settings.outside),
    deliver: outside.webhooks.deliver,
    // Each event has its own.
    wake: () => undefined,
    now: Date.now,
  });
  warnOfExpiry(services.profileSigner, services.now(), log);
  const app = createApp(services, log, { addressOf, within: withinRequest });
  return { app, services, outside, queue, log };
}

// Kept when it is ready and not as a promise: here a request may not wait for another one's work.
let kept: Plane | undefined;

async function planeFor(bindings: Bindings): Promise<Plane> {
  kept ??= await start(bindings);
  return kept;
}

/** What keeps the whole Worker from working, for whoever asks and for the log. */
function refuse(cause: unknown): Response {
  const error = toSallyportError(cause);
  const requestId = newId('request', (length) => crypto.getRandomValues(new Uint8Array(length)));
  createConsoleLog('error').error({ requestId, err: error }, 'cannot start');
  return problemResponse(error, requestId);
}

/** What of an event keeps it alive until a promise has settled. */
interface Event {
  waitUntil(promise: Promise<unknown>): void;
}

/** Sends the wake-up by the queue while the event lasts. If it is lost, the cron comes anyway. */
function wakeOf({ queue, log }: Plane, event: Event): Services['wake'] {
  return (tenantId, after) => {
    const failed = (err: unknown) => log.error({ tenantId, err }, 'jobs.not_woken');
    event.waitUntil(handOut(queue, tenantId, after).catch(failed));
  };
}

function runnerOf(plane: Plane, event: Event): Runner {
  const { services, outside, log } = plane;
  return {
    services: { ...services, wake: wakeOf(plane, event) },
    outside,
    handlers,
    log,
    limits,
    // Nothing stops an invocation but the platform, and it asks nobody.
    stopping: new AbortController().signal,
  };
}

export default {
  async fetch(request: Request, bindings: Bindings, event: Event): Promise<Response> {
    let plane: Plane;
    try {
      plane = await planeFor(bindings);
    } catch (error) {
      return refuse(error);
    }
    const environment = { wake: wakeOf(plane, event) };
    const ask = (question: Request) => plane.app.fetch(question, environment);
    return waiting(ask, plane.services.hub)(request);
  },

  async scheduled(_event: unknown, bindings: Bindings, event: Event): Promise<void> {
    const plane = await planeFor(bindings);
    await handOutTenants(runnerOf(plane, event), plane.queue);
  },

  async queue(
    { messages }: { messages: readonly Delivery[] },
    bindings: Bindings,
    event: Event,
  ): Promise<void> {
    await consumeTenants(runnerOf(await planeFor(bindings), event), messages);
  },
};
