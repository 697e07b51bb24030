// The control plane that is asked, who asks, and what the answers taught: ids and other strings by
// which later requests reach further.

import { createAdaptorServer } from '@hono/node-server';
import { onTestFinished } from 'vitest';
import { apiKeys } from '../../src/db/schema/tenant-people.ts';
import { newId } from '../../src/model/ids.ts';
import { newApiKey } from '../../src/operations/api-key/format.ts';
import { secretHash } from '../../src/pki/tokens.ts';
import type { Described } from '../api/document.ts';
import { signInByMail } from '../contract/people.ts';
import { createTenant, enrolledGateway, operatorKey, type TestGateway } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';
import type { CredentialKind, Plan } from './plan.ts';
import { Pick } from './values.ts';

/** Strings that answers held, by the name of their field; the newest are remembered. */
class Memory {
  readonly #byField = new Map<string, string[]>();
  readonly #most = 200;

  learn(value: unknown, field = ''): void {
    if (typeof value === 'string') this.#add(field, value);
    else if (Array.isArray(value)) for (const one of value) this.learn(one, field);
    else if (typeof value === 'object' && value !== null)
      for (const [name, inner] of Object.entries(value)) this.learn(inner, name);
  }

  #add(field: string, text: string): void {
    // An address that we were given ends with a secret, which is somewhere called its token.
    const name = field === 'url' ? 'token' : field;
    const held = this.#byField.get(name) ?? [];
    held.push(field === 'url' ? (text.split('/').at(-1) ?? '') : text);
    if (held.length > this.#most) held.shift();
    this.#byField.set(name, held);
  }

  find({ pattern, field, index }: Pick): string | undefined {
    const all =
      pattern === undefined ? this.#byField.get(field) : [...this.#byField.values()].flat();
    const fitting =
      pattern === undefined ? all : all?.filter((text) => new RegExp(pattern).test(text));
    return fitting?.[index % fitting.length];
  }
}

/** A tenant, and what is known of it. */
interface Tenant {
  keys: Partial<Record<CredentialKind, string>>;
  gateway: TestGateway;
  /** What answers to its own callers held. */
  memory: Memory;
}

export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
  tenant: Tenant;
  credential: CredentialKind;
}

const waitMilliseconds = 200;
const answerMilliseconds = 20_000;

/** A segment of a path; a bare dot would be taken away by whoever reads the address. */
function segment(value: unknown): string {
  const text = String(value).toWellFormed();
  return /^\.{0,2}$/.test(text) ? '-' : encodeURIComponent(text);
}

export class World {
  readonly plane: ControlPlane;
  readonly #url: string;
  readonly #tenants: Tenant[] = [];
  /** What the operator saw, who sees all tenants. */
  readonly #seenByOperator = new Memory();

  constructor(plane: ControlPlane, url: string) {
    this.plane = plane;
    this.#url = url;
  }

  static async start(): Promise<World> {
    const plane = await createControlPlane({
      SALLYPORT_SIGN_UP: 'open',
      SALLYPORT_RATE_LIMITS: 'off',
    });
    const server = createAdaptorServer({ fetch: plane.fetch });
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return new World(plane, `http://127.0.0.1:${address.port}`);
  }

  /** A tenant with a gateway that has enrolled, and keys of several roles. */
  async addTenant(): Promise<void> {
    const { services } = this.plane;
    const made = await createTenant(this.plane);
    const db = await services.tenants.open(made.id);
    if (!db) throw new Error('a tenant that was just made cannot be opened');
    const keyOf = async (role: 'auditor' | 'member') => {
      const key = newApiKey(made.id, services.random);
      const [id, hash] = [newId('apiKey', services.random), await secretHash(key)];
      const row = { id, hash, name: role, role, createdAt: services.now() };
      await db.run(db.build.insert(apiKeys).values(row));
      return key;
    };
    const gateway = await enrolledGateway(this.plane, made);
    const memory = new Memory();
    memory.learn({ tenantId: made.id, userId: made.ownerId, gatewayId: gateway.id });
    const keys = {
      operator: operatorKey,
      owner: made.key,
      auditor: await keyOf('auditor'),
      member: await keyOf('member'),
      broken: `${made.key}x`,
    };
    this.#tenants.push({ keys, gateway, memory });
  }

