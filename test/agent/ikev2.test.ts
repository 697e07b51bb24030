// Who comes in by IKEv2, who does not, and what it costs to say so.

import crypto from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { revocationReceiptSchema } from '../../src/model/ikev2.ts';
import { deviceNumber, keyNumber, peerNumber } from '../render/server/documents.ts';
import type { FakeHost } from './fake-host.ts';
import {
  addressesNumber,
  identityNumber,
  ikev2Lab,
  ikev2World,
  runUntil,
  settledLab,
  usualIkev2,
} from './ikev2-lab.ts';
import { directory, type Lab, worldOf } from './lab.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Lets things happen one after the other, each when nothing else is going on, and then ends. */
function inTurn(lab: Lab, steps: (() => void)[], prepare: (host: FakeHost) => void = () => {}) {
  let host: FakeHost | undefined;
  let [index, seen] = [0, 0];
  lab.control.onIdle = () => {
    const fresh = host?.calls.slice(seen) ?? [];
    seen = host?.calls.length ?? 0;
    if (fresh.every((call) => call.startsWith('http'))) steps[index++]?.();
  };
  return runUntil(
    lab,
    () => index > steps.length,
    (fake) => {
      host = fake;
      prepare(fake);
    },
  );
}

function payloadOf(jws: string) {
  const [, payload = ''] = jws.split('.');
  return revocationReceiptSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
}

describe('a gateway with IKEv2', () => {
  it('makes its key, gets a certificate and the lists, and loads them', async () => {
    const lab = await settledLab(ikev2World([1]));
    const { charon, disk } = lab.machine;
    expect(disk.get(`${directory}/ikev2.key`)?.mode).toBe(0o600);
    expect(disk.get('/swanctl/private/sallyport.pem')?.mode).toBe(0o600);
    expect(disk.get('/swanctl/private/sallyport.pem')?.text).toBe(
      disk.get(`${directory}/ikev2.key`)?.text,
    );
    expect(charon.connections).toContain('id = "vpn.example.test"');
    expect(charon.lists).toHaveLength(1);
    expect(charon.judged).toEqual(charon.lists);
    const report = lab.control.reports.at(-1);
    expect(report?.versions.strongswan).toBe('5.9.8');
    expect(report?.ikev2).toMatchObject({ sessions: 0, digest: expect.stringMatching(/^[^0]/) });
    expect(report?.ikev2?.certificateUntil).toBeGreaterThan(Date.UTC(2027, 1));
    expect(lab.control.requests.filter((each) => each.includes('certificate'))).toHaveLength(1);
  });

  it('lets in who is known, and nobody else', async () => {
    const lab = await settledLab(ikev2World([1]));
    const { charon, admitted } = lab.machine;
    const seen: string[][] = [];
    await inTurn(lab, [
      () => charon.connect(identityNumber(1).toUpperCase(), addressesNumber(1)),
      () => seen.push([...admitted]),
      () => charon.connect(identityNumber(2), addressesNumber(2)),
      () => charon.connect('C=XX, CN=mallory, O=elsewhere', addressesNumber(3)),
      () => charon.connect('branch-office', ['192.0.2.9'], 'site-to-site'),
      () => seen.push([...admitted]),
    ]);
    expect(seen).toEqual([addressesNumber(1), addressesNumber(1)]);
    // What is not ours is left alone.
    expect([...charon.sessions.values()].map(({ connection }) => connection)).toEqual([
      'sallyport-pubkey',
      'site-to-site',
    ]);
  });

  it('keeps an address until the last session that has it is gone', async () => {
    const lab = await settledLab(ikev2World([1]));
    const { charon, admitted } = lab.machine;
    const counts: number[] = [];
    const ids: string[] = [];
    await inTurn(lab, [
      () => ids.push(charon.connect(identityNumber(1), addressesNumber(1))),
      () => ids.push(charon.connect(identityNumber(1), addressesNumber(1))),
      () => charon.end(ids[0] ?? ''),
      () => counts.push(admitted.size),
      () => ids.push(charon.rekey(ids[1] ?? '')),
      () => counts.push(admitted.size),
      () => charon.end(ids[2] ?? ''),
      () => counts.push(admitted.size),
    ]);
    expect(counts).toEqual([2, 2, 0]);
  });

  it('has the passwords of devices as long as these are known', async () => {
    const section = { ...usualIkev2, password: { identity: 'pw.vpn.example.test' } };
    const identity = '4567efgh0123abcd';
    const secret = 'kq7n2v9x4c1b8m5z0h3gfabc';
    const device = { id: deviceNumber(2), identity, secret };
    const first = ikev2World([1], { section });
    const lab = await settledLab(first);
    const { charon, admitted, disk } = lab.machine;
    const conf = () => disk.get('/swanctl/conf.d/sallyport.conf')?.text ?? '';
    const before = conf();
    const both = { ...first.ikev2, devices: [...(first.ikev2?.devices ?? []), device] };
    const seen: unknown[] = [];
    const note = () => seen.push([conf().includes(`id = "${identity}"`), [...admitted]]);
    await inTurn(lab, [
      () => lab.control.publish(ikev2World([1], both)),
      note,
      () => charon.connect(identity, addressesNumber(2), 'sallyport-password'),
      () => {},
      note,
      () => lab.control.publish(first),
      () => {},
      note,
    ]);
    expect(seen).toEqual([
      [true, []],
      [true, addressesNumber(2)],
      [false, []],
    ]);
    expect(conf()).toBe(before);
    expect(before).toContain('sallyport-password {');
    expect(JSON.stringify(lab.control.reports)).not.toContain(secret);
  });

  it('takes up who is connected when it starts, and puts right what somebody changed', async () => {
    const lab = await settledLab(ikev2World([1, 2]));
    const { charon, admitted } = lab.machine;
    charon.connect(identityNumber(1), addressesNumber(1));
    charon.connect(identityNumber(9), addressesNumber(9));
    const seen: string[][] = [];
    await inTurn(lab, [
      () => seen.push([...admitted]),
      () => admitted.clear(),
      () => {},
      () => seen.push([...admitted]),
      () => {
        lab.machine.ikev2Table = undefined;
      },
      () => {},
      () => seen.push([...admitted]),
    ]);
    expect(seen).toEqual([addressesNumber(1), addressesNumber(1), addressesNumber(1)]);
    expect(lab.machine.ikev2Table).toContain('@admitted4');
  });

  it('leaves nothing when it shall have none any more', async () => {
    const plain = await ikev2Lab();
    plain.control.publish(worldOf());
    await plain.run();
    const lab = await settledLab(ikev2World([1]));
    const { starts } = lab.machine.charon;
    lab.machine.charon.connect(identityNumber(1), addressesNumber(1));
    await inTurn(lab, [() => lab.control.publish(worldOf()), () => {}, () => {}]);
    expect(lab.machine.toText()).toBe(plain.machine.toText());
    const left = [...lab.machine.disk.keys()].filter((path) => /swanctl|strongswan/.test(path));
    expect(left).toEqual([]);
    expect(lab.machine.charon.sessions.size).toBe(0);
    expect(lab.machine.charon.starts).toBe(starts);
    expect(lab.control.reports.at(-1)).not.toHaveProperty('ikev2');
  });
});

