// An example of what each operation takes and gives, for /openapi.json. test/api/openapi.test.ts
// holds each to its schema, and finds the operation that has none.

import { accountExamples } from './accounts.ts';
import { auditExamples } from './audit.ts';
import { deviceExamples } from './devices.ts';
import type { Examples } from './example.ts';
import { gatewayExamples } from './gateways.ts';
import { outletExamples } from './outlets.ts';
import { peopleExamples } from './people.ts';
import { tenantExamples } from './tenants.ts';

export const examples: Examples = {
  ...accountExamples,
  ...tenantExamples,
  ...auditExamples,
  ...outletExamples,
  ...peopleExamples,
  ...gatewayExamples,
  ...deviceExamples,
};
