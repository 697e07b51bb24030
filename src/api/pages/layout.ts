// The frame of the few pages that the control plane renders itself: no script, readable at 360 px.

import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export const stylesheet = `
:root { color-scheme: light dark; --ink: #16202a; --paper: #fbfaf7; --line: #d8d4ca;
  --soft: #5c6670; --accent: #0b5d55; --on-accent: #ffffff; --bad: #a3261b; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e6df; --paper: #14191d; --line: #39424a; --soft: #a3acb3;
    --accent: #57c3b6; --on-accent: #0b1a18; --bad: #ff8f82; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 17px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; overflow-wrap: anywhere; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
.brand { color: var(--soft); font-size: .9rem; margin: 0 0 1.5rem; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .95rem; }
.bad { color: var(--bad); }
form { margin: 0 0 1rem; }
label { display: block; margin: 0 0 1rem; font-weight: 600; }
input { display: block; width: 100%; margin-top: .3rem; padding: .65rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .4rem; }
button, .button { display: block; width: 100%; padding: .85rem 1rem; font: inherit;
  font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
  color: var(--on-accent); background: var(--accent); border: 0; border-radius: .5rem; }
button:focus-visible, .button:focus-visible, input:focus-visible, a:focus-visible,
summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
ol { padding-left: 1.3rem; } li { margin-bottom: .4rem; }
.qr { background: #fff; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem;
  margin: 0 0 1rem; } .qr svg { display: block; width: 100%; height: auto; max-width: 22rem;
  margin: 0 auto; }
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem;
  font-size: .85rem; } code { font-size: .9em; overflow-wrap: anywhere; }
summary { cursor: pointer; padding: .4rem 0; }
`;

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
