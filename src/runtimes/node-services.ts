// Everything the operations need, on one Node process with embedded databases.

import { limits } from '../model/limits.ts';
import type { Principal } from '../model/permissions.ts';
import { createCache } from '../operations/cache.ts';
import { createHub } from '../operations/hub.ts';
import type { Services } from '../operations/services.ts';
import { keysFrom } from '../pki/root-key.ts';
import { secretHash } from '../pki/tokens.ts';
import type { Settings } from './config.ts';
import {
  createTenantFiles,
  loadRootKey,
  lockDataDirectory,
  openDirectory,
  prepareDataDirectory,
  type Tap,
} from './node-data.ts';

export interface NodeServices {
  services: Services;
  /** Lets go of the databases and of the data directory. */
  close(): void;
}

/**
 * @param tap wraps every driver, for those who count statements
 * @throws SallyportError that names what is wrong with the settings or the data directory
 */
export async function createNodeServices(
  settings: Settings,
  publicUrl: string,
  tap: Tap = (driver) => driver,
): Promise<NodeServices> {
  const directoryPath = await prepareDataDirectory(settings.dataDirectory);
  const unlock = await lockDataDirectory(directoryPath);
  try {
    const keys = await keysFrom(settings.rootKey ?? (await loadRootKey(directoryPath)));
    const directory = await openDirectory(directoryPath, tap);
    const tenants = createTenantFiles(directoryPath, tap);
    const now = Date.now;
    const services: Services = {
      directory,
      tenants,
      hub: createHub(limits.waitersMost),
      keys,
      publicUrl,
      operatorKeyHash: settings.operatorKey && (await secretHash(settings.operatorKey)),
      keyCache: createCache<Principal>(limits.apiKeysCached, now),
      agentCache: createCache(limits.agentTokensCached, now),
      now,
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    };
    const close = (): void => {
      tenants[Symbol.dispose]();
      directory.close();
      unlock();
    };
    return { services, close };
  } catch (error) {
    unlock();
    throw error;
  }
}
