import type { ConnectionTest, Core } from '@questline/core';
import type { Http } from '../ports/http.ts';
import type { Net } from '../ports/net.ts';
import type { BuiltIn } from '../ports/prompt-api.ts';
import type { Storage } from '../ports/storage.ts';
import { type Cast, type Model, type Who } from './cast.ts';
import type { Store } from './store.ts';
import type { Vault } from './vault.ts';

interface DeskPorts {
  core: () => Core;
  storage: Storage;
  http: Http;
  net: Pick<Net, 'server'>;
  /** The model of the browser itself, fetched when it is asked for. */
  builtIn: () => Promise<BuiltIn>;
  /** Somebody else may play from now on. */
  changed: () => void;
}

const BUILT_IN = 'built-in'; // what the browser's own model is called
const LARGEST = 8 * 1024 * 1024; // of a list of models

/** What commands are typed on, as far as a page can know. */
function platform(): 'linux' | 'macos' | 'windows' {
  const words = navigator.userAgent;
  return /Windows/.test(words) ? 'windows' : /Mac OS|iPhone|iPad/.test(words) ? 'macos' : 'linux';
}

/** Who plays: which models there are, who is played by what, and whether they can be reached. */
export class CastDesk {
  #store: Store;
  #ports: DeskPorts;
  #vault: Vault;

  constructor(store: Store, vault: Vault, ports: DeskPorts) {
    this.#store = store;
    this.#vault = vault;
    this.#ports = ports;
  }

  #put(change: Partial<Cast>): void {
    const cast = { ...this.#store.state.cast, ...change };
    this.#store.set({ cast });
    void this.#ports.storage.putSetting('cast', cast).catch((error: unknown) => this.#store.storageFailed(error));
    this.#ports.changed();
  }

  all(all: Who): void {
    this.#put({ all });
  }

  /** Null: as all others. */
  agent(agent: string, who: Who | null): void {
    const { [agent]: _, ...rest } = this.#store.state.cast.agents;
    this.#put({ agents: who === null ? rest : { ...rest, [agent]: who } });
  }

  /** A model that is not chosen yet, of the provider that was used last. */
  add(provider: string): Model {
    const { cast, providers } = this.#store.state;
    const { models } = cast;
    const n = 1 + Math.max(0, ...models.map(({ id }) => Number(id.slice(1))));
    const model: Model = { id: `m${n}`, provider, model: providers.find(({ id }) => id === provider)?.built_in === true ? BUILT_IN : '' };
    this.#put({ models: [...models, model] });
    return model;
  }

  change(model: Model): void {
    const { models, all } = this.#store.state.cast;
    const first = all === 'rehearsal' && model.model !== '' && models.every((one) => one.model === '');
    this.#put({ models: models.map((one) => (one.id === model.id ? model : one)), ...(first ? { all: model.id } : {}) });
  }

  remove(id: string): void {
    const { models, agents, all } = this.#store.state.cast;
    this.#put({
      models: models.filter((model) => model.id !== id),
      all: all === id ? 'rehearsal' : all,
      agents: Object.fromEntries(Object.entries(agents).filter(([, who]) => who !== id)),
    });
  }

  get hasBuiltIn(): boolean {
    return 'LanguageModel' in globalThis;
  }

  /** Whether the server of this page carries requests to providers; asked once. */
  async lookForProxy(): Promise<void> {
    if (this.#store.state.carries === null) this.#store.set({ carries: (await this.#ports.net.server())?.proxy === true });
  }

  /** Whether a provider is asked through the server of this page. */
  carry(provider: string, on: boolean): void {
    const others = this.#store.state.carried.filter((one) => one !== provider);
    const carried = on ? [...others, provider] : others;
    this.#store.set({ carried });
    void this.#ports.storage.putSetting('carried', carried).catch((error: unknown) => this.#store.storageFailed(error));
  }

  /** What is said of a model that goes to another provider: nothing of the one before but how it answers. */
  moved(provider: string): { provider: string; model?: string; base_url?: undefined; fallback?: undefined } {
    const { providers } = this.#store.state;
    return providers.find(({ id }) => id === provider)?.built_in === true ? { provider, model: BUILT_IN, base_url: undefined, fallback: undefined } : { provider };
  }

  /** Downloads the model of the browser; to be called on a click. @param progress  0 to 1 */
  async download(progress: (share: number) => void, signal: AbortSignal): Promise<void> {
    await (await this.#ports.builtIn()).download(progress, signal);
  }

  /** Asks a provider for its models; what comes of it is in words. */
  async test(model: Model): Promise<ConnectionTest> {
    const test = await this.#test(model);
    if (test.cause === 'cors' || test.cause === 'org_cors') await this.lookForProxy();
    return test;
  }

  async #test({ provider, base_url }: Model): Promise<ConnectionTest> {
    const core = this.#ports.core();
    if (this.#store.state.providers.find(({ id }) => id === provider)?.built_in === true) {
      const availability = await (await this.#ports.builtIn()).availability();
      return core.llmModelsRead({ provider, has_key: false, ...(availability === undefined ? {} : { availability }) });
    }
    const about = { provider, ...(base_url === undefined ? {} : { base_url }), origin: location.origin, platform: platform() };
    let request;
    try {
      request = core.llmModelsRequest(provider, base_url);
    } catch {
      return core.llmModelsRead({ ...about, has_key: false }); // an address that is none: it says so
    }
    const { secret } = request;
    const key = secret === undefined ? null : await this.#vault.key(secret.slot);
    const ending = new AbortController();
    return new Promise((resolve) => {
      const decoder = new TextDecoder();
      let body = '';
      let answered: number | undefined;
      this.#ports.http.send(request, key, ending.signal, {
        head: (status) => {
          answered = status;
        },
        bytes: (bytes) => {
          body += decoder.decode(bytes, { stream: true });
          if (body.length > LARGEST) ending.abort();
        },
        end: (_, problem) => resolve(core.llmModelsRead({ ...about, has_key: key !== null, body, ...(answered === undefined ? {} : { status: answered }), ...(problem === undefined ? {} : { problem }) })),
      });
    });
  }
}
