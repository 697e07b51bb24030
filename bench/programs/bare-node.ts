// The floor: Node's own HTTP server, answering 304 to everything.

import { createServer } from 'node:http';

const port = Number(process.argv[2]);
createServer((_, response) => response.writeHead(304).end()).listen(port, '127.0.0.1', () =>
  console.log('ready'),
);
