// Property lists (plist) as XML, as Apple's systems read configuration profiles.

import type { PlistValue } from 'plist';

export type Dictionary = { [key: string]: PlistValue };

// Neither escaped nor as they are may these stand in XML 1.0 (§2.2), or they break a line. \p{Cs}
// is half a character.
// biome-ignore lint/suspicious/noControlCharactersInRegex: replacing them is the point
const notInXml = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cs}\ufffe\uffff]/gu;

/** A text that people chose, as it can stand in a property list; the library escapes the rest. */
export function plistText(text: string): string {
  return text.replace(notInXml, ' ');
}

/** The list as XML. Every text in it must be plain or come from `plistText`. */
export async function renderPlist(list: Dictionary): Promise<string> {
  const { build } = await import('plist');
  return `${build(list)}\n`;
}
