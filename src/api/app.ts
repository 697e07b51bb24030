// The HTTP face of the control plane, the same on every runtime.

import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { errorCodes, SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { RateLimited } from '../operations/rate-limit.ts';
import type { Services } from '../operations/services.ts';
import { limitAnonymous } from './admission.ts';
import { type Border, createBorder } from './border.ts';
import type { RequestContext } from './environment.ts';
import { registerOpenApi } from './openapi/document.ts';
import { registerAboutPages } from './pages/about.ts';
import { registerBookmarkPages } from './pages/bookmark.ts';
import { errorPage } from './pages/layout.ts';
import { registerLinkPages } from './pages/link.ts';
import { referencePath, referencePolicy, registerReference } from './pages/reference.ts';
import { registerSetupPages } from './pages/setup.ts';
import { problemResponse, toSallyportError } from './problem.ts';
import { App } from './route.ts';
import { registerAgent } from './routes/agent.ts';
import { registerApiKeys } from './routes/api-keys.ts';
import { registerAudit } from './routes/audit.ts';
import { registerAuthorities } from './routes/authorities.ts';
import { registerDevices } from './routes/devices.ts';
import { registerGateways } from './routes/gateways.ts';
import { registerGroups } from './routes/groups.ts';
import { registerHealth } from './routes/health.ts';
import { registerLinks } from './routes/links.ts';
import { registerMails } from './routes/mails.ts';
import { registerMe } from './routes/me.ts';
import { registerOidc } from './routes/oidc.ts';
import { registerOutlets } from './routes/outlets.ts';
import { registerPasskeys } from './routes/passkeys.ts';
import { registerQuotas } from './routes/quotas.ts';
import { registerSealing } from './routes/sealing.ts';
import { registerSignIn } from './routes/sign-in.ts';
import { registerTenantLife } from './routes/tenant-life.ts';
import { registerTenants } from './routes/tenants.ts';
import { registerTotp } from './routes/totp.ts';
import { registerUsers } from './routes/users.ts';

const contentSecurityPolicy = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

const agentPaths = '/v1/agent/';

function wantsPage(c: RequestContext): boolean {
  const path = c.req.path;
  // A browser comes back there by itself, and a person looks at what it shows.
  const isPage = !path.startsWith('/v1/') || path.startsWith('/v1/sign-in/oidc/');
  return isPage && (c.req.header('accept') ?? '').includes('text/html');
}

function fail(error: Error, c: RequestContext): Response | Promise<Response> {
  const known =
    error instanceof HTTPException && error.status === 413
      ? new SallyportError('body_too_large', `A body is at most ${limits.bodyBytes} bytes.`, {
          wayOut: 'Send less at once.',
        })
      : toSallyportError(error);
  const requestId = c.get('requestId');
  c.set('errorCode', known.code);
  if (known instanceof RateLimited) c.set('rate', known.verdict);
  // What is our side's doing is logged with its cause; what is the caller's is in the answer.
  if (known.cause !== undefined && errorCodes[known.code].status >= 500)
    c.get('log').error({ requestId, code: known.code, err: known.cause }, 'fault');
  if (!wantsPage(c)) return problemResponse(known, requestId);
  const { status, title } = errorCodes[known.code];
  c.header('cache-control', 'no-store');
  return c.html(errorPage(title, known.message, known.wayOut), status);
}

function refuseUnknown(app: App): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes)
    if (method !== 'ALL') methods.set(path, (methods.get(path) ?? new Set()).add(method));
  for (const [path, allowed] of methods)
    app.all(path, (c) => {
      throw new SallyportError('method_not_allowed', `${c.req.method} is not possible here.`, {
        wayOut: `Use ${[...allowed].join(' or ')}.`,
      });
    });
  app.notFound((c) =>
    fail(
      new SallyportError('not_found', 'There is nothing at this path.', {
        wayOut: 'See /openapi.json for what there is.',
      }),
      c,
    ),
  );
}

/** What /openapi.json describes. */
export function registerRoutes(app: App): void {
  registerTenants(app);
  registerSealing(app);
  registerTenantLife(app);
  registerQuotas(app);
  registerUsers(app);
  registerGroups(app);
  registerApiKeys(app);
  registerMails(app);
  registerGateways(app);
  registerDevices(app);
  registerAuthorities(app);
  registerLinks(app);
  registerAudit(app);
  registerOutlets(app);
  registerSignIn(app);
  registerMe(app);
  registerPasskeys(app);
  registerOidc(app);
  registerTotp(app);
  registerAgent(app);
}

const unknownBorder: Border = { addressOf: () => undefined };

const limitStream = bodyLimit({ maxSize: limits.bodyBytes });

/** Nobody reads the body of a GET; and to look at one, whose length is known, costs much. */
function limitBody(c: RequestContext, next: () => Promise<void>) {
  if (c.req.method === 'GET') return next();
  const length = c.req.header('content-length');
  const isKnown = length !== undefined && c.req.header('transfer-encoding') === undefined;
  if (!isKnown) return limitStream(c, next);
  if (Number(length) > limits.bodyBytes) throw new HTTPException(413);
  return next();
}

/**
 * The whole control plane as one fetch handler.
 * @param border what the runtime knows of its requests; nothing, if it is left out
 */
export function createApp(services: Services, log: Log, border: Border = unknownBorder): App {
  const app = new App();
  app.onError(fail);
  app.use(createBorder(services, log, border));
  // What is for browsers, agents do not pay for: they ask often.
  const referrerPolicy = 'no-referrer';
  const forBrowsers = secureHeaders({ contentSecurityPolicy, referrerPolicy });
  const forReference = secureHeaders({ contentSecurityPolicy: referencePolicy, referrerPolicy });
  app.use((c, next) => {
    if (c.req.path.startsWith(agentPaths)) return next();
    return (c.req.path === referencePath ? forReference : forBrowsers)(c, next);
  });
  app.use(limitBody);
  registerHealth(app, services, log, border);
  registerAboutPages(app);
  registerReference(app);
  // Each look at one of these pages reads a database.
  for (const path of ['/setup/*', '/l/*', '/u/*']) app.use(path, limitAnonymous);
  registerSetupPages(app);
  registerLinkPages(app);
  registerBookmarkPages(app);
  registerRoutes(app);
  registerOpenApi(app);
  refuseUnknown(app);
  return app;
}
