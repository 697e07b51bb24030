// What API keys look like, as the documentation tells scanners.

import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { base32 } from '../../src/model/ids.ts';
import { newApiKey, tenantOfApiKey } from '../../src/operations/api-key/format.ts';

const tenantId = 't_3f8k2m9q0c7x1v5t';
const random = (length: number) => new Uint8Array(randomBytes(length));

test('are found by the documented pattern, in the middle of a line', () => {
  const docs = readFileSync('docs/security.md', 'utf8');
  const [, pattern = ''] = /```\n(\\bsp_.+)\n```/.exec(docs) ?? [];
  for (let i = 0; i < 200; i++) {
    const key = newApiKey(tenantId, random);
    expect(new RegExp(pattern).exec(`token="${key}", # secret`)?.[0]).toBe(key);
  }
});

test('end with the CRC-32 of what comes before', () => {
  const key = newApiKey(tenantId, random);
  const at = key.lastIndexOf('_');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(key.slice(0, at)));
  expect(key.slice(at + 1)).toBe(base32(sum));
});

test('with a letter mistaken are known as wrong before any database is asked', () => {
  const key = newApiKey(tenantId, random);
  expect(tenantOfApiKey(key)).toBe(tenantId);
  for (let at = 3; at < key.length; at++) {
    if (key[at] === '_') continue;
    const wrong = key.slice(0, at) + (key[at] === 'x' ? 'y' : 'x') + key.slice(at + 1);
    expect(tenantOfApiKey(wrong)).toBeUndefined();
  }
});

test('from before there was a checksum are as good', () => {
  expect(tenantOfApiKey(newApiKey(tenantId, random).slice(0, -8))).toBe(tenantId);
});
