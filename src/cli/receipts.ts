// Receipts of a device's cuts: shown, and verified here rather than believed.

import type { DeviceReceipts, PendingReceipt, SignedReceipt } from '../model/receipt.ts';
import { readReceipt } from '../pki/receipts.ts';
import type { Answer } from './client.ts';
import { refused } from './failure.ts';
import { type Field, record } from './output.ts';
import type { Session } from './session.ts';

function time(milliseconds: number | null): string {
  return milliseconds === null ? 'never' : new Date(milliseconds).toISOString();
}

/** Whether the gateway's key signed just what is shown, and of this device. */
async function isGood(deviceId: string, { receipt, jws, key }: SignedReceipt): Promise<boolean> {
  const signed = await readReceipt(key.x, jws);
  return receipt.deviceId === deviceId && JSON.stringify(signed) === JSON.stringify(receipt);
}

function viewSigned({ receipt, gatewayName, key }: SignedReceipt, good: boolean | undefined) {
  const verdict: Field[] =
    good === undefined ? [] : [['signature', good ? 'good' : 'NOT of this key']];
  return record([
    ['cut by', `${gatewayName ?? 'deleted'} (${receipt.gatewayId})`],
    ['protocol', receipt.protocol],
    ['credential', receipt.credential],
    ['revision', String(receipt.revision)],
    ['cut at', time(receipt.appliedAt)],
    ['last seen', time(receipt.lastSeenAt)],
    ['signed by', key.x],
    ...verdict,
  ]);
}

function viewPending({ gatewayId, gatewayName, reached, ...cut }: PendingReceipt): string {
  return record([
    ['waits for', `${gatewayName} (${gatewayId})`],
    ['protocol', cut.protocol],
    ['credential', cut.credential],
    ['revision', String(cut.revision)],
    ['state', reached ? 'cut, as it reports, but not signed' : 'has not reported the cut yet'],
  ]);
}

/** Shows what there is; with `verify`, one that does not verify ends it with exit code 1. */
export async function showReceipts(
  session: Session,
  deviceId: string,
  answer: Answer<DeviceReceipts>,
  verify: boolean,
): Promise<void> {
  const { receipts, pending } = answer.value;
  const verdicts = verify
    ? await Promise.all(receipts.map((one) => isGood(deviceId, one)))
    : receipts.map(() => undefined);
  session.show(answer, () => {
    const signed = receipts.map((one, at) => viewSigned(one, verdicts[at]));
    const all = [...signed, ...pending.map(viewPending)];
    return all.length > 0 ? all.join('\n') : 'No gateway had to cut this device off.\n';
  });
  const bad = verdicts.filter((good) => good === false).length;
  if (bad > 0) throw refused(`${bad} of ${receipts.length} receipts do not verify`, []);
}
