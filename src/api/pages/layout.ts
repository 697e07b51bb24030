// The frame of the few pages that the control plane renders itself: no script, readable at 360 px.

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Of pages that are for one person alone. */
export const secretHeaders = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex' } as const;

/** A whole page. Every value is escaped by the template. */
export function page(title: string, brand: string, content: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/favicon.svg">
</head>
<body><main>
<p class="brand">${brand}</p>
<h1>${title}</h1>
${content}
</main></body>
</html>`;
}

/** A page that says what went wrong and what to do. */
export function errorPage(title: string, detail: string, wayOut: string | undefined): Html {
  return page(title, 'Sallyport', html`<p>${detail}</p>${wayOut ? html`<p>${wayOut}</p>` : ''}`);
}
