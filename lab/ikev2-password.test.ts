// IKEv2 with a password: a device whose client takes no certificate, by the second name of the
// gateway.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { toBase64, toUtf8 } from '../src/model/encoding.ts';
import { untilIkev2 } from './ikev2-story.ts';
import { addressSeen, Pulse, ping } from './probe.ts';
import { endScene, type Scene, setScene } from './scene.ts';
import * as story from './story.ts';
import { initiate, installStrongswan, startStrongswan, swanctlFolder } from './strongswan.ts';
import { places } from './topology.ts';

const host = 'vpn.example.test';
const patienceMs = 20_000;
/** The customer's firewall: reached by the tunnel alone. */
const inside = '10.10.0.1';
let scene: Scene;

beforeAll(async () => {
  scene = await setScene({ ikev2: true });
  const { cli } = scene.tenant;
  const { id } = scene.gateway;
  await cli.run(z.unknown(), 'gateway', 'update', id, '--endpoint', `${host}:51820`);
  await cli.run(z.unknown(), 'tenant', 'update', '--ikev2-passwords', 'on');
  await untilIkev2(scene);
});
afterAll(() => scene && endScene(scene));

const redeemedSchema = z.object({
  password: z.string(),
  paths: z.array(z.string()).min(1),
  values: z.tuple([
    z.object({ server: z.string(), remoteIdentifier: z.string(), identifier: z.string() }),
  ]),
});

/** As a person would type it into strongSwan; the lab has no name server. */
function configuration(redeemed: z.infer<typeof redeemedSchema>): string {
  const { values, password, paths } = redeemed;
  const [typed] = values;
  return `connections { client {
  version = 2
  remote_addrs = ${places.site}
  vips = 0.0.0.0, ::
  proposals = aes256gcm16-prfsha256-ecp256
  local { auth = eap-mschapv2
          eap_id = ${typed.identifier}
          id = ${typed.identifier} }
  remote { auth = pubkey
           id = ${typed.remoteIdentifier}
           cacerts = ${paths.map((path) => basename(path)).join(', ')} }
  children { client {
    remote_ts = 0.0.0.0/0, ::/0
    esp_proposals = aes256gcm16-ecp256 } }
} }
secrets { eap-client {
  id = ${typed.identifier}
  secret = 0s${toBase64(toUtf8(password))}
} }
`;
}

it('lets a device in by its password until it is revoked', async () => {
  const { lab, tenant } = scene;
  const client = lab.node('client-a');
  const { id, url } = await story.createDevice(tenant, tenant.ownerId, 'old phone');
  const folder = join(lab.scratch, 'client-a', id);
  mkdirSync(folder, { recursive: true });
  const user = new story.Cli(client, new URL(url).origin);
  const redeem = ['link', 'redeem', url, '--kind', 'password', '--out', folder];
  const redeemed = await user.run(redeemedSchema, ...redeem);
  expect(redeemed.values).toMatchObject([{ server: host, remoteIdentifier: `pw.${host}` }]);
  installStrongswan(client);
  const roots = join(swanctlFolder(client), 'x509ca');
  for (const path of redeemed.paths) copyFileSync(path, join(roots, basename(path)));
  writeFileSync(join(swanctlFolder(client), 'conf.d/client.conf'), configuration(redeemed));
  await startStrongswan(client);
  await scene.crowd.untilReported(scene.gateway.id);
  await initiate(client, 'client');
  expect(await ping(client, places.web)).toMatchObject({ sent: 3, received: 3 });
  expect(await addressSeen(client, places.web)).toBe(places.site);

  const pulse = new Pulse(client, inside);
  await pulse.answered(5, patienceMs);
  await tenant.cli.run(z.unknown(), 'device', 'revoke', id);
  await pulse.silent(patienceMs);
  await pulse.stop();
  await scene.crowd.untilReported(scene.gateway.id);
  const { stdout } = await lab
    .node('gateway')
    .exec(['sh', '-c', 'cat /etc/swanctl/conf.d/sallyport.conf']);
  expect(stdout).toContain(`pw.${host}`);
  expect(stdout).not.toContain(redeemed.values[0].identifier);
  await client.exec(['sh', '-c', 'swanctl --terminate --ike client --force || true']);
  await expect(initiate(client, 'client')).rejects.toThrow(/EAP|AUTHENTICATION_FAILED/);
});
