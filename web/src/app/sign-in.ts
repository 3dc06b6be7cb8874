import type { ConnectionTest, Core, SignIn } from '@questline/core';
import type { Entropy } from '../ports/entropy.ts';
import type { Http } from '../ports/http.ts';
import type { Notepad } from '../ports/notepad.ts';
import { inWords } from './logs.ts';
import type { Store } from './store.ts';
import type { Vault } from './vault.ts';

interface SignInPorts {
  core: () => Promise<Core>;
  entropy: Entropy;
  http: Http;
  notepad: Notepad;
  /** Leaves this page for another address. */
  leave: (url: string) => void;
}

/** How a sign-in stands. */
export interface Signing {
  provider: string;
  state: 'busy' | 'done' | 'failed';
  message: string;
}

const BEGUN = 'signing'; // in the notepad: of this tab alone, and gone when it is answered
const BYTES = 48;
const LARGEST = 64 * 1024; // of the answer

/** Signing in at a provider for a key: there and back. The key goes into the vault as if it had been typed. */
export class SignInDesk {
  #store: Store;
  #vault: Vault;
  #ports: SignInPorts;

  constructor(store: Store, vault: Vault, ports: SignInPorts) {
    this.#store = store;
    this.#vault = vault;
    this.#ports = ports;
  }

  #tell(signing: Signing): void {
    this.#store.set({ signing });
  }

  /** Sends the person to the page of the provider. */
  async begin(provider: string, baseUrl?: string): Promise<void> {
    const { core, entropy, notepad, leave } = this.#ports;
    try {
      const signing = (await core()).llmSignIn(provider, location.origin + location.pathname, entropy.bytes(BYTES), baseUrl);
      notepad.write(BEGUN, signing);
      leave(signing.url);
    } catch (error) {
      this.#tell({ provider, state: 'failed', message: inWords(error) });
    }
  }

  /** The person is back. @param query  of the address, which shows it no more */
  async back(query: string): Promise<void> {
    const { core, notepad } = this.#ports;
    const signing = notepad.read(BEGUN) as SignIn | null;
    notepad.write(BEGUN, undefined);
    const provider = signing?.provider ?? '';
    this.#tell({ provider, state: 'busy', message: 'The key is being fetched.' });
    try {
      const whole = await core();
      const request = whole.llmSignInRequest(signing ?? { provider: 'openrouter', state: '', url: '', verifier: '' }, query);
      const { slot = '', title = '' } = this.#store.state.providers.find(({ id }) => id === provider) ?? {};
      const { key, test } = await this.#fetch(whole, signing, request);
      if (key === null) return this.#tell({ provider, state: 'failed', message: test.message });
      await this.#vault.put(slot, key, null);
      this.#tell({ provider, state: 'done', message: `You are signed in at ${title}: its key is in the memory of this tab.` });
    } catch (error) {
      this.#tell({ provider, state: 'failed', message: inWords(error) });
    }
  }

  /** The key itself is read here: the core is told of an answer without one. */
  #fetch(core: Core, signing: SignIn | null, request: ReturnType<Core['llmSignInRequest']>): Promise<{ key: string | null; test: ConnectionTest }> {
    const ending = new AbortController();
    return new Promise((resolve) => {
      const decoder = new TextDecoder();
      let body = '';
      let status: number | undefined;
      this.#ports.http.send(request, null, ending.signal, {
        head: (answered) => {
          status = answered;
        },
        bytes: (bytes) => {
          body += decoder.decode(bytes, { stream: true });
          if (body.length > LARGEST) ending.abort();
        },
        end: (_, problem) => {
          const key = status !== undefined && status >= 200 && status < 300 ? keyIn(body) : null;
          const usable = key !== null && this.#vault.whyNot(key) === null;
          const { provider = '', base_url } = signing ?? {};
          const told = key === null && status !== undefined ? { body } : {};
          const test = core.llmModelsRead({ provider, has_key: false, sign_in: true, ...(base_url === undefined ? {} : { base_url }), ...(status === undefined ? {} : { status }), ...(problem === undefined ? {} : { problem }), ...told });
          resolve({ key: usable ? key : null, test });
        },
      });
    });
  }
}

function keyIn(body: string): string | null {
  try {
    const { key } = JSON.parse(body) as { key?: unknown };
    return typeof key === 'string' && key !== '' ? key : null;
  } catch {
    return null;
  }
}
