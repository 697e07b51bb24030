// The data directory of the Node runtime: the root key, the directory database, a file per tenant.

import { constants } from 'node:fs';
import { access, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import type { Driver } from '../db/driver.ts';
import { createFileDriver } from '../db/file-driver.ts';
import type { DatabaseProvisioner } from '../db/tenant-databases.ts';
import { fromBase64Url, toBase64Url } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { idSchema } from '../model/ids.ts';
import { rootKeyBytes } from '../pki/root-key.ts';
import { openSqlite } from './node-sqlite.ts';

async function exists(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

/** Makes the directory, readable by its owner alone. */
export async function prepareDataDirectory(path: string): Promise<string> {
  const directory = resolve(path);
  try {
    await mkdir(join(directory, 'tenants'), { recursive: true, mode: 0o700 });
    await access(directory, constants.R_OK | constants.W_OK);
    return directory;
  } catch (error) {
    throw new SallyportError('invalid_input', `The data directory ${directory} is not usable.`, {
      wayOut: 'Point SALLYPORT_DATA to a directory that this user may write.',
      cause: error,
    });
  }
}

/**
 * Keeps a second process away from the same files: two writers of one file lose writes.
 * The lock goes with the process, however it ends.
 */
export function lockDataDirectory(directory: string): () => void {
  const lock = new Database(join(directory, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('begin immediate');
    return () => void lock.close();
  } catch (error) {
    lock.close();
    throw new SallyportError('busy', `Another Sallyport uses the data directory ${directory}.`, {
      wayOut: 'Stop it first, or give this one its own SALLYPORT_DATA.',
      cause: error,
    });
  }
}

/** The root key of the data directory, made at the first start. */
export async function loadRootKey(directory: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(directory, 'root.key');
  if (!(await exists(path))) {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${toBase64Url(crypto.getRandomValues(new Uint8Array(rootKeyBytes)))}\n`);
    await file.sync();
    await file.close();
  }
  const key = fromBase64Url((await readFile(path, 'utf8')).trim());
  if (key?.length === rootKeyBytes) return key;
  throw new SallyportError('invalid_input', `${path} holds no root key.`, {
    wayOut: 'Restore the file from a backup: without it no agent trusts this control plane.',
  });
}

/** Tenant databases as files. */
export function createFileProvisioner(directory: string): DatabaseProvisioner {
  const pathOf = (tenantId: string): string =>
    join(directory, 'tenants', `${idSchema('tenant').parse(tenantId)}.db`);
  return {
    connect: (tenantId) => createFileDriver(() => openSqlite(pathOf(tenantId))),
    // SQLite makes the file when it is first written to.
    create: () => Promise.resolve(),
    async drop(tenantId) {
      for (const suffix of ['', '-wal', '-shm'])
        await rm(pathOf(tenantId) + suffix, { force: true });
    },
  };
}

export function connectDirectory(directory: string): Driver {
  return createFileDriver(() => openSqlite(join(directory, 'directory.db')));
}
