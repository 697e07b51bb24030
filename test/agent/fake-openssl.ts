// A fake openssl: keys, certificates and lists of revoked ones are JSON in the usual wrapping.

const day = 24 * 3_600_000;

function wrap(label: string, value: unknown): string {
  const body = Buffer.from(JSON.stringify(value)).toString('base64');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function unwrap(text: string): Record<string, unknown> {
  const [, body = ''] = /-----\n([\s\S]*)\n-----END/.exec(text) ?? [];
  return JSON.parse(Buffer.from(body, 'base64').toString());
}

function moment(value: unknown): string {
  const [, date, month, year, time] = new Date(Number(value)).toUTCString().split(' ');
  return `${month} ${`${Number(date)}`.padStart(2)} ${time} ${year} GMT`;
}

function publicPart(key: unknown): string {
  return `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----\n`;
}

let keys = 0;

/** What the program prints, or undefined when it fails. */
export function openssl(
  args: readonly string[],
  stdin: string,
  fileText: (path: string) => string | undefined,
): string | undefined {
  const [verb] = args;
  const after = (option: string) => args[args.indexOf(option) + 1] ?? '';
  if (verb === 'genpkey') return wrap('PRIVATE KEY', { key: `key${++keys}` });
  try {
    if (verb === 'pkey') return publicPart(unwrap(fileText(after('-in')) ?? '').key);
    if (verb === 'req')
      return wrap('CERTIFICATE REQUEST', {
        key: unwrap(fileText(after('-key')) ?? '').key,
        subject: after('-subj'),
      });
    const read = unwrap(stdin);
    if (verb === 'x509') {
      const times = `notBefore=${moment(read.from)}\nnotAfter=${moment(read.until)}\n`;
      return times + publicPart(read.key);
    }
    if (verb === 'crl')
      return `lastUpdate=${moment(read.from)}\nnextUpdate=${moment(read.until)}\n`;
  } catch {
    return undefined;
  }
  throw new Error(`the fake openssl does not know ${args.join(' ')}`);
}

/** DER in base64, as the fake has it, of a certificate for the key of a request. */
export function certificateFor(request: string, from: number, until = from + 300 * day): string {
  const { key, subject } = unwrap(request);
  const value = { key, subject, from, until };
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

export function revocationList(from: number, until = from + 30 * day): string {
  return wrap('X509 CRL', { from, until });
}
