// What the CLI says when the server refuses, fails, is somebody else or is not there.

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { gatewayId, linkToken, problem, tenant, tenantId, token } from './answers.ts';
import { startWorld } from './world.ts';

const get = ['tenant', 'get'];
const path = `GET /v1/tenants/${tenantId}`;
const type = 'application/problem+json';

/** A port of this machine where nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('a refusal', () => {
  it('is shown with its fields, rules, way out and request', async () => {
    await using world = await startWorld({ [path]: { status: 400, type, body: problem } });
    const { code, out, err } = await world.run(get);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      [
        'error: The request is not valid (invalid_input)',
        '  Two fields are wrong.',
        '  pools.v4: has host bits set; did you mean 10.0.0.0/8?',
        '  name: must not be empty',
        '  What to do: Correct the fields and send it again.',
        '  Request: r_0123456789abcdef',
        '',
      ].join('\n'),
    );
  });

  it('does not say twice what its fields say', async () => {
    const rules = problem.problems.map(({ field, rule }) => `${field} ${rule}`);
    const body = { ...problem, detail: `Not valid: ${rules.join('; ')}.` };
    await using world = await startWorld({ [path]: { status: 400, type, body } });
    expect((await world.run(get)).err.split('must not be empty')).toHaveLength(2);
  });

  it('says where a key comes from that is not valid', async () => {
    const body = { ...problem, status: 401, code: 'unauthenticated', wayOut: 'Send a header.' };
    await using world = await startWorld({ [path]: { status: 401, type, body } });
    const { err } = await world.run(get);
    expect(err).toContain('What to do: Check SALLYPORT_TOKEN');
    expect(err).not.toContain('header');
  });

  it('keeps JSON output free of messages', async () => {
    await using world = await startWorld({ [path]: { status: 400, type, body: problem } });
    const { code, out, err } = await world.run([...get, '--json']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('invalid_input');
  });

  it('with no more than a title and a code is shown too', async () => {
    const body = { type: 'about:blank', title: 'Too busy right now', status: 503, code: 'busy' };
    await using world = await startWorld({ [path]: { status: 503, type, body } });
    expect(await world.run(get)).toMatchObject({
      code: 1,
      err: 'error: Too busy right now (busy)\n',
    });
  });

  it('cannot write to the terminal behind our back', async () => {
    const body = { ...problem, detail: 'a\u001b]0;owned\u0007b' };
    await using world = await startWorld({ [path]: { status: 400, type, body } });
    expect((await world.run(get)).err).toContain('a\ufffd]0;owned\ufffdb');
  });
});

describe('an answer that is not ours', () => {
  it.each([
    [{ status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }, 'answered 502, but not as'],
    [{ status: 301, headers: { location: 'https://a.test/x' } }, 'It points to https://a.test.'],
    [{ status: 404, body: '{}' }, 'answered 404, but not as'],
    [{ body: '<html>' }, 'does not understand'],
    [{ body: { ...tenant, extra: 1 } }, 'extra'],
    [{ body: { ...tenant, revision: '12' } }, 'revision: '],
  ])('is refused and explained: %j', async (canned, message) => {
    await using world = await startWorld({ [path]: canned });
    const { code, out, err } = await world.run(get, { columns: 200 });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(world.url);
  });
});

describe('a server that is not there', () => {
  it('is named, with what to check and who named the address', async () => {
    await using world = await startWorld();
    const url = `http://127.0.0.1:${await closedPort()}`;
    const env = { SALLYPORT_URL: url, SALLYPORT_TOKEN: token };
    expect(await world.run(get, { env })).toEqual({
      code: 3,
      out: '',
      err:
        `error: cannot reach ${url}\n` +
        '  nothing listens there. Is the control plane running ("npm start")?\n' +
        '  The address comes from SALLYPORT_URL.\n',
    });
  });

  it('is told apart from a name that does not exist', async () => {
    await using world = await startWorld();
    const env = { SALLYPORT_URL: 'http://no-such-host.invalid', SALLYPORT_TOKEN: token };
    const { code, err } = await world.run(get, { env });
    expect(code).toBe(3);
    expect(err).toMatch(/there is no host of that name|cannot be looked up/);
  });

  it('never has a link token printed about it', async () => {
    await using world = await startWorld();
    const url = `http://127.0.0.1:${await closedPort()}`;
    const words = ['link', 'redeem', `${url}/l/${linkToken}`, '--out', world.home];
    const { code, err } = await world.run(words);
    expect(code).toBe(3);
    expect(err).toContain('The address comes from the link.');
    expect(err).not.toContain(linkToken);
  });
});

describe('wrong usage', () => {
  it.each([
    [['nope'], "unknown command 'nope'"],
    [['gateway', 'get'], "missing required argument 'gateway'"],
    [['gateway', 'get', '../users'], 'It must be a gateway id'],
    [['gateway', 'get', gatewayId, 'more'], 'too many arguments'],
    [['gateway', 'create', '--name', 'x'], "'--endpoint <host[:port]>' not specified"],
    [['gateway', 'create', '--name', 'x', '--endpoint', 'a:b:c'], 'It must be host, host:port'],
    [['gateway', 'create', '--endpoint', 'a', '--mtu', '14e2'], 'It must be a whole number'],
    [['gateway', 'delete', gatewayId], 'add: --yes'],
    [['user', 'list', '--limit', '-1'], 'whole number'],
    [['user', 'list', '--nope'], "unknown option '--nope'"],
    [['link', 'create', 'd_7m3k9q0c7x1v5t8b', '--expires', '7 days'], 'such as 30m or 7d'],
    [['link', 'redeem', 'https://a.test/other/x'], 'neither a link nor its token'],
    [['link', 'redeem', 'x', '--qr', '--json'], 'choose one'],
    [['device', 'create', '--user', 'anna', '--name', 'x'], 'It must be a user id'],
  ])('%j exits with 2 and sends nothing', async (words, message) => {
    await using world = await startWorld();
    const { code, out, err } = await world.run(words, { columns: 200 });
    expect({ code, out, asked: world.asked }).toEqual({ code: 2, out: '', asked: [] });
    expect(err).toContain(message);
  });

  it.each([
    [['link', `https://a.test/l/${linkToken}`], linkToken],
    [[token], token],
    [['user', 'list', `--${token}`], token],
  ])('never repeats a secret that stands in the wrong place', async (words, secret) => {
    await using world = await startWorld();
    const { code, out, err } = await world.run(words);
    expect(code).toBe(2);
    expect(out + err).not.toContain(secret);
  });

  it('is not to ask for help', async () => {
    await using world = await startWorld();
    const { code, out, err } = await world.run(['device', 'create', '--help'], { columns: 60 });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('--make-key');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
  });
});
