// A user's own page behind a bookmark: what it shows to whom, and how it gives out a profile.

import { describe, expect, test } from 'vitest';
import type { CreatedLink } from '../../src/model/link.ts';
import { cookieName } from './people.ts';
import {
  createDevice,
  createTenant,
  enrolledGateway,
  expectStatus,
  type MailPlane,
  type TestTenant,
} from './plane.ts';
import { createUser, join } from './users.ts';

const accept = 'text/html';
const ownPage = { accept, 'sec-fetch-site': 'same-origin' };

async function bookmarkOf(
  tenant: TestTenant,
  userId: string,
): Promise<{ id: string; path: string }> {
  const body = { kind: 'bookmark', userId };
  const reply = await tenant.api<CreatedLink>('POST', tenant.path('/links'), body);
  const { link, url } = expectStatus(reply, 201);
  expect(link).toMatchObject({ kind: 'bookmark', userId, deviceId: null, expiresAt: null });
  return { id: link.id, path: new URL(url).pathname };
}

async function prepared(create: () => Promise<MailPlane>, policy: object = {}) {
  const plane = await create();
  const tenant = await createTenant(plane, 'Acme');
  await enrolledGateway(plane, tenant);
  await tenant.api('PATCH', tenant.path(''), { policy });
  const [ann, bob] = [await join(plane, tenant), await join(plane, tenant, { name: 'Bob' })];
  const device = await createDevice(tenant, { userId: ann.userId, name: 'Ann <i>phone</i>' });
  const foreign = await createDevice(tenant, { userId: bob.userId, name: "Bob's phone" });
  const bookmark = await bookmarkOf(tenant, ann.userId);
  const visit = async (token?: string, path = bookmark.path, method = 'GET') => {
    const cookie = token === undefined ? {} : { cookie: `${cookieName}=${token}` };
    const init: RequestInit = { method, headers: { ...ownPage, ...cookie }, redirect: 'manual' };
    const response = await plane.request(path, init);
    return { status: response.status, html: await response.text(), headers: response.headers };
  };
  const renew = (token?: string, id = device.id) => visit(token, `${bookmark.path}/${id}`, 'POST');
  return { plane, tenant, ann, bob, device, foreign, bookmark, visit, renew };
}

/** @param create makes or shares a control plane whose mails can be read */
export function bookmarkContract(create: () => Promise<MailPlane>): void {
  describe('a bookmark', () => {
    test('gives its user, signed in, a profile on the spot, again and again', async () => {
      const { plane, ann, visit, renew } = await prepared(create);
      const { html } = await visit(ann.token);
      expect(html).toContain('Hello Ann');
      expect(html).toContain('Ann &lt;i&gt;phone&lt;/i&gt;');
      expect(html).not.toMatch(/Bob|Sign in/);
      for (let turn = 0; turn < 2; turn++) {
        const { status, headers } = await renew(ann.token);
        expect([status, headers.get('location')]).toEqual([303, expect.stringMatching(/^\/l\/./)]);
        const there = headers.get('location') ?? '';
        const page = await plane.request(there, { method: 'POST', headers: { accept } });
        expect(page.status).toBe(200);
      }
    });

    test('hands a stranger nothing: the link goes to the mailbox of its user', async () => {
      const { plane, tenant, ann, visit, renew } = await prepared(create);
      const { html, headers } = await visit();
      expect(html).toContain('Mail me a link to the profile');
      expect(html).toMatch(/href="\/portal\/#\/u\/[\w.-]+"/);
      expect(headers.get('cache-control')).toBe('no-store');
      const answer = await renew();
      expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
      expect(answer.html).not.toMatch(/\/l\//);
      const mails = await plane.mailsTo(ann.email, tenant.id);
      expect(mails.at(-1)?.text).toMatch(/http:\/\/control\.test\/l\/\S+|https?:\S+\/l\/\S+/);
    });

    test('where links want a session it shows no more than a name before that', async () => {
      const policy = { linkRedemption: 'session' };
      const { ann, bob, visit, renew } = await prepared(create, policy);
      for (const token of [undefined, bob.token]) {
        const { html } = await visit(token);
        expect(html).toContain('Hello Ann');
        expect(html).not.toContain('phone');
        const refused = await renew(token);
        expect([refused.status, refused.html.includes('wants you to sign in')]).toEqual([
          403,
          true,
        ]);
      }
      expect((await visit(ann.token)).html).toContain('phone');
      expect((await renew(ann.token)).status).toBe(303);
    });

    test("reaches no one else's device, and none that was revoked", async () => {
      const { tenant, ann, device, foreign, visit, renew } = await prepared(create);
      expect((await renew(ann.token, foreign.id)).status).toBe(404);
      await tenant.api('POST', tenant.path(`/devices/${device.id}/revoke`));
      expect((await renew(ann.token)).status).toBe(404);
      expect((await visit(ann.token)).html).toContain('no device yet');
    });

    test('ends when it is revoked, and when its user is suspended', async () => {
      const { tenant, ann, bookmark, visit } = await prepared(create);
      const other = await bookmarkOf(tenant, ann.userId);
      await tenant.api('POST', tenant.path(`/links/${bookmark.id}/revoke`));
      expect((await visit(ann.token)).status).toBe(410);
      expect((await visit(ann.token, other.path)).status).toBe(200);
      await tenant.api('POST', tenant.path(`/users/${ann.userId}/suspend`));
      expect((await visit(undefined, other.path)).status).toBe(410);
    });

    test('is no link that works once, and the other way round', async () => {
      const { plane, bookmark, visit } = await prepared(create);
      const token = bookmark.path.slice('/u/'.length);
      expect((await visit(undefined, `/l/${token}`)).status).toBe(404);
      const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
      const body = JSON.stringify({ token });
      expect((await plane.request('/v1/links/redeem', { ...init, body })).status).toBe(404);
      expect((await visit(undefined, `/u/${token.slice(0, -2)}`)).status).toBe(404);
    });

    test('is of a user, and a link that works once is of a device', async () => {
      const { tenant, ann, device } = await prepared(create);
      const { id: deviceId } = device;
      const { userId } = ann;
      for (const [body, field] of [
        [{ kind: 'bookmark', deviceId, userId }, 'deviceId'],
        [{ kind: 'bookmark' }, 'userId'],
        [{ deviceId, userId }, 'userId'],
        [{}, 'deviceId'],
      ] as const) {
        const reply = await tenant.api('POST', tenant.path('/links'), body);
        expect(reply.body).toMatchObject({ code: 'invalid_input', problems: [{ field }] });
      }
      const own = await ann.api<CreatedLink>('POST', tenant.path('/links'), { kind: 'bookmark' });
      expect(own.body.link).toMatchObject({ userId });
      const { id } = await createUser(tenant);
      const foreign = { kind: 'bookmark', userId: id };
      expect((await ann.api('POST', tenant.path('/links'), foreign)).status).toBe(404);
    });
  });
}
