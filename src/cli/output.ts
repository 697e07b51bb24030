// Tables and records for people: readable on a phone's terminal, safe whatever the text holds.

export interface Column<Row> {
  title: string;
  value: (row: Row) => string;
  /** Whether its text may be cut short; ids never are, because they get copied. */
  flexible?: boolean;
  /** Whether it is left out where the terminal is too narrow for it. */
  spare?: boolean;
}
export type Field = readonly [label: string, value: string | readonly string[]];

const gap = '  ';
const narrowest = 10;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
// What most terminals draw two columns wide: CJK, full-width forms and emoji.
const wide =
  /^(\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60])/u;

function split(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

function widthOf(text: string): number {
  return split(text).reduce((width, one) => width + (wide.test(one) ? 2 : 1), 0);
}

/** Text of strangers without what would move the cursor or turn the line around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let short = '';
  for (const one of split(text)) {
    if (widthOf(short + one) > width - 1) break;
    short += one;
  }
  return `${short}…`;
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Widths that fit, taken from the widest flexible column first; undefined if none do. */
function widthsWithin(
  most: number,
  natural: readonly number[],
  shape: readonly { flexible?: boolean }[],
): number[] | undefined {
  const widths = [...natural];
  const total = () => widths.reduce((sum, width) => sum + width + gap.length, -gap.length);
  while (total() > most) {
    const [widest] = widths
      .flatMap((width, index) =>
        shape[index]?.flexible && width > narrowest ? [{ width, index }] : [],
      )
      .sort((a, b) => b.width - a.width);
    if (!widest) return undefined;
    widths[widest.index] = widest.width - 1;
  }
  return widths;
}

function draw(lines: readonly string[][], widths: readonly number[]): string {
  return lines
    .map((line) => line.map((cell, at) => pad(cut(cell, widths[at] ?? 0), widths[at] ?? 0)))
    .map((line) => `${line.join(gap).trimEnd()}\n`)
    .join('');
}

/**
 * Rows as a table; where it would not fit without its spare columns either, as one record after
 * another.
 * @param columns of the terminal; undefined for no bound
 */
export function table<Row>(
  rows: readonly Row[],
  shape: readonly Column<Row>[],
  columns: number | undefined,
): string {
  const most = columns ?? Number.POSITIVE_INFINITY;
  for (let left = [...shape]; left.length > 0; ) {
    const cells = rows.map((row) => left.map(({ value }) => printable(value(row))));
    const lines = [left.map(({ title }) => title.toUpperCase()), ...cells];
    const natural = left.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at] ?? ''))));
    const widths = widthsWithin(most, natural, left);
    if (widths) return draw(lines, widths);
    const spare = left.findLastIndex((column) => column.spare);
    left = spare < 0 ? [] : left.toSpliced(spare, 1);
  }
  return rows.map((row) => record(shape.map(({ title, value }) => [title, value(row)]))).join('\n');
}

/** One thing as lines of label and value; a list takes a line for each of its values. */
export function record(fields: readonly Field[]): string {
  const labels = Math.max(...fields.map(([label]) => widthOf(label)));
  return fields
    .flatMap(([label, value]) => {
      const values = typeof value === 'string' ? [value] : value;
      return (values.length > 0 ? values : ['none']).map((text, index) => {
        const line = pad(index === 0 ? label : '', labels) + gap + printable(text);
        return `${line.trimEnd()}\n`;
      });
    })
    .join('');
}

/** Text broken at spaces if the width is known; a word that is too long keeps its line. */
export function wrap(text: string, columns: number | undefined, indent = ''): string {
  const most = columns ?? Number.POSITIVE_INFINITY;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const longer = `${last} ${word}`;
    if (last !== undefined && indent.length + widthOf(longer) <= most)
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => `${indent}${line}\n`).join('');
}

/** `2026-11-22 12:18Z` */
export function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`;
}

/** Bytes in decimal units, as networks count them. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [value, unit] = [count, 0];
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
