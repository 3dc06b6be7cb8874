import type { AskFirst, Note } from '@questline/core';
import { type DBSchema, type IDBPDatabase, type IDBPObjectStore, openDB } from 'idb';
import type { KeptDecision, KeptServices } from '../app/decision-desk.ts';
import type { Cast } from '../app/cast.ts';
import type { Chat } from '../app/chat-model.ts';
import type { KeptServer } from '../app/servers.ts';
import type { KeptWork, Part } from '../app/work.ts';
import type { AgentFile, KeptPlan, LiveLink, Off, QuestRecord } from '../app/model.ts';
import type { Sealed } from './seal.ts';

/** The settings that outlive a visit. */
export interface Settings {
  current: string; // the quest last open
  leader: string;
  objective: string; // typed, not yet sent
  pace: number;
  team: 'sample' | 'own';
  off: Partial<Record<'sample' | 'own', Off>>; // rules that are switched off
  asked: boolean; // whether lasting storage was asked for
  author: string; // who writes notes here
  roadmap: { path: string; text: string };
  decision: KeptDecision; // that is being weighed
  services: KeptServices; // the form that is being filled
  cast: Cast; // who plays
  keys: Record<string, Sealed>; // of providers, by slot; never one that is not sealed
  servers: readonly KeptServer[]; // MCP servers
  asks: AskFirst | null; // about which uses of tools somebody wants to be asked, beyond those that files say
  carried: readonly string[]; // providers that are asked through the server of this page
  live: Record<string, LiveLink>; // quests of this browser that a server keeps too
  [plan: `plan:${string}`]: KeptPlan; // of the quest of that id, while it is only proposed
}

interface Schema extends DBSchema {
  quests: { key: string; value: QuestRecord };
  events: { key: [string, number]; value: { quest: string; n: number; line: string } };
  notes: { key: [string, string]; value: { quest: string; id: string; line: string } };
  specs: { key: string; value: AgentFile & { order: number } };
  settings: { key: string; value: unknown };
  memory: { key: 'graph'; value: string };
  chats: { key: string; value: Chat };
  works: { key: string; value: KeptWork };
  blobs: { key: [string, string]; value: Uint8Array };
  parts: { key: [string, number]; value: Part };
}

export type AppendOutcome = 'ok' | 'conflict' | 'full';

/** What a conversation works on, and the bytes of it and of what was made there. */
export interface Files {
  work: KeptWork | undefined;
  blobs: ReadonlyMap<string, Uint8Array>;
}

export interface Storage {
  list(): Promise<QuestRecord[]>;
  record(id: string): Promise<QuestRecord | undefined>;
  putRecord(record: QuestRecord): Promise<void>;
  /** Lines without their LF, as they are given back to `append` and `putQuest`. */
  lines(id: string, from: number): Promise<string[]>;
  /** Writes lines from event n on; resolves after the transaction is complete. A line that is already there is a conflict. */
  append(id: string, n: number, lines: readonly string[]): Promise<AppendOutcome>;
  /** Writes a whole quest at once, in place of one of the same id. False: that one does not have `over` events (any more), and nothing was written. */
  putQuest(record: QuestRecord, lines: readonly string[], over?: number): Promise<boolean>;
  /** The lines of a quest's notes, by id. */
  notes(id: string): Promise<string[]>;
  /** Writes notes, each in place of the one of its id if there is one. */
  putNotes(id: string, lines: readonly string[]): Promise<void>;
  /** The files that a quest, a conversation, or what is asked next works on. */
  work(id: string): Promise<KeptWork | undefined>;
  /** Writes that, and bytes of it by their hash. */
  putWork(work: KeptWork, blobs?: ReadonlyMap<string, Uint8Array>): Promise<void>;
  /** Gives the files of one to another. */
  moveWork(from: string, to: string): Promise<void>;
  removeWork(id: string): Promise<void>;
  blob(id: string, hash: string): Promise<Uint8Array | undefined>;
  blobs(id: string): Promise<Map<string, Uint8Array>>;
  putBlob(id: string, hash: string, bytes: Uint8Array): Promise<'ok' | 'full'>;
  /** Words of answers that were not whole when they were kept. */
  parts(id: string): Promise<Part[]>;
  putPart(part: Part): Promise<void>;
  removePart(id: string, start: number): Promise<void>;
  /** Deletes a quest with its notes and files. */
  remove(id: string): Promise<void>;
  chats(): Promise<Chat[]>;
  putChat(chat: Chat): Promise<void>;
  /** Deletes a conversation with its files, and gives those away. */
  removeChat(id: string): Promise<Files>;
  team(): Promise<AgentFile[]>;
  putTeam(files: readonly AgentFile[]): Promise<void>;
  /** Writes one file of the team, which stands there as the n-th. */
  putFile(file: AgentFile, order: number): Promise<void>;
  /** The file of the memory graph. */
  memory(): Promise<string>;
  /** Changes that file while nobody else can, another tab neither; resolves after it is written. What `change` throws leaves it as it was. */
  changeMemory(change: (lines: string) => string): Promise<void>;
  setting<K extends keyof Settings>(key: K): Promise<Settings[K] | undefined>;
  putSetting<K extends keyof Settings>(key: K, value: Settings[K]): Promise<void>;
  /** Whether the browser promised to keep what is stored. */
  persisted(): Promise<boolean>;
  /** Asks the browser to keep what is stored when space runs low. */
  persist(): Promise<boolean>;
}

