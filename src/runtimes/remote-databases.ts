// Databases on a libSQL server (sqld): one namespace per tenant, made by the server's admin API.

import { z } from 'zod';
import type { Driver } from '../db/driver.ts';
import { createRemoteDriver, type RemoteClient } from '../db/remote-driver.ts';
import type { DatabaseProvisioner } from '../db/tenant-databases.ts';
import { SallyportError } from '../model/errors.ts';
import { idSchema } from '../model/ids.ts';
import { limits } from '../model/limits.ts';

/** Where a namespace goes in an address: the server takes it from the first label of Host. */
export const namespacePlaceholder = '{namespace}';

const templateSchema = z
  .string()
  .regex(/^(https?|wss?|libsql):\/\//, 'must be an http, https, ws, wss or libsql address')
  .refine(
    (text) => text.includes(namespacePlaceholder),
    `must hold ${namespacePlaceholder}, such as https://${namespacePlaceholder}.db.example.com`,
  );

export const remoteSettingsSchema = z.object({
  SALLYPORT_DATABASE_URL: templateSchema,
  /** A token that the server accepts for every namespace. */
  SALLYPORT_DATABASE_TOKEN: z.string().min(1).optional(),
  SALLYPORT_DATABASE_ADMIN_URL: z.url({ protocol: /^https?$/ }),
  SALLYPORT_DATABASE_ADMIN_KEY: z.string().min(1).optional(),
});
export type RemoteSettings = z.infer<typeof remoteSettingsSchema>;

/** Opens libSQL's client for one address; which client is the runtime's choice. */
export type Connect = (url: string, token: string | undefined) => RemoteClient;

function driverFor(connect: Connect, settings: RemoteSettings, namespace: string): Driver {
  const url = settings.SALLYPORT_DATABASE_URL.replace(namespacePlaceholder, namespace);
  return createRemoteDriver(() => connect(url, settings.SALLYPORT_DATABASE_TOKEN));
}

/** A namespace is part of a host name, so the id's underscore becomes a hyphen. */
function namespaceOf(tenantId: string): string {
  return idSchema('tenant').parse(tenantId).replace('_', '-');
}

async function admin(
  settings: RemoteSettings,
  path: string,
  method: 'POST' | 'DELETE',
): Promise<{ status: number; text: string }> {
  const key = settings.SALLYPORT_DATABASE_ADMIN_KEY;
  try {
    const response = await fetch(new URL(path, settings.SALLYPORT_DATABASE_ADMIN_URL), {
      method,
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `basic ${key}` }),
      },
      ...(method === 'POST' ? { body: '{}' } : {}),
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

function refused(what: string, status: number, text: string): Error {
  return new Error(`the database server answered ${status} to ${what}: ${text.slice(0, 200)}`);
}

async function createNamespace(settings: RemoteSettings, namespace: string): Promise<void> {
  const { status, text } = await admin(settings, `/v1/namespaces/${namespace}/create`, 'POST');
  const exists = /already exists/i.test(text);
  if (status !== 200 && !exists) throw refused('create a namespace', status, text);
}

const directoryNamespace = 'directory';

/** The directory's database, made if it is not there yet. */
export async function openRemoteDirectory(
  connect: Connect,
  settings: RemoteSettings,
): Promise<Driver> {
  const driver = driverFor(connect, settings, directoryNamespace);
  try {
    await driver.batch([{ sql: 'select 1', args: [] }], 'read');
  } catch {
    await createNamespace(settings, directoryNamespace);
  }
  return driver;
}

export function createRemoteProvisioner(
  connect: Connect,
  settings: RemoteSettings,
): DatabaseProvisioner {
  return {
    connect: (tenantId) => driverFor(connect, settings, namespaceOf(tenantId)),
    create: (tenantId) => createNamespace(settings, namespaceOf(tenantId)),
    async drop(tenantId) {
      const path = `/v1/namespaces/${namespaceOf(tenantId)}`;
      const { status, text } = await admin(settings, path, 'DELETE');
      if (status !== 200 && status !== 404) throw refused('drop a namespace', status, text);
    },
  };
}
