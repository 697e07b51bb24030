import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SignedIn } from '../../src/model/sign-in.ts';
import type { CreatedTenant, TenantEntry } from '../../src/model/tenant.ts';
import type { Listing } from '../../src/operations/page.ts';
import { newAddress, personOf, signInByMail } from './people.ts';
import { apiOf, type MailPlane, operatorKey } from './plane.ts';

const newSlug = () => `f${randomBytes(6).toString('hex')}`;

/** Sends with an Idempotency-Key. */
async function sendOnce(plane: MailPlane, token: string, key: string, body: object, path: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': key,
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await plane.request(path, init);
  const { status } = response;
  const replayed = response.headers.get('idempotency-replayed');
  return { status, replayed, body: (await response.json()) as CreatedTenant & { code?: string } };
}

export function foundingContract(create: () => Promise<MailPlane>): void {
  describe('tenant.create by an account', () => {
    test('makes it the owner, who comes in by signing in and needs no key', async () => {
      const plane = await create();
      const person = await signInByMail(plane);
      const slug = newSlug();
      const made = await person.api<CreatedTenant>('POST', '/v1/tenants', { name: 'Ours', slug });
      expect(made).toMatchObject({
        status: 201,
        body: {
          tenant: { name: 'Ours', slug, status: 'active' },
          owner: { email: person.email, role: 'owner', hasAccount: true },
          key: null,
        },
      });
      const { tenant, owner } = made.body;
      const path = `/v1/tenants/${tenant.id}`;
      expect((await person.api('POST', `${path}/users`, { name: 'Bob' })).status).toBe(201);
      const me = await person.api<{ tenants: object[] }>('GET', '/v1/me');
      expect(me.body.tenants).toMatchObject([
        { tenantId: tenant.id, userId: owner.id, role: 'owner' },
      ]);
      const log = await person.api<Listing<object>>('GET', `${path}/audit`);
      expect(log.body.items.at(-1)).toMatchObject({
        operation: 'tenant.create',
        actor: owner.id,
      });
    });

    test('makes no tenant for somebody else', async () => {
      const person = await signInByMail(await create());
      const body = { name: 'x', slug: newSlug(), owner: { email: newAddress() } };
      const reply = await person.api('POST', '/v1/tenants', body);
      expect(reply.body).toMatchObject({
        code: 'invalid_input',
        problems: [{ field: 'owner.email' }],
      });
    });
  });

  describe('tenant.create by the operator', () => {
    test('invites the owner by mail, who then comes in with an account', async () => {
      const plane = await create();
      const email = newAddress();
      const body = { name: 'Theirs', slug: newSlug(), owner: { name: 'Ada', email } };
      const operator = apiOf(plane, operatorKey);
      const made = await operator<CreatedTenant>('POST', '/v1/tenants', body);
      const { tenant, owner } = made.body;
      expect(owner).toMatchObject({ email, hasAccount: false, role: 'owner' });
      const [mail] = await plane.mailsTo(email, tenant.id);
      const [, invitation] = /invitation\/(\S+)/.exec(mail?.text ?? '') ?? [];
      const accept = { token: invitation, as: 'token' };
      const signedIn = await apiOf(plane)<SignedIn>('POST', '/v1/sign-in/invitation', accept);
      const person = personOf(plane, email, signedIn);
      const users = await person.api('GET', `/v1/tenants/${tenant.id}/users`);
      expect(users.body).toMatchObject({ items: [{ id: owner.id, hasAccount: true }] });
    });
  });

  describe('tenant.create with an Idempotency-Key', () => {
    test('makes one tenant, however often and at once it is sent', async () => {
      const plane = await create();
      const { token, api } = await signInByMail(plane);
      const body = { name: 'Once', slug: newSlug() };
      const send = (what: object = body) => sendOnce(plane, token, 'one', what, '/v1/tenants');
      const replies = await Promise.all([send(), send(), send()]);
      const again = await send();
      const ids = [...replies, again].map((reply) => reply.body.tenant?.id);
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(ids).size).toBe(1);
      expect(again.replayed).toBe('true');
      const me = await api<{ tenants: object[] }>('GET', '/v1/me');
      expect(me.body.tenants).toHaveLength(1);
      const other = await send({ name: 'Other', slug: newSlug() });
      expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
    });

    test("gives the operator the owner's key again", async () => {
      const plane = await create();
      const body = { name: 'Once', slug: newSlug() };
      const send = () => sendOnce(plane, operatorKey, body.slug, body, '/v1/tenants');
      const first = await send();
      expect((await send()).body).toEqual(first.body);
      expect(first.body.key).toMatch(/^sp_/);
    });
  });

  describe('a slug', () => {
    test.each(['admin', 'adm1n', 'ad-min', 'www', 'sa11yport', 'p0rtal', 'Login', 'adrnin'])(
      'that looks like a word of ours is refused: %s',
      async (name) => {
        const plane = await create();
        const reply = await apiOf(plane, operatorKey)('POST', '/v1/tenants', { name });
        expect(reply.body).toMatchObject({
          code: 'invalid_input',
          problems: [{ field: 'slug' }],
        });
      },
    );
  });

  describe('tenant.invite', () => {
    test('mails somebody that they may make a tenant, and again the same invitation', async () => {
      const plane = await create();
      const operator = apiOf(plane, operatorKey);
      const email = newAddress();
      const path = '/v1/tenant-invitations';
      const first = await operator<{ id: string }>('POST', path, { email });
      expect(first).toMatchObject({ status: 201, body: { email } });
      const again = await operator<{ id: string }>('POST', path, { email });
      expect(again.body.id).toBe(first.body.id);
      const mails = await plane.mailsTo(email);
      expect(mails[0]?.text).toContain('/portal/');
      expect(mails[0]?.text).toContain(email);
    });

    test("is the operator's", async () => {
      const plane = await create();
      const person = await signInByMail(plane);
      const body = { email: newAddress() };
      expect((await person.api('POST', '/v1/tenant-invitations', body)).status).toBe(403);
      const operator = apiOf(plane, operatorKey);
      const wrong = await operator('POST', '/v1/tenant-invitations', { email: 'nobody' });
      expect(wrong.status).toBe(400);
      const list = await operator<Listing<TenantEntry>>('GET', '/v1/tenants?limit=1');
      expect(list.status).toBe(200);
    });
  });
}
