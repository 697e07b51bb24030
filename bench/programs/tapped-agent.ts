// The agent on its Node host, telling about each program it runs, each report that was answered and
// how much CPU it has used.

import { main } from '../../src/agent/main.ts';
import { makeNodeHost } from '../../src/runtimes/agent-node-host.ts';

const host = makeNodeHost();
process.exitCode = await main(
  {
    ...host,
    exec(argv, options) {
      host.log(JSON.stringify({ ran: argv.slice(0, 2).join(' ') }));
      return host.exec(argv, options);
    },
    async http(request) {
      const reply = await host.http(request);
      if (request.method === 'POST') host.log(JSON.stringify({ reported: reply.status }));
      return reply;
    },
    log(line) {
      const { user, system } = process.cpuUsage();
      host.log(line);
      host.log(JSON.stringify({ cpuMicroseconds: user + system }));
    },
  },
  process.argv.slice(2),
);
host.close();
