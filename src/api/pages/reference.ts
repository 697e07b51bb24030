// /reference: the API's page for people, drawn by Swagger UI from /openapi.json. Its files are ours
// to serve, like all that is in public/.

import { html } from 'hono/html';
import type { App } from '../route.ts';

/** It may run the scripts and read the answers of this host, and nothing else. */
export const referencePolicy = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

export const referencePath = '/reference';

export function registerReference(app: App): void {
  app.get(referencePath, (c) =>
    c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Sallyport API</title>
<link rel="stylesheet" href="/swagger-ui/swagger-ui.css">
<link rel="stylesheet" href="/reference.css">
<link rel="icon" href="/favicon.svg">
<script src="/swagger-ui/swagger-ui-bundle.js" defer></script>
<script src="/reference.js" defer></script>
</head>
<body>
<div id="reference"><p>The reference is drawn by a script from
<a href="/openapi.json">/openapi.json</a>, which programs can read as it is.</p></div>
</body>
</html>`),
  );
}
