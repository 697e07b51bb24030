// A fake control plane: signs what it is told to want, answers the agent's requests in process, and
// can misbehave in every way an agent must survive.

import crypto from 'node:crypto';
import type { HttpReply, HttpRequest, SocketRequest } from '../../src/agent/host.ts';
import {
  type DesiredState,
  desiredStateType,
  emptyPeerDigest,
  type FirewallSection,
  type Peer,
  peerDigestInput,
  togglePeerDigest,
  type WireguardSection,
} from '../../src/model/desired-state.ts';
import {
  agentTokenClaimsSchema,
  type EnrollmentRequest,
  enrollmentRequestSchema,
} from '../../src/model/enrollment.ts';
import {
  certificateRequestSchema,
  type Ikev2Change,
  type Ikev2Peer,
  type Ikev2Section,
  ikev2DigestInput,
} from '../../src/model/ikev2.ts';
import { type ObservedState, observedStateSchema } from '../../src/model/observed-state.ts';
import type { FakeHost } from './fake-host.ts';
import { FakeLine } from './fake-line.ts';

/** What a gateway shall be, at one revision. */
export interface World {
  wireguard: WireguardSection;
  firewall: FirewallSection;
  peers: Peer[];
  ikev2?: { section: Ikev2Section; devices: Ikev2Peer[]; revocations: number };
}

export const controlPlaneUrl = 'http://control.test';
export const tenantId = 't_0000000000000001';
export const gatewayId = 'gw_0000000000000001';

