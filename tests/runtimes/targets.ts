/* The hosts of core.wasm, each of them real. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';
import { chromium } from 'playwright-core';
import type { Results } from './areas.ts';
import { root } from './bundle.ts';

/** Runs a bundle, given as JSON. */
export type Target = (bundle: string) => Promise<Results>;

const runFile = promisify(execFile);
const pathTo = (file: string): string => fileURLToPath(new URL(file, root));
const wasm = 'wasm/dist/core.wasm';

/** Installed as npm packages whose install scripts did not run, so by their own paths. */
const deno = pathTo(`node_modules/@deno/linux-${process.arch}-glibc/deno`);
const bun = pathTo(`node_modules/@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`);

/** A program that runs TypeScript: it gets command.ts and a file that holds the bundle. */
function program(path: string, args: string[]): Target {
  return async (bundle) => {
    const folder = await mkdtemp(join(tmpdir(), 'questline-runtimes-'));
    try {
      const file = join(folder, 'bundle.json');
      await writeFile(file, bundle);
      const { stdout } = await runFile(path, [...args, pathTo('tests/runtimes/command.ts'), file], {
        env: { ...process.env, DENO_DIR: folder, DENO_NO_UPDATE_CHECK: '1', DO_NOT_TRACK: '1', NO_COLOR: '1' },
        maxBuffer: 64 * 1024 * 1024,
      });
      return JSON.parse(stdout) as Results;
    } finally {
      await rm(folder, { recursive: true });
    }
  };
}

function readScript(path: string): string {
  return stripTypeScriptTypes(readFileSync(pathTo(path), 'utf8'));
}

/** What worker.ts and the page import; of the package all that is not Node's own. */
const parts = readdirSync(pathTo('wasm/src')).filter((name) => name !== 'node.ts');
const shared = ['tests/runtimes/areas.ts', 'tests/runtimes/drive.ts', ...parts.map((name) => `wasm/src/${name}`)];

async function workerd(bundle: string): Promise<Results> {
  const scripts = ['tests/runtimes/worker.ts', ...shared];
  const host = new Miniflare({
    compatibilityDate: '2026-01-01',
    modulesRoot: pathTo('.'),
    modules: [
      ...scripts.map((path) => ({ type: 'ESModule' as const, path: pathTo(path), contents: readScript(path) })),
      { type: 'CompiledWasm', path: pathTo(wasm), contents: readFileSync(pathTo(wasm)) },
    ],
  });
  try {
    const response = await host.dispatchFetch('http://questline.example/', { method: 'POST', body: bundle });
    if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Results;
  } finally {
    await host.dispose();
  }
}

/** An origin of its own for the page: scripts, core.wasm and the bundle. */
function serve(bundle: string): Promise<Server> {
  const types = { ts: 'text/javascript', wasm: 'application/wasm', json: 'application/json' };
  const files = new Map<string, { type: string; body: string | Uint8Array }>([
    ['/', { type: 'text/html', body: '<!doctype html><title>questline</title>' }],
    ['/bundle.json', { type: types.json, body: bundle }],
    [`/${wasm}`, { type: types.wasm, body: readFileSync(pathTo(wasm)) }],
  ]);
  for (const path of shared) files.set(`/${path}`, { type: types.ts, body: readScript(path) });
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file === undefined ? 404 : 200, { 'content-type': file?.type ?? 'text/plain' }).end(file?.body);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

async function chromiumPage(bundle: string): Promise<Results> {
  const server = await serve(bundle);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await page.evaluate(async (): Promise<Results> => {
      const load = (path: string): Promise<Record<string, (...args: unknown[]) => Promise<unknown>>> => import(path);
      const { loadModule } = await load('/wasm/src/web.ts');
      const { runBundle } = await load('/tests/runtimes/areas.ts');
      const loaded = await (await fetch('/bundle.json')).json();
      return (await runBundle?.(await loadModule?.('/wasm/dist/core.wasm'), loaded)) as Results;
    });
  } finally {
    await browser.close();
    server.close();
  }
}

export const targets: Readonly<Record<string, Target>> = {
  node: program(process.execPath, ['--disable-warning=ExperimentalWarning']),
  deno: program(deno, ['run', '--no-config', '--no-lock', '--no-remote', '--allow-read']),
  bun: program(bun, ['run', '--no-install']),
  workerd,
  chromium: chromiumPage,
};
