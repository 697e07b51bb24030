// What ping prints, read as numbers.

import { describe, expect, it } from 'vitest';
import { lastAnswerBeforeSilence, parsePing } from '../../lab/probe.ts';

describe('the result of ping', () => {
  it('is read when all was answered', () => {
    const text = `3 packets transmitted, 3 received, 0% packet loss, time 402ms
rtt min/avg/max/mdev = 0.443/0.812/1.200/0.310 ms`;
    expect(parsePing(text)).toEqual({ sent: 3, received: 3, averageMs: 0.812 });
  });

  it('is read when nothing was, with errors among it', () => {
    const text = '3 packets transmitted, 0 received, +3 errors, 100% packet loss, time 2042ms';
    expect(parsePing(text)).toEqual({ sent: 3, received: 0, averageMs: undefined });
  });

  it('is missed when there is none', () => {
    expect(() => parsePing('ping: bad number')).toThrow(/no result of ping: ping: bad number/);
  });
});

describe('silence', () => {
  const answer = '[1763812345.250000] 64 bytes from 10.64.0.1: icmp_seq=7 ttl=64 time=0.5 ms';
  const missing = '[1763812345.300000] no answer yet for icmp_seq=8';
  const missed = (count: number) => Array.from({ length: count }, () => missing);

  it('begins with the last answer, when a second went by without another', () => {
    expect(lastAnswerBeforeSilence([answer, ...missed(20)])).toBe(1_763_812_345_250);
  });

  it('is not there yet when less than a second went by', () => {
    expect(lastAnswerBeforeSilence([answer, ...missed(19)])).toBeUndefined();
  });

  it('ends with an answer', () => {
    expect(lastAnswerBeforeSilence([answer, ...missed(30), answer])).toBeUndefined();
  });

  it('never began where nothing was ever answered', () => {
    expect(lastAnswerBeforeSilence(missed(30))).toBeUndefined();
  });
});