interface StateRequest {
  since: number | undefined;
  wait: number;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function digestOfAll(members: readonly string[]): string {
  return members.reduce((digest, member) => {
    const hash = crypto.createHash('sha256').update(member).digest('hex');
    return togglePeerDigest(digest, hash);
  }, emptyPeerDigest);
}

export function digestOf(peers: readonly Peer[]): string {
  return digestOfAll(peers.map(peerDigestInput));
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What a document says of IKEv2 to who is at `base`. */
function ikev2Since(base: World | undefined, now: World): Pick<DesiredState, 'ikev2' | 'sections'> {
  if (!now.ikev2) return { sections: {} };
  const { section, devices, revocations } = now.ikev2;
  const before = new Map(base?.ikev2?.devices.map((device) => [device.id, device]));
  const ids = new Set(devices.map(({ id }) => id));
  const change: Ikev2Change = {
    upsert: devices.filter((device) => !same(before.get(device.id), device)),
    remove: [...before.keys()].filter((id) => !ids.has(id)),
    digest: digestOfAll(devices.map(ikev2DigestInput)),
    revocations,
  };
  const isKnown = same(base?.ikev2?.section, section);
  return { sections: isKnown ? {} : { ikev2: section }, ikev2: change };
}

export class FakeControlPlane {
  readonly #keys = crypto.generateKeyPairSync('ed25519');
  readonly kid = 'state-1';
  readonly history: World[] = [];
  /** What will be published next, each when the agent has nothing left to do. */
  script: World[] = [];
  /** Answer with whole documents even when a delta was asked for. */
  alwaysWhole = false;
  online = true;
  /** Whether it offers sockets. */
  sockets = false;
  /** How long reports shall wait, as its answers say it. */
  reportAfter = '';
  /** Whether notices get lost on the way. */
  losesNotices = false;
  /** The ends of the sockets that agents opened, the oldest first. */
  readonly lines: FakeLine[] = [];
  /** Called with each new line; by default it says the newest revision. */
  greet: (line: FakeLine) => void = (line) => line.notify(this.revision);
  readonly enrolled: EnrollmentRequest[] = [];
  readonly reports: ObservedState[] = [];
  readonly requests: string[] = [];
  /** Documents sent, as they were before they were signed. */
  readonly sent: DesiredState[] = [];
  /** Replaces the answer to a request for state; undefined leaves it alone. */
  misbehave: (request: StateRequest) => HttpReply | undefined = () => undefined;
  /** Replaces the answer to a report; undefined leaves it alone. */
  onReport: (report: ObservedState) => HttpReply | undefined = () => undefined;
  /** Called when the agent has reported what is newest and asks for more. */
  onIdle: () => void = () => undefined;
  /** The certificate (DER in base64) for a request in PEM. */
  certify: (request: string) => string | undefined = () => undefined;
  /** An authority's list of revoked certificates, in PEM. */
  revocationsOf: (authorityId: string) => string | undefined = () => undefined;
  #host: FakeHost | undefined;

  /** Makes the host's network lead here. */
  connect(host: FakeHost): void {
    this.#host = host;
    host.network = (request) => this.#answer(request, host);
    host.lines = (request) => this.#line(request, host);
  }

  publish(world: World): void {
    this.history.push(world);
    if (this.losesNotices) return;
    for (const line of this.lines) line.notify(this.revision);
  }

  get revision(): number {
    return this.history.length;
  }

  get stateKeys() {
    const der = this.#keys.publicKey.export({ format: 'der', type: 'spki' });
    return [{ kid: this.kid, publicKey: der.subarray(-32).toString('base64url') }];
  }

  /** The document that leads from a revision, or from nothing, to the newest. */
  documentSince(since: number | undefined): DesiredState {
    const now = this.history.at(-1);
    if (!now) throw new Error('nothing was published');
    const asked = since === undefined || this.alwaysWhole ? undefined : this.history[since - 1];
    // That there is no IKEv2 any more is what only a whole document says.
    const base = asked?.ikev2 && !now.ikev2 ? undefined : asked;
    const { sections: ikev2Section, ...ikev2 } = ikev2Since(base, now);
    const version = now.ikev2 ? 2 : 1;
    const shared = { version, gatewayId, revision: this.revision, ...ikev2 } as const;
    const { wireguard, firewall, peers } = now;
    const peerDigest = digestOf(peers);
    if (!base) {
      const sections = { wireguard, firewall, ...ikev2Section };
      return { ...shared, base: null, sections, peers: { upsert: peers, remove: [] }, peerDigest };
    }
    const before = new Map(base.peers.map((peer) => [peer.id, peer]));
    const ids = new Set(peers.map(({ id }) => id));
    return {
      ...shared,
      base: since ?? null,
      sections: {
        ...(same(base.wireguard, wireguard) ? {} : { wireguard }),
        ...(same(base.firewall, firewall) ? {} : { firewall }),
        ...ikev2Section,
      },
      peers: {
        upsert: peers.filter((peer) => !same(before.get(peer.id), peer)),
        remove: [...before.keys()].filter((id) => !ids.has(id)),
      },
      peerDigest,
    };
  }

  /** Signs any payload with any header, as this control plane or with another key. */
  sign(payload: unknown, header: object = {}, key = this.#keys.privateKey): string {
    const head = { alg: 'EdDSA', typ: desiredStateType, kid: this.kid, ...header };
    const signed = `${encode(head)}.${encode(payload)}`;
    return `${signed}.${crypto.sign(null, Buffer.from(signed), key).toString('base64url')}`;
  }

  #answer(request: HttpRequest, host: FakeHost): HttpReply {
    const { pathname, searchParams } = new URL(request.url);
    this.requests.push(`${request.method} ${pathname}${new URL(request.url).search}`);
    const date = new Date(host.time).toUTCString();
    const offer = this.sockets ? { 'sallyport-watch': 'socket' } : {};
    const crowd = this.reportAfter ? { 'sallyport-report-after': this.reportAfter } : {};
    const headers = { date, ...offer, ...crowd };
    const reply = (status: number, body = ''): HttpReply => ({ status, headers, body });
    if (!this.online) return { status: 0, headers: {}, body: '', error: 'connect ECONNREFUSED' };
    if (pathname === '/healthz') return reply(200, 'ok');
    if (pathname === '/v1/agent/enroll') return this.#enroll(request, reply);
    const refusal = this.#authenticate(request, Math.floor(host.time / 1000));
    if (refusal) return reply(401, JSON.stringify({ code: 'unauthenticated', detail: refusal }));
    if (pathname === '/v1/agent/report') return this.#report(request, reply);
    if (pathname === '/v1/agent/certificate') {
      const body = certificateRequestSchema.parse(JSON.parse(request.body ?? ''));
      const certificate = this.certify(body.certificateRequest);
      return certificate ? reply(200, JSON.stringify({ certificate })) : reply(404);
    }
    if (pathname.startsWith('/v1/agent/revocations/')) {
      const list = this.revocationsOf(pathname.split('/').at(-1) ?? '');
      return list === undefined ? reply(404) : reply(200, list);
    }
    const since = searchParams.get('since');
    const wait = Number(searchParams.get('wait'));
    return this.#state({ since: since === null ? undefined : Number(since), wait }, reply);
  }

  #enroll(request: HttpRequest, reply: (status: number, body?: string) => HttpReply): HttpReply {
    const body = enrollmentRequestSchema.parse(JSON.parse(request.body ?? ''));
    const [first] = this.enrolled;
    if (first && first.identityKey !== body.identityKey)
      return reply(409, JSON.stringify({ code: 'token_used', detail: 'It was used already.' }));
    this.enrolled.push(body);
    const { stateKeys } = this;
    return reply(
      200,
      JSON.stringify({ tenantId, gatewayId, gatewayName: 'Test gateway', stateKeys }),
    );
  }

