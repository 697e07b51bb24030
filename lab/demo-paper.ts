// How the demo prints: numbered steps with their times, narrow enough for a phone.

const width = 46;

/** `12 ms` below a second, `1.2 s` from there. */
export function formatMs(ms: number): string {
  return ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Megabits per second of bytes in milliseconds. */
export function formatRate(bytes: number, ms: number): string {
  return `${Math.round((bytes * 8) / Math.max(ms, 1) / 1000)} Mbit/s`;
}

/** Splits text into lines of at most `most` characters, between words; longer words stay whole. */
export function wrap(text: string, most: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

export class DemoPaper {
  readonly #print: (line: string) => void;
  #steps = 0;
  #current = '';

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  get currentStep(): string {
    return this.#current;
  }

  text(text: string, indent = ''): void {
    for (const line of wrap(text, width - indent.length)) this.#print(indent + line);
  }

  /** A fact below the step at hand. */
  note(text: string): void {
    this.text(text, '    ');
  }

  /** Runs a step, then prints its number, title and time, and below it what `note` was given. */
  async step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
    this.#steps += 1;
    this.#current = title;
    const notes: string[] = [];
    const begin = performance.now();
    const result = await work((text) => notes.push(text));
    const time = formatMs(performance.now() - begin);
    const head = `${`${this.#steps}`.padStart(2)}  ${title} `;
    this.#print(`${head.padEnd(width - time.length - 1, '.')} ${time}`);
    for (const note of notes) this.note(note);
    return result;
  }
}
