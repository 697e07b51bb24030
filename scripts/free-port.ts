// TCP ports of this machine that nobody listens on.

import { createServer } from 'node:net';

/**
 * Opens a port for a moment, 0 being any.
 * @throws Error when somebody listens there already
 */
export function probePort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(found));
    });
  });
}

export function freePort(): Promise<number> {
  return probePort('127.0.0.1', 0);
}
