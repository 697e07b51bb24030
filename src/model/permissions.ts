// Which operations there are and who may do them. An operation's name is its permission.

import type { SignInMethod } from './account.ts';

/** What anybody may ask: the request itself holds the secret, or there is none. */
const anonymousOperations = [
  'gateway.enroll',
  'link.redeem',
  'account.startSignIn',
  'account.signIn',
  'passkey.startSignIn',
  'passkey.signIn',
  'oidc.startSignIn',
  'oidc.signIn',
  'user.accept',
] as const;

/** What an account does for itself, whatever its tenants. */
const accountOperations = [
  'me.get',
  'account.update',
  'account.delete',
  'account.signOut',
  'session.list',
  'session.revoke',
  'passkey.list',
  'passkey.startCreate',
  'passkey.create',
  'passkey.update',
  'passkey.delete',
  'totp.signIn',
  'totp.recover',
  'totp.create',
  'totp.confirm',
  'totp.renewCodes',
  'totp.delete',
] as const;

const operatorOperations = [
  'tenant.create',
  'tenant.get',
  'tenant.list',
  'tenant.invite',
  'tenant.suspend',
  'tenant.resume',
  'tenant.delete',
  'tenant.restore',
  'quota.get',
  'quota.set',
  'account.recover',
  'sealing.list',
  'sealing.renew',
] as const;

/** What Sallyport does by itself and writes into a tenant's log. */
export const systemOperations = ['audit.anchor'] as const;

const agentOperations = [
  'gateway.state',
  'gateway.report',
  'gateway.certify',
  'gateway.revocations',
] as const;

/** What every user may; of devices and links their own alone. */
const memberOperations = [
  'tenant.get',
  'device.create',
  'device.list',
  'device.get',
  'device.receipts',
  'device.update',
  'device.revoke',
  'device.reissue',
  'link.create',
  'link.list',
  'link.resend',
  'link.revoke',
] as const;

const readOperations = [
  'tenant.get',
  'user.list',
  'user.get',
  'group.list',
  'group.get',
  'gateway.list',
  'gateway.get',
  'device.list',
  'device.get',
  'device.receipts',
  'link.list',
  'apiKey.list',
  'quota.get',
  'webhook.list',
  'webhook.get',
  'syslog.get',
  'oidc.get',
  'authority.list',
  'mail.list',
  'audit.list',
  'audit.verify',
  'audit.export',
] as const;

const changeOperations = [
  'user.create',
  'user.invite',
  'user.update',
  'user.suspend',
  'user.resume',
  'user.delete',
  'group.create',
  'group.update',
  'group.delete',
  'group.addMember',
  'group.removeMember',
  'gateway.create',
  'gateway.update',
  'gateway.renewToken',
  'gateway.delete',
  'device.create',
  'device.update',
  'device.revoke',
  'device.reissue',
  'link.create',
  'link.resend',
  'link.revoke',
  'apiKey.create',
  'apiKey.revoke',
  'webhook.create',
  'webhook.update',
  'webhook.delete',
  'webhook.test',
  'syslog.set',
  'syslog.delete',
] as const;

const ownerOperations = [
  'tenant.update',
  'tenant.delete',
  'tenant.restore',
  'tenant.export',
  'oidc.set',
  'oidc.delete',
  'authority.rotate',
  'authority.retire',
] as const;

export const operations = [
  ...new Set([
    ...anonymousOperations,
    ...accountOperations,
    ...operatorOperations,
    ...agentOperations,
    ...systemOperations,
    ...memberOperations,
    ...readOperations,
    ...changeOperations,
    ...ownerOperations,
  ]),
] as const;

export type Operation = (typeof operations)[number];

export const roles = ['owner', 'admin', 'auditor', 'member'] as const;
export type Role = (typeof roles)[number];

/**
 * Who asks. `anonymous` may only do what a secret in the request itself allows (an enrolment token,
 * a link, the set-up link). What a session may do in a tenant its user's role says there.
 */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'operator' }
  | {
      kind: 'session';
      accountId: string;
      sessionId: string;
      methods: readonly SignInMethod[];
      /** The only tenant it is good in; null for all of the account's. */
      tenantId: string | null;
      /** Whether the account's second factor is yet to come. Until then it is good for little. */
      awaitsFactor: boolean;
      /** When its token is due to be replaced; Unix time in milliseconds. */
      rotateAt: number;
    }
  | ({ kind: 'key'; tenantId: string; keyId: string; role: Role } & KeyBounds)
  /** With the key that it signed with: another VM may become the gateway. */
  | { kind: 'agent'; tenantId: string; gatewayId: string; identityKey: string };

/** What a key may not go beyond; null does not bound it. */
export interface KeyBounds {
  permissions: readonly Operation[] | null;
  groupIds: readonly string[] | null;
  gatewayIds: readonly string[] | null;
}

const byRole: Record<Role, ReadonlySet<Operation>> = {
  owner: new Set([...readOperations, ...changeOperations, ...ownerOperations]),
  admin: new Set([...readOperations, ...changeOperations]),
  auditor: new Set(readOperations),
  member: new Set(memberOperations),
};
const anonymous = new Set<Operation>(anonymousOperations);
const ofAccounts = new Set<Operation>(accountOperations);
const ofOperator = new Set<Operation>(operatorOperations);
const ofAgents = new Set<Operation>(agentOperations);

/** What an account may try: its user's role decides in the tenant. `tenant.create` has its own. */
const inTenants = new Set<Operation>([
  ...memberOperations,
  ...readOperations,
  ...changeOperations,
  ...ownerOperations,
  'tenant.create',
]);

/** What a session may do before the second factor that its account has. */
const beforeFactor = new Set<Operation>([
  'me.get',
  'totp.signIn',
  'totp.recover',
  'account.signOut',
]);

/** Whether a session that awaits its second factor has to wait with this. */
export function needsFactor(operation: Operation): boolean {
  return !beforeFactor.has(operation) && !anonymous.has(operation);
}

export function isAnonymous(operation: Operation): boolean {
  return anonymous.has(operation);
}

/** Whether the operation concerns the caller's account and no tenant. */
export function isOfAccount(operation: Operation): boolean {
  return ofAccounts.has(operation);
}

/** Whether a role allows the operation. */
export function roleMay(role: Role, operation: Operation): boolean {
  return byRole[role].has(operation);
}

/** Whether all that `other` may do, `role` may do as well: nobody hands out more than they have. */
export function roleCovers(role: Role, other: Role): boolean {
  return [...byRole[other]].every((operation) => byRole[role].has(operation));
}

/** Whether the principal may try the operation at all. Tenancy is checked apart. */
export function may(principal: Principal, operation: Operation): boolean {
  if (anonymous.has(operation)) return true;
  switch (principal.kind) {
    case 'anonymous':
      return false;
    case 'operator':
      return operation === 'me.get' || ofOperator.has(operation);
    case 'agent':
      return ofAgents.has(operation);
    case 'session':
      return ofAccounts.has(operation) || inTenants.has(operation);
    case 'key':
      return (
        operation === 'me.get' ||
        (roleMay(principal.role, operation) &&
          (principal.permissions === null || principal.permissions.includes(operation)))
      );
  }
}
