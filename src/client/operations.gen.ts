// Written by scripts/client.ts; do not edit.

export type CreateDevice = {
  userId?: string | undefined;
  name: string;
  platform?: "ios" | "macos" | "windows" | "android" | "linux" | "other" | undefined;
  publicKey?: string | undefined;
  gatewayIds?: Array<string> | undefined;
};

export type CreatedGateway = {
  gateway: Gateway;
  enrollment: {
    token: string;
    expiresAt: string;
    command: string;
  };
};

export type CreatedLink = {
  link: Link;
  url: string;
};

export type CreatedTenant = {
  tenant: Tenant;
  owner: User;
  key: string;
};

export type CreateGateway = {
  name: string;
  endpoint: EndpointInput;
  listenPort?: number | undefined;
  pools?: {
    v4?: string | undefined;
    v6?: string | undefined;
  } | undefined;
  routes?: Array<string> | undefined;
  dns?: Array<string> | undefined;
  mtu?: number | undefined;
  isolateClients?: boolean | undefined;
};

export type CreateLink = {
  deviceId: string;
  kind?: "once" | undefined;
  expiresInSeconds?: number | undefined;
};

export type CreateTenant = {
  name: string;
  slug?: string | undefined;
  owner?: {
    name?: string | undefined;
    email?: string | undefined;
  } | undefined;
};

export type CreateUser = {
  name: string;
  email?: string | undefined;
  role?: "owner" | "admin" | "auditor" | "member" | undefined;
};

export type Device = {
  id: string;
  userId: string;
  name: string;
  platform: "ios" | "macos" | "windows" | "android" | "linux" | "other";
  status: "pending" | "active" | "revoked";
  publicKey: string | null;
  gatewayIds: Array<string>;
  revision: number;
  createdAt: string;
};

export type DeviceDetail = {
  id: string;
  userId: string;
  name: string;
  platform: "ios" | "macos" | "windows" | "android" | "linux" | "other";
  status: "pending" | "active" | "revoked";
  publicKey: string | null;
  gatewayIds: Array<string>;
  revision: number;
  createdAt: string;
  connections: Array<WireguardConnection>;
  traffic: Array<{
    gatewayId: string;
    latestHandshake: string | null;
    receivedBytes: number;
    sentBytes: number;
  }>;
};

export type Endpoint = {
  host: string;
  port: number;
};

export type EndpointInput = {
  host: string;
  port?: number | undefined;
};

export type EnrollmentReply = {
  tenantId: string;
  gatewayId: string;
  gatewayName: string;
  stateKeys: Array<StateKey>;
};

export type EnrollmentRequest = {
  token: string;
  identityKey: string;
  wireguardPublicKey: string;
  protocol: number;
  facts: {
    agent: string;
    system?: string | undefined;
    kernel?: string | undefined;
    architecture?: string | undefined;
  };
};

export type Gateway = {
  id: string;
  name: string;
  endpoint: Endpoint;
  listenPort: number;
  pools: {
    v4: string;
    v6: string;
  };
  routes: Array<string>;
  dns: Array<string>;
  mtu: number;
  isolateClients: boolean;
  status: "pending" | "enrolled";
  wireguardPublicKey: string | null;
  peerCount: number;
  revision: number;
  observed: {
    revision: number;
    sections: {
      wireguard?: SectionStatus | undefined;
      firewall?: SectionStatus | undefined;
    };
    peerDigest: string;
    peerCount: number;
    versions: {
      agent: string;
      kernel?: string | undefined;
      wireguard?: string | undefined;
      nftables?: string | undefined;
    };
    reportedAt: string;
  } | null;
  applied: "pending" | "applied" | "failed";
  createdAt: string;
};

export type Link = {
  id: string;
  deviceId: string;
  kind: "once";
  status: "open" | "used" | "expired" | "revoked";
  expiresAt: string;
  usedAt: string | null;
  createdAt: string;
};

export type ObservedState = {
  revision: number;
  sections: {
    wireguard?: SectionStatus | undefined;
    firewall?: SectionStatus | undefined;
  };
  peerDigest: string;
  peerCount: number;
  versions: {
    agent: string;
    kernel?: string | undefined;
    wireguard?: string | undefined;
    nftables?: string | undefined;
  };
  peers: Array<PeerObservation>;
};

