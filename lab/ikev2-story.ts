// Devices that come in by IKEv2, from the link to the tunnel, by the product's own command line.

import { compactVerify, importJWK } from 'jose';
import { gatewaySchema } from '../src/model/gateway.ts';
import { type RevocationReceipt, revocationReceiptSchema } from '../src/model/ikev2.ts';
import { deviceReceiptsSchema } from '../src/model/receipt.ts';
import type { ClientFile } from './client-settings.ts';
import { connectByFile } from './ikev2-client.ts';
import { redeem } from './profile-story.ts';
import type { Scene } from './scene.ts';
import { initiate, startStrongswan, stopStrongswan } from './strongswan.ts';
import type { UsualNode } from './topology.ts';

const readyMs = 30_000;

/** Waits until a scene's gateway lets devices in by IKEv2. Throws when it never does. */
export async function untilIkev2({
  tenant,
  gateway,
}: Pick<Scene, 'tenant' | 'gateway'>): Promise<void> {
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const seen = await tenant.cli.run(gatewaySchema, 'gateway', 'get', gateway.id);
    const ready = seen.ikev2?.certificateExpiresAt && seen.applied === 'applied';
    if (ready && seen.observed?.sections.ikev2?.status === 'applied') return;
    if (performance.now() > giveUpAt) {
      throw new Error(`the gateway does not let in by IKEv2: ${JSON.stringify(seen)}`);
    }
  }
}

export interface Ikev2Device {
  id: string;
  identity: string;
  node: UsualNode;
}

/** Makes a device of the owner's, redeems its link on a machine, and connects by the file. */
export async function joinIkev2(
  scene: Scene,
  node: UsualNode,
  kind: ClientFile['kind'],
): Promise<Ikev2Device> {
  const { id, identity, file } = await redeem(scene, node, kind);
  await connectByFile(scene.lab.node(node), file);
  return { id, identity, node };
}

/**
 * Connects a device of strongSwan's anew, as if it were switched off and on: until it is in, for as
 * long as nobody answers. Throws, in charon's words, when it is refused.
 */
export async function reconnect({ lab }: Scene, { node }: Ikev2Device): Promise<void> {
  const client = lab.node(node);
  await stopStrongswan(client);
  await startStrongswan(client);
  const { stdout } = await client.exec(['sh', '-c', 'cat /etc/swanctl/conf.d/sallyport-*.conf']);
  const child = /^# +swanctl --initiate --child (\S+)$/m.exec(stdout)?.[1] ?? '';
  await initiate(client, child);
}

/**
 * Waits until the gateway has vouched for cutting a device off, checks what it signed with its key,
 * and gives it. Throws when it does not come, or does not verify.
 */
export async function receiptOf(
  { tenant }: Pick<Scene, 'tenant'>,
  { id }: Pick<Ikev2Device, 'id'>,
): Promise<RevocationReceipt> {
  const giveUpAt = performance.now() + readyMs;
  for (;;) {
    const ask = ['device', 'receipts', id, '--verify'];
    const { receipts } = await tenant.cli.run(deviceReceiptsSchema, ...ask);
    const [signed] = receipts;
    if (signed) {
      const { payload } = await compactVerify(signed.jws, await importJWK(signed.key, 'EdDSA'));
      return revocationReceiptSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
    }
    if (performance.now() > giveUpAt) throw new Error(`the gateway has not vouched for ${id}`);
  }
}
