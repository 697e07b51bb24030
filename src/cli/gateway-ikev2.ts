// What the commands of gateways say of IKEv2.

import type { Gateway } from '../model/gateway.ts';
import { installStrongswan } from '../model/strongswan-packages.ts';
import { type Field, minute } from './output.ts';
import type { Session } from './session.ts';

/** What is to be known of it; `off` without it. */
export function ikev2Of({ ikev2, observed }: Gateway): Field[] {
  if (!ikev2) return [['ikev2', 'off']];
  const { pools, deviceCount, certificateExpiresAt } = ikev2;
  const until =
    certificateExpiresAt === null ? 'none yet' : `until ${minute(certificateExpiresAt)}`;
  const { sessions, revocationsUntil } = observed?.ikev2 ?? {};
  const list =
    typeof revocationsUntil === 'number'
      ? `listed until ${minute(new Date(revocationsUntil).toISOString())}`
      : 'no list yet';
  return [
    ['ikev2 pools', [pools.v4, pools.v6]],
    [
      'ikev2 devices',
      sessions === undefined ? String(deviceCount) : `${deviceCount}, ${sessions} connected`,
    ],
    ['certificate', until],
    ...(sessions === undefined ? [] : [['revocations', list] as const]),
  ];
}

/** What to do on its VM. */
export function packagesNote(session: Session): string {
  const text = 'For IKEv2 its VM needs UDP ports 500 and 4500 open and, on Debian:';
  return `${session.prose(text)}\n${installStrongswan.join(' \\\n  ')}\n`;
}

/** What became of switching IKEv2. */
export function switchedNote(ikev2: boolean | undefined, session: Session): string {
  if (ikev2 === undefined) return '';
  const off = 'Devices that were connected to it by IKEv2 are cut off; WireGuard goes on.';
  return `\n${ikev2 ? packagesNote(session) : session.prose(off)}`;
}
