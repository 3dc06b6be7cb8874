/* For Node, Deno and Bun: the built module from the package's own folder. */
import { readFile } from 'node:fs/promises';
import { instantiate } from './core.ts';
import type { Core } from './core.ts';

export async function loadModule(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(new URL('../dist/core.wasm', import.meta.url)));
}

export async function loadCore(): Promise<Core> {
  return instantiate(await loadModule());
}
