// The pages behind a link. GET only shows; POST makes the key pair and uses the link up.

import { html, raw } from 'hono/html';
import { z } from 'zod';
import type { Profile, RedeemedLink, TypedValues } from '../../model/device.ts';
import { fromBase64, toBase64, toUtf8 } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import type { Platform } from '../../model/platform.ts';
import { parseInput } from '../../model/problems.ts';
import { type ProfileKind, profileKinds, profileTraits } from '../../model/profile.ts';
import { type Visitor, visitorOf } from '../../model/visitor.ts';
import { noteOpened, openLink, type VisitedLink, visitLink } from '../../operations/link/open.ts';
import { redeemLink } from '../../operations/link/redeem.ts';
import type { RequestContext } from '../environment.ts';
import { type App, callerOf } from '../route.ts';
import { guides, type Handed, kindsFor, type Situation } from './guide.ts';
import { type Html, page, secretHeaders } from './layout.ts';

const platformNames: Readonly<Record<Platform, string>> = {
  ios: 'an iPhone or iPad',
  macos: 'a Mac',
  windows: 'a Windows computer',
  android: 'an Android device',
  linux: 'a Linux computer',
  other: 'a device',
};

/** Kinds that the system takes over as they are: the answer is the file, and the page stays. */
const direct: ReadonlySet<ProfileKind> = new Set([
  'mobileconfig',
  'wireguard-mobileconfig',
  'mobileconfig-password',
]);

/** An iPad says that it is a Mac. */
function isSame(visitor: Visitor, platform: Platform): boolean {
  return visitor.platform === platform || (visitor.platform === 'macos' && platform === 'ios');
}

function situationOf(
  c: RequestContext,
  opened: { platform: Platform; tenantName: string },
): Situation {
  const visitor = visitorOf(c.req.header('user-agent') ?? '');
  const { tenantName } = opened;
  const platform = opened.platform === 'other' ? (visitor.platform ?? 'other') : opened.platform;
  return { visitor, platform, tenantName };
}

/** The kinds for this device, the best first, and the others. */
function sorted(offers: readonly ProfileKind[], platform: Platform) {
  const own = kindsFor[platform].filter((kind) => offers.includes(kind));
  return { own, others: offers.filter((kind) => !own.includes(kind)) };
}

function offer(kind: ProfileKind, situation: Situation): Html {
  const { needs, steps } = guides[kind];
  const after = direct.has(kind) ? steps({ ...situation, filenames: [], values: [] }) : [];
  return html`<p>${needs(situation)}</p>
<form method="post"><input type="hidden" name="profile" value="${kind}">
<button>${direct.has(kind) ? 'Get the profile' : 'Make my profile'}</button></form>
${after.length > 0 ? html`<p>Then:</p>${list(after)}` : ''}`;
}

function list(steps: readonly Html[]): Html {
  return html`<ol>${steps.map((step) => html`<li>${step}</li>`)}</ol>`;
}

function folded(title: string, content: Html): Html {
  return html`<details class="card"><summary>${title}</summary>${content}</details>`;
}

function foldedOffers(kinds: readonly ProfileKind[], situation: Situation): Html[] {
  return kinds.map((kind) => folded(guides[kind].title, offer(kind, situation)));
}

/** Profiles are best got on the device that they are for. */
function isElsewhere({ visitor, platform }: Situation): boolean {
  return visitor.platform !== undefined && platform !== 'other' && !isSame(visitor, platform);
}

function elsewhere({ deviceName, qrSvg }: VisitedLink, { visitor, platform }: Situation): Html {
  return html`<p>This link is for <b>${deviceName}</b>, ${platformNames[platform]}, and this seems
to be ${platformNames[visitor.platform ?? 'other']}. Open it there: the camera reads this code.</p>
<div class="qr">${raw(qrSvg)}</div>`;
}

function safariNote({ visitor, platform }: Situation): Html | '' {
  if (platform !== 'ios' || visitor.platform !== 'ios' || visitor.isSafari) return '';
  return html`<p class="bad">Open this page in Safari: other browsers and apps may not hand the
profile over to the system.</p>`;
}

function onceNote({ expiresAt }: VisitedLink['link']): Html {
  const until = expiresAt === null ? '' : `, until ${new Date(expiresAt).toUTCString()}`;
  return html`<p class="soft">The link works <strong>once</strong>${until}. Nothing is used up
before you press a button.</p>`;
}

function offers(visited: VisitedLink, situation: Situation): Html {
  const { own, others } = sorted(visited.offers, situation.platform);
  const [best, ...more] = own;
  if (best === undefined && others.length === 0)
    return html`<p>No gateway is set up yet. Open this link again later.</p>`;
  return html`${best === undefined ? '' : html`${safariNote(situation)}${offer(best, situation)}`}
${onceNote(visited.link)}
${more.length > 0 ? html`<h2>Other ways</h2>${foldedOffers(more, situation)}` : ''}
${
  others.length > 0
    ? folded('For another kind of device', html`${foldedOffers(others, situation)}`)
    : ''
}`;
}

function offerPage(visited: VisitedLink, situation: Situation): Html {
  const content = offers(visited, situation);
  return page(
    `VPN profile for ${visited.deviceName}`,
    visited.tenantName,
    isElsewhere(situation)
      ? html`${elsewhere(visited, situation)}
${folded('Get the profile here all the same', content)}`
      : content,
  );
}

function bytesOf({ encoding, content }: Profile): Uint8Array<ArrayBuffer> {
  const bytes = encoding === 'text' ? toUtf8(content) : fromBase64(content);
  return Uint8Array.from(bytes ?? []);
}

