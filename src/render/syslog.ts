// A change of a tenant as a syslog message (RFC 5424), for the log server that the tenant names.

import { toUtf8 } from '../model/encoding.ts';
import { limits } from '../model/limits.ts';

/** One message as RFC 5424 has it; how it is framed on the wire is not its business. */
export type SyslogMessage = string;

/** "Log audit" (RFC 5424, table 1). */
const facility = 13;
/** Notice, warning and error (table 2). */
const severities = { done: 5, refused: 4, failed: 3 } as const;
/**
 * The enterprise number in the name of our structured data. It is the one for documentation
 * (RFC 5612), because Sallyport has none of its own.
 */
const enterpriseNumber = 32473;
const appName = 'sallyport';
const byteOrderMark = '\ufeff';

export interface SyslogRecord {
  /** Unix time in milliseconds. */
  at: number;
  outcome: keyof typeof severities;
  operation: string;
  tenantId: string;
  revision: number;
  actor: string;
  /** The revision's, in the tenant's chain of changes. */
  hash: string;
  /** What else there is to say. It becomes the message, as JSON. */
  entry: object;
}

/** A header field: visible ASCII, `-` when there is none (RFC 5424 §6). */
function field(text: string, mostCharacters: number): string {
  return text.replace(/[^!-~]/g, '').slice(0, mostCharacters) || '-';
}

/** A value of structured data, quoted (RFC 5424 §6.3.3), and on one line. */
function quoted(value: string): string {
  const line = value.toWellFormed().replace(/\p{Cc}/gu, ' ');
  return `"${line.replace(/["\\\]]/g, '\\$&')}"`;
}

/** The record as a message. An entry that makes it too long is left out, which the message says. */
export function renderSyslog(record: SyslogRecord, hostname: string): SyslogMessage {
  const { at, outcome, operation, tenantId, revision, actor, hash, entry } = record;
  const data = { tenant: tenantId, revision: String(revision), actor, hash };
  const pairs = Object.entries(data).map(([name, value]) => `${name}=${quoted(value)}`);
  const head = [
    `<${facility * 8 + severities[outcome]}>1`,
    new Date(at).toISOString(),
    field(hostname, 255),
    appName,
    '-',
    field(operation, 32),
    `[${appName}@${enterpriseNumber} ${pairs.join(' ')}]`,
  ].join(' ');
  const text = JSON.stringify(entry).toWellFormed();
  const message = `${head} ${byteOrderMark}${text}`;
  const { length } = toUtf8(message);
  if (length <= limits.syslogMessageBytes) return message;
  return `${head} ${byteOrderMark}${JSON.stringify({ leftOut: true, bytes: length })}`;
}
