// QR codes of profiles, for web pages and for terminals.

import { encode } from 'uqr';
import { toUtf8 } from '../../model/encoding.ts';

/** Bytes that a QR code of the largest version holds (ISO/IEC 18004, table 7). */
const mostBytes = { M: 2331, L: 2953 } as const;
/** Light modules that a reader wants around the code (ISO/IEC 18004 §6.3.8). */
const quietModules = 4;
const terminalColumns = 80;

type Level = keyof typeof mostBytes;
type Modules = readonly (readonly boolean[])[];

function modulesAt(bytes: Uint8Array, ecc: Level): Modules {
  return encode([...bytes], { ecc, border: quietModules }).data;
}

/**
 * The modules of a code, true for dark. Level M mends 15 % of damage; L takes over where M would
 * not fit.
 */
function modulesOf(text: string, mostModules: number): Modules {
  const bytes = toUtf8(text);
  if (bytes.length > mostBytes.L)
    throw new RangeError(
      `A text of ${bytes.length} bytes does not fit into a QR code, which holds at most ` +
        `${mostBytes.L}. Hand it over as a file instead.`,
    );
  if (bytes.length > mostBytes.M) return modulesAt(bytes, 'L');
  const medium = modulesAt(bytes, 'M');
  return medium.length <= mostModules ? medium : modulesAt(bytes, 'L');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  // Control characters and half characters have no place in XML, escaped or not.
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ')
    .replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

/** Dark modules as one path: a rectangle for each run in a row. */
function pathOf(modules: Modules): string {
  return modules
    .flatMap((row, y) =>
      [
        ...row
          .map((dark) => (dark ? '1' : '0'))
          .join('')
          .matchAll(/1+/g),
      ].map(({ index, 0: run }) => `M${index} ${y}h${run.length}v1h-${run.length}z`),
    )
    .join('');
}

/**
 * An SVG image of the code, one unit per module, with a title for people who cannot see it.
 * @throws RangeError if the text is too long, with what to do instead
 */
export function qrSvg(text: string, title: string): string {
  const modules = modulesOf(text, Number.POSITIVE_INFINITY);
  const size = modules.length;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" role="img" ` +
    `shape-rendering="crispEdges"><title>${escapeXml(title)}</title>` +
    `<path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${pathOf(modules)}"/></svg>`
  );
}

// Black on bright white, whatever colours the terminal has: many readers refuse an inverted code.
const blackOnWhite = '\u001b[30;107m';
const reset = '\u001b[0m';
const blocks = [' ', '▀', '▄', '█'];

/**
 * The code as lines of half blocks, two rows of modules to a line, within 80 columns if it can be.
 * @throws RangeError if the text is too long, with what to do instead
 */
export function qrTerminal(text: string): string {
  const modules = modulesOf(text, terminalColumns);
  const lines: string[] = [];
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? [];
    const lower = modules[y + 1] ?? [];
    const line = upper.map((dark, x) => blocks[(dark ? 1 : 0) + (lower[x] ? 2 : 0)]);
    lines.push(`${blackOnWhite}${line.join('')}${reset}\n`);
  }
  return lines.join('');
}
