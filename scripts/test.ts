// `npm test`: types, style, then every test there is; the last line counts them. Arguments that
// name projects (unit, browser, faults, lab) choose among them, all others choose test files.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { enterLab, labObstacle } from '../lab/enter.ts';
import {
  browserPackages,
  ensurePackages,
  ikev2Packages,
  type LabPackage,
  labPackages,
  testPackages,
} from '../lab/packages.ts';
import { countsVariable, type TestCounts } from './test-counts.ts';
import { addUp, closingLine, isFailure, type Project, planRun } from './test-summary.ts';

const repository = join(import.meta.dirname, '..');
const tools = join(repository, 'node_modules', '.bin');
const checkTimeoutMs = 5 * 60_000;
const projectTimeoutMs = 45 * 60_000;

const environment = {
  ...process.env,
  PATH: [tools, process.env.PATH ?? ''].join(delimiter),
};

/** Runs a program beside this one and gives its exit code; ended by force it is 128 or more. */
function call(argv: readonly string[], timeoutMs: number, env = environment): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const options = { stdio: 'inherit', cwd: repository, env, timeout: timeoutMs } as const;
  spawn(process.execPath, argv, options)
    .on('error', reject)
    .on('exit', (code) => resolve(code ?? 128));
  return promise;
}

async function check(title: string, argv: readonly string[]): Promise<void> {
  console.log(`\n== ${title}`);
  const code = await call(argv, checkTimeoutMs);
  if (code !== 0) throw new Error(`${title} is not clean (see above), so no test was run`);
}

/** Runs one project's tests; a run that tells nothing, or that fails without saying why, failed. */
async function runProject(project: Project, files: readonly string[]): Promise<TestCounts> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const path = join(folder, 'counts.json');
  const env = { ...environment, [countsVariable]: path };
  const argv = [
    ...[join(repository, 'node_modules/vitest/vitest.mjs'), 'run', '--project', project],
    ...['--reporter=default', `--reporter=${join(repository, 'scripts/test-counts.ts')}`],
    ...(files.length > 0 ? [...files, '--passWithNoTests'] : []),
  ];
  try {
    const code = await (project === 'lab'
      ? enterLab(argv, { env, timeoutMs: projectTimeoutMs })
      : call(argv, projectTimeoutMs, env));
    const counts: TestCounts = JSON.parse(readFileSync(path, 'utf8'));
    return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
  } catch (error) {
    console.error(`The ${project} tests gave no result: ${error}`);
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function packageObstacle(needed: () => readonly LabPackage[]): string | undefined {
  try {
    ensurePackages(console.log, needed);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the tests of a project cannot run here, if so; what can be installed is. */
function obstacleOf(project: Project): string | undefined {
  if (project === 'browser') return packageObstacle(() => browserPackages);
  if (project !== 'lab') return undefined;
  const needed = () => [...labPackages(), ...ikev2Packages, ...testPackages];
  return labObstacle('npm test') ?? packageObstacle(needed);
}

async function runOrSay(project: Project, files: readonly string[]): Promise<TestCounts> {
  const reason = obstacleOf(project);
  if (reason === undefined) return runProject(project, files);
  return { passed: 0, failed: 0, skipped: [{ name: project, reason }] };
}

async function main(): Promise<TestCounts[]> {
  const plan = planRun(process.argv.slice(2));
  await check('types', [join(tools, 'tsc'), '--noEmit']);
  await check('style', [join(tools, 'biome'), 'check', '.']);
  const all: TestCounts[] = [];
  for (const project of plan.projects) {
    console.log(`\n== ${project} tests`);
    all.push(await runOrSay(project, plan.files));
  }
  return all;
}

const counts = addUp(
  await main().catch((error: Error) => {
    console.error(`\n${error.message}`);
    return [{ passed: 0, failed: 1, skipped: [] }];
  }),
);
for (const { name, reason } of counts.skipped) {
  console.log(`skipped: ${name} (${reason ?? 'it does not say why'})`);
}
const ci = process.env.CI === 'true';
if (ci && counts.skipped.length > 0) console.log('With CI=true a skipped test is a failure.');
console.log(closingLine(counts));
process.exitCode = isFailure(counts, { ci }) ? 1 : 0;
