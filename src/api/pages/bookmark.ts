// A user's own page of devices, behind a bookmark. GET only shows.

import { html } from 'hono/html';
import { idSchema } from '../../model/ids.ts';
import type { Platform } from '../../model/platform.ts';
import { parseInput } from '../../model/problems.ts';
import { type Bookmark, openBookmark, renewProfile } from '../../operations/link/bookmark.ts';
import { noteOpened } from '../../operations/link/open.ts';
import type { RequestContext } from '../environment.ts';
import { type App, callerOf } from '../route.ts';
import { type Html, page, secretHeaders } from './layout.ts';

const platformNames: Readonly<Record<Platform, string>> = {
  ios: 'iPhone or iPad',
  macos: 'Mac',
  windows: 'Windows',
  android: 'Android',
  linux: 'Linux',
  other: 'another device',
};

function signInPart({ isUser, isOther, mails }: Bookmark, token: string): Html | '' {
  if (isUser) return '';
  if (isOther)
    return html`<p>Somebody else is signed in here. <a href="/portal/#/account">Sign out</a>
first, and open this page again.</p>`;
  const why = mails
    ? 'Signed in, you get a profile right here. Otherwise it comes by mail.'
    : 'It asks who you are before it shows your devices.';
  return html`<p>${why}</p>
<p><a class="button" href="/portal/#/u/${token}">Sign in</a></p>`;
}

function devicePart(
  { isUser, mails }: Bookmark,
  token: string,
  { id, name, platform, isActive }: Bookmark['devices'][number],
): Html {
  return html`<section class="card"><h2>${name}</h2>
<p class="soft">${platformNames[platform]}${isActive ? '' : ', waits for its profile'}</p>
${
  isUser || mails
    ? html`<form method="post" action="/u/${token}/${id}"><button>${
        isUser ? 'Get the profile' : 'Mail me a link to the profile'
      }</button></form>`
    : ''
}
${isActive ? html`<p class="soft">A new profile puts the one that it has out of use.</p>` : ''}
</section>`;
}

function bookmarkPage(bookmark: Bookmark, token: string): Html {
  const { userName, tenantName, devices, isUser, mails } = bookmark;
  const shows = isUser || mails || devices.length > 0;
  return page(
    `Hello ${userName}`,
    tenantName,
    html`${signInPart(bookmark, token)}
${devices.map((device) => devicePart(bookmark, token, device))}
${
  shows && devices.length === 0
    ? html`<p>You have no device yet. Ask your administrator, or add one in the
<a href="/portal/">portal</a>.</p>`
    : ''
}`,
  );
}

async function show(c: RequestContext): Promise<Response> {
  const token = c.req.param('token') ?? '';
  const bookmark = await openBookmark(await callerOf(c), token);
  if (c.req.method === 'GET') await noteOpened(bookmark.scope, bookmark.link);
  return c.html(bookmarkPage(bookmark, token), 200, secretHeaders);
}

async function renew(c: RequestContext): Promise<Response> {
  const token = c.req.param('token') ?? '';
  const deviceId = parseInput(idSchema('device'), c.req.param('deviceId'), 'The path');
  const { bookmark, created } = await renewProfile(await callerOf(c), token, deviceId);
  if (bookmark.isUser) return c.redirect(new URL(created.url).pathname, 303);
  const content = html`<p>A link to the profile is on its way to your e-mail address. Open it on the
device itself.</p><p><a href="/u/${token}">Back to your devices</a></p>`;
  return c.html(page('Look into your mail', bookmark.tenantName, content), 200, secretHeaders);
}

export function registerBookmarkPages(app: App): void {
  app.get('/u/:token', show);
  app.post('/u/:token/:deviceId', renew);
}