export type PeerObservation = {
  id: string;
  latestHandshake: number;
  receivedBytes: number;
  sentBytes: number;
};

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: "invalid_input" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "already_exists" | "pool_overlap" | "pool_exhausted" | "public_key_in_use" | "limit_reached" | "gateway_not_ready" | "quota_reached" | "user_suspended" | "last_owner" | "idempotency_mismatch" | "precondition_failed" | "sign_in_required" | "second_factor_required" | "tenant_suspended" | "tenant_deleting" | "revision_ahead" | "token_used" | "link_used" | "token_expired" | "link_expired" | "link_revoked" | "body_too_large" | "unsupported_media_type" | "protocol_unsupported" | "internal" | "misconfigured" | "not_migrated" | "busy";
  wayOut?: string | undefined;
  problems?: Array<{
    field: string;
    rule: string;
  }> | undefined;
  requestId: string;
};

export type Profile = {
  gatewayId: string;
  gatewayName: string;
  filename: string;
  mediaType: string;
  text: string;
  qrSvg: string;
};

export type RedeemedLink = {
  device: Device;
  connections: Array<WireguardConnection>;
  profiles: Array<Profile>;
};

export type RedeemLink = {
  token: string;
  publicKey?: string | undefined;
};

export type ReissueDevice = {
  publicKey?: string | undefined;
};

export type ReportReply = {
  resync: boolean;
};

export type Revision = {
  number: number;
  at: string;
  actor: string;
  operation: "gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "gateway.state" | "gateway.report" | "device.create" | "device.list" | "device.get" | "device.revoke" | "device.reissue" | "link.create" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete";
  subject: string;
  summary: Record<string, string | number | boolean | null>;
  hash: string;
  address: string | null;
  userAgent: string | null;
};

export type SectionStatus = {
  status: "applied" | "failed";
  error?: string | undefined;
};

export type StateKey = {
  kid: string;
  publicKey: string;
};

export type Tenant = {
  id: string;
  slug: string;
  name: string;
  ula: string;
  status: "active" | "suspended" | "deleting";
  deleteAt: string | null;
  policy: TenantPolicy;
  revision: number;
  head: number;
  createdAt: string;
};

export type TenantEntry = {
  id: string;
  slug: string;
  name: string;
  status: "active" | "suspended" | "deleting";
  database: {
    status: "ready" | "away" | "broken";
    fault: string | null;
  };
  createdAt: string;
};

export type TenantPolicy = {
  secondFactor: "optional" | "required";
  linkRedemption: "link" | "session";
  signIn: "any" | "oidc";
};

export type User = {
  id: string;
  name: string;
  email: string | null;
  role: "owner" | "admin" | "auditor" | "member";
  status: "active" | "invited" | "suspended";
  hasAccount: boolean;
  revision: number;
  createdAt: string;
};

export type WireguardConnection = {
  gatewayId: string;
  gatewayName: string;
  endpoint: Endpoint;
  gatewayPublicKey: string;
  addresses: Array<string>;
  routes: Array<string>;
  dns: Array<string>;
  mtu: number;
};

export type TenantEntryList = {
  items: Array<TenantEntry>;
  next: string | null;
};

export type RevisionList = {
  items: Array<Revision>;
  next: string | null;
};

export type UserList = {
  items: Array<User>;
  next: string | null;
};

export type GatewayList = {
  items: Array<Gateway>;
  next: string | null;
};

export type DeviceList = {
  items: Array<Device>;
  next: string | null;
};

