// The settings of the services outside, the same in every runtime.

import { z } from 'zod';
import { parseAddress } from '../model/cidr.ts';
import { limits } from '../model/limits.ts';
import type { OutboundPolicy } from '../model/outbound.ts';
import { parseInput } from '../model/problems.ts';
import { emailSchema, isHostname } from '../model/text.ts';
import type { SmtpServer } from '../providers/mail.ts';

export interface OutsideSettings {
  mail: { server: SmtpServer; from: string } | { server: undefined; from: string | undefined };
  outbound: OutboundPolicy;
}

const rule =
  'must be smtp://user:password@host:587 (STARTTLS) or smtps://user:password@host:465, with ' +
  'special characters of user and password percent-encoded';

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function loginOf(url: URL): SmtpServer['login'] | 'malformed' {
  if (url.username === '' && url.password === '') return undefined;
  const [user, password] = [decoded(url.username), decoded(url.password)];
  return user && password ? { user, password } : 'malformed';
}

function parseSmtpUrl(text: string): SmtpServer | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const implicitTls = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const login = loginOf(url);
  if (!implicitTls && url.protocol !== 'smtp:') return undefined;
  if (!/^\/?$/.test(url.pathname) || url.search !== '' || url.hash !== '') return undefined;
  if (!isHostname(host) && !parseAddress(host)) return undefined;
  if (login === 'malformed') return undefined;
  return { host, port: Number(url.port || (implicitTls ? 465 : 587)), implicitTls, login };
}

const smtpUrlSchema = z
  .string()
  .max(limits.urlLength)
  .transform((text, context) => {
    const server = parseSmtpUrl(text);
    if (server) return server;
    context.addIssue(rule);
    return z.NEVER;
  });

const settingsSchema = z
  .object({
    SALLYPORT_SMTP_URL: smtpUrlSchema.optional(),
    SALLYPORT_MAIL_FROM: emailSchema.optional(),
    SALLYPORT_OUTBOUND_PRIVATE: z.enum(['refuse', 'allow']).default('refuse'),
  })
  .transform((env, context): OutsideSettings => {
    const [server, from] = [env.SALLYPORT_SMTP_URL, env.SALLYPORT_MAIL_FROM];
    const outbound = { allowPrivate: env.SALLYPORT_OUTBOUND_PRIVATE === 'allow' };
    if (!server) return { mail: { server, from }, outbound };
    if (from !== undefined) return { mail: { server, from }, outbound };
    const message = 'is required (the address that mails come from) with SALLYPORT_SMTP_URL';
    context.addIssue({ code: 'custom', path: ['SALLYPORT_MAIL_FROM'], message });
    return z.NEVER;
  });

/**
 * @param what names the environment in the message
 * @throws SallyportError `invalid_input` that names the setting and its rule, never its value
 */
export function readOutside(variables: Record<string, string>, what: string): OutsideSettings {
  return parseInput(settingsSchema, variables, what);
}
