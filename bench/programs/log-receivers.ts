// Receivers of a tenant's log in a process of their own: webhooks over HTTPS and syslog over TLS,
// with the certificate of the arguments. Says its ports, then the counts each time it is asked.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { createInterface } from 'node:readline';
import { createServer as createTlsServer } from 'node:tls';

const [keyPath = '', certPath = ''] = process.argv.slice(2);
const identity = { key: readFileSync(keyPath), cert: readFileSync(certPath) };
const counts = { webhook: 0, syslog: 0 };

const webhooks = createServer(identity, async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { data }: { data: { events?: unknown[] } } = JSON.parse(Buffer.concat(chunks).toString());
  counts.webhook += data.events?.length ?? 1;
  response.writeHead(204).end();
});

const syslog = createTlsServer(identity, (socket) => {
  // Each message has its time between blanks once, right behind its head.
  socket.on('data', (chunk: Buffer) => {
    counts.syslog += chunk.toString('latin1').split('<109>1 ').length - 1;
  });
  socket.on('error', () => undefined);
});

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

console.log(JSON.stringify({ webhook: await portOf(webhooks), syslog: await portOf(syslog) }));
createInterface({ input: process.stdin })
  .on('line', () => console.log(JSON.stringify(counts)))
  .on('close', () => process.exit(0));
