// What auditors ask of the log, and what they are told.

import { z } from 'zod';
import { idSchema } from './ids.ts';
import { operations } from './permissions.ts';

const operationNames: ReadonlySet<string> = new Set(operations);
const entityNames: ReadonlySet<string> = new Set(operations.map(entityOf));

/** What stands before the dot: `device` of `device.create`. */
export function entityOf(operation: string): string {
  return operation.slice(0, operation.indexOf('.'));
}

const actorSchema = z
  .string()
  .regex(/^[a-z0-9_]{1,40}$/, 'must be an id, or a word such as "operator"');
const numberSchema = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const auditFilterSchema = z.strictObject({
  /** One operation, or all of an entity: `device.*`. */
  operation: z
    .string()
    .refine(
      (text) =>
        operationNames.has(text) || (text.endsWith('.*') && entityNames.has(entityOf(text))),
      'must be an operation such as "device.create", or "device.*"',
    )
    .optional(),
  actor: actorSchema.optional(),
  subject: actorSchema.optional(),
  /** The first and the last moment. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;

/** The operations that a filter names. */
export function operationsNamed(filter: string): string[] {
  if (!filter.endsWith('.*')) return [filter];
  return operations.filter((operation) => entityOf(operation) === entityOf(filter));
}

export const exportSchema = z.strictObject({ since: numberSchema.default(0) });
export const verifySchema = z.strictObject({ from: numberSchema.min(1).default(1) });

/** The type in the header of a signed anchor (RFC 7515 §4.1.9). */
export const anchorType = 'sallyport-anchor+jws';

/** What an anchor says: that the log of this tenant had this head then. */
export const anchorClaimsSchema = z.strictObject({
  tenant: idSchema('tenant'),
  number: z.int().min(1),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Unix time in milliseconds. */
  at: z.int(),
});
export type AnchorClaims = z.infer<typeof anchorClaimsSchema>;

export const faults = ['altered', 'missing', 'cut_off', 'anchor'] as const;

export const faultSchema = z.strictObject({ number: z.int(), what: z.enum(faults) });
export type Fault = z.infer<typeof faultSchema>;

export const verificationSchema = z.strictObject({
  /** How many revisions were checked and are as they were written. */
  verified: z.int(),
  from: z.int(),
  /** The last that was checked; go on behind it until it is the head. */
  to: z.int(),
  /** The newest revision. */
  head: z.int(),
  /** How many anchors among them were checked. */
  anchors: z.int(),
  /**
   * The first row that is not as it was written. `altered`: the row itself, or the hash of the one
   * before; `missing`: it is not there; `cut_off`: the log ends before what vouches for more;
   * `anchor`: the anchor of this revision.
   */
  fault: faultSchema.nullable(),
  /** What the anchors are signed with: Ed25519, in base64url. */
  key: z.strictObject({ kid: z.string(), publicKey: z.string() }),
});
export type Verification = z.infer<typeof verificationSchema>;
