import type { Core, Driver, Effect, ToolCall } from '@questline/core';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';
import { type KeptServer, asServer } from './servers.ts';
import { Bench } from './work.ts';

/** A call of a tool that somebody has to allow. */
export interface Ask {
  id: number;
  agent: string;
  question: string;
  tool: ToolCall;
}

type Graph = ReturnType<Core['openMemory']>;

interface Ports {
  storage: Storage;
  tabs: Pick<Tabs, 'send'>;
}

/** The team's memory while agents use it. What somebody else saved meanwhile is gained, not lost. */
class Recall {
  readonly #ports: Ports;
  readonly graph: Graph;
  #stored: string;
  #known: string;

  constructor(ports: Ports, graph: Graph, stored: string) {
    this.#ports = ports;
    this.graph = graph;
    this.#stored = stored;
    this.#known = graph.write();
  }

  async keep(): Promise<void> {
    if (this.graph.write() === this.#known) return;
    await this.#ports.storage.changeMemory((stored) => {
      if (stored !== this.#stored) this.graph.read(stored);
      this.#known = this.graph.write();
      this.#stored = this.#known;
      return this.#known;
    });
    this.#ports.tabs.send({ kind: 'memory' });
  }
}

/** What the models of one quest or conversation work with, and that this browser keeps it. */
export class Kit {
  readonly #ports: Ports;
  readonly #id: string;
  readonly #recall: Recall;
  readonly bench: Bench | null;
  readonly servers: readonly KeptServer[];

  private constructor(ports: Ports, id: string, bench: Bench | null, recall: Recall, servers: readonly KeptServer[]) {
    this.#ports = ports;
    this.#id = id;
    this.bench = bench;
    this.#recall = recall;
    this.servers = servers.filter(({ on }) => on);
  }

  static async open(core: Core, ports: Ports, id: string, servers: readonly KeptServer[]): Promise<Kit> {
    const lines = await ports.storage.memory();
    const bench = await Bench.open(core, ports.storage, id);
    return new Kit(ports, id, bench, new Recall(ports, core.openMemory(lines), lines), servers);
  }

  /** Before the driver is asked for its first effect. */
  give(driver: Driver): void {
    driver.use({ memory: this.#recall.graph, partials: true, servers: this.servers.map(asServer), ...(this.bench === null ? {} : { workspace: this.bench.workspace }) });
  }

  /** Keeps what tools changed: before a line that tells of it is. True: files are among it. */
  async keep(): Promise<boolean> {
    await this.#recall.keep();
    return (await this.bench?.keep()) ?? false;
  }

  /** Keeps words of an answer that is not whole. */
  async part({ start = 0, agent = '', offset = 0, text = '' }: Effect): Promise<void> {
    const { storage } = this.#ports;
    const before = offset === 0 ? undefined : (await storage.parts(this.#id)).find((one) => one.start === start);
    await storage.putPart({ quest: this.#id, start, agent, text: (before?.text ?? '') + text });
  }

  /** An answer is whole, or given up: its beginning need not be kept. */
  settle(start: number): Promise<void> {
    return this.#ports.storage.removePart(this.#id, start);
  }

  /** Keeps bytes by their hash. */
  async blob({ hash = '', data = '' }: Effect): Promise<'ok' | 'full'> {
    return this.#ports.storage.putBlob(this.#id, hash, Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
  }

  /** The driver is closed. */
  close(): void {
    this.bench?.close();
    this.#recall.graph.close();
  }
}

