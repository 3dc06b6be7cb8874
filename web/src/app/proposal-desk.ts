import type { Driver, Effect, Request } from '@questline/core';
import type { Entropy } from '../ports/entropy.ts';
import type { Storage } from '../ports/storage.ts';
import { Asker, type AskerPorts } from './asker.ts';
import { base64url } from './bytes.ts';
import { inName, modelOf, playersOf, whoPlays } from './cast.ts';
import type { DriveDesk } from './drive-desk.ts';
import type { Engine } from './engine.ts';
import type { LibraryDesk } from './library-desk.ts';
import { inWords, recordOf, split, usageIn } from './logs.ts';
import type { Route } from './model.ts';
import type { PlanDesk } from './plan-desk.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { SeatDesk } from './seat-desk.ts';
import type { Store } from './store.ts';
import { openRoster } from './team.ts';
import type { Viewer } from './viewer.ts';
import { NEXT } from './work.ts';
import type { WorkDesk } from './work-desk.ts';

interface DeskPorts {
  storage: Storage;
  entropy: Entropy;
  asking: AskerPorts;
  go: (route: Route) => void;
}

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  drive: DriveDesk;
  seats: SeatDesk;
  library: LibraryDesk;
  work: WorkDesk;
  viewer: Viewer;
}

/** Quests on their way to a start: a request becomes a plan, which is changed by hand, and approved. */
export class ProposalDesk {
  #store: Store;
  #engine: Engine;
  #beside: Beside;
  #ports: DeskPorts;
  #planner: PlanDesk | null = null;
  #stop: (() => void) | null = null;

  constructor(store: Store, engine: Engine, beside: Beside, ports: DeskPorts) {
    this.#store = store;
    this.#engine = engine;
    this.#beside = beside;
    this.#ports = ports;
  }

  /** The coordinator plans what was typed; the quest then waits for approval. */
  async plan(): Promise<void> {
    const { leader, objective } = this.#store.state;
    if (objective.trim() === '') {
      this.#store.set({ note: 'Say in a sentence what the team should do.' });
      return;
    }
    const id = await this.propose({ agent: leader, mode: 'prequest', text: objective.trim() });
    if (id !== null) this.#ports.go({ screen: 'plan', quest: id });
  }

  /** A quest of a request, or of the plan in it; null: there is none, and the page says why. */
  async propose(request: Request): Promise<string | null> {
    if (this.#store.state.planning) return null;
    const { off, team, cast, providers } = this.#store.state;
    const planner = request.plan === undefined ? modelOf(cast, whoPlays(cast, request.agent)) : undefined;
    this.#store.set({ planning: true, note: null, asked: planner === undefined ? null : inName(planner, providers) });
    const { quest: desk, library, work } = this.#beside;
    desk.close();
    const { storage, asking } = this.#ports;
    try {
      const core = await this.#engine.fresh();
      const { roster } = openRoster(core, team.files, off);
      const quest = core.openQuest();
      const players = playersOf(cast, team.roster.agents.map(({ id }) => id));
      const documents = players.length > 0 ? await work.documents(NEXT) : [];
      const driver = core.newDriver(quest, { roster, request: { ...request, players, ...(documents.length > 0 ? { documents } : {}) } });
      // Until its first event a quest has no name to store it under: what comes before it is to be approved is made here, the rest by a session.
      const effect = await this.#untilAsked(driver);
      if (effect === null) return null;
      if (effect.kind !== 'ask.human') throw new Error(effect.answer ?? 'The coordinator made no plan of this. Put the objective in other words.');
      const view = quest.view();
      const id = view.id ?? '';
      await storage.putQuest(recordOf(id, view, true, asking.clock.now()), split(quest.log()));
      if (request.plan === undefined) {
        await storage.moveWork(NEXT, id);
        this.#store.set({ work: null });
      }
      driver.close();
      quest.close();
      roster.close();
      library.grew();
      return id;
    } catch (error) {
      this.#store.set({ note: inWords(error) });
      return null;
    } finally {
      desk.drafts.clear();
      this.#store.set({ planning: false, asked: null });
    }
  }

  /** Plans. The effect that ends it: a plan to be approved, or words in its place; null: somebody stopped it. */
  async #untilAsked(driver: Driver): Promise<Effect | null> {
    const { asking, entropy } = this.#ports;
    const { clock } = asking;
    let stopped = false;
    let failed: unknown;
    const asker = new Asker(asking, driver, {
      deltas: (deltas) => this.#beside.quest.drafts.take(deltas),
      asks: () => {}, // who plans has no tools
      failed: (error) => {
        failed = error;
      },
    });
    this.#stop = () => {
      stopped = true;
      asker.close();
    };
    try {
      while (!stopped && failed === undefined) {
        const effect = driver.next(clock.now());
        if (asker.perform(effect)) continue;
        if (effect.kind === 'random') driver.result(clock.now(), { id: effect.id, bytes: base64url(entropy.bytes(effect.n ?? 0)) });
        else if (effect.kind === 'log.append') driver.result(clock.now(), { id: effect.id, outcome: 'ok' });
        else if (effect.kind === 'wait') await asker.wait(effect.until);
        else return effect;
      }
    } finally {
      this.#stop = null;
      asker.close();
    }
    if (failed !== undefined) throw failed;
    return null;
  }

  stop(): void {
    this.#stop?.();
  }

  /** The plan on its way to approval. Its class comes with the screen that needs it. */
  planner(kind: typeof PlanDesk): PlanDesk {
    const store = this.#store;
    this.#planner ??= new kind({
      core: () => this.#engine.core,
      storage: this.#ports.storage,
      team: () => store.state.team,
      off: () => store.state.off,
      players: (agents) => playersOf(store.state.cast, agents),
      free: ({ provider }) => store.state.providers.some(({ id, local }) => id === provider && local),
      quest: () => store.state.quest,
      select: (task) => this.#beside.viewer.selectTask(task),
      toast: (text) => store.toast(text),
    });
    return this.#planner;
  }

  /** Starts the quest with the plan as it is shown. */
  async approve(reason = ''): Promise<void> {
    const { quest } = this.#store.state;
    if (quest === null) return;
    await this.#beside.drive.opened; // before, nobody writes to it
    const id = await this.#settled(quest.id);
    if (id === null) return;
    if (this.#store.state.quest?.mode === 'drive') await this.#beside.seats.seat();
    await this.#beside.quest.owner('approve', reason);
    this.#ports.go({ screen: 'quest', quest: id });
  }

  /**
   * The quest to be approved: a plan that was changed by hand, in its order of turns too, or is bound by a budget, makes it anew, before anything
   * ran. Null: that could not be done, and the page says why.
   */
  async #settled(id: string): Promise<string | null> {
    const planner = this.#planner;
    if (planner === null) return id;
    const { budget, changed, plan, policy, reordered } = planner;
    const bound = Object.keys(budget).length > 0;
    if (plan === null || !(changed || reordered || bound)) return id;
    const { storage } = this.#ports;
    const { drive, library } = this.#beside;
    const planned = usageIn(await storage.lines(id, 0));
    const made = await this.propose({ agent: plan.leader, mode: 'prequest', plan, planned, text: plan.objective, policy, ...(bound ? { budget } : {}) });
    if (made === null) {
      this.#store.toast(this.#store.state.note ?? 'The plan could not be started.');
      await drive.open(id);
      return null;
    }
    await planner.handOver(made);
    await storage.moveWork(id, made);
    await storage.remove(id);
    await drive.open(made);
    library.changed();
    return made;
  }
}
