import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultQuotas } from '../../src/model/quota.ts';
import { readSettings } from '../../src/runtimes/config.ts';

test('needs no setting at all', () => {
  expect(readSettings({})).toEqual({
    listen: { host: '127.0.0.1', port: 8787 },
    dataDirectory: './data',
    publicUrl: undefined,
    operatorKey: undefined,
    rootKey: undefined,
    logLevel: 'info',
    remote: undefined,
    signUp: 'closed',
    quotas: defaultQuotas,
    outside: {
      mail: { server: undefined, from: undefined },
      outbound: { allowPrivate: false },
    },
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
  ['SALLYPORT_LOG_LEVEL', 'loud'],
])('refuses %s=%s, names it and keeps its value to itself', (name, value) => {
  const read = () => readSettings({ [name]: value });
  expect(read).toThrow(new RegExp(name));
  if (/KEY/.test(name)) expect(read).not.toThrow(new RegExp(value));
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
