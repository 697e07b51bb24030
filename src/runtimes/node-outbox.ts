// Where mails go while no mail server is set: files in the data directory, for who tries it out.

import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailer } from '../jobs/deps.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import { composeMail } from '../providers/mail.ts';

/** A sender that can receive nothing (RFC 2606). */
const nobody = 'sallyport@outbox.invalid';

/**
 * Writes each mail to a file named after its Message-ID, so that a repeated one replaces the first.
 * The log says where, never what.
 * @param from the sender's address, if one is set
 */
export function createOutbox(directory: string, from: string | undefined, log: Log): Mailer {
  return {
    async send(mail) {
      const message = await composeMail(mail, from ?? nobody);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      if ((await readdir(directory)).length >= limits.outboxFiles)
        throw new SallyportError('misconfigured', `The outbox ${directory} is full.`, {
          wayOut: 'Set SALLYPORT_SMTP_URL so that mails are sent, or delete old files there.',
        });
      const path = join(directory, `${mail.messageId}.eml`);
      const draft = `${path}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(message);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
      log.info({ path }, 'mail.outbox');
    },
  };
}
