// Counters, histograms and gauges in Prometheus' text format 0.0.4. A package would bring clusters,
// push gateways and platform modules along; this is what is needed of it, and runs at the edge too.

import { limits } from '../model/limits.ts';

/** The type of an answer in this format. */
export const prometheusType = 'text/plain; version=0.0.4; charset=utf-8';

type Sample = readonly [suffix: string, labels: string, value: number];

function labelsOf(names: readonly string[], values: readonly string[]): string {
  const escaped = (text = '') =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return names.map((name, index) => `${name}="${escaped(values[index])}"`).join(',');
}

abstract class Metric {
  readonly #head: string;
  readonly #name: string;

  constructor(name: string, type: 'counter' | 'gauge' | 'histogram', help: string) {
    this.#name = name;
    this.#head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  }

  protected abstract samples(): Iterable<Sample>;

  text(): string {
    let text = this.#head;
    for (const [suffix, labels, value] of this.samples())
      text += `${this.#name}${suffix}${labels === '' ? '' : `{${labels}}`} ${value}\n`;
    return text;
  }
}

/** One number for each combination of labels, which come from closed lists. */
export class Counter<Labels extends readonly string[]> extends Metric {
  readonly #labels: Readonly<Record<keyof Labels & `${number}`, string>> & readonly string[];
  readonly #values = new Map<string, number>();

  constructor(
    name: string,
    help: string,
    ...labels: Readonly<Record<keyof Labels & `${number}`, string>> & readonly string[]
  ) {
    super(name, 'counter', help);
    this.#labels = labels;
  }

  add(...values: Labels): void {
    const key = values.join('\n');
    const before = this.#values.get(key);
    // Should a list ever not be closed, it shall not fill the memory.
    if (before === undefined && this.#values.size >= limits.seriesPerMetric) return;
    this.#values.set(key, (before ?? 0) + 1);
  }

  protected *samples(): Iterable<Sample> {
    for (const [key, value] of this.#values)
      yield ['', labelsOf(this.#labels, key.split('\n')), value];
  }
}

interface Spread {
  /** How many fell into each bucket, the last one without a bound. */
  counts: number[];
  sum: number;
}

/** How many seconds things took, by one label of a closed list. */
export class Histogram<Label extends string> extends Metric {
  readonly #label: string;
  readonly #bounds: readonly number[];
  readonly #spreads = new Map<Label, Spread>();

  constructor(name: string, help: string, label: string, bounds: readonly number[]) {
    super(name, 'histogram', help);
    this.#label = label;
    this.#bounds = bounds;
  }

  observe(label: Label, seconds: number): void {
    let spread = this.#spreads.get(label);
    if (!spread) {
      spread = { counts: new Array<number>(this.#bounds.length + 1).fill(0), sum: 0 };
      this.#spreads.set(label, spread);
    }
    const at = this.#bounds.findIndex((bound) => seconds <= bound);
    const bucket = at < 0 ? this.#bounds.length : at;
    spread.counts[bucket] = (spread.counts[bucket] ?? 0) + 1;
    spread.sum += seconds;
  }

  protected *samples(): Iterable<Sample> {
    for (const [value, { counts, sum }] of this.#spreads) {
      const label = labelsOf([this.#label], [value]);
      let total = 0;
      for (const [index, count] of counts.entries()) {
        total += count;
        yield ['_bucket', `${label},le="${this.#bounds[index] ?? '+Inf'}"`, total];
      }
      yield ['_sum', label, sum];
      yield ['_count', label, total];
    }
  }
}

/** A number that is read when somebody asks. */
export class Gauge extends Metric {
  readonly #read: () => number;

  constructor(name: string, help: string, read: () => number) {
    super(name, 'gauge', help);
    this.#read = read;
  }

  protected *samples(): Iterable<Sample> {
    yield ['', '', this.#read()];
  }
}
