// Webhooks to real receivers, the same on every runtime.

import { randomBytes } from 'node:crypto';
import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { World } from './world.ts';

interface Receiver {
  /** `host:port` */
  at: string;
  received: { method: string; path: string; headers: Record<string, string>; body: string }[];
}

const newSecret = () => `whsec_${randomBytes(32).toString('base64')}`;

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `127.0.0.1:${port}`;
}

/** Answers as `answer` does, after it has kept what came. */
function keeping(received: Receiver['received'], answer: RequestListener): RequestListener {
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    received.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      ),
      body: Buffer.concat(chunks).toString(),
    });
    answer(request, response);
  };
}

const ok: RequestListener = (_, response) => void response.writeHead(204).end();

export function webhookSuite(world: () => World): void {
  const receiver = async (answer: RequestListener = ok, name = 'IP:127.0.0.1') => {
    const received: Receiver['received'] = [];
    const { key, cert } = world().authority.issue(name);
    const server = createServer({ key, cert }, keeping(received, answer));
    return { at: await listen(server), received };
  };
  const event = (url: string, secrets = [newSecret()]) => ({
    url,
    secrets,
    id: 'evt_0001',
    timestamp: Date.now(),
    body: JSON.stringify({ type: 'device.create', name: 'Größe 你好 🎉' }),
  });
  const deliver = (sent: ReturnType<typeof event>, ending: object = {}, allowed = 'allow') =>
    world().call({
      service: 'webhooks',
      variables: { SALLYPORT_OUTBOUND_PRIVATE: allowed },
      event: sent,
      ...ending,
    });

  describe('a webhook', () => {
    it('carries a signature for each secret, which receivers can verify', async () => {
      const { at, received } = await receiver();
      const sent = event(`https://${at}/hook?a=1`, [newSecret(), newSecret()]);
      await deliver(sent);
      const [request] = received;
      expect(request).toMatchObject({ method: 'POST', path: '/hook?a=1', body: sent.body });
      expect(request?.headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-id': 'evt_0001',
        'webhook-timestamp': String(Math.floor(sent.timestamp / 1000)),
      });
      const { headers = {}, body = '' } = request ?? {};
      for (const secret of sent.secrets)
        expect(new Webhook(secret).verify(body, headers)).toMatchObject({ type: 'device.create' });
      expect(() => new Webhook(newSecret()).verify(body, headers)).toThrow();
    });

    it.each([
      [410, 'webhook_gone'],
      [301, 'outside_unavailable'],
      [404, 'outside_unavailable'],
      [500, 'outside_unavailable'],
    ])('answered with %i is %s', async (status, code) => {
      const { at, received } = await receiver((_, response) => {
        response.writeHead(status, { location: '/elsewhere' }).end('x'.repeat(1_000_000));
      });
      const delivered = deliver(event(`https://${at}/secret-path`));
      await expect(delivered).rejects.toMatchObject({ code });
      await expect(delivered).rejects.toThrow(new RegExp(`${at} .*${status}`));
      await expect(delivered).rejects.not.toThrow(/secret-path/);
      expect(received).toHaveLength(1);
    });

    it('does not wait for the end of an answer', async () => {
      const { at } = await receiver((_, response) => void response.writeHead(200).write('x'));
      await expect(deliver(event(`https://${at}/`))).resolves.toBeUndefined();
    });

    it('ends when its job ends, at a receiver that does not answer', async () => {
      const { at } = await receiver(() => {});
      const delivered = deliver(event(`https://${at}/`), { milliseconds: 100 });
      await expect(delivered).rejects.toMatchObject({ code: 'outside_unavailable' });
      await expect(delivered).rejects.toThrow(/timeout/);
    });

    it('is not sent where the certificate is of another name, or nobody listens', async () => {
      const { at, received } = await receiver(ok, 'DNS:other.example');
      for (const url of [`https://${at}/`, 'https://127.0.0.1:1/'])
        await expect(deliver(event(url))).rejects.toMatchObject({ code: 'outside_unavailable' });
      expect(received).toEqual([]);
    });

    it('goes without TLS to this machine alone, if the operator allows it', async () => {
      const received: Receiver['received'] = [];
      const at = await listen(createPlainServer(keeping(received, ok)));
      await deliver(event(`http://${at}/`));
      expect(received).toHaveLength(1);
      for (const url of ['http://example.com/', 'http://10.0.0.1/'])
        await expect(deliver(event(url))).rejects.toMatchObject({ code: 'invalid_input' });
      const refused = deliver(event(`http://${at}/`), {}, 'refuse');
      await expect(refused).rejects.toMatchObject({ code: 'invalid_input' });
      expect(received).toHaveLength(1);
    });

    it.each([
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::1]/',
      'https://[::ffff:10.0.0.1]/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[fd00::1]/',
      'https://localhost/',
      'https://a.localhost./',
      'https://user:password@example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
    ])('is not sent to %s', async (url) => {
      const refused = deliver(event(url), {}, 'refuse');
      await expect(refused).rejects.toMatchObject({ code: 'invalid_input' });
      await expect(refused).rejects.toThrow(/url must/);
    });
  });
}
