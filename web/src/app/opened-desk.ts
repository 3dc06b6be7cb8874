import type { QuestView, Verdict } from '@questline/core';
import type { Engine } from './engine.ts';
import { inWords, joined, split } from './logs.ts';
import type { OpenedLog, Route } from './model.ts';
import type { NotesDesk } from './notes.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { Store } from './store.ts';

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  notes: NotesDesk;
}

/** What somebody else wrote, in a file or a link: it is verified and shown, and becomes a quest of this browser only when somebody says so. */
export class OpenedDesk {
  #store: Store;
  #engine: Engine;
  #beside: Beside;
  #go: (route: Route) => void;

  constructor(store: Store, engine: Engine, beside: Beside, go: (route: Route) => void) {
    this.#store = store;
    this.#engine = engine;
    this.#beside = beside;
    this.#go = go;
  }

  async link(fragment: string): Promise<void> {
    const gone = this.#beside.quest.close();
    try {
      await this.#engine.whole();
      if (!gone.aborted) await this.#show('link', 'a link', this.#engine.core.openLink(fragment));
    } catch (error) {
      if (!gone.aborted) this.#store.set({ opened: { state: 'bad', message: inWords(error) } });
    }
  }

  async file(name: string, text: string, notes = ''): Promise<void> {
    try {
      await this.#show('file', name, text, notes);
      this.#go({ screen: 'open', fragment: '' });
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  /** Verifies and shows a log. Nothing is stored and nothing runs. */
  async #show(source: OpenedLog['source'], name: string, log: string, brought = ''): Promise<void> {
    const { quest: desk, notes } = this.#beside;
    const core = await this.#engine.fresh();
    const verdict: Verdict = core.verify(log);
    let view: QuestView | null = null;
    desk.close();
    const quest = core.openQuest();
    const sound = split(log).slice(0, verdict.events);
    if (sound.length > 0) {
      quest.append(joined(sound));
      view = quest.view();
    }
    const own = this.#store.state.library?.find((record) => record.id === view?.id) ?? null;
    if (view !== null) {
      desk.show(view.id ?? name, core, quest, 'watch', null);
      void notes.begin(false, brought);
    }
    this.#store.setQuest({ verdict });
    this.#store.set({ opened: { state: 'ok', opened: { source, name, log, view, verdict, own } } });
    void desk.checkSignatures();
  }
}
