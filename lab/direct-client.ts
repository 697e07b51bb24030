// A WireGuard client brought up by ip and wg alone, as wg-quick would, without its time in bash.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { LabNode } from './node.ts';

const upTimeoutMs = 15_000;
const table = '51820';

/** The values of a key in a .conf file, which may be a list. */
function valuesOf(text: string, key: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(`${key} = `));
  return line === undefined ? [] : line.slice(key.length + 3).split(', ');
}

/** What of a .conf file `wg setconf` reads: all but what is for wg-quick (see its manual page). */
function strip(text: string): string {
  const forQuick = /^(Address|DNS|MTU|Table) = /;
  return text
    .split('\n')
    .filter((line) => !forQuick.test(line))
    .join('\n');
}

type Family = 4 | 6;

function isOf(family: Family, address: string): boolean {
  return address.includes(':') === (family === 6);
}

/** Lines for `ip -batch`: through the tunnel goes all but its own datagrams, which wg marks. */
function linesUp(text: string, name: string, family: Family): string[] {
  const own = (key: string) => valuesOf(text, key).filter((one) => isOf(family, one));
  return [
    ...own('Address').map((address) => `addr add ${address} dev ${name}`),
    ...valuesOf(text, 'MTU').map((mtu) => `link set dev ${name} mtu ${mtu} up`),
    ...own('AllowedIPs').map((to) => `route add ${to} dev ${name} table ${table}`),
    `rule add not fwmark ${table} table ${table}`,
    'rule add table main suppress_prefixlength 0',
  ];
}

const linesDown = [
  `rule del not fwmark ${table} table ${table}`,
  'rule del table main suppress_prefixlength 0',
];

function batch(family: Family, lines: readonly string[]): string {
  return `ip -${family} -batch - <<END\n${lines.join('\n')}\nEND\n`;
}

/** Brings the tunnel of a .conf file up by `ip` and `wg setconf`; it is named as the file is. */
export async function connectDirectly(node: LabNode, path: string): Promise<void> {
  const name = basename(path, '.conf');
  const text = readFileSync(path, 'utf8');
  const stripped = `${path}.stripped`;
  writeFileSync(stripped, strip(text), { mode: 0o600 });
  const script = `
set -e
ip link add dev ${name} type wireguard 2>/dev/null || wireguard-go ${name}
wg setconf ${name} ${stripped}
wg set ${name} fwmark ${table}
${batch(4, linesUp(text, name, 4))}${batch(6, linesUp(text, name, 6))}`;
  await node.exec(['sh', '-c', script], { timeoutMs: upTimeoutMs });
  rmSync(stripped);
}

/** Takes it down again. */
export async function disconnectDirectly(node: LabNode, path: string): Promise<void> {
  const name = basename(path, '.conf');
  // WireGuard in user space ends a moment later, and its socket with it.
  const link = `
ip link delete dev ${name}
while [ -e /run/wireguard/${name}.sock ]; do sleep 0.01; done
`;
  await node.exec(['sh', '-c', `set -e\n${batch(4, linesDown)}${batch(6, linesDown)}${link}`]);
}
