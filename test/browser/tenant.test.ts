// A tenant, run from a phone: from nothing to a device's profile, and what its members see of it.

import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { readDocument } from '../contract/agent.ts';
import { certify } from '../contract/authorities.ts';
import { apiOf, enrollAs, publicKey, type TestGateway } from '../contract/plane.ts';
import { signReceipt } from '../receipts.ts';
import { createPortal, makeTenant, type PortalWorld, signInByMail } from './world.ts';

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

async function addDevice(page: Page, name: string): Promise<void> {
  await page.getByText('Add a device').click();
  await page.locator('details[open]').getByLabel(/^Name/).fill(name);
  await page.getByRole('button', { name: 'Add it' }).click();
  await page.getByRole('heading', { name }).waitFor();
}

async function addGateway(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'Gateways' }).click();
  await page.getByText('Add a gateway').click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Where devices reach it').fill('vpn.example.com');
  await page.getByRole('button', { name: 'Add it' }).click();
  return page.getByText(/sallyport-agent enroll --url/).innerText();
}

/** The VM that runs the line. */
async function enrolled({ plane }: PortalWorld, line: string): Promise<TestGateway> {
  const [token = '', tenant, gateway] = /spe_(\w{16})_(\w{16})_\w+/.exec(line) ?? [];
  return enrollAs(plane, { id: `t_${tenant}` }, `gw_${gateway}`, token);
}

/** Its agent says how it is with IKEv2. */
async function report(agent: TestGateway, ikev2: object): Promise<void> {
  const { text } = await agent.api('GET', '/v1/agent/state');
  const state = await readDocument(agent, text);
  const end = Date.now() + 30 * 86_400_000;
  const body = {
    revision: state.revision,
    sections: { wireguard: { status: 'applied' }, firewall: { status: 'applied' }, ikev2 },
    ...{ peerDigest: state.peerDigest, peerCount: 0, peers: [] },
    versions: { agent: '0.1.0', kernel: '6.1.0-18-amd64', strongswan: '5.9.8' },
    ikev2: {
      ...{ sessions: 0, digest: state.ikev2?.digest },
      ...{ revocationsUntil: end, certificateUntil: end },
    },
  };
  expect((await agent.api('POST', '/v1/agent/report', body)).status).toBe(200);
}

const notInstalled =
  'strongSwan is not installed; run: apt-get install openssl charon-systemd; ' +
  'the gateway has no certificate yet; no list of revoked certificates yet; no device comes in';

test('an owner makes a gateway with IKEv2, and is told what its VM lacks', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  const line = await addGateway(page, 'Berlin');
  await page.getByText(/^apt-get install openssl charon-systemd/).waitFor();
  await page.getByText('0 devices by WireGuard, 0 by IKEv2').waitFor();
  const agent = await enrolled(world, line);
  await page.getByRole('link', { name: 'Berlin' }).click();
  await page.getByText('none yet: its agent asks for it').waitFor();

  await certify(agent.api);
  await report(agent, { status: 'failed', error: notInstalled });
  await page.reload();
  await page.getByText('strongSwan is not installed').waitFor();
  await page.getByText('Install it on the VM.').waitFor();
  await page.getByText(/^apt-get install openssl charon-systemd/).waitFor();
  await report(agent, { status: 'applied' });
  await page.reload();
  await page.getByText('0 of 0 devices').waitFor();
  await page.getByText('5.9.8', { exact: true }).waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await page.getByRole('button', { name: 'switch IKEv2 off' }).click();
  await page.getByText('cut off within seconds; WireGuard goes on.').waitFor();
  await page.getByRole('button', { name: 'Yes, switch IKEv2 off' }).click();
  await page.getByRole('button', { name: 'switch IKEv2 on' }).click();
  await page.getByText('Its VM needs strongSwan').waitFor();
  await page.getByRole('button', { name: 'Yes, switch IKEv2 on' }).click();
  await page.getByText('UDP 500 and 4500').waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
});

