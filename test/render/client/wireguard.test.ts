// The client's WireGuard configuration: exact text, read by the real program, safe from any input.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderWireguardClient } from '../../../src/render/client/wireguard.ts';
import { dualStack, named, privateKey } from './connections.ts';
import { expectGolden, goldenPath } from './golden.ts';

const cases = Object.entries(named);
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    'x\nPostUp = touch /tmp/owned',
    'x\r\n[Peer]',
    '"; rm -rf /',
    '# comment',
    '\u2028x',
    '🦊',
  ),
);

/** Keys of each section in their order, as a reader of the file sees them. */
function keysOf(text: string): string[] {
  return text.split('\n').map((line) => line.split(' = ')[0] ?? '');
}

describe('a client configuration', () => {
  it.each(cases)('is this text: %s', (name, connection) => {
    expectGolden(`${name}.conf`, renderWireguardClient(connection, privateKey));
  });

  it.for(cases)('is accepted by wg-quick: %s', ([name], context) => {
    const missing = spawnSync('wg-quick', []).error !== undefined;
    context.skip(missing, 'wg-quick is not installed (Debian: wireguard-tools)');
    expect(strip(name)).toEqual({ status: 0, error: '' });
  });

  it('names neither the gateway nor the device', () => {
    fc.assert(
      fc.property(hostile, (gatewayName) => {
        const text = renderWireguardClient({ ...dualStack, gatewayName }, privateKey);
        expect(text).toBe(renderWireguardClient(dualStack, privateKey));
      }),
    );
  });

  it('refuses any value that could say more than it should, and never prints the key', () => {
    const expected = keysOf(renderWireguardClient(dualStack, privateKey));
    fc.assert(
      fc.property(hostile, fc.constantFrom('dns', 'addresses', 'routes'), (value, field) => {
        const render = () => renderWireguardClient({ ...dualStack, [field]: [value] }, privateKey);
        if (/^[A-Za-z0-9.:/+=[\]-]+$/.test(value)) expect(keysOf(render())).toEqual(expected);
        else expect(render).toThrow(RangeError);
      }),
    );
    const endpoint = { host: 'a.test\nPostUp = id', port: 51820 };
    expect(() => renderWireguardClient({ ...dualStack, endpoint }, privateKey)).toThrow('Endpoint');
  });

  it.each(['', 'short', `${privateKey}\n`, `${privateKey.slice(0, -1)}!`])(
    'refuses a private key of the wrong form without printing it: %j',
    (key) => {
      expect(() => renderWireguardClient(dualStack, key)).toThrow(
        /^the private key is not 32 bytes in base64$/,
      );
    },
  );
});

function strip(name: string): { status: number | null; error: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  try {
    const path = join(folder, 'golden.conf');
    copyFileSync(goldenPath(`${name}.conf`), path);
    const { status, stderr } = spawnSync('wg-quick', ['strip', path], { encoding: 'utf8' });
    return { status, error: stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
