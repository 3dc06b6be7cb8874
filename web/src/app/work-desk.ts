import { type Core, LIMITS, type PackSource } from '@questline/core';
import { pick } from '../ports/files.ts';
import { canWriteBack, fromFiles, fromHandle, fromTransfer, type Gathered, mayWrite, pickFolder, readBack, type Rule, writeBack, zipOf } from '../ports/folder.ts';
import type { Storage } from '../ports/storage.ts';
import { inWords } from './logs.ts';
import type { Store } from './store.ts';
import { type Bench, type Changed, changesIn, type KeptWork, keepWork, NEXT, textsOf, withSaved } from './work.ts';

interface DeskPorts {
  core: () => Promise<Core>;
  storage: Storage;
  download: (name: string, bytes: Uint8Array) => void;
  /** Of the quest that this tab drives, when models play it. */
  bench: () => Bench | null;
  /** The open quest has other files now. */
  changed: () => void;
}

/** What came of writing a file back. `changed`: somebody else changed it outside. */
export type Written = 'written' | 'changed' | 'refused';

const ruleOf = (core: Core): Rule => ({ skips: (path) => core.workspaceSkips(path), largest: LIMITS.QL_WORKSPACE_FILE_MAX, all: LIMITS.QL_WORKSPACE_BYTES_MAX });

const DOCUMENT = /\.(md|markdown|mdc|txt)$/i;
const DOCUMENT_MAX = 256 * 1024; // bytes of one that agents are given without asking for it
const DOCUMENTS_MAX = 2 * 1024 * 1024;

/** Files that agents work on: taken over, kept, and written back when somebody says so. */
export class WorkDesk {
  #store: Store;
  #ports: DeskPorts;

  constructor(store: Store, ports: DeskPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** @param id  of a quest; chat:ID; NEXT */
  async #take(id: string, gather: (rule: Rule) => Promise<Gathered | null>): Promise<KeptWork | null> {
    if (this.#store.state.gathering) return null;
    this.#store.set({ gathering: true });
    try {
      const core = await this.#ports.core();
      const gathered = await gather(ruleOf(core));
      if (gathered === null) return null;
      const work = await keepWork(core, this.#ports.storage, id, gathered);
      this.#shows(id, work);
      return work;
    } catch (error) {
      this.#store.toast(inWords(error));
      return null;
    } finally {
      this.#store.set({ gathering: false });
    }
  }

  #shows(id: string, work: KeptWork | null): void {
    if (id === NEXT) this.#store.set({ work });
    else if (this.#store.state.quest?.id === id) {
      this.#store.setQuest({ work });
      this.#ports.changed();
    }
  }

  /** A folder that somebody picks; where the browser gives none that can be written to, its files. */
  async folder(id: string): Promise<KeptWork | null> {
    try {
      if (!canWriteBack()) return await this.#chosen(id, 'folder');
      const handle = await pickFolder();
      return handle === null ? null : await this.#take(id, (rule) => fromHandle(handle, rule));
    } catch (error) {
      this.#store.toast(inWords(error));
      return null;
    }
  }

  files(id: string): Promise<KeptWork | null> {
    return this.#chosen(id, 'files');
  }

  async #chosen(id: string, kind: 'files' | 'folder'): Promise<KeptWork | null> {
    const found = await pick(kind, '');
    return found.length === 0 ? null : this.#take(id, (rule) => fromFiles(found, rule));
  }

  /** What was let go over the page; to be called while the event lasts. */
  drop(id: string, transfer: DataTransfer): Promise<KeptWork | null> {
    const gathering = fromTransfer(transfer, this.#ports.core().then(ruleOf));
    return this.#take(id, () => gathering);
  }

  async remove(id: string): Promise<void> {
    await this.#ports.storage.removeWork(id);
    this.#shows(id, null);
  }

  work(id: string): Promise<KeptWork | undefined> {
    return this.#ports.storage.work(id);
  }

  /** The words that agents may be given by the rules of their files. */
  async documents(id: string): Promise<PackSource[]> {
    const work = await this.#ports.storage.work(id);
    if (work === undefined) return [];
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const documents: PackSource[] = [];
    let all = 0;
    for (const { path, hash, size } of work.files) {
      if (!DOCUMENT.test(path) || size > DOCUMENT_MAX || all + size > DOCUMENTS_MAX) continue;
      const bytes = await this.#ports.storage.blob(id, work.changed[path] ?? hash);
      try {
        if (bytes !== undefined) documents.push({ path, text: decoder.decode(bytes) });
        all += size;
      } catch {
        // no text
      }
    }
    return documents;
  }

  // ---- writing back

  texts(work: KeptWork, change: Changed): Promise<{ before: string | null; after: string }> {
    return textsOf(this.#ports.storage, work, change);
  }

  /** Writes a file where it came from. Call it in a click: the browser asks. `force`: somebody saw that it was changed outside, and wants it all the same. */
  async write(work: KeptWork, change: Changed, force = false): Promise<Written> {
    if (work.handle === null) return 'refused';
    if (!(await mayWrite(work.handle))) return 'refused';
    const core = await this.#ports.core();
    const there = await readBack(work.handle, change.path);
    const now = there === null ? null : core.sha256(there);
    const { after } = await this.texts(work, change);
    if (now !== change.hash) {
      if (now !== change.before && !force) return 'changed';
      await writeBack(work.handle, change.path, after);
    }
    await this.#saved(work, change);
    return 'written';
  }

  async #saved(work: KeptWork, change: Changed): Promise<void> {
    const bench = this.#ports.bench();
    if (bench !== null && bench.work.id === work.id) {
      await bench.saved(change);
      this.#store.setQuest({ work: bench.work });
      return;
    }
    const kept = await this.#ports.storage.work(work.id);
    if (kept === undefined) return;
    const next = withSaved(kept, change, (await this.#ports.storage.blob(work.id, change.hash))?.length ?? 0);
    await this.#ports.storage.putWork(next);
    if (this.#store.state.quest?.id === work.id) this.#store.setQuest({ work: next });
  }

  /** All that agents changed, as one file. */
  async zip(work: KeptWork): Promise<void> {
    try {
      const changes = changesIn(work);
      const files = await Promise.all(changes.map(async (change) => ({ path: change.path, text: (await this.texts(work, change)).after })));
      this.#ports.download(`${work.name.replace(/\.zip$/i, '')}-changed.zip`, await zipOf(files));
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }
}
