import { type ArtifactView, CoreError, type Core, type Quest, type Workspace } from '@questline/core';
import type { Gathered, Why } from '../ports/folder.ts';
import type { Storage } from '../ports/storage.ts';

/** A file as it was taken over: its bytes are kept beside, by their hash. */
export interface KeptFile {
  path: string;
  hash: string; // SHA-256, hex
  size: number;
}

/** The files that somebody gave to work on, and what agents made of them. */
export interface KeptWork {
  id: string; // of the quest; NEXT; chat:ID
  name: string;
  from: Gathered['from'];
  handle: FileSystemDirectoryHandle | null; // where they can be written back
  files: readonly KeptFile[];
  changed: Readonly<Record<string, string>>; // hash of what agents wrote, by path
  left: readonly { path: string; why: Why }[];
}

/** Words of an answer that was not whole when they were kept. */
export interface Part {
  quest: string;
  start: number; // the event that announced it
  agent: string;
  text: string;
}

/** A file that agents changed. */
export interface Changed {
  path: string;
  kind: 'added' | 'changed';
  hash: string;
  before: string | null; // hash of what was taken over
}

/** What the next quest that is asked for works on. */
export const NEXT = 'next';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesIn = ({ files }: KeptWork): number => files.reduce((sum, { size }) => sum + size, 0);

/** Takes over what was gathered: what the core does not take is left out. */
export async function keepWork(core: Core, storage: Storage, id: string, { files, left, ...from }: Gathered): Promise<KeptWork> {
  const probe = core.newWorkspace();
  const kept: KeptFile[] = [];
  const blobs = new Map<string, Uint8Array>();
  const out = [...left];
  try {
    for (const { path, bytes } of files) {
      try {
        probe.load(path, bytes);
        const hash = core.sha256(bytes);
        kept.push({ path, hash, size: bytes.length });
        blobs.set(hash, bytes);
      } catch (error) {
        if (!(error instanceof CoreError)) throw error;
        out.push({ path, why: 'limit' });
      }
    }
  } finally {
    probe.close();
  }
  const work: KeptWork = { id, ...from, files: kept, changed: {}, left: out };
  await storage.removeWork(id);
  await storage.putWork(work, blobs);
  return work;
}

/** What agents changed, by path. */
export function changesIn({ files, changed }: KeptWork): Changed[] {
  const before = new Map(files.map(({ path, hash }) => [path, hash]));
  return Object.entries(changed)
    .map(([path, hash]) => ({ path, hash, kind: before.has(path) ? ('changed' as const) : ('added' as const), before: before.get(path) ?? null }))
    .filter(({ before: old, hash }) => old !== hash)
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The words of a file before and after; null: it was not there, or it is no text. */
export async function textsOf(storage: Storage, { id }: KeptWork, { before, hash }: Changed): Promise<{ before: string | null; after: string }> {
  const [old, now] = await Promise.all([before === null ? undefined : storage.blob(id, before), storage.blob(id, hash)]);
  return { before: old === undefined ? null : decoder.decode(old), after: decoder.decode(now) };
}

/** After a change was written back: it is what was taken over. */
export function withSaved(work: KeptWork, { path, hash }: Changed, size: number): KeptWork {
  const { [path]: mine, ...others } = work.changed;
  return { ...work, files: [...work.files.filter((file) => file.path !== path), { path, hash, size }], changed: mine === hash ? others : work.changed };
}

/** The beginnings of answers that have no end in the log. Of the others a page that was closed at that moment may have left some. */
export function unended(quest: Quest, parts: readonly Part[]): Part[] {
  if (parts.length === 0) return [];
  const ended = new Set<number>();
  for (let n = Math.min(...parts.map(({ start }) => start)) + 1; n < quest.head().n; n++) {
    const { type, data } = quest.event(n);
    if (type === 'done') ended.add((data as { start: number }).start);
  }
  return parts.filter(({ start }) => !ended.has(start));
}

/** What agents changed, as far as a log tells of it: of a change that was kept and not told before the page was closed, its call is made anew. */
function asTold(changed: KeptWork['changed'], artifacts: readonly ArtifactView[]): KeptWork['changed'] {
  const told = new Set(artifacts.map(({ hash }) => hash));
  const last = new Map(artifacts.map(({ name, hash }) => [name, hash]));
  const known = Object.entries(changed).map(([path, hash]) => [path, told.has(hash) ? hash : last.get(path)]);
  return Object.fromEntries(known.filter(([, hash]) => hash !== undefined)) as Record<string, string>;
}

/** Gives another quest what one works on and what it made, as it was when these were its artifacts. */
export async function copyWork(storage: Storage, from: string, to: string, artifacts: readonly ArtifactView[]): Promise<void> {
  const [work, blobs] = await Promise.all([storage.work(from), storage.blobs(from)]);
  if (work === undefined) {
    for (const [hash, bytes] of blobs) await storage.putBlob(to, hash, bytes);
    return;
  }
  await storage.putWork({ ...work, id: to, changed: asTold(work.changed, artifacts) }, blobs);
}

/** The files of one quest or conversation, as its models see them; this browser keeps what they change. */
export class Bench {
  readonly #storage: Storage;
  readonly workspace: Workspace;
  work: KeptWork;

  private constructor(storage: Storage, workspace: Workspace, work: KeptWork) {
    this.#storage = storage;
    this.workspace = workspace;
    this.work = work;
  }

  /** Null: nothing was given to work on. @param artifacts  of the quest; null: no log tells of these files */
  static async open(core: Core, storage: Storage, id: string, artifacts: readonly ArtifactView[] | null): Promise<Bench | null> {
    const kept = await storage.work(id);
    if (kept === undefined) return null;
    const work = artifacts === null ? kept : { ...kept, changed: asTold(kept.changed, artifacts) };
    const blobs = await storage.blobs(id);
    const workspace = core.newWorkspace();
    for (const { path, hash } of work.files) {
      const bytes = blobs.get(hash);
      if (bytes !== undefined) workspace.load(path, bytes);
    }
    for (const [path, hash] of Object.entries(work.changed)) {
      const bytes = blobs.get(hash);
      if (bytes !== undefined) workspace.write(path, bytes);
    }
    return new Bench(storage, workspace, work);
  }

  /** Keeps what agents changed since this was asked last; false: nothing. */
  async keep(): Promise<boolean> {
    const blobs = new Map<string, Uint8Array>();
    const changed: Record<string, string> = {};
    for (const { path, after } of this.workspace.changes()) {
      if (after === undefined) continue; // no tool takes files away
      changed[path] = after;
      if (this.work.changed[path] !== after) blobs.set(after, encoder.encode(this.workspace.file(path).text ?? ''));
    }
    if (blobs.size === 0) return false;
    this.work = { ...this.work, changed };
    await this.#storage.putWork(this.work, blobs);
    return true;
  }

  /** Outside, the file is now as it is here. */
  async saved(change: Changed): Promise<void> {
    if (this.work.changed[change.path] === change.hash) this.workspace.saved(change.path); // else agents went on meanwhile
    this.work = withSaved(this.work, change, this.workspace.file(change.path).size);
    await this.#storage.putWork(this.work);
  }

  close(): void {
    this.workspace.close();
  }
}
