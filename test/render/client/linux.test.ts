// What Linux clients get: keyfiles as NetworkManager's own library reads them, and folders as tar
// unpacks them.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseTar } from 'nanotar';
import { describe, expect, it, type TestContext } from 'vitest';
import { z } from 'zod';
import type { Ikev2ProfileInput, WireguardProfileInput } from '../../../src/model/profile.ts';
import { keyfileValue, renderNetworkManager } from '../../../src/render/client/networkmanager.ts';
import { renderProfiles } from '../../../src/render/client/profiles.ts';
import {
  renderIpsec,
  renderSwanctl,
  settingsString,
} from '../../../src/render/client/strongswan.ts';
import { openssl } from '../../pki/openssl.ts';
import { pem } from '../../pki/world.ts';
import { allThrough, fixture, hostileNames, namedIkev2, namedWireguard } from './ikev2.ts';

const python = '/usr/bin/python3';
const groupsSchema = z.record(z.string(), z.record(z.string(), z.string()));
const answersSchema = z.array(
  z.object({
    groups: groupsSchema,
    valid: z.boolean().optional(),
    id: z.string().optional(),
    type: z.string().optional(),
    written: groupsSchema.optional(),
  }),
);

/** What GLib and NetworkManager's library make of keyfiles. */
function readKeyfiles(context: TestContext, texts: readonly string[]) {
  const script = join(import.meta.dirname, 'networkmanager.py');
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
  });
  const missing = !existsSync(python) || /ModuleNotFoundError|not available/.test(stderr);
  context.skip(missing, 'libnm is not installed (Debian: python3-gi, gir1.2-nm-1.0)');
  expect([status, stderr]).toEqual([0, '']);
  return answersSchema.parse(JSON.parse(stdout));
}

function keyfilesIn(tar: Uint8Array): string[] {
  return parseTar(tar).flatMap(({ name, text }) => (/\.nmconnection$/.test(name) ? [text] : []));
}

async function wireguardKeyfiles(input: WireguardProfileInput): Promise<string[]> {
  const profiles = await renderProfiles({ kind: 'wireguard-networkmanager', input });
  return profiles.map(({ content }) => String(content));
}

const called = (name: string): Ikev2ProfileInput => ({
  ...allThrough,
  tenantName: name,
  deviceName: name,
  connections: allThrough.connections.map((one) => ({ ...one, gatewayName: name })),
});

describe('a connection of NetworkManager', () => {
  it('is read and written again without a change', async (context) => {
    const texts = [
      ...(await Promise.all(Object.values(namedIkev2).map(renderNetworkManager))).flatMap(
        keyfilesIn,
      ),
      ...(await Promise.all(Object.values(namedWireguard).map(wireguardKeyfiles))).flat(),
    ];
    const answers = readKeyfiles(context, texts);
    expect(answers.map(({ type }) => type)).toEqual([
      ...['vpn', 'vpn', 'vpn'],
      ...['wireguard', 'wireguard', 'wireguard'],
    ]);
    for (const { valid, groups, written } of answers) {
      expect(valid).toBe(true);
      expect(written).toEqual(groups);
    }
  });

  it('can be called anything', async (context) => {
    const texts = await Promise.all(hostileNames.map((name) => renderNetworkManager(called(name))));
    const [plain, ...answers] = readKeyfiles(context, [
      ...keyfilesIn(await renderNetworkManager(allThrough)),
      ...texts.flatMap(keyfilesIn),
    ]);
    for (const [index, { groups, id }] of answers.entries()) {
      const { connection, ...others } = groups;
      const { connection: expected, ...same } = plain?.groups ?? {};
      expect(others).toEqual(same);
      expect({ ...connection, id: '' }).toEqual({ ...expected, id: '' });
      const name = hostileNames[index] ?? '';
      if (/^[^\p{Cc}\p{Cs}]*$/u.test(name)) expect(id).toBe(`${name} ${name}`);
    }
  });

  it('holds any text in one value', (context) => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), 300);
    const file = texts.map((text, index) => `k${index}=${keyfileValue(text)}\n`).join('');
    const [answer] = readKeyfiles(context, [`[x]\n${file}[y]\nend=here\n`]);
    expect(Object.keys(answer?.groups ?? {})).toEqual(['x', 'y']);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are replaced
    const plain = (text: string) => text.toWellFormed().replace(/[\u0000-\u001f\u007f]/g, ' ');
    for (const [index, text] of texts.entries())
      expect(answer?.groups.x?.[`k${index}`]).toBe(plain(text));
  });

  it('names the files that come with it, and only root may read its secrets', async () => {
    const files = parseTar(await renderNetworkManager(allThrough));
    const names = files.map(({ name }) => `/${name}`);
    const [keyfile = ''] = keyfilesIn(await renderNetworkManager(allThrough));
    for (const key of ['certificate', 'usercert', 'userkey'])
      expect(names).toContain(new RegExp(`^${key}=(.*)$`, 'm').exec(keyfile)?.[1]);
    for (const { name, attrs, text } of files)
      expect([name, attrs?.mode]).toEqual([
        name,
        /PRIVATE|\[vpn\]/.test(text) ? '0000600' : '0000644',
      ]);
  });
});

