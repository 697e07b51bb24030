// A gateway in memory: fake machine, fake control plane, real agent.

import { main } from '../../src/agent/main.ts';
import { peerNumber, usualFirewall, usualWireguard } from '../render/server/documents.ts';
import { controlPlaneUrl, FakeControlPlane, type World } from './fake-control-plane.ts';
import { type CrashPlan, FakeHost } from './fake-host.ts';
import { FakeMachine } from './fake-machine.ts';

export const directory = '/state';

export interface Run {
  host: FakeHost;
  exitCode: number;
}

export class Lab {
  readonly machine = new FakeMachine();
  readonly control = new FakeControlPlane();
  /** Time goes on from run to run. */
  #time = new FakeHost(this.machine).time;

  /** Runs one command on a new host, that is, in a new process on the same machine. */
  async command(
    args: string[],
    options: { crash?: CrashPlan; prepare?: (host: FakeHost) => void } = {},
  ): Promise<Run> {
    const host = new FakeHost(this.machine);
    host.time = this.#time;
    host.crash = options.crash;
    this.control.connect(host);
    options.prepare?.(host);
    const exitCode = await main(host, args);
    this.#time = host.time;
    return { host, exitCode };
  }

  enroll(options: { crash?: CrashPlan } = {}): Promise<Run> {
    const target = ['--url', controlPlaneUrl, '--dir', directory];
    return this.command(['enroll', '--token', 'token-1', ...target], options);
  }

  /**
   * Runs the agent until it is idle with nothing left to publish, or until `until` says so after a
   * request.
   */
  async run(
    options: { crash?: CrashPlan; until?: () => boolean; prepare?: (host: FakeHost) => void } = {},
  ): Promise<Run> {
    const { control } = this;
    const idle = control.onIdle;
    const prepare = (host: FakeHost) => {
      options.prepare?.(host);
      const { network } = host;
      control.onIdle = () => {
        idle();
        if (!options.until && control.script.length === 0) host.terminate();
      };
      host.network = (request) => {
        const reply = network(request);
        if (options.until?.()) host.terminate();
        return reply;
      };
    };
    const { crash } = options;
    try {
      const args = ['run', '--dir', directory, '--swanctl-dir', '/swanctl'];
      return await this.command(args, { ...(crash && { crash }), prepare });
    } finally {
      control.onIdle = idle;
    }
  }

  /** The JSON lines that the host logged with this event. */
  static events(host: FakeHost, event: string): Record<string, unknown>[] {
    const parse = (line: string): Record<string, unknown> => JSON.parse(line);
    return host.logged.map(parse).filter((fields) => fields.event === event);
  }
}

/** A world with the usual sections and these devices. */
export function worldOf(...numbers: number[]): World {
  return {
    wireguard: usualWireguard,
    firewall: usualFirewall,
    peers: numbers.map(peerNumber),
  };
}

/** A lab whose gateway is enrolled. */
export async function enrolledLab(): Promise<Lab> {
  const lab = new Lab();
  const { exitCode, host } = await lab.enroll();
  if (exitCode !== 0) throw new Error(host.logged.join('\n'));
  return lab;
}
