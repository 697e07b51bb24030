// Written by scripts/client.ts; do not edit.

export type AcceptInvitation = {
  token: string;
  name?: string | undefined;
  as?: "cookie" | "token" | undefined;
};

export type Account = {
  id: string;
  email: string;
  name: string;
  createdAt: string;
  hasTotp: boolean;
  passkeys: number;
};

export type ApiKey = {
  id: string;
  name: string;
  role: "owner" | "admin" | "auditor" | "member";
  permissions: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | null;
  groupIds: Array<string> | null;
  gatewayIds: Array<string> | null;
  status: "active" | "expired" | "revoked";
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
};

export type Assertion = {
  id: string;
  rawId: string;
  type: "public-key";
  response: {
    clientDataJSON: string;
    authenticatorData: string;
    signature: string;
    userHandle?: string | null | undefined;
  };
};

export type Authority = {
  id: string;
  generation: number;
  status: "active" | "retiring" | "retired";
  certificate: string;
  fingerprint: string;
  domain: string;
  deviceCertificates: number;
  dependentDevices: number;
  gateways: number;
  revision: number;
  createdAt: string;
  expiresAt: string;
};

export type CertificateRequest = {
  certificateRequest: string;
};

export type ChangeEndpoint = {
  host?: string | undefined;
  port?: number | undefined;
};

export type ChangeOnDemand = {
  mode?: "off" | "always" | "wifi" | "cellular" | undefined;
  excludedSsids?: Array<string> | undefined;
  probe?: boolean | undefined;
};

export type ChangePolicy = {
  secondFactor?: "optional" | "required" | undefined;
  linkRedemption?: "link" | "session" | undefined;
  signIn?: "any" | "oidc" | undefined;
  withoutRevocations?: "refuse" | "accept" | undefined;
  ikev2Passwords?: "off" | "on" | undefined;
  portalWebClip?: "off" | "on" | undefined;
};

export type ConfirmedTotp = {
  recoveryCodes: Array<string>;
  token?: string | undefined;
};

export type CreateApiKey = {
  name: string;
  role: "owner" | "admin" | "auditor" | "member";
  permissions?: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | undefined;
  groupIds?: Array<string> | undefined;
  gatewayIds?: Array<string> | undefined;
  expiresInSeconds?: number | undefined;
};

export type CreatedApiKey = {
  apiKey: ApiKey;
  key: string;
};

