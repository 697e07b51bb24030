// Talking to the control plane: access tokens the agent signs itself, the requests that carry them,
// and the socket.

import { z } from 'zod';
import { toBase64Url, toUtf8 } from '../model/encoding.ts';
import {
  type AgentTokenClaims,
  agentTokenAudience,
  type EnrollmentReply,
  type EnrollmentRequest,
  enrollmentReplySchema,
} from '../model/enrollment.ts';
import {
  type CertificateRequest,
  type IssuedCertificate,
  issuedCertificateSchema,
} from '../model/ikev2.ts';
import { limits } from '../model/limits.ts';
import {
  type ObservedState,
  type ReportReply,
  reportReplySchema,
} from '../model/observed-state.ts';
import { Alarm, later } from './alarm.ts';
import type { Host, HttpReply, Socket } from './host.ts';
import type { Enrolled, IdentityKey } from './identity.ts';
import { agentLimits } from './limits.ts';

const problemSchema = z.object({
  code: z.string().max(64).optional(),
  detail: z.string().max(1000).optional(),
  wayOut: z.string().max(1000).optional(),
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Why a request failed, for people: the transport error, or what the problem document says. */
function reasonOf(reply: HttpReply): string {
  if (reply.status === 0) return `no answer: ${reply.error ?? 'unknown'}`;
  const { code, detail, wayOut } = problemSchema.safeParse(parsed(reply.body)).data ?? {};
  return [`status ${reply.status}`, code, detail, wayOut].filter((part) => part).join(', ');
}

/** Trades the token for what the gateway needs to know. Throws an error fit for people. */
export async function enroll(
  host: Host,
  url: string,
  request: EnrollmentRequest,
): Promise<EnrollmentReply> {
  const reply = await host.http({
    method: 'POST',
    url: `${url}/v1/agent/enroll`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(request),
    timeoutMs: agentLimits.requestMilliseconds,
    maxBytes: agentLimits.replyBytes,
  });
  if (reply.status !== 200) throw new Error(`the control plane at ${url}: ${reasonOf(reply)}`);
  const answer = enrollmentReplySchema.safeParse(parsed(reply.body));
  if (!answer.success) throw new Error(`${url} does not answer like a control plane`);
  return answer.data;
}

/**
 * `socket`: whether the control plane has sockets to watch by. `reportAfter`: milliseconds that it
 * wants the report about the document to wait, because many others have one to make.
 */
export type StateAnswer =
  | { kind: 'document'; text: string; socket: boolean; reportAfter: number }
  | { kind: 'nothing'; socket: boolean }
  | { kind: 'failed'; reason: string };
export type ReportAnswer =
  | { kind: 'accepted'; reply: ReportReply }
  | { kind: 'failed'; reason: string };

/** How long a control plane that is busy, or asked too often, wants to be left alone. */
function pauseAfter({ status, headers }: HttpReply): number {
  const seconds = Number(headers['retry-after']);
  const isAsked = (status === 429 || status === 503) && seconds > 0;
  return isAsked ? Math.min(seconds * 1000, agentLimits.retryAfterMostMilliseconds) : 0;
}

/** One gateway's side of the agent protocol. Failures are values: the caller goes on without. */
export class ControlPlane {
  readonly #host: Host;
  readonly #enrolled: Enrolled;
  readonly #key: IdentityKey;
  #token = { text: '', expires: 0 };
  /** The control plane's clock minus ours: a VM's clock may be wrong, and tokens carry times. */
  #clockOffset = 0;
  readonly #pause: Alarm;

  constructor(host: Host, enrolled: Enrolled, key: IdentityKey) {
    this.#host = host;
    this.#enrolled = enrolled;
    this.#key = key;
    this.#pause = new Alarm(host);
  }

  /** Milliseconds for which it has asked not to be asked. */
  get pause(): number {
    return this.#pause.left();
  }

  /**
   * Asks for what is newer than `since`, or for the whole state when it is undefined, and waits for
   * it up to `waitSeconds`.
   */
  async fetchState(since: number | undefined, waitSeconds: number): Promise<StateAnswer> {
    const query = since === undefined ? '' : `since=${since}&`;
    const reply = await this.#request({
      method: 'GET',
      path: `/v1/agent/state?${query}wait=${waitSeconds}`,
      timeoutMs: waitSeconds * 1000 + agentLimits.requestMilliseconds,
      maxBytes: limits.documentBytesMost,
    });
    const socket = reply.headers['sallyport-watch'] === 'socket';
    if (reply.status === 204) return { kind: 'nothing', socket };
    if (reply.status === 200) {
      const reportAfter = Number(reply.headers['sallyport-report-after'] ?? 0);
      const most = limits.reportAfterMostMilliseconds;
      const fitting = reportAfter > 0 ? Math.min(reportAfter, most) : 0;
      return { kind: 'document', text: reply.body.trim(), socket, reportAfter: fitting };
    }
    return { kind: 'failed', reason: reasonOf(reply) };
  }

  /** Begins to open a socket that says when there is something to fetch; undefined without any. */
  connect(): Socket | undefined {
    return this.#host.connect?.({
      url: `${this.#enrolled.url.replace(/^http/, 'ws')}/v1/agent/socket`,
      headers: { authorization: `Bearer ${this.#accessToken()}` },
      timeoutMs: agentLimits.requestMilliseconds,
      maxMessageBytes: agentLimits.socketMessageBytes,
    });
  }

  async report(observed: ObservedState): Promise<ReportAnswer> {
    const reply = await this.#request({
      method: 'POST',
      path: '/v1/agent/report',
      body: JSON.stringify(observed),
      timeoutMs: agentLimits.requestMilliseconds,
      maxBytes: agentLimits.replyBytes,
    });
    const answer = reportReplySchema.safeParse(parsed(reply.body));
    if (reply.status === 200 && answer.success) return { kind: 'accepted', reply: answer.data };
    return { kind: 'failed', reason: reasonOf(reply) };
  }

  /** Asks for a certificate for the key that signed the request (PKCS #10, PEM). */
  async certify(certificateRequest: string): Promise<IssuedCertificate | { failed: string }> {
    const body: CertificateRequest = { certificateRequest };
    const reply = await this.#request({
      method: 'POST',
      path: '/v1/agent/certificate',
      body: JSON.stringify(body),
      timeoutMs: agentLimits.requestMilliseconds,
      maxBytes: agentLimits.replyBytes,
    });
    const answer = issuedCertificateSchema.safeParse(parsed(reply.body));
    return reply.status === 200 && answer.success ? answer.data : { failed: reasonOf(reply) };
  }

  /** An authority's list of revoked certificates, in PEM. */
  async fetchRevocations(authorityId: string): Promise<{ pem: string } | { failed: string }> {
    const reply = await this.#request({
      method: 'GET',
      path: `/v1/agent/revocations/${authorityId}`,
      timeoutMs: agentLimits.requestMilliseconds,
      maxBytes: agentLimits.revocationsBytes,
    });
    return reply.status === 200 ? { pem: reply.body } : { failed: reasonOf(reply) };
  }

  /** Whether the control plane answers that it is well. */
  async healthy(): Promise<boolean> {
    const reply = await this.#host.http({
      method: 'GET',
      url: `${this.#enrolled.url}/healthz`,
      headers: {},
      timeoutMs: agentLimits.requestMilliseconds,
      maxBytes: agentLimits.replyBytes,
    });
    return reply.status === 200;
  }

  async #request(request: {
    method: 'GET' | 'POST';
    path: string;
    body?: string;
    timeoutMs: number;
    maxBytes: number;
  }): Promise<HttpReply> {
    const { path, ...rest } = request;
    const send = () =>
      this.#host.http({
        ...rest,
        url: this.#enrolled.url + path,
        headers: {
          authorization: `Bearer ${this.#accessToken()}`,
          accept: 'application/jose, application/json',
          ...(rest.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      });
    const reply = await send();
    if (reply.status === 401 && this.#adjustClock(reply.headers.date)) return send();
    const pause = pauseAfter(reply);
    if (pause > 0) this.#pause.set(later(this.#host, pause));
    return reply;
  }

  /** Whether the answer's date shows that our clock was off by more than we knew. */
  #adjustClock(date: string | undefined): boolean {
    const offset = Date.parse(date ?? '') - this.#host.now();
    if (Number.isNaN(offset)) return false;
    if (Math.abs(offset - this.#clockOffset) <= agentLimits.clockToleranceMilliseconds)
      return false;
    this.#clockOffset = offset;
    this.#token = { text: '', expires: 0 };
    return true;
  }

  #accessToken(): string {
    const seconds = Math.floor((this.#host.now() + this.#clockOffset) / 1000);
    // A token from the future means that our clock was set back meanwhile.
    const left = this.#token.expires - seconds;
    if (left <= agentLimits.tokenRenewSeconds || left > limits.agentTokenLifetimeSeconds)
      this.#token = this.#sign(seconds);
    return this.#token.text;
  }

  #sign(seconds: number): { text: string; expires: number } {
    const { tenantId, gatewayId } = this.#enrolled;
    const header = { alg: 'EdDSA', kid: `${tenantId}.${gatewayId}`, typ: 'JWT' };
    const claims: AgentTokenClaims = {
      aud: agentTokenAudience,
      sub: gatewayId,
      tid: tenantId,
      iat: seconds,
      exp: seconds + limits.agentTokenLifetimeSeconds,
    };
    const parts = [header, claims].map((part) => toBase64Url(toUtf8(JSON.stringify(part))));
    const signature = this.#host.sign(this.#key.privateKey, toUtf8(parts.join('.')));
    return { text: [...parts, toBase64Url(signature)].join('.'), expires: claims.exp };
  }
}
