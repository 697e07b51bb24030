// What operations have in common on the page: headers, both ways, and credentials.

import { limits } from '../../model/limits.ts';
import { sessionCookie } from '../credential.ts';

const components = {
  headers: {
    'x-request-id': {
      description: 'Under which the log has this request',
      schema: { type: 'string', pattern: '^r_[0-9a-hjkmnp-tv-z]{16}$' },
    },
    'ratelimit-policy': {
      description:
        'Where requests are counted: by which policy, how many (q) in how many seconds (w)',
      schema: { type: 'string' },
    },
    ratelimit: {
      description: 'How many requests are left (r), and in how many seconds all are again (t)',
      schema: { type: 'string' },
    },
    'retry-after': {
      description: 'Seconds after which the same request may succeed',
      schema: { type: 'integer', minimum: 0 },
    },
    etag: {
      description: 'The revision of what is in the body; give it as `If-Match` to change that',
      schema: { type: 'string', pattern: '^"\\d{1,15}"$' },
    },
    location: { description: 'Where to go', schema: { type: 'string', format: 'uri-reference' } },
    'idempotency-replayed': {
      description: 'Only there if this was done already; the body is as things are now',
      schema: { type: 'string', const: 'true' },
    },
  },
  parameters: {
    'idempotency-key': {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'The same key never does the same thing twice',
      schema: {
        type: 'string',
        pattern: '^[!-~]+$',
        minLength: 1,
        maxLength: limits.idempotencyKeyLength,
      },
    },
    'if-match': {
      name: 'If-Match',
      in: 'header',
      description: 'An `ETag`: do it only if nobody has changed the thing since',
      schema: { type: 'string', pattern: '^(\\*|"\\d{1,15}")$' },
    },
  },
  securitySchemes: {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description: "The operator's key, a tenant's key, or a token that an agent signed for itself",
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: sessionCookie,
      description: 'The session of a browser that signed in',
    },
  },
};

export type HeaderName = keyof typeof components.headers;

/** Those of them that these paths refer to. */
export function sharedComponents(paths: object): object {
  const text = JSON.stringify(paths);
  const usedOf = (group: 'headers' | 'parameters') =>
    Object.fromEntries(
      Object.entries(components[group]).filter(([name]) =>
        text.includes(`"#/components/${group}/${name}"`),
      ),
    );
  return { ...components, headers: usedOf('headers'), parameters: usedOf('parameters') };
}
