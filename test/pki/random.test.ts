import { expect, test } from 'vitest';
import { createRandom } from '../../src/pki/random.ts';

test('gives as many bytes as asked for, also more than it draws at once', () => {
  const random = createRandom();
  expect([0, 1, 10, 1023, 1024, 5000, 3].map((length) => random(length).length)).toEqual([
    0, 1, 10, 1023, 1024, 5000, 3,
  ]);
});

test('never gives the same bytes twice, nor zeros for those it has given', () => {
  const random = createRandom();
  const given = Array.from({ length: 2000 }, () => random(16));
  const texts = given.map((bytes) => Buffer.from(bytes).toString('hex'));
  expect(new Set(texts).size).toBe(2000);
  expect(texts).not.toContain('0'.repeat(32));
});

test('what was given is not taken back', () => {
  const random = createRandom();
  const first = random(16);
  const before = Buffer.from(first).toString('hex');
  for (let i = 0; i < 200; i++) random(16);
  expect(Buffer.from(first).toString('hex')).toBe(before);
});
