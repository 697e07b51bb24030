// The services outside, on Node.

import { join } from 'node:path';
import type { Outside } from '../jobs/deps.ts';
import type { Log } from '../model/log.ts';
import { createSmtpMailer } from '../providers/mail.ts';
import { createSyslogSender } from '../providers/syslog.ts';
import { createWebhookSender } from '../providers/webhook.ts';
import { createPost, createTlsConnect } from './node-outbound.ts';
import { createOutbox } from './node-outbox.ts';
import type { OutsideSettings } from './outside-settings.ts';

/** @param dataDirectory where mails are kept if no mail server is set */
export function createNodeOutside(
  { mail, outbound }: OutsideSettings,
  dataDirectory: string,
  log: Log,
): Outside {
  return {
    mail: mail.server
      ? createSmtpMailer(mail.server, mail.from)
      : createOutbox(join(dataDirectory, 'outbox'), mail.from, log),
    webhooks: createWebhookSender(createPost(outbound), outbound),
    syslog: createSyslogSender(createTlsConnect(outbound), outbound),
  };
}
