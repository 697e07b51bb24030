// A new link: its row, its address, the mail that brings it, and what bounds their number.

import { and, eq, gt, isNull, ne, or } from 'drizzle-orm';
import type { Query } from '../../db/database.ts';
import type { NewJob } from '../../db/queue.ts';
import { links } from '../../db/schema/tenant.ts';
import { mails } from '../../db/schema/tenant-outlets.ts';
import { toBase64Url } from '../../model/encoding.ts';
import { SallyportError } from '../../model/errors.ts';
import { newId } from '../../model/ids.ts';
import { limits } from '../../model/limits.ts';
import type { CreatedLink, Link } from '../../model/link.ts';
import { usageKey } from '../../model/quota.ts';
import { secretHash, signLink } from '../../pki/tokens.ts';
import { bookmarkMail, deviceLinkMail } from '../../render/mail/mails.ts';
import type { Outcome } from '../commit.ts';
import { readDevice } from '../device/read.ts';
import { bytesLeft } from '../device/usage.ts';
import { type DeviceRow, platformOf } from '../device/view.ts';
import type { TenantScope } from '../services.ts';
import { tenantMail, tenantName } from '../tenant-mail.ts';
import { readActiveUser } from '../user/read.ts';
import type { UserRow } from '../user/view.ts';
import { type LinkRow, linkView } from './view.ts';

export interface NewLink {
  row: LinkRow;
  url: string;
}

/** What it opens. */
export type Target = Pick<LinkRow, 'kind' | 'deviceId' | 'userId'>;

const paths = { once: 'l', bookmark: 'u' } as const;

/** @param lifetimeSeconds null while nothing but a revocation shall end it */
export async function newLink(
  { services, tenantId }: TenantScope,
  target: Target,
  lifetimeSeconds: number | null,
): Promise<NewLink> {
  const now = services.now();
  const secret = toBase64Url(services.random(limits.linkSecretBytes));
  const row: LinkRow = {
    ...target,
    id: newId('link', services.random),
    hash: await secretHash(secret),
    expiresAt: lifetimeSeconds === null ? null : now + lifetimeSeconds * 1000,
    openedAt: null,
    usedAt: null,
    revokedAt: null,
    createdAt: now,
  };
  const token = await signLink(services.keys.link, { t: tenantId, l: row.id, s: secret });
  return { row, url: `${services.publicUrl}/${paths[row.kind]}/${token}` };
}

async function refuseTooMany(
  { db, services }: TenantScope,
  { deviceId, userId }: Target,
  inPlaceOf: string | undefined,
): Promise<void> {
  const [what, most] =
    deviceId === null
      ? (['A user', limits.bookmarksOpenPerUser] as const)
      : (['A device', limits.linksOpenPerDevice] as const);
  const open = and(
    deviceId === null ? eq(links.userId, userId ?? '') : eq(links.deviceId, deviceId),
    inPlaceOf === undefined ? undefined : ne(links.id, inPlaceOf),
    isNull(links.usedAt),
    isNull(links.revokedAt),
    or(isNull(links.expiresAt), gt(links.expiresAt, services.now())),
  );
  const [rows] = await db.run(
    db.build.select({ id: links.id }).from(links).where(open).limit(most),
  );
  if (rows.length < most) return;
  throw new SallyportError('limit_reached', `${what} has at most ${most} open links.`, {
    wayOut: 'Revoke links that are not needed, or wait until they expire.',
  });
}

const hourMilliseconds = 3_600_000;

/** Nobody's mailbox is flooded by pressing a button. */
async function refuseManyMails({ db, services }: TenantScope, to: string): Promise<void> {
  const most = limits.linkMailsPerAddressPerHour;
  const lately = and(
    gt(mails.createdAt, services.now() - hourMilliseconds),
    eq(mails.recipient, to),
    eq(mails.kind, 'link'),
  );
  const [rows] = await db.run(
    db.build.select({ id: mails.id }).from(mails).where(lately).limit(most),
  );
  if (rows.length < most) return;
  throw new SallyportError(
    'limit_reached',
    `There were ${most} links to this address within an hour, and more are not sent.`,
    { wayOut: 'Wait an hour, or hand the link over in another way.' },
  );
}

/** @throws SallyportError `invalid_input` for a user without an address, `limit_reached` */
async function mailOf(
  scope: TenantScope,
  { row, url: link }: NewLink,
  user: UserRow,
  device: DeviceRow | undefined,
) {
  if (user.email === null)
    throw new SallyportError('invalid_input', 'This user has no e-mail address.', {
      wayOut: 'Give the user an e-mail address first, or hand the link over in another way.',
      problems: [{ field: 'send', rule: 'must be false for a user without an e-mail address' }],
    });
  await refuseManyMails(scope, user.email);
  const fromName = await tenantName(scope);
  const shared = { tenantName: fromName, link, expiresAt: row.expiresAt };
  const text = device
    ? deviceLinkMail({ ...shared, deviceName: device.name, platform: platformOf(device) })
    : bookmarkMail({ ...shared, userName: user.name });
  return tenantMail(scope, { kind: 'link', to: user.email, fromName, about: row.id }, text);
}

/** @throws SallyportError `not_found`, or `link_revoked` for a device that has none any more */
async function readTarget(scope: TenantScope, { deviceId, userId }: Target) {
  if (deviceId === null) return { user: await readActiveUser(scope, userId ?? '') };
  const device = await readDevice(scope, deviceId);
  if (device.status === 'revoked')
    throw new SallyportError('link_revoked', 'The device is revoked.', {
      wayOut: 'Reissue the device first; that makes it wait for a link again.',
    });
  return { device, user: await readActiveUser(scope, device.userId) };
}

interface How {
  /** Whether it is mailed. */
  send: boolean;
  /** The link that ends with it, and so counts no more. */
  inPlaceOf?: string;
}

interface Addition {
  writes: Query[];
  jobs: NewJob[];
  usage: NonNullable<Outcome<CreatedLink>['usage']>;
  view: Link;
}

/**
 * What adding the link takes, for the change that does it.
 * @throws SallyportError `not_found`, `link_revoked`, `user_suspended`, `limit_reached`,
 * `invalid_input`
 */
export async function addLink(
  scope: TenantScope,
  link: NewLink,
  { send, inPlaceOf }: How,
): Promise<Addition> {
  const { db, services } = scope;
  const { row } = link;
  const { user, device } = await readTarget(scope, row);
  await refuseTooMany(scope, row, inPlaceOf);
  const mail = send ? await mailOf(scope, link, user, device) : undefined;
  const now = services.now();
  return {
    writes: [db.build.insert(links).values(row), ...(mail ? [mail.write] : [])],
    jobs: mail ? [mail.job] : [],
    usage: [
      { name: 'linksPerDay', key: usageKey('linksPerDay', now), add: 1 },
      ...bytesLeft(user.id, now),
    ],
    view: linkView(row, mail?.row, now),
  };
}
