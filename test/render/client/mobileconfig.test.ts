// Apple's configuration profiles, read back by other programs and held to Apple's own tables.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { parse } from 'plist';
import { describe, expect, it, test } from 'vitest';
import { type OnDemand, onDemandSchema } from '../../../src/model/profile.ts';
import { signCms } from '../../../src/pki/cms.ts';
import { importSigner } from '../../../src/pki/key.ts';
import {
  renderMobileconfig,
  renderWireguardMobileconfig,
} from '../../../src/render/client/mobileconfig.ts';
import { renderPasswordMobileconfig } from '../../../src/render/client/mobileconfig-password.ts';
import { ikev2OnDemand, wireguardOnDemand } from '../../../src/render/client/on-demand.ts';
import { plistText, renderPlist } from '../../../src/render/client/plist.ts';
import { renderProfiles } from '../../../src/render/client/profiles.ts';
import { openssl } from '../../pki/openssl.ts';
import { authority, pem } from '../../pki/world.ts';
import { appleFaults, isDictionary } from './apple-keys.ts';
import {
  allThrough,
  fixture,
  hostileNames,
  namedIkev2,
  namedPassword,
  namedWireguard,
  someThrough,
} from './ikev2.ts';

type Dictionary = Readonly<Record<string, unknown>>;

function read(xml: string): Dictionary {
  const value = parse(xml);
  if (!isDictionary(value)) throw new Error('a profile is a dictionary');
  return value;
}

function payloads(profile: Dictionary, type = ''): Dictionary[] {
  const list = profile.PayloadContent;
  const members = Array.isArray(list) ? list.filter(isDictionary) : [];
  return members.filter(({ PayloadType }) => String(PayloadType).includes(type));
}

function dictionary(value: unknown): Dictionary {
  if (!isDictionary(value)) throw new Error('no dictionary');
  return value;
}

const modes = onDemandSchema.shape.mode.def.innerType.options;
const everyOnDemand = modes.flatMap((mode) =>
  [[], ['Home & Garden', 'Café "☕"', ' two  spaces ']].flatMap((excludedSsids) =>
    [true, false].map((probe): OnDemand => ({ mode, excludedSsids, probe })),
  ),
);

async function everyProfile(): Promise<string[]> {
  const ikev2 = Object.values(namedIkev2).flatMap((input) =>
    everyOnDemand.map((onDemand) => renderMobileconfig({ ...input, onDemand })),
  );
  const passwords = Object.values(namedPassword).map(renderPasswordMobileconfig);
  const wireguard = Object.values(namedWireguard).flatMap((input) =>
    everyOnDemand.flatMap((onDemand) =>
      (['ios', 'macos'] as const).map((platform) =>
        renderWireguardMobileconfig({ ...input, onDemand }, platform),
      ),
    ),
  );
  return Promise.all([...ikev2, ...passwords, ...wireguard]);
}

