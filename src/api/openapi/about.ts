// What the API's page says of the API as a whole.

import { limits } from '../../model/limits.ts';

const description = `
One control plane, many tenants, their own VMs as gateways.

## Credentials
Send \`Authorization: Bearer\` and a key. The key of a tenant works in that tenant alone; another
tenant's things are answered like things that do not exist. Each operation names its permission in
\`x-permission\`, and in \`x-callers\` who may have it.

## Bodies
JSON in UTF-8, at most ${limits.bodyBytes} bytes. A field that the schema does not name is refused,
so that a spelling error is never ignored. Answers may gain fields: ignore those that you do not
know.

## Lists
Lists come in pages of at most \`limit\` things. \`next\` is the \`cursor\` of the following page,
and null on the last one. It is opaque, and things made or deleted meanwhile do not disturb it.

## Errors
Problem details (RFC 9457) of type \`application/problem+json\`. \`code\` is one of a closed list
and is the field to program against; \`detail\` and \`wayOut\` are sentences for people and may
change. \`problems\` names each wrong field with the rule that it breaks. The page at \`type\`
explains the code. The same request may succeed later if the answer has a \`Retry-After\` header,
and only then. Every operation may also answer 500 \`internal\`, which is our fault and is logged.

## Request ids
Every answer has an \`x-request-id\`, and a problem repeats it as \`requestId\`. The control plane's
log has it too: quote it when you ask somebody for help.

## Deprecation
\`/v1\` only grows. It gains operations, optional fields of requests, fields of answers and codes
of errors; nothing of it changes its meaning or becomes required. What shall go is marked
\`deprecated\` here, and its answers carry \`Deprecation\` (RFC 9745) with the date from which it
is, \`Sunset\` (RFC 8594) with the date on which it ends, at least 180 days later, and a \`Link\` to
what replaces it.
`.trim();

export const about = {
  title: 'Sallyport',
  version: '1.0.0',
  description,
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

/** What the first word of an operation stands for. */
export const tags = [
  { name: 'tenant', description: 'An organisation with a database of its own' },
  { name: 'user', description: 'A person in a tenant' },
  { name: 'gateway', description: "A tenant's VM that runs the agent, and what its agent asks" },
  { name: 'device', description: 'A phone or laptop of a user' },
  { name: 'link', description: 'An address that gives out the profile of a device' },
  { name: 'revision', description: 'One numbered change of a tenant' },
];