/** Nobody scans the screen that they hold. */
function qrSection(qrSvg: string, situation: Situation): Html | '' {
  const { visitor, platform } = situation;
  if (platform === 'windows' || platform === 'linux') return '';
  const code = html`<div class="qr">${raw(qrSvg)}</div>`;
  const isHere = isSame(visitor, platform);
  return isHere ? html`<details><summary>Show the QR code</summary>${code}</details>` : code;
}

function profileSection(profile: Profile, several: boolean, situation: Situation): Html {
  const { filename, mediaType, gatewayName, qrSvg } = profile;
  return html`${several && gatewayName !== null ? html`<h2>Gateway ${gatewayName}</h2>` : ''}
<p><a class="button" download="${filename}"
  href="data:${mediaType};base64,${toBase64(bytesOf(profile))}">Download ${filename}</a></p>
${
  qrSvg === null
    ? ''
    : html`${qrSection(qrSvg, situation)}
<details><summary>Show the profile as text</summary><pre>${profile.content}</pre></details>`
}`;
}

function passwordRows({ remoteIdentifier, identifier, certificate }: TypedValues): Html {
  return html`${
    remoteIdentifier === undefined
      ? ''
      : html`<dt>Remote identifier</dt><dd><code>${remoteIdentifier}</code></dd>`
  }
<dt>Identifier and user name</dt><dd><code>${identifier}</code></dd>
<dt>CA certificate</dt><dd>${certificate}</dd>`;
}

function certificateRows({ identifier, certificate }: TypedValues): Html {
  return html`<dt>IPSec identifier</dt><dd><code>${identifier}</code></dd>
<dt>IPSec user certificate</dt><dd>${certificate}</dd>
<dt>IPSec CA certificate</dt><dd>${certificate}</dd>
<dt>IPSec server certificate</dt><dd>received from server</dd>`;
}

function valueTable({ values }: RedeemedLink, kind: ProfileKind): Html[] {
  const rows = kind === 'android' ? certificateRows : passwordRows;
  return values.map(
    (typed) => html`<dl class="card">
<dt>Name</dt><dd>${typed.name}</dd><dt>Type</dt><dd>${typed.type}</dd>
<dt>Server address</dt><dd><code>${typed.server}</code></dd>
${rows(typed)}</dl>`,
  );
}

function profilePage(redeemed: RedeemedLink, kind: ProfileKind, situation: Situation): Html {
  const { device, profiles, password, values } = redeemed;
  const isTyped = values.length > 0 && kind !== 'android';
  const asked = isTyped ? 'Password:' : 'Password of the file:';
  const handed: Handed = { ...situation, filenames: profiles.map((one) => one.filename), values };
  return page(
    `Your profile for ${device.name}`,
    situation.tenantName,
    html`<p><strong>Keep this page open until you are connected.</strong> ${
      profileTraits[kind].protocol === 'password'
        ? 'The password in it is not shown again.'
        : 'The key in it is nowhere else: not even we can show it again.'
    }</p>
${profiles.map((profile) => profileSection(profile, profiles.length > 1, situation))}
${password === null ? '' : html`<p>${asked}</p><pre class="secret">${password}</pre>`}
${list(guides[kind].steps(handed))}
${valueTable(redeemed, kind)}
<p class="soft">Whoever has this profile can connect as you. Do not send it on.</p>`,
  );
}

/** Leads through the portal's sign-in and back. @throws whatever else is wrong */
function signInPage(error: unknown, token: string): Html {
  if (!(error instanceof SallyportError) || error.code !== 'sign_in_required') throw error;
  return page(
    'Sign in first',
    'Sallyport',
    html`<p>${error.message}</p><p>${error.wayOut ?? ''}</p>
<p><a class="button" href="/portal/#/l/${token}">Sign in</a></p>`,
  );
}

async function show(c: RequestContext): Promise<Response> {
  const token = c.req.param('token') ?? '';
  const caller = await callerOf(c);
  try {
    const visited = await visitLink(caller, token);
    if (c.req.method === 'GET') await noteOpened(visited.scope, visited.link);
    return c.html(offerPage(visited, situationOf(c, visited)), 200, secretHeaders);
  } catch (error) {
    return c.html(signInPage(error, token), 403, secretHeaders);
  }
}

const formSchema = z.object({ profile: z.enum(profileKinds).default('wireguard') });

/** WireGuard's app of iOS takes another one than that of macOS. */
function fileFor(platform: Platform, profiles: readonly Profile[]): Profile | undefined {
  const own = `${platform === 'macos' ? 'macos' : 'ios'}.mobileconfig`;
  return profiles.find(({ filename }) => filename.endsWith(`.${own}`)) ?? profiles[0];
}

function fileAnswer(c: RequestContext, profile: Profile): Response {
  return c.body(bytesOf(profile), 200, {
    ...secretHeaders,
    'content-type': profile.mediaType,
    'content-disposition': `attachment; filename="${profile.filename}"`,
  });
}

async function redeem(c: RequestContext): Promise<Response> {
  const caller = await callerOf(c);
  const token = c.req.param('token') ?? '';
  const { profile } = parseInput(formSchema, await c.req.parseBody(), 'The form');
  const situation = situationOf(c, await openLink(caller, token));
  const redeemed = await redeemLink(caller, { token, profile });
  const file = fileFor(situation.platform, redeemed.profiles);
  if (direct.has(profile) && file) return fileAnswer(c, file);
  return c.html(profilePage(redeemed, profile, situation), 200, secretHeaders);
}

export function registerLinkPages(app: App): void {
  app.get('/l/:token', show);
  app.post('/l/:token', redeem);
}
