// What an invitation's token looks like: `spi_`, the tenant and the secret. Its SHA-256 is in the
// user's row; whoever shows the token reads the user's mail.

import { base32, type RandomBytes } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';

const pattern = /^spi_([0-9a-hjkmnp-tv-z]{16})_[0-9a-hjkmnp-tv-z]{39}$/;

export function newInvitationToken(tenantId: string, random: RandomBytes): string {
  return `spi_${tenantId.slice(2)}_${base32(random(limits.invitationSecretBytes))}`;
}

/** Where the portal takes the token: in the fragment, so that no server logs it. */
export function invitationLink(publicUrl: string, token: string): string {
  return `${publicUrl}/portal/#/sign-in/invitation/${token}`;
}

/** The tenant that a token claims to be of, or undefined when it is no invitation. */
export function tenantOfInvitation(token: string): string | undefined {
  const [, tenant] = pattern.exec(token) ?? [];
  return tenant === undefined ? undefined : `t_${tenant}`;
}
