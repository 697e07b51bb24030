// Mail over SMTP with TLS, by nodemailer: the same on Node and at the edge.

import type { SendMailOptions } from 'nodemailer';
import type { Mailer } from '../jobs/deps.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { type Mail, mailSchema } from '../model/mail.ts';
import { parseInput } from '../model/problems.ts';
import { quoteReply, unavailable } from './failure.ts';

/** A mail server. There is no way to speak to it without TLS. */
export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte; otherwise STARTTLS, without which nothing is sent. */
  implicitTls: boolean;
  login: { user: string; password: string } | undefined;
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** @throws SallyportError `invalid_input` if a part could break a header */
function optionsFor(input: Mail, from: string): SendMailOptions {
  const { to, fromName, subject, text, html, messageId } = parseInput(
    mailSchema,
    input,
    'The mail',
  );
  return {
    from: { name: fromName, address: from },
    to: { name: '', address: to },
    envelope: { from, to },
    subject,
    text,
    html,
    messageId: `<${messageId}@${domainOf(from)}>`,
    // RFC 3834: answering machines stay silent.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** What nodemailer says of a failure, as far as it decides what to do. */
interface Failure {
  code?: unknown;
  command?: unknown;
  response?: unknown;
  responseCode?: unknown;
}

/** Only a server's "no" to this recipient or this text is for good; all else may be mended. */
function errorFrom(cause: unknown): SallyportError {
  const { code, command, response, responseCode } = (cause ?? {}) as Failure;
  const reply = typeof response === 'string' ? quoteReply(response) : '';
  const permanent = typeof responseCode === 'number' && responseCode >= 500;
  if (permanent && (command === 'RCPT TO' || command === 'DATA'))
    return new SallyportError('mail_refused', `The mail server refuses the mail: ${reply}`, {
      wayOut: 'Check the address. The mail is not sent again.',
      cause,
    });
  if (code === 'EAUTH')
    return new SallyportError('misconfigured', 'The mail server does not accept the login.', {
      wayOut: 'Check user and password in SALLYPORT_SMTP_URL.',
      cause,
    });
  if (permanent)
    return new SallyportError('misconfigured', `The mail server refuses us: ${reply}`, {
      wayOut: 'Check SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM.',
      cause,
    });
  return unavailable('The mail server', reply === '' ? cause : new Error(reply));
}

/**
 * Sends by an SMTP server.
 * @param from the sender's address
 */
export function createSmtpMailer(server: SmtpServer, from: string): Mailer {
  const { host, port, implicitTls, login } = server;
  return {
    async send(mail, signal) {
      const options = optionsFor(mail, from);
      const { createTransport } = await import('nodemailer');
      const transport = createTransport({
        host,
        port,
        secure: implicitTls,
        requireTLS: true,
        tls: { minVersion: 'TLSv1.2' },
        // The name we greet with; the machine's own is nobody's business.
        name: domainOf(from),
        // A server that offers no login would otherwise be sent to without one.
        ...(login && { auth: { user: login.user, pass: login.password }, forceAuth: true }),
        connectionTimeout: limits.mailConnectMilliseconds,
        greetingTimeout: limits.mailConnectMilliseconds,
        dnsTimeout: limits.mailConnectMilliseconds,
        socketTimeout: limits.mailSilenceMilliseconds,
      });
      try {
        await transport.sendMail({ ...options, signal });
      } catch (error) {
        throw errorFrom(error);
      } finally {
        transport.close();
      }
    },
  };
}

/** The whole message, as it would be sent. */
export async function composeMail(mail: Mail, from: string): Promise<Uint8Array> {
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  const { message } = await transport.sendMail(optionsFor(mail, from));
  if (!(message instanceof Uint8Array)) throw new TypeError('the message is not in one piece');
  return message;
}
