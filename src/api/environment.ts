// What a request carries through the app.

import type { Context } from 'hono';
import type { Principal } from '../model/permissions.ts';
import type { Services } from '../operations/services.ts';

/** One line about a request or a fault. Fields never hold a secret. */
export interface Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Environment {
  Variables: {
    services: Services;
    log: Log;
    requestId: string;
    /** Set once the caller is known, for the log. */
    principal?: Principal;
    errorCode?: string;
  };
}

export type RequestContext = Context<Environment>;
