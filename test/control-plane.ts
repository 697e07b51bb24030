// A control plane for one test: real databases in a directory of its own, a clock and randomness
// that the test may set, and ways to call it as operator, tenant, agent or nobody.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importJWK, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';
import { createApp } from '../src/api/app.ts';
import type { Statement } from '../src/db/driver.ts';
import type { Device } from '../src/model/device.ts';
import { agentTokenAudience } from '../src/model/enrollment.ts';
import type { CreatedGateway } from '../src/model/gateway.ts';
import type { CreatedTenant } from '../src/model/tenant.ts';
import { readSettings } from '../src/runtimes/config.ts';
import type { Tap } from '../src/runtimes/node-data.ts';
import { createNodeServices } from '../src/runtimes/node-services.ts';

export const operatorKey = 'operator-key-of-a-test-0123456789';

export interface Reply<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON body. */
  body: T;
}

/** Calls the API with one credential. */
export type Api = <T = unknown>(method: string, path: string, body?: unknown) => Promise<Reply<T>>;

export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A WireGuard public key whose private key nobody has. */
export function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync('x25519');
  const { x = '' } = key.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}

export interface ControlPlane {
  /** The directory with its databases and root key. */
  data: string;
  api(credential?: string): Api;
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Every statement that reached a database, in order. */
  statements: Statement[];
  /** Every log line, as JSON. */
  logs: string[];
  clock: { advance(milliseconds: number): void };
  services: Awaited<ReturnType<typeof createNodeServices>>['services'];
}

export async function createControlPlane(data = temporaryDirectory()): Promise<ControlPlane> {
  const statements: Statement[] = [];
  const logs: string[] = [];
  const tap: Tap = (driver) => ({
    batch(batch, mode) {
      statements.push(...batch);
      return driver.batch(batch, mode);
    },
    close: () => driver.close(),
  });
  const settings = readSettings({
    SALLYPORT_DATA: data,
    SALLYPORT_OPERATOR_KEY: operatorKey,
  });
  const { services, close } = await createNodeServices(settings, 'http://control.test', tap);
  onTestFinished(close);
  let ahead = 0;
  const timed = { ...services, now: () => Date.now() + ahead };
  const write = (fields: object, message: string) =>
    void logs.push(JSON.stringify({ ...fields, message, error: String(Object.values(fields)) }));
  const app = createApp(timed, { info: write, error: write });
  const request = async (path: string, init?: RequestInit) =>
    app.request(`http://control.test${path}`, init);
  return {
    data,
    request,
    statements,
    logs,
    services: timed,
    clock: {
      advance: (milliseconds) => {
        ahead += milliseconds;
      },
    },
    api:
      (credential) =>
      async <T>(method: string, path: string, body?: unknown) => {
        const headers = new Headers();
        if (credential !== undefined) headers.set('authorization', `Bearer ${credential}`);
        if (body !== undefined) headers.set('content-type', 'application/json');
        const init = { method, headers, ...(body === undefined ? {} : { body: json(body) }) };
        const response = await request(path, init);
        const text = await response.text();
        const isJson = /json/.test(response.headers.get('content-type') ?? '');
        const { status } = response;
        return {
          status,
          headers: response.headers,
          text,
          body: (isJson ? JSON.parse(text) : text) as T,
        };
      },
  };
}

function json(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

export interface TestTenant {
  id: string;
  key: string;
  ownerId: string;
  api: Api;
  /** `/v1/tenants/<id>` and what follows. */
  path(rest: string): string;
}

export async function createTenant(plane: ControlPlane, name = 'Acme'): Promise<TestTenant> {
  const slug = `t${randomBytes(6).toString('hex')}`;
  const { body } = await plane.api(operatorKey)<CreatedTenant>('POST', '/v1/tenants', {
    name,
    slug,
  });
  const { tenant, owner, key } = body;
  const path = (rest: string) => `/v1/tenants/${tenant.id}${rest}`;
  return { id: tenant.id, key, ownerId: owner.id, api: plane.api(key), path };
}

export interface TestGateway {
  id: string;
  enrollmentToken: string;
  wireguardPublicKey: string;
  /** Signs an access token, as the agent does. */
  token(options?: { issuedAt?: number; lifetimeSeconds?: number }): Promise<string>;
  enrollment: object;
}

export async function createGateway(
  tenant: TestTenant,
  body: object = {},
): Promise<CreatedGateway> {
  const reply = await tenant.api<CreatedGateway>('POST', tenant.path('/gateways'), {
    name: `gateway ${randomBytes(4).toString('hex')}`,
    endpoint: { host: 'vpn.example.com' },
    ...body,
  });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body;
}

/** A gateway whose agent has enrolled. */
export async function enrolledGateway(
  plane: ControlPlane,
  tenant: TestTenant,
  body: object = {},
): Promise<TestGateway> {
  const { gateway, enrollment } = await createGateway(tenant, body);
  const pair = generateKeyPairSync('ed25519');
  const { x: identityKey } = pair.publicKey.export({ format: 'jwk' });
  const wireguardPublicKey = publicKey();
  const request = {
    token: enrollment.token,
    identityKey,
    wireguardPublicKey,
    protocol: 1,
    facts: { agent: 'test' },
  };
  const reply = await plane.api()('POST', '/v1/agent/enroll', request);
  if (reply.status !== 200) throw new Error(reply.text);
  const signing = await importJWK(pair.privateKey.export({ format: 'jwk' }), 'EdDSA');
  return {
    id: gateway.id,
    enrollmentToken: enrollment.token,
    wireguardPublicKey,
    enrollment: request,
    token: ({ issuedAt = Date.now(), lifetimeSeconds = 600 } = {}) =>
      new SignJWT({ tid: tenant.id })
        .setProtectedHeader({ alg: 'EdDSA', kid: `${tenant.id}.${gateway.id}` })
        .setSubject(gateway.id)
        .setAudience(agentTokenAudience)
        .setIssuedAt(Math.floor(issuedAt / 1000))
        .setExpirationTime(Math.floor(issuedAt / 1000) + lifetimeSeconds)
        .sign(signing),
  };
}

export async function createDevice(tenant: TestTenant, body: object = {}): Promise<Device> {
  const reply = await tenant.api<Device>('POST', tenant.path('/devices'), {
    userId: tenant.ownerId,
    name: 'phone',
    ...body,
  });
  if (reply.status !== 201) throw new Error(reply.text);
  return reply.body;
}
