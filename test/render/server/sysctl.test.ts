import { describe, expect, it } from 'vitest';
import { gatewaySysctls, neededSysctls, renderSysctl } from '../../../src/render/server/sysctl.ts';
import { usualWireguard } from './documents.ts';
import { expectGolden } from './golden.ts';

describe('the kernel settings of a gateway', () => {
  it('forward both families when the tunnel has both', () => {
    expectGolden('sysctl-both.conf', renderSysctl(neededSysctls(usualWireguard)));
  });

  it('leave IPv6 alone when the tunnel has none', () => {
    const wireguard = { ...usualWireguard, addresses: ['10.64.0.1/18'] };
    expectGolden('sysctl-v4.conf', renderSysctl(neededSysctls(wireguard)));
  });

  it('are among those that are read', () => {
    for (const key of neededSysctls(usualWireguard)) expect(gatewaySysctls).toContain(key);
  });
});
