import { type AskFirst, type Core, CoreError, type Player, type Quest, type Steer } from '@questline/core';
import type { Entropy } from '../ports/entropy.ts';
import type { Lease, Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';
import type { AskerPorts } from './asker.ts';
import { playersFor } from './cast.ts';
import type { Engine } from './engine.ts';
import { Kit } from './kit.ts';
import type { LiveDesk } from './live-desk.ts';
import { inWords, joined } from './logs.ts';
import type { OpenQuest } from './model.ts';
import type { NotesDesk } from './notes.ts';
import type { QuestDesk } from './quest-desk.ts';
import { Session } from './session.ts';
import type { Store } from './store.ts';
import { unended } from './work.ts';
import type { WorkDesk } from './work-desk.ts';
import { Writer } from './writer.ts';

interface DeskPorts {
  storage: Storage;
  tabs: Tabs;
  entropy: Entropy;
  asking: AskerPorts;
}

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  live: LiveDesk;
  notes: NotesDesk;
  work: WorkDesk;
}

export const PACES: readonly { ms: number; word: string }[] = [
  { ms: 1600, word: 'Slow' },
  { ms: 800, word: 'Normal' },
  { ms: 250, word: 'Fast' },
  { ms: 0, word: 'At once' },
];
export const PACE = 800;

/** Quests of this browser: one is opened, and driven by this tab unless another one does. */
export class DriveDesk {
  #store: Store;
  #engine: Engine;
  #beside: Beside;
  #ports: DeskPorts;
  #players: readonly Player[] = []; // of the quest that this tab drives
  #opened: Promise<void> = Promise.resolve();

  constructor(store: Store, engine: Engine, beside: Beside, ports: DeskPorts) {
    this.#store = store;
    this.#engine = engine;
    this.#beside = beside;
    this.#ports = ports;
  }

  /** Until the quest is open, or is open again. */
  get opened(): Promise<void> {
    return this.#opened;
  }

  /** Reads a quest of this browser and goes on with it, unless another tab does. */
  open(id: string, steal = false): Promise<void> {
    return (this.#opened = this.#read(id, steal));
  }

  async #read(id: string, steal: boolean): Promise<void> {
    const { storage, tabs } = this.#ports;
    const { quest: desk, live, notes } = this.#beside;
    const gone = desk.close();
    try {
      const record = await storage.record(id);
      const lines = record === undefined ? [] : await storage.lines(id, 0);
      if (gone.aborted) return;
      if (record === undefined || lines.length === 0) {
        this.#store.set({ trouble: { kind: 'missing' } });
        return;
      }
      const log = joined(lines);
      const core = await this.#engine.fresh();
      if (gone.aborted || !desk.sound(core, log)) return;
      void storage.putSetting('current', id);
      const quest = core.openQuest(log);
      const lease = record.drive ? await tabs.acquire(id, steal) : null;
      const [links, work, kept] = await Promise.all([storage.setting('live'), storage.work(id), storage.parts(id)]);
      if (gone.aborted) {
        lease?.release();
        quest.close();
        return;
      }
      desk.show(id, core, quest, lease !== null ? 'drive' : record.drive ? 'follow' : 'watch', null);
      const parts = unended(quest, kept);
      this.#store.setQuest({ work: work ?? null, parts });
      if (lease !== null) for (const part of kept) if (!parts.includes(part)) await storage.removePart(id, part.start);
      await notes.begin(true);
      if (gone.aborted) {
        lease?.release();
        return;
      }
      if (lease !== null && record.events !== lines.length) desk.refresh(); // the page that wrote last was closed before the library knew
      if (lease === null && record.drive) this.#whenFree(id, gone);
      // What a server keeps goes on there and nowhere else, also while it is out of reach: two logs would come of it.
      const link = links?.[id];
      if (link !== undefined) live.follow(link, lease);
      else if (lease !== null) await this.#drive(id, core, quest, lease, gone);
      else if (record.drive) this.#write(id, quest);
    } catch (error) {
      if (!gone.aborted) this.#store.set({ trouble: { kind: 'storage', message: inWords(error) } });
    }
  }

