import { type Command, type Comparison, type Core, CoreError, type Driver, type Effect, type Plan, type Permit, type Player, type Quest, type QuestView, type Refusal, type Request, type Roster, type SeatDelta, type Steer, type Verdict } from '@questline/core';
import type { Cores } from '../ports/core.ts';
import type { Received } from '../ports/files.ts';
import type { Lease, Tabs } from '../ports/lock.ts';
import type { Net } from '../ports/net.ts';
import type { Notepad } from '../ports/notepad.ts';
import type { BuiltIn } from '../ports/prompt-api.ts';
import type { Reader } from '../ports/reader.ts';
import type { Storage } from '../ports/storage.ts';
import { sampleObjective, sampleTeam } from '../sample/index.ts';
import { Asker, type AskerPorts } from './asker.ts';
import { base64url } from './bytes.ts';
import { type Cast, NOBODY_CHOSEN, type Who, inName, kindOf, modelOf, playersFor, playersOf, whoPlays } from './cast.ts';
import { carrying } from './carried.ts';
import { CastDesk } from './cast-desk.ts';
import { Chair } from './chair.ts';
import type { ChatDesk } from './chat.ts';
import { TeamDesk } from './desk.ts';
import { Drafts } from './drafts.ts';
import { HandDesk } from './hand.ts';
import { Inspector } from './inspect.ts';
import { Kit } from './kit.ts';
import { Live } from './live.ts';
import { inWords, joined, planOf, recordOf, split, usageIn } from './logs.ts';
import type { AppState, LiveLink, Mode, OpenedLog, OpenQuest, Route } from './model.ts';
import { NotesDesk } from './notes.ts';
import type { PlanDesk } from './plan-desk.ts';
import { href, parseRoute } from './route.ts';
import { ServerDesk } from './servers.ts';
import { Session } from './session.ts';
import { SignInDesk } from './sign-in.ts';
import { checked } from './signatures.ts';
import { Store } from './store.ts';
import { takeIn } from './taken.ts';
import { defaultLeader, openRoster, readTeam } from './team.ts';
import { Vault } from './vault.ts';
import { Viewer } from './viewer.ts';
import { copyWork, NEXT, unended } from './work.ts';
import { WorkDesk } from './work-desk.ts';
import { type Sent, Writer, type WriterPorts } from './writer.ts';

export interface Ports extends Pick<WriterPorts, 'clock' | 'entropy'>, Omit<AskerPorts, 'keyOf'> {
  first: Core;
  cores: Cores;
  startReader: () => Reader;
  storage: Storage;
  tabs: Tabs;
  net: Net;
  notepad: Notepad;
  download: (name: string, text: string | Uint8Array) => void;
  builtIn: () => Promise<BuiltIn>;
  leave: (url: string) => void;
}

export const PACES: readonly { ms: number; word: string }[] = [
  { ms: 1600, word: 'Slow' },
  { ms: 800, word: 'Normal' },
  { ms: 250, word: 'Fast' },
  { ms: 0, word: 'At once' },
];
const PACE = 800;

/** All state of the page, and everything that may change it. Views get the state and call these methods; they do nothing else. */
export class App {
  #ports: Ports;
  #core: Core;
  #whole: Promise<void> | null = null;
  #store: Store;
  #session: Session | null = null;
  #writer: Writer | null = null; // while another tab drives
  #live: Live | null = null;
  #open: { core: Core; quest: Quest } | null = null; // the objects behind state.quest
  #waiting = new AbortController(); // for the lock of the quest that another tab drives
  #opening = 0; // the newest request to open a quest wins
  #planner: PlanDesk | null = null;
  #chats: ChatDesk | null = null;
  #players: readonly Player[] = []; // of the quest that this tab drives
  #whenOpen: Promise<void> = Promise.resolve(); // until the quest is open, or is open again
  #seating: Promise<void> = Promise.resolve(); // until the seats that were given away are
  #kit: Kit | null = null; // of the quest that this tab drives
  #roster: Roster | null = null; // that its driver uses
  #stopPlanning: (() => void) | null = null;
  readonly drafts = new Drafts();
  readonly vault: Vault;
  readonly cast: CastDesk;
  readonly signIn: SignInDesk;
  readonly servers: ServerDesk;
  readonly hand: HandDesk;
  readonly work: WorkDesk;
  readonly notes: NotesDesk;
  readonly desk: TeamDesk;
  readonly viewer: Viewer;
  readonly inspect: Inspector;
  readonly chair: Chair;

