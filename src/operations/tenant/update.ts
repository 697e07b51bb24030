// tenant.update: its name, and what it demands of its people. Nobody locks themselves out by it.

import { eq } from 'drizzle-orm';
import { oidc } from '../../db/schema/tenant-outlets.ts';
import { isTwoFactors } from '../../model/account.ts';
import { SallyportError } from '../../model/errors.ts';
import { defaultPolicy } from '../../model/policy.ts';
import { changesOf } from '../../model/revision.ts';
import type { Tenant, TenantPolicy, UpdateTenant } from '../../model/tenant.ts';
import { readLiving } from '../authority/living.ts';
import { recertify } from '../gateway/certificate.ts';
import { withdrawPasswords } from '../password.ts';
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

/**
 * What gateways with IKEv2 are told. With passwords their certificates have the name for these;
 * without them any more, no password is good.
 * @param passwords what they are switched to, if they are
 */
async function tellGateways(scope: TenantScope, number: number, passwords: unknown) {
  const told = await recertify(scope, number, await readLiving(scope), passwords === 'on');
  if (passwords !== 'off') return told;
  const withdrawn = await withdrawPasswords(scope, number);
  return {
    writes: [...told.writes, ...withdrawn.writes],
    touched: [...new Set([...told.touched, ...withdrawn.touched])],
  };
}

export async function updateTenant(scope: TenantScope, input: UpdateTenant): Promise<Tenant> {
  return changeTenant(scope, 'tenant.update', async (row, number) => {
    const name = input.name ?? row.name;
    const before = { ...defaultPolicy, ...row.policy };
    const policy = { ...before, ...given(input.policy) };
    const demands = changesOf(before, policy, ['secondFactor', 'linkRedemption', 'signIn']);
    const ofGateways = changesOf(before, policy, ['withoutRevocations', 'ikev2Passwords']);
    const ofProfiles = changesOf(before, policy, ['portalWebClip']);
    const renamed = changesOf<{ name: string }>(row, { name }, ['name']);
    const summary = { ...renamed, ...demands, ...ofGateways, ...ofProfiles };
    if (Object.keys(summary).length === 0) return undefined;
    if (Object.keys(demands).length > 0) {
      if (demands['signIn.after'] === 'oidc') await refuseWithoutProvider(scope);
      refuseLockOut(scope, policy);
    }
    const to = ofGateways['ikev2Passwords.after'];
    const told = Object.keys(ofGateways).length > 0 && (await tellGateways(scope, number, to));
    return { set: { name, policy }, summary, ...told };
  });
}
