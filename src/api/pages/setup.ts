// The page behind the one-time owner link that `start` prints while there is no tenant.

import { html } from 'hono/html';
import { SallyportError } from '../../model/errors.ts';
import { parseInput } from '../../model/problems.ts';
import { type CreatedTenant, createTenantSchema } from '../../model/tenant.ts';
import { isSetupLinkOpen, setUpTenant } from '../../operations/tenant/setup.ts';
import type { RequestContext } from '../environment.ts';
import type { App } from '../route.ts';
import { type Html, page } from './layout.ts';

interface Draft {
  name: string;
  owner: string;
  email: string;
  fault?: string;
}

function formPage({ name, owner, email, fault }: Draft): Html {
  return page(
    'Make your tenant',
    'Sallyport',
    html`${fault ? html`<p class="bad" role="alert">${fault}</p>` : ''}
<form method="post">
<label>Name of your organisation
<input name="name" value="${name}" required maxlength="100" autocomplete="organization"></label>
<label>Your name
<input name="owner" value="${owner}" required maxlength="100" autocomplete="name"></label>
<label>Your e-mail address (optional)
<input name="email" type="email" value="${email}" maxlength="254" autocomplete="email"></label>
<button>Make the tenant</button>
</form>
<p class="soft">You get the owner's key on the next page, once. This link then works no more.</p>`,
  );
}

function donePage({ tenant, key }: CreatedTenant, publicUrl: string): Html {
  return page(
    `${tenant.name} is ready`,
    'Sallyport',
    html`<p>This is the owner's key. <strong>It is shown only now</strong>; keep it in your password
manager.</p>
<pre>${key}</pre>
<h2>Next</h2>
<p>In a shell in Sallyport's folder:</p>
<pre>export SALLYPORT_URL=${publicUrl}
export SALLYPORT_TOKEN=${key}
npm run -s sallyport -- gateway create --name first --endpoint vpn.example.com</pre>
<p class="soft">The tenant's id is ${tenant.id}. The API is described at
<a href="/openapi.json">/openapi.json</a>.</p>`,
  );
}

const headers = { 'cache-control': 'no-store' } as const;

function refuse(): never {
  throw new SallyportError('link_expired', 'This owner link was used already or has expired.', {
    wayOut: 'Start the control plane again: while there is no tenant it prints a fresh link.',
  });
}

async function show(c: RequestContext): Promise<Response> {
  if (!(await isSetupLinkOpen(c.get('services'), c.req.param('secret') ?? ''))) refuse();
  return c.html(formPage({ name: '', owner: '', email: '' }), 200, headers);
}

function text(form: Record<string, unknown>, field: string): string {
  const value = form[field];
  return typeof value === 'string' ? value : '';
}

async function submit(c: RequestContext): Promise<Response> {
  const services = c.get('services');
  const form = await c.req.parseBody();
  const draft = {
    name: text(form, 'name'),
    owner: text(form, 'owner'),
    email: text(form, 'email'),
  };
  const owner = { name: draft.owner, ...(draft.email === '' ? {} : { email: draft.email }) };
  try {
    const input = parseInput(createTenantSchema, { name: draft.name, owner }, 'The form');
    const origin = c.get('origin');
    const created = await setUpTenant(services, origin, c.req.param('secret') ?? '', input);
    return c.html(donePage(created, services.publicUrl), 201, headers);
  } catch (error) {
    if (!(error instanceof SallyportError) || error.code !== 'invalid_input') throw error;
    return c.html(formPage({ ...draft, fault: error.message }), 400, headers);
  }
}

export function registerSetupPages(app: App): void {
  app.get('/setup/:secret', show);
  app.post('/setup/:secret', submit);
}
