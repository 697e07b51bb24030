// The providers as Node has them.

import tls from 'node:tls';
import { afterAll, beforeAll } from 'vitest';
import { createNodeOutside } from '../../src/runtimes/node-outside.ts';
import { readOutside } from '../../src/runtimes/outside-settings.ts';
import { createAuthority } from './authority.ts';
import { mailSuite } from './mail-suite.ts';
import { syslogSuite } from './syslog-suite.ts';
import { webhookSuite } from './webhook-suite.ts';
import { perform, type World } from './world.ts';

let world: World;
beforeAll(() => {
  const authority = createAuthority();
  tls.setDefaultCACertificates([...tls.getCACertificates(), authority.pem]);
  const log = { info() {}, error() {} };
  world = {
    authority,
    call: async (call) =>
      perform(createNodeOutside(readOutside(call.variables ?? {}, 'The test'), '/none', log), call),
  };
});
afterAll(() => world.authority.remove());

mailSuite(() => world);
webhookSuite(() => world);
syslogSuite(() => world);
