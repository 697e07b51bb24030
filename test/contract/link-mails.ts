// Links that are mailed, what becomes of them, and who sees it. That mails arrive is tested in
// test/jobs and test/providers.

import { describe, expect, test } from 'vitest';
import { limits } from '../../src/model/limits.ts';
import type { CreatedLink, Link } from '../../src/model/link.ts';
import type { SentMail } from '../../src/model/sent-mail.ts';
import type { Listing } from '../../src/operations/page.ts';
import { newAddress } from './people.ts';
import {
  createDevice,
  createLink,
  createTenant,
  enrolledGateway,
  expectStatus,
  type MailPlane,
  type TestTenant,
} from './plane.ts';
import { createUser, join } from './users.ts';

const browser = { accept: 'text/html' };

async function prepared(create: () => Promise<MailPlane>) {
  const plane = await create();
  const tenant = await createTenant(plane, 'Acme');
  await enrolledGateway(plane, tenant);
  const email = newAddress();
  const user = await createUser(tenant, { name: 'Ann', email });
  const device = await createDevice(tenant, {
    userId: user.id,
    name: "Ann's Mac",
    platform: 'macos',
  });
  return { plane, tenant, email, user, device };
}

async function send(tenant: TestTenant, body: object): Promise<CreatedLink> {
  return expectStatus(await tenant.api<CreatedLink>('POST', tenant.path('/links'), body), 201);
}

async function listed(tenant: TestTenant, query = ''): Promise<Link[]> {
  const reply = await tenant.api<Listing<Link>>('GET', tenant.path(`/links${query}`));
  return expectStatus(reply, 200).items;
}

function sendingContract(create: () => Promise<MailPlane>): void {
  describe('a link that is mailed', () => {
    test("goes to its user in the tenant's name, with words for the device", async () => {
      const { plane, tenant, email, device } = await prepared(create);
      const { link, url } = await send(tenant, { deviceId: device.id, send: true });
      const [mail] = await plane.mailsTo(email, tenant.id);
      expect(mail).toMatchObject({ fromName: 'Acme', subject: "VPN profile for Ann's Mac" });
      expect(mail?.text).toContain(url);
      expect(mail?.text).toContain('Open it in Safari on the Mac itself.');
      expect(link.mail).toEqual({ to: email, status: 'queued', error: null, sentAt: null });
      const path = tenant.path(`/mails?about=${link.id}`);
      const { body } = await tenant.api<Listing<SentMail>>('GET', path);
      expect(body.items).toMatchObject([{ kind: 'link', recipient: email, status: 'queued' }]);
    });

    test('is not sent to a user without an address', async () => {
      const { tenant } = await prepared(create);
      const device = await createDevice(tenant);
      const body = { deviceId: device.id, send: true };
      const reply = await tenant.api('POST', tenant.path('/links'), body);
      expect(reply.status).toBe(400);
      expect(reply.body).toMatchObject({ code: 'invalid_input', problems: [{ field: 'send' }] });
    });

    test('floods nobody, not even from several devices at once', async () => {
      const { tenant, user, device } = await prepared(create);
      const other = await createDevice(tenant, { userId: user.id });
      const most = limits.linkMailsPerAddressPerHour;
      for (let i = 0; i < most - 1; i++) await send(tenant, { deviceId: device.id, send: true });
      const replies = await Promise.all(
        [device, other].map(({ id }) =>
          tenant.api('POST', tenant.path('/links'), { deviceId: id, send: true }),
        ),
      );
      expect(replies.map(({ status }) => status).sort()).toEqual([201, 409]);
      await createLink(tenant, other.id);
    });
  });
}

