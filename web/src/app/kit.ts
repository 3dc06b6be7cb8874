import type { AskFirst, Core, Driver, Effect, Quest, ToolCall } from '@questline/core';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';
import type { AppState } from './model.ts';
import { Recall } from './recall.ts';
import { type KeptServer, asServer } from './servers.ts';
import { Bench } from './work.ts';

/** A call of a tool that somebody has to allow. */
export interface Ask {
  id: number;
  agent: string;
  question: string;
  tool: ToolCall;
}

/** What somebody wants models to have, and to be asked about. */
type Wishes = Readonly<Pick<AppState, 'servers' | 'asks'>>;

interface Ports {
  storage: Storage;
  tabs: Pick<Tabs, 'send'>;
}

/** What the models of one quest or conversation work with, and that this browser keeps it. */
export class Kit {
  readonly #ports: Ports;
  readonly #id: string;
  readonly #recall: Recall;
  #parts: Promise<void> = Promise.resolve();
  readonly bench: Bench | null;
  readonly servers: readonly KeptServer[];
  readonly #asks: AskFirst | null;

  private constructor(ports: Ports, id: string, bench: Bench | null, recall: Recall, { servers, asks }: Wishes) {
    this.#ports = ports;
    this.#id = id;
    this.bench = bench;
    this.#recall = recall;
    this.servers = servers.filter(({ on }) => on);
    this.#asks = asks;
  }

  static async open(core: Core, ports: Ports, id: string, wishes: Wishes, quest: Quest | null): Promise<Kit> {
    const lines = await ports.storage.memory();
    const bench = await Bench.open(core, ports.storage, id, quest?.standing().artifacts ?? null);
    return new Kit(ports, id, bench, new Recall(core, ports, lines), wishes);
  }

  /** Before the driver is asked for its first effect. */
  give(driver: Driver): void {
    driver.use({ memory: this.#recall.graph, partials: true, servers: this.servers.map(asServer), ask: this.#asks ?? undefined, ...(this.bench === null ? {} : { workspace: this.bench.workspace }) });
  }

  /** Keeps what tools changed: before a line that tells of it is. True: files are among it. */
  async keep(): Promise<boolean> {
    await this.#recall.keep();
    return (await this.bench?.keep()) ?? false;
  }

  /** Keeps words of an answer that is not whole. */
  part({ start = 0, agent = '', offset = 0, text = '' }: Effect): Promise<void> {
    const { storage } = this.#ports;
    return this.#inOrder(async () => {
      const before = offset === 0 ? undefined : (await storage.parts(this.#id)).find((one) => one.start === start);
      await storage.putPart({ quest: this.#id, start, agent, text: (before?.text ?? '') + text });
    });
  }

  /** An answer is whole, or given up: its beginning need not be kept. */
  settle(start: number): Promise<void> {
    return this.#inOrder(() => this.#ports.storage.removePart(this.#id, start));
  }

  /** What came of an answer last is not kept after its end. */
  #inOrder(work: () => Promise<void>): Promise<void> {
    const mine = this.#parts.then(work);
    this.#parts = mine.catch(() => {}); // who asked for it is told
    return mine;
  }

  /** Keeps bytes by their hash. */
  async blob({ hash = '', data = '' }: Effect): Promise<'ok' | 'full'> {
    return this.#ports.storage.putBlob(this.#id, hash, Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)));
  }

  /** The driver is closed. */
  close(): void {
    this.bench?.close();
    this.#recall.close();
  }
}

