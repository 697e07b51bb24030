// The pages behind a link. GET only shows; POST makes the key pair and uses the link up.

import { html, raw } from 'hono/html';
import type { Profile, RedeemedLink } from '../../model/device.ts';
import { toBase64, toUtf8 } from '../../model/encoding.ts';
import { noteOpened, type OpenedLink, openLink } from '../../operations/link/open.ts';
import { redeemLink } from '../../operations/link/redeem.ts';
import type { RequestContext } from '../environment.ts';
import { type App, callerOf } from '../route.ts';
import { type Html, page, secretHeaders } from './layout.ts';

function offerPage({ link, deviceName, tenantName }: OpenedLink): Html {
  const until = link.expiresAt === null ? '' : ` until ${new Date(link.expiresAt).toUTCString()}`;
  return page(
    `VPN profile for ${deviceName}`,
    tenantName,
    html`<p>You need the free WireGuard app: it is in the App Store, on Google Play and at
<a href="https://www.wireguard.com/install/">wireguard.com/install</a>.</p>
<p>Open this page on the device itself, or on a screen next to it: the profile comes as a file to
download and as a QR code to scan. <strong>The link works once.</strong></p>
<form method="post"><button>Make my profile</button></form>
<p class="soft">Works once${until}. Nothing is used up before you press the button.</p>`,
  );
}

function profileSection(profile: Profile, several: boolean): Html {
  const data = toBase64(toUtf8(profile.text));
  return html`${several ? html`<h2>Gateway ${profile.gatewayName}</h2>` : ''}
<div class="qr">${raw(profile.qrSvg)}</div>
<p><a class="button" download="${profile.filename}"
  href="data:${profile.mediaType};base64,${data}">Download ${profile.filename}</a></p>
<details><summary>Show the profile as text</summary><pre>${profile.text}</pre></details>`;
}

function profilePage({ device, profiles }: RedeemedLink, tenantName: string): Html {
  const [only] = profiles;
  return page(
    `Your profile for ${device.name}`,
    tenantName,
    html`<p><strong>Keep this page open until you are connected.</strong> The key in it is nowhere
else: not even we can show it again.</p>
<ol><li>Open the WireGuard app and press +.</li>
<li>On another screen: scan the QR code. On this device: download the file and import it.</li>
<li>Switch the tunnel on.</li></ol>
${profiles.map((profile) => profileSection(profile, only !== profile || profiles.length > 1))}
<p class="soft">Whoever has this profile can connect as you. Do not send it on.</p>`,
  );
}

async function show(c: RequestContext): Promise<Response> {
  const opened = await openLink(await callerOf(c), c.req.param('token') ?? '');
  if (c.req.method === 'GET') await noteOpened(opened.scope, opened.link);
  return c.html(offerPage(opened), 200, secretHeaders);
}

async function redeem(c: RequestContext): Promise<Response> {
  const caller = await callerOf(c);
  const token = c.req.param('token') ?? '';
  const { tenantName } = await openLink(caller, token);
  const redeemed = await redeemLink(caller, { token });
  return c.html(profilePage(redeemed, tenantName), 200, secretHeaders);
}

export function registerLinkPages(app: App): void {
  app.get('/l/:token', show);
  app.post('/l/:token', redeem);
}
