// Signing in, as people do it: in a real browser, on a phone's screen.

import { Secret, TOTP } from 'otpauth';
import { expect, test } from 'vitest';
import { addAuthenticator, codePattern, createPortal, makeTenant, signInByMail } from './world.ts';

const ann = 'ann@example.com';

test('a wrong code is refused in words, the right one lets in, and twice it does not', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await page.goto(`${world.origin}/portal/`);
  await page.getByLabel('E-mail address').fill(ann);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  const code = page.getByLabel('Code', { exact: true });
  const right = await world.mailTo(ann, codePattern);
  await code.fill(right === '0000 0000' ? '1111 1111' : '0000 0000');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await code.fill(right);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  const [cookie] = await page.context().cookies();
  expect(cookie).toMatchObject({
    name: '__Host-sallyport',
    httpOnly: true,
    secure: true,
    sameSite: 'Lax',
  });
  expect(faults).toEqual([]);
});

test('the link of the mail signs in by a tap, and only by a tap', async () => {
  const world = await createPortal();
  const { page } = await world.person();
  await page.goto(`${world.origin}/portal/`);
  await page.getByLabel('E-mail address').fill(ann);
  await page.getByRole('button', { name: 'Send me a code' }).click();
  const link = await world.mailTo(ann, /http:\S+\/sign-in\/mail\/\S+/);
  // A program that checks mails opens it first.
  const scanner = await world.person();
  await scanner.page.goto(link);
  await scanner.page.getByRole('button', { name: 'Yes, sign me in' }).waitFor();
  await page.goto(link);
  await page.getByRole('button', { name: 'Yes, sign me in' }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await scanner.page.getByRole('button', { name: 'Yes, sign me in' }).click();
  await scanner.page.getByRole('alert').waitFor();
  expect(await scanner.page.context().cookies()).toEqual([]);
});

test('a passkey is made, signs in without a mail, and is two factors', async () => {
  const world = await createPortal();
  const person = await world.person();
  const { page, faults } = person;
  await addAuthenticator(person);
  await signInByMail(world, page, ann);
  await makeTenant(page, 'Acme');
  await page.goto(`${world.origin}/portal/#/account`);
  await page.getByText('Add a passkey').click();
  await page.locator('details[open]').getByLabel(/^Name/).fill('This phone');
  await page.getByRole('button', { name: 'Make the passkey' }).click();
  await page.getByText('This phone', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await page.goto(`${world.origin}/portal/#/account`);
  await page.getByText(/^passkey, .* from 127\.0\.0\.1/).waitFor();
  // The tenant may ask for two factors now without locking its owner out.
  await page.goto(`${world.origin}/portal/`);
  await page.getByRole('link', { name: 'Acme' }).click();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Signing in').selectOption('required');
  await page.getByRole('button', { name: 'Keep the changes' }).click();
  await expect.poll(() => page.getByLabel('Signing in').inputValue()).toBe('required');
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByText('No device yet.').waitFor();
  expect(faults).toEqual([]);
});

test('one-time codes are asked for beside the mail; each recovery code helps once', async () => {
  const world = await createPortal();
  const { page } = await world.person();
  await signInByMail(world, page, ann);
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();
  await page.goto(`${world.origin}/portal/#/account`);
  await page.getByRole('button', { name: 'Set up one-time codes' }).click();
  const secret = await page
    .getByText(/^By hand:/)
    .locator('code')
    .innerText();
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  await page.getByLabel('The code that it shows').fill(totp.generate());
  await page.getByRole('button', { name: 'Switch it on' }).click();
  const codes = (await page.locator('.copy pre').innerText()).trim().split('\n');
  expect(codes).toHaveLength(10);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();

  await signInByMail(world, page, ann, 2);
  const field = page.getByLabel('Code of your authenticator app');
  await field.waitFor();
  await field.fill(totp.generate({ timestamp: Date.now() + 30_000 }));
  await page.getByRole('button', { name: 'Go on', exact: true }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();

  await page.goto(`${world.origin}/portal/#/account`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signInByMail(world, page, ann, 3);
  await page.getByRole('button', { name: 'I do not have it with me' }).click();
  const recovery = page.getByLabel('One of your recovery codes');
  await recovery.fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Use this recovery code' }).click();
  await page.getByRole('heading', { name: /^Hello/ }).waitFor();

  await page.goto(`${world.origin}/portal/#/account`);
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signInByMail(world, page, ann, 4);
  await page.getByRole('button', { name: 'I do not have it with me' }).click();
  await recovery.fill(codes[0] ?? '');
  await page.getByRole('button', { name: 'Use this recovery code' }).click();
  await page.getByRole('alert').waitFor();
  await expect.poll(() => page.getByRole('alert').innerText()).not.toBe('');
});
