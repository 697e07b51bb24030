// Profiles of every kind from a shell, with keys made there, of a real control plane.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';
import { profileKinds } from '../../src/model/profile.ts';
import { certifiedGateway } from '../contract/authorities.ts';
import { createDevice, createLink, createTenant } from '../contract/plane.ts';
import { temporaryDirectory } from '../control-plane.ts';
import { openssl } from '../pki/openssl.ts';
import { freePort, startServer } from '../server.ts';

async function prepared() {
  const [home, port] = [temporaryDirectory(), await freePort()];
  const plane = await startServer({ data: temporaryDirectory(), port });
  const tenant = await createTenant(plane, 'Größe & Söhne');
  await certifiedGateway(plane, tenant, { name: 'Berlin' });
  const sallyport = async (...words: string[]) => {
    let [out, err] = ['', ''];
    const code = await run(words, {
      env: { SALLYPORT_URL: `http://127.0.0.1:${port}`, SALLYPORT_TOKEN: tenant.key },
      home,
      columns: 80,
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      ask: async () => undefined,
    });
    return { code, out, err };
  };
  return { tenant, sallyport, folder: join(home, 'profiles') };
}

describe('sallyport link redeem --kind', () => {
  test('writes every kind, readable by its owner alone, beside what is there', async () => {
    const { tenant, sallyport, folder } = await prepared();
    const device = await createDevice(tenant, { name: "Ann's laptop" });
    await sallyport('tenant', 'update', '--ikev2-passwords', 'on');
    const written = new Set<string>();
    for (const kind of profileKinds) {
      const { token } = await createLink(tenant, device.id);
      const words = ['link', 'redeem', token, '--kind', kind, '--out', folder];
      const { code, out, err } = await sallyport(...words);
      expect({ kind, code, err }).toEqual({ kind, code: 0, err: '' });
      const files = readdirSync(folder).filter((name) => !written.has(name));
      expect(files.length).toBe(kind === 'wireguard-mobileconfig' ? 2 : 1);
      for (const name of files) {
        written.add(name);
        expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
        expect(out.replaceAll(/\s+/g, '')).toContain(join(folder, name).replaceAll(/\s+/g, ''));
      }
    }
  });

  test('makes a bundle that opens with the password that it shows', async () => {
    const { tenant, sallyport, folder } = await prepared();
    const create = ['device', 'create', '--user', tenant.ownerId, '--name', 'Pixel'];
    const { out } = await sallyport(...create, '--kind', 'android', '--out', folder, '--json');
    const { device, profiles, password, values } = JSON.parse(out);
    const [{ path }] = profiles;
    expect(device).toMatchObject({ name: 'Pixel', status: 'active' });
    expect(values).toMatchObject([{ server: 'vpn.example.com', type: 'IKEv2/IPSec RSA' }]);
    const argv = ['pkcs12', '-legacy', '-in', path, '-nodes', '-passin', `pass:${password}`];
    const { ok, text } = openssl().run(...argv);
    expect(ok).toBe(true);
    expect(text).toContain('BEGIN PRIVATE KEY');
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(readFileSync(path).length).toBeGreaterThan(1000);
  });

  test('refuses a kind that there is not, and a QR code of what has none', async () => {
    const { sallyport } = await prepared();
    const words = ['link', 'redeem', 'token', '--kind'];
    expect((await sallyport(...words, 'telepathy')).err).toContain('It must be one of');
    expect(await sallyport(...words, 'windows', '--qr')).toMatchObject({ code: 2 });
  });
});
