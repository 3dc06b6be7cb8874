import type { Quest } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Store } from './store.ts';

/** Looking around in the open quest: earlier events, one task. Nothing of it changes the quest. */
export class Viewer {
  #store: Store;
  #clock: Clock;
  #quest: () => Quest | null;

  constructor(store: Store, clock: Clock, quest: () => Quest | null) {
    this.#store = store;
    this.#clock = clock;
    this.#quest = quest;
  }

  look(n: number | null): void {
    const live = this.#quest();
    const quest = this.#store.state.quest;
    if (live === null || quest === null) return;
    const last = quest.view.n - 1;
    const at = n === null || n >= last ? null : Math.max(0, n);
    this.#store.setQuest({ at, shown: at === null ? quest.view : live.viewAt(at), replaying: at !== null && quest.replaying });
  }

  step(by: number): void {
    const quest = this.#store.state.quest;
    if (quest === null) return;
    this.#store.setQuest({ replaying: false });
    this.look((quest.at ?? quest.view.n - 1) + by);
  }

  /** To the event where the turn last went to somebody, or goes next. */
  stepTurn(forward: boolean): void {
    const quest = this.#store.state.quest;
    if (quest === null) return;
    const at = quest.at ?? quest.view.n - 1;
    const turns = [...new Set(quest.view.holds.map((hold) => hold.from))].sort((a, b) => a - b);
    const to = forward ? turns.find((n) => n > at) : turns.findLast((n) => n < at);
    this.#store.setQuest({ replaying: false });
    this.look(to ?? (forward ? null : 0));
  }

  async replay(): Promise<void> {
    const quest = this.#store.state.quest;
    if (quest === null) return;
    if (quest.replaying) {
      this.#store.setQuest({ replaying: false });
      return;
    }
    if (quest.at === null) this.look(0);
    this.#store.setQuest({ replaying: true });
    const { id } = quest;
    for (;;) {
      await this.#clock.sleep(Math.min(this.#store.state.pace, 400), new AbortController().signal);
      const now = this.#store.state.quest;
      if (now?.id !== id || !now.replaying || now.at === null) break;
      this.look(now.at + 1);
    }
    this.#store.setQuest({ replaying: false });
  }

  selectTask(task: string | null): void {
    this.#store.setQuest({ task });
  }
}