function resendContract(create: () => Promise<MailPlane>): void {
  describe('link.resend', () => {
    test('mails a new address for the same device and closes the old one', async () => {
      const { plane, tenant, email, device } = await prepared(create);
      const body = { deviceId: device.id, send: true, expiresInSeconds: 3600 };
      const first = await send(tenant, body);
      const path = tenant.path(`/links/${first.link.id}/resend`);
      const second = expectStatus(await tenant.api<CreatedLink>('POST', path), 201);
      expect(second.link).toMatchObject({
        deviceId: device.id,
        status: 'open',
        mail: { to: email },
      });
      const lifetime = (link: Link) =>
        Date.parse(link.expiresAt ?? '') - Date.parse(link.createdAt);
      expect(lifetime(second.link)).toBe(3_600_000);
      expect((await plane.mailsTo(email, tenant.id)).at(-1)?.text).toContain(second.url);
      const status = async (url: string) =>
        (await plane.request(new URL(url).pathname, { headers: browser })).status;
      expect([await status(first.url), await status(second.url)]).toEqual([410, 200]);
      const log = await tenant.api<Listing<object>>('GET', tenant.path('/audit?limit=1'));
      expect(log.body.items).toMatchObject([
        {
          operation: 'link.resend',
          subject: second.link.id,
          summary: { inPlaceOf: first.link.id },
        },
      ]);
    });

    test('brings one that has no room beside it, and none that was used or revoked', async () => {
      const { plane, tenant, device } = await prepared(create);
      const link = await createLink(tenant, device.id);
      for (let i = 1; i < limits.linksOpenPerDevice; i++) await createLink(tenant, device.id);
      const resend = (id: string) =>
        tenant.api<CreatedLink>('POST', tenant.path(`/links/${id}/resend`));
      const { link: second, url } = expectStatus(await resend(link.id), 201);
      expect((await resend(link.id)).body).toMatchObject({ code: 'link_revoked' });
      await plane.request(new URL(url).pathname, { method: 'POST', headers: browser });
      expect((await resend(second.id)).body).toMatchObject({ code: 'link_used' });
    });
  });
}

function stateContract(create: () => Promise<MailPlane>): void {
  describe('what became of a link', () => {
    test('is shown: opened by looking at it, used by using it', async () => {
      const { plane, tenant, device } = await prepared(create);
      const { id, path } = await createLink(tenant, device.id);
      const state = async () => (await listed(tenant, `?deviceId=${device.id}`))[0];
      expect(await state()).toMatchObject({ id, status: 'open', openedAt: null, mail: null });
      await plane.request(path, { method: 'HEAD', headers: browser });
      expect((await state())?.openedAt).toBeNull();
      await plane.request(path, { headers: browser });
      const opened = await state();
      expect(opened).toMatchObject({ status: 'open', openedAt: expect.any(String) });
      await plane.request(path, { headers: browser });
      expect(await state()).toEqual(opened);
      await plane.request(path, { method: 'POST', headers: browser });
      expect(await state()).toMatchObject({
        ...{ status: 'used', usedAt: expect.any(String), openedAt: opened?.openedAt },
      });
    });

    test('is listed newest first, page by page, of all or of one device or user', async () => {
      const { tenant, user, device } = await prepared(create);
      const other = await createDevice(tenant);
      const made: string[] = [];
      for (const { id } of [device, other, device]) made.unshift((await createLink(tenant, id)).id);
      const bookmark = await send(tenant, { kind: 'bookmark', userId: user.id });
      made.unshift(bookmark.link.id);
      const found: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const cursor: string = next === '' ? '' : `&cursor=${next}`;
        const path = tenant.path(`/links?limit=3${cursor}`);
        const { body } = await tenant.api<Listing<Link>>('GET', path);
        found.push(...body.items.map(({ id }) => id));
        next = body.next;
      }
      expect(found.toSorted()).toEqual(made.toSorted());
      expect(await listed(tenant, `?deviceId=${other.id}`)).toHaveLength(1);
      expect(await listed(tenant, `?userId=${user.id}`)).toMatchObject([bookmark.link]);
    });

    test('a member sees and sends of their own devices alone', async () => {
      const { plane, tenant, device } = await prepared(create);
      const foreign = await createLink(tenant, device.id);
      const bob = await join(plane, tenant, { name: 'Bob' });
      const own = await createDevice(tenant, { userId: bob.userId });
      const sent = await bob.api<CreatedLink>('POST', tenant.path('/links'), {
        ...{ deviceId: own.id, send: true },
      });
      const page = await bob.api<Listing<Link>>('GET', tenant.path('/links'));
      expect(page.body.items).toEqual([expectStatus(sent, 201).link]);
      for (const verb of ['resend', 'revoke']) {
        const path = tenant.path(`/links/${foreign.id}/${verb}`);
        expect((await bob.api('POST', path)).status).toBe(404);
      }
    });
  });
}

/** @param create makes or shares a control plane whose mails can be read */
export function linkMailContract(create: () => Promise<MailPlane>): void {
  sendingContract(create);
  resendContract(create);
  stateContract(create);
}
