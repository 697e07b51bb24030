// An example of what each operation takes and gives, for /openapi.json. test/api/openapi.test.ts
// holds each to its schema, and finds the operation that has none.

import { deviceExamples } from './devices.ts';
import type { Examples } from './example.ts';
import { gatewayExamples } from './gateways.ts';
import { peopleExamples } from './people.ts';
import { tenantExamples } from './tenants.ts';

export const examples: Examples = {
  ...tenantExamples,
  ...peopleExamples,
  ...gatewayExamples,
  ...deviceExamples,
};
