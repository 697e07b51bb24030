// What people are told of each kind of profile: what they need, and what to tap. Systems say which
// version they are only sometimes, so the words fit all of which one cannot tell.

import { html } from 'hono/html';
import type { TypedValues } from '../../model/device.ts';
import type { Platform } from '../../model/platform.ts';
import { type ProfileKind, profileKinds } from '../../model/profile.ts';
import type { Visitor } from '../../model/visitor.ts';
import type { Html } from './layout.ts';

export interface Situation {
  visitor: Visitor;
  /** Of the device that the profile is for. */
  platform: Platform;
  tenantName: string;
}

/** What was handed over. */
export interface Handed extends Situation {
  filenames: readonly string[];
  values: readonly TypedValues[];
}

export interface Guide {
  title: string;
  needs(situation: Situation): Html;
  /** What follows the button, one step each. */
  steps(handed: Handed): Html[];
}

/** The best first: what the system can do by itself, and what asks the least of people. */
export const kindsFor: Readonly<Record<Platform, readonly ProfileKind[]>> = {
  ios: ['mobileconfig', 'wireguard', 'wireguard-mobileconfig', 'mobileconfig-password'],
  macos: ['mobileconfig', 'wireguard', 'wireguard-mobileconfig', 'mobileconfig-password'],
  windows: ['windows', 'wireguard'],
  android: ['wireguard', 'sswan', 'android', 'android-password'],
  linux: ['wireguard', 'wireguard-networkmanager', 'networkmanager', 'swanctl', 'ipsec'],
  other: profileKinds,
};

const wireguardNeeds: Readonly<Record<Platform, Html>> = {
  ios: html`You need the free WireGuard app of the App Store.`,
  macos: html`You need the free WireGuard app of the Mac App Store.`,
  windows: html`You need the free WireGuard program:
<a href="https://www.wireguard.com/install/">wireguard.com/install</a>.`,
  android: html`You need the free WireGuard app of Google Play.`,
  linux: html`You need the package <code>wireguard-tools</code>.`,
  other: html`You need a WireGuard app:
<a href="https://www.wireguard.com/install/">wireguard.com/install</a>.`,
};

function wireguardSteps({ platform, filenames }: Handed): Html[] {
  if (platform === 'linux')
    return filenames.map(
      (name) => html`As root: <code>install -m 600 ${name} /etc/wireguard/</code> and
<code>wg-quick up ${name.replace(/\.conf$/, '')}</code>.`,
    );
  if (platform === 'windows')
    return [
      html`Download the file.`,
      html`In WireGuard, click <b>Import tunnel(s) from file</b> and choose it.`,
      html`Click <b>Activate</b>.`,
    ];
  return [
    html`Open the WireGuard app and press <b>+</b>.`,
    html`On the device itself: download the file and import it. From another screen: scan the QR
code.`,
    html`Switch the tunnel on.`,
  ];
}

const macSteps: readonly Html[] = [
  html`Open the file that was downloaded. Then open <b>System Settings</b> (before macOS 13: System
Preferences), type <b>profile</b> into its search field, and choose <b>Profiles</b> or <b>Device
Management</b>.`,
  html`Double-click the profile, click <b>Install</b>, and give your password.`,
];

/** The place has another name since iOS 15. */
function phoneSteps({ major }: Visitor): Html[] {
  const place = major !== undefined && major < 15 ? 'Profile' : 'VPN & Device Management';
  return [
    html`Tap <b>Allow</b>, then <b>Close</b>.`,
    html`Open <b>Settings</b> and tap <b>Profile Downloaded</b>, near the top. (Is it not there?
It is under <b>General</b>, <b>${place}</b>.)`,
    html`Tap <b>Install</b> and give your passcode. “Not Verified”, if it says so, is as it
should be: your organisation signs for itself. Tap <b>Install</b> again.`,
  ];
}

/** @param last what is done when the profile is installed */
function appleSteps({ visitor, platform }: Situation, last: Html): Html[] {
  if (platform === 'macos') return [...macSteps, last];
  if (platform === 'ios') return [...phoneSteps(visitor), last];
  const inOne = (steps: readonly Html[]) => steps.map((step) => html`${step} `);
  return [
    html`On an iPhone or iPad: ${inOne(phoneSteps(visitor))}`,
    html`On a Mac: ${inOne(macSteps)}`,
    last,
  ];
}

function unpack(folder: string, { filenames }: Handed): Html {
  return html`As root, in the folder of the download:
<code>tar -xf ${filenames[0]} -C ${folder}</code>`;
}

