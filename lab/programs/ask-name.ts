// Asks a name server for the address of a name once; whether it answers is not what matters.

import { Resolver } from 'node:dns/promises';

const [name, server] = process.argv.slice(2);
if (name === undefined || server === undefined) throw new Error('ask-name.ts NAME SERVER');
const resolver = new Resolver({ timeout: 500, tries: 1 });
resolver.setServers([server]);
await resolver.resolve4(name).catch(() => undefined);
