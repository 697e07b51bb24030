// The doors: who may do an operation at all, and who may do it in this tenant.

import { isTwoFactors } from '../model/account.ts';
import { SallyportError } from '../model/errors.ts';
import {
  type KeyBounds,
  may,
  needsFactor,
  type Operation,
  type Principal,
  roleMay,
} from '../model/permissions.ts';
import { actorOf } from './commit.ts';
import { enterAsMember } from './member.ts';
import { spendOfTenant } from './rate-limit.ts';
import {
  type Caller,
  type Reach,
  type SessionPrincipal,
  type Standing,
  type TenantScope,
  wholeTenant,
} from './services.ts';
import { standingOf } from './standing.ts';

function forbidden(operation: Operation, wayOut: string): SallyportError {
  return new SallyportError('forbidden', `This credential may not do ${operation}.`, { wayOut });
}

function factorToCome(): SallyportError {
  return new SallyportError('second_factor_required', 'Your second factor is yet to come.', {
    wayOut: 'Give the code that your authenticator shows, or one of your recovery codes.',
  });
}

/** @throws SallyportError `unauthenticated`, `forbidden` or `second_factor_required` */
export function authorize({ principal }: Caller, operation: Operation): void {
  if (principal.kind === 'session' && principal.awaitsFactor && needsFactor(operation))
    throw factorToCome();
  if (may(principal, operation)) return;
  if (principal.kind === 'anonymous')
    throw new SallyportError('unauthenticated', `${operation} needs a credential.`, {
      wayOut: 'Sign in, or send "Authorization: Bearer" with your key.',
    });
  throw forbidden(operation, 'Ask an owner of the tenant for a key whose role allows it.');
}

/** What may be done in a tenant that does not stand as usual; everything else has to wait. */
const whileDeleting: ReadonlySet<Operation> = new Set([
  'tenant.get',
  'tenant.restore',
  'tenant.export',
]);

/** @throws SallyportError `tenant_suspended` or `tenant_deleting` */
export function refuseByStanding({ status }: Pick<Standing, 'status'>, operation: Operation): void {
  if (status === 'suspended' && operation !== 'tenant.get')
    throw new SallyportError('tenant_suspended', 'The operator has suspended this tenant.', {
      wayOut: 'Gateways keep what they have. Ask the operator of this control plane.',
    });
  if (status === 'deleting' && !whileDeleting.has(operation))
    throw new SallyportError('tenant_deleting', 'This tenant is being deleted.', {
      wayOut: 'An owner or the operator may restore it until its day has come.',
    });
}

/** What the tenant asks of those who sign in. */
function refuseByPolicy({ policy }: Standing, { methods }: SessionPrincipal): void {
  if (policy.signIn === 'oidc' && !methods.includes('oidc') && !methods.includes('operator'))
    throw new SallyportError('sign_in_required', 'This tenant wants its single sign-on.', {
      wayOut: "Sign in through the tenant's identity provider.",
    });
  if (policy.secondFactor === 'required' && !isTwoFactors(methods))
    throw new SallyportError('second_factor_required', 'This tenant wants a second factor.', {
      wayOut: 'Add a passkey or one-time codes to your account, and sign in with them.',
    });
}

function noTenant(tenantId: string): SallyportError {
  return new SallyportError('not_found', `There is no tenant ${tenantId}.`, {
    wayOut: 'Use a tenant that you belong to.',
  });
}

function belongs(principal: Principal, tenantId: string): boolean {
  if (principal.kind === 'key' || principal.kind === 'agent')
    return principal.tenantId === tenantId;
  if (principal.kind === 'session')
    return principal.tenantId === null || principal.tenantId === tenantId;
  return principal.kind === 'operator';
}

function reachOfKey({ groupIds, gatewayIds }: KeyBounds): Reach {
  return { userId: null, groupIds, gatewayIds };
}

async function enterBySession(
  caller: Caller,
  principal: SessionPrincipal,
  operation: Operation,
  base: Pick<TenantScope, 'tenantId' | 'db'>,
): Promise<TenantScope> {
  const entered = await enterAsMember(caller, principal, base, (standing) => {
    refuseByPolicy(standing, principal);
  });
  if (!entered) throw noTenant(base.tenantId);
  const { standing, userId, role } = entered;
  if (!roleMay(role, operation))
    throw forbidden(operation, `You are ${role} here. Ask an owner of the tenant.`);
  refuseByStanding(standing, operation);
  await spendOfTenant(caller, base.tenantId, standing);
  const reach = role === 'member' ? { ...wholeTenant, userId } : wholeTenant;
  return { ...caller, ...base, actor: userId, userId, role, reach };
}

/**
 * The active user of the tenant whom the caller has signed in as, or undefined when they are nobody
 * there. For what a link or the like opens, and the user's role does not.
 * @throws SallyportError what the tenant's policy asks for
 */
export async function signedInUser(
  caller: Caller,
  base: Pick<TenantScope, 'tenantId' | 'db'>,
): Promise<string | undefined> {
  const { principal } = caller;
  if (principal.kind !== 'session' || !belongs(principal, base.tenantId)) return undefined;
  if (principal.awaitsFactor) throw factorToCome();
  const entered = await enterAsMember(caller, principal, base, (standing) => {
    refuseByPolicy(standing, principal);
  });
  return entered?.userId;
}

/**
 * Lets the caller into a tenant. Another tenant and no tenant give the same answer.
 * @throws SallyportError `unauthenticated`, `forbidden`, `not_found`, `tenant_*`, and what the
 * tenant's policy asks for
 */
export async function enterTenant(
  caller: Caller,
  operation: Operation,
  tenantId: string,
): Promise<TenantScope> {
  authorize(caller, operation);
  const { principal, services } = caller;
  const db = belongs(principal, tenantId) ? await services.tenants.open(tenantId) : undefined;
  if (!db) throw noTenant(tenantId);
  const base = { tenantId, db };
  if (principal.kind === 'session') return enterBySession(caller, principal, operation, base);
  const scope = { ...caller, ...base, actor: actorOf(principal), reach: wholeTenant };
  if (principal.kind !== 'key') return scope;
  const standing = await standingOf(services, tenantId, db);
  refuseByStanding(standing, operation);
  await spendOfTenant(caller, tenantId, standing);
  return { ...scope, role: principal.role, reach: reachOfKey(principal) };
}

/** @throws SallyportError `precondition_failed` when the caller saw an older state than there is */
export function requireMatch({ ifMatch }: Caller, revision: number): void {
  if (ifMatch === undefined || ifMatch === revision) return;
  throw new SallyportError(
    'precondition_failed',
    `It was changed meanwhile: it is at revision ${revision}, not ${ifMatch}.`,
    { wayOut: 'Read it again, and repeat your change with the ETag that you get.' },
  );
}
