import type { Core, McpResult, McpServer, McpTest } from '@questline/core';
import type { Http } from '../ports/http.ts';
import type { Storage } from '../ports/storage.ts';
import type { Store } from './store.ts';
import type { Vault } from './vault.ts';

/** An MCP server as this browser knows it. */
export interface KeptServer {
  name: string; // letters, digits and -
  url: string;
  keyed: boolean; // it wants a key
  on: boolean;
}

interface DeskPorts {
  core: () => Core;
  storage: Pick<Storage, 'putSetting'>;
  http: Http;
  /** Agents have other tools from now on. */
  changed: () => void;
}

const PATIENCE = 20_000; // ms: a server that is silent for so long is not there

export const slotOf = (name: string): string => `mcp:${name}`;

/** As the core takes it. */
export const asServer = ({ name, url, keyed }: KeptServer): McpServer => ({ name, url, ...(keyed ? { secret: { header: 'authorization', prefix: 'Bearer ', slot: slotOf(name) } } : {}) });

/** A name out of an address: docs.example.org becomes docs. */
function nameFor(url: string, taken: ReadonlySet<string>): string {
  let base = 'server';
  try {
    const { hostname } = new URL(url);
    const word = /^[\d.]+$|^\[/.test(hostname) ? 'local' : (hostname.split('.').find((part) => part !== 'www' && part !== 'mcp' && part !== 'api') ?? base);
    base = word.replace(/[^A-Za-z0-9-]/g, '-');
  } catch {
    // no address: the core says so when it is tried
  }
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base}-${n}`;
  return name;
}

/** The MCP servers whose tools agents may use. */
export class ServerDesk {
  #store: Store;
  #vault: Vault;
  #ports: DeskPorts;

  constructor(store: Store, vault: Vault, ports: DeskPorts) {
    this.#store = store;
    this.#vault = vault;
    this.#ports = ports;
  }

  get #all(): readonly KeptServer[] {
    return this.#store.state.servers;
  }

  #put(servers: readonly KeptServer[]): void {
    this.#store.set({ servers });
    void this.#ports.storage.putSetting('servers', servers).catch((error: unknown) => this.#store.storageFailed(error));
    this.#ports.changed();
  }

  /** Why it cannot be added; null: it was. */
  add(url: string, name: string): string | null {
    const taken = new Set(this.#all.map((one) => one.name));
    const called = name === '' ? nameFor(url, taken) : name;
    if (taken.has(called)) return `There is a server called ${called} already.`;
    const server: KeptServer = { name: called, url, keyed: false, on: true };
    const why = this.#whyNot(server);
    if (why === null) this.#put([...this.#all, server]);
    return why;
  }

  /** The core knows what a server is. */
  #whyNot(server: KeptServer): string | null {
    try {
      this.#ports.core().newMcp(asServer(server)).close();
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Why it cannot be there; null: it is from now on. */
  address(name: string, url: string): string | null {
    const server = this.#all.find((one) => one.name === name);
    const why = server === undefined ? null : this.#whyNot({ ...server, url });
    if (why === null) this.change(name, { url });
    return why;
  }

  change(name: string, change: Partial<Omit<KeptServer, 'name'>>): void {
    this.#put(this.#all.map((one) => (one.name === name ? { ...one, ...change } : one)));
  }

  remove(name: string): void {
    this.#put(this.#all.filter((one) => one.name !== name));
    void this.#vault.forget(slotOf(name)).catch((error: unknown) => this.#store.storageFailed(error));
  }

  /** Asks a server for its tools; what comes of it is in words. */
  async test(kept: KeptServer): Promise<McpTest> {
    const core = this.#ports.core();
    const server = asServer(kept);
    const key = server.secret === undefined ? null : await this.#vault.key(server.secret.slot, kept.url);
    const about = { url: kept.url, has_key: key !== null, origin: location.origin };
    const client = core.newMcp(server);
    const ending = new AbortController();
    const patience = setTimeout(() => ending.abort(), PATIENCE);
    try {
      client.list();
      const result = await this.#ask(client, key, ending.signal);
      return core.mcpTested({ ...about, ...(result === null ? {} : { result }) });
    } finally {
      clearTimeout(patience);
      ending.abort();
      client.close();
    }
  }

  /** Performs what the client says until there is an answer. */
  #ask(client: ReturnType<Core['newMcp']>, key: string | null, signal: AbortSignal): Promise<McpResult | null> {
    return new Promise((resolve) => {
      let over = false;
      const done = (result: McpResult | null): void => {
        if (over) return;
        over = true;
        resolve(result);
      };
      const step = (): void => {
        if (over) return;
        for (let result = client.result(); result !== null; result = client.result()) {
          if (result.kind === 'tools' || result.kind === 'failed') return done(result);
        }
        for (let exchange = client.next(); exchange !== null; exchange = client.next()) {
          const { id, request, wait = 0 } = exchange;
          if (request === undefined) continue;
          if (wait > 0) return done({ kind: 'failed', fault: { code: 'cut', message: 'The connection broke before the answer was whole.' } }); // a test is not worth a wait
          this.#ports.http.send(request, key, signal, {
            head: (status, headers) => !over && client.begin(id, status, headers),
            bytes: (bytes) => {
              if (over) return;
              client.feed(id, bytes);
              step();
            },
            end: (outcome) => {
              if (over) return;
              client.end(id, outcome === 'complete');
              if (signal.aborted) return done(client.result());
              step();
            },
          });
        }
      };
      step();
    });
  }
}