  constructor(ports: Ports, fixedPace: number | null) {
    this.#ports = ports;
    this.#core = ports.first;
    const team = readTeam(this.#core, sampleTeam, true);
    const start: AppState = {
      route: parseRoute(location.hash),
      booting: true,
      team,
      off: {},
      file: null,
      leader: defaultLeader(team.roster, undefined),
      objective: sampleObjective,
      library: null,
      preview: null,
      quest: null,
      trouble: null,
      opened: { state: 'none' },
      planning: false,
      asked: null,
      cast: NOBODY_CHOSEN,
      providers: [],
      servers: [],
      work: null,
      gathering: false,
      slots: {},
      signing: null,
      wanted: null,
      note: null,
      pace: fixedPace ?? PACE,
      lasting: 'unasked',
      online: navigator.onLine,
      server: false,
      carries: null,
      carried: [],
      help: false,
      dragging: false,
      storageBroken: null,
      toast: null,
    };
    this.#store = new Store(start, ports.clock);
    this.vault = new Vault(this.#store, ports);
    this.cast = new CastDesk(this.#store, this.vault, { core: () => this.#core, storage: ports.storage, http: carrying(ports.http, () => this.state), net: ports.net, builtIn: ports.builtIn, changed: () => void this.#recast() });
    this.signIn = new SignInDesk(this.#store, this.vault, { ...ports, core: () => this.whole().then(() => this.#core) });
    this.servers = new ServerDesk(this.#store, this.vault, { core: () => this.#core, storage: ports.storage, http: ports.http, changed: () => void this.#rekit() });
    this.hand = new HandDesk(this.#store, { net: ports.net, open: () => this.#open });
    this.work = new WorkDesk(this.#store, {
      core: () => this.#newCore(),
      storage: ports.storage,
      download: ports.download,
      bench: () => this.#kit?.bench ?? null,
      changed: () => void this.#rekit(),
    });
    this.notes = new NotesDesk(this.#store, ports, () => this.#open);
    this.desk = new TeamDesk(this.#store, { core: () => this.#core, storage: ports.storage, startReader: ports.startReader, go: (route) => this.go(route) });
    this.viewer = new Viewer(this.#store, ports.clock, () => this.#open?.quest ?? null);
    this.inspect = new Inspector(this.#store, ports.clock, () => this.#open);
    this.chair = new Chair(this.#store, ports.notepad, () => this.#open?.quest ?? null, (command) => this.#send(command));
    this.desk.change({});
    ports.tabs.listen((message) => {
      if (message.kind === 'library') void this.#readLibrary();
      else if (message.kind === 'notes') this.notes.heard(message.quest, message.lines);
      else if (message.kind === 'event') void this.#heard(message.quest, message.n);
      else if (message.kind === 'live' && this.state.quest?.id === message.quest && this.#live === null) void this.openQuest(message.quest);
    });
    void this.#boot(fixedPace);
  }

  get state(): AppState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  // ---- start, routes

  async #boot(fixedPace: number | null): Promise<void> {
    const { storage } = this.#ports;
    try {
      const [which, files, off, leader, objective, pace, asked, cast, servers, carried, work] = await Promise.all([
        storage.setting('team'),
        storage.team(),
        storage.setting('off'),
        storage.setting('leader'),
        storage.setting('objective'),
        storage.setting('pace'),
        storage.setting('asked'),
        storage.setting('cast'),
        storage.setting('servers'),
        storage.setting('carried'),
        storage.work(NEXT),
        this.vault.read(),
      ]);
      const team = files.length > 0 ? readTeam(this.#core, files, which !== 'own') : this.state.team;
      this.#store.set({ pace: fixedPace ?? pace ?? PACE, cast: cast ?? NOBODY_CHOSEN, servers: servers ?? [], carried: carried ?? [], work: work ?? null });
      this.desk.change({ team, off: off?.[team.sample ? 'sample' : 'own'] ?? {}, leader: defaultLeader(team.roster, leader), objective: objective ?? this.state.objective });
      await this.#readLibrary();
      if (asked === true) void storage.persisted().then((kept) => this.#store.set({ lasting: kept ? 'granted' : 'refused' }));
    } catch (error) {
      this.#store.storageFailed(error);
    }
    this.#store.set({ booting: false });
    await this.navigate(location.hash);
  }

  go(route: Route): void {
    const to = href(route);
    if (location.hash === to) void this.navigate(to);
    else location.hash = to;
  }

  async navigate(hash: string): Promise<void> {
    const route = parseRoute(hash);
    this.#store.set({ route, help: false, note: null });
    if (this.state.booting) return;
    this.desk.showPreview();
    if (route.screen === 'open' && route.fragment !== '') await this.#openLink(`#${route.fragment}`);
    else if (route.screen === 'live') await this.#openLive({ id: route.id, token: route.token });
    else if (route.screen === 'plan' || route.screen === 'quest' || route.screen === 'report' || route.screen === 'share') {
      const id = route.quest ?? (await this.#ports.storage.setting('current').catch(() => undefined)) ?? null;
      if (id !== null && this.state.quest?.id !== id) await this.openQuest(id);
      else if (id === null && this.state.quest === null) this.#store.set({ trouble: null });
      // Only who shares may want a server: nobody is asked for one before.
      if (route.screen === 'share') this.#store.set({ server: (await this.#ports.net.server()) !== null });
    } else if (route.screen === 'models' && this.state.carried.length > 0) await this.cast.lookForProxy();
  }

  async #readLibrary(): Promise<void> {
    const library = await this.#ports.storage.list();
    this.#store.set({ library: library.sort((a, b) => b.updated - a.updated) });
  }

  /** What was dropped or picked: a quest is opened, agent files go to the team. */
  receive({ files, quests, notes, skipped }: Received): void {
    const [quest] = quests;
    if (quest !== undefined) void this.openFile(quest.name, quest.text, notes);
    else if (notes !== '') void this.notes.receive(notes);
    else this.desk.receive(files, skipped);
  }

  // ---- a new quest

  /** The coordinator plans; the quest then waits for approval. */
  async plan(): Promise<void> {
    const { leader, objective } = this.state;
    if (objective.trim() === '') {
      this.#store.set({ note: 'Say in a sentence what the team should do.' });
      return;
    }
    const id = await this.propose({ agent: leader, mode: 'prequest', text: objective.trim() });
    if (id !== null) this.go({ screen: 'plan', quest: id });
  }

  /** A quest of a request, or of the plan in it; null: there is none, and the page says why. */
  async propose(request: Request): Promise<string | null> {
    if (this.state.planning) return null;
    const { off, team, cast } = this.state;
    const planner = request.plan === undefined ? modelOf(cast, whoPlays(cast, request.agent)) : undefined;
    this.#store.set({ planning: true, note: null, asked: planner === undefined ? null : inName(planner, this.state.providers) });
    this.#closeQuest();
    const { storage, clock } = this.#ports;
    try {
      const core = await this.#newCore();
      const { roster } = openRoster(core, team.files, off);
      const quest = core.openQuest();
      const players = playersOf(cast, team.roster.agents.map(({ id }) => id));
      const documents = players.length > 0 ? await this.work.documents(NEXT) : [];
      const driver = core.newDriver(quest, { roster, request: { ...request, players, ...(documents.length > 0 ? { documents } : {}) } });
      // Until its first event a quest has no name to store it under: what comes before it is to be approved is made here, the rest by a session.
      const effect = await this.#untilAsked(driver);
      if (effect === null) return null;
      if (effect.kind !== 'ask.human') throw new Error(effect.answer ?? 'The coordinator made no plan of this. Put the objective in other words.');
      const view = quest.view();
      const id = view.id ?? '';
      await storage.putQuest(recordOf(id, view, true, clock.now()), split(quest.log()));
      if (request.plan === undefined) {
        await storage.moveWork(NEXT, id);
        this.#store.set({ work: null });
      }
      driver.close();
      quest.close();
      roster.close();
      this.#changedLibrary();
      void this.#askLasting();
      return id;
    } catch (error) {
      this.#store.set({ note: inWords(error) });
      return null;
    } finally {
      this.drafts.clear();
      this.#store.set({ planning: false, asked: null });
    }
  }

  /** Plans. The effect that ends it: a plan to be approved, or words in its place; null: somebody stopped it. */
  async #untilAsked(driver: Driver): Promise<Effect | null> {
    const { clock, entropy } = this.#ports;
    let stopped = false;
    let failed: unknown;
    const asker = new Asker(this.#asking(), driver, {
      deltas: (deltas) => this.drafts.take(deltas),
      asks: () => {}, // who plans has no tools
      failed: (error) => {
        failed = error;
      },
    });
    this.#stopPlanning = () => {
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
      this.#stopPlanning = null;
      asker.close();
    }
    if (failed !== undefined) throw failed;
    return null;
  }

  stopPlanning(): void {
    this.#stopPlanning?.();
  }

  #asking(): AskerPorts {
    const { clock, frame, http } = this.#ports;
    return { clock, frame, http: carrying(http, () => this.state), keyOf: (slot, url) => this.vault.key(slot, url) };
  }

  async #askLasting(): Promise<void> {
    if (this.state.lasting !== 'unasked') return;
    const { storage } = this.#ports;
    await storage.putSetting('asked', true);
    this.#store.set({ lasting: (await storage.persist()) ? 'granted' : 'refused' });
  }

  async allowLasting(): Promise<void> {
    const granted = await this.#ports.storage.persist();
    this.#store.set({ lasting: granted ? 'granted' : 'refused' });
    if (!granted) this.#store.toast('The browser said no. Save the quests you want to keep as files.');
  }

  #changedLibrary(): void {
    this.#ports.tabs.send({ kind: 'library' });
    void this.#readLibrary();
  }

  // ---- an open quest

  #closeQuest(): void {
    this.#opening += 1;
    this.#waiting.abort();
    this.#waiting = new AbortController();
    this.#session?.close();
    this.#session = null;
    this.#kit = null;
    this.#writer?.close();
    this.#writer = null;
    this.#live?.close();
    this.#live = null;
    this.#open?.quest.close();
    this.#open = null;
    this.#roster?.close();
    this.#roster = null;
    this.vault.leave();
    this.drafts.clear();
    this.#store.set({ quest: null, trouble: null });
  }

  /** Reads a quest of this browser and goes on with it, unless another tab does. */
  openQuest(id: string, steal = false): Promise<void> {
    return (this.#whenOpen = this.#readQuest(id, steal));
  }

  async #readQuest(id: string, steal: boolean): Promise<void> {
    this.#closeQuest();
    const turn = this.#opening;
    const { storage, tabs } = this.#ports;
    try {
      const record = await storage.record(id);
      const lines = record === undefined ? [] : await storage.lines(id, 0);
      if (turn !== this.#opening) return;
      if (record === undefined || lines.length === 0) {
        this.#store.set({ trouble: { kind: 'missing' } });
        return;
      }
      const log = joined(lines);
      const core = await this.#newCore();
      if (turn !== this.#opening) return;
      const verdict = core.verify(log);
      if (verdict.intact === 'no' || verdict.legal === 'no') {
        this.#store.set({ trouble: { kind: 'broken', verdict, log } });
        return;
      }
      void storage.putSetting('current', id);
      const quest = core.openQuest(log);
      const lease = record.drive ? await tabs.acquire(id, steal) : null;
      if (turn !== this.#opening) {
        lease?.release();
        quest.close();
        return;
      }
      const live = (await storage.setting('live'))?.[id];
      if (turn !== this.#opening) {
        lease?.release();
        quest.close();
        return;
      }
      const [work, kept] = await Promise.all([storage.work(id), storage.parts(id)]);
      if (turn !== this.#opening) {
        lease?.release();
        quest.close();
        return;
      }
      this.#show(id, core, quest, lease !== null ? 'drive' : record.drive ? 'follow' : 'watch', null);
      const parts = unended(quest, kept);
      this.#store.setQuest({ work: work ?? null, parts });
      if (lease !== null) for (const part of kept) if (!parts.includes(part)) await storage.removePart(id, part.start);
      await this.notes.begin(true);
      const kit = lease !== null && live === undefined && playersFor(this.state.cast, quest.view().agents).length > 0 ? await Kit.open(core, this.#ports, id, this.state.servers, quest) : null;
      if (turn !== this.#opening) {
        kit?.close();
        lease?.release();
        return;
      }
      this.#kit = kit;
      if (lease === null && record.drive) tabs.whenFree(id, this.#waiting.signal, () => void this.openQuest(id));
      // What a server keeps goes on there and nowhere else, also while it is out of reach: two logs would come of it.
      if (live !== undefined) this.#goLive(live, lease);
      else if (lease !== null) await this.#drive(core, kit, lease);
      else if (record.drive) this.#writer = new Writer(this.#ports, id, quest, () => this.#refresh());
    } catch (error) {
      if (turn === this.#opening) this.#store.set({ trouble: { kind: 'storage', message: inWords(error) } });
    }
  }

  /** This tab performs the effects, until another one takes that over. */
  async #drive(core: Core, kit: Kit | null, lease: Lease): Promise<void> {
    const { id } = this.state.quest ?? {};
    const { quest } = this.#open ?? {};
    if (id === undefined || quest === undefined) return;
    const { cast, off, team } = this.state;
    const turn = this.#opening;
    const documents = kit?.bench === null || kit === null ? [] : await this.work.documents(id);
    if (turn !== this.#opening) {
      kit?.close();
      lease.release();
      return;
    }
    this.#players = playersFor(cast, quest.view().agents);
    this.#roster = openRoster(core, team.files, off).roster;
    const driver = core.newDriver(quest, { roster: this.#roster, request: { agent: '', text: '', players: [...this.#players], ...(documents.length > 0 ? { documents } : {}) } });
    kit?.give(driver);
    this.#session = new Session({ ...this.#ports, ...this.#asking() }, id, quest, driver, kit, lease, () => this.state.pace, {
      changed: () => this.#refresh(),
      deltas: (deltas) => this.#take(deltas),
      asks: (asks) => this.#store.setQuest({ asks }),
      made: () => this.#store.setQuest({ work: kit?.bench?.work ?? null }),
      waits: (until) => this.drafts.waits(until),
      stopped: (why) => {
        this.#session = null;
        if (why.kind === 'failed') this.#store.set({ trouble: { kind: 'failed', message: why.message } });
        else {
          this.#writer = new Writer(this.#ports, id, quest, () => this.#refresh());
          this.#store.setQuest({ mode: 'follow' });
          this.#ports.tabs.whenFree(id, this.#waiting.signal, () => void this.openQuest(id));
        }
      },
    });
    void this.#session.run();
  }

  /** Another choice of who plays: the quest that this tab drives goes on with it. What a model was writing is asked for anew. */
  async #recast(): Promise<void> {
    const { quest, cast } = this.state;
    if (this.#session === null || quest === null) return;
    if (JSON.stringify(playersFor(cast, quest.view.agents)) !== JSON.stringify(this.#players)) await this.openQuest(quest.id);
  }

  /** Other tools, or other files: likewise. */
  async #rekit(): Promise<void> {
    const { quest } = this.state;
    if (quest === null || this.#session === null) return;
    if (this.#players.length > 0 || quest.work === null) await this.openQuest(quest.id);
  }

  /** What models write, and which servers are not there. */
  #take(deltas: readonly SeatDelta[]): void {
    this.drafts.take(deltas.filter(({ server, stopped }) => server === undefined && stopped !== true));
    const silent = { ...this.state.quest?.silent };
    for (const { server, problem } of deltas) if (server !== undefined && problem !== undefined) silent[server] = problem;
    if (deltas.some(({ server }) => server !== undefined)) this.#store.setQuest({ silent });
  }

  /** Somebody said yes or no to a call of a tool. */
  allow(id: number, allowed: boolean): void {
    this.#session?.allow(id, allowed);
    void this.#live?.allow(id, allowed).catch((error: unknown) => this.#store.toast(inWords(error)));
  }

  /** Bytes that tools or models made, by their hash; undefined: they are kept neither here nor at the server. */
  async blob({ id, link }: OpenQuest, hash: string): Promise<Uint8Array | undefined> {
    return (await this.#ports.storage.blob(id, hash)) ?? (link === null ? undefined : this.hand.blob(link, hash));
  }

  /** Stops the model that plays a seat, or says how it goes on; the others are not disturbed. */
  steer(agent: string, how: Steer['how']): void {
    const { quest } = this.state;
    if (quest === null || this.#session === null) return;
    try {
      this.#session.steer({ agent, how });
      const others = quest.stopped.filter((one) => one !== agent);
      this.#store.setQuest({ stopped: how === 'stop' ? [...others, agent] : others });
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      this.#store.toast(inWords(error));
    }
  }

  /** What an agent's file says to a call. */
  permitOf(agent: string, tool: string, path: string | null): Permit | null {
    if (this.#open === null || this.#roster === null) return null;
    try {
      return this.#open.core.permit(this.#roster, agent, tool, path);
    } catch {
      return null; // it has no file here any more
    }
  }

  /** Who holds the turn and is played by a model that is not set up here. */
  unplayed({ mode, view }: OpenQuest): string[] {
    if (mode !== 'drive' || view.status !== 'running') return [];
    return view.agents.flatMap(({ id, kind }) => (kind === 'model' && view.holders.includes(id) && !this.#players.some(({ agent }) => agent === id) ? [id] : []));
  }

  /** Gives a seat to somebody else in the middle of a quest. Who held the turn there loses it to whoever sits there now. */
  reseat(agent: string, who: Who): Promise<void> {
    this.#seating = this.#seating.then(() => this.#reseat(agent, who));
    return this.#seating;
  }

  async #reseat(agent: string, who: Who): Promise<void> {
    await this.#whenOpen;
    const { quest, cast } = this.state;
    const seat = quest?.view.agents.find(({ id }) => id === agent);
    const chosen: Cast = { ...cast, agents: { ...cast.agents, [agent]: who } };
    const kind = kindOf(chosen, agent);
    if (quest?.mode !== 'drive' || seat === undefined) return;
    const claims = seat.kind !== kind || seat.taken;
    if (claims) {
      const sent = await this.#send({ by: '@owner', type: 'claim', agent, seat: kind });
      if (sent === null || 'refusal' in sent) return;
      await this.command({ by: '@owner', type: 'release', agent });
    }
    this.cast.agent(agent, who);
    await this.#whenOpen;
  }

  /** Seats the players that were chosen, where nobody sat down and others play. */
  async #seat(): Promise<void> {
    const { quest, cast } = this.state;
    for (const { id, kind, taken } of quest?.view.agents ?? []) {
      const seat = kindOf(cast, id);
      if (id === '@owner' || taken || seat === kind) continue;
      await this.command({ by: '@owner', type: 'claim', agent: id, seat });
      await this.command({ by: '@owner', type: 'release', agent: id });
    }
    await this.#recast();
  }

  #show(id: string, core: Core, quest: Quest, mode: Mode, link: LiveLink | null): void {
    this.#open = { core, quest };
    const view = quest.view();
    this.#store.set({
      trouble: null,
      quest: {
        id,
        mode,
        view,
        shown: view,
        at: null,
        replaying: false,
        plan: planOf(core, quest),
        verdict: quest.verdict(),
        attempts: [],
        task: null,
        notes: [],
        place: this.chair.remembered(id),
        link,
        asks: [],
        stopped: [],
        work: null,
        parts: [],
        silent: {},
        handed: null,
        cut: null,
      },
    });
    void this.#checkSignatures();
  }

  /** Says what the signatures are worth, unless the quest went on or was closed meanwhile. */
  async #checkSignatures(): Promise<void> {
    const open = this.#open;
    const verdict = this.state.quest?.verdict;
    if (open === null || verdict?.signers === undefined) return;
    const known = await checked(open.quest, verdict).catch(() => verdict);
    if (this.#open !== open || this.state.quest?.verdict !== verdict) return;
    this.#store.setQuest({ verdict: known });
    const { opened } = this.state;
    if (opened.state === 'ok' && opened.opened.verdict === verdict) this.#store.set({ opened: { state: 'ok', opened: { ...opened.opened, verdict: known } } });
  }

  /** After one or more events: what the screens show, and what the library knows. */
  #refresh(): void {
    const open = this.#open;
    const shown = this.state.quest;
    if (open === null || shown === null) return;
    const view = open.quest.view();
    const verdict = open.quest.verdict();
    const parts = shown.parts.filter(({ agent }) => view.holders.includes(agent)); // who answered needs none
    const stopped = view.status === 'running' ? shown.stopped.filter((agent) => view.holders.includes(agent)) : [];
    this.#store.setQuest({ view, shown: shown.at === null ? view : shown.shown, verdict, stopped, ...(parts.length === shown.parts.length ? {} : { parts }) });
    void this.#checkSignatures();
    this.notes.grown();
    this.chair.follow();
    if (shown.mode === 'drive' || (shown.mode === 'live' && this.#live?.drives === true)) {
      const { storage, clock } = this.#ports;
      void storage
        .record(shown.id)
        .then((record) => storage.putRecord({ ...recordOf(shown.id, view, true, clock.now()), created: record?.created ?? clock.now() }))
        .then(() => this.#readLibrary())
        .catch((error: unknown) => this.#store.storageFailed(error));
    }
  }

  /** An event that another tab stored. */
  async #heard(id: string, n: number): Promise<void> {
    const hears = this.#session ?? this.#writer;
    if (hears === null || this.state.quest?.id !== id) return;
    try {
      await hears.hear(n);
    } catch {
      if (hears === (this.#session ?? this.#writer)) await this.openQuest(id); // it went another way than what was shown here: read it again
    }
  }

  takeOver(): void {
    if (this.state.quest !== null) void this.openQuest(this.state.quest.id, true);
  }

  reopen(): void {
    const { route } = this.state;
    const id = this.state.quest?.id ?? ('quest' in route ? route.quest : null);
    if (id !== null) void this.openQuest(id);
  }

  /** Sends a command. The machine's refusal is shown beside the talk; nothing of it is kept. Null: it was not sent, and the page says why. */
  async #send(command: Command): Promise<Sent | null> {
    const open = this.#open;
    const quest = this.state.quest;
    const writes = this.#live ?? this.#session ?? this.#writer;
    if (open === null || quest === null || writes === null) return null;
    const hashBefore = open.quest.state().hash;
    try {
      const sent = await writes.command(command);
      if ('refusal' in sent) {
        const attempt = {
          key: this.#store.key(),
          by: command.by,
          type: command.type,
          after: open.quest.head().n - 1,
          refusal: sent.refusal,
          hashBefore,
          hashAfter: open.quest.state().hash,
        };
        this.#store.setQuest({ attempts: [...(this.state.quest?.attempts ?? []), attempt] });
      }
      return sent;
    } catch (error) {
      if (typeof this.state.quest?.cut !== 'string') this.#store.toast(inWords(error)); // else the notice says it, and the form that the words are kept
      return null;
    }
  }

  /** The refusal, if the machine refuses. */
  async command(command: Command): Promise<Refusal | null> {
    const sent = await this.#send(command);
    return sent !== null && 'refusal' in sent ? sent.refusal : null;
  }

  owner(type: 'approve' | 'reject' | 'pause' | 'resume' | 'abort', reason = ''): Promise<Refusal | null> {
    return this.command({ by: '@owner', type, ...(reason === '' ? {} : { reason }) });
  }

  /** The page is in front again, or the device woke up. */
  wake(): void {
    this.#session?.lookAtClock();
  }

  now(): number {
    return this.#ports.clock.now();
  }

  /** Starts the quest with the plan as it is shown: one that was changed by hand, in its order of turns too, or is bound by a budget, makes the quest anew, before anything ran. */
  async approve(reason = ''): Promise<void> {
    const { quest } = this.state;
    const planner = this.#planner;
    if (quest === null) return;
    let { id } = quest;
    const budget = planner === null || Object.keys(planner.budget).length === 0 ? {} : { budget: planner.budget };
    const plan = planner?.changed === true || planner?.reordered === true || 'budget' in budget ? (planner?.plan ?? null) : null;
    if (planner !== null && plan !== null) {
      const planned = usageIn(await this.#ports.storage.lines(id, 0));
      const made = await this.propose({ agent: plan.leader, mode: 'prequest', plan, planned, text: plan.objective, policy: planner.policy, ...budget });
      if (made === null) this.#store.toast(this.state.note ?? 'The plan could not be started.');
      else {
        await planner.handOver(made);
        await this.#ports.storage.moveWork(id, made);
        await this.#ports.storage.remove(id);
        id = made;
      }
      await this.openQuest(id);
      if (made === null) return;
      this.#changedLibrary();
    }
    if (this.state.quest?.mode === 'drive') await this.#seat();
    await this.owner('approve', reason);
    this.go({ screen: 'quest', quest: id });
  }

  /** Plans on their way to approval. Its class comes with the screen that needs it. */
  planner(kind: typeof PlanDesk): PlanDesk {
    this.#planner ??= new kind({
      core: () => this.#core,
      storage: this.#ports.storage,
      team: () => this.state.team,
      off: () => this.state.off,
      players: (agents) => playersOf(this.state.cast, agents),
      free: ({ provider }) => this.state.providers.some(({ id, local }) => id === provider && local),
      quest: () => this.state.quest,
      select: (task) => this.viewer.selectTask(task),
      toast: (text) => this.#store.toast(text),
    });
    return this.#planner;
  }

  /** Conversations. Its class comes with the screen that needs it. */
  chats(kind: typeof ChatDesk): ChatDesk {
    this.#chats ??= new kind({
      newCore: () => this.#newCore(),
      asking: () => this.#asking(),
      kit: (core, id) => Kit.open(core, this.#ports, id, this.state.servers, null),
      storage: this.#ports.storage,
      team: () => ({ files: this.state.team.files, off: this.state.off }),
      players: (agent) => playersOf(this.state.cast, [agent]),
      newId: () => base64url(this.#ports.entropy.bytes(9)),
      toast: (text, undo) => this.#store.toast(text, undo ?? null),
      storageFailed: (error) => this.#store.storageFailed(error),
      download: this.#ports.download,
    });
    return this.#chats;
  }

  /** Words of a conversation become the objective of a plan. */
  async planThis(agent: string, words: string): Promise<void> {
    this.desk.pickLeader(agent);
    this.desk.setObjective(words);
    await this.plan();
    if (this.state.note !== null) this.#store.toast(this.state.note);
  }

  /** Resolves when the whole core stands in the place of the part that first sight needs. */
  whole(): Promise<void> {
    this.#whole ??= this.#ports.cores().then(
      (core) => {
        this.#core = core;
        this.#store.set({ providers: core.llmProviders() });
      },
      (error: unknown) => {
        this.#whole = null; // the next one asks again
        throw error;
      },
    );
    return this.#whole;
  }

  /** An instance of its own for a quest. */
  async #newCore(): Promise<Core> {
    await this.whole();
    return this.#ports.cores();
  }

  /** For what is fetched later: the core of stateless calls, what this browser keeps, and its other tabs. */
  get core(): Core {
    return this.#core;
  }

  get storage(): Storage {
    return this.#ports.storage;
  }

  get tabs(): Tabs {
    return this.#ports.tabs;
  }

  toast(text: string, undo: (() => void) | null = null): void {
    this.#store.toast(text, undo);
  }

  setPace(pace: number): void {
    this.#store.set({ pace });
    this.#session?.hurry();
    void this.#ports.storage.putSetting('pace', pace).catch((error: unknown) => this.#store.storageFailed(error));
  }

  // ---- sharing

  /** The `#q=` link of the open quest, or how long it would be. */
  link(): { ok: true; url: string; chars: number; warning: string | null } | { ok: false; chars: number; message: string } | null {
    const open = this.#open;
    if (open === null) return null;
    try {
      const link = open.core.makeLink(open.quest.log());
      const url = `${location.origin}${location.pathname}${link.fragment.startsWith('#') ? link.fragment : `#${link.fragment}`}`;
      return { ok: true, url, chars: url.length, warning: link.warning };
    } catch (error) {
      if (error instanceof CoreError && error.status === 'QL_ERR_LIMIT') return { ok: false, chars: error.failure.offset, message: inWords(error) };
      return { ok: false, chars: 0, message: inWords(error) };
    }
  }

  log(): string {
    return this.#open?.quest.log() ?? '';
  }

  download(name: string, text: string): void {
    this.#ports.download(name, text);
  }

  async copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }

  // ---- what somebody else wrote

  async #openLink(fragment: string): Promise<void> {
    this.#closeQuest();
    const turn = this.#opening;
    try {
      await this.whole();
      if (turn === this.#opening) await this.#opened('link', 'a link', this.#core.openLink(fragment));
    } catch (error) {
      if (turn === this.#opening) this.#store.set({ opened: { state: 'bad', message: inWords(error) } });
    }
  }

  async openFile(name: string, text: string, notes = ''): Promise<void> {
    try {
      await this.#opened('file', name, text, notes);
      this.go({ screen: 'open', fragment: '' });
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  /** Verifies and shows a log. Nothing is stored and nothing runs. */
  async #opened(source: OpenedLog['source'], name: string, log: string, notes = ''): Promise<void> {
    const core = await this.#newCore();
    const verdict: Verdict = core.verify(log);
    let view: QuestView | null = null;
    this.#closeQuest();
    const quest = core.openQuest();
    const sound = split(log).slice(0, verdict.events);
    if (sound.length > 0) {
      quest.append(joined(sound));
      view = quest.view();
    }
    const own = this.state.library?.find((record) => record.id === view?.id) ?? null;
    if (view !== null) {
      this.#show(view.id ?? name, core, quest, 'watch', null);
      void this.notes.begin(false, notes);
    }
    this.#store.setQuest({ verdict });
    this.#store.set({ opened: { state: 'ok', opened: { source, name, log, view, verdict, own } } });
    void this.#checkSignatures();
  }

  /** Takes an opened log as a quest of this browser and goes on with it. */
  async continueAsMine(): Promise<void> {
    if (this.state.opened.state !== 'ok') return;
    const { log, view } = this.state.opened.opened;
    if (view === null) return;
    const { storage, clock } = this.#ports;
    const own = view.id ?? view.head.slice(0, 10);
    let id = own;
    let taken = await takeIn(this.#core, storage, id, split(log), clock.now());
    if (taken === 'parts') {
      id = `${own}-${view.head.slice(0, 6)}`; // both went on after a common start: the other one stays as it is
      taken = await takeIn(this.#core, storage, id, split(log), clock.now());
    }
    await this.notes.keep(id);
    if (taken === 'same') this.#store.toast('This browser has this quest already, with all of this.');
    if (taken === 'more') this.#store.toast('This browser has this quest already: what the other copy has more was added.');
    this.#closeQuest();
    this.#changedLibrary();
    void this.#askLasting();
    const proposed = (await storage.record(id))?.status === 'proposed';
    this.go({ screen: proposed ? 'plan' : 'quest', quest: id });
  }

  /** Goes on from an event as another quest; the one that is open stays as it is. */
  async fork(n: number): Promise<void> {
    const { storage, clock, entropy } = this.#ports;
    try {
      const lines = this.inspect.fork(n, entropy.bytes(32));
      const probe = this.#core.openQuest(joined(lines));
      const view = probe.view();
      const { artifacts } = probe.standing();
      probe.close();
      const id = view.id ?? '';
      await copyWork(storage, this.state.quest?.id ?? '', id, artifacts);
      await storage.putQuest(recordOf(id, view, true, clock.now()), lines);
      this.#changedLibrary();
      void this.#askLasting();
      this.go({ screen: view.status === 'proposed' ? 'plan' : 'quest', quest: id });
      this.#store.toast(`Another quest from event ${n} on. The first one stays as it is, in the library.`);
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  /** The open quest beside another one of this browser; a sentence where they cannot be compared. */
  async compareWith(id: string): Promise<Comparison | string> {
    try {
      return this.inspect.compare(joined(await this.#ports.storage.lines(id, 0)));
    } catch (error) {
      return inWords(error);
    }
  }

  /** What the open quest and others of this browser left open; a sentence where there is no such plan. */
  async backlogWith(ids: readonly string[]): Promise<Plan | string> {
    try {
      const logs = await Promise.all(ids.map(async (id) => joined(await this.#ports.storage.lines(id, 0))));
      const { leader, team } = this.state;
      return this.inspect.backlog(logs, (agent) => (leader === '' || team.roster.agents.some(({ id }) => id === agent) ? agent : leader));
    } catch (error) {
      return error instanceof CoreError && error.status === 'QL_ERR_NOT_FOUND' ? 'Nothing is left open.' : inWords(error);
    }
  }

  // ---- live quests

  /** Puts the quest to the server between two events; from there on it goes on there. */
  async makeLive(): Promise<void> {
    const { quest } = this.state;
    const session = this.#session;
    if (quest === null || session === null) return;
    const { storage, net, tabs } = this.#ports;
    try {
      let link: LiveLink | null = null;
      const lease = await session.handOver(async (log) => {
        link = await net.createQuest(log);
        await storage.putSetting('live', { ...(await storage.setting('live')), [quest.id]: link });
      });
      this.#session = null;
      tabs.send({ kind: 'live', quest: quest.id });
      if (link !== null) this.#goLive(link, lease);
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  async #openLive(link: LiveLink): Promise<void> {
    if (this.state.quest?.link?.id === link.id) return;
    this.#closeQuest();
    const turn = this.#opening;
    try {
      const { net } = this.#ports;
      const [log, known] = await Promise.all([net.log(link), net.ask(link)]);
      if (turn !== this.#opening) return;
      const core = await this.#newCore();
      if (turn !== this.#opening) return;
      const verdict = core.verify(log);
      if (verdict.intact === 'no' || verdict.legal === 'no') {
        this.#store.set({ trouble: { kind: 'broken', verdict, log } });
        return;
      }
      this.#show(link.id, core, core.openQuest(log), 'live', known);
      void this.notes.begin(false);
      this.#goLive(known, null);
    } catch (error) {
      if (turn === this.#opening) this.#store.set({ trouble: { kind: 'failed', message: inWords(error) } });
    }
  }

  #goLive(link: LiveLink, lease: Lease | null): void {
    const open = this.#open;
    const quest = this.state.quest;
    if (open === null || quest === null) return;
    this.#store.setQuest({ mode: 'live', link, asks: [], stopped: [] });
    if (link.own !== undefined) this.#roster ??= openRoster(open.core, this.state.team.files, this.state.off).roster;
    this.#live = new Live(this.#ports, link, open.quest, lease === null ? null : { id: quest.id, lease }, () => this.state.pace, {
      changed: () => this.#refresh(),
      noted: (lines) => this.notes.take(lines),
      deltas: (deltas) => this.#take(deltas),
      partials: (partials) => this.drafts.begin(partials),
      asks: (asks) => this.#store.setQuest({ asks }),
      played: (plays) => void this.hand.heard(link, plays),
      cut: (why) => {
        this.#store.setQuest({ cut: why });
        this.notes.connected(why === null);
      },
    });
    void this.#live.run();
  }

  // ---- the library

  async remove(id: string): Promise<void> {
    const { storage } = this.#ports;
    const record = await storage.record(id);
    const lines = await storage.lines(id, 0);
    const notes = await storage.notes(id);
    const plan = await storage.setting(`plan:${id}`);
    const work = await storage.work(id);
    const blobs = await storage.blobs(id);
    if (record === undefined) return;
    if (this.state.quest?.id === id) this.#closeQuest();
    await storage.remove(id);
    this.#changedLibrary();
    this.#store.toast(`“${record.title}” deleted.`, () => {
      const back = [storage.putQuest(record, lines), storage.putNotes(id, notes), plan === undefined ? null : storage.putSetting(`plan:${id}`, plan), ...(work === undefined ? [...blobs].map(([hash, bytes]) => storage.putBlob(id, hash, bytes)) : [storage.putWork(work, blobs)])];
      void Promise.all(back).then(() => this.#changedLibrary());
    });
  }

  /** Saves a quest as a file, and its notes as another: the open one as it is shown, another from the library. */
  async save(id: string): Promise<void> {
    const log = this.state.quest?.id === id ? this.log() : joined(await this.#ports.storage.lines(id, 0));
    const notes = this.state.quest?.id === id ? this.notes.text : joined(await this.#ports.storage.notes(id));
    this.#ports.download(`${id}.quest`, log);
    if (notes !== '') this.#ports.download(`${id}.notes`, notes);
  }

  // ---- the frame

  closeToast(): void {
    this.#store.closeToast();
  }

  setHelp(help: boolean): void {
    this.#store.set({ help });
  }

  setDragging(dragging: boolean): void {
    if (this.state.dragging !== dragging) this.#store.set({ dragging });
  }

  setOnline(online: boolean): void {
    this.#store.set({ online });
  }
}
