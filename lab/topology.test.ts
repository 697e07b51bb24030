// The usual network for real: who can reach whom, and that it goes as it came.

import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressSeen, askByUdp, ping } from './probe.ts';
import { run } from './process.ts';
import { createTopology, type Lab, places, usualNetwork } from './topology.ts';

const readyMs = 10_000;
let lab: Lab;
let upMs: number;

beforeAll(async () => {
  const begin = performance.now();
  lab = await createTopology();
  upMs = performance.now() - begin;
  const web = lab.node('web').node('lab/programs/web-server.ts');
  const echo = lab.node('gateway').node('lab/programs/udp-echo.ts', ['51820']);
  const closed = lab.node('gateway').node('lab/programs/udp-echo.ts', ['9999']);
  await Promise.all([web, echo, closed].map((server) => server.waitFor(/listening/, readyMs)));
});
afterAll(() => lab?.down());

it('is up within two seconds', () => {
  expect(upMs).toBeLessThan(2000);
});

it('shows a web server the public address of a home, not of the client in it', async () => {
  expect(await addressSeen(lab.node('client-a'), places.web)).toBe(places.homeA);
  expect(await addressSeen(lab.node('client-b'), places.web)).toBe(places.homeB);
});

it('lets the gateway out under the address of its site', async () => {
  expect(await addressSeen(lab.node('gateway'), places.web)).toBe(places.site);
});

it('lets the gateway out over IPv6 under its own address', async () => {
  expect(await addressSeen(lab.node('gateway'), `[${places.web6}]`)).toBe(places.gateway6);
});

it('carries a forwarded datagram from a home to the gateway and back', async () => {
  const answer = await askByUdp(lab.node('client-a'), places.site, 51820);
  expect(answer).toBe(`${places.homeA} hello`);
});

it('does not let a datagram to any other port of the site through', async () => {
  expect(await askByUdp(lab.node('client-a'), places.site, 9999, 5)).toBeUndefined();
});

it('reaches that port from the site itself, so that the test above can fail', async () => {
  expect(await askByUdp(lab.node('site-nat'), places.gateway, 9999)).toBe('10.10.0.1 hello');
});

it.each([
  [places.gateway, '10.10.0.0/24', places.site],
  [places.gateway6, '2001:db8:10::/64', '2001:db8:198::10'],
])('lets nobody outside reach the gateway at %s, even by a route of his own', async (...wish) => {
  const [address, subnet, router] = wish;
  const internet = lab.node('internet');
  await internet.exec(['ip', 'route', 'replace', subnet, 'via', router, 'dev', 'sites']);
  expect(await ping(internet, address)).toMatchObject({ sent: 3, received: 0 });
  expect(await ping(lab.node('site-nat'), address)).toMatchObject({ sent: 3, received: 3 });
});

it('has no way out: its internet has no default route, and outside of it is only lo', async () => {
  const routes = await lab.node('internet').exec(['ip', '-j', 'route', 'show', 'default']);
  expect(JSON.parse(routes.stdout)).toEqual([]);
  const links = await run(['ip', '-j', 'link'], { timeoutMs: readyMs });
  expect(JSON.parse(links.stdout)).toMatchObject([{ ifname: 'lo' }]);
  expect(await ping(lab.node('client-a'), '192.0.2.1')).toMatchObject({ received: 0 });
});

it('refuses a second network beside it', async () => {
  await expect(createTopology()).rejects.toThrow('has a network already');
  expect(await addressSeen(lab.node('client-a'), places.web)).toBe(places.homeA);
});

it('goes down leaving nothing, comes up again, and goes down twice', async () => {
  await lab.down();
  expect(readdirSync('/run/netns')).toEqual([]);
  lab = await createTopology(usualNetwork({ doubleNat: true }));
  const echo = lab.node('gateway').node('lab/programs/udp-echo.ts', ['51820']);
  await echo.waitFor(/listening/, readyMs);
  const answer = await askByUdp(lab.node('client-b'), places.site, 51820);
  expect(answer).toBe(`${places.homeB} hello`);
  await lab.down();
  await lab.down();
  expect(echo.running).toBe(false);
  expect(readdirSync('/run/netns')).toEqual([]);
});
