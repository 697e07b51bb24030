// /openapi.json, made from the routes themselves.

import type { App } from './route.ts';

const about = {
  title: 'Sallyport',
  version: '1.0.0',
  description:
    'One control plane, many tenants, their own VMs as gateways. ' +
    'Errors are problem details (RFC 9457): `code` is stable, `wayOut` says what to do.',
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
};

const tags = ['tenant', 'user', 'gateway', 'device', 'link', 'revision'].map((name) => ({ name }));

export function registerOpenApi(app: App): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: "The operator's key, a tenant's key, or a token that an agent signed for itself",
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