test('an owner rotates an authority, and retires the one before', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  await certify((await enrolled(world, await addGateway(page, 'Berlin'))).api);
  await page.getByRole('link', { name: 'Devices' }).click();
  await addDevice(page, 'phone');
  await page.getByRole('button', { name: 'Make a link to its profile' }).click();
  const link = await page.getByText(`${world.origin}/l/`).innerText();
  const body = { token: link.split('/l/').at(-1), profile: 'mobileconfig' };
  expect((await apiOf(world.plane)('POST', '/v1/links/redeem', body)).status).toBe(200);
  await page.reload();
  await page.getByText(/^until .*sallyport\.internal$/).waitFor();
  await page.getByText('Change', { exact: true }).click();
  expect(await overflow(page)).toBeLessThanOrEqual(0);

  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Certificate authorities of IKEv2' }).click();
  await page.getByText('1 device depends on it, and 1 gateway shows its certificate').waitFor();
  await page.getByRole('button', { name: 'rotate it' }).click();
  await page.getByRole('button', { name: 'Yes, rotate it' }).click();
  await page.getByText('0 devices depend on it, and 0 gateways show').waitFor();
  await page.getByText('to be retired').waitFor();
  await page.getByRole('button', { name: 'retire it' }).click();
  await page.getByText('1 device is cut off from IKEv2 everywhere').waitFor();
  await page.getByRole('button', { name: 'Yes, retire it' }).click();
  await page.getByText('retired', { exact: true }).waitFor();
  await page.getByText('0 devices depend on it, and 1 gateway shows').waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByText('waits for its link').waitFor();
  await page.getByRole('link', { name: 'phone' }).click();
  await page.getByText('Berlin, IKEv2').waitFor();
  expect(faults).toEqual([]);
});

test('an owner moves a gateway to another address and puts another VM in its place', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  await addGateway(page, 'Berlin');
  await page.getByRole('link', { name: 'Berlin' }).click();

  await page.getByText('Change', { exact: true }).click();
  await page.getByLabel('Where devices reach it').fill('2001:db8::7');
  await page.getByLabel(/^Routes/).fill('10.0.0.0/8, fd00::/8');
  await page.getByLabel('Keep devices apart').uncheck();
  await page.getByRole('button', { name: 'Keep the changes' }).click();
  await page.getByText('still have the old address, routes.').waitFor();
  await page.getByText('[2001:db8::7]:51820').waitFor();
  await page.getByText('10.0.0.0/8, fd00::/8', { exact: true }).waitFor();
  await page.getByText('by IKEv2, may meet').waitFor();

  await page.getByRole('button', { name: 'put another VM in its place' }).click();
  await page.getByRole('button', { name: 'Yes, put another VM in its place' }).click();
  await page.getByText(/sallyport-agent enroll --url/).waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
});

test('a device gets a name and on-demand rules, and keeps them', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  for (const name of ['Berlin', 'Wien']) {
    await addGateway(page, name);
    await page.getByRole('link', { name }).waitFor();
  }
  await page.getByRole('link', { name: 'Devices' }).click();
  await addDevice(page, 'phone');

  await page.getByText('Change', { exact: true }).click();
  await page.getByLabel('Name', { exact: true }).fill('tablet');
  await page.getByLabel('What it is').selectOption('iPhone or iPad');
  await page.getByRole('button', { name: 'Keep the changes' }).click();
  await page.locator('dd', { hasText: 'iPhone or iPad' }).waitFor();
  await page.getByText('Change', { exact: true }).click();
  await page.getByLabel('In wireless networks').check();
  await page.getByLabel('Except in these wireless networks').fill('Home\n\nCafé 2');
  await page.getByLabel(/^Wait until/).uncheck();
  await page.getByLabel('Wien').uncheck();
  await page.getByRole('button', { name: 'Keep the changes' }).click();
  await page.getByRole('heading', { name: 'tablet' }).waitFor();
  await page.reload();
  await page.getByText('Change', { exact: true }).click();
  expect(await page.getByLabel('In wireless networks').isChecked()).toBe(true);
  const networks = page.getByLabel('Except in these wireless networks');
  expect(await networks.inputValue()).toBe('Home\nCafé 2');
  expect(await page.getByLabel(/^Wait until/).isChecked()).toBe(false);
  expect(await page.getByLabel('Berlin').isChecked()).toBe(true);
  expect(await page.getByLabel('Wien').isChecked()).toBe(false);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
});

test('an owner gives a device an end, sees it, and takes it away again', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  await addGateway(page, 'Berlin');
  await page.getByRole('link', { name: 'Devices' }).click();
  await addDevice(page, 'phone');
  const setEnd = async (value: string) => {
    await page.getByText('Change', { exact: true }).click();
    await page.getByLabel(/^Ends/).fill(value);
    await page.getByRole('button', { name: 'Keep the changes' }).click();
  };

  await setEnd('2001-01-01T00:00');
  await page.getByText(/has to be in the future|future/).waitFor();
  await page.getByLabel(/^Ends/).fill('2030-01-31T12:00');
  await page.getByRole('button', { name: 'Keep the changes' }).click();
  await page.getByText(/2030.*, by itself/).waitFor();
  await page.getByRole('link', { name: 'All devices' }).click();
  await page.getByText(/until .*2030/).waitFor();
  await page.getByRole('link', { name: 'phone' }).click();
  await page.getByText(/2030.*, by itself/).waitFor();
  await setEnd('');
  await page.getByText(/, by itself/).waitFor({ state: 'detached' });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
});

