import { type Core, CoreError, type PackSource, type Plan, type PlanChanges, type PlanCost, type PlanEdit, type PlanProblem, type Player, type PriceTable, type QuestView, type Roster, type Schedule } from '@questline/core';
import type { Storage } from '../ports/storage.ts';
import { inWords } from './logs.ts';
import type { AgentFile, KeptPlan, Off, OpenQuest, PlanBudget, Version } from './model.ts';
import { openRoster } from './team.ts';

const KEPT = 100; // versions of one plan; the proposed one is always among them

/** What the desk needs of the page. */
export interface PlanHost {
  core: () => Core;
  storage: Pick<Storage, 'setting' | 'putSetting'>;
  team: () => { files: readonly AgentFile[] };
  off: () => Off;
  /** Who is played by a model, of these agents. */
  players: (agents: readonly string[]) => Player[];
  /** Models that cost nothing, for they run on one's own machine. */
  free: (player: Player) => boolean;
  quest: () => OpenQuest | null;
  select: (task: string | null) => void;
  toast: (text: string) => void;
}

/** A plan and what follows from it. */
export interface Looked {
  plan: Plan;
  problems: readonly PlanProblem[];
  schedule: Schedule | null; // there is none of a cycle
  cost: PlanCost;
  players: string; // that the cost is of
}

/** The files of the project, from its root. */
export interface Project {
  name: string;
  paths: readonly string[];
}

const NONE: KeptPlan = { versions: [], at: 0, typed: null };

/** The plan of the open quest while it is only proposed: every version since, where we are among them, and what the core says of each. */
export class PlanDesk {
  #host: PlanHost;
  #quest: string | null = null;
  #kept: KeptPlan = NONE;
  #listeners = new Set<() => void>();
  #roster: { files: readonly AgentFile[]; off: Off; roster: Roster } | null = null;
  #looked: Looked | null = null;
  /** Of the project, to see who is given what of them; for as long as the page is open. */
  documents: readonly PackSource[] = [];
  /** Its files; for as long as the page is open. */
  project: Project | null = null;
  /** That stand before those the core knows. */
  prices: { name: string; table: PriceTable } | null = null;
  /** Why the last edit was not made. */
  refusal: PlanProblem | null = null;

