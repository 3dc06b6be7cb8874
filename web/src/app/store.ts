import type { Clock } from '../ports/clock.ts';
import { inWords } from './logs.ts';
import type { AppState, OpenQuest } from './model.ts';

/** The one state of the page, who listens to it, and what it says in passing. */
export class Store {
  #listeners = new Set<() => void>();
  #clock: Clock;
  #keys = 0;
  state: AppState;

  constructor(state: AppState, clock: Clock) {
    this.state = state;
    this.#clock = clock;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  set(patch: Partial<AppState>): void {
    this.state = { ...this.state, ...patch };
    for (const listener of this.#listeners) listener();
  }

  setQuest(patch: Partial<OpenQuest>): void {
    if (this.state.quest !== null) this.set({ quest: { ...this.state.quest, ...patch } });
  }

  /** A key for something that comes and goes. */
  key(): number {
    this.#keys += 1;
    return this.#keys;
  }

  toast(text: string, undo: (() => void) | null = null): void {
    const key = this.key();
    this.set({ toast: { key, text, undo } });
    void this.#clock.sleep(undo === null ? 6000 : 12000, new AbortController().signal).then(() => {
      if (this.state.toast?.key === key) this.closeToast();
    });
  }

  closeToast(): void {
    this.set({ toast: null });
  }

  storageFailed(error: unknown): void {
    this.set({
      library: this.state.library ?? [],
      storageBroken: `This browser does not let Questline store anything here (${inWords(error)}). Quests are lost when the page closes: save them as files.`,
    });
  }
}
