import type { Core } from '@questline/core';
import type { Cores } from '../ports/core.ts';
import type { Received } from '../ports/files.ts';
import type { Tabs } from '../ports/lock.ts';
import type { Net } from '../ports/net.ts';
import type { Notepad } from '../ports/notepad.ts';
import type { BuiltIn } from '../ports/prompt-api.ts';
import type { Reader } from '../ports/reader.ts';
import type { Storage } from '../ports/storage.ts';
import { sampleTeam } from '../sample/index.ts';
import type { AskerPorts } from './asker.ts';
import { base64url } from './bytes.ts';
import { NOBODY_CHOSEN, playersOf } from './cast.ts';
import { carrying } from './carried.ts';
import { CastDesk } from './cast-desk.ts';
import { Chair } from './chair.ts';
import type { ChatDesk } from './chat.ts';
import { TeamDesk } from './desk.ts';
import { Drafts } from './drafts.ts';
import { DriveDesk, PACE } from './drive-desk.ts';
import { Engine } from './engine.ts';
import { HandDesk } from './hand.ts';
import { Inspector } from './inspect.ts';
import { Kit } from './kit.ts';
import { LibraryDesk } from './library-desk.ts';
import { LiveDesk } from './live-desk.ts';
import type { AppState, Route } from './model.ts';
import { NotesDesk } from './notes.ts';
import { OpenedDesk } from './opened-desk.ts';
import { ProposalDesk } from './proposal-desk.ts';
import { QuestDesk } from './quest-desk.ts';
import { href, parseRoute } from './route.ts';
import { SeatDesk } from './seat-desk.ts';
import { ServerDesk } from './servers.ts';
import { SignInDesk } from './sign-in.ts';
import { startOf } from './start.ts';
import { Store } from './store.ts';
import { defaultLeader, readTeam } from './team.ts';
import { Vault } from './vault.ts';
import { Viewer } from './viewer.ts';
import { NEXT } from './work.ts';
import { WorkDesk } from './work-desk.ts';
import type { WriterPorts } from './writer.ts';

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

/** The page: its state, the desks that change it, and where it is. Views get the state and call the desks; they do nothing else. */
export class App {
  #ports: Ports;
  #store: Store;
  #engine: Engine;
  #asking: AskerPorts;
  #chats: ChatDesk | null = null;
  readonly drafts = new Drafts();
  readonly vault: Vault;
  readonly cast: CastDesk;
  readonly signIn: SignInDesk;
  readonly servers: ServerDesk;
  readonly work: WorkDesk;
  readonly desk: TeamDesk;
  readonly quest: QuestDesk;
  readonly notes: NotesDesk;
  readonly viewer: Viewer;
  readonly inspect: Inspector;
  readonly chair: Chair;
  readonly hand: HandDesk;
  readonly live: LiveDesk;
  readonly drive: DriveDesk;
  readonly seats: SeatDesk;
  readonly library: LibraryDesk;
  readonly opened: OpenedDesk;
  readonly proposals: ProposalDesk;

