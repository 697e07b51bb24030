// Which packages the lab asks for, and which of them it finds missing.

import { expect, it } from 'vitest';
import {
  ikev2Packages,
  missingPackages,
  neededPackages,
  testPackages,
} from '../../lab/packages.ts';

const names = (kernelWireguard: boolean) =>
  neededPackages({ kernelWireguard }).map(({ name }) => name);

it('asks for WireGuard in user space only where the kernel has none', () => {
  expect(names(true)).not.toContain('wireguard-go');
  expect(names(false)).toEqual([...names(true), 'wireguard-go']);
});

it('finds a package missing when any program of it is', () => {
  const needed = neededPackages({ kernelWireguard: false });
  const missing = missingPackages(needed, (name) => name !== 'wg-quick' && name !== 'ping');
  expect(missing.map(({ name }) => name)).toEqual(['wireguard-tools', 'iputils-ping']);
});

it('finds nothing missing when every program is there', () => {
  expect(missingPackages(neededPackages({ kernelWireguard: false }), () => true)).toEqual([]);
});

it('asks for a package again when a file of it is missing', () => {
  const missing = missingPackages(testPackages, (name) => !name.includes('lmnsd_ossl'));
  expect(missing.map(({ name }) => name)).toEqual(['rsyslog-openssl']);
});

it('gives a reason for every package', () => {
  const all = [...neededPackages({ kernelWireguard: false }), ...ikev2Packages, ...testPackages];
  for (const { why } of all) expect(why).not.toBe('');
});
