import type { Note } from '@questline/core';
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { KeptDecision, KeptServices } from '../app/decision-desk.ts';
import type { Cast } from '../app/cast.ts';
import type { Chat } from '../app/chat-model.ts';
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
}

export type AppendOutcome = 'ok' | 'conflict' | 'full';

export interface Storage {
  list(): Promise<QuestRecord[]>;
  record(id: string): Promise<QuestRecord | undefined>;
  putRecord(record: QuestRecord): Promise<void>;
  /** Lines without their LF, as they are given back to `append` and `putQuest`. */
  lines(id: string, from: number): Promise<string[]>;
  /** Writes lines from event n on; resolves after the transaction is complete. A line that is already there is a conflict. */
  append(id: string, n: number, lines: readonly string[]): Promise<AppendOutcome>;
  /** Writes a whole quest at once, in place of one of the same id. */
  putQuest(record: QuestRecord, lines: readonly string[]): Promise<void>;
  /** The lines of a quest's notes, by id. */
  notes(id: string): Promise<string[]>;
  /** Writes notes, each in place of the one of its id if there is one. */
  putNotes(id: string, lines: readonly string[]): Promise<void>;
  /** Deletes a quest and its notes. */
  remove(id: string): Promise<void>;
  chats(): Promise<Chat[]>;
  putChat(chat: Chat): Promise<void>;
  removeChat(id: string): Promise<void>;
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
    putQuest: async (record, lines) => {
      const tx = db.transaction(['quests', 'events'], 'readwrite', { durability: 'strict' });
      await tx.objectStore('events').delete(ofQuest(record.id));
      await Promise.all(lines.map((line, n) => tx.objectStore('events').put({ quest: record.id, n, line })));
      await tx.objectStore('quests').put(record);
      await tx.done;
    },
    notes: async (id) => (await db.getAll('notes', notesOf(id))).map((note) => note.line),
    putNotes: async (quest, lines) => {
      const tx = db.transaction('notes', 'readwrite', { durability: 'strict' });
      await Promise.all(lines.map((line) => tx.store.put({ quest, id: (JSON.parse(line) as Note).id, line })));
      await tx.done;
    },
    remove: async (id) => {
      const tx = db.transaction(['quests', 'events', 'notes', 'settings'], 'readwrite');
      await tx.objectStore('quests').delete(id);
      await tx.objectStore('settings').delete(`plan:${id}`);
      await tx.objectStore('events').delete(ofQuest(id));
      await tx.objectStore('notes').delete(notesOf(id));
      await tx.done;
    },
    chats: () => db.getAll('chats'),
    putChat: async (chat) => void (await db.put('chats', chat)),
    removeChat: (id) => db.delete('chats', id),
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
