// Watching by a socket: what it saves, and that nothing is lost with it.

import { describe, expect, it } from 'vitest';
import { agentLimits } from '../../src/agent/limits.ts';
import { keyNumber } from '../render/server/documents.ts';
import type { FakeControlPlane } from './fake-control-plane.ts';
import type { FakeHost } from './fake-host.ts';
import type { FakeLine } from './fake-line.ts';
import { enrolledLab, Lab, worldOf } from './lab.ts';

const minute = 60_000;

/** A lab whose control plane has sockets, and whose gateway is at revision 1. */
async function socketLab(): Promise<Lab> {
  const lab = await enrolledLab();
  lab.control.publish(worldOf(1));
  await lab.run();
  lab.control.sockets = true;
  return lab;
}

/** Questions for state among the agent's requests, such as `since=1&wait=0`. */
function questionsOf(requests: readonly string[]): string[] {
  return requests.flatMap((request) => {
    const [, query] = /\/state\?(.*)/.exec(request) ?? [];
    return query === undefined ? [] : [query];
  });
}

interface Timed {
  at: number;
  call: string;
}

/** Puts down when the agent makes which call of its host. */
function timed(host: FakeHost): Timed[] {
  const log: Timed[] = [];
  const { push } = host.calls;
  host.calls.push = (...calls) => {
    log.push(...calls.map((call) => ({ at: host.time, call })));
    return push.apply(host.calls, calls);
  };
  return log;
}

