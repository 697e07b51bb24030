// The services outside, at the edge. The platform has no network of its own that a tenant could
// reach into, so private addresses are refused where they are written down, and names are not
// resolved here.

import { connect } from 'cloudflare:sockets';
import type { Mailer, Outside } from '../jobs/deps.ts';
import { SallyportError } from '../model/errors.ts';
import type { IdentityProviders } from '../operations/oidc/provider.ts';
import { createSmtpMailer } from '../providers/mail.ts';
import { createIdentityProviders, type Fetch } from '../providers/oidc.ts';
import { createSyslogSender, type TlsConnect } from '../providers/syslog.ts';
import { createWebhookSender, type Post } from '../providers/webhook.ts';
import type { OutsideSettings } from './outside-settings.ts';

const post: Post = async (url, { headers, body }, signal) => {
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
};

const tlsConnect: TlsConnect = async ({ host, port, caPem }, bytes, signal) => {
  if (caPem !== undefined)
    throw new SallyportError('invalid_input', 'The edge platform trusts public authorities only.', {
      wayOut: 'Leave caPem out, and give the syslog server a certificate of a public authority.',
    });
  const socket = connect({ hostname: host, port }, { secureTransport: 'on', allowHalfOpen: true });
  const stop = () => void socket.close().catch(() => {});
  signal.addEventListener('abort', stop, { once: true });
  let written = false;
  const write = async () => {
    const writer = socket.writable.getWriter();
    await writer.write(bytes);
    written = true;
    await writer.close();
  };
  // Whatever the other side says; its end is what is waited for.
  const readToEnd = async () => {
    await socket.readable.pipeTo(new WritableStream(), { signal });
    if (!written) throw new Error('it closed the connection too early');
  };
  try {
    await Promise.all([write(), readToEnd()]);
    signal.throwIfAborted();
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
};

const noMailer: Mailer = {
  send: () =>
    Promise.reject(
      new SallyportError('misconfigured', 'This control plane has no mail server.', {
        wayOut: 'Set SALLYPORT_SMTP_URL and SALLYPORT_MAIL_FROM.',
      }),
    ),
};

export function createEdgeOutside({ mail, outbound }: OutsideSettings): Outside {
  return {
    mail: mail.server ? createSmtpMailer(mail.server, mail.from) : noMailer,
    webhooks: createWebhookSender(post, outbound),
    syslog: createSyslogSender(tlsConnect, outbound),
  };
}

const fetchOnce: Fetch = (url, options) => {
  const { method, headers, body, signal = null } = options;
  const sent = body == null ? null : String(body);
  return fetch(url, { method, headers, body: sent, signal, redirect: 'manual' });
};

export function createEdgeIdentityProviders({ outbound }: OutsideSettings): IdentityProviders {
  return createIdentityProviders(fetchOnce, outbound);
}
