// Programs end when they should, and say why when they end otherwise.

import { describe, expect, it } from 'vitest';
import { LabProcess, run } from '../../lab/process.ts';

const timeoutMs = 10_000;
const shell = (script: string) => ['sh', '-c', script];

describe('a program that runs to its end', () => {
  it('gives both streams and what it read', async () => {
    const finished = await run(shell('cat; echo oops >&2'), { timeoutMs, input: 'hello' });
    expect(finished).toEqual({ code: 0, stdout: 'hello', stderr: 'oops\n' });
  });

  it('is an error with its last words when it fails', async () => {
    const failing = run(shell('echo no such thing >&2; exit 3'), { timeoutMs });
    await expect(failing).rejects.toThrow(/exit code 3\nno such thing/);
  });

  it('may fail where that is expected', async () => {
    expect((await run(shell('exit 3'), { timeoutMs, mayFail: true })).code).toBe(3);
  });

  it('is killed with all it started when its time is over', async () => {
    const begin = performance.now();
    const slow = run(shell('sleep 60 & echo $!; wait'), { timeoutMs: 300 });
    const error = await slow.then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toContain('took longer than 300 ms');
    expect(performance.now() - begin).toBeLessThan(5000);
    const pid = Number(error?.message.split('\n').at(-1));
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });

  it('is an error that names it when there is no such program', async () => {
    await expect(run(['no-such-program'], { timeoutMs })).rejects.toThrow(
      /no-such-program.*ENOENT/,
    );
  });
});

describe('a program that runs on', () => {
  it('can be waited for by a line, whether that is printed already or not', async () => {
    const child = new LabProcess(shell('echo one; read x; echo two; exec sleep 60'));
    expect(await child.waitFor(/^one$/, timeoutMs)).toBe('one');
    expect(await child.waitFor(/^two$/, timeoutMs)).toBe('two');
    expect(await child.waitFor(/^one$/, timeoutMs)).toBe('one');
    await child.stop();
    expect(child.running).toBe(false);
  });

  it('fails its waiters with its last lines when it ends too early', async () => {
    const child = new LabProcess(shell('echo cannot bind; exit 1'));
    await expect(child.waitFor(/ready/, timeoutMs)).rejects.toThrow(/too early\ncannot bind/);
    expect(await child.exited).toBe(1);
  });

  it('fails its waiters when their time is over', async () => {
    const child = new LabProcess(['sleep', '60']);
    await expect(child.waitFor(/ready/, 50)).rejects.toThrow('not there after 50 ms');
    await child.stop();
  });

  it('is stopped even when it does not listen', async () => {
    const child = new LabProcess(shell('trap "" TERM; echo deaf; while :; do sleep 1; done'));
    await child.waitFor(/deaf/, timeoutMs);
    await child.stop();
    expect(await child.exited).toBe(128);
  });

  it('is an error that names it when there is no such program', async () => {
    const child = new LabProcess(['no-such-program']);
    expect(await child.exited).toBe(127);
    expect(child.tail()).toContain('no-such-program');
    await child.stop();
  });

  it('keeps a last line without an end of line', async () => {
    const child = new LabProcess(shell('printf "no newline"'));
    await child.exited;
    expect(child.lines).toEqual(['no newline']);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