describe('a device that is cut off', () => {
  it('sends no packet before anything else is done about it', async () => {
    const lab = await settledLab(ikev2World([1, 2]));
    const { charon, admitted, disk } = lab.machine;
    charon.connect(identityNumber(1), addressesNumber(1));
    charon.connect(identityNumber(2), addressesNumber(2));
    let host: FakeHost | undefined;
    let begun = 0;
    await inTurn(
      lab,
      [
        () => {
          begun = host?.calls.length ?? 0;
          lab.control.publish(ikev2World([2], { revocations: 2 }));
        },
        () => {},
      ],
      (fake) => {
        host = fake;
      },
    );
    expect([...admitted]).toEqual(addressesNumber(2));
    expect([...charon.sessions.values()].map(({ identity }) => identity)).toEqual([
      identityNumber(2),
    ]);
    const first = (pattern: RegExp) =>
      (host?.calls ?? []).findIndex((call, index) => index >= begun && pattern.test(call));
    const begin = first(/^appendText {"begin"/);
    const stopped = (host?.calls ?? []).findIndex(
      (call, index) => index > begin && call.startsWith('exec nft -f -'),
    );
    const rest = [
      first(/^exec conntrack/),
      first(/^appendText eyJ/),
      first(/^vici terminate/),
      first(/^appendText {"commit"/),
      first(/^vici flush-certs/),
    ];
    expect(begin).toBeGreaterThan(0);
    expect(stopped).toBeGreaterThan(begin);
    expect(Math.min(...rest)).toBeGreaterThan(stopped);
    // After a crash in between it is all done again.
    expect(first(/^appendText eyJ/)).toBeLessThan(first(/^appendText {"commit"/));
    expect(lab.machine.forgotten).toEqual(addressesNumber(1));
    expect(disk.has(`${directory}/receipts`)).toBe(false);
    const receipts = lab.control.reports.flatMap((report) => report.receipts ?? []);
    expect(receipts.map(payloadOf)).toEqual([
      expect.objectContaining({
        deviceId: deviceNumber(1),
        protocol: 'ikev2',
        credential: identityNumber(1),
        revision: 2,
        lastSeenAt: null,
      }),
    ]);
  });

  it('costs the same among ten and among a thousand', async () => {
    const costs = async (count: number) => {
      const lab = await settledLab(ikev2World(numbers(count)));
      let calls: string[] = [];
      const cut = () => lab.control.publish(ikev2World(numbers(count - 1)));
      await inTurn(lab, [cut], (fake) => {
        calls = fake.calls;
      });
      const begin = calls.findIndex((call) => call.startsWith('appendText {"begin"'));
      const end = calls.findIndex((call, at) => at > begin && call.includes('/report'));
      expect(calls[begin]?.length).toBeLessThan(600);
      return calls
        .slice(begin, end)
        .map((call) => call.split(' ').slice(0, 2).join(' ').slice(0, 20));
    };
    const few = await costs(10);
    expect(few.filter((call) => call?.startsWith('exec') && call !== 'exec nft')).toEqual([]);
    expect(await costs(1000)).toEqual(few);
  });

  it('has a receipt that the gateway signed, until a report with it was answered', async () => {
    const lab = await settledLab({ ...ikev2World([1]), peers: [peerNumber(1), peerNumber(2)] });
    const peer = lab.machine.tunnel.peers.get(keyNumber(2));
    if (peer) peer.handshake = 1_790_000_000;
    lab.control.onReport = () => ({ status: 503, headers: {}, body: '' });
    await inTurn(lab, [
      () => lab.control.publish({ ...ikev2World([], { revocations: 2 }), peers: [peerNumber(1)] }),
      () => {},
    ]);
    expect(lab.machine.disk.get(`${directory}/receipts`)?.text.split('\n')).toHaveLength(3);
    lab.control.onReport = () => undefined;
    await runUntil(lab, () => !lab.machine.disk.has(`${directory}/receipts`));
    const receipts = lab.control.reports.at(-1)?.receipts ?? [];
    expect(receipts.map(payloadOf)).toEqual([
      expect.objectContaining({
        protocol: 'wireguard',
        credential: keyNumber(2),
        lastSeenAt: 1_790_000_000_000,
      }),
      expect.objectContaining({ protocol: 'ikev2', credential: identityNumber(1) }),
    ]);
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: lab.control.enrolled[0]?.identityKey ?? '' };
    const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
    for (const receipt of receipts) {
      const [header = '', payload = '', signature = ''] = receipt.split('.');
      const signed = Buffer.from(`${header}.${payload}`);
      expect(crypto.verify(null, signed, key, Buffer.from(signature, 'base64url'))).toBe(true);
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
        alg: 'EdDSA',
        kid: 't_0000000000000001.gw_0000000000000001',
        typ: 'sallyport-receipt+jws',
      });
    }
  });
});

