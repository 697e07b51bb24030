#!/usr/bin/env node
// The `sallyport` command: a client of the HTTP API.

import { once } from 'node:events';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { run } from './program.ts';

const { env, stdout, stderr } = process;
// A reader that has seen enough, such as `head`, is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
const columns = Number(env.COLUMNS) || (stdout.isTTY ? stdout.columns : undefined);

process.exitCode = await run(process.argv.slice(2), {
  env,
  home: homedir(),
  columns,
  out: (text) => stdout.write(text),
  err: (text) => stderr.write(text),
  async ask(question) {
    const terminal = createInterface({ input: process.stdin, output: stderr });
    try {
      // Without anybody there the input ends before it has a line.
      const ended = once(terminal, 'close').then(() => undefined);
      return await Promise.race([terminal.question(question), ended]);
    } finally {
      terminal.close();
    }
  },
});
