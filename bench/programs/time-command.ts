// Runs each argument as a shell command, once to warm up and then several times; prints the
// milliseconds of each run as a line of JSON per command.

import { spawn } from 'node:child_process';

const [times, ...commands] = process.argv.slice(2);

function once(command: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const [program = '', ...args] = command.split(' ');
  const begin = performance.now();
  spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    .on('error', reject)
    .on('exit', (code) => {
      if (code === 0) resolve(performance.now() - begin);
      else reject(new Error(`${command}: exit code ${code}`));
    });
  return promise;
}

for (const command of commands) {
  await once(command);
  const all: number[] = [];
  for (let i = 0; i < Number(times); i++) all.push(await once(command));
  console.log(JSON.stringify({ ran: all }));
}
