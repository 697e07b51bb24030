// Making and dropping databases on a server: by sqld's admin API, or by a hosted platform's.

import { z } from 'zod';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';

/** Makes and drops databases by name. Doing either twice is the same as once. */
export interface Namespaces {
  create(name: string): Promise<void>;
  drop(name: string): Promise<void>;
}

/** sqld's admin API: `POST /v1/namespaces/<name>/create`, `DELETE /v1/namespaces/<name>`. */
export const sqldSettingsSchema = z.object({
  SALLYPORT_DATABASE_ADMIN_URL: z.url({ protocol: /^https?$/ }),
  /** What stands behind `Basic` in its Authorization header. */
  SALLYPORT_DATABASE_ADMIN_KEY: z.string().min(1).optional(),
});

/** A hosted platform's API, as Turso publishes it (`/v1/organizations/<o>/databases`). */
export const platformSettingsSchema = z.object({
  SALLYPORT_DATABASE_PLATFORM_URL: z.url({ protocol: /^https?$/ }),
  SALLYPORT_DATABASE_PLATFORM_ORGANIZATION: z.string().regex(/^[a-z0-9-]+$/),
  SALLYPORT_DATABASE_PLATFORM_GROUP: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default('default'),
  SALLYPORT_DATABASE_PLATFORM_TOKEN: z.string().min(1),
});

interface Call {
  method: 'POST' | 'DELETE';
  path: string;
  body?: object;
  authorization: string | undefined;
}

interface Answer {
  status: number;
  text: string;
}

/** @throws SallyportError `busy` when there is no answer in time */
async function call(base: string, { method, path, body, authorization }: Call): Promise<Answer> {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (authorization !== undefined) headers.set('authorization', authorization);
  try {
    const response = await fetch(new URL(path, base), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(limits.databaseAnswerMilliseconds),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    throw new SallyportError('busy', 'The database server did not answer.', {
      wayOut: 'Try again in a moment.',
      cause,
    });
  }
}

function check(what: string, { status, text }: Answer, alsoFine: (text: string) => boolean): void {
  if (status === 200 || alsoFine(text)) return;
  throw new Error(`the database server answered ${status} to ${what}: ${text.slice(0, 200)}`);
}

const exists = (text: string): boolean => /already exists/i.test(text);
const gone = (text: string): boolean => /not found|doesn't exist|does not exist/i.test(text);

export function sqldNamespaces(settings: z.infer<typeof sqldSettingsSchema>): Namespaces {
  const base = settings.SALLYPORT_DATABASE_ADMIN_URL;
  const key = settings.SALLYPORT_DATABASE_ADMIN_KEY;
  const authorization = key === undefined ? undefined : `basic ${key}`;
  return {
    async create(name) {
      const path = `/v1/namespaces/${name}/create`;
      const answer = await call(base, { method: 'POST', path, body: {}, authorization });
      check('create a namespace', answer, exists);
    },
    async drop(name) {
      const path = `/v1/namespaces/${name}`;
      const answer = await call(base, { method: 'DELETE', path, authorization });
      check('drop a namespace', answer, gone);
    },
  };
}

export function platformNamespaces(settings: z.infer<typeof platformSettingsSchema>): Namespaces {
  const base = settings.SALLYPORT_DATABASE_PLATFORM_URL;
  const group = settings.SALLYPORT_DATABASE_PLATFORM_GROUP;
  const authorization = `Bearer ${settings.SALLYPORT_DATABASE_PLATFORM_TOKEN}`;
  const organization = settings.SALLYPORT_DATABASE_PLATFORM_ORGANIZATION;
  const databases = `/v1/organizations/${organization}/databases`;
  return {
    async create(name) {
      const body = { name, group };
      const answer = await call(base, { method: 'POST', path: databases, body, authorization });
      check('create a database', answer, exists);
    },
    async drop(name) {
      const path = `${databases}/${name}`;
      const answer = await call(base, { method: 'DELETE', path, authorization });
      check('drop a database', answer, gone);
    },
  };
}
