// Who may make a tenant where the control plane does not let everybody, and what an attempt leaves.

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tenantInvitations, tenants } from '../../src/db/schema/directory.ts';
import type { CreatedTenant } from '../../src/model/tenant.ts';
import { newAddress, signInByMail } from '../contract/people.ts';
import { apiOf, operatorKey } from '../contract/plane.ts';
import { type ControlPlane, createControlPlane } from '../control-plane.ts';

function files({ data }: ControlPlane): string[] {
  return readdirSync(`${data}/tenants`).filter((name) => name.endsWith('.db'));
}

/** An address that the operator has invited, and that has signed in. */
async function invited(plane: ControlPlane) {
  const email = newAddress();
  const operator = apiOf(plane, operatorKey);
  const reply = await operator('POST', '/v1/tenant-invitations', { email });
  expect(reply.status).toBe(201);
  return signInByMail(plane, email);
}

test('where sign-up is closed nobody is invited', async () => {
  const plane = await createControlPlane();
  const operator = apiOf(plane, operatorKey);
  const reply = await operator('POST', '/v1/tenant-invitations', { email: newAddress() });
  expect(reply.body).toMatchObject({ code: 'forbidden' });
});

test('an invitation makes one tenant, also for two requests at once', async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'invitation' });
  const person = await invited(plane);
  const make = (name: string) => person.api<CreatedTenant>('POST', '/v1/tenants', { name });
  const replies = await Promise.all([make('First'), make('Second')]);
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 403]);
  expect((await make('Third')).body).toMatchObject({ code: 'forbidden' });
  expect(files(plane)).toHaveLength(1);
  const { directory } = plane.services;
  const [made, [invitation]] = await directory.run(
    directory.build.select().from(tenants),
    directory.build.select().from(tenantInvitations),
  );
  expect(made).toHaveLength(1);
  expect(invitation?.usedAt).not.toBeNull();
});

test('an invitation that is too old makes none', async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'invitation' });
  const person = await invited(plane);
  const { directory } = plane.services;
  await directory.run(directory.build.update(tenantInvitations).set({ expiresAt: 1 }));
  const reply = await person.api('POST', '/v1/tenants', { name: 'Late' });
  expect(reply.body).toMatchObject({ code: 'forbidden', wayOut: expect.stringContaining('Ask') });
});

test('a slug that was taken meanwhile leaves no database behind', async () => {
  const plane = await createControlPlane({ SALLYPORT_SIGN_UP: 'open' });
  const person = await signInByMail(plane);
  const make = () => person.api('POST', '/v1/tenants', { name: 'Acme', slug: 'acme' });
  const replies = await Promise.all([make(), make(), make()]);
  expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  expect(files(plane)).toHaveLength(1);
});
