// A lab at work, for the tests of its door: a network, a server in it, then waiting for its end.

import { createTopology } from '../topology.ts';

const readyMs = 10_000;

const lab = await createTopology();
const [howToEnd] = process.argv.slice(2);
process.on('SIGTERM', () => {
  console.log('asked to end');
  if (howToEnd === 'gracefully') void lab.down().then(() => process.exit(3));
});
const server = lab.node('web').node('lab/programs/web-server.ts');
await server.waitFor(/listening/, readyMs);
console.log('busy');
if (howToEnd === 'at-once') process.exit(7);
