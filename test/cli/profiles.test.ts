// Keys made by the CLI: they stay on the machine, in files that only their owner can read.

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as canned from './answers.ts';
import { type Answers, startWorld, type World } from './world.ts';

const { deviceId, linkToken, tenantId, userId } = canned;
const tenant = `/v1/tenants/${tenantId}`;
const answers: Answers = {
  'POST /v1/links/redeem': { body: canned.redeemed },
  [`POST ${tenant}/devices`]: { status: 201, body: canned.device },
  [`POST ${tenant}/devices/${deviceId}/reissue`]: { body: canned.device },
  [`GET ${tenant}/devices/${deviceId}`]: { body: canned.deviceDetail },
};
const without = { ...canned.redeemed, connections: [] };

const ways = [
  ['link redeem', (world: World) => ['link', 'redeem', `${world.url}/l/${linkToken}`]],
  ['device create', () => ['device', 'create', '--user', userId, '--name', 'x', '--make-key']],
  ['device reissue', () => ['device', 'reissue', deviceId, '--make-key']],
] as const;

function privateKeyIn(path: string): string {
  return /^PrivateKey = (\S+)$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? 'none';
}

/** The public key that belongs to a private one, by Node's own arithmetic. */
function publicKeyOf(privateKey: string): string {
  const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(privateKey, 'base64')]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');
}

describe.each(ways)('%s', (_name, words) => {
  it('writes a file of mode 600 for each gateway, with the key that it announced', async () => {
    await using world = await startWorld(answers);
    const out = join(world.home, 'new', 'folder');
    const result = await world.run([...words(world), '--out', out]);
    expect(result).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(out).sort()).toEqual(['Berlin-2.conf', 'Berlin.conf']);
    const keys = readdirSync(out).map((file) => {
      expect(statSync(join(out, file)).mode & 0o777).toBe(0o600);
      expect(result.out).toContain(join(out, file));
      return privateKeyIn(join(out, file));
    });
    expect(new Set(keys).size).toBe(1);
    expect(world.asked[0]?.body).toMatchObject({ publicKey: publicKeyOf(keys[0] ?? '') });
  });

  it('never sends or prints the private key', async () => {
    await using world = await startWorld(answers);
    const { out, err } = await world.run([...words(world), '--out', world.home]);
    const key = privateKeyIn(join(world.home, 'Berlin.conf'));
    expect(key).toMatch(/^.{43}=$/);
    const raw = Buffer.from(key, 'base64');
    for (const form of [key, raw.toString('base64url'), raw.toString('hex')])
      expect(world.received + out + err).not.toContain(form);
  });

  it('never overwrites a file', async () => {
    await using world = await startWorld(answers);
    writeFileSync(join(world.home, 'berlin.CONF'), 'mine');
    await world.run([...words(world), '--out', world.home]);
    expect(readFileSync(join(world.home, 'berlin.CONF'), 'utf8')).toBe('mine');
    expect(readdirSync(world.home).sort()).toEqual([
      'Berlin-2.conf',
      'Berlin-3.conf',
      'berlin.CONF',
    ]);
  });

  it('prints device and files, without keys, as JSON', async () => {
    await using world = await startWorld(answers);
    const result = await world.run([...words(world), '--out', world.home, '--json']);
    expect(JSON.parse(result.out)).toEqual({
      device: canned.device,
      profiles: canned.connections.map(({ gatewayId }, index) => {
        const filename = ['Berlin.conf', 'Berlin-2.conf'][index] ?? '';
        return { gatewayId, filename, path: join(world.home, filename) };
      }),
      // Of other kinds there are some.
      ...{ password: null, values: [] },
    });
  });

  it('sends nothing when the folder cannot be written to', async () => {
    await using world = await startWorld(answers);
    const file = join(world.home, 'file');
    writeFileSync(file, '');
    const { code, err } = await world.run([...words(world), '--out', join(file, 'folder')]);
    expect(code).toBe(2);
    expect(err).toContain('cannot write to the folder');
    expect(world.asked).toEqual([]);
  });

  it('says what to do when no gateway is enrolled yet', async () => {
    await using world = await startWorld({
      ...answers,
      'POST /v1/links/redeem': { body: without },
      [`GET ${tenant}/devices/${deviceId}`]: { body: { ...canned.deviceDetail, connections: [] } },
    });
    const { code, err } = await world.run([...words(world), '--out', world.home]);
    expect(code).toBe(1);
    expect(err).toContain('no gateway to connect to yet');
    expect(err).toMatch(/sallyport device reissue|Ask whoever sent the link/);
  });
});

describe('link redeem', () => {
  it('talks to the server of the link, without any key of the caller', async () => {
    await using world = await startWorld({
      'POST /base/v1/links/redeem': { body: canned.redeemed },
    });
    await using other = await startWorld();
    const env = { SALLYPORT_URL: other.url, SALLYPORT_TOKEN: canned.token };
    const link = `${world.url}/base/l/${linkToken}`;
    expect(await other.run(['link', 'redeem', link, '--out', other.home], { env })).toMatchObject({
      code: 0,
    });
    expect(other.asked).toEqual([]);
    expect(world.asked).toMatchObject([{ authorization: undefined, body: { token: linkToken } }]);
    expect(world.received).not.toContain(canned.token);
  });

  it('takes a bare token to the server of the settings, without a key', async () => {
    await using world = await startWorld(answers);
    const env = { SALLYPORT_URL: world.url };
    const { code } = await world.run(['link', 'redeem', linkToken, '--out', world.home], { env });
    expect(code).toBe(0);
    expect(world.asked).toMatchObject([{ authorization: undefined, body: { token: linkToken } }]);
  });

  it('shows a QR code for each gateway, besides the files', async () => {
    await using world = await startWorld(answers);
    const words = ['link', 'redeem', linkToken, '--qr', '--out', world.home];
    const { out } = await world.run(words);
    expect(out.match(/▄|▀/g)?.length).toBeGreaterThan(200);
    expect(out.split('../../Berlin\n')).toHaveLength(3);
    expect(readdirSync(world.home)).toHaveLength(2);
  });

  it('writes nothing of a server that slips commands into the configuration', async () => {
    await using world = await startWorld(answers);
    const evil = [{ ...canned.connections[0], dns: ['1.1.1.1\nPostUp = id'] }];
    world.answers['POST /v1/links/redeem'] = { body: { ...canned.redeemed, connections: evil } };
    const { code, err } = await world.run(['link', 'redeem', linkToken, '--out', world.home]);
    expect(code).toBe(1);
    expect(err).toContain('does not understand');
    expect(readdirSync(world.home)).toEqual([]);
  });
});

describe('device create --make-key', () => {
  it('says how to replace the key when the profile cannot be fetched', async () => {
    await using world = await startWorld({
      [`POST ${tenant}/devices`]: { status: 201, body: canned.device },
    });
    const words = ['device', 'create', '--user', userId, '--name', 'x', '--make-key'];
    const { code, err } = await world.run([...words, '--out', world.home], { columns: 200 });
    expect(code).toBe(1);
    expect(err).toContain(`sallyport device reissue ${deviceId} --make-key --out <folder>`);
  });
});
