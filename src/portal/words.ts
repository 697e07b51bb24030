// Times and amounts as people read them.

export function count(amount: number, one: string, many: string): string {
  return `${amount} ${amount === 1 ? one : many}`;
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes in decimal units, such as 1.4 GB. */
export function bytes(amount: number): string {
  let value = amount;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(value < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

const spans = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** How far a time is from now, such as "3 hours ago". */
export function ago(time: string): string {
  const seconds = (new Date(time).getTime() - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [name, length] of spans)
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), name);
  return 'just now';
}

export function when(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function day(time: string): string {
  return new Date(time).toLocaleDateString(undefined, { dateStyle: 'medium' });
}

const methodWords: Readonly<Record<string, string>> = {
  mail: 'mailed code',
  passkey: 'passkey',
  totp: 'one-time code',
  recovery: 'recovery code',
  oidc: 'single sign-on',
  operator: "the operator's help",
};

export function methodsInWords(methods: readonly string[]): string {
  return methods.map((method) => methodWords[method] ?? method).join(' and ');
}

/** The browser and system of a user agent, as far as a person wants to know. */
export function browserOf(userAgent: string): string {
  const browser =
    /(Firefox|Edg|OPR|Chrome|Safari)\//.exec(userAgent)?.[1] ?? userAgent.slice(0, 30);
  const system = /(iPhone|iPad|Android|Windows|Mac OS X|Linux)/.exec(userAgent)?.[1];
  const names: Readonly<Record<string, string>> = { Edg: 'Edge', OPR: 'Opera' };
  const name = names[browser] ?? browser;
  return system ? `${name} on ${system.replace('Mac OS X', 'macOS')}` : name;
}
