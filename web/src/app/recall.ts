import type { Core, MemoryCall, MemoryGraph } from '@questline/core';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';

type Graph = ReturnType<Core['openMemory']>;

interface Ports {
  storage: Pick<Storage, 'memory' | 'changeMemory'>;
  tabs: Pick<Tabs, 'send'>;
}

/** The calls that take away what one graph has and a later one has not. */
function forgotten(before: MemoryGraph, after: MemoryGraph): MemoryCall[] {
  const known = new Map(after.entities.map(({ name, observations }) => [name, new Set(observations)]));
  const keyOf = ({ from, to, relationType }: MemoryGraph['relations'][number]): string => JSON.stringify([from, to, relationType]);
  const related = new Set(after.relations.map(keyOf));
  const deletions = before.entities.flatMap(({ name, observations }) => {
    const gone = observations.filter((one) => known.get(name)?.has(one) === false);
    return gone.length === 0 ? [] : [{ entityName: name, observations: gone }];
  });
  return [
    { tool: 'delete_entities', arguments: { entityNames: before.entities.flatMap(({ name }) => (known.has(name) ? [] : [name])) } },
    { tool: 'delete_observations', arguments: { deletions } },
    { tool: 'delete_relations', arguments: { relations: before.relations.flatMap((one) => (related.has(keyOf(one)) ? [] : [{ ...one }])) } },
  ];
}

/** The team's memory while agents use it. What somebody else saved meanwhile is gained, and what somebody else forgot meanwhile is forgotten here too. */
export class Recall {
  readonly #core: Core;
  readonly #ports: Ports;
  readonly graph: Graph;
  #stored: string; // as it was read or written last
  #known: string; // the graph at that moment

  constructor(core: Core, ports: Ports, stored: string) {
    this.#core = core;
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
    await storage.changeMemory((stored) => {
      if (stored !== this.#stored) this.#merge(stored);
      this.#known = this.graph.write();
      this.#stored = mine ? this.#known : stored;
      return this.#stored;
    });
    if (mine) tabs.send({ kind: 'memory' });
  }

  #merge(stored: string): void {
    const [before, now, theirs] = [this.#graphOf(this.#known), this.#graphOf(this.graph.write()), this.#graphOf(stored)];
    const make = (calls: readonly MemoryCall[]): void => calls.forEach(({ tool, arguments: args }) => this.graph.call(tool, args));
    make(forgotten(before, theirs));
    this.graph.read(stored);
    make(forgotten(before, now)); // what agents forgot stands in what others stored
  }

  #graphOf(lines: string): MemoryGraph {
    const graph = this.#core.openMemory(lines);
    try {
      return graph.call<MemoryGraph>('read_graph', {});
    } finally {
      graph.close();
    }
  }

  close(): void {
    this.graph.close();
  }
}