function gapsBetween(log: readonly Timed[], start: string): number[] {
  const times = log.filter(({ call }) => call.startsWith(start)).map(({ at }) => at);
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

/** Runs for so long by the agent's clock. */
async function runFor(lab: Lab, milliseconds: number, prepare = (_host: FakeHost) => {}) {
  let log: Timed[] = [];
  let asked = 0;
  let over = () => true;
  const { host, exitCode } = await lab.run({
    prepare: (fake) => {
      const end = fake.time + milliseconds;
      over = () => fake.time >= end;
      log = timed(fake);
      asked = lab.control.requests.length;
      prepare(fake);
    },
    until: () => over(),
  });
  expect(exitCode).toBe(0);
  return { host, log, questions: questionsOf(lab.control.requests.slice(asked)) };
}

function openLine(control: FakeControlPlane): FakeLine | undefined {
  return control.lines.find(({ isOpen }) => isOpen);
}

/** Publishes revision 2 when the idle agent is ready for it, and puts down when, by true time. */
function changing(control: FakeControlPlane, isReady: (host: FakeHost) => boolean) {
  const change = { published: 0, applied: 0, watch: (_host: FakeHost) => {} };
  let host: FakeHost | undefined;
  change.watch = (fake) => {
    host = fake;
  };
  control.onIdle = () => {
    if (change.published || !host || !isReady(host)) return;
    change.published = host.time;
    control.script = [worldOf(1, 2)];
  };
  control.onReport = ({ revision }) => {
    if (revision === 2) change.applied ||= host?.time ?? 0;
    return undefined;
  };
  return change;
}

describe('an agent that is offered no socket, or has none', () => {
  it('waits by plain HTTP', async () => {
    const lab = await socketLab();
    lab.control.sockets = false;
    lab.control.script = [worldOf(1, 2)];
    const { host, questions } = await runFor(lab, 10 * minute);
    expect(host.callsOf('connect')).toEqual([]);
    expect(questions.every((question) => !question.endsWith('wait=0'))).toBe(true);
    expect(lab.control.reports.at(-1)?.revision).toBe(2);
  });

  it('waits by plain HTTP on a host without sockets', async () => {
    const lab = await socketLab();
    lab.control.script = [worldOf(1, 2)];
    const { questions } = await runFor(lab, 10 * minute, (host) => {
      delete host.connect;
    });
    expect(questions.every((question) => !question.endsWith('wait=0'))).toBe(true);
    expect(lab.control.reports.at(-1)?.revision).toBe(2);
    expect(lab.control.lines).toEqual([]);
  });
});

describe('an open socket', () => {
  it('replaces the wait: an idle agent asks every few minutes and reports every one', async () => {
    const lab = await socketLab();
    const { host, log, questions } = await runFor(lab, 120 * minute);
    expect(host.callsOf('connect')).toHaveLength(1);
    const polls = questions.slice(2);
    expect(polls.length).toBeGreaterThanOrEqual(20);
    expect(polls.length).toBeLessThanOrEqual(30);
    expect(new Set(polls)).toEqual(new Set(['since=1&wait=0']));
    const reports = gapsBetween(log, 'http POST');
    expect(Math.max(...reports)).toBeLessThan(2 * minute);
    const pings = gapsBetween(log, 'send ping');
    expect(Math.max(...pings)).toBeLessThan(minute);
    expect(pings.length).toBeGreaterThan(120);
    expect(host.calls.length).toBeLessThan(120 * 15);
  });

  it('brings one question for one notice', async () => {
    const lab = await socketLab();
    lab.control.script = [worldOf(1, 2), worldOf(1, 2, 3)];
    const { host } = await lab.run();
    const opened = host.calls.findIndex((call) => call.startsWith('connect'));
    expect(questionsOf(host.calls.slice(opened))).toEqual(['since=2&wait=0']);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([1, 2, 3].map(keyNumber));
  });

  it.each(['at once', 'while one is applied'])('makes one of many that come %s', async (when) => {
    const lab = await socketLab();
    const { control } = lab;
    const burst = () => {
      for (const last of [3, 4, 5, 6]) control.publish(worldOf(1, 2, last));
    };
    let isOpen = false;
    control.onIdle = () => {
      if (!openLine(control) || isOpen) return;
      isOpen = true;
      control.publish(worldOf(1, 2));
      if (when === 'at once') burst();
    };
    control.onReport = ({ revision }) => {
      if (revision === 2) burst();
      return undefined;
    };
    const sent = control.sent.length;
    await runFor(lab, 4 * minute);
    const revisions = control.sent.slice(sent).map(({ revision }) => revision);
    expect(revisions).toEqual(when === 'at once' ? [6] : [2, 6]);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([1, 2, 6].map(keyNumber));
  });

  it('that loses a notice costs minutes, not the change', async () => {
    const lab = await socketLab();
    const { control } = lab;
    control.losesNotices = true;
    const change = changing(control, () => openLine(control) !== undefined);
    const { host } = await runFor(lab, 30 * minute, change.watch);
    expect(change.published).toBeGreaterThan(0);
    expect(change.applied - change.published).toBeGreaterThan(0);
    expect(change.applied - change.published).toBeLessThanOrEqual(6 * minute);
    expect(Lab.events(host, 'socket.lost')).toEqual([]);
  });

  it.each([
    { flaw: 'failed', status: 503 },
    { flaw: 'was answered with nonsense', status: 200 },
  ])('is asked again about a notice whose question $flaw', async ({ status }) => {
    const lab = await socketLab();
    const { control } = lab;
    let failures = 0;
    control.misbehave = () =>
      openLine(control) && control.revision === 2 && ++failures <= 3
        ? { status, headers: { 'sallyport-watch': 'socket' }, body: 'nonsense' }
        : undefined;
    const change = changing(control, () => openLine(control) !== undefined);
    const { host } = await runFor(lab, 4 * minute, change.watch);
    expect(failures).toBeGreaterThan(3);
    expect(change.applied - change.published).toBeGreaterThan(3000);
    expect(change.applied - change.published).toBeLessThan(10_000);
    expect(host.callsOf('connect')).toHaveLength(1);
  });

  it('that cries wolf is believed once a second at most', async () => {
    const lab = await socketLab();
    const { control } = lab;
    let lie = 1000;
    control.greet = (line) => {
      line.onQuiet = () => line.notify(++lie);
      line.onQuiet();
    };
    const { log } = await runFor(lab, 5 * minute);
    const questions = log.filter(({ call }) => call.includes('/state?'));
    expect(questions.length).toBeGreaterThan(20);
    expect(questions.length).toBeLessThanOrEqual(5 * 60 + 5);
  });

  it('is closed when it is offered no longer', async () => {
    const lab = await socketLab();
    const { control } = lab;
    let lines = 0;
    control.onIdle = () => {
      if (openLine(control)) lines++;
      control.sockets = lines < 3;
    };
    const { questions } = await runFor(lab, 20 * minute);
    expect(control.lines).toHaveLength(1);
    expect(openLine(control)).toBeUndefined();
    expect(questions.at(-1)).toMatch(/wait=[1-9]/);
  });
});

const faults: Record<string, (line: FakeLine, control: FakeControlPlane) => void> = {
  'is refused': (line) => line.cut('status 503'),
  'never says anything': () => {},
  'is closed after its first words': (line) => {
    line.notify(1);
    line.cut('closed with 1001');
  },
  'is closed in the middle of the wait': (line) => {
    line.notify(1);
    line.onQuiet = () => line.cut('cut off');
  },
  'no longer answers pings': (line) => {
    line.answersPings = false;
    line.notify(1);
  },
  'says what is no JSON': (line) => line.say('revision 7'),
  'says nothing at length': (line) => line.say(' '.repeat(agentLimits.socketMessageBytes)),
  'says a revision that is none': (line) => line.say('{"revision":-1}'),
  'says more than a revision': (line) => line.say('{"revision":1,"command":"reboot"}'),
  'never stops talking': (line) => {
    for (let count = 0; count <= agentLimits.socketMessagesPerWait; count++) line.notify(1);
  },
};

describe('when the socket', () => {
  it.each(Object.keys(faults))('%s, the agent waits by plain HTTP as before', async (fault) => {
    const lab = await socketLab();
    const { control } = lab;
    control.greet = (line) => faults[fault]?.(line, control);
    // Nothing that a broken socket says may help.
    control.losesNotices = true;
    const change = changing(
      control,
      (fake) => Lab.events(fake, 'socket.lost').length > 0 && !openLine(control),
    );
    const { host, log, questions } = await runFor(lab, 30 * minute, change.watch);
    expect(Lab.events(host, 'socket.lost')[0]?.reason).toEqual(expect.any(String));
    expect(change.published).toBeGreaterThan(0);
    expect(change.applied - change.published).toBeLessThanOrEqual(1000);
    expect(questions.filter((question) => /wait=[1-9]/.test(question)).length).toBeGreaterThan(10);
    expect(log.filter(({ call }) => call === 'close').length).toBe(host.callsOf('connect').length);
  });

  it('is being opened, the agent waits shortly, so as to use it soon', async () => {
    const lab = await socketLab();
    lab.control.greet = (line) => {
      lab.control.misbehave = ({ wait }) => {
        // Its first words come while the agent waits by plain HTTP.
        if (wait > 0) line.notify(1);
        return undefined;
      };
    };
    const { questions } = await runFor(lab, minute);
    expect(questions.slice(1)).toEqual(['since=1&wait=5']);
  });

  it.each(['is refused', 'is closed after its first words'])(
    '%s every time, it is tried every ten minutes in the end, and never given up',
    async (fault) => {
      const lab = await socketLab();
      lab.control.greet = (line) => faults[fault]?.(line, lab.control);
      const { log, host } = await runFor(lab, 10 * 60 * minute);
      const gaps = gapsBetween(log, 'connect');
      expect(Math.max(...gaps)).toBeLessThanOrEqual(11 * minute);
      expect(Math.min(...gaps.slice(-20))).toBeGreaterThan(5 * minute);
      expect(host.callsOf('connect').length).toBeLessThan(125);
      expect(gaps[0]).toBeLessThan(2 * minute);
    },
  );

  it('breaks after it lasted, the next one comes soon', async () => {
    const lab = await socketLab();
    const { control } = lab;
    control.greet = (line) => {
      line.notify(control.revision);
      const hear = line.hear.bind(line);
      line.hear = (text) => (line.heard.length < 3 ? hear(text) : void line.cut('cut off'));
    };
    const { log } = await runFor(lab, 120 * minute);
    const gaps = gapsBetween(log, 'connect');
    expect(gaps.length).toBeGreaterThan(20);
    expect(Math.max(...gaps)).toBeLessThan(6 * minute);
  });

  it('is closed because the gateway was deleted, it is not tried again', async () => {
    const lab = await socketLab();
    const { control } = lab;
    let isDeleted = false;
    control.onIdle = () => {
      const line = openLine(control);
      isDeleted ||= line !== undefined;
      line?.cut('closed with 4001 this gateway is gone');
    };
    const refusal = { status: 401, headers: {}, body: '' };
    control.misbehave = () => (isDeleted ? refusal : undefined);
    const { host } = await runFor(lab, 60 * minute);
    expect(isDeleted).toBe(true);
    expect(host.callsOf('connect')).toHaveLength(1);
    expect(Lab.events(host, 'socket.lost')).toHaveLength(1);
    expect([...lab.machine.tunnel.peers.keys()]).toEqual([keyNumber(1)]);
  });
});

describe('the end', () => {
  it('comes at once while the agent listens, and says nothing about the socket', async () => {
    const lab = await socketLab();
    lab.control.script = [worldOf(1, 2)];
    const { host, exitCode } = await lab.run();
    expect(exitCode).toBe(0);
    expect(host.calls.at(-1)).toBe('close');
    expect(host.callsOf('receive').length).toBeGreaterThan(0);
    expect(Lab.events(host, 'socket.lost')).toEqual([]);
  });
});

describe('a clock that is set back three hours', () => {
  it('does not keep a listening agent from pings, reports or questions', async () => {
    const lab = await socketLab();
    let reports = 0;
    const { log } = await runFor(lab, 60 * minute, (host) => {
      host.clockError = 3 * 60 * minute;
      lab.control.onReport = () => {
        if (++reports === 10) host.clockError = 0;
        return undefined;
      };
    });
    expect(reports).toBeGreaterThan(55);
    expect(Math.max(...gapsBetween(log, 'send ping'))).toBeLessThan(2 * minute);
    expect(Math.max(...gapsBetween(log, 'http GET'))).toBeLessThan(7 * minute);
  });
});
