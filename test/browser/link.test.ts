// The pages behind links in a real browser at the width of a phone, without a script: what each
// system is offered, the files that come of it, and a bookmark that leads through signing in.

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { CreatedLink } from '../../src/model/link.ts';
import type { Platform } from '../../src/model/platform.ts';
import type { ProfileKind } from '../../src/model/profile.ts';
import { certifiedGateway } from '../contract/authorities.ts';
import { newAddress } from '../contract/people.ts';
import {
  createDevice,
  createLink,
  createTenant,
  expectStatus,
  type TestTenant,
} from '../contract/plane.ts';
import { codePattern, createPortal, type Person, type PortalWorld } from './world.ts';

const agents: Readonly<Record<Exclude<Platform, 'other'>, string>> = {
  ios:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 ' +
    '(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  macos:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 ' +
    '(KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  windows:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ' +
    '(KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  android:
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 ' +
    '(KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  linux: 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
};

async function prepared(): Promise<{ world: PortalWorld; tenant: TestTenant }> {
  const world = await createPortal();
  const tenant = await createTenant(world.plane, 'Größe & Söhne');
  await certifiedGateway(world.plane, tenant, { name: 'Berlin' });
  return { world, tenant };
}

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Presses the button of a kind, also where it is folded away, and saves what comes. */
async function take({ page }: Person, kind: ProfileKind): Promise<{ name: string; bytes: Buffer }> {
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
  });
  let button = page.locator(`form:has(input[value="${kind}"])`).getByRole('button');
  if (kind !== 'mobileconfig') {
    await button.click();
    await page.getByText('Keep this page open').waitFor();
    button = page.locator('a[download]');
  }
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

const best = {
  ios: ['mobileconfig', 'Profile Downloaded', /\.mobileconfig$/],
  macos: ['mobileconfig', 'System Settings', /\.mobileconfig$/],
  windows: ['windows', 'an administrator', /\.ps1$/],
  android: ['wireguard', 'Google Play', /^Berlin\.conf$/],
  linux: ['wireguard', 'wireguard-tools', /^Berlin\.conf$/],
} as const;

test('each system is offered what it takes, and gets the file', async () => {
  const { world, tenant } = await prepared();
  for (const [platform, [kind, words, filename]] of Object.entries(best)) {
    const userAgent = agents[platform as keyof typeof best];
    const visitor = await world.person({ userAgent, acceptDownloads: true });
    const device = await createDevice(tenant, { name: 'x'.repeat(60), platform });
    await visitor.page.goto((await createLink(tenant, device.id)).url);
    await visitor.page.getByText(words).first().waitFor();
    expect(await visitor.page.locator('button').first().isVisible()).toBe(true);
    expect(await overflow(visitor.page)).toBeLessThanOrEqual(0);
    const { name, bytes } = await take(visitor, kind);
    expect(name).toMatch(filename);
    expect(bytes.length).toBeGreaterThan(100);
    expect(await overflow(visitor.page)).toBeLessThanOrEqual(0);
    expect(visitor.faults).toEqual([]);
    await visitor.context.close();
  }
});

test('a bookmark leads through signing in to a profile', async () => {
  const { world, tenant } = await prepared();
  const email = newAddress();
  const invited = await tenant.api<{ id: string }>('POST', tenant.path('/invitations'), {
    ...{ email, name: 'Ann' },
  });
  const { id: userId } = expectStatus(invited, 200);
  await createDevice(tenant, { userId, name: "Ann's phone", platform: 'android' });
  await tenant.api('PATCH', tenant.path(''), { policy: { linkRedemption: 'session' } });
  const body = { kind: 'bookmark', userId };
  const reply = await tenant.api<CreatedLink>('POST', tenant.path('/links'), body);
  const { url } = expectStatus(reply, 201);

  const ann = await world.person({ userAgent: agents.android });
  await ann.page.goto(await world.mailTo(email, /http:\S+\/invitation\/\S+/));
  await ann.page.getByRole('button', { name: 'Accept the invitation' }).click();
  await ann.page.getByRole('link', { name: 'Größe & Söhne' }).waitFor();
  await ann.context.clearCookies();
  await ann.page.goto(url);
  await ann.page.getByRole('heading', { name: 'Hello Ann' }).waitFor();
  expect(await ann.page.getByText("Ann's phone").count()).toBe(0);
  await ann.page.getByRole('link', { name: 'Sign in' }).click();
  await ann.page.getByLabel('E-mail address').fill(email);
  await ann.page.getByRole('button', { name: 'Send me a code' }).click();
  await ann.page.getByLabel('Code', { exact: true }).fill(await world.mailTo(email, codePattern));
  await ann.page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await ann.page.getByRole('heading', { name: "Ann's phone" }).waitFor();
  expect(await overflow(ann.page)).toBeLessThanOrEqual(0);
  await ann.page.getByRole('button', { name: 'Get the profile' }).click();
  await ann.page.waitForURL(/\/l\//);
  await ann.page.getByRole('button', { name: 'Make my profile' }).first().click();
  await ann.page.getByText('Keep this page open').waitFor();
  expect(ann.faults).toEqual([]);
});