export type CreateDevice = {
  userId?: string | undefined;
  name: string;
  platform?: "ios" | "macos" | "windows" | "android" | "linux" | "other" | undefined;
  publicKey?: string | undefined;
  gatewayIds?: Array<string> | undefined;
  expiresAt?: string | undefined;
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

export type CreatedPasskey = {
  id: string;
  name: string;
  backedUp: boolean;
  createdAt: string;
  lastUsedAt: string | null;
  token?: string | undefined;
};

export type CreatedTenant = {
  tenant: Tenant;
  owner: User;
  key: string | null;
};

export type CreatedTotp = {
  secret: string;
  uri: string;
  qrSvg: string;
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
  ikev2?: boolean | undefined;
};

export type CreateGroup = {
  name: string;
};

export type CreateLink = {
  kind?: "once" | "bookmark" | undefined;
  deviceId?: string | undefined;
  userId?: string | undefined;
  expiresInSeconds?: number | undefined;
  send?: boolean | undefined;
};

export type CreatePasskey = {
  challengeId: string;
  name: string;
  response: Registration;
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

export type CreateWebhook = {
  url: string;
  description?: string | undefined;
  operations?: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | null | undefined;
  batch?: number | undefined;
};

export type DatabaseState = {
  status: "ready" | "away" | "broken";
  fault: string | null;
};

export type Device = {
  id: string;
  userId: string;
  name: string;
  platform: "ios" | "macos" | "windows" | "android" | "linux" | "other";
  status: "pending" | "active" | "revoked";
  publicKey: string | null;
  ikev2: {
    identity: Ikev2Identity;
    expiresAt: string | null;
  } | null;
  expiresAt: string | null;
  onDemand: OnDemand;
  gatewayIds: Array<string>;
  revision: number;
  createdAt: string;
};

export type DeviceCertificate = {
  identity: string;
  certificate: string;
  expiresAt: string;
  authorities: Array<string>;
  connections: Array<{
    gatewayId: string;
    gatewayName: string;
    host: string;
    authority: number;
    routes: Array<string>;
    dns: Array<string>;
    mtu: number;
  }>;
};

export type DeviceDetail = {
  id: string;
  userId: string;
  name: string;
  platform: "ios" | "macos" | "windows" | "android" | "linux" | "other";
  status: "pending" | "active" | "revoked";
  publicKey: string | null;
  ikev2: {
    identity: Ikev2Identity;
    expiresAt: string | null;
  } | null;
  expiresAt: string | null;
  onDemand: OnDemand;
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

export type DeviceReceipts = {
  receipts: Array<SignedReceipt>;
  pending: Array<PendingReceipt>;
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

export type Fault = {
  number: number;
  what: "altered" | "missing" | "cut_off" | "anchor";
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
  ikev2: {
    pools: {
      v4: string;
      v6: string;
    };
    deviceCount: number;
    certificateExpiresAt: string | null;
  } | null;
  revision: number;
  observed: {
    revision: number;
    sections: {
      wireguard?: SectionStatus | undefined;
      firewall?: SectionStatus | undefined;
      ikev2?: SectionStatus | undefined;
    };
    peerDigest: string;
    peerCount: number;
    versions: {
      agent: string;
      kernel?: string | undefined;
      wireguard?: string | undefined;
      nftables?: string | undefined;
      strongswan?: string | undefined;
    };
    ikev2?: Ikev2Observation | undefined;
    reportedAt: string;
  } | null;
  applied: "pending" | "applied" | "failed";
  createdAt: string;
};

export type Group = {
  id: string;
  name: string;
  revision: number;
  createdAt: string;
};

export type IdentityJwk = {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
};

export type Ikev2Identity = string;

export type Ikev2Observation = {
  sessions: number;
  digest: string;
  revocationsUntil: number | null;
  certificateUntil: number | null;
};

export type InviteTenant = {
  email: string;
};

export type InviteUser = {
  userId?: string | undefined;
  email?: string | undefined;
  name?: string | undefined;
  role?: "owner" | "admin" | "auditor" | "member" | undefined;
  groupIds?: Array<string> | undefined;
};

export type IssuedCertificate = {
  certificate: string;
};

export type IssuedWebhook = {
  webhook: Webhook;
  secret: string | null;
};

export type Link = {
  id: string;
  kind: "once" | "bookmark";
  deviceId: string | null;
  userId: string | null;
  status: "open" | "used" | "expired" | "revoked";
  mail: {
    to: string;
    status: "queued" | "sent" | "refused";
    error: string | null;
    sentAt: string | null;
  } | null;
  openedAt: string | null;
  usedAt: string | null;
  expiresAt: string | null;
  createdAt: string;
};

export type Me = {
  kind: "session" | "key" | "operator";
  account: Account | null;
  session: Session | null;
  next: "totp" | null;
  key: {
    id: string;
    role: "owner" | "admin" | "auditor" | "member";
    permissions: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | null;
    groupIds: Array<string> | null;
    gatewayIds: Array<string> | null;
  } | null;
  tenants: Array<MyTenant>;
};

export type MyTenant = {
  tenantId: string;
  slug: string;
  name: string;
  status: "active" | "suspended" | "deleting";
  userId: string | null;
  role: "owner" | "admin" | "auditor" | "member" | null;
};

export type ObservedState = {
  revision: number;
  sections: {
    wireguard?: SectionStatus | undefined;
    firewall?: SectionStatus | undefined;
    ikev2?: SectionStatus | undefined;
  };
  peerDigest: string;
  peerCount: number;
  versions: {
    agent: string;
    kernel?: string | undefined;
    wireguard?: string | undefined;
    nftables?: string | undefined;
    strongswan?: string | undefined;
  };
  ikev2?: Ikev2Observation | undefined;
  peers: Array<PeerObservation>;
  traffic?: Traffic | undefined;
  receipts?: Array<string> | undefined;
};

export type Oidc = {
  issuer: string;
  clientId: string;
  groupsClaim: string | null;
  createsUsers: boolean;
  enabled: boolean;
  redirectUri: string;
  signInUrl: string;
  revision: number;
};

export type OnDemand = {
  mode: "off" | "always" | "wifi" | "cellular";
  excludedSsids: Array<string>;
  probe: boolean;
};

export type OutletState = {
  cursor: number;
  lag: number;
  failures: number;
  failingSince: string | null;
  lastError: string | null;
  deliveredAt: string | null;
};

export type Passkey = {
  id: string;
  name: string;
  backedUp: boolean;
  createdAt: string;
  lastUsedAt: string | null;
};

export type PeerObservation = {
  id: string;
  latestHandshake: number;
  receivedBytes: number;
  sentBytes: number;
};

export type PendingReceipt = {
  gatewayId: string;
  gatewayName: string;
  protocol: "wireguard" | "ikev2";
  credential: string;
  revision: number;
  reached: boolean;
};

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: "invalid_input" | "unauthenticated" | "forbidden" | "not_found" | "method_not_allowed" | "already_exists" | "pool_overlap" | "pool_exhausted" | "public_key_in_use" | "limit_reached" | "authority_active" | "authority_retired" | "gateway_not_ready" | "quota_reached" | "user_suspended" | "last_owner" | "idempotency_mismatch" | "precondition_failed" | "sign_in_required" | "sign_in_failed" | "second_factor_required" | "tenant_suspended" | "tenant_deleting" | "revision_ahead" | "token_used" | "link_used" | "token_expired" | "link_expired" | "device_ended" | "link_revoked" | "body_too_large" | "unsupported_media_type" | "mail_refused" | "target_forbidden" | "webhook_gone" | "protocol_unsupported" | "rate_limited" | "internal" | "outside_unavailable" | "misconfigured" | "not_migrated" | "busy";
  wayOut?: string | undefined;
  problems?: Array<{
    field: string;
    rule: string;
  }> | undefined;
  requestId: string;
};

export type Profile = {
  kind: "wireguard" | "mobileconfig" | "wireguard-mobileconfig" | "windows" | "sswan" | "android" | "networkmanager" | "wireguard-networkmanager" | "swanctl" | "ipsec" | "mobileconfig-password" | "android-password" | "password";
  gatewayId: string | null;
  gatewayName: string | null;
  filename: string;
  mediaType: string;
  encoding: "text" | "base64";
  content: string;
  qrSvg: string | null;
};

export type Quota = {
  name: "gateways" | "users" | "devices" | "devicesPerUser" | "linksPerDay" | "jobsInFlight" | "apiRequestsPerMinute" | "bytesPerMonth" | "bytesPerUserPerMonth";
  used: number | null;
  most: number;
  share: number | null;
  warning: boolean;
  isDefault: boolean;
  heaviest?: Array<{
    userId: string;
    used: number;
    share: number;
  }> | undefined;
};

export type RecoverAccount = {
  email: string;
};

export type RecoveredAccount = {
  url: string;
  expiresAt: string;
};

export type RecoveryCode = {
  code: string;
};

export type RecoveryCodes = {
  recoveryCodes: Array<string>;
};

export type RedeemedLink = {
  tenant: {
    id: string;
    name: string;
    portalUrl: string | null;
  };
  device: Device;
  connections: Array<WireguardConnection>;
  ikev2: DeviceCertificate | null;
  profiles: Array<Profile>;
  password: string | null;
  values: Array<TypedValues>;
};

export type RedeemLink = {
  token: string;
  profile?: "wireguard" | "mobileconfig" | "wireguard-mobileconfig" | "windows" | "sswan" | "android" | "networkmanager" | "wireguard-networkmanager" | "swanctl" | "ipsec" | "mobileconfig-password" | "android-password" | "password" | undefined;
  publicKey?: string | undefined;
  certificateRequest?: string | undefined;
};

export type Registration = {
  id: string;
  rawId: string;
  type: "public-key";
  response: {
    clientDataJSON: string;
    attestationObject: string;
    transports?: Array<string> | undefined;
  };
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
  operation: "gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire";
  subject: string;
  summary: Record<string, string | number | boolean | null>;
  hash: string;
  address: string | null;
  userAgent: string | null;
};

export type RevocationReceipt = {
  gatewayId: string;
  deviceId: string;
  protocol: "wireguard" | "ikev2";
  credential: string;
  revision: number;
  appliedAt: number;
  lastSeenAt: number | null;
};

export type Sealing = {
  tenantId: string | null;
  database: DatabaseState;
  keys: Array<SealingKeyUse>;
};

export type SealingKeyUse = {
  id: string;
  texts: number;
  status: "newest" | "older" | "missing";
};

export type SectionStatus = {
  status: "applied" | "failed";
  error?: string | undefined;
};

export type SentMail = {
  id: string;
  kind: string;
  recipient: string;
  subject: string;
  about: string;
  status: "queued" | "sent" | "refused";
  error: string | null;
  createdAt: string;
  sentAt: string | null;
};

export type Session = {
  id: string;
  methods: Array<"mail" | "passkey" | "totp" | "recovery" | "oidc" | "operator">;
  twoFactors: boolean;
  tenantId: string | null;
  createdAt: string;
  seenAt: string;
  expiresAt: string;
  address: string | null;
  userAgent: string | null;
  current: boolean;
};

export type SetOidc = {
  issuer: string;
  clientId: string;
  clientSecret?: string | undefined;
  groupsClaim?: string | null | undefined;
  createsUsers?: boolean | undefined;
  enabled?: boolean | undefined;
};

export type SetQuotas = {
  gateways?: number | null | undefined;
  users?: number | null | undefined;
  devices?: number | null | undefined;
  devicesPerUser?: number | null | undefined;
  linksPerDay?: number | null | undefined;
  jobsInFlight?: number | null | undefined;
  apiRequestsPerMinute?: number | null | undefined;
  bytesPerMonth?: number | null | undefined;
  bytesPerUserPerMonth?: number | null | undefined;
};

export type SetSyslog = {
  host: string;
  port?: number | undefined;
  caPem?: string | null | undefined;
  enabled?: boolean | undefined;
};

export type SignedIn = {
  session: Session;
  next: "totp" | null;
  token?: string | undefined;
};

export type SignedReceipt = {
  gatewayName: string | null;
  receipt: RevocationReceipt;
  jws: string;
  key: IdentityJwk;
  receivedAt: string;
};

export type SignIn = {
  challengeId: string;
  code?: string | undefined;
  secret?: string | undefined;
  as?: "cookie" | "token" | undefined;
};

export type SignInByPasskey = {
  challengeId: string;
  response: Assertion;
  as?: "cookie" | "token" | undefined;
};

export type StartedPasskey = {
  challengeId: string;
  options: Record<string, unknown>;
};

export type StartedSignIn = {
  challengeId: string;
  expiresAt: string;
};

export type StartSignIn = {
  email: string;
};

export type StateKey = {
  kid: string;
  publicKey: string;
};

export type SuspendTenant = {
  reason: string;
};

export type Syslog = {
  host: string;
  port: number;
  caPem: string | null;
  enabled: boolean;
  state: OutletState;
  revision: number;
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
  database: DatabaseState;
  deadJobs: {
    count: number;
    errors: Array<string>;
  };
  createdAt: string;
};

export type TenantInvitation = {
  id: string;
  email: string;
  expiresAt: string;
};

export type TenantPolicy = {
  secondFactor: "optional" | "required";
  linkRedemption: "link" | "session";
  signIn: "any" | "oidc";
  withoutRevocations: "refuse" | "accept";
  ikev2Passwords: "off" | "on";
  portalWebClip: "off" | "on";
};

export type TestedWebhook = {
  delivered: boolean;
  answer: string;
};

export type TotpCode = {
  code: string;
};

export type Traffic = {
  run: string;
  report: number;
};

export type TypedValues = {
  name: string;
  type: string;
  server: string;
  remoteIdentifier?: string | undefined;
  identifier: string;
  certificate: string;
};

export type UpdateAccount = {
  name: string;
};

export type UpdateDevice = {
  name?: string | undefined;
  platform?: "ios" | "macos" | "windows" | "android" | "linux" | "other" | undefined;
  onDemand?: ChangeOnDemand | undefined;
  gatewayIds?: Array<string> | undefined;
  expiresAt?: string | null | undefined;
};

export type UpdatedGateway = {
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
  ikev2: {
    pools: {
      v4: string;
      v6: string;
    };
    deviceCount: number;
    certificateExpiresAt: string | null;
  } | null;
  revision: number;
  observed: {
    revision: number;
    sections: {
      wireguard?: SectionStatus | undefined;
      firewall?: SectionStatus | undefined;
      ikev2?: SectionStatus | undefined;
    };
    peerDigest: string;
    peerCount: number;
    versions: {
      agent: string;
      kernel?: string | undefined;
      wireguard?: string | undefined;
      nftables?: string | undefined;
      strongswan?: string | undefined;
    };
    ikev2?: Ikev2Observation | undefined;
    reportedAt: string;
  } | null;
  applied: "pending" | "applied" | "failed";
  createdAt: string;
  staleInProfiles: Array<"endpoint" | "routes" | "dns" | "mtu">;
};

export type UpdateGateway = {
  name?: string | undefined;
  endpoint?: ChangeEndpoint | undefined;
  routes?: Array<string> | undefined;
  dns?: Array<string> | undefined;
  mtu?: number | undefined;
  isolateClients?: boolean | undefined;
  ikev2?: boolean | undefined;
};

export type UpdateGroup = {
  name?: string | undefined;
};

export type UpdatePasskey = {
  name: string;
};

export type UpdateTenant = {
  name?: string | undefined;
  policy?: ChangePolicy | undefined;
};

export type UpdateUser = {
  name?: string | undefined;
  email?: string | null | undefined;
  role?: "owner" | "admin" | "auditor" | "member" | undefined;
};

export type UpdateWebhook = {
  url?: string | undefined;
  description?: string | undefined;
  operations?: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | null | undefined;
  batch?: number | undefined;
  enabled?: boolean | undefined;
  rotateSecret?: true | undefined;
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

export type Verification = {
  verified: number;
  from: number;
  to: number;
  head: number;
  anchors: number;
  fault: Fault | null;
  key: {
    kid: string;
    publicKey: string;
  };
};

export type Webhook = {
  id: string;
  url: string;
  description: string;
  operations: Array<"gateway.enroll" | "link.redeem" | "account.startSignIn" | "account.signIn" | "passkey.startSignIn" | "passkey.signIn" | "oidc.startSignIn" | "oidc.signIn" | "user.accept" | "me.get" | "account.update" | "account.delete" | "account.signOut" | "session.list" | "session.revoke" | "passkey.list" | "passkey.startCreate" | "passkey.create" | "passkey.update" | "passkey.delete" | "totp.signIn" | "totp.recover" | "totp.create" | "totp.confirm" | "totp.renewCodes" | "totp.delete" | "tenant.create" | "tenant.get" | "tenant.list" | "tenant.invite" | "tenant.suspend" | "tenant.resume" | "tenant.delete" | "tenant.restore" | "quota.get" | "quota.set" | "account.recover" | "sealing.list" | "sealing.renew" | "gateway.state" | "gateway.report" | "gateway.certify" | "gateway.revocations" | "audit.anchor" | "device.create" | "device.list" | "device.get" | "device.receipts" | "device.update" | "device.revoke" | "device.reissue" | "link.create" | "link.list" | "link.resend" | "link.revoke" | "user.list" | "user.get" | "group.list" | "group.get" | "gateway.list" | "gateway.get" | "apiKey.list" | "webhook.list" | "webhook.get" | "syslog.get" | "oidc.get" | "authority.list" | "mail.list" | "audit.list" | "audit.verify" | "audit.export" | "user.create" | "user.invite" | "user.update" | "user.suspend" | "user.resume" | "user.delete" | "group.create" | "group.update" | "group.delete" | "group.addMember" | "group.removeMember" | "gateway.create" | "gateway.update" | "gateway.renewToken" | "gateway.delete" | "apiKey.create" | "apiKey.revoke" | "webhook.create" | "webhook.update" | "webhook.delete" | "webhook.test" | "syslog.set" | "syslog.delete" | "tenant.update" | "tenant.export" | "oidc.set" | "oidc.delete" | "authority.rotate" | "authority.retire"> | null;
  batch: number;
  enabled: boolean;
  previousSecretUntil: string | null;
  state: OutletState;
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

export type SealingList = {
  items: Array<Sealing>;
  next: string | null;
};

export type UserList = {
  items: Array<User>;
  next: string | null;
};

export type GroupList = {
  items: Array<Group>;
  next: string | null;
};

export type ApiKeyList = {
  items: Array<ApiKey>;
  next: string | null;
};

export type SentMailList = {
  items: Array<SentMail>;
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

export type AuthorityList = {
  items: Array<Authority>;
  next: string | null;
};

export type LinkList = {
  items: Array<Link>;
  next: string | null;
};

export type RevisionList = {
  items: Array<Revision>;
  next: string | null;
};

export type WebhookList = {
  items: Array<Webhook>;
  next: string | null;
};

export type SessionList = {
  items: Array<Session>;
  next: string | null;
};

export type PasskeyList = {
  items: Array<Passkey>;
  next: string | null;
};

export interface Operations {
  /** Make a tenant with its owner */
  'tenant.create': {
    body: CreateTenant;
    idempotencyKey?: string | undefined;
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
  /** Change a tenant's name, and what it demands of its people (owners only) */
  'tenant.update': {
    params: {
      tenantId: string;
    };
    body?: UpdateTenant | undefined;
    ifMatch?: string | undefined;
    reply: Tenant;
  };
  /** Delete a tenant after some days of grace (owners and operator) */
  'tenant.delete': {
    params: {
      tenantId: string;
    };
    ifMatch?: string | undefined;
    reply: Tenant;
  };
  /** Count the sealed texts of every database by the key they name (operator only) */
  'sealing.list': {
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: SealingList;
  };
  /** Seal everything again with the newest key (operator only) */
  'sealing.renew': {
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: SealingList;
  };
  /** Let nobody of a tenant in, and say why (operator only) */
  'tenant.suspend': {
    params: {
      tenantId: string;
    };
    body: SuspendTenant;
    ifMatch?: string | undefined;
    reply: Tenant;
  };
  /** Take everything of a tenant away as JSON lines, but for secrets (owners only) */
  'tenant.export': {
    params: {
      tenantId: string;
    };
    reply: string;
  };
  /** Invite somebody by mail to make a tenant (operator only) */
  'tenant.invite': {
    body: InviteTenant;
    idempotencyKey?: string | undefined;
    reply: TenantInvitation;
  };
  /** End a suspension (operator only) */
  'tenant.resume': {
    params: {
      tenantId: string;
    };
    ifMatch?: string | undefined;
    reply: Tenant;
  };
  /** Take a deletion back in time */
  'tenant.restore': {
    params: {
      tenantId: string;
    };
    ifMatch?: string | undefined;
    reply: Tenant;
  };
  /** Read the tenant's quotas, and how much of each is used */
  'quota.get': {
    params: {
      tenantId: string;
    };
    reply: Array<Quota>;
  };
  /** Set quotas of the tenant; null goes back to the usual limit (operator only) */
  'quota.set': {
    params: {
      tenantId: string;
    };
    body?: SetQuotas | undefined;
    reply: Array<Quota>;
  };
  /** Add a user to the tenant */
  'user.create': {
    params: {
      tenantId: string;
    };
    body: CreateUser;
    idempotencyKey?: string | undefined;
    reply: User;
  };
  /** List the users, oldest first or by name */
  'user.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
      q?: string | undefined;
      role?: "owner" | "admin" | "auditor" | "member" | undefined;
      status?: "active" | "invited" | "suspended" | undefined;
      groupId?: string | undefined;
      sort?: "created" | "name" | undefined;
    } | undefined;
    reply: UserList;
  };
  /** Mail somebody an invitation, and make them a user if they are none yet */
  'user.invite': {
    params: {
      tenantId: string;
    };
    body?: InviteUser | undefined;
    idempotencyKey?: string | undefined;
    reply: User;
  };
  /** Read a user */
  'user.get': {
    params: {
      tenantId: string;
      userId: string;
    };
    reply: User;
  };
  /** Change a user's name, address or role */
  'user.update': {
    params: {
      tenantId: string;
      userId: string;
    };
    body?: UpdateUser | undefined;
    ifMatch?: string | undefined;
    reply: User;
  };
  /** Delete a user and revoke all their devices */
  'user.delete': {
    params: {
      tenantId: string;
      userId: string;
    };
    reply: undefined;
  };
  /** Cut a user and all their devices off, until they are resumed */
  'user.suspend': {
    params: {
      tenantId: string;
      userId: string;
    };
    reply: User;
  };
  /** Let a user back in; their devices work as before */
  'user.resume': {
    params: {
      tenantId: string;
      userId: string;
    };
    reply: User;
  };
  /** List the groups, oldest first; user.list says who is in one */
  'group.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: GroupList;
  };
  /** Make a group */
  'group.create': {
    params: {
      tenantId: string;
    };
    body: CreateGroup;
    idempotencyKey?: string | undefined;
    reply: Group;
  };
  /** Read a group */
  'group.get': {
    params: {
      tenantId: string;
      groupId: string;
    };
    reply: Group;
  };
  /** Rename a group */
  'group.update': {
    params: {
      tenantId: string;
      groupId: string;
    };
    body?: UpdateGroup | undefined;
    ifMatch?: string | undefined;
    reply: Group;
  };
  /** Delete a group; its members stay users */
  'group.delete': {
    params: {
      tenantId: string;
      groupId: string;
    };
    reply: undefined;
  };
  /** Put a user into a group */
  'group.addMember': {
    params: {
      tenantId: string;
      groupId: string;
      userId: string;
    };
    reply: undefined;
  };
  /** Take a user out of a group */
  'group.removeMember': {
    params: {
      tenantId: string;
      groupId: string;
      userId: string;
    };
    reply: undefined;
  };
  /** List the API keys, oldest first, without the keys themselves */
  'apiKey.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: ApiKeyList;
  };
  /** Make an API key, and show it this once */
  'apiKey.create': {
    params: {
      tenantId: string;
    };
    body: CreateApiKey;
    idempotencyKey?: string | undefined;
    reply: CreatedApiKey;
  };
  /** Make an API key useless */
  'apiKey.revoke': {
    params: {
      tenantId: string;
      apiKeyId: string;
    };
    reply: ApiKey;
  };
  /** List the mails that went out in the tenant's name, newest first */
  'mail.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
      about?: string | undefined;
    } | undefined;
    reply: SentMailList;
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
  /** Make a gateway and the token with which its VM enrols */
  'gateway.create': {
    params: {
      tenantId: string;
    };
    body: CreateGateway;
    idempotencyKey?: string | undefined;
    reply: CreatedGateway;
  };
  /** Read a gateway and what its agent reported last */
  'gateway.get': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    reply: Gateway;
  };
  /** Change a gateway; its agent applies it as soon as it hears of it */
  'gateway.update': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    body?: UpdateGateway | undefined;
    ifMatch?: string | undefined;
    reply: UpdatedGateway;
  };
  /** Delete a gateway; its devices stay with their other gateways */
  'gateway.delete': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    reply: undefined;
  };
  /** Let another VM take the gateway's place, and give the token with which it enrols */
  'gateway.renewToken': {
    params: {
      tenantId: string;
      gatewayId: string;
    };
    idempotencyKey?: string | undefined;
    reply: CreatedGateway;
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
    idempotencyKey?: string | undefined;
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
  /** Change a device's name, platform, on-demand rules or gateways */
  'device.update': {
    params: {
      tenantId: string;
      deviceId: string;
    };
    body?: UpdateDevice | undefined;
    ifMatch?: string | undefined;
    reply: Device;
  };
  /** Read which gateways have signed that they cut the device off */
  'device.receipts': {
    params: {
      tenantId: string;
      deviceId: string;
    };
    reply: DeviceReceipts;
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
  /** List the certificate authorities, oldest first */
  'authority.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: AuthorityList;
  };
  /** Make a new authority in the place of one */
  'authority.rotate': {
    params: {
      tenantId: string;
      authorityId: string;
    };
    idempotencyKey?: string | undefined;
    reply: Authority;
  };
  /** Trust an authority no more, and cut devices whose certificate it issued */
  'authority.retire': {
    params: {
      tenantId: string;
      authorityId: string;
    };
    reply: Authority;
  };
  /** Make an address that gives out a device's profile once, or opens a user's page */
  'link.create': {
    params: {
      tenantId: string;
    };
    body?: CreateLink | undefined;
    idempotencyKey?: string | undefined;
    reply: CreatedLink;
  };
  /** List the links and what became of them, newest first */
  'link.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
      deviceId?: string | undefined;
      userId?: string | undefined;
    } | undefined;
    reply: LinkList;
  };
  /** Mail a link anew, with a new secret, and close the old one */
  'link.resend': {
    params: {
      tenantId: string;
      linkId: string;
    };
    idempotencyKey?: string | undefined;
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
  /** Read the tenant's log of changes, newest first */
  'audit.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
      operation?: string | undefined;
      actor?: string | undefined;
      subject?: string | undefined;
      from?: string | undefined;
      to?: string | undefined;
    } | undefined;
    reply: RevisionList;
  };
  /** Check that no revision was altered, removed or put elsewhere */
  'audit.verify': {
    params: {
      tenantId: string;
    };
    query?: {
      from?: number | undefined;
    } | undefined;
    reply: Verification;
  };
  /** Take the log away as JSON lines, oldest first */
  'audit.export': {
    params: {
      tenantId: string;
    };
    query?: {
      since?: number | undefined;
    } | undefined;
    reply: string;
  };
  /** List the webhooks and how far each has come, oldest first */
  'webhook.list': {
    params: {
      tenantId: string;
    };
    query?: {
      limit?: number | undefined;
      cursor?: string | undefined;
    } | undefined;
    reply: WebhookList;
  };
  /** Have changes sent to an address, signed as Standard Webhooks says */
  'webhook.create': {
    params: {
      tenantId: string;
    };
    body: CreateWebhook;
    idempotencyKey?: string | undefined;
    reply: IssuedWebhook;
  };
  /** Read a webhook and how far it has come */
  'webhook.get': {
    params: {
      tenantId: string;
      webhookId: string;
    };
    reply: Webhook;
  };
  /** Change a webhook, switch it off or on, or replace its secret */
  'webhook.update': {
    params: {
      tenantId: string;
      webhookId: string;
    };
    body?: UpdateWebhook | undefined;
    ifMatch?: string | undefined;
    reply: IssuedWebhook;
  };
  /** Remove a webhook */
  'webhook.delete': {
    params: {
      tenantId: string;
      webhookId: string;
    };
    reply: undefined;
  };
  /** Send a test event now, and say what became of it */
  'webhook.test': {
    params: {
      tenantId: string;
      webhookId: string;
    };
    reply: TestedWebhook;
  };
  /** Read the syslog server and how far it has come */
  'syslog.get': {
    params: {
      tenantId: string;
    };
    reply: Syslog;
  };
  /** Have changes sent to a syslog server over TLS (RFC 5424, RFC 5425) */
  'syslog.set': {
    params: {
      tenantId: string;
    };
    body: SetSyslog;
    ifMatch?: string | undefined;
    reply: Syslog;
  };
  /** Send no more to the syslog server */
  'syslog.delete': {
    params: {
      tenantId: string;
    };
    reply: undefined;
  };
  /** Ask for a mail with a code and a link to sign in with */
  'account.startSignIn': {
    body: StartSignIn;
    reply: StartedSignIn;
  };
  /** Sign in with the code that the mail shows, or the secret that its link carries */
  'account.signIn': {
    body: SignIn;
    reply: SignedIn;
  };
  /** End the session that asks */
  'account.signOut': {
    body?: Record<string, never> | undefined;
    reply: undefined;
  };
  /** Accept an invitation to a tenant; it shows that you read the mail of your address */
  'user.accept': {
    body: AcceptInvitation;
    reply: SignedIn;
  };
  /** Read who asks: the account and its tenants, or the key and its bounds */
  'me.get': {
    reply: Me;
  };
  /** Change the name of the account */
  'account.update': {
    body: UpdateAccount;
    reply: Account;
  };
  /** Delete the account; the users that it was stay in their tenants */
  'account.delete': {
    reply: undefined;
  };
  /** Take an account's factors and sessions away, and get a link into it (operator only) */
  'account.recover': {
    body: RecoverAccount;
    reply: RecoveredAccount;
  };
  /** List where the account is signed in */
  'session.list': {
    reply: SessionList;
  };
  /** End a session; its token is good no more */
  'session.revoke': {
    params: {
      sessionId: string;
    };
    reply: undefined;
  };
  /** Begin to sign in with a passkey */
  'passkey.startSignIn': {
    body?: Record<string, never> | undefined;
    reply: StartedPasskey;
  };
  /** Sign in with what the passkey answered */
  'passkey.signIn': {
    body: SignInByPasskey;
    reply: SignedIn;
  };
  /** Begin to add a passkey to the account */
  'passkey.startCreate': {
    body?: Record<string, never> | undefined;
    reply: StartedPasskey;
  };
  /** Add the passkey that the browser has made */
  'passkey.create': {
    body: CreatePasskey;
    reply: CreatedPasskey;
  };
  /** List the account's passkeys */
  'passkey.list': {
    reply: PasskeyList;
  };
  /** Give a passkey another name */
  'passkey.update': {
    params: {
      passkeyId: string;
    };
    body: UpdatePasskey;
    reply: Passkey;
  };
  /** Remove a passkey from the account */
  'passkey.delete': {
    params: {
      passkeyId: string;
    };
    reply: undefined;
  };
  /** Where the identity provider sends the browser back to */
  'oidc.signIn': {
    query?: {
      code?: string | undefined;
      state?: string | undefined;
      iss?: string | undefined;
      error?: string | undefined;
    } | undefined;
    reply: never;
  };
  /** Go to the tenant's identity provider to sign in; for browsers */
  'oidc.startSignIn': {
    params: {
      slug: string;
    };
    query?: {
      return?: string | undefined;
    } | undefined;
    reply: never;
  };
  /** Read the tenant's identity provider */
  'oidc.get': {
    params: {
      tenantId: string;
    };
    reply: Oidc;
  };
  /** Set the identity provider through which people come in */
  'oidc.set': {
    params: {
      tenantId: string;
    };
    body: SetOidc;
    ifMatch?: string | undefined;
    reply: Oidc;
  };
  /** Remove the identity provider; sessions that it vouched for end */
  'oidc.delete': {
    params: {
      tenantId: string;
    };
    ifMatch?: string | undefined;
    reply: undefined;
  };
  /** Add the second factor to the session that asks; its token changes */
  'totp.signIn': {
    body: TotpCode;
    reply: SignedIn;
  };
  /** The same with a recovery code, which is used up */
  'totp.recover': {
    body: RecoveryCode;
    reply: SignedIn;
  };
  /** Make a secret for an authenticator; it counts once it is confirmed */
  'totp.create': {
    body?: Record<string, never> | undefined;
    reply: CreatedTotp;
  };
  /** Remove one-time codes and recovery codes from the account */
  'totp.delete': {
    reply: undefined;
  };
  /** Show that the authenticator has the secret, and get recovery codes */
  'totp.confirm': {
    body: TotpCode;
    reply: ConfirmedTotp;
  };
  /** Replace all recovery codes */
  'totp.renewCodes': {
    body?: Record<string, never> | undefined;
    reply: RecoveryCodes;
  };
  /** Wait for desired state newer than `since` */
  'gateway.state': {
    query?: {
      since?: number | undefined;
      wait?: number | undefined;
    } | undefined;
    reply: string | undefined;
  };
  /** Get a certificate for the gateway's IKE key */
  'gateway.certify': {
    body: CertificateRequest;
    reply: IssuedCertificate;
  };
  /** Read an authority's list of revoked certificates */
  'gateway.revocations': {
    params: {
      authorityId: string;
    };
    reply: string;
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
  'tenant.update': ['PATCH', '/v1/tenants/{tenantId}'],
  'tenant.delete': ['DELETE', '/v1/tenants/{tenantId}'],
  'sealing.list': ['GET', '/v1/sealing'],
  'sealing.renew': ['POST', '/v1/sealing/renew'],
  'tenant.suspend': ['POST', '/v1/tenants/{tenantId}/suspend'],
  'tenant.export': ['GET', '/v1/tenants/{tenantId}/export'],
  'tenant.invite': ['POST', '/v1/tenant-invitations'],
  'tenant.resume': ['POST', '/v1/tenants/{tenantId}/resume'],
  'tenant.restore': ['POST', '/v1/tenants/{tenantId}/restore'],
  'quota.get': ['GET', '/v1/tenants/{tenantId}/quotas'],
  'quota.set': ['PUT', '/v1/tenants/{tenantId}/quotas'],
  'user.create': ['POST', '/v1/tenants/{tenantId}/users'],
  'user.list': ['GET', '/v1/tenants/{tenantId}/users'],
  'user.invite': ['POST', '/v1/tenants/{tenantId}/invitations'],
  'user.get': ['GET', '/v1/tenants/{tenantId}/users/{userId}'],
  'user.update': ['PATCH', '/v1/tenants/{tenantId}/users/{userId}'],
  'user.delete': ['DELETE', '/v1/tenants/{tenantId}/users/{userId}'],
  'user.suspend': ['POST', '/v1/tenants/{tenantId}/users/{userId}/suspend'],
  'user.resume': ['POST', '/v1/tenants/{tenantId}/users/{userId}/resume'],
  'group.list': ['GET', '/v1/tenants/{tenantId}/groups'],
  'group.create': ['POST', '/v1/tenants/{tenantId}/groups'],
  'group.get': ['GET', '/v1/tenants/{tenantId}/groups/{groupId}'],
  'group.update': ['PATCH', '/v1/tenants/{tenantId}/groups/{groupId}'],
  'group.delete': ['DELETE', '/v1/tenants/{tenantId}/groups/{groupId}'],
  'group.addMember': ['PUT', '/v1/tenants/{tenantId}/groups/{groupId}/members/{userId}'],
  'group.removeMember': ['DELETE', '/v1/tenants/{tenantId}/groups/{groupId}/members/{userId}'],
  'apiKey.list': ['GET', '/v1/tenants/{tenantId}/api-keys'],
  'apiKey.create': ['POST', '/v1/tenants/{tenantId}/api-keys'],
  'apiKey.revoke': ['POST', '/v1/tenants/{tenantId}/api-keys/{apiKeyId}/revoke'],
  'mail.list': ['GET', '/v1/tenants/{tenantId}/mails'],
  'gateway.list': ['GET', '/v1/tenants/{tenantId}/gateways'],
  'gateway.create': ['POST', '/v1/tenants/{tenantId}/gateways'],
  'gateway.get': ['GET', '/v1/tenants/{tenantId}/gateways/{gatewayId}'],
  'gateway.update': ['PATCH', '/v1/tenants/{tenantId}/gateways/{gatewayId}'],
  'gateway.delete': ['DELETE', '/v1/tenants/{tenantId}/gateways/{gatewayId}'],
  'gateway.renewToken': ['POST', '/v1/tenants/{tenantId}/gateways/{gatewayId}/renew-token'],
  'device.list': ['GET', '/v1/tenants/{tenantId}/devices'],
  'device.create': ['POST', '/v1/tenants/{tenantId}/devices'],
  'device.get': ['GET', '/v1/tenants/{tenantId}/devices/{deviceId}'],
  'device.update': ['PATCH', '/v1/tenants/{tenantId}/devices/{deviceId}'],
  'device.receipts': ['GET', '/v1/tenants/{tenantId}/devices/{deviceId}/receipts'],
  'device.revoke': ['POST', '/v1/tenants/{tenantId}/devices/{deviceId}/revoke'],
  'device.reissue': ['POST', '/v1/tenants/{tenantId}/devices/{deviceId}/reissue'],
  'authority.list': ['GET', '/v1/tenants/{tenantId}/authorities'],
  'authority.rotate': ['POST', '/v1/tenants/{tenantId}/authorities/{authorityId}/rotate'],
  'authority.retire': ['POST', '/v1/tenants/{tenantId}/authorities/{authorityId}/retire'],
  'link.create': ['POST', '/v1/tenants/{tenantId}/links'],
  'link.list': ['GET', '/v1/tenants/{tenantId}/links'],
  'link.resend': ['POST', '/v1/tenants/{tenantId}/links/{linkId}/resend'],
  'link.revoke': ['POST', '/v1/tenants/{tenantId}/links/{linkId}/revoke'],
  'link.redeem': ['POST', '/v1/links/redeem'],
  'audit.list': ['GET', '/v1/tenants/{tenantId}/audit'],
  'audit.verify': ['GET', '/v1/tenants/{tenantId}/audit/verify'],
  'audit.export': ['GET', '/v1/tenants/{tenantId}/audit/export'],
  'webhook.list': ['GET', '/v1/tenants/{tenantId}/webhooks'],
  'webhook.create': ['POST', '/v1/tenants/{tenantId}/webhooks'],
  'webhook.get': ['GET', '/v1/tenants/{tenantId}/webhooks/{webhookId}'],
  'webhook.update': ['PATCH', '/v1/tenants/{tenantId}/webhooks/{webhookId}'],
  'webhook.delete': ['DELETE', '/v1/tenants/{tenantId}/webhooks/{webhookId}'],
  'webhook.test': ['POST', '/v1/tenants/{tenantId}/webhooks/{webhookId}/test'],
  'syslog.get': ['GET', '/v1/tenants/{tenantId}/syslog'],
  'syslog.set': ['PUT', '/v1/tenants/{tenantId}/syslog'],
  'syslog.delete': ['DELETE', '/v1/tenants/{tenantId}/syslog'],
  'account.startSignIn': ['POST', '/v1/sign-in/mail'],
  'account.signIn': ['POST', '/v1/sign-in/mail/verify'],
  'account.signOut': ['POST', '/v1/sign-out'],
  'user.accept': ['POST', '/v1/sign-in/invitation'],
  'me.get': ['GET', '/v1/me'],
  'account.update': ['PATCH', '/v1/me'],
  'account.delete': ['DELETE', '/v1/me'],
  'account.recover': ['POST', '/v1/accounts/recover'],
  'session.list': ['GET', '/v1/me/sessions'],
  'session.revoke': ['DELETE', '/v1/me/sessions/{sessionId}'],
  'passkey.startSignIn': ['POST', '/v1/sign-in/passkey/start'],
  'passkey.signIn': ['POST', '/v1/sign-in/passkey'],
  'passkey.startCreate': ['POST', '/v1/me/passkey-challenges'],
  'passkey.create': ['POST', '/v1/me/passkeys'],
  'passkey.list': ['GET', '/v1/me/passkeys'],
  'passkey.update': ['PATCH', '/v1/me/passkeys/{passkeyId}'],
  'passkey.delete': ['DELETE', '/v1/me/passkeys/{passkeyId}'],
  'oidc.signIn': ['GET', '/v1/sign-in/oidc/callback'],
  'oidc.startSignIn': ['GET', '/v1/sign-in/oidc/start/{slug}'],
  'oidc.get': ['GET', '/v1/tenants/{tenantId}/oidc'],
  'oidc.set': ['PUT', '/v1/tenants/{tenantId}/oidc'],
  'oidc.delete': ['DELETE', '/v1/tenants/{tenantId}/oidc'],
  'totp.signIn': ['POST', '/v1/sign-in/totp'],
  'totp.recover': ['POST', '/v1/sign-in/recovery'],
  'totp.create': ['POST', '/v1/me/totp'],
  'totp.delete': ['DELETE', '/v1/me/totp'],
  'totp.confirm': ['POST', '/v1/me/totp/confirm'],
  'totp.renewCodes': ['POST', '/v1/me/totp/recovery-codes'],
  'gateway.state': ['GET', '/v1/agent/state'],
  'gateway.certify': ['POST', '/v1/agent/certificate'],
  'gateway.revocations': ['GET', '/v1/agent/revocations/{authorityId}'],
  'gateway.enroll': ['POST', '/v1/agent/enroll'],
  'gateway.report': ['POST', '/v1/agent/report'],
} as const;
