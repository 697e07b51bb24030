// The mails that Sallyport sends, as text and HTML from data.

import type { Platform } from '../../model/platform.ts';
import { layOut, type MailText, type Part } from './layout.ts';

export type { MailText } from './layout.ts';

function paragraph(text: string): Part {
  return { kind: 'paragraph', text };
}

function note(text: string): Part {
  return { kind: 'note', text };
}

/** A moment in words that no reader takes for another. @param at Unix time in milliseconds */
function moment(at: number): string {
  return `${new Date(at).toUTCString().replace(/:\d\d GMT$/, '')} UTC`;
}

/** Where and with what somebody asked for something. */
export interface Asker {
  address: string;
  browser: string;
}

export interface SignIn {
  tenantName: string;
  /** Eight digits. */
  code: string;
  link: string;
  validMinutes: number;
  askedBy: Asker;
}

/** A code and a link to sign in with. */
export function signInMail(data: SignIn): MailText {
  const { tenantName, code, link, validMinutes, askedBy } = data;
  if (!/^\d{8}$/.test(code)) throw new RangeError('a sign-in code has eight digits');
  const grouped = `${code.slice(0, 4)} ${code.slice(4)}`;
  return layOut(
    // No code in the subject: mail servers log it, and locked screens show it.
    { subject: `Sign in to ${tenantName}`, title: 'Your sign-in code', brand: tenantName },
    [
      paragraph('Type this code where you are signing in:'),
      { kind: 'code', text: grouped },
      paragraph('Or sign in on this device, with the link:'),
      { kind: 'link', label: 'Sign in', url: link },
      paragraph(`Code and link work once, for ${validMinutes} minutes.`),
      note(
        `This was asked for from ${askedBy.address} with ${askedBy.browser}. Was it not you? ` +
          'Ignore this mail and give the code to nobody: without it nobody can sign in.',
      ),
    ],
  );
}

const roleSentences = {
  owner: 'As an owner you can change everything, other administrators included.',
  admin: 'As an administrator you can manage gateways, users and devices.',
  auditor: 'As an auditor you can see everything and change nothing.',
  member: 'As a member you get profiles for your own devices.',
} as const;

export interface Invitation {
  tenantName: string;
  inviterName: string;
  role: keyof typeof roleSentences;
  link: string;
  /** Unix time in milliseconds. */
  expiresAt: number;
}

/** An invitation to become a user of a tenant. */
export function invitationMail(data: Invitation): MailText {
  const { tenantName, inviterName, role, link, expiresAt } = data;
  return layOut(
    {
      subject: `${inviterName} invites you to the VPN of ${tenantName}`,
      title: `Join the VPN of ${tenantName}`,
      brand: tenantName,
    },
    [
      paragraph(`${inviterName} invites you to the VPN of ${tenantName}. ${roleSentences[role]}`),
      { kind: 'link', label: 'Accept the invitation', url: link },
      paragraph(`The link works once, until ${moment(expiresAt)}.`),
      note(`Do you not know ${inviterName}? Ignore this mail, and nothing happens.`),
    ],
  );
}

const platformSentences: Readonly<Record<Platform, string>> = {
  ios: 'Open it in Safari on the iPhone or iPad itself. The page says what to tap.',
  macos: 'Open it in Safari on the Mac itself. The page says what to click.',
  windows: 'Open it on the computer itself. The page says what to click.',
  android: 'Open it on the phone itself. The page says what to tap.',
  linux: 'Open it on the computer itself. The page says what to do.',
  other: 'Open it on the device itself. The page says what to do.',
};

/** @param expiresAt Unix time in milliseconds; null while nothing but a revocation ends it */
function lifetimeOf(what: string, expiresAt: number | null): Part {
  if (expiresAt === null) return paragraph(`The link works ${what}.`);
  return paragraph(`The link works ${what}, until ${moment(expiresAt)}.`);
}

export interface DeviceLink {
  tenantName: string;
  deviceName: string;
  platform: Platform;
  link: string;
  expiresAt: number | null;
}

/** The link by which a user gets the profile of a device. */
export function deviceLinkMail(data: DeviceLink): MailText {
  const { tenantName, deviceName, platform, link, expiresAt } = data;
  return layOut(
    {
      subject: `VPN profile for ${deviceName}`,
      title: `VPN profile for ${deviceName}`,
      brand: tenantName,
    },
    [
      paragraph(`With this link you connect ${deviceName} to the VPN of ${tenantName}.`),
      paragraph(platformSentences[platform]),
      { kind: 'link', label: 'Get the profile', url: link },
      lifetimeOf('once', expiresAt),
      note('Send it on to nobody: whoever uses it first connects as you.'),
    ],
  );
}

export interface Bookmark {
  tenantName: string;
  userName: string;
  link: string;
  expiresAt: number | null;
}

/** A user's own page of devices. */
export function bookmarkMail(data: Bookmark): MailText {
  const { tenantName, userName, link, expiresAt } = data;
  return layOut(
    {
      subject: `Your devices in the VPN of ${tenantName}`,
      title: `Your devices in the VPN of ${tenantName}`,
      brand: tenantName,
    },
    [
      paragraph(`${userName}, this is your own page: it shows your devices and gets you profiles.`),
      { kind: 'link', label: 'Open my devices', url: link },
      lifetimeOf('as often as you like', expiresAt),
      note('Keep it as a bookmark. It hands out nothing by itself: it asks who you are.'),
    ],
  );
}

export interface Notice {
  tenantName: string;
  title: string;
  paragraphs: readonly string[];
  link?: { label: string; url: string };
}

/** Something that somebody should know, such as a quota nearly reached or a passkey added. */
export function noticeMail({ tenantName, title, paragraphs, link }: Notice): MailText {
  const parts = paragraphs.map(paragraph);
  if (link) parts.push({ kind: 'link', ...link });
  return layOut({ subject: title, title, brand: tenantName }, parts);
}