describe('a configuration profile', () => {
  it("has only keys and values that Apple's tables know", async () => {
    for (const xml of await everyProfile()) expect(appleFaults(read(xml))).toEqual([]);
  });

  it('has a password in place of a certificate, and asks for the second name', async () => {
    const profile = read(await renderPasswordMobileconfig(namedPassword['all-through']));
    expect(payloads(profile, 'pkcs12')).toEqual([]);
    expect(payloads(profile, 'root')).toHaveLength(1);
    expect(dictionary(payloads(profile, 'vpn')[0]?.IKEv2)).toMatchObject({
      RemoteAddress: 'berlin.vpn.example.test',
      RemoteIdentifier: 'pw.berlin.vpn.example.test',
      ServerCertificateCommonName: 'pw.berlin.vpn.example.test',
      AuthenticationMethod: 'None',
      ExtendedAuthEnabled: 1,
      AuthName: '4567efgh0123abcd',
      AuthPassword: allThrough.password,
    });
    const certified = read(await renderMobileconfig(allThrough));
    expect(profile.PayloadIdentifier).toBe(certified.PayloadIdentifier);
  });

  it('is read by Python as it is by the library that wrote it', async (context) => {
    const program =
      'import sys, json, plistlib\n' +
      'print(json.dumps(plistlib.loads(sys.stdin.buffer.read()), default=str))';
    const python = (input: string) =>
      spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
    context.skip(python('').error !== undefined, 'python3 is not installed');
    const profile = await renderMobileconfig(allThrough);
    const { status, stdout, stderr } = python(profile);
    expect([status, stderr]).toEqual([0, '']);
    const theirs = dictionary(JSON.parse(stdout));
    const ours = read(profile);
    expect(Object.keys(theirs)).toEqual(Object.keys(ours));
    expect(theirs.PayloadOrganization).toBe('Müller & Co');
    expect(theirs.RemovalDate).toBe('2026-12-24 12:00:00');
    const [theirVpn, ourVpn] = [payloads(theirs, 'vpn'), payloads(ours, 'vpn')];
    expect(theirVpn).toEqual(ourVpn);
  });

  it('holds the bundle, its password and every root, all of which OpenSSL opens', async () => {
    const ssl = openssl();
    const profile = read(await renderMobileconfig(someThrough));
    const [bundle = {}] = payloads(profile, 'pkcs12');
    const { PayloadContent, Password } = bundle;
    if (!(PayloadContent instanceof Uint8Array)) throw new Error('no data');
    ssl.put('bundle.p12', PayloadContent);
    const open = ['pkcs12', '-in', 'bundle.p12', '-passin', `pass:${Password}`, '-nokeys'];
    for (const legacy of [[], ['-legacy']]) expect(ssl.run(...open, ...legacy).ok).toBe(true);
    ssl.put('device.pem', ssl.run(...open, '-clcerts').text);
    const roots = payloads(profile, 'root');
    expect(roots).toHaveLength(2);
    for (const [index, { PayloadContent: root }] of roots.entries()) {
      if (!(root instanceof Uint8Array)) throw new Error('no data');
      ssl.put(`root-${index}.pem`, pem('CERTIFICATE', root));
    }
    const verify = ['verify', '-x509_strict', '-CAfile', 'root-0.pem', '-purpose', 'sslclient'];
    expect(ssl.run(...verify, 'device.pem').text).toMatch(/device.pem: OK/);
  });

  it('names the same identity in every place', async () => {
    for (const input of Object.values(namedIkev2)) {
      const profile = read(await renderMobileconfig(input));
      const [bundle = {}] = payloads(profile, 'pkcs12');
      const vpns = payloads(profile, 'vpn').map(({ IKEv2 }) => dictionary(IKEv2));
      expect(vpns.map((vpn) => vpn.PayloadCertificateUUID)).toEqual(
        input.connections.map(() => bundle.PayloadUUID),
      );
      for (const vpn of vpns) expect(vpn.LocalIdentifier).toBe(input.identity);
      expect(vpns.map((vpn) => vpn.RemoteIdentifier)).toEqual(
        input.connections.map(({ host }) => host),
      );
    }
    const typeIn = async (input: typeof allThrough) =>
      payloads(read(await renderMobileconfig(input)), 'vpn').map(
        ({ IKEv2 }) => dictionary(IKEv2).CertificateType,
      );
    expect(await typeIn(allThrough)).toEqual(['ECDSA256']);
    expect(await typeIn(someThrough)).toEqual(['RSA', 'RSA']);
  });

  it('replaces the former one and updates its VPN in place, but not its key', async () => {
    const uuids = (profile: Dictionary) => payloads(profile).map((one) => one.PayloadUUID);
    const identifiers = (profile: Dictionary) =>
      payloads(profile).map((one) => one.PayloadIdentifier);
    const first = read(await renderMobileconfig(allThrough));
    const again = read(
      await renderMobileconfig({
        ...allThrough,
        certificate: fixture.rsa.certificate,
        uuid: () => '11111111-2222-4333-8444-555555555555',
      }),
    );
    expect(again.PayloadIdentifier).toBe(first.PayloadIdentifier);
    expect(again.PayloadUUID).not.toBe(first.PayloadUUID);
    expect(identifiers(again)).toEqual(identifiers(first));
    const [identity, ...others] = uuids(first);
    const [newIdentity, ...same] = uuids(again);
    expect(same).toEqual(others);
    expect(newIdentity).not.toBe(identity);
    const all = [...uuids(first), ...uuids(read(await renderMobileconfig(someThrough)))];
    expect(new Set(all).size).toBe(all.length - 2);
  });

  it('lies beside that of the other protocol and of another device', async () => {
    const [wireguard] = Object.values(namedWireguard);
    if (!wireguard) throw new Error('none');
    const all = [
      await renderMobileconfig(allThrough),
      await renderMobileconfig({ ...allThrough, deviceId: 'd_5k2m9q0c7x1v5t8b' }),
      await renderWireguardMobileconfig(wireguard, 'ios'),
    ].map((xml) => read(xml).PayloadIdentifier);
    expect(new Set(all).size).toBe(3);
  });
});

