#!/usr/bin/env node
// The agent on Node: development, tests, and the fallback where the native agent does not run.

import { main } from '../agent/main.ts';
import { makeNodeHost } from './agent-node-host.ts';

const host = makeNodeHost();
process.exitCode = await main(host, process.argv.slice(2));
// A kept-alive connection must not keep the process.
host.close();