  #whenFree(id: string, gone: AbortSignal): void {
    this.#ports.tabs.whenFree(id, gone, () => void this.open(id));
  }

  /** Beside the tab that drives. */
  #write(id: string, quest: Quest): void {
    const { quest: desk } = this.#beside;
    desk.host = new Writer({ ...this.#ports, ...this.#ports.asking }, id, quest, () => desk.refresh());
  }

  /** This tab performs the effects, until another one takes that over. */
  async #drive(id: string, core: Core, quest: Quest, lease: Lease, gone: AbortSignal): Promise<void> {
    const { asking } = this.#ports;
    const { quest: desk, work } = this.#beside;
    const played = playersFor(this.#store.state.cast, quest.view().agents).length > 0;
    const documents = played ? await work.documents(id) : [];
    const kit = played && !gone.aborted ? await Kit.open(core, this.#ports, id, this.#store.state, quest) : null;
    if (gone.aborted) {
      kit?.close();
      lease.release();
      return;
    }
    this.#players = playersFor(this.#store.state.cast, quest.view().agents);
    const roster = desk.roster({ core, quest });
    const driver = core.newDriver(quest, { roster, request: { agent: '', text: '', players: [...this.#players], ...(documents.length > 0 ? { documents } : {}) } });
    kit?.give(driver);
    const session = new Session({ ...this.#ports, ...asking }, id, quest, driver, kit, lease, () => this.#store.state.pace, {
      changed: () => desk.refresh(),
      deltas: (deltas) => desk.take(deltas),
      asks: (asks) => this.#store.setQuest({ asks }),
      made: () => this.#store.setQuest({ work: kit?.bench?.work ?? null }),
      waits: (until) => desk.drafts.waits(until),
      stopped: (why) => {
        desk.host = null;
        if (why.kind === 'failed') this.#store.set({ trouble: { kind: 'failed', message: why.message } });
        else {
          this.#write(id, quest);
          this.#store.setQuest({ mode: 'follow' });
          this.#whenFree(id, gone);
        }
      },
    });
    desk.host = session;
    void session.run();
  }

  takeOver(): void {
    const { quest } = this.#store.state;
    if (quest !== null) void this.open(quest.id, true);
  }

  reopen(): void {
    const { quest, route } = this.#store.state;
    const id = quest?.id ?? ('quest' in route ? route.quest : null);
    if (id !== null) void this.open(id);
  }

  /** An event that another tab stored. */
  async heard(id: string, n: number): Promise<void> {
    const { quest: desk } = this.#beside;
    const { host } = desk;
    if (host === null || !('hear' in host) || this.#store.state.quest?.id !== id) return;
    try {
      await host.hear(n);
    } catch {
      if (host === desk.host) await this.open(id); // it went another way than what was shown here: read it again
    }
  }

  /** Another choice of who plays: the quest that this tab drives goes on with it. What a model was writing is asked for anew. */
  async recast(): Promise<void> {
    const { quest, cast } = this.#store.state;
    if (this.#beside.quest.session === null || quest === null) return;
    if (JSON.stringify(playersFor(cast, quest.view.agents)) !== JSON.stringify(this.#players)) await this.open(quest.id);
  }

  /** Other tools, or other files: likewise. */
  async rekit(): Promise<void> {
    const { quest } = this.#store.state;
    if (quest === null || this.#beside.quest.session === null) return;
    if (this.#players.length > 0 || quest.work === null) await this.open(quest.id);
  }

  /** About which uses of tools somebody wants to be asked, beyond those that files say. */
  askFirst(asks: AskFirst | null): void {
    this.#store.set({ asks });
    void this.#ports.storage.putSetting('asks', asks).catch((error: unknown) => this.#store.storageFailed(error));
    void this.rekit();
  }

  /** Who holds the turn and is played by a model that is not set up here. */
  unplayed({ mode, view }: OpenQuest): string[] {
    if (mode !== 'drive' || view.status !== 'running') return [];
    return view.agents.flatMap(({ id, kind }) => (kind === 'model' && view.holders.includes(id) && !this.#players.some(({ agent }) => agent === id) ? [id] : []));
  }

  /** Stops the model that plays a seat, or says how it goes on; the others are not disturbed. */
  steer(agent: string, how: Steer['how']): void {
    const { quest } = this.#store.state;
    const { session } = this.#beside.quest;
    if (quest === null || session === null) return;
    try {
      session.steer({ agent, how });
      const others = quest.stopped.filter((one) => one !== agent);
      this.#store.setQuest({ stopped: how === 'stop' ? [...others, agent] : others });
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#store.toast(inWords(error));
    }
  }

  setPace(pace: number): void {
    this.#store.set({ pace });
    this.#beside.quest.session?.hurry();
    void this.#ports.storage.putSetting('pace', pace).catch((error: unknown) => this.#store.storageFailed(error));
  }

  /** The page is in front again, or the device woke up. */
  wake(): void {
    this.#beside.quest.session?.lookAtClock();
  }
}
