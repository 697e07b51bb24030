// One run of a command: its global options, its server, and how it shows an answer.

import type { Command } from 'commander';
import { idSchema } from '../model/ids.ts';
import { type Answer, type Request, type Server, send } from './client.ts';
import { download } from './download.ts';
import { usage } from './failure.ts';
import { wrap } from './output.ts';
import { defaultProfile, readSettings, type Settings, tenantOf, writeProfile } from './settings.ts';
import type { Shell } from './shell.ts';

export interface GlobalOptions {
  json?: boolean;
  profile?: string;
  tenant?: string;
}

export interface PageOptions {
  limit?: number;
  cursor?: string;
}

export class Session {
  readonly shell: Shell;
  readonly json: boolean;
  readonly #options: GlobalOptions;
  #settings: Settings | undefined;

  constructor(shell: Shell, command: Command) {
    this.shell = shell;
    this.#options = command.optsWithGlobals<GlobalOptions>();
    this.json = this.#options.json ?? false;
  }

  /** Where a session that signs in now is kept. */
  get profilePath(): string {
    return this.#options.profile ?? defaultProfile(this.shell);
  }

  /** Keeps the fresh token of a session where the one from before was. */
  keepToken(token: string | undefined): void {
    const { path, ...settings } = this.settings;
    if (token === undefined) return;
    if (path !== undefined) writeProfile(path, { ...settings, token });
    else this.shell.err(`The session has a fresh token:\nSALLYPORT_TOKEN=${token}\n`);
  }

  /** Read when first needed: redeeming a link needs none. */
  get settings(): Settings {
    this.#settings ??= readSettings(this.shell, this.#options.profile);
    return this.#settings;
  }

  /** The control plane, with the caller's key. */
  #server(): Server {
    const { url, token, source } = this.settings;
    if (token === undefined)
      throw usage(
        'no key to show to the control plane',
        'Set SALLYPORT_TOKEN, and SALLYPORT_URL if it does not run on this machine;',
        `or write {"url": "https://…", "token": "…"} to ${defaultProfile(this.shell)}`,
      );
    return { url, token, source };
  }

  /** Sends with the caller's key. */
  async send<T>(request: Request<T>): Promise<Answer<T>> {
    return send(this.#server(), request);
  }

  /** The lines of an answer that may be large. */
  download(path: string): AsyncGenerator<string> {
    return download(this.#server(), path);
  }

  /** Sends without a key, to whatever server. */
  sendTo<T>(server: Server, request: Request<T>): Promise<Answer<T>> {
    return send(server, request);
  }

  /** The path of the tenant that `--tenant`, the profile or the key names. */
  tenantPath(): string {
    const { token, tenantId } = this.settings;
    const named = this.#options.tenant ?? tenantId ?? (token ? tenantOf(token) : undefined);
    if (named === undefined) throw usage('which tenant?', 'This key names none. Add: --tenant t_…');
    if (!idSchema('tenant').safeParse(named).success)
      throw usage('--tenant must be a tenant id: "t_" and 16 characters');
    return `/v1/tenants/${named}`;
  }

  /** A sentence within the width of the terminal. */
  prose(text: string): string {
    return wrap(text, this.shell.columns);
  }

  /** Prints the answer as it came with `--json`, else as text for people. */
  show<T>({ value, text }: Answer<T>, view: (value: T) => string): void {
    if (!this.json) this.shell.out(view(value));
    else if (text !== '') this.shell.out(text.endsWith('\n') ? text : `${text}\n`);
  }
}

/** The query of a page of a list, and of what else was asked of it. */
export function pageQuery(
  { limit, cursor }: PageOptions,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set('limit', String(limit));
  if (cursor !== undefined) query.set('cursor', cursor);
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  return query.size > 0 ? `?${query}` : '';
}
