import { CoreError, type Core, type Learned, type MemoryCall, type MemoryEntity, type MemoryGraph, type MemoryRelation, type Permit } from '@questline/core';
import type { Storage } from '../ports/storage.ts';
import type { App } from './app.ts';
import { inWords } from './logs.ts';
import type { AgentFile, Off } from './model.ts';
import { count } from './words.ts';
import { openRoster } from './team.ts';

type Open = ReturnType<Core['openMemory']>;
type Pool = Pick<App, 'core' | 'storage' | 'tabs' | 'toast'>;

/** What an agent's file says of saving. */
export interface Permission {
  agent: string;
  permit: Permit;
}

/** What memory would gain. */
export interface Gain {
  entities: number;
  observations: number;
  relations: number;
  news: (entity: string, observation: string) => boolean;
}

export const call = (tool: string, args: MemoryCall['arguments']): MemoryCall => ({ tool, arguments: args });

/** What brings back an entity, or relations, as it was. */
const bringBack = (entities: readonly MemoryEntity[], relations: readonly MemoryRelation[]): MemoryCall[] => [
  call('create_entities', { entities: entities.map((one) => ({ ...one })) }),
  call('create_relations', { relations: relations.map((one) => ({ ...one })) }),
];

/**
 * The memory graph of this browser. The stored file is the truth, which other tabs change too: each change is made by the core on what is
 * stored at that moment, as a whole or not at all.
 */
export class MemoryDesk {
  readonly #pool: Pool;
  #open: { lines: string; graph: Open } | null = null;
  #listeners = new Set<() => void>();
  /** The file as it was last read; null before that. */
  lines: string | null = null;
  broken: string | null = null; // why there is none

  constructor(pool: Pool) {
    this.#pool = pool;
    pool.tabs.listen((message) => {
      if (message.kind === 'memory') void this.read();
    });
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async read(): Promise<void> {
    try {
      const lines = await this.#storage.memory();
      this.#graphOf(lines);
      this.#shows(lines);
    } catch (error) {
      this.broken = inWords(error);
      this.#tell();
    }
  }

  get #storage(): Storage {
    return this.#pool.storage;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #shows(lines: string): void {
    this.broken = null;
    this.lines = lines;
    this.#tell();
  }

  /** The graph that these lines are. */
  #graphOf(lines: string): Open {
    if (this.#open?.lines === lines) return this.#open.graph;
    this.#close();
    const graph = this.#pool.core.openMemory(lines);
    this.#open = { lines, graph };
    return graph;
  }

