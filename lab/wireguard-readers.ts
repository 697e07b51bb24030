// Reads what WireGuard's clients import besides a .conf file; all of it comes down to such a text.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireguardProfileKind } from '../src/model/profile.ts';
import { readWireguardMobileconfig } from './apple-readers.ts';
import type { LabNode } from './node.ts';
import { only } from './profile-source.ts';

/** What a camera needs to tell one from the next. */
const pixelsPerModule = 3;
const blackOnWhite = '\u001b[30;107m';
const reset = '\u001b[0m';
/** The upper and the lower half of each character, dark or not. */
const halves = ['▀█', '▄█'];

/** A picture of what a terminal shows, in grey (pgm(5)). */
function photograph(screen: string): Buffer {
  const lines = screen.split('\n').filter((line) => line.startsWith(blackOnWhite));
  const rows = lines.flatMap((line) => {
    const shown = [...line.slice(blackOnWhite.length, -reset.length)];
    return halves.map((dark) => shown.map((block) => (dark.includes(block) ? 0 : 255)));
  });
  const times = Array.from({ length: pixelsPerModule });
  const pixels = rows.flatMap((row) => {
    const wide = row.flatMap((grey) => times.map(() => grey));
    return times.flatMap(() => wide);
  });
  const size = `${(rows[0]?.length ?? 0) * pixelsPerModule} ${rows.length * pixelsPerModule}`;
  return Buffer.concat([Buffer.from(`P5 ${size} 255\n`), Buffer.from(pixels)]);
}

/** What a phone's camera reads from a terminal. Throws when it finds no QR code. */
export async function readScreen(node: LabNode, screen: string): Promise<string> {
  const path = join(node.files, 'photograph.pgm');
  writeFileSync(path, photograph(screen));
  return (await node.exec(['zbarimg', '--quiet', '--raw', path])).stdout;
}

/** The text of a .conf file that profiles of a kind amount to. */
export async function readWireguardProfile(
  node: LabNode,
  kind: WireguardProfileKind,
  paths: readonly string[],
): Promise<string> {
  switch (kind) {
    case 'wireguard':
      return readFileSync(only(paths, 'files'), 'utf8');
    case 'wireguard-mobileconfig':
      return readWireguardMobileconfig(paths.map((path) => readFileSync(path, 'utf8')));
    case 'wireguard-networkmanager': {
      const argv = ['/usr/bin/python3', 'lab/programs/keyfile.py', only(paths, 'files')];
      return (await node.exec(argv)).stdout;
    }
  }
}
