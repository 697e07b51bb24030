import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  renderAdmitted,
  renderAllAdmitted,
  renderIkev2Firewall,
  renderNoIkev2Firewall,
} from '../../../src/render/server/nftables-ikev2.ts';
import { usualFirewall, usualWireguard } from './documents.ts';
import { expectGolden } from './golden.ts';

const usual = {
  interfaceName: 'sallyport0',
  wireguard: usualWireguard,
  firewall: usualFirewall,
  ikev2: {
    identity: 'vpn.example.test',
    certificate: null,
    authorities: [],
    pools: { v4: '10.72.0.0/18', v6: 'fd5b::/64' },
    routes: ['0.0.0.0/0'],
    dns: [],
    withoutRevocations: 'refuse' as const,
  },
  esp: 'kernel' as const,
};
const open = { ...usual, firewall: { ...usualFirewall, isolateClients: false } };
const narrow = { ...usual, wireguard: { ...usualWireguard, mtu: 1280 } };

describe('the packet filter of IKEv2', () => {
  it('is exactly this where the kernel does ESP', () => {
    expectGolden('firewall-ikev2-kernel.nft', renderIkev2Firewall(usual));
  });

  it('is exactly this where charon does it', () => {
    expectGolden('firewall-ikev2-charon.nft', renderIkev2Firewall({ ...open, esp: 'charon' }));
  });

  it('keeps devices from each other, whichever protocol they use, or does not', () => {
    const rules = ['ip saddr 10.72.0.0/18 ip daddr 10.72.0.0/18 drop'];
    rules.push('ip saddr 10.64.0.0/18 ip daddr 10.72.0.0/18 drop');
    rules.push('ip6 saddr fd5b::/64 ip6 daddr fd5a::/64 drop');
    for (const rule of rules) {
      expect(renderIkev2Firewall(usual)).toContain(rule);
      expect(renderIkev2Firewall(open)).not.toContain(rule);
    }
  });

  it('makes segments fit a road that is narrow', () => {
    expect(renderIkev2Firewall(usual)).toContain(
      'maxseg size 1361-65535 tcp option maxseg size set 1360',
    );
    // 1280 bytes less IPv6, UDP and ESP, less IP and TCP.
    expect(renderIkev2Firewall(narrow)).toContain('maxseg size set 1158');
    expect(renderIkev2Firewall(narrow)).toContain('maxseg size set 1138');
  });

  it('changes its sets by their families, and not at all for nothing', () => {
    expect(renderAdmitted('add', [])).toBe('');
    expect(renderAdmitted('delete', ['fd5b::2', '10.72.0.2', 'none'])).toBe(
      'delete element inet sallyport_ikev2 admitted4 { 10.72.0.2 }\n' +
        'delete element inet sallyport_ikev2 admitted6 { fd5b::2 }\n',
    );
  });
});

function inNamespace(script: string, input: string) {
  return spawnSync('unshare', ['-n', 'sh', '-c', script], { input, encoding: 'utf8' });
}
const missing = inNamespace('nft list ruleset', '').status !== 0;

describe('the real nft', () => {
  it.skipIf(missing)('takes it, also twice, and lists it the same whoever is let in', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `10.72.${i >> 8}.${i & 255}`);
    for (const esp of ['kernel', 'charon'] as const) {
      const text = renderIkev2Firewall({ ...usual, esp });
      const list = 'nft -s -t list table inet sallyport_ikev2';
      const { stdout, stderr } = inNamespace(
        `nft -f - && ${list} && echo === && nft -f /dev/fd/3 3<<'END' && ${list}\n` +
          `${renderAllAdmitted([...many, 'fd5b::2'])}${renderAdmitted('delete', ['fd5b::2'])}END\n`,
        text + text + renderAllAdmitted(['10.72.0.9']),
      );
      expect(stderr).toBe('');
      const [before, after] = stdout.split('===\n');
      expect(before).toContain('@admitted4');
      expect(after).toBe(before);
    }
  });

  it.skipIf(missing)('has nothing left after the empty state', () => {
    const script = 'nft -f - && nft list ruleset';
    const { stdout, status } = inNamespace(
      script,
      renderIkev2Firewall(usual) + renderNoIkev2Firewall(),
    );
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });
});
