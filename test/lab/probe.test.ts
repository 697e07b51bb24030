// What ping prints, read as numbers.

import { describe, expect, it } from 'vitest';
import { lastAnswerBeforeSilence, lossIn, parseCounters, parsePing } from '../../lab/probe.ts';

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

describe('the loss of a pulse', () => {
  const answer = (sequence: number) =>
    `[1763812345.250000] 64 bytes from 10.64.0.1: icmp_seq=${sequence} ttl=64 time=0.5 ms`;

  it('is none when each was answered, however late and in whatever order', () => {
    const lines = [answer(1), '[1763812345.3] no answer yet for icmp_seq=2', answer(3), answer(2)];
    expect(lossIn(lines)).toEqual({ answered: 3, lost: 0 });
  });

  it('counts what is missing between the first answer and the last', () => {
    expect(lossIn([answer(4), answer(5), answer(9)])).toEqual({ answered: 3, lost: 3 });
  });

  it('does not count one that was answered twice', () => {
    expect(lossIn([answer(1), `${answer(1)} (DUP!)`, answer(3)])).toEqual({ answered: 2, lost: 1 });
  });

  it('is unknown, and so none, where nothing was ever answered', () => {
    expect(lossIn(['PING 10.64.0.1'])).toEqual({ answered: 0, lost: 0 });
  });
});

it('reads counters of the kernel by the names in the line above', () => {
  const text = 'Tcp: InSegs RetransSegs\nTcp: 12 3\nUdp: InErrors\nUdp: 0\n';
  expect([...parseCounters(text)]).toEqual([
    ['Tcp:InSegs', 12],
    ['Tcp:RetransSegs', 3],
    ['Udp:InErrors', 0],
  ]);
});
