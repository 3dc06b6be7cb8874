import { type Core, instantiate } from '@questline/core';
import wasm from '@questline/core/core.wasm?url';
import { loadModule } from '@questline/core/web';

/** Makes instances of the core: one for stateless calls, one for each quest that is open. */
export type Cores = () => Core;

export async function loadCores(): Promise<{ module: WebAssembly.Module; cores: Cores }> {
  const module = await loadModule(wasm);
  return { module, cores: () => instantiate(module) };
}
