// A tenant's demands on its people: nobody locks themselves out by them, and they count at once.

import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/directory.ts';
import { oidc } from '../../src/db/schema/tenant-outlets.ts';
import type { SignInMethod } from '../../src/model/account.ts';
import type { CreatedTenant } from '../../src/model/tenant.ts';
import { signInByMail } from '../contract/people.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

/** A tenant of an account that came by mail alone. */
async function founded() {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'open' });
  const person = await signInByMail(plane);
  const { body } = await person.api<CreatedTenant>('POST', '/v1/tenants', { name: 'Ours' });
  const path = `/v1/tenants/${body.tenant.id}`;
  const demand = (policy: object) => person.api('PATCH', path, { policy });
  return { plane, person, path, demand, tenantId: body.tenant.id };
}

/** As if the session had been made by these. */
async function signedInBy({ services }: ControlPlane, methods: SignInMethod[]): Promise<void> {
  const { directory } = services;
  await directory.run(directory.build.update(sessions).set({ methods }));
  services.sessionCache.clear();
}

async function addProvider({ services }: ControlPlane, tenantId: string): Promise<void> {
  const db = await services.tenants.open(tenantId);
  const provider = {
    ...{ id: 1, issuer: 'https://id.example.com', clientId: 'c', clientSecret: 'sealed' },
    ...{ groupsClaim: null, createsUsers: false, enabled: true, revision: 1 },
  };
  await db?.run(db.build.insert(oidc).values(provider));
}

test('a session of one factor does not demand two, one of a passkey may', async () => {
  const { plane, person, path, demand } = await founded();
  const refused = await demand({ secondFactor: 'required' });
  expect(refused.body).toMatchObject({ status: 403, code: 'second_factor_required' });
  await signedInBy(plane, ['passkey']);
  expect((await demand({ secondFactor: 'required' })).status).toBe(200);
  expect((await person.api('GET', `${path}/users`)).status).toBe(200);
  await signedInBy(plane, ['mail']);
  const late = await person.api('GET', `${path}/users`);
  expect(late.body).toMatchObject({ code: 'second_factor_required' });
});

test('single sign-on is demanded by whoever came by it, and only where there is one', async () => {
  const { plane, demand, tenantId } = await founded();
  const none = await demand({ signIn: 'oidc' });
  expect(none.body).toMatchObject({
    code: 'invalid_input',
    problems: [{ field: 'policy.signIn' }],
  });
  await addProvider(plane, tenantId);
  const stranger = await demand({ signIn: 'oidc' });
  expect(stranger.body).toMatchObject({ status: 403, code: 'sign_in_required' });
  await signedInBy(plane, ['oidc']);
  const done = await demand({ signIn: 'oidc' });
  expect(done.body).toMatchObject({ policy: { signIn: 'oidc' } });
});

test('what does not concern signing in may be demanded by any owner', async () => {
  const { demand } = await founded();
  expect((await demand({ linkRedemption: 'session' })).status).toBe(200);
});