  #resolve(value: unknown, memories: readonly Memory[]): unknown {
    const inner = (one: unknown) => this.#resolve(one, memories);
    if (value instanceof Pick) {
      // Now and then a thing of somebody else, or of nobody.
      const all = value.index % 20 === 19 ? memories.toReversed() : memories;
      const found = value.index % 20 === 18 ? undefined : all.map((memory) => memory.find(value));
      return found?.find((text) => text !== undefined) ?? inner(value.otherwise);
    }
    if (Array.isArray(value)) return value.map(inner);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]));
  }

  async #token(kind: CredentialKind, { gateway, keys }: Tenant): Promise<string | undefined> {
    if (kind === 'agent') return gateway.token();
    // Whoever signed out signs in again, or little would be seen of accounts.
    if (kind === 'account' && keys.account === undefined)
      keys.account = (await signInByMail(this.plane)).token;
    return keys[kind];
  }

  /** The request that a plan is now. */
  async prepare(plan: Plan, { method, path }: Described): Promise<Sent> {
    // Mostly the newest, of which most is left.
    const tenant = this.#tenants.at(plan.index % 4 === 3 ? plan.index % this.#tenants.length : -1);
    if (!tenant) throw new Error('there is no tenant yet');
    const memories = [tenant.memory, this.#seenByOperator];
    const resolve = (value: unknown) => this.#resolve(value, memories);
    const headers: Record<string, string> = {};
    const token = await this.#token(plan.credential, tenant);
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    for (const [name, value] of Object.entries(plan.headers)) {
      const text = String(resolve(value));
      if (/^[\x21-\x7e\x80-\xff]*$/.test(text)) headers[name] = text;
    }
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => segment(resolve(plan.params[name])));
    const query = plan.query.map(([name, value]) =>
      [name, String(resolve(value))]
        .map((text) => encodeURIComponent(text.toWellFormed()))
        .join('='),
    );
    const search = query.length > 0 ? `?${query.join('&')}` : '';
    let body: Sent['body'];
    if (method !== 'GET' && plan.body.kind === 'json') {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(resolve(plan.body.value));
    } else if (method !== 'GET' && plan.body.kind === 'raw') {
      headers['content-type'] = plan.body.mediaType;
      body = Buffer.from(plan.body.text, 'latin1');
    }
    return { method, path: filled + search, headers, body, tenant, credential: plan.credential };
  }

  /** Sends it; undefined if the answer may wait for something to happen, and did. */
  async send({ method, path, headers, body, tenant, credential }: Sent) {
    const mayWait = /[?&]wait=[1-9]/.test(path);
    const signal = AbortSignal.timeout(mayWait ? waitMilliseconds : answerMilliseconds);
    try {
      const init: RequestInit = { method, headers, signal, redirect: 'manual' };
      if (body !== undefined) init.body = body as BodyInit;
      const response = await fetch(this.#url + path, init);
      const text = await response.text();
      if (credential === 'account' && response.status === 401) delete tenant.keys.account;
      if (response.ok && /[/+]json\b/.test(response.headers.get('content-type') ?? ''))
        (credential === 'operator' ? this.#seenByOperator : tenant.memory).learn(JSON.parse(text));
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (mayWait && error instanceof DOMException && error.name === 'TimeoutError')
        return undefined;
      throw error;
    }
  }

  /** The same request for a shell. */
  curl({ method, path, headers, body }: Sent): string {
    const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
    const all = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
    const data = body === undefined ? [] : [`--data-binary ${quote(String(body))}`];
    return ['curl', '-i', '-X', method, ...all, ...data, quote(this.#url + path)].join(' ');
  }
}