describe('when a device connects by itself', () => {
  const rulesOf = (value: Dictionary) => value.OnDemandRules ?? [];
  const excludedSsids = ['Home'];
  const probe = { URLStringProbe: 'http://captive.apple.com/hotspot-detect.html' };
  const wifi = { Action: 'Connect', InterfaceTypeMatch: 'WiFi' };
  const notHome = { Action: 'Disconnect', InterfaceTypeMatch: 'WiFi', SSIDMatch: ['Home'] };

  it("is said to the system's client from the top, and what fits nothing stays as it is", () => {
    const rules = (mode: OnDemand['mode'], withProbe = true) =>
      rulesOf(ikev2OnDemand({ mode, excludedSsids, probe: withProbe }));
    expect(ikev2OnDemand({ mode: 'off', excludedSsids, probe: true })).toEqual({
      OnDemandEnabled: 0,
    });
    expect(rules('always')).toEqual([
      notHome,
      { ...wifi, ...probe },
      { ...wifi, InterfaceTypeMatch: 'Ethernet', ...probe },
      { Action: 'Connect', InterfaceTypeMatch: 'Cellular' },
      { Action: 'Ignore' },
    ]);
    expect(rules('wifi', false)).toEqual([
      notHome,
      wifi,
      { Action: 'Disconnect', InterfaceTypeMatch: 'Cellular' },
      { Action: 'Ignore' },
    ]);
    expect(rules('cellular')).toEqual([
      { Action: 'Disconnect', InterfaceTypeMatch: 'WiFi' },
      { Action: 'Connect', InterfaceTypeMatch: 'Cellular' },
      { Action: 'Ignore' },
    ]);
  });

  // ActivateOnDemandOption.swift of WireGuard/wireguard-apple, as the app reads rules.
  function appUnderstands(rules: readonly Dictionary[], other: string): string {
    const is = (rule: Dictionary | undefined, action: string, medium: string) =>
      rule?.Action === action && rule.InterfaceTypeMatch === medium;
    if (rules.length === 1) return rules[0]?.Action === 'Connect' ? 'any' : 'off';
    if (rules.length === 2) {
      const connect = rules.find(({ Action }) => Action === 'Connect');
      const disconnect = rules.find(({ Action }) => Action === 'Disconnect');
      if (is(connect, 'Connect', 'WiFi') && is(disconnect, 'Disconnect', other)) return 'wifi';
      if (is(connect, 'Connect', other) && is(disconnect, 'Disconnect', 'WiFi')) return 'other';
    }
    if (rules.length === 3) {
      const ssids = rules.find((rule) => rule.InterfaceTypeMatch === 'WiFi' && rule.SSIDMatch);
      const beside = rules.find((rule) => rule.InterfaceTypeMatch === other);
      if (ssids?.Action === 'Disconnect' && beside)
        return `${beside.Action === 'Connect' ? 'any' : 'wifi'} except ${ssids.SSIDMatch}`;
    }
    return 'off';
  }

  it.each(['Cellular', 'Ethernet'] as const)(
    'is said to the WireGuard app in the shapes that it knows (%s)',
    (other) => {
      const understood = (mode: OnDemand['mode'], ssids: string[]) => {
        const value = wireguardOnDemand({ mode, excludedSsids: ssids, probe: true }, other);
        const rules = rulesOf(value);
        return appUnderstands(Array.isArray(rules) ? rules.filter(isDictionary) : [], other);
      };
      expect(understood('off', excludedSsids)).toBe('off');
      expect(understood('always', [])).toBe('any');
      expect(understood('always', excludedSsids)).toBe('any except Home');
      expect(understood('wifi', [])).toBe('wifi');
      expect(understood('wifi', excludedSsids)).toBe('wifi except Home');
      expect(understood('cellular', excludedSsids)).toBe('other');
    },
  );

  it('is so for the first gateway alone, because a device can wait for one', async () => {
    const onDemand = { mode: 'always', excludedSsids: [], probe: true } as const;
    const input = { ...someThrough, onDemand: { ...onDemand, excludedSsids: [] } };
    const vpns = payloads(read(await renderMobileconfig(input)), 'vpn');
    expect(vpns.map(({ IKEv2 }) => dictionary(IKEv2).OnDemandEnabled)).toEqual([1, 0]);
  });

  it('takes any name of a network as it is', async () => {
    const ssid = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(ssid, { minLength: 1, maxLength: 4 }), async (ssids) => {
        const parsed = onDemandSchema.safeParse({ mode: 'always', excludedSsids: ssids });
        fc.pre(parsed.success);
        const list = read(await renderPlist(ikev2OnDemand(parsed.data)));
        const [first] = Array.isArray(list.OnDemandRules) ? list.OnDemandRules : [];
        expect(dictionary(first).SSIDMatch).toEqual(ssids);
      }),
    );
  });
});

