// What a request carries through the app.

import type { Context } from 'hono';
import type { Log } from '../model/log.ts';
import type { Origin } from '../model/origin.ts';
import type { Principal } from '../model/permissions.ts';
import type { Services } from '../operations/services.ts';

export interface Environment {
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
    errorCode?: string;
  };
}

export type RequestContext = Context<Environment>;
