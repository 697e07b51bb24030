import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderWireguard } from '../../../src/render/server/wireguard.ts';
import { anyPeers, anyWireguard, keyNumber, peerNumber } from './documents.ts';
import { expectGolden } from './golden.ts';

const privateKey = keyNumber(999);

describe('the WireGuard file of a gateway', () => {
  it('is exactly this with three devices', () => {
    const peers = [peerNumber(3), peerNumber(1), peerNumber(2)];
    expectGolden('wireguard-three.conf', renderWireguard({ privateKey, listenPort: 51820, peers }));
  });

  it('keeps key and port when there are no devices', () => {
    expectGolden(
      'wireguard-none.conf',
      renderWireguard({ privateKey, listenPort: 443, peers: [] }),
    );
  });

  it('does not depend on the order of the devices or of their addresses', () => {
    const [one, two] = [peerNumber(1), peerNumber(2)];
    const turned = { ...one, addresses: [...one.addresses].reverse() };
    const render = (peers: (typeof one)[]) =>
      renderWireguard({ privateKey, listenPort: 51820, peers });
    expect(render([two, turned])).toBe(render([one, two]));
  });

  it('has no line that a string of a valid document could add', () => {
    const setting =
      /(PrivateKey = \S{44}|ListenPort = \d+|PublicKey = \S{44}|AllowedIPs = [0-9a-f.:/, ]+)/;
    const line = new RegExp(`^(|\\[Interface\\]|\\[Peer\\]|${setting.source})$`);
    fc.assert(
      fc.property(anyWireguard, anyPeers, ({ listenPort }, peers) => {
        const lines = renderWireguard({ privateKey, listenPort, peers }).split('\n');
        expect(lines).toHaveLength(3 + 4 * peers.length + 1);
        for (const each of lines) expect(each).toMatch(line);
      }),
    );
  });
});
