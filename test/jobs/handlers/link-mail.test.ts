// A link's mail on its way to a real SMTP server, which was down for an hour or knows no such box.

import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import type { Runner } from '../../../src/jobs/deps.ts';
import { mail as handler } from '../../../src/jobs/handlers/mail.ts';
import { runTenantJobs } from '../../../src/jobs/tenant.ts';
import { limits } from '../../../src/model/limits.ts';
import type { CreatedLink, Link } from '../../../src/model/link.ts';
import type { SentMail } from '../../../src/model/sent-mail.ts';
import type { Listing } from '../../../src/operations/page.ts';
import { createNodeOutside } from '../../../src/runtimes/node-outside.ts';
import { readOutside } from '../../../src/runtimes/outside-settings.ts';
import { createDevice, createTenant, enrolledGateway, expectStatus } from '../../contract/plane.ts';
import { createUser } from '../../contract/users.ts';
import { createControlPlane } from '../../control-plane.ts';
import { createAuthority } from '../../providers/authority.ts';
import { login, startMailServer } from '../../providers/smtp.ts';
import { freePort } from '../../server.ts';

const minuteMilliseconds = 60_000;

async function mailedLink(email: string) {
  const authority = createAuthority();
  onTestFinished(() => authority.remove());
  tls.setDefaultCACertificates([...tls.getCACertificates(), authority.pem]);
  const port = await freePort();
  const plane = await createControlPlane();
  const tenant = await createTenant(plane, 'Acme');
  await enrolledGateway(plane, tenant);
  const user = await createUser(tenant, { email });
  const device = await createDevice(tenant, { userId: user.id });
  const body = { deviceId: device.id, send: true };
  const reply = await tenant.api<CreatedLink>('POST', tenant.path('/links'), body);
  const created = expectStatus(reply, 201);
  const silent = { info() {}, error() {} };
  const who = `${login.user}:${encodeURIComponent(login.password)}`;
  const variables = {
    SALLYPORT_SMTP_URL: `smtp://${who}@127.0.0.1:${port}`,
    SALLYPORT_MAIL_FROM: 'vpn@example.net',
  };
  const runner: Runner = {
    services: plane.services,
    outside: createNodeOutside(readOutside(variables, 'The test'), '/none', silent),
    handlers: new Map([['mail', handler]]),
    log: silent,
    limits,
    stopping: new AbortController().signal,
  };
  return {
    url: created.url,
    advance: (minutes: number) => plane.advanceClock(minutes * minuteMilliseconds),
    look: () => runTenantJobs(runner, tenant.id),
    startServer: () => startMailServer(authority.issue('IP:127.0.0.1'), {}, port),
    async link() {
      const { body } = await tenant.api<Listing<Link>>('GET', tenant.path('/links'));
      return body.items[0];
    },
    async resend(): Promise<CreatedLink> {
      const path = tenant.path(`/links/${created.link.id}/resend`);
      return expectStatus(await tenant.api<CreatedLink>('POST', path), 201);
    },
    async mails() {
      return (await tenant.api<Listing<SentMail>>('GET', tenant.path('/mails'))).body.items;
    },
  };
}

test('a link waits out an hour without a mail server, and is then sent once', async () => {
  const { url, advance, look, startServer, link } = await mailedLink('ann@example.com');
  for (let minute = 0; minute < 60; minute += 5) {
    await look();
    advance(5);
  }
  expect(await link()).toMatchObject({
    ...{ status: 'open', mail: { status: 'queued', error: expect.stringContaining('mail') } },
  });
  const { received } = await startServer();
  for (let minute = 0; minute < 60; minute += 5) {
    await look();
    advance(5);
  }
  expect(received).toMatchObject([{ to: ['ann@example.com'], secure: true }]);
  const readable = received[0]?.message.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect(readable).toContain(url);
  expect(await link()).toMatchObject({
    ...{ status: 'open', mail: { status: 'sent', error: null, sentAt: expect.any(String) } },
  });
});

test('a link that is sent anew meanwhile goes out once, as the new one', async () => {
  const { url, look, advance, startServer, resend, mails } = await mailedLink('ann@example.com');
  await look();
  advance(1);
  const again = await resend();
  const { received } = await startServer();
  advance(5);
  await look();
  expect(received).toHaveLength(1);
  const readable = received[0]?.message.replaceAll('=\r\n', '').replaceAll('=3D', '=');
  expect(readable).toContain(again.url);
  expect(readable).not.toContain(url);
  expect(await mails()).toMatchObject([
    { status: 'sent' },
    { status: 'refused', error: 'Its link was revoked before it was sent.' },
  ]);
});

test("a link to a box that is not there shows the mail server's words", async () => {
  const { look, startServer, link } = await mailedLink('nobody@example.com');
  const { received } = await startServer();
  await look();
  expect(received).toEqual([]);
  expect(await link()).toMatchObject({
    ...{
      status: 'open',
      mail: { status: 'refused', error: expect.stringContaining('no such box') },
    },
  });
});