  #line(request: SocketRequest, host: FakeHost): FakeLine {
    const line = new FakeLine();
    if (request.url !== `${controlPlaneUrl.replace('http', 'ws')}/v1/agent/socket`)
      return line.cut('status 404');
    if (this.#authenticate(request, Math.floor(host.time / 1000))) return line.cut('status 401');
    line.onQuiet = () => {
      // Whoever was not sent the newest has a notice coming, or it was lost.
      if (this.sent.at(-1)?.revision === this.revision) this.#idle();
    };
    this.lines.push(line);
    this.greet(line);
    return line;
  }

  /** The agent wants for nothing: publishes what is next. Gives whether there was something. */
  #idle(): boolean {
    this.onIdle();
    const next = this.script.shift();
    if (next) this.publish(next);
    return next !== undefined;
  }

  #authenticate({ headers }: Pick<HttpRequest, 'headers'>, now: number): string | undefined {
    const parts = (headers.authorization ?? '').replace(/^Bearer /, '').split('.');
    const [header = '', payload = '', signature = ''] = parts;
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    const expected = { alg: 'EdDSA', kid: `${tenantId}.${gatewayId}`, typ: 'JWT' };
    if (JSON.stringify(read(header)) !== JSON.stringify(expected)) return 'wrong header';
    const x = this.enrolled[0]?.identityKey ?? '';
    const jwk = { kty: 'OKP', crv: 'Ed25519', x };
    const key = crypto.createPublicKey({ key: jwk, format: 'jwk' });
    const message = Buffer.from(`${header}.${payload}`);
    if (!crypto.verify(null, message, key, Buffer.from(signature, 'base64url')))
      return 'wrong signature';
    const claims = agentTokenClaimsSchema.parse(read(payload));
    return Math.abs(now - claims.iat) > 900 || claims.exp < now - 300 ? 'wrong time' : undefined;
  }

  #report(request: HttpRequest, reply: (status: number, body?: string) => HttpReply): HttpReply {
    const report = observedStateSchema.parse(JSON.parse(request.body ?? ''));
    const other = this.onReport(report);
    if (other) return other;
    this.reports.push(report);
    return reply(200, JSON.stringify({ resync: false }));
  }

  #state(asked: StateRequest, reply: (status: number, body?: string) => HttpReply): HttpReply {
    const other = this.misbehave(asked);
    if (other) return other;
    if (asked.since === this.revision && !this.#idle()) {
      if (this.#host) this.#host.time += asked.wait * 1000;
      return reply(204);
    }
    const document = this.documentSince(asked.since);
    this.sent.push(document);
    return reply(200, this.sign(document));
  }
}