/** Forward only: a version adds its step, and no step is ever changed. */
const steps: readonly ((db: IDBPDatabase<Schema>) => void)[] = [
  (db) => {
    db.createObjectStore('quests', { keyPath: 'id' });
    db.createObjectStore('events', { keyPath: ['quest', 'n'] });
    db.createObjectStore('specs', { keyPath: 'path' });
    db.createObjectStore('settings');
  },
  (db) => void db.createObjectStore('notes', { keyPath: ['quest', 'id'] }),
  (db) => void db.createObjectStore('memory'),
  (db) => void db.createObjectStore('chats', { keyPath: 'id' }),
  (db) => {
    db.createObjectStore('works', { keyPath: 'id' });
    db.createObjectStore('blobs');
    db.createObjectStore('parts', { keyPath: ['quest', 'start'] });
  },
];

export async function openStorage(): Promise<Storage> {
  const db = await openDB<Schema>('questline', steps.length, {
    upgrade: (upgraded, from) => {
      for (const step of steps.slice(from)) step(upgraded);
    },
    // A newer version of this page in another tab needs the old connection out of the way.
    blocking: () => db.close(),
  });
  const ofQuest = (id: string, from = 0): IDBKeyRange => IDBKeyRange.bound([id, from], [id, Infinity]);
  const notesOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, ''], [id, '\uffff']);

  const blobsOf = (id: string): IDBKeyRange => IDBKeyRange.bound([id, ''], [id, '\uffff']);
  const blobsIn = async (store: Pick<IDBPObjectStore<Schema, ['blobs'], 'blobs'>, 'getAll' | 'getAllKeys'>, id: string): Promise<Map<string, Uint8Array>> => {
    const [keys, values] = await Promise.all([store.getAllKeys(blobsOf(id)), store.getAll(blobsOf(id))]);
    return new Map(keys.map(([, hash], i) => [hash, values[i] as Uint8Array]));
  };
  const isFull = (error: unknown): boolean => error instanceof DOMException && error.name === 'QuotaExceededError';

  return {
    list: () => db.getAll('quests'),
    record: (id) => db.get('quests', id),
    putRecord: async (record) => void (await db.put('quests', record)),
    lines: async (id, from) => (await db.getAll('events', ofQuest(id, from))).map((event) => event.line),
    append: async (id, n, lines) => {
      const tx = db.transaction('events', 'readwrite', { durability: 'strict' });
      try {
        const head = await tx.store.count(ofQuest(id));
        if (head !== n) {
          tx.abort();
          await tx.done.catch(() => {});
          return 'conflict';
        }
        await Promise.all(lines.map((line, i) => tx.store.add({ quest: id, n: n + i, line: line.replace(/\n$/, '') })));
        await tx.done;
        return 'ok';
      } catch (error) {
        await tx.done.catch(() => {});
        if (error instanceof DOMException && error.name === 'ConstraintError') return 'conflict';
        if (error instanceof DOMException && error.name === 'QuotaExceededError') return 'full';
        throw error;
      }
    },
    putQuest: async (record, lines, over) => {
      const tx = db.transaction(['quests', 'events'], 'readwrite', { durability: 'strict' });
      if (over !== undefined && (await tx.objectStore('events').count(ofQuest(record.id))) !== over) {
        await tx.done;
        return false;
      }
      await tx.objectStore('events').delete(ofQuest(record.id));
      await Promise.all(lines.map((line, n) => tx.objectStore('events').put({ quest: record.id, n, line })));
      await tx.objectStore('quests').put(record);
      await tx.done;
      return true;
    },
    notes: async (id) => (await db.getAll('notes', notesOf(id))).map((note) => note.line),
    putNotes: async (quest, lines) => {
      const tx = db.transaction('notes', 'readwrite', { durability: 'strict' });
      await Promise.all(lines.map((line) => tx.store.put({ quest, id: (JSON.parse(line) as Note).id, line })));
      await tx.done;
    },
    remove: async (id) => {
      const tx = db.transaction(['quests', 'events', 'notes', 'settings', 'works', 'blobs', 'parts'], 'readwrite');
      await tx.objectStore('works').delete(id);
      await tx.objectStore('blobs').delete(blobsOf(id));
      await tx.objectStore('parts').delete(ofQuest(id));
      await tx.objectStore('quests').delete(id);
      await tx.objectStore('settings').delete(`plan:${id}`);
      await tx.objectStore('events').delete(ofQuest(id));
      await tx.objectStore('notes').delete(notesOf(id));
      await tx.done;
    },
    work: (id) => db.get('works', id),
    putWork: async (work, blobs = new Map()) => {
      const tx = db.transaction(['works', 'blobs'], 'readwrite', { durability: 'strict' });
      try {
        await Promise.all([...blobs].map(([hash, bytes]) => tx.objectStore('blobs').put(bytes, [work.id, hash])));
        await tx.objectStore('works').put(work);
        await tx.done;
      } catch (error) {
        await tx.done.catch(() => {});
        if (isFull(error)) throw new Error('This browser has no space left for these files.', { cause: error });
        throw error;
      }
    },
    moveWork: async (from, to) => {
      const tx = db.transaction(['works', 'blobs'], 'readwrite', { durability: 'strict' });
      const work = await tx.objectStore('works').get(from);
      if (work !== undefined) {
        await tx.objectStore('works').put({ ...work, id: to });
        await tx.objectStore('works').delete(from);
        for await (const cursor of tx.objectStore('blobs').iterate(blobsOf(from))) {
          await tx.objectStore('blobs').put(cursor.value, [to, cursor.key[1]]);
          await cursor.delete();
        }
      }
      await tx.done;
    },
    removeWork: async (id) => {
      const tx = db.transaction(['works', 'blobs'], 'readwrite');
      await tx.objectStore('works').delete(id);
      await tx.objectStore('blobs').delete(blobsOf(id));
      await tx.done;
    },
    blob: (id, hash) => db.get('blobs', [id, hash]),
    blobs: (id) => blobsIn(db.transaction('blobs').store, id),
    putBlob: async (id, hash, bytes) => {
      try {
        await db.put('blobs', bytes, [id, hash]);
        return 'ok';
      } catch (error) {
        if (isFull(error)) return 'full';
        throw error;
      }
    },
    parts: (id) => db.getAll('parts', ofQuest(id)),
    putPart: async (part) => void (await db.put('parts', part)),
    removePart: (id, start) => db.delete('parts', [id, start]),
    chats: () => db.getAll('chats'),
    putChat: async (chat) => void (await db.put('chats', chat)),
    removeChat: async (id) => {
      const tx = db.transaction(['chats', 'works', 'blobs'], 'readwrite');
      const [works, bytes] = [tx.objectStore('works'), tx.objectStore('blobs')];
      const of = `chat:${id}`;
      const work = await works.get(of);
      const blobs = await blobsIn(bytes, of);
      await tx.objectStore('chats').delete(id);
      await works.delete(of);
      await bytes.delete(blobsOf(of));
      await tx.done;
      return { work, blobs };
    },
    team: async () => {
      const files = await db.getAll('specs');
      return files.sort((a, b) => a.order - b.order).map(({ order: _, ...file }) => file);
    },
    putTeam: async (files) => {
      const tx = db.transaction('specs', 'readwrite');
      await tx.store.clear();
      await Promise.all(files.map((file, order) => tx.store.put({ ...file, order })));
      await tx.done;
    },
    putFile: async (file, order) => void (await db.put('specs', { ...file, order })),
    memory: async () => (await db.get('memory', 'graph')) ?? '',
    changeMemory: async (change) => {
      const tx = db.transaction('memory', 'readwrite', { durability: 'strict' });
      try {
        const before = (await tx.store.get('graph')) ?? '';
        const after = change(before);
        if (after !== before) await tx.store.put(after, 'graph');
      } catch (error) {
        tx.done.catch(() => {}); // it says the same again
        try {
          tx.abort();
        } catch {
          // It ended by itself: there was no room.
        }
        throw error;
      }
      await tx.done;
    },
    setting: (key) => db.get('settings', key) as Promise<never>,
    putSetting: async (key, value) => void (await db.put('settings', value, key)),
    persisted: async () => (await navigator.storage?.persisted?.()) ?? false,
    persist: async () => (await navigator.storage?.persist?.()) ?? false,
  };
}