  constructor(host: PlanHost) {
    this.#host = host;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes up the plan of a quest, with what was made of it before. */
  async follow({ id, plan }: OpenQuest): Promise<void> {
    if (this.#quest === id) return;
    this.#quest = id;
    this.#set(plan === null ? NONE : { versions: [{ plan, said: 'As proposed' }], at: 0, typed: null });
    if (plan === null) return;
    const kept = await this.#host.storage.setting(`plan:${id}`).catch(() => undefined);
    if (this.#quest !== id || kept === undefined || !kept.versions.some((version) => version.plan.hash === plan.hash)) return;
    if (this.#kept.versions.length === 1) this.#set(kept); // nobody was quicker
  }

  // ---- what there is

  /** Whether the plan may be changed: it is only proposed, and this tab carries the quest. */
  get open(): boolean {
    const quest = this.#host.quest();
    return quest !== null && quest.id === this.#quest && quest.plan !== null && quest.mode === 'drive' && quest.view.status === 'proposed';
  }

  get versions(): readonly Version[] {
    return this.#kept.versions;
  }

  get at(): number {
    return this.#kept.at;
  }

  get budget(): PlanBudget {
    return this.#kept.budget ?? {};
  }

  /** The order of turns that the quest will have. */
  get policy(): QuestView['policy'] {
    return this.#kept.policy ?? this.#host.quest()?.view.policy ?? 'strict';
  }

  /** Whether the quest is to be made with another order of turns than the proposed one has. */
  get reordered(): boolean {
    return this.open && this.policy !== this.#host.quest()?.view.policy;
  }

  setPolicy(policy: QuestView['policy']): void {
    if (!this.open) return;
    this.#set({ ...this.#kept, policy });
    this.#keep();
  }

  /** Words in the text form that were not taken over yet. */
  get typed(): string | null {
    return this.#kept.typed;
  }

  get plan(): Plan | null {
    const quest = this.#host.quest();
    if (quest === null) return null;
    return (this.open ? this.#kept.versions[this.#kept.at]?.plan : undefined) ?? quest.plan;
  }

  /** Whether it says something else than what was proposed. */
  get changed(): boolean {
    return this.open && this.plan?.hash !== this.#host.quest()?.plan?.hash;
  }

  /** The plan with its problems, its times and its cost; the same object until the plan changes, the team, or what it is held against. */
  look(): Looked | null {
    const { plan } = this;
    if (plan === null) return null;
    const roster = this.roster();
    const players = JSON.stringify(this.#players(plan));
    if (this.#looked?.plan !== plan || this.#looked.players !== players) {
      const core = this.#host.core();
      let schedule: Schedule | null = null;
      try {
        schedule = core.planSchedule(plan);
      } catch (error) {
        if (!(error instanceof CoreError)) throw error; // a cycle has no times, and its problem says so
      }
      const cost = this.cost(plan);
      const facts = { budget: this.budget, cost, ...(this.project === null ? {} : { paths: this.project.paths }) };
      this.#looked = { plan, problems: core.checkPlanWith(plan, facts, roster), schedule, cost, players };
    }
    return this.#looked;
  }

  /** What a plan costs with this team and these prices. */
  cost(plan: Plan): PlanCost {
    const players = this.#players(plan);
    const own = players.filter((player) => this.#host.free(player)).map(({ model }) => ({ model, input: 0, output: 0 }));
    const table = this.prices?.table ?? {};
    const prices = players.length === 0 ? table : { ...table, players, prices: [...own, ...(table.prices ?? [])] };
    return this.#host.core().planCost(plan, { roster: this.roster(), prices });
  }

  #players({ leader, tasks }: Plan): Player[] {
    return this.#host.players([...new Set([leader, ...tasks.map(({ agent }) => agent)])]);
  }

  /** The team as it is now, inside the core. */
  roster(): Roster {
    const { files } = this.#host.team();
    const off = this.#host.off();
    if (this.#roster === null || this.#roster.files !== files || this.#roster.off !== off) {
      this.#roster?.roster.close();
      this.#roster = { files, off, roster: openRoster(this.#host.core(), files, off).roster };
      this.#looked = null;
    }
    return this.#roster.roster;
  }

  // ---- changes

  /** Makes edits, all or none. True when they were made. */
  edit(edits: readonly PlanEdit[], said: string): boolean {
    const { plan } = this;
    if (plan === null || !this.open) return false;
    const { plan: made, ids = {}, refusal = null } = this.#host.core().editPlan(plan, edits, this.roster());
    if (made === undefined) {
      this.refusal = refusal;
      this.#tell();
      return false;
    }
    if (made.hash === plan.hash) {
      this.dismiss(); // it says the same: no version of its own
      return true;
    }
    const task = this.#host.quest()?.task ?? null;
    const [edit] = edits;
    const known = new Set(Object.values(ids));
    const fresh = made.tasks.find((one) => !known.has(one.id));
    this.#push(made, said);
    if (edit?.op === 'add' && fresh !== undefined) this.#host.select(fresh.id);
    else if (edit?.op === 'merge') this.#host.select((ids[edit.tasks?.[0] ?? ''] as string | undefined) ?? null);
    else if (task !== null) this.#host.select((ids[task] as string | undefined) ?? this.#neighbour(plan, task, made));
    return true;
  }

  /** A whole other plan in its place: of the text form, of a file. */
  replace(plan: Plan, said: string): void {
    if (!this.open) return;
    const titles = new Map(plan.tasks.map((task) => [task.title, task.id]));
    const title = this.plan?.tasks.find((task) => task.id === this.#host.quest()?.task)?.title;
    this.#push(plan, said);
    this.#host.select((title === undefined ? undefined : titles.get(title)) ?? plan.tasks[0]?.id ?? null);
  }

  /** Goes to another version: back is undo, forth is redo. */
  go(at: number): void {
    if (!this.open || this.#kept.versions[at] === undefined) return;
    this.#set({ ...this.#kept, at, typed: null });
    this.#keep();
    const task = this.#host.quest()?.task;
    if (task !== null && !this.plan?.tasks.some(({ id }) => id === task)) this.#host.select(this.plan?.tasks[0]?.id ?? null);
  }

  /** Keeps words of the text form that are not a plan yet, or not taken over. */
  type(typed: string | null): void {
    if (!this.open) return;
    this.#kept = { ...this.#kept, typed };
    this.#keep();
  }

  /** What differs between another plan and this one. */
  compare(before: Plan): PlanChanges | null {
    return this.plan === null ? null : this.#host.core().comparePlans(before, this.plan);
  }

  /** The versions go with the quest that was made of the plan. */
  async handOver(id: string): Promise<void> {
    await this.#host.storage.putSetting(`plan:${id}`, this.#kept);
  }

  addDocument(document: PackSource): void {
    this.#addDocuments([document]);
    this.#tell();
  }

  #addDocuments(more: readonly PackSource[]): void {
    const paths = new Set(more.map(({ path }) => path));
    this.documents = [...this.documents.filter(({ path }) => !paths.has(path)), ...more];
  }

  // ---- what it is held against

  /** @param amount  null: no limit */
  setBudget(limit: keyof PlanBudget, amount: number | null): void {
    if (!this.open) return;
    const { [limit]: _, ...rest } = this.budget;
    this.#kept = { ...this.#kept, budget: amount === null ? rest : { ...rest, [limit]: amount } };
    this.#keep();
    this.#lookAgain();
  }

  setProject({ documents, ...project }: Project & { documents: readonly PackSource[] }): void {
    this.project = project;
    this.#addDocuments(documents);
    this.#lookAgain();
  }

  /** Throws where the core does not read the table; then the prices are as they were. */
  setPrices(prices: { name: string; table: PriceTable }): void {
    const { plan } = this;
    if (plan !== null) this.#host.core().planCost(plan, { prices: prices.table });
    this.prices = prices;
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#looked = null;
    this.#tell();
  }

  dismiss(): void {
    if (this.refusal === null) return;
    this.refusal = null;
    this.#tell();
  }

  /** The task that stands where one was that is gone. */
  #neighbour(before: Plan, task: string, after: Plan): string | null {
    const at = before.tasks.findIndex(({ id }) => id === task);
    return after.tasks[Math.min(at, after.tasks.length - 1)]?.id ?? null;
  }

  #push(plan: Plan, said: string): void {
    const [first, ...rest] = this.#kept.versions.slice(0, this.#kept.at + 1);
    if (first === undefined) return;
    const versions = [first, ...rest.slice(-(KEPT - 2)), { plan, said }];
    this.#set({ ...this.#kept, versions, at: versions.length - 1, typed: null });
    this.#keep();
  }

  #set(kept: KeptPlan): void {
    this.#kept = kept;
    this.refusal = null;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #keep(): void {
    if (this.#quest === null) return;
    this.#host.storage.putSetting(`plan:${this.#quest}`, this.#kept).catch((error: unknown) => this.#host.toast(`This version is not stored: ${inWords(error)}`));
  }
}