describe('traffic over IKEv2', () => {
  it('is counted once across rekeys, with that of WireGuard', async () => {
    const lab = await settledLab({ ...ikev2World([1]), peers: [peerNumber(1)] });
    const { charon, tunnel } = lab.machine;
    const counted = { received: 0, sent: 0 };
    lab.control.onReport = ({ peers }) => {
      expect(new Set(peers.map(({ id }) => id)).size).toBe(peers.length);
      for (const { receivedBytes, sentBytes } of peers) {
        counted.received += receivedBytes;
        counted.sent += sentBytes;
      }
      return undefined;
    };
    let id = '';
    const flow = (received: number) => {
      const session = charon.sessions.get(id);
      if (session) Object.assign(session, { received, sent: 2 * received, idle: 1 });
    };
    await inTurn(lab, [
      () => {
        id = charon.connect(identityNumber(1), addressesNumber(1));
        flow(100);
      },
      () => {
        const peer = tunnel.peers.get(keyNumber(1));
        if (peer) Object.assign(peer, { received: 7, sent: 7 });
        flow(150);
      },
      () => {
        id = charon.rekey(id);
        flow(170);
        charon.rekeyChild(id);
        flow(30);
      },
      () => {
        flow(50);
        charon.end(id);
      },
      () => {},
      () => {},
    ]);
    expect(counted).toEqual({ received: 100 + 50 + 20 + 50 + 7, sent: 2 * 220 + 7 });
  });
});
