// tenant.update: its name, and what it demands of its people. Nobody locks themselves out by it.

import { eq } from 'drizzle-orm';
import { oidc } from '../../db/schema/tenant-outlets.ts';
import { isTwoFactors } from '../../model/account.ts';
import { SallyportError } from '../../model/errors.ts';
import { defaultPolicy } from '../../model/policy.ts';
import { changesOf } from '../../model/revision.ts';
import type { Tenant, TenantPolicy, UpdateTenant } from '../../model/tenant.ts';
import type { TenantScope } from '../services.ts';
import { changeTenant } from './change.ts';

async function refuseWithoutProvider({ db }: TenantScope): Promise<void> {
  const working = db.build.select({ id: oidc.id }).from(oidc).where(eq(oidc.enabled, true));
  const [rows] = await db.run(working);
  if (rows.length > 0) return;
  throw new SallyportError('invalid_input', 'There is no identity provider to sign in with.', {
    wayOut: 'Set one up first (oidc.set), enable it, and sign in through it.',
    problems: [{ field: 'policy.signIn', rule: 'must be "any" without an identity provider' }],
  });
}

/** A key is not asked how it signed in; a session would not get in again. */
function refuseLockOut({ principal }: TenantScope, policy: TenantPolicy): void {
  if (principal.kind !== 'session') return;
  const { methods } = principal;
  if (policy.signIn === 'oidc' && !methods.includes('oidc'))
    throw new SallyportError('sign_in_required', 'This would lock you out yourself.', {
      wayOut: 'Sign in through the identity provider: that proves that it works. Then try again.',
    });
  if (policy.secondFactor === 'required' && !isTwoFactors(methods))
    throw new SallyportError('second_factor_required', 'This would lock you out yourself.', {
      wayOut: 'Add a passkey or one-time codes to your account, sign in with them, try again.',
    });
}

/** A field that is there as undefined was not given. */
function given(policy: UpdateTenant['policy'] = {}): Partial<TenantPolicy> {
  return Object.fromEntries(Object.entries(policy).filter(([, value]) => value !== undefined));
}

export async function updateTenant(scope: TenantScope, input: UpdateTenant): Promise<Tenant> {
  return changeTenant(scope, 'tenant.update', async (row) => {
    const name = input.name ?? row.name;
    const before = { ...defaultPolicy, ...row.policy };
    const policy = { ...before, ...given(input.policy) };
    const demands = changesOf(before, policy, ['secondFactor', 'linkRedemption', 'signIn']);
    const ofGateways = changesOf(before, policy, ['withoutRevocations']);
    const renamed = changesOf<{ name: string }>(row, { name }, ['name']);
    const summary = { ...renamed, ...demands, ...ofGateways };
    if (Object.keys(summary).length === 0) return undefined;
    if (Object.keys(demands).length > 0) {
      if (demands['signIn.after'] === 'oidc') await refuseWithoutProvider(scope);
      refuseLockOut(scope, policy);
    }
    const tellsIkev2 = Object.keys(ofGateways).length > 0;
    return { set: { name, policy }, summary, tellsIkev2 };
  });
}
