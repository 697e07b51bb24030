// The same path on the edge runtime: workerd and a database server tell a real agent, by a socket,
// what a real tunnel carries.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectByFile } from './ikev2-client.ts';
import { untilIkev2 } from './ikev2-story.ts';
import { addressSeen, ping } from './probe.ts';
import { redeemFor } from './profile-story.ts';
import * as story from './story.ts';
import { installStrongswan, startStrongswan } from './strongswan.ts';
import { createTopology, type Lab, places } from './topology.ts';
import { connect } from './wireguard-client.ts';

let lab: Lab;
let tenant: story.Tenant;
let gateway: story.EnrolledGateway;
let phone: story.Invitation;

beforeAll(async () => {
  lab = await createTopology();
  await story.startWebServer(lab);
  const controlPlane = await story.startEdgeControlPlane(lab);
  tenant = await story.createTenant(lab, controlPlane, 'Acme');
  installStrongswan(lab.node('gateway'));
  await startStrongswan(lab.node('gateway'));
  gateway = await story.createGateway(lab, controlPlane, tenant, 'berlin', { ikev2: true });
  await untilIkev2({ tenant, gateway });
  phone = await story.createDevice(tenant, tenant.ownerId, "Ann's phone");
}, 180_000);
afterAll(() => lab?.down());

describe('a control plane at the edge', () => {
  it('brings a phone through a tunnel by the client that it has', async () => {
    const { file } = await redeemFor(lab, 'client-a', phone, 'mobileconfig');
    await connectByFile(lab.node('client-a'), file);
    const client = lab.node('client-a');
    await story.untilApplied(tenant, gateway.id);
    expect(await ping(client, gateway.tunnel.v4)).toMatchObject({ sent: 3, received: 3 });
    expect(await addressSeen(client, places.web)).toBe(places.site);
  });

  it('tells the agent by a socket', () => {
    expect(gateway.agent.lines.filter((line) => line.includes('"socket.open"'))).not.toEqual([]);
  });

  it('cuts a device that is revoked while another one downloads by WireGuard', async () => {
    const laptop = await story.createDevice(tenant, tenant.ownerId, "Ann's laptop");
    const conf = await story.redeemLink(lab, 'client-b', laptop.url);
    await connect(lab.node('client-b'), conf);
    const cut = await story.revokeWhileBusy(lab, {
      revoke: () => story.revokeDevice(tenant, phone.id),
      client: 'client-a',
      bystander: 'client-b',
      pingAddress: gateway.tunnel.v4,
      downloadUrl: `http://${places.web}/download?bytes=20000000&rate=4000000`,
    });
    expect(cut.download.bytes).toBe(20_000_000);
    expect(cut.bytesAfterCut).toBeGreaterThan(0);
  });
});
