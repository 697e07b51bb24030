// Carries every connection of a unix socket to a TCP address: a socket is a file, so it reaches
// across namespaces.

import { connect, createServer, type Socket } from 'node:net';

const [path, host, port] = process.argv.slice(2);
if (path === undefined || host === undefined) throw new Error('relay.ts SOCKET HOST PORT');

function join(near: Socket): void {
  const far = connect({ host: host ?? '', port: Number(port), noDelay: true });
  // Either end may be killed at any moment; the other one learns of it.
  far.on('error', () => near.destroy()).on('close', () => near.destroy());
  near.on('error', () => far.destroy()).on('close', () => far.destroy());
  near.pipe(far).pipe(near);
}

createServer(join).listen(path, () => console.log('listening'));
