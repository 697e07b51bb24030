// The agent's core runs where there is nothing but the language: checked in its source, in its
// bundle, and by running the bundle in such a place.

import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { build, transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import type { main as agentMain } from '../../src/agent/main.ts';
import { FakeControlPlane } from './fake-control-plane.ts';
import { FakeHost } from './fake-host.ts';
import { FakeMachine } from './fake-machine.ts';
import { worldOf } from './lab.ts';

const forbidden = [
  ...['BigInt', 'BigInt64Array', 'eval', 'Function', 'fetch', 'URL', 'URLSearchParams', 'Buffer'],
  ...['TextEncoder', 'TextDecoder', 'AbortController', 'AbortSignal', 'structuredClone', 'atob'],
  ...['btoa', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'process'],
  ...['console', 'performance', 'Intl', 'require', 'globalThis', 'WebAssembly', 'navigator'],
  ...['Date.now', 'Math.random'],
];
const marker = '__forbidden__';
/** Names of the list that the source uses as free variables, not in texts or as properties. */
async function forbiddenIn(source: string): Promise<string[]> {
  const define = Object.fromEntries(
    forbidden.map((name) => [name, marker + name.replace('.', '_')]),
  );
  // esbuild then writes a BigInt literal as a call.
  const supported = { bigint: false };
  const { code } = await transform(source, { loader: 'ts', define, supported });
  const found = code.match(new RegExp(`${marker}\\w+`, 'g')) ?? [];
  const literals = code.match(/\bBigInt\(/g) ?? [];
  return [...found.map((name) => name.slice(marker.length)), ...literals];
}

interface Bundle {
  text: string;
  external: string[];
  /** Our own files that it is made of. */
  files: string[];
}

async function bundle(): Promise<Bundle> {
  const result = await build({
    entryPoints: ['src/agent/main.ts'],
    bundle: true,
    write: false,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'iife',
    globalName: 'agent',
    logLevel: 'silent',
    metafile: true,
  });
  const imports = Object.values(result.metafile.outputs).flatMap((output) => output.imports);
  return {
    text: result.outputFiles[0]?.text ?? '',
    external: imports.map(({ path }) => path),
    files: Object.keys(result.metafile.inputs).filter((file) => file.startsWith('src/')),
  };
}

const { files } = await bundle();

describe('the source of the core', () => {
  it('is really looked at', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it.each(files)('uses only the language: %s', async (file) => {
    expect(await forbiddenIn(readFileSync(file, 'utf8'))).toEqual([]);
  });

  it('would be caught using more', async () => {
    expect(await forbiddenIn('export const now = () => Date.now();')).toEqual(['Date_now']);
    expect(await forbiddenIn('const x = new URL("a"); eval("1"); BigInt(1)')).toHaveLength(3);
    expect(await forbiddenIn('// fetch\nconst a = { fetch: "URL" }; a.fetch;')).toEqual([]);
    expect(await forbiddenIn('export const big = 1n;')).toEqual(['BigInt(']);
  });
});

describe('the bundle of the core', () => {
  it('imports nothing and works where there is nothing but the language', async () => {
    const { text, external } = await bundle();
    expect(external).toEqual([]);
    const context = createContext({}, { codeGeneration: { strings: false, wasm: false } });
    runInContext(text, context);
    const main = runInContext('agent.main', context) as typeof agentMain;
    expect(runInContext('typeof URL + typeof fetch + typeof TextEncoder', context)).toBe(
      'undefined'.repeat(3),
    );

    const machine = new FakeMachine();
    const control = new FakeControlPlane();
    const start = (args: string[]) => {
      const host = new FakeHost(machine);
      control.connect(host);
      control.onIdle = () => host.terminate();
      return main(host, [...args, '--dir', '/state']);
    };
    control.publish(worldOf(1, 2, 3));
    expect(await start(['enroll', '--url', 'http://control.test', '--token', 't'])).toBe(0);
    expect(await start(['run'])).toBe(0);
    expect(machine.tunnel.peers.size).toBe(3);
    expect(await start(['status'])).toBe(0);
  });
});
