// Where requests come from, on real sockets of the real program.

import { expect, test } from 'vitest';
import { temporaryDirectory } from '../control-plane.ts';
import { freePort, type Server, startServer } from '../server.ts';

/** The address that the log names for a request with these headers. */
async function addressFor(server: Server, headers: Record<string, string>): Promise<string> {
  const id = `test-${Math.random().toString(36).slice(2)}`;
  await server.request('/v1/me', { headers: { ...headers, 'x-request-id': id } });
  await expect.poll(server.output).toContain(id);
  const line =
    server
      .output()
      .split('\n')
      .find((text) => text.includes(id)) ?? '';
  const { address }: { address: string } = JSON.parse(line);
  return address;
}

async function start(environment: Record<string, string>): Promise<Server> {
  return startServer({ data: temporaryDirectory(), port: await freePort(), environment });
}

const forwarded = { 'x-forwarded-for': '1.1.1.1, 203.0.113.5' };

test('nobody may say that he speaks for another, unless he is named as a proxy', async () => {
  const server = await start({});
  expect(await addressFor(server, forwarded)).toBe('127.0.0.1');
  expect(await addressFor(server, { 'cf-connecting-ip': '203.0.113.5' })).toBe('127.0.0.1');
});

test('the log says once that a proxy of this machine is not named', async () => {
  const server = await start({});
  await addressFor(server, forwarded);
  await addressFor(server, forwarded);
  expect(server.output().split('proxy_not_trusted')).toHaveLength(2);
  expect(server.output()).toContain('Name it in SALLYPORT_TRUSTED_PROXIES');
});

test('a proxy that is named says whom it heard', async () => {
  const server = await start({ SALLYPORT_TRUSTED_PROXIES: '127.0.0.0/8' });
  expect(await addressFor(server, forwarded)).toBe('203.0.113.5');
  expect(await addressFor(server, {})).toBe('127.0.0.1');
});

test('those behind a proxy count one by one, and the machine reads metrics', async () => {
  const server = await start({
    SALLYPORT_TRUSTED_PROXIES: '127.0.0.0/8',
    SALLYPORT_RATE_LIMITS: 'anonymous=2',
    SALLYPORT_METRICS: 'local',
  });
  const statuses = async (client: string) => {
    const headers = { 'x-forwarded-for': client };
    const ask = async () => (await server.request('/v1/me', { headers })).status;
    return [await ask(), await ask(), await ask()];
  };
  expect(await statuses('203.0.113.5')).toEqual([401, 401, 429]);
  expect(await statuses('203.0.113.6')).toEqual([401, 401, 429]);
  const page = await (await server.request('/metrics')).text();
  expect(page).toContain('sallyport_rate_limited_total{policy="anonymous"} 2\n');
  expect((await server.request('/metrics', { headers: forwarded })).status).toBe(401);
});
