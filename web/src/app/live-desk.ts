import type { Lease, Tabs } from '../ports/lock.ts';
import type { Net } from '../ports/net.ts';
import type { Storage } from '../ports/storage.ts';
import type { Engine } from './engine.ts';
import type { HandDesk } from './hand.ts';
import { Live, type LivePorts } from './live.ts';
import { inWords } from './logs.ts';
import type { LiveLink } from './model.ts';
import type { NotesDesk } from './notes.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { Store } from './store.ts';

interface DeskPorts extends LivePorts {
  net: Net;
  storage: Storage;
  tabs: Pick<Tabs, 'send'>;
}

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  notes: NotesDesk;
  hand: HandDesk;
}

/** Quests whose log a server keeps: one of this browser goes there, and one that is there is opened. */
export class LiveDesk {
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

  /** Puts the quest to the server between two events; from there on it goes on there. */
  async start(): Promise<void> {
    const { quest } = this.#store.state;
    const { session } = this.#beside.quest;
    if (quest === null || session === null) return;
    const { storage, net, tabs } = this.#ports;
    try {
      let link: LiveLink | null = null;
      const lease = await session.handOver(async (log) => {
        link = await net.createQuest(log);
        await storage.putSetting('live', { ...(await storage.setting('live')), [quest.id]: link });
      });
      this.#beside.quest.host = null;
      tabs.send({ kind: 'live', quest: quest.id });
      if (link !== null) this.follow(link, lease);
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  /** Opens a quest that a server keeps. */
  async open(link: LiveLink): Promise<void> {
    if (this.#store.state.quest?.link?.id === link.id) return;
    const { quest: desk, notes } = this.#beside;
    const gone = desk.close();
    try {
      const { net } = this.#ports;
      const [log, known] = await Promise.all([net.log(link), net.ask(link)]);
      if (gone.aborted) return;
      const core = await this.#engine.fresh();
      if (gone.aborted || !desk.sound(core, log)) return;
      desk.show(link.id, core, core.openQuest(log), 'live', known);
      void notes.begin(false);
      this.follow(known, null);
    } catch (error) {
      if (!gone.aborted) this.#store.set({ trouble: { kind: 'failed', message: inWords(error) } });
    }
  }

  /** Connects the open quest. @param lease  of one of this browser: this tab plays its rehearsed seats */
  follow(link: LiveLink, lease: Lease | null): void {
    const { quest: desk, notes, hand } = this.#beside;
    const { open } = desk;
    const { quest } = this.#store.state;
    if (open === null || quest === null) return;
    this.#store.setQuest({ mode: 'live', link, asks: [], stopped: [] });
    if (link.own !== undefined) desk.roster(open); // for what it says to calls of tools
    const live = new Live(this.#ports, link, open.quest, lease === null ? null : { id: quest.id, lease }, () => this.#store.state.pace, {
      changed: () => desk.refresh(),
      noted: (lines) => notes.take(lines),
      deltas: (deltas) => desk.take(deltas),
      partials: (partials) => desk.drafts.begin(partials),
      asks: (asks) => this.#store.setQuest({ asks }),
      played: (plays) => void hand.heard(link, plays),
      cut: (why) => {
        this.#store.setQuest({ cut: why });
        notes.connected(why === null);
      },
    });
    desk.host = live;
    void live.run();
  }
}
