// The control plane on Cloudflare Workers (workerd): the same application as on Node, with its
// databases on a server and its hub in Durable Objects.

import { createClient } from '@libsql/client/web';
import { createApp } from '../api/app.ts';
import { problemResponse, toSallyportError } from '../api/problem.ts';
import type { App } from '../api/route.ts';
import { newId } from '../model/ids.ts';
import { type Connect, createRemoteProvisioner, openRemoteDirectory } from './remote-databases.ts';
import { createServices } from './services.ts';
import { createEdgeHub } from './workers-hub.ts';
import { createConsoleLog } from './workers-log.ts';
import { type Bindings, readEdgeSettings } from './workers-settings.ts';

export { GatewayHub } from './workers-gateway-hub.ts';

const connect: Connect = (url, token) =>
  createClient({ url, intMode: 'number', ...(token === undefined ? {} : { authToken: token }) });

async function start(bindings: Bindings): Promise<App> {
  const { remote, hubs, publicUrl, operatorKey, rootKey, logLevel } = readEdgeSettings(bindings);
  const log = createConsoleLog(logLevel);
  const services = await createServices({
    directory: await openRemoteDirectory(connect, remote),
    provisioner: createRemoteProvisioner(connect, remote),
    hub: createEdgeHub(hubs, (err) => log.error({ err }, 'hub')),
    rootKey,
    operatorKey,
    publicUrl,
    now: Date.now,
  });
  return createApp(services, log);
}

/** What keeps the whole Worker from working, for whoever asks and for the log. */
function refuse(cause: unknown): Response {
  const error = toSallyportError(cause);
  const requestId = newId('request', (length) => crypto.getRandomValues(new Uint8Array(length)));
  createConsoleLog('error').error({ requestId, err: error }, 'cannot start');
  return problemResponse(error, requestId);
}

// Kept when it is ready and not as a promise: here a request may not wait for another one's work.
let app: App | undefined;

export default {
  async fetch(request: Request, bindings: Bindings): Promise<Response> {
    try {
      app ??= await start(bindings);
    } catch (error) {
      return refuse(error);
    }
    return app.fetch(request);
  },
};
