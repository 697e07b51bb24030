import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formatPrefix } from '../../src/model/cidr.ts';
import { defaultQuotas } from '../../src/model/quota.ts';
import { readSettings } from '../../src/runtimes/config.ts';

test('needs no setting at all', () => {
  expect(readSettings({})).toEqual({
    listen: { host: '127.0.0.1', port: 8787 },
    dataDirectory: './data',
    publicUrl: undefined,
    operatorKey: undefined,
    rootKey: undefined,
    sealingKeys: [],
    logLevel: 'info',
    rates: {},
    trustedProxies: [],
    localMetrics: false,
    remote: undefined,
    signUp: 'closed',
    quotas: defaultQuotas,
    outside: {
      mail: { server: undefined, from: undefined },
      outbound: { allowPrivate: false },
    },
    profileSigning: undefined,
  });
});

test('reads IPv6 addresses and takes a slash off the public address', () => {
  const settings = readSettings({
    SALLYPORT_LISTEN: '[::1]:443',
    SALLYPORT_PUBLIC_URL: 'https://vpn.example.com/',
    SALLYPORT_DATA: '',
  });
  expect(settings).toMatchObject({
    listen: { host: '::1', port: 443 },
    publicUrl: 'https://vpn.example.com',
    dataDirectory: './data',
  });
});

test.each([
  ['SALLYPORT_LISTEN', '8787'],
  ['SALLYPORT_LISTEN', '127.0.0.1:99999'],
  ['SALLYPORT_PUBLIC_URL', 'ftp://x'],
  ['SALLYPORT_OPERATOR_KEY', 'too-short-a-key'],
  ['SALLYPORT_OPERATOR_KEY', 'long enough, but it has blanks in it'],
  ['SALLYPORT_ROOT_KEY', 'c2hvcnQ'],
  ['SALLYPORT_SEALING_KEYS', 'y2026'],
  ['SALLYPORT_SEALING_KEYS', 'y2026:c2hvcnQ'],
  ['SALLYPORT_SEALING_KEYS', `root:${'A'.repeat(43)}`],
  ['SALLYPORT_SEALING_KEYS', `y2026:${'A'.repeat(43)},`],
  ['SALLYPORT_SEALING_KEYS', `a:${'A'.repeat(43)},a:${'B'.repeat(42)}A`],
  ['SALLYPORT_LOG_LEVEL', 'loud'],
  ['SALLYPORT_RATE_LIMITS', 'on'],
  ['SALLYPORT_RATE_LIMITS', 'anonymous=0'],
  ['SALLYPORT_RATE_LIMITS', 'anonymous=many'],
  ['SALLYPORT_RATE_LIMITS', 'tenantApi=5'],
  ['SALLYPORT_TRUSTED_PROXIES', '127.0.0.1'],
  ['SALLYPORT_TRUSTED_PROXIES', '10.0.0.0/8,10.0.0.1/8'],
  ['SALLYPORT_METRICS', 'everybody'],
])('refuses %s=%s, names it and keeps its value to itself', (name, value) => {
  const read = () => readSettings({ [name]: value });
  expect(read).toThrow(new RegExp(name));
  if (/KEY/.test(name)) expect(read).not.toThrow(new RegExp(value));
});

test('reads limits on requests and the prefixes of proxies', () => {
  const settings = readSettings({
    SALLYPORT_RATE_LIMITS: 'anonymous=300 agent=6000',
    SALLYPORT_TRUSTED_PROXIES: '127.0.0.0/8, fd00::/8',
    SALLYPORT_METRICS: 'local',
  });
  expect(settings.rates).toEqual({ anonymous: 300, agent: 6000 });
  expect(settings.trustedProxies.map(formatPrefix)).toEqual(['127.0.0.0/8', 'fd00::/8']);
  expect(settings.localMetrics).toBe(true);
  expect(readSettings({ SALLYPORT_RATE_LIMITS: 'off' }).rates).toBe('off');
});

test.each([
  [{ SALLYPORT_DATABASE_URL: 'http://db' }, 'SALLYPORT_DATABASE_URL must hold {namespace}'],
  [{ SALLYPORT_DATABASE_TOKEN: 'x' }, 'SALLYPORT_DATABASE_URL is required'],
  [
    { SALLYPORT_DATABASE_URL: 'libsql://{namespace}-o.example' },
    'SALLYPORT_DATABASE_ADMIN_URL is required',
  ],
  [
    {
      SALLYPORT_DATABASE_URL: 'libsql://{namespace}-o.example',
      SALLYPORT_DATABASE_PLATFORM_URL: 'https://api.example',
    },
    'SALLYPORT_DATABASE_PLATFORM_TOKEN is required',
  ],
])('says what a database server still needs: %j', (environment, missing) => {
  expect(() => readSettings(environment)).toThrow(missing);
});

test('the example lists every setting with its default', () => {
  const lines = readFileSync('sallyport.example.env', 'utf8').split('\n');
  const example = Object.fromEntries(
    lines.filter((line) => /^\w+=/.test(line)).map((line) => line.split(/=(.*)/s, 2)),
  );
  expect(readSettings(example)).toEqual(readSettings({}));
  expect(Object.keys(example)).toEqual(
    expect.arrayContaining(['SALLYPORT_LISTEN', 'SALLYPORT_DATA', 'SALLYPORT_OPERATOR_KEY']),
  );
});
