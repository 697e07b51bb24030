// Single sign-on, as people do it: an owner sets it up, somebody comes in through it.

import { expect, test } from 'vitest';
import { startIdentityProvider } from '../identity-provider.ts';
import { createPortal, makeTenant, signInByMail } from './world.ts';

test("people come in through the tenant's own identity provider", async () => {
  const world = await createPortal({ SALLYPORT_OUTBOUND_PRIVATE: 'allow' });
  const provider = await startIdentityProvider(`${world.origin}/v1/sign-in/oidc/callback`);
  const ann = await world.person();
  await signInByMail(world, ann.page, 'ann@example.com');
  await makeTenant(ann.page, 'Acme');
  await ann.page.getByRole('link', { name: 'Settings' }).click();
  await ann.page.getByText('Single sign-on', { exact: true }).click();
  await ann.page.getByLabel('Issuer').fill(provider.issuer);
  await ann.page.getByLabel('Client id').fill(provider.clientId);
  await ann.page.getByLabel('Client secret').fill(provider.clientSecret);
  await ann.page.getByLabel('Who may come in').selectOption('yes');
  await ann.page.getByRole('button', { name: 'Keep it' }).click();
  // What was done folds itself away.
  await ann.page.getByLabel('Issuer').waitFor({ state: 'hidden' });
  await ann.page.getByText('Single sign-on', { exact: true }).click();
  await ann.page.getByRole('button', { name: 'Switch it off' }).waitFor();

  provider.claims = {
    sub: 'bob',
    email: 'bob@example.com',
    email_verified: true,
    name: 'Bob of the directory',
  };
  const bob = await world.person();
  await bob.page.goto(`${world.origin}/portal/`);
  await bob.page.getByText('Single sign-on of your organisation').click();
  await bob.page.getByLabel('Short name of your organisation').fill('acme');
  await bob.page.getByRole('button', { name: 'Go on' }).click();
  await bob.page.getByRole('link', { name: 'Acme' }).click();
  await bob.page.getByRole('heading', { name: 'Your devices' }).waitFor();
  await bob.page.goto(`${world.origin}/portal/#/account`);
  await bob.page.getByText(/^single sign-on, .* from 127\.0\.0\.1/).waitFor();
  await ann.page.getByRole('link', { name: 'Users' }).click();
  await ann.page.getByRole('link', { name: 'Bob of the directory' }).waitFor();
  expect([...ann.faults, ...bob.faults]).toEqual([]);
});
