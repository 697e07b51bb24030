// Mails, as jobs: whoever changes something enqueues them in the same batch.

import type { NewJob } from '../db/queue.ts';
import { newId } from '../model/ids.ts';
import type { Mail } from '../model/mail.ts';
import { type MailText, noticeMail } from '../render/mail/mails.ts';
import type { Services } from './services.ts';

/** On whose behalf mails come that belong to no tenant. */
export const brand = 'Sallyport';
/** What the payload of a mail is sealed for. */
export const mailPurpose = 'mail';

/** A job that sends the mail. Its payload is sealed: mails hold codes and links. */
export async function mailJob(
  { keys, random, now }: Services,
  { to, fromName }: Pick<Mail, 'to' | 'fromName'>,
  text: MailText,
): Promise<NewJob> {
  const messageId = newId('mail', random);
  const mail: Mail = { to, fromName, messageId, ...text };
  const sealed = await keys.sealer.seal(JSON.stringify(mail), mailPurpose);
  const at = now();
  return { id: newId('job', random), kind: 'mail', payload: { sealed }, dueAt: at, createdAt: at };
}

/** A job that tells a person what became of their account. */
export function noticeJob(
  services: Services,
  to: string,
  title: string,
  paragraphs: readonly string[],
): Promise<NewJob> {
  const more = 'Was it not you? Sign in, look through your sessions, and tell your administrator.';
  const notice = { tenantName: brand, title, paragraphs: [...paragraphs, more] };
  return mailJob(services, { to, fromName: brand }, noticeMail(notice));
}
