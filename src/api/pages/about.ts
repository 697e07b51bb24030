// Pages about the control plane itself: the start page, and what each problem type means.

import { html } from 'hono/html';
import { type ErrorCode, errorCodes, notFound } from '../../model/errors.ts';
import type { App } from '../route.ts';
import { page } from './layout.ts';

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}

export function registerAboutPages(app: App): void {
  app.get('/', (c) =>
    c.html(
      page(
        'The control plane is running',
        'Sallyport',
        html`<p>Integrators find the <a href="/reference">reference of the API</a> here, and for
programs <a href="/openapi.json">/openapi.json</a>.</p>
<p>Users and administrators sign in at the <a href="/portal/">portal</a>.</p>
<p>Looking for your VPN profile? Open the link that you were sent.</p>`,
      ),
    ),
  );
  app.get('/problems/:code', (c) => {
    const code = c.req.param('code');
    if (!isErrorCode(code)) throw notFound('problem', code);
    const { title, status, retry } = errorCodes[code];
    const advice = retry
      ? 'The same request may succeed later: try again after a moment.'
      : 'The same request will fail again: the answer\'s "wayOut" says what to change.';
    return c.html(
      page(title, 'Sallyport', html`<p><code>${code}</code>, HTTP ${status}</p><p>${advice}</p>`),
    );
  });
}
