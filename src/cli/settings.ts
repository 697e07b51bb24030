// Where the control plane is and which key to show it: from the environment or from a profile file.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { idSchema } from '../model/ids.ts';
import { messageOf, refused, usage } from './failure.ts';
import type { Shell } from './shell.ts';

/** Where `npm start` serves. */
const defaultUrl = 'http://127.0.0.1:8787';
const unset = 'the default, because SALLYPORT_URL is not set';

export interface Settings {
  url: string;
  token: string | undefined;
  tenantId: string | undefined;
  /** What said so, for messages. */
  source: string;
  /** The file that it came from, if it was one. */
  path?: string;
}

export const serverUrlSchema = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .refine((text) => !/[?#]|\/\/[^/]*@/.test(text), 'must hold no user name, "?" or "#"')
  .transform((text) => text.replace(/\/+$/, ''));

const profileSchema = z.strictObject({
  url: serverUrlSchema,
  token: z.string().min(1).optional(),
  tenant: idSchema('tenant').optional(),
});

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
  EISDIR: 'it is a folder',
};

function parse<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // The message of an issue never repeats the value, which may be a key.
  const issues = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw usage(`${source} cannot be used`, ...issues);
}

function refuseIfShared(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw usage(
    `${path} may be read by others (mode ${mode.toString(8)}), and it holds a key`,
    `  chmod 600 ${path}`,
  );
}

function readProfile(path: string): Settings {
  refuseIfShared(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw usage(`${path} is not JSON`, 'It looks like this: { "url": "https://…", "token": "…" }');
  }
  const { url, token, tenant } = parse(profileSchema, value, path);
  return { url, token, tenantId: tenant, source: path, path };
}

/** Writes the file anew, whole or not at all, readable by its owner alone. */
export function writeProfile(
  path: string,
  { url, token, tenantId }: Pick<Settings, 'url' | 'token' | 'tenantId'>,
): void {
  const text = JSON.stringify({ url, token, tenant: tenantId }, null, 2);
  const draft = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${text}\n`, { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw refused(`cannot write ${path}: ${messageOf(error)}`, []);
  }
}

/** `$XDG_CONFIG_HOME/sallyport/profile.json`, or the same below `~/.config`. */
export function defaultProfile({ env, home }: Shell): string {
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'sallyport', 'profile.json');
}

/**
 * The settings of one source: `--profile`, else the environment, else the usual profile file, else
 * the address where `npm start` serves. Sources are not mixed, so that no key goes to an address
 * which somebody else chose.
 * @throws Failure with exit code 2 when a source is there but cannot be used
 */
export function readSettings(shell: Shell, profile: string | undefined): Settings {
  if (profile !== undefined) {
    try {
      return readProfile(profile);
    } catch (error) {
      if (error instanceof Error && 'code' in error)
        throw usage(`${profile} cannot be read: ${reasons[String(error.code)] ?? error.message}`);
      throw error;
    }
  }
  const { SALLYPORT_URL: url, SALLYPORT_TOKEN: token } = shell.env;
  if (url || token) {
    const address = parse(serverUrlSchema, url || defaultUrl, 'SALLYPORT_URL');
    const source = url ? 'SALLYPORT_URL' : unset;
    return { url: address, token: token || undefined, tenantId: undefined, source };
  }
  const path = defaultProfile(shell);
  if (statSync(path, { throwIfNoEntry: false })) return readProfile(path);
  return { url: defaultUrl, token: undefined, tenantId: undefined, source: unset };
}

/** The tenant that a key opens, as it stands in the key itself; an operator's key names none. */
export function tenantOf(token: string): string | undefined {
  const id = `t_${/^sp_([^_]+)_/.exec(token)?.[1]}`;
  return idSchema('tenant').safeParse(id).data;
}
