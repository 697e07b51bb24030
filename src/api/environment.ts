// What a request carries through the app.

import type { Context } from 'hono';
import type { Log } from '../model/log.ts';
import type { Origin } from '../model/origin.ts';
import type { Operation, Principal } from '../model/permissions.ts';
import type { RateVerdict } from '../model/rate-policy.ts';
import type { Services } from '../operations/services.ts';

export interface Environment {
  /** What the runtime gives along with a request. */
  Bindings: {
    /** Wakes in place of the services' own, where that must end before the request does. */
    wake?: Services['wake'];
  };
  Variables: {
    services: Services;
    log: Log;
    requestId: string;
    /** Where it comes from. */
    origin: Origin;
    /** Set once the caller is known, for the log. */
    principal?: Principal;
    /** Whether the caller's session came as a cookie. */
    byCookie?: boolean;
    /** What is asked for, where it is an operation. */
    operation?: Operation;
    /** How a limit on requests stands, for the answer to say. */
    rate?: RateVerdict;
    errorCode?: string;
  };
}

export type RequestContext = Context<Environment>;
