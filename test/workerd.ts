// A bare workerd for one test.

import { onTestFinished } from 'vitest';
import { startBareWorkerd, type Workerd } from './bare-workerd.ts';

/**
 * Builds the Worker and starts it; the test's end kills it.
 * @param folder for the bundle and the storage of Durable Objects
 * @param environment a database server's settings
 */
export async function startWorkerd(
  folder: string,
  environment: Record<string, string>,
): Promise<Workerd> {
  const workerd = await startBareWorkerd({ folder, environment });
  onTestFinished(workerd.kill);
  return workerd;
}
