// Enters a lab with a script, as the demo and the test runner do; the tests kill it.

import { enterLab } from '../enter.ts';

process.exit(await enterLab(process.argv.slice(2), { timeoutMs: 60_000 }));
