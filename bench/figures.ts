// What benches measure with: medians, and a sheet of figures that fits a terminal.

const columns = 100;
const whatWidth = 42;
const valueWidth = 12;

/** The value in the middle; of an even number, the mean of the two. Throws when there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(half) - 1], sorted[Math.floor(half)]];
  if (low === undefined || high === undefined) throw new Error('nothing was measured');
  return (low + high) / 2;
}

/** What the fastest quarter stays below: the value when others keep off the machine. */
export function fastestQuarter(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.floor(sorted.length / 4)];
  if (value === undefined) throw new Error('nothing was measured');
  return value;
}

/** Milliseconds with as many digits as they deserve. */
export function milliseconds(value: number): string {
  const digits = value < 10 ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ms`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Figures line by line as they come, and which goals were missed. */
export class Sheet {
  readonly missed: string[] = [];
  readonly #print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  title(text: string): void {
    this.#print(`\n== ${text}`);
  }

  /** One figure: what it is, its value, and where it comes from or what it says. */
  figure(what: string, value: string, note = ''): void {
    const line = `  ${what.padEnd(whatWidth)} ${value.padStart(valueWidth)}  ${note}`;
    this.#print(line.trimEnd().slice(0, columns));
  }

  text(text: string): void {
    this.#print(`  ${text}`.slice(0, columns));
  }

  goal(what: string, met: boolean, note = ''): void {
    if (!met) this.missed.push(what);
    this.figure(`goal: ${what}`, met ? 'met' : 'MISSED', note);
  }
}
