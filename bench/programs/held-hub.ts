// The control plane on Node with a hub that can be held back: from one SIGUSR2 to the next it keeps
// to itself which documents have changed, then it tells all at once. It shows what waking costs
// without the changes that come before it.

import pino from 'pino';
import { createApp } from '../../src/api/app.ts';
import { createNews } from '../../src/api/news.ts';
import { limits } from '../../src/model/limits.ts';
import type { Log } from '../../src/model/log.ts';
import type { Hub } from '../../src/operations/hub.ts';
import { readSettings } from '../../src/runtimes/config.ts';
import { createNodeServer } from '../../src/runtimes/node-server.ts';
import { createNodeServices } from '../../src/runtimes/node-services.ts';

const settings = readSettings(process.env);
const { host, port } = settings.listen;
const { services } = await createNodeServices(settings, `http://${host}:${port}`);
let kept: Parameters<Hub['publish']>[] | undefined;

const hub: Hub = {
  ...services.hub,
  async publish(...change) {
    if (kept) kept.push(change);
    else await services.hub.publish(...change);
  },
};

process.on('SIGUSR2', () => {
  const changes = kept;
  kept = changes ? undefined : [];
  const began = performance.now();
  for (const change of changes ?? []) void services.hub.publish(...change);
  console.log(`Told all in ${performance.now() - began} ms`);
});

const logger = pino(pino.destination({ dest: 2, sync: false }));
const log: Log = {
  info: (fields, message) => logger.info(fields, message),
  error: (fields, message) => logger.error(fields, message),
};
const app = createApp({ ...services, hub }, log);
const server = createNodeServer(
  (request, environment) => app.fetch(request, environment),
  hub,
  createNews({ ...services, hub }, log, app.reportPace),
);
server.listen({ port, host, backlog: limits.connectionsWaitingMost }, () =>
  console.log('Sallyport is ready'),
);
process.on('SIGTERM', () => process.exit(0));
