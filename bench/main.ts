// `npm run bench`: measures what is claimed, each claim beside a baseline with a name. Arguments
// choose among the benches. Exit code 1 if a goal was missed or a bench could not run.

import { enterLab, insideLab, labObstacle } from '../lab/enter.ts';
import { ensurePackages, ikev2Packages, labPackages } from '../lab/packages.ts';
import { auditExport } from './audit-export.ts';
import { charon } from './charon.ts';
import { obstacle } from './contenders.ts';
import { delta } from './delta.ts';
import { Sheet } from './figures.ts';
import { idleWatch } from './idle-watch.ts';
import { listing } from './listing.ts';
import { pki } from './pki.ts';
import { revokeIkev2 } from './revoke-ikev2.ts';
import { sessionCheck } from './session-check.ts';
import { timeToPing } from './time-to-ping.ts';

const benchTimeoutMs = 20 * 60_000;

interface Bench {
  inLab: boolean;
  /** Why it cannot run here, if so. */
  obstacle?(): string | undefined;
  measure(sheet: Sheet): Promise<void>;
}

const benches: Readonly<Record<string, Bench>> = {
  'time-to-ping': { inLab: true, measure: timeToPing },
  charon: { inLab: true, measure: charon },
  'revoke-ikev2': { inLab: true, measure: revokeIkev2 },
  delta: { inLab: true, measure: delta },
  'idle-watch': { inLab: false, measure: idleWatch, obstacle },
  listing: { inLab: false, measure: listing },
  'audit-export': { inLab: false, measure: auditExport },
  pki: { inLab: false, measure: pki },
  'session-check': { inLab: false, measure: sessionCheck, obstacle },
};

/** Why a bench cannot run here, as text. */
function whyNot({ inLab, obstacle }: Bench): string | undefined {
  if (!inLab) return obstacle?.();
  const reason = labObstacle('npm run bench');
  if (reason !== undefined) return reason;
  try {
    ensurePackages(console.log, () => [...labPackages(), ...ikev2Packages]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Measures in this process; gives the goals that were missed. */
async function measure(bench: Bench): Promise<string[]> {
  const sheet = new Sheet(console.log);
  await bench.measure(sheet);
  return sheet.missed;
}

async function runBench(name: string, bench: Bench): Promise<boolean> {
  const reason = whyNot(bench);
  if (reason !== undefined) {
    console.log(`\n== ${name}: not run\n  ${reason}`);
    return false;
  }
  if (!bench.inLab) return (await measure(bench)).length === 0;
  return (await enterLab([import.meta.filename, name], { timeoutMs: benchTimeoutMs })) === 0;
}

function chosen(names: readonly string[]): [string, Bench][] {
  const unknown = names.find((name) => !Object.hasOwn(benches, name));
  if (unknown !== undefined) {
    console.error(`There is no bench "${unknown}", but ${Object.keys(benches).join(', ')}.`);
    process.exit(2);
  }
  return Object.entries(benches).filter(([name]) => names.length === 0 || names.includes(name));
}

const wanted = chosen(process.argv.slice(2));
let good = true;
for (const [name, bench] of wanted) {
  const well = insideLab() ? (await measure(bench)).length === 0 : await runBench(name, bench);
  good &&= well;
}
// What a lab leaves running must not keep it.
process.exit(good ? 0 : 1);