  constructor(ports: Ports, fixedPace: number | null) {
    this.#ports = ports;
    const { clock, entropy, storage, tabs, net, download } = ports;
    const store = (this.#store = new Store(startOf(readTeam(ports.first, sampleTeam, true), fixedPace ?? PACE), clock));
    const engine = (this.#engine = new Engine(ports.first, ports.cores, (whole) => store.set({ providers: whole.llmProviders() })));
    const core = (): Core => engine.core;
    const open = (): QuestDesk['open'] => this.quest.open;
    const go = (route: Route): void => this.go(route);
    const http = carrying(ports.http, () => store.state);
    const vault = (this.vault = new Vault(store, ports));
    const asking = (this.#asking = { clock, frame: ports.frame, http, keyOf: (slot, url) => vault.key(slot, url) });

    // Who plays, with what
    const cast = (this.cast = new CastDesk(store, vault, { core, storage, http, net, builtIn: ports.builtIn, changed: () => void this.drive.recast() }));
    this.signIn = new SignInDesk(store, vault, { ...ports, core: () => engine.whole().then(core) });
    this.servers = new ServerDesk(store, vault, { core, storage, http: ports.http, changed: () => void this.drive.rekit() });
    const work = (this.work = new WorkDesk(store, { core: () => engine.fresh(), storage, download, bench: () => this.quest.session?.kit?.bench ?? null, changed: () => void this.drive.rekit() }));
    this.desk = new TeamDesk(store, { core, storage, startReader: ports.startReader, go });

    // The open quest
    const quest = (this.quest = new QuestDesk(store, this.drafts, {
      storage,
      net,
      place: (id) => this.chair.remembered(id),
      grown: (driven) => {
        this.notes.grown();
        this.chair.follow();
        if (driven) this.library.update();
      },
      closed: () => vault.leave(),
    }));
    const notes = (this.notes = new NotesDesk(store, ports, open));
    const viewer = (this.viewer = new Viewer(store, clock, () => open()?.quest ?? null));
    const inspect = (this.inspect = new Inspector(store, clock, open));
    this.chair = new Chair(store, ports.notepad, () => open()?.quest ?? null, (command) => quest.send(command));
    const hand = (this.hand = new HandDesk(store, { net, open, documents: (id) => work.documents(id) }));

    // How it got there, and where it goes
    const live = (this.live = new LiveDesk(store, engine, { quest, notes, hand }, ports));
    const drive = (this.drive = new DriveDesk(store, engine, { quest, live, notes, work }, { storage, tabs, entropy, asking }));
    const seats = (this.seats = new SeatDesk(store, { quest, drive, cast }));
    const library = (this.library = new LibraryDesk(store, engine, { quest, notes, inspect }, { storage, tabs, clock, entropy, download, go }));
    this.opened = new OpenedDesk(store, engine, { quest, notes }, go);
    this.proposals = new ProposalDesk(store, engine, { quest, drive, seats, library, work, viewer }, { storage, entropy, asking, go });

    this.desk.change({});
    tabs.listen((message) => {
      if (message.kind === 'library') void library.read();
      else if (message.kind === 'notes') notes.heard(message.quest, message.lines);
      else if (message.kind === 'event') void drive.heard(message.quest, message.n);
      else if (message.kind === 'live' && this.state.quest?.id === message.quest && quest.live === null) void drive.open(message.quest);
    });
    void this.#boot(fixedPace);
  }

  get state(): AppState {
    return this.#store.state;
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  async #boot(fixedPace: number | null): Promise<void> {
    const { storage } = this.#ports;
    try {
      const [which, files, off, leader, objective, pace, asked, cast, servers, asks, carried, work] = await Promise.all([
        storage.setting('team'),
        storage.team(),
        storage.setting('off'),
        storage.setting('leader'),
        storage.setting('objective'),
        storage.setting('pace'),
        storage.setting('asked'),
        storage.setting('cast'),
        storage.setting('servers'),
        storage.setting('asks'),
        storage.setting('carried'),
        storage.work(NEXT),
        this.vault.read(),
      ]);
      const team = files.length > 0 ? readTeam(this.#engine.core, files, which !== 'own') : this.state.team;
      this.#store.set({ pace: fixedPace ?? pace ?? PACE, cast: cast ?? NOBODY_CHOSEN, servers: servers ?? [], asks: asks ?? null, carried: carried ?? [], work: work ?? null });
      this.desk.change({ team, off: off?.[team.sample ? 'sample' : 'own'] ?? {}, leader: defaultLeader(team.roster, leader), objective: objective ?? this.state.objective });
      await this.library.read();
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
    if (route.screen === 'open' && route.fragment !== '') await this.opened.link(`#${route.fragment}`);
    else if (route.screen === 'live') await this.live.open({ id: route.id, token: route.token });
    else if (route.screen === 'plan' || route.screen === 'quest' || route.screen === 'report' || route.screen === 'share') {
      const id = route.quest ?? (await this.#ports.storage.setting('current').catch(() => undefined)) ?? null;
      if (id !== null && this.state.quest?.id !== id) await this.drive.open(id);
      else if (id === null && this.state.quest === null) this.#store.set({ trouble: null });
      // Only who shares may want a server: nobody is asked for one before.
      if (route.screen === 'share') this.#store.set({ server: (await this.#ports.net.server()) !== null });
    } else if (route.screen === 'models' && this.state.carried.length > 0) await this.cast.lookForProxy();
  }

  /** What was dropped or picked: a quest is opened, agent files go to the team. */
  receive({ files, quests, notes, skipped }: Received): void {
    const [quest] = quests;
    if (quest !== undefined) void this.opened.file(quest.name, quest.text, notes);
    else if (notes !== '') void this.notes.receive(notes);
    else this.desk.receive(files, skipped);
  }

  /** Conversations. Its class comes with the screen that needs it. */
  chats(kind: typeof ChatDesk): ChatDesk {
    this.#chats ??= new kind({
      newCore: () => this.#engine.fresh(),
      asking: () => this.#asking,
      kit: (core, id) => Kit.open(core, this.#ports, id, this.state, null),
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
    await this.proposals.plan();
    if (this.state.note !== null) this.#store.toast(this.state.note);
  }

  // ---- for what is fetched later

  /** Resolves when the whole core is there. */
  whole(): Promise<void> {
    return this.#engine.whole();
  }

  /** Of stateless calls. */
  get core(): Core {
    return this.#engine.core;
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

  now(): number {
    return this.#ports.clock.now();
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
