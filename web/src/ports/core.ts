import { type Core, instantiate } from '@questline/core';
import whole from '@questline/core/core.wasm?url';
import first from '@questline/core/first.wasm?url';
import { loadModule } from '@questline/core/web';

/** Makes an instance of the whole core, for one quest or for one call; fetched when it is first asked for. */
export type Cores = () => Promise<Core>;

/** What is there at first sight, and the whole, which comes after it. */
export interface LoadedCores {
  /** Reads teams and makes plans; opens no quest. */
  first: Core;
  cores: Cores;
  module: () => Promise<WebAssembly.Module>;
}

export async function loadCores(): Promise<LoadedCores> {
  let loading: Promise<WebAssembly.Module> | null = null;
  const module = (): Promise<WebAssembly.Module> => {
    loading ??= loadModule(whole).catch((error: unknown) => {
      loading = null; // the next one asks again
      throw error;
    });
    return loading;
  };
  return { first: instantiate(await loadModule(first)), cores: async () => instantiate(await module()), module };
}