describe('a folder for strongSwan', () => {
  it.each(Object.entries(namedIkev2))('is what tar unpacks: %s', (_, input) => {
    const ssl = openssl();
    ssl.put('swanctl.tar', renderSwanctl(input));
    ssl.put('ipsec.tar', renderIpsec(input));
    const unpack = (name: string) => {
      mkdirSync(join(ssl.folder, name));
      const argv = ['--same-permissions', '-xvf', `${name}.tar`, '-C', name];
      const { stdout, stderr } = spawnSync('tar', argv, { cwd: ssl.folder, encoding: 'utf8' });
      expect(stderr).toBe('');
      return stdout.trim().split('\n');
    };
    const device = 'sallyport-4k2m9q0c7x1v5t8b';
    const roots = input.authorities.map((_root, index) => `${device}-root-${index + 1}.pem`);
    expect(unpack('swanctl')).toEqual([
      `conf.d/${device}.conf`,
      `x509/${device}.pem`,
      `private/${device}.pem`,
      ...roots.map((root) => `x509ca/${root}`),
    ]);
    expect(unpack('ipsec')).toEqual([
      `ipsec.d/${device}.conf`,
      `ipsec.d/${device}.secrets`,
      `ipsec.d/certs/${device}.pem`,
      `ipsec.d/private/${device}.pem`,
      ...roots.map((root) => `ipsec.d/cacerts/${root}`),
    ]);
    const key = `swanctl/private/${device}.pem`;
    expect(statSync(join(ssl.folder, key)).mode & 0o777).toBe(0o600);
    const verify = ['verify', '-CAfile', `swanctl/x509ca/${roots[0]}`, '-purpose', 'sslclient'];
    expect(ssl.run(...verify, `swanctl/x509/${device}.pem`).text).toMatch(/: OK/);
    const publicKey = ['-pubout', '-outform', 'PEM'];
    const ofKey = ssl.run('pkey', '-in', key, ...publicKey).text;
    const ofCertificate = ssl.run('x509', '-in', `swanctl/x509/${device}.pem`, '-noout', '-pubkey');
    expect(ofKey).toBe(ofCertificate.text);
    for (const root of roots)
      expect(readFileSync(join(ssl.folder, 'swanctl/x509ca', root), 'utf8')).toBe(
        readFileSync(join(ssl.folder, 'ipsec/ipsec.d/cacerts', root), 'utf8'),
      );
  });

  it('trusts the authority that the gateways have their certificates from', () => {
    const ssl = openssl();
    for (const { name, text } of parseTar(renderSwanctl(allThrough)))
      if (name.startsWith('x509ca/')) ssl.put('root.pem', text);
    ssl.put('gateway.pem', pem('CERTIFICATE', fixture.gateway));
    const verify = ['verify', '-x509_strict', '-CAfile', 'root.pem', '-purpose', 'sslserver'];
    expect(ssl.run(...verify, 'gateway.pem').text).toMatch(/: OK/);
  });

  it('says nothing that a tenant chose, but what is left of names in those of connections', () => {
    const shapes = [renderSwanctl, renderIpsec].map((render) => {
      const shape = (input: Ikev2ProfileInput, name: string) =>
        parseTar(render(input))
          .map((file) => `${file.name}\n${file.text}`)
          .join('')
          .replace(new RegExp(`^( *|conn |#.* )${name}( \\{)?$`, 'gm'), '$1NAME$2');
      const expected = shape(allThrough, 'muller-co-berlin');
      for (const name of hostileNames) {
        const text = shape(called(name), '\u0000');
        const [, own = ''] = /^(?: {2}|conn )([a-z][a-z0-9-]{0,59})(?: \{)?$/m.exec(text) ?? [];
        expect(shape(called(name), own)).toBe(expected);
      }
      return expected;
    });
    expect(shapes).toHaveLength(2);
  });

  it('refuses an address that says more than it should, and never shows a value', () => {
    const [one] = allThrough.connections;
    if (!one) throw new Error('none');
    const input = { ...allThrough, connections: [{ ...one, routes: ['10.0.0.0/8\nupdown = x'] }] };
    for (const render of [renderSwanctl, renderIpsec])
      expect(() => render(input)).toThrow(/^a value has characters that cannot stand/);
  });

  it('quotes any text so that only its own quotes end it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const quoted = settingsString(text);
        const read = /^"((?:[^"\\\n]|\\["\\])*)"$/.exec(quoted)?.[1];
        expect(read).toBeDefined();
        if (/^[ -~]*$/.test(text)) expect(read?.replace(/\\(.)/g, '$1')).toBe(text);
      }),
    );
  });
});
