// How the control plane is doing: for supervisors, balancers and Prometheus. None of it is part of
// the API that tenants use.

import { SallyportError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { prometheusType } from '../../operations/prometheus.ts';
import { createReadiness } from '../../operations/ready.ts';
import type { Services } from '../../operations/services.ts';
import type { Border } from '../border.ts';
import type { RequestContext } from '../environment.ts';
import { type App, callerOf } from '../route.ts';

const uncached = { 'cache-control': 'no-store' } as const;

/** A proxy on the same machine speaks from loopback too, but says for whom. */
function isLocal(c: RequestContext): boolean {
  const { address } = c.get('origin');
  const viaProxy = ['x-forwarded-for', 'forwarded', 'via'].some((name) => c.req.header(name));
  return !viaProxy && address !== null && (address === '::1' || address.startsWith('127.'));
}

async function requireOperator(c: RequestContext): Promise<void> {
  const { principal } = await callerOf(c);
  if (principal.kind === 'operator') return;
  throw new SallyportError(
    principal.kind === 'anonymous' ? 'unauthenticated' : 'forbidden',
    'Metrics are for the operator.',
    { wayOut: 'Send "Authorization: Bearer" with the operator\'s key.' },
  );
}

export function registerHealth(app: App, services: Services, log: Log, border: Border): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  const ready = createReadiness(services, log);
  app.get('/readyz', async (c) => {
    const fault = await ready();
    if (fault) throw fault;
    return c.json({ status: 'ready' }, 200, uncached);
  });
  app.get('/metrics', async (c) => {
    if (!(border.localMetrics && isLocal(c))) await requireOperator(c);
    const headers = { ...uncached, 'content-type': prometheusType };
    return c.body(services.metrics.text(), 200, headers);
  });
}