export const guides: Readonly<Record<ProfileKind, Guide>> = {
  wireguard: {
    title: 'WireGuard app',
    needs: ({ platform }) => wireguardNeeds[platform],
    steps: wireguardSteps,
  },
  mobileconfig: {
    title: 'iPhone, iPad and Mac, without an app',
    needs: () => html`You need no app.`,
    steps: (situation) =>
      appleSteps(situation, html`Open <b>Settings</b> once more and switch <b>VPN</b> on.`),
  },
  'wireguard-mobileconfig': {
    title: 'WireGuard app that connects by itself',
    needs: ({ platform }) => html`${wireguardNeeds[platform]} Install it first.`,
    steps: (situation) =>
      appleSteps(situation, html`Open the WireGuard app once: it takes the profile over.`),
  },
  windows: {
    title: 'Windows 10 and 11, without an app',
    needs: () => html`You need no app, but an administrator of the computer.`,
    steps: ({ filenames }) => [
      html`Download the file.`,
      html`Press the Windows key, type <b>PowerShell</b>, and choose <b>Run as administrator</b>.`,
      html`Paste this line and press Enter:
<code>powershell -ExecutionPolicy Bypass -File "$HOME\\Downloads\\${filenames[0]}"</code>`,
      html`Click the network symbol in the task bar, then <b>VPN</b>, and connect.`,
      html`Delete the file: it holds the key.`,
    ],
  },
  sswan: {
    title: 'strongSwan app',
    needs: () => html`You need the free app “strongSwan VPN Client” of Google Play.`,
    steps: () => [
      html`Download the file, and copy the password.`,
      html`Open the file: the strongSwan app takes it. Tap <b>Import
certificate</b>, and paste the password.`,
      html`Tap <b>Import</b>, then the profile to connect.`,
    ],
  },
  android: {
    title: "Android's own VPN, without an app",
    needs: () => html`Android 12 or newer. You need no app, but have to type.`,
    steps: ({ values }) => [
      html`Download the file, copy the password, and open the file. Paste the password, and choose
<b>VPN & app user certificate</b>.`,
      html`In <b>Settings</b>, search for <b>VPN</b>, and tap <b>+</b>. Type what stands in the
table${values.length > 1 ? ', for each gateway' : ''}.`,
      html`Save it, and tap it to connect.`,
    ],
  },
  networkmanager: {
    title: 'NetworkManager with IKEv2',
    needs: () => html`You need the package <code>network-manager-strongswan</code>.`,
    steps: (handed) => [
      unpack('/', handed),
      html`<code>nmcli connection reload</code>`,
      html`Connect from the network symbol.`,
    ],
  },
  'wireguard-networkmanager': {
    title: 'NetworkManager with WireGuard',
    needs: () => html`You need NetworkManager 1.16 or newer, and no app.`,
    steps: ({ filenames }) => [
      html`As root, in the folder of the download: ${filenames.map(
        (name) =>
          html`<code>install -m 600 ${name} /etc/NetworkManager/system-connections/</code> `,
      )}`,
      html`<code>nmcli connection reload</code>`,
      html`Connect from the network symbol.`,
    ],
  },
  swanctl: {
    title: 'strongSwan with swanctl',
    needs: () => html`You need the package <code>strongswan-swanctl</code>.`,
    steps: (handed) => [
      unpack('/etc/swanctl', handed),
      html`<code>swanctl --load-all</code>`,
      html`The file in <code>/etc/swanctl/conf.d</code> says how to connect.`,
    ],
  },
  ipsec: {
    title: 'strongSwan with ipsec.conf, on old systems',
    needs: () => html`You need the package <code>strongswan-starter</code>.`,
    steps: (handed) => [
      unpack('/etc', handed),
      html`The file in <code>/etc/ipsec.d</code> says what to add to
<code>/etc/ipsec.conf</code>, and how to connect.`,
    ],
  },
  'mobileconfig-password': {
    title: 'iPhone, iPad and Mac, with a password',
    needs: () => html`For those that take no certificate. You need no app.`,
    steps: (situation) =>
      appleSteps(situation, html`Open <b>Settings</b> once more and switch <b>VPN</b> on.`),
  },
  'android-password': {
    title: "Android's own VPN, with a password",
    needs: () => html`Android 11 or newer. You need no app, but have to type.`,
    steps: ({ filenames }) => [
      html`Download ${filenames.join(' and ')}. In <b>Settings</b>, search for <b>CA
certificate</b>, and install it from there.`,
      html`In <b>Settings</b>, search for <b>VPN</b>, and tap <b>+</b>. Type what stands in the
table, and the password.`,
      html`Save it, and tap it to connect.`,
    ],
  },
  password: {
    title: 'Any other client of IKEv2, with a password',
    needs: () => html`A client that knows EAP-MSCHAPv2 and lets you say whom it asks for. That of
Windows does not.`,
    steps: ({ filenames }) => [
      html`Download ${filenames.join(' and ')}, and let the client trust it.`,
      html`Type what stands in the table, and the password.`,
    ],
  },
};
