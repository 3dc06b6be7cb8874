import type { QuestView, Verdict } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import type { Engine } from './engine.ts';
import type { LibraryDesk } from './library-desk.ts';
import { inWords, joined, split } from './logs.ts';
import type { OpenedLog, Route } from './model.ts';
import type { NotesDesk } from './notes.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { Store } from './store.ts';
import { takeIn } from './taken.ts';

interface DeskPorts {
  storage: Storage;
  clock: Clock;
  go: (route: Route) => void;
}

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  notes: NotesDesk;
  library: LibraryDesk;
}

/** What somebody else wrote, in a file or a link: it is verified and shown, and becomes a quest of this browser only when somebody says so. */
export class OpenedDesk {
  #store: Store;
  #engine: Engine;
  #beside: Beside;
  #ports: DeskPorts;

  constructor(store: Store, engine: Engine, beside: Beside, ports: DeskPorts) {
    this.#store = store;
    this.#engine = engine;
    this.#beside = beside;
    this.#ports = ports;
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
      this.#ports.go({ screen: 'open', fragment: '' });
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

  /** Takes it as a quest of this browser and goes on with it. */
  async continueAsMine(): Promise<void> {
    const { opened: shown } = this.#store.state;
    if (shown.state !== 'ok' || shown.opened.view === null) return;
    const { log, view } = shown.opened;
    const { storage, clock, go } = this.#ports;
    const { quest: desk, notes, library } = this.#beside;
    const own = view.id ?? view.head.slice(0, 10);
    const take = (id: string): ReturnType<typeof takeIn> => takeIn(this.#engine.core, storage, id, split(log), clock.now());
    let id = own;
    let taken = await take(id);
    if (taken === 'parts') {
      id = `${own}-${view.head.slice(0, 6)}`; // both went on after a common start: the other one stays as it is
      taken = await take(id);
    }
    await notes.keep(id);
    if (taken === 'same') this.#store.toast('This browser has this quest already, with all of this.');
    if (taken === 'more') this.#store.toast('This browser has this quest already: what the other copy has more was added.');
    desk.close();
    library.grew();
    const proposed = (await storage.record(id))?.status === 'proposed';
    go({ screen: proposed ? 'plan' : 'quest', quest: id });
  }
}
