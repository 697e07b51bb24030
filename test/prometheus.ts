// A strict reader of Prometheus' text format 0.0.4: what Prometheus would only skip is an error.

export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

export interface Family {
  type: string;
  help: string;
  samples: Sample[];
}

const namePattern = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})? (\S+)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/y;
const suffixes = { histogram: ['_bucket', '_sum', '_count'], counter: [''], gauge: [''] };

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = labelPattern.lastIndex) {
    const match = labelPattern.exec(text);
    if (!match) throw new Error(`no label at ${at} of {${text}}`);
    const [, name = '', value = ''] = match;
    if (name in labels) throw new Error(`${name} comes twice in {${text}}`);
    labels[name] = value;
  }
  return labels;
}

function sampleIn(line: string): Sample {
  const [, name = '', labels = '', number = ''] = samplePattern.exec(line) ?? [];
  const value = Number(number);
  if (name === '' || number === '' || Number.isNaN(value)) throw new Error(`no sample: ${line}`);
  return { name, labels: labelsIn(labels), value };
}

function checkHistogram(name: string, { samples }: Family): void {
  const rows = Map.groupBy(samples, ({ labels: { le: _, ...others } }) => JSON.stringify(others));
  for (const row of rows.values()) {
    const buckets = row.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels.le?.replace('+Inf', 'Infinity')));
    const counts = buckets.map(({ value }) => value);
    const rises = (list: number[]) => list.every((v, i) => i === 0 || v >= (list[i - 1] ?? 0));
    if (!rises(bounds) || !rises(counts)) throw new Error(`${name} does not rise`);
    const total = row.find((sample) => sample.name === `${name}_count`)?.value;
    if (bounds.at(-1) !== Infinity || counts.at(-1) !== total)
      throw new Error(`${name} has no +Inf bucket that holds all`);
  }
}

/** @throws Error for anything that the format does not allow */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (families.has(name) || !namePattern.test(name)) throw new Error(`help again: ${line}`);
      families.set(name, { type: '', help: rest, samples: [] });
      current = name;
      continue;
    }
    const family = families.get(current);
    if (!family) throw new Error(`a sample of nothing: ${line}`);
    if (kind === 'TYPE') {
      if (name !== current || family.type !== '') throw new Error(`a type of nothing: ${line}`);
      family.type = rest;
      continue;
    }
    const sample = sampleIn(line);
    const allowed = Object.entries(suffixes).find(([type]) => type === family.type)?.[1] ?? [];
    if (!allowed.some((suffix) => sample.name === current + suffix))
      throw new Error(`${sample.name} is no sample of ${current}, a ${family.type}`);
    const series = JSON.stringify([sample.name, sample.labels]);
    if (seen.has(series)) throw new Error(`twice: ${line}`);
    seen.add(series);
    family.samples.push(sample);
  }
  for (const [name, family] of families)
    if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

/** The value of one series; undefined if it is not there. */
export function sampleOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Record<string, string> = {},
): number | undefined {
  const wanted = JSON.stringify([name, labels]);
  return [...families.values()]
    .flatMap(({ samples }) => samples)
    .find((sample) => JSON.stringify([sample.name, sample.labels]) === wanted)?.value;
}
