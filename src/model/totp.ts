// One-time codes (RFC 6238) and the recovery codes beside them, as the API has them.

import { z } from 'zod';
import { sessionTokenSchema } from './account.ts';
import { limits } from './limits.ts';
import { digitsSchema } from './sign-in.ts';

export const totpDigits = 6;

export const totpCodeSchema = z.strictObject({ code: digitsSchema(totpDigits) });

/** Letters that look like digits are what they look like. */
function plain(text: string): string {
  const lower = text.toLowerCase().replaceAll(/[\s-]/g, '');
  return lower.replaceAll(/[il]/g, '1').replaceAll('o', '0');
}

export const recoveryCodeSchema = z.strictObject({
  code: z
    .string()
    .max(limits.nameLength)
    .transform(plain)
    .pipe(z.string().regex(/^[0-9a-hjkmnp-tv-z]{16}$/, 'must be a recovery code')),
});

export const createdTotpSchema = z.strictObject({
  /** In base32, to type in. */
  secret: z.string(),
  /** What the QR code says: `otpauth://…`. */
  uri: z.string(),
  qrSvg: z.string(),
});
export type CreatedTotp = z.infer<typeof createdTotpSchema>;

export const recoveryCodesSchema = z.strictObject({
  /** Each works once. Shown here once and never again. */
  recoveryCodes: z.array(z.string()),
});
export type RecoveryCodes = z.infer<typeof recoveryCodesSchema>;

/** The session has the codes as a method now, and so a fresh token, if it was no cookie. */
export const confirmedTotpSchema = recoveryCodesSchema.extend({
  token: sessionTokenSchema.optional(),
});