describe('a text in a property list', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(...hostileNames),
  );

  it('is read back as it was, but for what XML cannot hold', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const list = read(await renderPlist({ A: plistText(text), B: 'b' }));
        expect(Object.keys(list)).toEqual(['A', 'B']);
        expect(list.A).toBe(plistText(text));
        if (/^[ -~\u00a0-\u2027]*$/.test(text)) expect(list.A).toBe(text);
      }),
    );
  });

  it.each(hostileNames)('breaks no profile, whatever a tenant is called: %j', async (name) => {
    const gateways = allThrough.connections.map((one) => ({ ...one, gatewayName: name }));
    const xml = await renderMobileconfig({
      ...allThrough,
      tenantName: name,
      deviceName: name,
      connections: gateways,
    });
    expect(appleFaults(read(xml))).toEqual([]);
  });
});

test('a signed profile verifies and gives the same bytes, with its chain inside', async () => {
  const ssl = openssl();
  const ca = await authority();
  const { key, certificate } = await ca.device('profiles@acme.vpn.internal');
  const signer = await importSigner(key);
  const certificates = [certificate, ca.certificate];
  const [profile] = await renderProfiles({ kind: 'mobileconfig', input: allThrough }, (content) =>
    signCms(content, signer, certificates, Date.now()),
  );
  expect(profile).toMatchObject({
    mediaType: 'application/x-apple-aspen-config',
    filename: 'Ann-s-phone.mobileconfig',
  });
  ssl.put('ca.pem', pem('CERTIFICATE', ca.certificate));
  ssl.put('signed', profile?.content ?? '');
  const { ok, text } = ssl.run(
    ...['cms', '-verify', '-inform', 'DER', '-in', 'signed', '-CAfile', 'ca.pem'],
    ...['-purpose', 'any', '-binary'],
  );
  expect(ok).toBe(true);
  expect(text).toBe(`${await renderMobileconfig(allThrough)}CMS Verification successful\n`);
});
