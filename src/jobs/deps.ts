// What a handler gets, and what running jobs takes. The outside services are in `Outside`; the
// runtime brings the real ones, tests bring others.

import type { Database } from '../db/database.ts';
import type { Job } from '../db/queue.ts';
import type { limits } from '../model/limits.ts';
import type { Log } from '../model/log.ts';
import type { Envelope } from '../model/mail.ts';
import type { SyslogTarget } from '../model/outbound.ts';
import type { WebhookEvent } from '../model/webhook.ts';
import type { Services } from '../operations/services.ts';
import type { MailText } from '../render/mail/mails.ts';
import type { SyslogMessage } from '../render/syslog.ts';

/** Sends mail. */
export interface Mailer {
  /**
   * Resolves when the mail server has taken the mail over.
   * @throws SallyportError `mail_refused` or `invalid_input` for good, `outside_unavailable` or
   * `misconfigured` when trying again may help
   */
  send(mail: Envelope & MailText, signal: AbortSignal): Promise<void>;
}

/** Tells a receiver of an event, signed as Standard Webhooks says. */
export interface WebhookSender {
  /**
   * Resolves when the receiver has answered 2xx.
   * @throws SallyportError `webhook_gone` when it answered 410, `target_forbidden` or
   * `invalid_input` for good, `outside_unavailable` when trying again may help
   */
  deliver(event: WebhookEvent & { url: string }, signal: AbortSignal): Promise<void>;
}

/** Sends RFC 5424 messages over TLS. */
export interface SyslogSender {
  /**
   * Resolves when every byte was written and the server has closed the connection after us without
   * a fault. Syslog has no receipts, so a cursor that moves only then delivers at least once: after
   * a fault the same messages go again, though some may have arrived.
   * @throws SallyportError `target_forbidden` or `invalid_input` for good, `outside_unavailable`
   * when trying again may help
   */
  send(
    target: SyslogTarget,
    messages: readonly SyslogMessage[],
    signal: AbortSignal,
  ): Promise<void>;
}

/** The services outside that jobs use. */
export interface Outside {
  mail: Mailer;
  webhooks: WebhookSender;
  syslog: SyslogSender;
}

export interface JobDeps extends Outside {
  /** The tenant's database; the directory for a job of the directory's own queue. */
  db: Database;
  /** Undefined for a job of the directory's own queue. */
  tenantId: string | undefined;
  services: Services;
  log: Log;
  /** Unix time in milliseconds. */
  now(): number;
  /** Aborts when the job has taken too long: it counts as failed and will run again. */
  signal: AbortSignal;
  /** Whether the job is given up when it fails now. */
  isLastAttempt: boolean;
}

/** How a job ended: done for good, or to be run again at a time (Unix milliseconds). */
export type Outcome = 'done' | { repeatAt: number };

/**
 * Runs one kind of job. It may run twice, at once or one after the other, and then does what once
 * would have done.
 * @param payload what was enqueued, not yet checked
 * @throws whatever went wrong; a SallyportError whose code says that trying again is of no use
 * ends the job
 */
export type Handler = (payload: unknown, deps: JobDeps) => Promise<Outcome>;

/** A handler of jobs that only tenants have. */
export type TenantHandler = (
  payload: unknown,
  deps: JobDeps & { tenantId: string },
) => Promise<Outcome>;

/** Handlers by kind. */
export type Handlers = ReadonlyMap<string, Handler>;

export interface Runner {
  services: Services;
  outside: Outside;
  handlers: Handlers;
  log: Log;
  limits: Readonly<Record<keyof typeof limits, number>>;
  /** Aborts when the process wants to end: what runs goes on, nothing new begins. */
  stopping: AbortSignal;
}

/** A job that a runner has claimed. */
export interface ClaimedJob {
  job: Job;
  tenantId: string | undefined;
  db: Database;
}