test('whoever cut a device off sees which gateways have signed that', async () => {
  const world = await createPortal();
  const { page, faults } = await world.person();
  await signInByMail(world, page, 'ann@example.com');
  await makeTenant(page, 'Acme');
  const agent = await enrolled(world, await addGateway(page, 'Berlin'));
  const [, tenant] = /\/t_(\w{16})\//.exec(page.url()) ?? [];
  await page.getByRole('link', { name: 'Devices' }).click();
  await addDevice(page, 'phone');
  const deviceId = page.url().split('/').at(-1) ?? '';
  const credential = publicKey();
  const key = JSON.stringify({ publicKey: credential });
  await page.evaluate(
    ([path = '', body = '']) =>
      fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
    [`/v1/tenants/t_${tenant}/devices/${deviceId}/reissue`, key],
  );
  await page.getByRole('button', { name: 'cut it off' }).click();
  await page.getByRole('button', { name: 'Yes, cut it off' }).click();
  await page.getByText('It has not reported yet.').waitFor();

  const state = await agent.api('GET', '/v1/agent/state');
  const { revision } = await readDocument(agent, state.text);
  const receipt = {
    ...{ gatewayId: agent.id, deviceId, protocol: 'wireguard' as const, credential, revision },
    ...{ appliedAt: Date.now(), lastSeenAt: null },
  };
  const report = { revision, sections: {}, peerDigest: '0'.repeat(32), peerCount: 0, peers: [] };
  const receipts = [signReceipt(agent.identity, receipt)];
  const body = { ...report, versions: { agent: 'test' }, receipts };
  expect((await agent.api('POST', '/v1/agent/report', body)).status).toBe(200);
  await page.reload();
  await page.getByText('never seen there').waitFor();
  expect(await page.getByText('It has not reported yet.').count()).toBe(0);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(faults).toEqual([]);
});

test('an owner invites a member, who makes a device of their own and sees no other', async () => {
  const world = await createPortal();
  const ann = await world.person();
  await signInByMail(world, ann.page, 'ann@example.com');
  await makeTenant(ann.page, 'Acme & Söhne <GmbH>');

  await enrolled(world, await addGateway(ann.page, 'Berlin'));
  await ann.page.getByRole('link', { name: 'Devices' }).click();
  await addDevice(ann.page, "Ann's phone");
  await ann.page.getByRole('button', { name: 'Make a link to its profile' }).click();
  await ann.page.getByText(`${world.origin}/l/`).waitFor();
  await ann.page.getByRole('button', { name: 'Mail a link to its profile' }).click();
  await ann.page.goto(await world.mailTo('ann@example.com', /http:\S+\/l\/\S+/));
  await ann.page.getByText(/^The link works once/).waitFor();
  await ann.page.goBack();
  await ann.page.getByText('opened', { exact: true }).waitFor();

  await ann.page.getByRole('link', { name: 'Users' }).click();
  await ann.page.getByText('Invite somebody').click();
  await ann.page.getByLabel('Name', { exact: true }).fill('Bob');
  await ann.page.getByLabel('E-mail address').fill('bob@example.com');
  await ann.page.getByRole('button', { name: 'Send the invitation' }).click();
  const link = await world.mailTo('bob@example.com', /http:\S+\/invitation\/\S+/);

  const bob = await world.person();
  await bob.page.goto(link);
  await bob.page.getByRole('button', { name: 'Accept the invitation' }).click();
  await bob.page.getByRole('link', { name: 'Acme & Söhne <GmbH>' }).click();
  await bob.page.getByRole('heading', { name: 'Your devices' }).waitFor();
  await bob.page.getByText('No device yet.').waitFor();
  expect(await bob.page.getByRole('link', { name: 'Users' }).count()).toBe(0);
  await addDevice(bob.page, "Bob's laptop");
  expect(await overflow(bob.page)).toBeLessThanOrEqual(0);

  await ann.page.getByRole('link', { name: 'Audit' }).click();
  await ann.page.getByText(/^user.accept/).waitFor();
  await ann.page.getByRole('button', { name: 'Check that it is whole' }).click();
  await ann.page.getByText(/^Whole, up to revision/).waitFor();
  expect(await overflow(ann.page)).toBeLessThanOrEqual(0);

  await ann.page.getByRole('link', { name: 'Users' }).click();
  await ann.page.getByRole('link', { name: 'Bob' }).click();
  await ann.page.getByRole('button', { name: 'Suspend them' }).click();
  await ann.page.getByRole('button', { name: 'Yes, suspend them' }).click();
  await ann.page.getByText('suspended', { exact: true }).waitFor();
  await bob.page.reload();
  await bob.page.getByText('You belong to no organisation here yet.').waitFor();
  expect([...ann.faults, ...bob.faults]).toEqual([]);
});
