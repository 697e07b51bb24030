// What every operation may use, handed in by the runtime.

import type { Database } from '../db/database.ts';
import type { TenantDatabases } from '../db/tenant-databases.ts';
import type { RandomBytes } from '../model/ids.ts';
import type { Origin } from '../model/origin.ts';
import type { OutboundPolicy } from '../model/outbound.ts';
import type { Principal, Role } from '../model/permissions.ts';
import type { Quotas } from '../model/quota.ts';
import type { RateVerdict } from '../model/rate-policy.ts';
import type { TenantPolicy, TenantStatus } from '../model/tenant.ts';
import type { WebhookEvent } from '../model/webhook.ts';
import type { ProfileSigner } from '../pki/cms.ts';
import type { Keys } from '../pki/root-key.ts';
import type { Cache } from './cache.ts';
import type { Hub } from './hub.ts';
import type { Metrics } from './metrics.ts';
import type { IdentityProviders } from './oidc/provider.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Who may make tenants, besides the operator: anyone with an account, those invited, nobody. */
export type SignUp = 'open' | 'invitation' | 'closed';

/** How a tenant stands, as everyone who enters must know. */
export interface Standing {
  status: TenantStatus;
  policy: TenantPolicy;
  apiRequestsPerMinute: number;
  /** Whether its log goes to a webhook or a syslog server. */
  hasOutlets: boolean;
}

export type SessionPrincipal = Extract<Principal, { kind: 'session' }>;

/** A session's user in a tenant. */
export interface Member {
  userId: string;
  role: Role;
}

export type AgentPrincipal = Extract<Principal, { kind: 'agent' }>;

export interface Services {
  directory: Database;
  tenants: TenantDatabases;
  hub: Hub;
  keys: Keys;
  /** Where people and agents reach us, without a slash at the end. */
  publicUrl: string;
  /** SHA-256 of the operator's key, in hex. */
  operatorKeyHash: string | undefined;
  /** Principals of tenants' keys, by the key's hash. */
  keyCache: Cache<Principal>;
  /** What verified tokens of agents say, by the token. */
  agentCache: Cache<AgentPrincipal>;
  /** Principals of sessions, by the token's hash; null where it was revoked. */
  sessionCache: Cache<SessionPrincipal | null>;
  /** How tenants stand, by id. */
  standingCache: Cache<Standing>;
  /** Users behind sessions, by session and tenant. */
  memberCache: Cache<Member>;
  /** Sessions that the log of a tenant knows of already, by session and tenant. */
  signedInCache: Cache<true>;
  /** Names of credentials that were good lately; see guessing.ts. */
  provenCredentials: Cache<true>;
  rates: RateLimiter;
  metrics: Metrics;
  /** Limits of tenants for which the operator set no others. */
  quotas: Quotas;
  signUp: SignUp;
  /** Where tenants may make the control plane connect to. */
  outbound: OutboundPolicy;
  /** Signs every profile for Apple's systems; null where the operator has no certificate for it. */
  profileSigner: ProfileSigner | null;
  /** The identity providers of tenants. */
  oidc: IdentityProviders;
  /** Signed lists of revoked certificates, by authority and newest revocation. */
  revocationLists: Cache<Uint8Array<ArrayBuffer>>;
  /** Tenants whose outlets are about to be looked at, by id. */
  hurriedCache: Cache<true>;
  /** Tells a webhook's receiver, as the `WebhookSender` of jobs does. */
  deliver(event: WebhookEvent & { url: string }, signal: AbortSignal): Promise<void>;
  /**
   * Says that jobs are due, in a tenant or outside of all, now or after a while. A hint: the clock
   * comes anyway.
   */
  wake(tenantId: string | undefined, afterMilliseconds?: number): void;
  /** Unix time in milliseconds. */
  now(): number;
  random: RandomBytes;
}

/** Who asks, and with what. */
export interface Caller {
  services: Services;
  principal: Principal;
  origin: Origin;
  /** Set when the request carried an Idempotency-Key. */
  idempotency?: Idempotency;
  /** The revision that the caller believes to change (If-Match). */
  ifMatch?: number;
  /** To be told how the tenant's requests stand, for the answer. */
  noteRate?(verdict: RateVerdict): void;
}

export interface Idempotency {
  /** SHA-256 of who asks and the key, and of what is asked, in hex. */
  hash: string;
  requestHash: string;
  /** Becomes true when an earlier answer was given again. */
  replayed: boolean;
}

/** What of a tenant the caller may see and change; null does not bound it. */
export interface Reach {
  userId: string | null;
  groupIds: readonly string[] | null;
  gatewayIds: readonly string[] | null;
}

export const wholeTenant: Reach = { userId: null, groupIds: null, gatewayIds: null };

/** A caller who was let into a tenant; only `enterTenant` makes one. */
export interface TenantScope extends Caller {
  tenantId: string;
  db: Database;
  /** What the log calls the one who acts. */
  actor: string;
  /** Of the user or key; undefined for operator, agent and links. */
  role?: Role;
  /** The user behind a session. */
  userId?: string;
  reach: Reach;
}
