// Syslog over TLS (RFC 5425): each message after its length in octets.

import type { SyslogSender } from '../jobs/deps.ts';
import { toUtf8 } from '../model/encoding.ts';
import { SallyportError } from '../model/errors.ts';
import { limits } from '../model/limits.ts';
import { type OutboundPolicy, type SyslogTarget, syslogTargetSchema } from '../model/outbound.ts';
import { parseInput } from '../model/problems.ts';
import { unavailable } from './failure.ts';

/**
 * Connects with TLS, writes the bytes, ends, and resolves when the other side has closed too. It
 * fails if the certificate does not fit, if the other side closed first, or if the connection was
 * reset; and it connects to no private address if the operator does not allow it.
 */
export type TlsConnect = (
  target: SyslogTarget,
  bytes: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
) => Promise<void>;

/** The messages, each after its length and a blank (RFC 5425 §4.3). */
function framed(messages: readonly string[]): Uint8Array<ArrayBuffer> {
  const frames = messages.map((message) => {
    const { length } = toUtf8(message);
    if (length <= limits.syslogMessageBytes) return `${length} ${message}`;
    throw new SallyportError('invalid_input', `A syslog message of ${length} bytes is too long.`, {
      wayOut: `Keep messages to ${limits.syslogMessageBytes} bytes.`,
    });
  });
  return toUtf8(frames.join(''));
}

/** @param policy addresses that it refuses are refused before anything is resolved */
export function createSyslogSender(connect: TlsConnect, policy: OutboundPolicy): SyslogSender {
  const targetSchema = syslogTargetSchema(policy);
  return {
    async send(target, messages, signal) {
      const checked = parseInput(targetSchema, target, 'The syslog server');
      if (messages.length > limits.syslogMessagesPerSend)
        throw new SallyportError('invalid_input', 'These are too many syslog messages at once.', {
          wayOut: `Send at most ${limits.syslogMessagesPerSend} at a time.`,
        });
      if (messages.length === 0) return;
      const limit = AbortSignal.timeout(limits.syslogMilliseconds);
      const bytes = framed(messages);
      await connect(checked, bytes, AbortSignal.any([signal, limit])).catch((error: unknown) => {
        throw unavailable(`The syslog server ${checked.host}`, error);
      });
    },
  };
}
