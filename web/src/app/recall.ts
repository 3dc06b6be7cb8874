import type { Core } from '@questline/core';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';

type Graph = ReturnType<Core['openMemory']>;

interface Ports {
  storage: Pick<Storage, 'memory' | 'changeMemory'>;
  tabs: Pick<Tabs, 'send'>;
}

/** The team's memory while agents use it. What somebody else saved meanwhile is gained, and what somebody else forgot meanwhile is forgotten here too. */
export class Recall {
  readonly #ports: Ports;
  readonly graph: Graph;
  #stored: string; // as it was read or written last
  #known: string; // the graph at that moment

  constructor(core: Core, ports: Ports, stored: string) {
    this.#ports = ports;
    this.graph = core.openMemory(stored);
    this.#stored = stored;
    this.#known = this.graph.write();
  }

  /** Writes what agents saved since this was asked last, and takes in what others did. */
  async keep(): Promise<void> {
    const { storage, tabs } = this.#ports;
    const mine = this.graph.write() !== this.#known;
    if (!mine && (await storage.memory()) === this.#stored) return;
    let [stored, known] = [this.#stored, this.#known];
    await storage.changeMemory((theirs) => {
      if (theirs !== this.#stored) this.graph.merge(this.#stored, theirs);
      known = this.graph.write();
      stored = mine ? known : theirs;
      return stored;
    });
    [this.#stored, this.#known] = [stored, known]; // not before: what could not be written is written the next time
    if (mine) tabs.send({ kind: 'memory' });
  }

  close(): void {
    this.graph.close();
  }
}
