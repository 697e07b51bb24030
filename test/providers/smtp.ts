// A real SMTP server that keeps what it is sent.

import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import type { Certificate } from './authority.ts';

export const login = { user: 'sallyport', password: 'p@ss:word/ü' };

export interface Received {
  from: string;
  to: string[];
  /** Whether it came in TLS. */
  secure: boolean;
  /** The whole message. */
  message: string;
}

export interface MailServer {
  port: number;
  received: Received[];
}

/** What it answers to a recipient, by the part before the @; all others it takes. */
const refusals: Record<string, string> = { nobody: '550 5.1.1', later: '450 4.2.0' };

function replyFor(address: string): Error | undefined {
  const reply = refusals[address.split('@')[0] ?? ''];
  if (!reply) return undefined;
  return Object.assign(new Error(`${reply.slice(4)} no such box`), {
    responseCode: Number(reply.slice(0, 3)),
  });
}

/** Starts it; the test's end stops it. @param port any free one, if it is left out */
export async function startMailServer(
  { key, cert }: Pick<Certificate, 'key' | 'cert'>,
  options: SMTPServerOptions = {},
  port = 0,
): Promise<MailServer> {
  const received: Received[] = [];
  const server = new SMTPServer({
    key,
    cert,
    hideSTARTTLS: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      if (username === login.user && password === login.password)
        return callback(null, { user: login.user });
      return callback(new Error('wrong'));
    },
    onRcptTo: ({ address }, _session, callback) => callback(replyFor(address)),
    onData(stream, { envelope, secure }, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, secure, message: Buffer.concat(chunks).toString() });
        const spam = to.some((address) => address.startsWith('spam'));
        const error = Object.assign(new Error('5.7.1 looks bad'), { responseCode: 554 });
        callback(spam ? error : null);
      });
    },
    ...options,
  });
  // A client that does not like the certificate ends the connection, which is what is tested.
  server.on('error', () => {});
  const listening = await new Promise<AddressInfo>((resolve) => {
    const inner = server.listen(port, '127.0.0.1', () => resolve(inner.address() as AddressInfo));
  });
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  return { port: listening.port, received };
}
