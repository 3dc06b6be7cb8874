/* For pages and their workers: the module from an address of the page's own origin. */
import { instantiate } from './core.ts';
import type { Core } from './core.ts';

export async function loadModule(url: string | URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}. Reload the page; if it stays, the site is not completely installed.`);
  /* Static hosts that do not know the media type are common, and streaming insists on it. */
  if (response.headers.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

export async function loadCore(url: string | URL): Promise<Core> {
  return instantiate(await loadModule(url));
}
