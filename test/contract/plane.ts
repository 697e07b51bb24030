// What the contract asks of a runtime: a way to send requests, and the operator's key.

import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { desiredStateVersion } from '../../src/model/desired-state.ts';
import type { Device } from '../../src/model/device.ts';
import { agentTokenAudience, type EnrollmentReply } from '../../src/model/enrollment.ts';
import type { CreatedGateway } from '../../src/model/gateway.ts';
import type { Mail } from '../../src/model/mail.ts';
import type { CreatedTenant } from '../../src/model/tenant.ts';

export const operatorKey = 'operator-key-of-a-test-0123456789';

export interface Plane {
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** A plane whose mails can be read. */
export interface MailPlane extends Plane {
  /** The mails to this address that wait to be sent, a tenant's or our own, oldest first. */
  mailsTo(address: string, tenantId?: string): Promise<Mail[]>;
}

export interface Reply<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed JSON body, or the text. */
  body: T;
}

/** Calls the API with one credential. */
export type Api = <T = unknown>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply<T>>;

export function apiOf(plane: Plane, credential?: string): Api {
  return async <T>(method: string, path: string, body?: unknown, more?: Record<string, string>) => {
    const headers = new Headers(more);
    if (credential !== undefined) headers.set('authorization', `Bearer ${credential}`);
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      headers.set('content-type', 'application/json');
      init.body = typeof body === 'string' ? body : JSON.stringify(body);
    }
    const response = await plane.request(path, init);
    const text = await response.text();
    const isJson = /json\b/.test(response.headers.get('content-type') ?? '');
    const parsed: T = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, text, body: parsed };
  };
}

/** A WireGuard public key whose private key nobody has. */
export function publicKey(): string {
  const { x = '' } = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });
  return Buffer.from(x, 'base64url').toString('base64');
}

export function expectStatus<T>(reply: Reply<T>, status: number): T {
  if (reply.status !== status) throw new Error(`expected ${status}: ${reply.status} ${reply.text}`);
  return reply.body;
}

export interface TestTenant {
  id: string;
  key: string;
  ownerId: string;
  api: Api;
  /** `/v1/tenants/<id>` and what follows. */
  path(rest: string): string;
}

export async function createTenant(plane: Plane, name = 'Acme'): Promise<TestTenant> {
  const slug = `t${randomBytes(6).toString('hex')}`;
  const reply = await apiOf(plane, operatorKey)<CreatedTenant>('POST', '/v1/tenants', {
    name,
    slug,
  });
  const created = expectStatus(reply, 201);
  const { tenant, owner } = created;
  const key = created.key ?? '';
  const path = (rest: string) => `/v1/tenants/${tenant.id}${rest}`;
  return { id: tenant.id, key, ownerId: owner.id, api: apiOf(plane, key), path };
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
  return expectStatus(reply, 201);
}

export interface TokenOptions {
  /** Unix time in milliseconds. */
  issuedAt?: number;
  lifetimeSeconds?: number;
}

export interface TestGateway {
  id: string;
  /** What its VM sent, and may send again. */
  enrollment: Record<string, unknown>;
  enrolled: EnrollmentReply;
  wireguardPublicKey: string;
  /** Signs an access token, as the agent does. */
  token(options?: TokenOptions): Promise<string>;
  /** The private half of its identity key. */
  identity: KeyObject;
  /** Calls as the agent. */
  api: Api;
}

/** A gateway whose agent has enrolled. */
export async function enrolledGateway(
  plane: Plane,
  tenant: TestTenant,
  body: object = {},
): Promise<TestGateway> {
  const { gateway, enrollment } = await createGateway(tenant, body);
  return enrollAs(plane, tenant, gateway.id, enrollment.token);
}

/** A VM with keys of its own that becomes the gateway. */
export async function enrollAs(
  plane: Plane,
  tenant: Pick<TestTenant, 'id'>,
  gatewayId: string,
  enrollmentToken: string,
): Promise<TestGateway> {
  const pair = generateKeyPairSync('ed25519');
  const { x: identityKey } = pair.publicKey.export({ format: 'jwk' });
  const wireguardPublicKey = publicKey();
  const request = {
    token: enrollmentToken,
    identityKey,
    wireguardPublicKey,
    protocol: desiredStateVersion,
    facts: { agent: 'test' },
  };
  const reply = await apiOf(plane)<EnrollmentReply>('POST', '/v1/agent/enroll', request);
  const signing = await importJWK(pair.privateKey.export({ format: 'jwk' }), 'EdDSA');
  const token = ({ issuedAt = Date.now(), lifetimeSeconds = 600 }: TokenOptions = {}) =>
    new SignJWT({ tid: tenant.id })
      .setProtectedHeader({ alg: 'EdDSA', kid: `${tenant.id}.${gatewayId}` })
      .setSubject(gatewayId)
      .setAudience(agentTokenAudience)
      .setIssuedAt(Math.floor(issuedAt / 1000))
      .setExpirationTime(Math.floor(issuedAt / 1000) + lifetimeSeconds)
      .sign(signing);
  const enrolled = expectStatus(reply, 200);
  const api = apiOf(plane, await token());
  const { privateKey: identity } = pair;
  return { id: gatewayId, enrollment: request, enrolled, wireguardPublicKey, identity, token, api };
}

export async function createDevice(tenant: TestTenant, body: object = {}): Promise<Device> {
  const reply = await tenant.api<Device>('POST', tenant.path('/devices'), {
    userId: tenant.ownerId,
    name: 'phone',
    ...body,
  });
  return expectStatus(reply, 201);
}

export async function createLink(tenant: TestTenant, deviceId: string, body: object = {}) {
  const reply = await tenant.api<{ link: { id: string }; url: string }>(
    'POST',
    tenant.path('/links'),
    { deviceId, ...body },
  );
  const { link, url } = expectStatus(reply, 201);
  const path = new URL(url).pathname;
  return { id: link.id, url, path, token: path.slice('/l/'.length) };
}
