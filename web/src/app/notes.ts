import type { Core, Note, Quest } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Tabs } from '../ports/lock.ts';
import type { Net } from '../ports/net.ts';
import type { Storage } from '../ports/storage.ts';
import { inWords, joined } from './logs.ts';
import type { Store } from './store.ts';

export interface NotesPorts {
  storage: Pick<Storage, 'notes' | 'putNotes' | 'setting' | 'putSetting'>;
  clock: Clock;
  entropy: Entropy;
  tabs: Pick<Tabs, 'send'>;
  net: Pick<Net, 'postNotes'>;
}

type Open = { core: Core; quest: Quest };

const AT_ONCE = 256 * 1024; // characters of notes in one request

/** The notes of the open quest. A set that only grows by merging: whoever has more of it, tab, file or server, brings the rest. */
export class NotesDesk {
  #store: Store;
  #ports: NotesPorts;
  #open: () => Open | null;
  #of: Open | null = null; // what text is about
  #stored = false; // in this browser
  #sent = false; // to the server, on this connection
  text = '';

  constructor(store: Store, ports: NotesPorts, open: () => Open | null) {
    this.#store = store;
    this.#ports = ports;
    this.#open = open;
  }

  /** For the quest that was just opened. @param brought  notes that came with its file */
  async begin(stored: boolean, brought = ''): Promise<void> {
    const open = this.#open();
    const id = this.#store.state.quest?.id;
    this.#of = open;
    this.#stored = stored;
    this.#sent = false;
    this.text = '';
    if (open === null || id === undefined) return;
    const kept = stored ? await this.#ports.storage.notes(id) : [];
    if (this.#of === open) this.#merge(joined(kept) + brought);
  }

  /** @return what was not known */
  #merge(theirs: string): string[] {
    const open = this.#open();
    if (open === null || open !== this.#of) return [];
    try {
      const { fresh, text } = open.core.mergeNotes(this.text, theirs);
      if (fresh.length === 0) return [];
      const { notes } = open.quest.notes(text);
      this.text = text;
      this.#store.setQuest({ notes });
      return fresh;
    } catch (error) {
      this.#store.toast(inWords(error));
      return [];
    }
  }

  /** The log has more events: what was ahead of it may stand somewhere now. */
  grown(): void {
    const open = this.#open();
    if (open === null || open !== this.#of || this.#store.state.quest?.notes.every((note) => note.anchored) !== false) return;
    this.#store.setQuest({ notes: open.quest.notes(this.text).notes });
  }

  /** Notes from elsewhere: shown, kept where the quest is, told to the other tabs. */
  take(lines: readonly string[]): string[] {
    const id = this.#store.state.quest?.id;
    const fresh = this.#merge(joined(lines.map((line) => line.replace(/\n$/, ''))));
    if (fresh.length > 0 && id !== undefined && this.#stored) {
      void this.#ports.storage
        .putNotes(id, fresh)
        .then(() => this.#ports.tabs.send({ kind: 'notes', quest: id, lines: fresh }))
        .catch((error: unknown) => this.#store.storageFailed(error));
    }
    return fresh;
  }

  /** Another tab stored some. */
  heard(id: string, lines: readonly string[]): void {
    if (this.#store.state.quest?.id === id) this.#merge(joined(lines));
  }

  /** A file of notes was dropped or picked. */
  async receive(notes: string): Promise<void> {
    if (this.#store.state.quest === null) {
      this.#store.toast('Open the quest first, then its notes.');
      return;
    }
    const fresh = this.take(notes.split('\n').filter((line) => line !== ''));
    this.#store.toast(fresh.length === 1 ? 'One new note.' : `${fresh.length} new notes.`);
    if (fresh.length > 0) await this.#send(joined(fresh)).catch(() => this.connected(false));
  }

  /** Keeps what is shown under the id by which the quest was stored. */
  async keep(id: string): Promise<void> {
    const open = this.#of;
    if (open === null || this.text === '') return;
    const { fresh } = open.core.mergeNotes(joined(await this.#ports.storage.notes(id)), this.text);
    await this.#ports.storage.putNotes(id, fresh);
  }

  get mayWrite(): boolean {
    const quest = this.#store.state.quest;
    return quest !== null && (quest.mode === 'drive' || quest.mode === 'follow' || quest.link?.own !== undefined);
  }

  async author(): Promise<string> {
    return (await this.#ports.storage.setting('author').catch(() => undefined)) ?? '';
  }

  /** @return why there is no note; null when there is */
  async write(n: number, by: string, text: string): Promise<string | null> {
    const open = this.#open();
    const { clock, entropy, storage } = this.#ports;
    if (open === null || !this.mayWrite) return 'The quest is not open for notes any more.';
    let line = '';
    try {
      line = open.quest.makeNote(this.text, { by, n, text }, clock.now(), entropy.bytes(16));
    } catch (error) {
      return inWords(error);
    }
    this.take([line]);
    void storage.putSetting('author', (JSON.parse(line) as Note).by).catch((error: unknown) => this.#store.storageFailed(error));
    try {
      await this.#send(line);
    } catch {
      this.connected(false);
      this.#store.toast('The server is out of reach. The note is kept here, and sent when the server is back.');
    }
    return null;
  }

  /** What the server may lack is sent once on every connection. */
  connected(there: boolean): void {
    if (!there) this.#sent = false;
    else if (!this.#sent) {
      this.#sent = true;
      void this.#send(this.text).catch(() => this.connected(false));
    }
  }

  async #send(notes: string): Promise<void> {
    const link = this.#store.state.quest?.link ?? null;
    if (link?.own === undefined) return;
    while (notes !== '') {
      const end = notes.lastIndexOf('\n', AT_ONCE) + 1 || notes.indexOf('\n') + 1;
      await this.#ports.net.postNotes(link, notes.slice(0, end));
      notes = notes.slice(end);
    }
  }
}
