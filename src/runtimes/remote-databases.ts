// Databases on a libSQL server, one namespace per tenant.

import { z } from 'zod';
import type { Driver } from '../db/driver.ts';
import { createRemoteDriver, type RemoteClient } from '../db/remote-driver.ts';
import type { DatabaseProvisioner } from '../db/tenant-databases.ts';
import { idSchema } from '../model/ids.ts';
import {
  type Namespaces,
  platformNamespaces,
  platformSettingsSchema,
  sqldNamespaces,
  sqldSettingsSchema,
} from './namespaces.ts';

/** Where a namespace goes in an address: the server takes it from the first label of Host. */
const placeholder = '{namespace}';

const templateSchema = z
  .string()
  .regex(/^(https?|wss?|libsql):\/\//, 'must be an http, https, ws, wss or libsql address')
  .refine(
    (text) => text.includes(placeholder),
    `must hold ${placeholder}, such as https://${placeholder}.db.example.com`,
  );

const addressSchema = z.object({
  SALLYPORT_DATABASE_URL: templateSchema,
  /** A token that the server accepts for every namespace. */
  SALLYPORT_DATABASE_TOKEN: z.string().min(1).optional(),
});

const hostedSchema = addressSchema.extend(platformSettingsSchema.shape);
const ownSchema = addressSchema.extend(sqldSettingsSchema.shape);
export type RemoteSettings = z.infer<typeof hostedSchema> | z.infer<typeof ownSchema>;

/** The schema for the settings that are there: a hosted platform's, else those of an own sqld. */
export function remoteSchemaFor(names: readonly string[]): z.ZodType<RemoteSettings> {
  const hosted = names.some((name) => name.startsWith('SALLYPORT_DATABASE_PLATFORM_'));
  return hosted ? hostedSchema : ownSchema;
}

/** Opens libSQL's client for one address; which client is the runtime's choice. */
export type Connect = (url: string, token: string | undefined) => RemoteClient;

function driverFor(connect: Connect, settings: RemoteSettings, namespace: string): Driver {
  const url = settings.SALLYPORT_DATABASE_URL.replace(placeholder, namespace);
  return createRemoteDriver(() => connect(url, settings.SALLYPORT_DATABASE_TOKEN));
}

function namespacesOf(settings: RemoteSettings): Namespaces {
  return 'SALLYPORT_DATABASE_PLATFORM_URL' in settings
    ? platformNamespaces(settings)
    : sqldNamespaces(settings);
}

/** A namespace is part of a host name, so the id's underscore becomes a hyphen. */
function namespaceOf(tenantId: string): string {
  return idSchema('tenant').parse(tenantId).replace('_', '-');
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
    await namespacesOf(settings).create(directoryNamespace);
  }
  return driver;
}

export function createRemoteProvisioner(
  connect: Connect,
  settings: RemoteSettings,
): DatabaseProvisioner {
  const namespaces = namespacesOf(settings);
  return {
    connect: (tenantId) => driverFor(connect, settings, namespaceOf(tenantId)),
    create: (tenantId) => namespaces.create(namespaceOf(tenantId)),
    drop: (tenantId) => namespaces.drop(namespaceOf(tenantId)),
  };
}
