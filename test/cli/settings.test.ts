// Where address and key come from, and what is refused.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tenantOf } from '../../src/cli/settings.ts';
import { tenant, tenantId, token } from './answers.ts';
import { startWorld, type World } from './world.ts';

const answers = { [`GET /v1/tenants/${tenantId}`]: { body: tenant } };
const get = ['tenant', 'get'];

function writeProfile(world: World, content: unknown, path = '.config/sallyport/profile.json') {
  const file = join(world.home, path);
  mkdirSync(dirname(file), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

describe('settings', () => {
  it('come from the environment', async () => {
    await using world = await startWorld(answers);
    const env = { SALLYPORT_URL: `${world.url}/`, SALLYPORT_TOKEN: token };
    expect((await world.run(get, { env })).code).toBe(0);
    expect(world.asked).toMatchObject([{ authorization: `Bearer ${token}` }]);
  });

  it('come from the profile file in the home folder', async () => {
    await using world = await startWorld(answers);
    writeProfile(world, { url: world.url, token });
    expect((await world.run(get, { env: {} })).code).toBe(0);
  });

  it('come from the profile file in XDG_CONFIG_HOME', async () => {
    await using world = await startWorld(answers);
    writeProfile(world, { url: world.url, token }, 'xdg/sallyport/profile.json');
    const env = { XDG_CONFIG_HOME: join(world.home, 'xdg') };
    expect((await world.run(get, { env })).code).toBe(0);
  });

  it('come from --profile before all others, with the tenant it names', async () => {
    await using world = await startWorld(answers);
    const path = writeProfile(
      world,
      { url: world.url, token: 'operator', tenant: tenantId },
      'p.json',
    );
    const env = { SALLYPORT_URL: 'http://127.0.0.1:1', SALLYPORT_TOKEN: token };
    expect((await world.run([...get, '--profile', path], { env })).code).toBe(0);
    expect(world.asked).toMatchObject([{ authorization: 'Bearer operator' }]);
  });

  it('are never mixed: a key from the environment does not go to a profile address', async () => {
    await using world = await startWorld(answers);
    writeProfile(world, { url: world.url });
    await world.run(get, { env: { SALLYPORT_TOKEN: token } });
    expect(world.asked).toEqual([]);
  });

  it('without a key are refused, with what to do', async () => {
    await using world = await startWorld(answers);
    const { code, err } = await world.run(get, { env: { SALLYPORT_URL: world.url }, columns: 200 });
    expect(code).toBe(2);
    expect(err).toContain('which tenant?');
    const asked = await world.run([...get, '--tenant', tenantId], {
      env: { SALLYPORT_URL: world.url },
    });
    expect(asked.code).toBe(2);
    expect(asked.err).toContain('Set SALLYPORT_TOKEN');
  });

  it('let --tenant override what the key names', async () => {
    await using world = await startWorld(answers);
    await world.run([...get, '--tenant', 't_zzzzzzzzzzzzzzzz']);
    expect(world.asked).toMatchObject([{ path: '/v1/tenants/t_zzzzzzzzzzzzzzzz' }]);
  });

  it('refuse a tenant that could change the address', async () => {
    await using world = await startWorld(answers);
    expect((await world.run([...get, '--tenant', '../../x'])).code).toBe(2);
    expect(world.asked).toEqual([]);
  });
});

describe('a profile file', () => {
  it.each([0o644, 0o640, 0o604, 0o660, 0o601])('of mode %o is refused', async (mode) => {
    await using world = await startWorld(answers);
    const path = writeProfile(world, { url: world.url, token });
    chmodSync(path, mode);
    const { code, err } = await world.run(get, { env: {}, columns: 200 });
    expect(code).toBe(2);
    expect(err).toBe(
      `error: ${path} may be read by others (mode ${mode.toString(8)}), and it holds a key\n` +
        `    chmod 600 ${path}\n`,
    );
    expect(world.asked).toEqual([]);
    chmodSync(path, 0o600);
    expect((await world.run(get, { env: {} })).code).toBe(0);
  });

  it.each([
    ['not json', 'is not JSON'],
    [{ token }, 'url: '],
    [{ url: 'ftp://a.test', token }, 'url: must be an http:// or https:// address'],
    [{ url: 'http://me:secret@a.test', token }, 'url: must hold no user name'],
    [{ url: 'http://a.test', tokens: token }, 'tokens'],
    [{ url: 'http://a.test', tenant: 'x' }, 'tenant: must be a tenant id'],
  ])('is refused when it holds %j', async (content, message) => {
    await using world = await startWorld(answers);
    writeProfile(world, content);
    const { code, err } = await world.run(get, { env: {}, columns: 200 });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain('secret');
    expect(err).not.toContain(token);
  });

  it('that is not there is named', async () => {
    await using world = await startWorld(answers);
    const { code, err } = await world.run([...get, '--profile', '/nowhere/p.json']);
    expect(code).toBe(2);
    expect(err).toBe('error: /nowhere/p.json cannot be read: there is no such file\n');
  });
});

describe('a key', () => {
  it.each([
    [token, tenantId],
    ['an-operator-key-of-at-least-32-characters', undefined],
    ['sp_short_x', undefined],
    ['sp_../../../../../../_x', undefined],
    ['', undefined],
  ])('%j names the tenant %s', (key, expected) => {
    expect(tenantOf(key)).toBe(expected);
  });
});