export interface Operations {
  /** Make a tenant with its owner and the owner's key (operator only) */
  'tenant.create': {
    body: CreateTenant;
    reply: CreatedTenant;
  };
  /** List the tenants and the state of their databases (operator only) */
  'tenant.list': {
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: TenantEntryList;
  };
  /** Read a tenant */
  'tenant.get': {
    params: {
      tenantId: string;
    };
    reply: Tenant;
  };
  /** Read the tenant's log of changes, newest first */
  'audit.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: RevisionList;
  };
  /** Add a user to the tenant */
  'user.create': {
    params: {
      tenantId: string;
    };
    body: CreateUser;
    reply: User;
  };
  /** List the users, oldest first */
  'user.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: UserList;
  };
  /** Make a gateway and the token with which its VM enrols */
  'gateway.create': {
    params: {
      tenantId: string;
    };
    body: CreateGateway;
    reply: CreatedGateway;
  };
  /** List the gateways, oldest first */
  'gateway.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: GatewayList;
  };
  /** Read a gateway and what its agent reported last */
  'gateway.get': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    reply: Gateway;
  };
  /** Delete a gateway; its devices stay with their other gateways */
  'gateway.delete': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    reply: undefined;
  };
  /** List the devices, oldest first */
  'device.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: DeviceList;
  };
  /** Make a device; with a public key it is live at once */
  'device.create': {
    params: {
      tenantId: string;
    };
    body: CreateDevice;
    reply: Device;
  };
  /** Read a device, its ways to its gateways and its traffic */
  'device.get': {
    params: {
      tenantId: string;
      deviceId: string;
    };
    reply: DeviceDetail;
  };
  /** Cut a device off every gateway and close its links */
  'device.revoke': {
    params: {
      tenantId: string;
      deviceId: string;
    };
    reply: Device;
  };
  /** Replace the device's credential, and no other's */
  'device.reissue': {
    params: {
      tenantId: string;
      deviceId: string;
    };
    body?: ReissueDevice | undefined;
    reply: Device;
  };
  /** Make an address that gives out the profile of a device, once */
  'link.create': {
    params: {
      tenantId: string;
    };
    body: CreateLink;
    reply: CreatedLink;
  };
  /** Close a link */
  'link.revoke': {
    params: {
      tenantId: string;
      linkId: string;
    };
    reply: Link;
  };
  /** Use a link up and get the profile; the link is the credential */
  'link.redeem': {
    body: RedeemLink;
    reply: RedeemedLink;
  };
  /** Wait for desired state newer than `since` */
  'gateway.state': {
    query?: {
      since?: number | undefined;
      wait?: number | undefined;
    } | undefined;
    reply: string | undefined;
  };
  /** Turn a VM into the gateway that the token was made for */
  'gateway.enroll': {
    body: EnrollmentRequest;
    reply: EnrollmentReply;
  };
  /** Report what the gateway really reached */
  'gateway.report': {
    body: ObservedState;
    reply: ReportReply;
  };
}

/** Method and path of each operation. */
export const operations = {
  'tenant.create': ['POST', '/v1/tenants'],
  'tenant.list': ['GET', '/v1/tenants'],
  'tenant.get': ['GET', '/v1/tenants/{tenantId}'],
  'audit.list': ['GET', '/v1/tenants/{tenantId}/audit'],
  'user.create': ['POST', '/v1/tenants/{tenantId}/users'],
  'user.list': ['GET', '/v1/tenants/{tenantId}/users'],
  'gateway.create': ['POST', '/v1/tenants/{tenantId}/gateways'],
  'gateway.list': ['GET', '/v1/tenants/{tenantId}/gateways'],
  'gateway.get': ['GET', '/v1/tenants/{tenantId}/gateways/{gatewayId}'],
  'gateway.delete': ['DELETE', '/v1/tenants/{tenantId}/gateways/{gatewayId}'],
  'device.list': ['GET', '/v1/tenants/{tenantId}/devices'],
  'device.create': ['POST', '/v1/tenants/{tenantId}/devices'],
  'device.get': ['GET', '/v1/tenants/{tenantId}/devices/{deviceId}'],
  'device.revoke': ['POST', '/v1/tenants/{tenantId}/devices/{deviceId}/revoke'],
  'device.reissue': ['POST', '/v1/tenants/{tenantId}/devices/{deviceId}/reissue'],
  'link.create': ['POST', '/v1/tenants/{tenantId}/links'],
  'link.revoke': ['POST', '/v1/tenants/{tenantId}/links/{linkId}/revoke'],
  'link.redeem': ['POST', '/v1/links/redeem'],
  'gateway.state': ['GET', '/v1/agent/state'],
  'gateway.enroll': ['POST', '/v1/agent/enroll'],
  'gateway.report': ['POST', '/v1/agent/report'],
} as const;
