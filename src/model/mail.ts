// A mail to one person, and what its parts must look like before they become headers.

import { z } from 'zod';
import { limits } from './limits.ts';
import { emailSchema, lineSchema, nameSchema } from './text.ts';

const bodySchema = z.string().min(1).max(limits.mailBodyLength);

export const mailSchema = z.strictObject({
  to: emailSchema,
  /** Shown as the sender; the address is the operator's. */
  fromName: nameSchema,
  /** A header folds at 998 octets (RFC 5322 §2.1.1); people read much less. */
  subject: lineSchema(limits.mailSubjectLength),
  text: bodySchema,
  html: bodySchema,
  /**
   * The same for every attempt, so that mail programs show one mail if it was sent twice: what
   * stands before the @ of its Message-ID.
   */
  messageId: z
    .string()
    .max(limits.mailIdLength)
    .regex(/^[A-Za-z0-9]+([._-][A-Za-z0-9]+)*$/, 'must be letters and digits, parted by . _ or -'),
});
export type Mail = z.infer<typeof mailSchema>;
/** What a mail needs besides its text. */
export type Envelope = Omit<Mail, 'subject' | 'text' | 'html'>;
