// What this kernel does by itself, asked in a namespace that lasts no longer than the question.

import { spawnSync } from 'node:child_process';
import { toolPath } from './enter.ts';

const answerTimeoutMs = 10_000;

function can(...command: readonly string[]): boolean {
  const options = { env: { ...process.env, PATH: toolPath }, timeout: answerTimeoutMs } as const;
  return spawnSync('unshare', ['--net', 'ip', ...command], options).status === 0;
}

export function kernelHasWireguard(): boolean {
  return can('link', 'add', 'name', 'wg-trial', 'type', 'wireguard');
}

export function kernelHasEsp(): boolean {
  const between = ['src', '192.0.2.1', 'dst', '192.0.2.2', 'proto', 'esp', 'spi', '1'];
  const key = `0x${'00'.repeat(20)}`;
  const how = ['mode', 'tunnel', 'aead', 'rfc4106(gcm(aes))', key, '128'];
  return can('xfrm', 'state', 'add', ...between, ...how);
}
