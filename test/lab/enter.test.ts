// What the lab says to somebody whose machine cannot have one.

import { expect, it, vi } from 'vitest';
import { labObstacle, type Machine } from '../../lab/enter.ts';

const able: Machine = {
  platform: 'linux',
  root: true,
  hasTun: true,
  tryNamespaces: () => undefined,
};

it('has nothing to say on a machine that can have a lab', () => {
  expect(labObstacle('npm run demo', able)).toBeUndefined();
});

it.each([
  ['another system', { platform: 'darwin' }, /needs Linux.*darwin.*virtual machine with root/],
  ['another user', { root: false }, /needs root.*Run: sudo npm run demo$/],
  ['no TUN device', { hasTun: false }, /\/dev\/net\/tun.*modprobe tun.*virtual machine/],
  [
    'a container',
    { tryNamespaces: () => 'unshare failed: Operation not permitted' },
    /may not make namespaces \(unshare failed: Operation not permitted\).*virtual machine/,
  ],
])('says what is missing and what to do instead with %s', (_, change, expected) => {
  expect(labObstacle('npm run demo', { ...able, ...change })).toMatch(expected);
});

it('does not try to make namespaces where it is hopeless', () => {
  const tryNamespaces = vi.fn(() => undefined);
  labObstacle('npm test', { ...able, root: false, tryNamespaces });
  expect(tryNamespaces).not.toHaveBeenCalled();
});
