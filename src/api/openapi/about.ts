// What the API's page says of the API as a whole.

import { limits } from '../../model/limits.ts';

const description = `
One control plane, many tenants, their own VMs as gateways.

## Credentials
Send \`Authorization: Bearer\` and a key. The key of a tenant works in that tenant alone; another
tenant's things are answered like things that do not exist. Browsers send the cookie of their
session instead. Each operation names its permission in \`x-permission\`, and in \`x-callers\` who
may have it: roles of a tenant, \`account\` for whoever is signed in, the \`operator\`, an
\`agent\`.

## Bodies
JSON in UTF-8, at most ${limits.bodyBytes} bytes. A field that the schema does not name is
refused, so that a spelling error is never ignored. Answers may gain fields: ignore those that you
do not know.

## Lists
Lists come in pages of at most \`limit\` things. \`next\` is the \`cursor\` of the following page,
and null on the last one. It is opaque, and things made or deleted meanwhile do not disturb it.

## Doing it once
What makes something takes an \`Idempotency-Key\` of your choice, such as a UUID. A request that
comes again with its key within 24 hours is not done again: it gets the very answer that the first
one got, with the secrets in it, and \`Idempotency-Replayed: true\`. A key that comes with another
request is refused. Each caller has keys of its own: nobody else's are in the way.

## Changing what you have seen
Answers about what has a \`revision\` carry it as \`ETag\`. Send it back as \`If-Match\` to change
the thing only if nobody else has meanwhile; otherwise the answer is 412 \`precondition_failed\`.

## Errors
Problem details (RFC 9457) of type \`application/problem+json\`. \`code\` is one of a closed list
and is the field to program against; \`detail\` and \`wayOut\` are sentences for people and may
change. \`problems\` names each wrong field with the rule that it breaks. The page at \`type\`
explains the code. The same request may succeed later if the answer has a \`Retry-After\` header,
and only then. Every operation may also answer 500 \`internal\`, which is our fault and is logged.

## How often
Requests are counted, by tenant, account, gateway or address as fits. \`RateLimit-Policy\` and
\`RateLimit\` (draft-ietf-httpapi-ratelimit-headers-10) say how many may come in how many seconds,
and how many are left. Who asks too often is answered 429 \`rate_limited\`, with \`Retry-After\`.

## Request ids
Every answer has an \`x-request-id\`, and a problem repeats it as \`requestId\`. The control
plane's log has it too: quote it when you ask somebody for help.

## Deprecation
\`/v1\` only grows. It gains operations, optional fields of requests, fields of answers and codes
of errors; nothing of it changes its meaning or becomes required. What shall go is marked
\`deprecated\` here, and its answers carry \`Deprecation\` (RFC 9745) with the date from which it
is, \`Sunset\` (RFC 8594) with the date on which it ends, at least 180 days later, and a \`Link\`
to what replaces it.
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
  { name: 'group', description: 'Users of a tenant who are treated alike' },
  { name: 'gateway', description: "A tenant's VM that runs the agent, and what its agent asks" },
  { name: 'authority', description: 'Who vouches for devices and gateways of IKEv2' },
  { name: 'device', description: 'A phone or laptop of a user' },
  { name: 'link', description: 'An address that gives out the profile of a device' },
  { name: 'account', description: 'A login of a person, who can be a user of several tenants' },
  { name: 'me', description: 'Who the caller is' },
  { name: 'session', description: 'A browser or program that is signed in' },
  { name: 'passkey', description: 'Signing in with a device that its owner unlocks (WebAuthn)' },
  { name: 'totp', description: 'Codes of an authenticator as a second factor (RFC 6238)' },
  { name: 'oidc', description: "Signing in at the tenant's identity provider (OpenID Connect)" },
  { name: 'apiKey', description: 'A credential of a program in a tenant' },
  { name: 'quota', description: 'How much of each thing a tenant may have' },
  { name: 'sealing', description: 'The keys that seal secrets in the databases' },
  { name: 'webhook', description: 'An address that is told what happens in a tenant' },
  { name: 'syslog', description: "Where a tenant's log is sent" },
  { name: 'mail', description: 'What was sent to people' },
  {
    name: 'audit',
    description: "The tenant's log of changes, each numbered and chained by hashes",
  },
];
