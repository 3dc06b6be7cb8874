import { fitsHeader } from '../ports/http.ts';
import type { Notepad } from '../ports/notepad.ts';
import { type Sealed, canSeal, seal, unseal } from '../ports/seal.ts';
import type { Storage } from '../ports/storage.ts';
import type { Store } from './store.ts';

/** What is known of the key of a slot. `open`: in this tab's memory. */
export interface Slot {
  open: boolean;
  sealed: boolean;
}

/** A key that a request waits for. */
export interface Wanted {
  slot: string;
  sealed: boolean;
}

/**
 * The keys of providers. They are in the memory of this tab, and in the browser's storage only if they were sealed with a passphrase; never in the
 * state of the page, which shows no more than that there is one.
 */
export class Vault {
  #store: Store;
  #storage: Storage;
  #notepad: Notepad;
  #open = new Map<string, string>();
  #sealed: Record<string, Sealed> = {};
  #declined = new Set<string>(); // nobody is asked twice for the same
  #waiting = new Map<string, ((key: string | null) => void)[]>();

  constructor(store: Store, { storage, notepad }: { storage: Storage; notepad: Notepad }) {
    this.#store = store;
    this.#storage = storage;
    this.#notepad = notepad;
  }

  async read(): Promise<void> {
    this.#sealed = (await this.#storage.setting('keys')) ?? {};
    this.#told();
  }

  /** The key of a slot, or null: there is none. A person is asked first to open one that is sealed, and for one that a request there cannot do without. */
  key(slot: string, url = ''): string | null | Promise<string | null> {
    const key = this.#open.get(slot);
    if (key !== undefined) return key;
    const had = this.#had.includes(slot); // before this tab was loaded again
    const demanded = had || this.#store.state.providers.some((one) => one.slot === slot && !one.local && one.base_url !== '' && url.startsWith(one.base_url));
    if ((!demanded && this.#sealed[slot] === undefined) || this.#declined.has(slot)) return null;
    return new Promise((resolve) => {
      this.#waiting.set(slot, [...(this.#waiting.get(slot) ?? []), resolve]);
      this.#told();
    });
  }

  get #had(): readonly string[] {
    return (this.#notepad.read('slots') as string[] | null) ?? [];
  }

  /** Why a key cannot be one; null: it can. */
  whyNot(key: string): string | null {
    return fitsHeader(key) ? null : 'A key has no blanks and no letters beyond ASCII. Copy it once more.';
  }

  /** Keeps a key: in memory, and sealed too if there is a passphrase. */
  async put(slot: string, key: string, passphrase: string | null): Promise<void> {
    if (passphrase !== null) await this.#write({ ...this.#sealed, [slot]: await seal(key, slot, passphrase) });
    else if (this.#sealed[slot] !== undefined) await this.#write(without(this.#sealed, slot));
    this.#opened(slot, key);
    this.#told();
  }

  /** Whether a key that is open could be sealed with the passphrase of the others. */
  mayJoin(slot: string): boolean {
    return this.#open.has(slot) && this.#sealed[slot] === undefined && Object.keys(this.#sealed).length > 0;
  }

  /** Seals a key that is open with the passphrase that opens another one; false: it opens none. */
  async join(slot: string, passphrase: string): Promise<boolean> {
    const key = this.#open.get(slot);
    const opens = await Promise.all(Object.entries(this.#sealed).map(([other, sealed]) => unseal(sealed, other, passphrase)));
    if (key === undefined || opens.every((one) => one === null)) return false;
    await this.put(slot, key, passphrase);
    return true;
  }

  /** Opens what this passphrase opens; false: nothing. */
  async unlock(passphrase: string): Promise<boolean> {
    const closed = Object.entries(this.#sealed).filter(([slot]) => !this.#open.has(slot));
    const keys = await Promise.all(closed.map(([slot, sealed]) => unseal(sealed, slot, passphrase)));
    keys.forEach((key, i) => key !== null && this.#opened(closed[i]?.[0] ?? '', key));
    this.#told();
    return keys.some((key) => key !== null);
  }

  /** The request that asked goes without a key, and so do those after it. */
  decline(slot: string): void {
    this.#declined.add(slot);
    this.#settle(slot, null);
    this.#told();
  }

  /** Nobody waits for a key any more. */
  leave(): void {
    for (const slot of [...this.#waiting.keys()]) this.#settle(slot, null);
    this.#told();
  }

  async forget(slot: string): Promise<void> {
    this.#notepad.write('slots', this.#had.filter((one) => one !== slot));
    this.#open.delete(slot);
    this.#declined.delete(slot);
    if (this.#sealed[slot] !== undefined) await this.#write(without(this.#sealed, slot));
    this.#told();
  }

  get maySeal(): boolean {
    return canSeal();
  }

  #opened(slot: string, key: string): void {
    this.#open.set(slot, key);
    this.#notepad.write('slots', [...new Set([...this.#had, slot])]); // its name: the key itself stays in memory
    this.#declined.delete(slot);
    this.#settle(slot, key);
  }

  #settle(slot: string, key: string | null): void {
    for (const resolve of this.#waiting.get(slot) ?? []) resolve(key);
    this.#waiting.delete(slot);
  }

  async #write(sealed: Record<string, Sealed>): Promise<void> {
    await this.#storage.putSetting('keys', sealed);
    this.#sealed = sealed;
  }

  #told(): void {
    const slots: Record<string, Slot> = {};
    for (const slot of [...this.#open.keys(), ...Object.keys(this.#sealed)]) slots[slot] = { open: this.#open.has(slot), sealed: this.#sealed[slot] !== undefined };
    const [slot] = this.#waiting.keys();
    this.#store.set({ slots, wanted: slot === undefined ? null : { slot, sealed: this.#sealed[slot] !== undefined } });
  }
}

const without = <T>(all: Readonly<Record<string, T>>, name: string): Record<string, T> => Object.fromEntries(Object.entries(all).filter(([key]) => key !== name));
