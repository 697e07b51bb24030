// Which operations there are and who may do them. An operation's name is its permission.

export const operations = [
  'tenant.create',
  'tenant.get',
  'tenant.list',
  'user.create',
  'user.list',
  'gateway.create',
  'gateway.list',
  'gateway.get',
  'gateway.delete',
  'gateway.enroll',
  'gateway.state',
  'gateway.report',
  'device.create',
  'device.list',
  'device.get',
  'device.revoke',
  'device.reissue',
  'link.create',
  'link.redeem',
  'link.revoke',
  'revision.list',
] as const;

export type Operation = (typeof operations)[number];

export const roles = ['owner', 'admin', 'auditor', 'member'] as const;
export type Role = (typeof roles)[number];

/**
 * Who asks. `anonymous` may only do what a secret in the request itself allows (an enrolment token,
 * a link, the set-up link).
 */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'operator' }
  | { kind: 'key'; tenantId: string; keyId: string; role: Role }
  | { kind: 'agent'; tenantId: string; gatewayId: string };

const reads: readonly Operation[] = [
  'tenant.get',
  'user.list',
  'gateway.list',
  'gateway.get',
  'device.list',
  'device.get',
  'revision.list',
];
const changes: readonly Operation[] = [
  'user.create',
  'gateway.create',
  'gateway.delete',
  'device.create',
  'device.revoke',
  'device.reissue',
  'link.create',
  'link.revoke',
];

const byRole: Record<Role, ReadonlySet<Operation>> = {
  owner: new Set([...reads, ...changes]),
  admin: new Set([...reads, ...changes]),
  auditor: new Set(reads),
  member: new Set(['tenant.get']),
};
const byKind = {
  anonymous: new Set<Operation>(['gateway.enroll', 'link.redeem']),
  operator: new Set<Operation>(['tenant.create', 'tenant.get', 'tenant.list']),
  agent: new Set<Operation>(['gateway.state', 'gateway.report']),
};

/** Whether the principal's kind or role allows the operation. Tenancy is checked apart. */
export function may(principal: Principal, operation: Operation): boolean {
  if (byKind.anonymous.has(operation)) return true;
  if (principal.kind === 'key') return byRole[principal.role].has(operation);
  return byKind[principal.kind].has(operation);
}
