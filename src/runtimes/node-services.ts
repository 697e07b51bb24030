// What the Node runtime brings along: files or a database server, and a hub in the process.

import { createPrivateKey, sign } from 'node:crypto';
import { createClient } from '@libsql/client';
import type { Driver } from '../db/driver.ts';
import { createFifoLock } from '../db/file-driver.ts';
import { joinBatches } from '../db/joined-driver.ts';
import type { DatabaseProvisioner } from '../db/tenant-databases.ts';
import { limits } from '../model/limits.ts';
import { createHub } from '../operations/hub.ts';
import { Metrics } from '../operations/metrics.ts';
import type { RateLimiter } from '../operations/rate-limiter.ts';
import type { Services } from '../operations/services.ts';
import type { MakeSign } from '../pki/root-key.ts';
import { createIdentityProviders } from '../providers/oidc.ts';
import { createWebhookSender } from '../providers/webhook.ts';
import type { Settings } from './config.ts';
import {
  connectDirectory,
  createFileProvisioner,
  loadRootKey,
  lockDataDirectory,
  prepareDataDirectory,
} from './node-data.ts';
import { createFetch, createPost } from './node-outbound.ts';
import { loadProfileSigner } from './node-profile-signer.ts';
import { type Connect, createRemoteProvisioner, openRemoteDirectory } from './remote-databases.ts';
import { createServices, ratesFrom } from './services.ts';

export interface NodeServices {
  services: Services;
  /** Calls the listener when jobs are due at once, with the tenant or undefined. */
  onWake(listener: Services['wake']): void;
  /** Lets go of the databases and of the data directory. */
  close(): Promise<void>;
}

/** Sees what reaches a database, for those who count statements. */
export type Tap = (driver: Driver) => Driver;

/** Where tests and benches reach in. */
export interface Probes {
  /** Wraps every driver. */
  tap?: Tap;
  /** Unix time in milliseconds. */
  now?: () => number;
  /** In place of what the settings say. */
  rates?: RateLimiter;
}

const connect: Connect = (url, token) =>
  createClient({ url, intMode: 'number', ...(token === undefined ? {} : { authToken: token }) });

/** A turn in a thread of its own, as WebCrypto takes it, costs more than the signature. */
const makeSign: MakeSign = (privateKey) => {
  const key = createPrivateKey({
    key: Buffer.from(privateKey),
    format: 'der',
    type: 'pkcs8',
  });
  return (message) => sign(null, message, key);
};

interface Databases {
  directory: Driver;
  provisioner: DatabaseProvisioner;
}

/** One process is all who write, so its changes queue up instead of racing for a revision. */
function queueing(driver: Driver): Driver {
  return { ...driver, exclusively: createFifoLock() };
}

function joining(provisioner: DatabaseProvisioner, tap: Tap): DatabaseProvisioner {
  const options = {
    noteMilliseconds: limits.notesJoinedMilliseconds,
    most: limits.statementsJoined,
  };
  const connect = (tenantId: string) => joinBatches(tap(provisioner.connect(tenantId)), options);
  return { ...provisioner, connect };
}

async function openDatabases(settings: Settings, path: string, tap: Tap): Promise<Databases> {
  const { remote } = settings;
  if (!remote)
    return {
      directory: tap(connectDirectory(path)),
      provisioner: joining(createFileProvisioner(path), tap),
    };
  const provisioner = createRemoteProvisioner(connect, remote);
  return {
    directory: tap(await openRemoteDirectory(connect, remote)),
    provisioner: joining(
      { ...provisioner, connect: (tenantId) => queueing(provisioner.connect(tenantId)) },
      tap,
    ),
  };
}

function createNodeMetrics(): Metrics {
  const metrics = new Metrics();
  const memory = 'Memory of the process that is in RAM.';
  metrics.gauge('process_resident_memory_bytes', memory, () => process.memoryUsage.rss());
  return metrics;
}

/**
 * The data directory is used, and locked, also when the databases are on a server: it holds the
 * root key, and two processes would wake each other's agents late.
 * @throws SallyportError that names what is wrong with the settings or the data directory
 */
export async function createNodeServices(
  settings: Settings,
  publicUrl: string,
  { tap = (driver) => driver, now = Date.now, rates }: Probes = {},
): Promise<NodeServices> {
  let listener: Services['wake'] = () => undefined;
  const { outbound } = settings.outside;
  const path = await prepareDataDirectory(settings.dataDirectory);
  const unlock = lockDataDirectory(path);
  try {
    const services = await createServices({
      ...(await openDatabases(settings, path, tap)),
      hub: createHub(),
      rootKey: settings.rootKey ?? (await loadRootKey(path)),
      sealingKeys: settings.sealingKeys,
      makeSign,
      operatorKey: settings.operatorKey,
      publicUrl,
      signUp: settings.signUp,
      quotas: settings.quotas,
      rates: rates ?? ratesFrom(settings.rates, now),
      metrics: createNodeMetrics(),
      outbound,
      profileSigner: await loadProfileSigner(settings.profileSigning),
      oidc: createIdentityProviders(createFetch(outbound), outbound),
      deliver: createWebhookSender(createPost(outbound), outbound).deliver,
      wake: (tenantId, after) => listener(tenantId, after),
      now,
    });
    const close = async (): Promise<void> => {
      await services.tenants.close();
      await services.directory.close();
      unlock();
    };
    const onWake = (wanted: Services['wake']): void => {
      listener = wanted;
    };
    return { services, close, onWake };
  } catch (error) {
    unlock();
    throw error;
  }
}
