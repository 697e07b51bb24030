import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderFirewall, renderNoFirewall } from '../../../src/render/server/nftables.ts';
import { anyFirewall, anyWireguard, usualFirewall, usualWireguard } from './documents.ts';
import { expectGolden } from './golden.ts';

const usual = {
  interfaceName: 'sallyport0',
  wireguard: usualWireguard,
  firewall: usualFirewall,
};
const open = {
  ...usual,
  firewall: {
    masquerade: ['10.0.0.0/8', '10.64.0.0/18', 'fc00::/7', 'fd5a::/64'],
    isolateClients: false,
  },
};
const narrow = { ...usual, wireguard: { ...usualWireguard, mtu: 1280 } };
const bare = {
  ...usual,
  wireguard: { ...usualWireguard, addresses: ['10.64.0.1/18'] },
  firewall: { masquerade: [], isolateClients: false },
};

describe('the firewall of a gateway', () => {
  it('is exactly this for the usual pools', () => {
    expectGolden('firewall-usual.nft', renderFirewall(usual));
  });

  it('names no prefix twice and drops what a wider one covers', () => {
    expectGolden('firewall-open.nft', renderFirewall(open));
  });

  it('needs neither masquerade nor IPv6', () => {
    expectGolden('firewall-bare.nft', renderFirewall(bare));
  });

  it('makes segments fit a road that is narrow', () => {
    const wide = 'iifname "sallyport0" tcp flags syn / syn,rst tcp option maxseg size set rt mtu';
    expect(renderFirewall(usual)).toContain(wide);
    expect(renderFirewall(narrow)).not.toContain(wide);
    // 1280 bytes less IPv6, UDP and WireGuard, less IP and TCP.
    for (const [family, segment] of [
      ['ipv4', 1160],
      ['ipv6', 1140],
    ] as const) {
      const syn = `meta nfproto ${family} tcp flags syn / syn,rst`;
      const larger = `tcp option maxseg size ${segment + 1}-65535`;
      expect(renderFirewall(narrow)).toContain(
        `${syn} ${larger} tcp option maxseg size set ${segment}`,
      );
    }
  });

  it('has an empty state that is rendered too', () => {
    expectGolden('firewall-none.nft', renderNoFirewall());
  });

  it('has no line that a string of a valid document could add', () => {
    const most = renderFirewall(narrow).split('\n').length;
    const line = /^[a-z0-9 \t"{}:;,./!=-]*$/;
    fc.assert(
      fc.property(anyWireguard, anyFirewall, (wireguard, firewall) => {
        const text = renderFirewall({ interfaceName: 'sallyport0', wireguard, firewall });
        expect(text.split('\n').length).toBeLessThanOrEqual(most);
        for (const each of text.split('\n')) expect(each).toMatch(line);
        for (const word of ['flush', 'include', 'PostUp', 'reboot'])
          expect(text).not.toContain(word);
      }),
    );
  });
});

/** Why the real nft cannot run here, or undefined if it can. */
function nftMissing(): string | undefined {
  const probe = spawnSync('unshare', ['-n', 'nft', 'list', 'ruleset'], { encoding: 'utf8' });
  if (probe.error) return `unshare does not run: ${probe.error.message}`;
  return probe.status === 0 ? undefined : `unshare -n nft: ${probe.stderr.trim()}`;
}

describe('the real nft', () => {
  const missing = nftMissing();

  it('takes every golden file, also twice', (context) => {
    context.skip(missing !== undefined, missing);
    for (const input of [usual, open, bare]) {
      const text = renderFirewall(input);
      const options = { input: text + text, encoding: 'utf8' } as const;
      const { status, stderr } = spawnSync('unshare', ['-n', 'nft', '-c', '-f', '-'], options);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('takes the firewall of any valid document', (context) => {
    context.skip(missing !== undefined, missing);
    const samples = fc.sample(fc.tuple(anyWireguard, anyFirewall), { numRuns: 60, seed: 7 });
    const input = samples
      .map(([wireguard, firewall]) =>
        renderFirewall({ interfaceName: 'sallyport0', wireguard, firewall }),
      )
      .join('');
    const options = { input, encoding: 'utf8' } as const;
    const { status, stderr } = spawnSync('unshare', ['-n', 'nft', '-c', '-f', '-'], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('leaves nothing of ours after the empty state, and touches nobody else', (context) => {
    context.skip(missing !== undefined, missing);
    const script = 'nft add table inet theirs; nft -f -; nft list ruleset';
    const input = renderFirewall(usual) + renderNoFirewall();
    const { stdout } = spawnSync('unshare', ['-n', 'sh', '-c', script], {
      input,
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('table inet theirs {\n}');
  });
});
