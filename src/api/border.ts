// What every request passes on its way in and out: its id and origin, the log, the counters, and
// what its answer says of rate limits.

import { routePath } from 'hono/route';
import { newId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { isAnonymous } from '../model/permissions.ts';
import type { RateVerdict } from '../model/rate-policy.ts';
import { actorOf } from '../operations/commit.ts';
import type { OperationClass, StatusClass } from '../operations/metrics.ts';
import type { Services } from '../operations/services.ts';
import type { RequestContext } from './environment.ts';

/** What a runtime knows of its requests. */
export interface Border {
  /**
   * The client's address in canonical text.
   * @param environment what the runtime hands to the app with the request
   */
  addressOf(request: Request, environment: unknown): string | undefined;
  /** Whether the machine itself may read the metrics without a key. */
  localMetrics?: boolean;
  /** Runs the rest of a request so that lines logged from anywhere in it can name its id. */
  within?<T>(requestId: string, work: () => Promise<T>): Promise<T>;
}

const requestIdPattern = new RegExp(`^[A-Za-z0-9_-]{1,${limits.requestIdLength}}$`);

function clientRequestId(c: RequestContext): string | undefined {
  const given = c.req.header('x-request-id');
  return given !== undefined && requestIdPattern.test(given) ? given : undefined;
}

/** One line a request. It names the route's pattern: real paths hold the secrets of links. */
function logRequest(c: RequestContext, milliseconds: number): void {
  const principal = c.get('principal');
  const tenantId = principal && 'tenantId' in principal ? principal.tenantId : undefined;
  const fields = {
    requestId: c.get('requestId'),
    clientRequestId: clientRequestId(c),
    method: c.req.method,
    route: routePath(c, -1),
    status: c.res.status,
    code: c.get('errorCode'),
    actor: principal && actorOf(principal),
    tenantId,
    address: c.get('origin').address ?? undefined,
    milliseconds,
  };
  c.get('log').info(fields, 'request');
}

function classOf(c: RequestContext): OperationClass {
  const operation = c.get('operation');
  if (operation === undefined) return 'page';
  if (operation === 'gateway.state') return 'watch';
  if (operation === 'gateway.report') return 'agent';
  if (isAnonymous(operation)) return 'anonymous';
  return c.req.method === 'GET' ? 'read' : 'change';
}

const statusClasses: readonly StatusClass[] = ['1xx', '2xx', '3xx', '4xx', '5xx'];

function count(c: RequestContext, milliseconds: number): void {
  const { metrics } = c.get('services');
  const status = statusClasses[Math.floor(c.res.status / 100) - 1] ?? '5xx';
  metrics.requests.add(c.get('operation') ?? 'none', status);
  metrics.durations.observe(classOf(c), milliseconds / 1000);
}

/** The fields of draft-ietf-httpapi-ratelimit-headers-10, and Retry-After for who is refused. */
function sayRate({ headers }: Response, verdict: RateVerdict): void {
  const { policy, allowed, limit, seconds, remaining, resetSeconds } = verdict;
  if (!Number.isFinite(limit)) return;
  headers.set('ratelimit-policy', `"${policy}";q=${limit};w=${seconds}`);
  if (remaining !== undefined)
    headers.set('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  if (!allowed) headers.set('retry-after', String(resetSeconds));
}

/** The middleware around everything else. */
export function createBorder(services: Services, log: Log, border: Border) {
  return async (c: RequestContext, next: () => Promise<void>): Promise<void> => {
    const started = services.now();
    const requestId = newId('request', services.random);
    const { wake } = c.env ?? {};
    c.set('services', wake ? { ...services, wake } : services);
    c.set('log', log);
    c.set('requestId', requestId);
    c.set('origin', {
      address: border.addressOf(c.req.raw, c.env) ?? null,
      userAgent: c.req.header('user-agent')?.trim().slice(0, limits.userAgentLength) || null,
      requestId,
    });
    await (border.within ? border.within(requestId, next) : next());
    c.res.headers.set('x-request-id', requestId);
    const verdict = c.get('rate');
    if (verdict) sayRate(c.res, verdict);
    const milliseconds = services.now() - started;
    count(c, milliseconds);
    // An agent's question that finds nothing new is no event, and there are many.
    if (c.res.status !== 204 || c.req.method !== 'GET') logRequest(c, milliseconds);
  };
}
