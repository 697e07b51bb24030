// /openapi.json, made from the routes themselves.

import { sessionCookie } from './credential.ts';
import type { App } from './route.ts';

const about = {
  title: 'Sallyport',
  version: '1.0.0',
  description:
    'One control plane, many tenants, their own VMs as gateways. ' +
    'Errors are problem details (RFC 9457): `code` is stable, `wayOut` says what to do.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const tags = [
  { name: 'account', description: 'A login: one person, whatever tenants they belong to' },
  { name: 'me', description: 'Whoever asks' },
  { name: 'passkey', description: 'A key that a device or security key holds for an account' },
  { name: 'totp', description: 'One-time codes of an authenticator, and recovery codes' },
  { name: 'session', description: 'A browser or program that has signed in' },
  { name: 'tenant', description: 'An organisation with a database of its own' },
  { name: 'user', description: 'A person in a tenant' },
  { name: 'gateway', description: "A tenant's VM that runs the agent, and what its agent asks" },
  { name: 'device', description: 'A phone or laptop of a user' },
  { name: 'link', description: 'An address that gives out the profile of a device' },
  { name: 'revision', description: 'One numbered change of a tenant' },
];

export function registerOpenApi(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: "The operator's key, a tenant's key, or a token that an agent signed for itself",
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie,
    description: 'The session of a browser that signed in',
  });
  let document: string | undefined;
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: about,
        tags,
        servers: [{ url: c.get('services').publicUrl }],
        security: [{ bearer: [] }],
      }),
    );
    return c.body(document, 200, { 'content-type': 'application/json' });
  });
}