  #close(): void {
    this.#open?.graph.close();
    this.#open = null;
  }

  get #graph(): Open {
    return this.#graphOf(this.lines ?? '');
  }

  // ---- looking

  all(): MemoryGraph {
    return this.#graph.call('read_graph', {});
  }

  /** The best fit first. */
  search(query: string): MemoryEntity[] {
    return this.#graph.call<MemoryGraph>('search_nodes', { query }).entities;
  }

  /** An entity with its relations; null where there is none of that name. */
  entity(name: string): { entity: MemoryEntity; relations: MemoryRelation[] } | null {
    const { entities, relations } = this.#graph.call<MemoryGraph>('open_nodes', { names: [name] });
    const [entity] = entities;
    return entity === undefined ? null : { entity, relations };
  }

  pending(): MemoryEntity[] {
    return this.#graph.pending();
  }

  /** The file of the MCP memory server. */
  file(): string {
    return this.#graph.write();
  }

  // ---- changing

  /** Changes the stored file; what was there before, and what is there now. Throws what the core says, and then nothing is changed. */
  async #change(make: (lines: string) => string): Promise<{ before: string; after: string }> {
    let before = '';
    let after = '';
    try {
      await this.#storage.changeMemory((lines) => {
        before = lines;
        after = make(lines);
        return after;
      });
    } catch (error) {
      throw error instanceof DOMException && error.name === 'QuotaExceededError' ? new Error('There is no room for it in this browser. Nothing was changed.', { cause: error }) : error;
    }
    if (after !== before) this.#pool.tabs.send({ kind: 'memory' });
    this.#shows(after);
    return { before, after };
  }

  /** Makes calls of the memory server: all of them, or none. Whether anything came of it. */
  async make(calls: readonly MemoryCall[]): Promise<boolean> {
    const { before, after } = await this.#make(calls);
    return before !== after;
  }

  #make(calls: readonly MemoryCall[]): Promise<{ before: string; after: string }> {
    return this.#change((lines) => this.#called(lines, calls));
  }

  /** What the lines come to after these calls. */
  #called(lines: string, calls: readonly MemoryCall[]): string {
    const graph = this.#graphOf(lines);
    try {
      for (const { tool, arguments: args } of calls) graph.call(tool, args);
      const after = graph.write();
      this.#open = { lines: after, graph };
      return after;
    } catch (error) {
      this.#close(); // the calls before the one that failed are in it
      throw error;
    }
  }

  /** Says what was done, and offers to take it back: as it was, or where something else came meanwhile by these calls. */
  #offerUndo(said: string, { before, after }: { before: string; after: string }, back: readonly MemoryCall[] | null): void {
    this.#pool.toast(said, () => {
      const undone = this.#change((lines) => {
        if (lines === after) return before;
        if (back === null) throw new Error('Something else was saved meanwhile. Nothing was undone.');
        return this.#called(lines, back);
      });
      undone.catch((error: unknown) => this.#pool.toast(inWords(error)));
    });
  }

  /** Forgets an entity with its relations. */
  async remove(name: string): Promise<void> {
    const found = this.entity(name);
    if (found === null) return;
    const changed = await this.#make([call('delete_entities', { entityNames: [name] })]);
    this.#offerUndo(`“${name}” is forgotten.`, changed, bringBack([found.entity], found.relations));
  }

  async removeObservation({ name }: MemoryEntity, observation: string): Promise<void> {
    const changed = await this.#make([call('delete_observations', { deletions: [{ entityName: name, observations: [observation] }] })]);
    this.#offerUndo(`An observation of “${name}” is forgotten.`, changed, [call('add_observations', { observations: [{ entityName: name, contents: [observation] }] })]);
  }

  async removeRelation(relation: MemoryRelation): Promise<void> {
    const changed = await this.#make([call('delete_relations', { relations: [{ ...relation }] })]);
    this.#offerUndo('The relation is forgotten.', changed, bringBack([], [relation]));
  }

  /** Takes over files of the memory server, all or none; what is there gains and loses nothing. */
  async takeOver(files: readonly { path: string; bytes: Uint8Array }[]): Promise<void> {
    const changed = await this.#change((lines) => {
      const graph = this.#pool.core.openMemory(lines);
      try {
        for (const { path, bytes } of files) readFile(graph, path, bytes);
        return graph.write();
      } finally {
        graph.close();
      }
    });
    const { entities, relations } = this.all();
    const now = `Remembered now: ${count(entities.length, 'entity', 'entities')}, ${count(relations.length, 'relation')}.`;
    if (changed.before === changed.after) this.#pool.toast(`All of it is known already. ${now}`);
    else this.#offerUndo(now, changed, null);
  }

  // ---- what a quest taught

  /** What the calls would add, made on a copy. */
  gain({ calls }: Learned): Gain {
    const graph = this.#pool.core.openMemory(this.lines ?? '');
    try {
      const added = new Map<string, Set<string>>();
      const gain = { entities: 0, observations: 0, relations: 0 };
      for (const { tool, arguments: args } of calls) {
        const answer = graph.call<Partial<MemoryGraph> & { results?: { entityName: string; addedObservations: string[] }[] }>(tool, args);
        gain.entities += answer.entities?.length ?? 0;
        gain.relations += answer.relations?.length ?? 0;
        for (const { entityName, addedObservations } of answer.results ?? []) {
          gain.observations += addedObservations.length;
          added.set(entityName, new Set(addedObservations));
        }
      }
      return { ...gain, news: (entity, observation) => added.get(entity)?.has(observation) ?? false };
    } finally {
      graph.close();
    }
  }

  async learn({ calls }: Learned, said: string): Promise<void> {
    this.#offerUndo(said, await this.#make(calls), null);
  }

  /** What the files of these agents say of saving, when it is asked for in these words. Only of those that say something. */
  permissions(files: readonly AgentFile[], off: Off, agents: readonly string[], words: string): Permission[] {
    const { core } = this.#pool;
    const { roster } = openRoster(core, files, off);
    try {
      return agents.flatMap((agent) => {
        const permit = permitOf(() => core.memoryPermit(roster, agent, words));
        return permit?.rule === undefined ? [] : [{ agent, permit }];
      });
    } finally {
      roster.close();
    }
  }
}

/** Null for an agent without a file here. */
function permitOf(ask: () => Permit): Permit | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof CoreError && error.status === 'QL_ERR_NOT_FOUND') return null;
    throw error;
  }
}

function readFile(graph: Open, path: string, bytes: Uint8Array): void {
  try {
    graph.read(bytes);
  } catch (error) {
    const line = error instanceof CoreError && error.failure.line > 0 ? `, line ${error.failure.line}` : '';
    throw new Error(`${path}${line}: ${inWords(error)} Nothing was taken over.`, { cause: error });
  }
}

let desk: MemoryDesk | null = null;

/** The one of this page. */
export const memoryOf = (app: App): MemoryDesk => (desk ??= new MemoryDesk(app));
