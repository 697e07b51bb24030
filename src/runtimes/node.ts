// `npm start`: the control plane on one Node process with embedded databases.

import type { Server } from 'node:http';
import { join } from 'node:path';
import pino from 'pino';
import { createApp } from '../api/app.ts';
import { createNews } from '../api/news.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { countingLog } from '../operations/metrics.ts';
import { createSetupLink } from '../operations/tenant/setup.ts';
import { readSettings, type Settings } from './config.ts';
import { nodeAddressOf } from './node-address.ts';
import { loadAssets } from './node-assets.ts';
import { startJobs } from './node-jobs.ts';
import { createNodeOutside } from './node-outside.ts';
import { createNodeServer } from './node-server.ts';
import { createNodeServices } from './node-services.ts';
import { warnOfExpiry } from './profile-signer.ts';

const shutdownMilliseconds = 5000;

/** By name where it is this machine: a passkey is made for a name, never for an address. */
function defaultUrl({ listen: { host, port } }: Settings): string {
  const isHere = ['0.0.0.0', '::', '127.0.0.1', '::1'].includes(host);
  const name = isHere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function listen(server: Server, { host, port }: Settings['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: Error) => {
      const wayOut = 'Stop what listens there, or choose another SALLYPORT_LISTEN.';
      reject(
        new SallyportError('busy', `Cannot listen on ${host}:${port}: ${cause.message}.`, {
          wayOut,
          cause,
        }),
      );
    });
    server.listen({ port, host, backlog: limits.connectionsWaitingMost }, resolve);
  });
}

function stopOnSignal(server: Server, close: () => Promise<void>): void {
  const stop = (): void => {
    server.close(() => void close().finally(() => process.exit(0)));
    // Watching agents hold their requests open; they come back by themselves.
    server.closeAllConnections();
    setTimeout(() => process.exit(0), shutdownMilliseconds).unref();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

async function start(): Promise<void> {
  // The databases hold what a thief would want; nobody else on the machine may read them.
  process.umask(0o077);
  const settings = readSettings(process.env);
  const url = settings.publicUrl ?? defaultUrl(settings);
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: false }));
  const { services, close, onWake } = await createNodeServices(settings, url);
  const lines: Log = {
    info: (fields, message) => logger.info(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
  const log = countingLog(lines, services.metrics);
  warnOfExpiry(services.profileSigner, services.now(), log);
  const addressOf = nodeAddressOf(settings.trustedProxies, () => {
    const wayOut = 'Name it in SALLYPORT_TRUSTED_PROXIES: until then its clients count as one.';
    log.error({ wayOut }, 'proxy_not_trusted');
  });
  const app = createApp(services, log, { addressOf, localMetrics: settings.localMetrics });
  const assets = loadAssets(join(import.meta.dirname, '../..'));
  const server = createNodeServer(
    (request, environment) => assets(request) ?? app.fetch(request, environment),
    services.hub,
    createNews(services, log, app.reportPace),
  );
  await listen(server, settings.listen);
  const outside = createNodeOutside(settings.outside, settings.dataDirectory, log);
  const jobs = startJobs(services, outside, log);
  onWake(jobs.hurry);
  stopOnSignal(server, () => jobs.stop().then(close));
  const setupLink = await createSetupLink(services);
  console.log(`Sallyport is ready at ${url}`);
  if (setupLink)
    console.log(`Make the first tenant (this link works once, for 24 hours):\n  ${setupLink}`);
}

start().catch((error: unknown) => {
  if (!(error instanceof SallyportError)) throw error;
  console.error(`Sallyport cannot start. ${error.message}`);
  if (error.wayOut) console.error(error.wayOut);
  process.exit(1);
});
