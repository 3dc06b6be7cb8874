import type { Core, Export, Plan, Route as Routing } from '@questline/core';
import type { Reader } from '../ports/reader.ts';
import type { Storage } from '../ports/storage.ts';
import type { Link, Which } from '../reader/messages.ts';
import { sampleTeam } from '../sample/index.ts';
import { inWords } from './logs.ts';
import type { AgentFile, AppState, Off, Route } from './model.ts';
import type { Store } from './store.ts';
import { defaultLeader, merge, openRoster, readTeam } from './team.ts';

export interface DeskPorts {
  core: () => Core;
  storage: Storage;
  /** Started when a file is looked at for the first time. */
  startReader: () => Reader;
  go: (route: Route) => void;
}

/** The team and what is asked of it: files, who leads, the objective. */
export class TeamDesk {
  #store: Store;
  #ports: DeskPorts;
  #reader: Reader | null = null;
  #path: string | null = null; // of the file that is looked at
  #version = 0; // of what the reader was told
  #reading = false;

  constructor(store: Store, ports: DeskPorts) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Changes the team, the leader or the objective, and with them the picture of what will happen. */
  change(patch: Partial<Pick<AppState, 'team' | 'off' | 'leader' | 'objective' | 'note'>>): void {
    this.#store.set(patch);
    if (patch.team !== undefined) this.#tellTeam();
    else if (patch.off !== undefined) this.#reader?.off(patch.off);
    this.showPreview();
  }

  /** What the coordinator would plan, as a picture for the first screen, the only one that shows it. */
  showPreview(): void {
    if (this.#store.state.route.screen === 'home') this.#store.set({ preview: this.#preview() });
  }

  #preview(): Plan | null {
    const { team, off, leader, objective } = this.#store.state;
    if (leader === '' || objective.trim() === '') return null;
    const { roster } = openRoster(this.#ports.core(), team.files, off);
    try {
      return this.#ports.core().rehearsePlan(roster, leader, objective.trim());
    } catch {
      return null; // the reason is told when the person asks for the plan
    } finally {
      roster.close();
    }
  }

  /** Agent files that were dropped or picked: a sample team makes way for them, another one is added to. */
  receive(files: readonly AgentFile[], skipped: number): void {
    if (files.length === 0) {
      if (skipped > 0) this.#store.toast('Nothing here is an agent file. Questline reads .md and .mdc, and opens .quest.');
      return;
    }
    const before = this.#store.state.team;
    this.use(before.sample ? files : merge(before.files, files), false);
    this.#ports.go({ screen: 'team', path: files[0]?.path ?? null });
    const left = skipped > 0 ? `, ${skipped} of another kind left out` : '';
    this.#store.toast(`${files.length} ${files.length === 1 ? 'file' : 'files'} read${left}.`, () => this.use(before.files, before.sample));
  }

  use(files: readonly AgentFile[], sample: boolean): void {
    const { storage } = this.#ports;
    const before = this.#store.state.team;
    const team = readTeam(this.#ports.core(), files, sample);
    this.change({ team, leader: defaultLeader(team.roster, this.#store.state.leader), note: null });
    this.#keep(storage.putTeam(files), storage.putSetting('team', sample ? 'sample' : 'own'));
    if (before.sample !== sample) void storage.setting('off').then((kept) => this.change({ off: kept?.[sample ? 'sample' : 'own'] ?? {} }));
  }

  useSample(): void {
    const before = this.#store.state.team;
    this.use(sampleTeam, true);
    this.#ports.go({ screen: 'team', path: null });
    this.#store.toast('The sample team is back.', () => this.use(before.files, before.sample));
  }

  /** A file to start from, with a name of its own. */
  newFile(): void {
    const { files, sample } = this.#store.state.team;
    const taken = new Set(files.map(({ path }) => path));
    let name = 'new-agent';
    for (let n = 2; taken.has(`${name}.md`); n += 1) name = `new-agent-${n}`;
    this.use([...files, { path: `${name}.md`, text: `---\nname: ${name}\ndescription: Say in a sentence what it is for\n---\n\n# New agent\n\n` }], sample);
    this.#ports.go({ screen: 'team', path: `${name}.md` });
  }

  /** Another path for a file; says why when it cannot have it. */
  rename(path: string, to: string): string | null {
    const { files, sample } = this.#store.state.team;
    const next = to.trim().replace(/^\/+/, '');
    if (next === path) return null;
    if (!/\.(md|mdc)$/i.test(next)) return 'An agent file ends in .md or .mdc.';
    if (files.some((file) => file.path === next)) return `There is a file ${next} already.`;
    this.use(files.map((file) => (file.path === path ? { ...file, path: next } : file)), sample);
    this.#ports.go({ screen: 'team', path: next });
    return null;
  }

  removeFile(path: string): void {
    const before = this.#store.state.team;
    this.use(before.files.filter((file) => file.path !== path), before.sample);
    this.#ports.go({ screen: 'team', path: null });
    this.#store.toast(`${path} taken out of the team.`, () => this.use(before.files, before.sample));
  }

  // ---- one file

  /** The file the screen shows: what the core reads in it comes into the state, now and whenever the file changes. */
  look(path: string | null): void {
    if (this.#path === path && this.#reader !== null) return;
    this.#path = path;
    this.#version += 1;
    if (this.#reader === null) this.#tellTeam(this.#ports.startReader());
    else void this.#read();
  }

  /** The words of a file as they are now. They are kept at once, and read as soon as the reader is free. */
  edit(path: string, text: string): void {
    const { team } = this.#store.state;
    const order = team.files.findIndex((file) => file.path === path);
    const before = team.files[order];
    if (before === undefined || before.text === text) return;
    const file = { ...before, text };
    const files = team.files.with(order, file);
    this.#store.set({ team: { ...team, files } });
    // The sample is not stored before somebody changes it.
    this.#keep(team.sample ? this.#ports.storage.putTeam(files) : this.#ports.storage.putFile(file, order));
    this.#version += 1;
    this.#reader?.file(file);
    void this.#read();
  }

  /** Mends the findings of a file that have a mechanical fix. */
  async fix(path: string, which: Which): Promise<void> {
    const text = this.#text(path);
    try {
      const mended = await this.#ask().ask('fix', { path, ...which });
      if (text === undefined || this.#text(path) !== text) return; // somebody went on typing: the fix was for other words
      this.edit(path, mended.text);
      this.#store.toast(mended.mended === 1 ? 'Mended in the copy that this browser keeps.' : `${mended.mended} faults mended in the copy that this browser keeps.`, () =>
        this.edit(path, text),
      );
    } catch (error) {
      this.#store.toast(inWords(error));
    }
  }

  /** The file as another product wants it. */
  exportAs(path: string, dialect: string): Promise<Export> {
    return this.#ask().ask('export', { path, dialect });
  }

  /** Who names whom in the files of the team. */
  links(): Promise<Link[]> {
    return this.#ask().ask('links', {});
  }

  /** Who should take a request. */
  route(request: string, agent: string | null): Promise<Routing> {
    return this.#ask().ask('route', { request, agent });
  }

  /** Switches a rule, or an item of one, of an agent's file off or on. */
  switchRule(agent: string, rule: string, on: boolean): void {
    const { off, team } = this.#store.state;
    const rest = (off[agent] ?? []).filter((id) => id !== rule);
    const next: Off = { ...off, [agent]: on ? rest : [...rest, rule] };
    this.change({ off: next });
    const { storage } = this.#ports;
    this.#keep(storage.setting('off').then((kept) => storage.putSetting('off', { ...kept, [team.sample ? 'sample' : 'own']: next })));
  }

  #text(path: string): string | undefined {
    return this.#store.state.team.files.find((file) => file.path === path)?.text;
  }

  #ask(): Reader {
    const reader = this.#reader ?? this.#ports.startReader();
    if (this.#reader === null) this.#tellTeam(reader);
    return reader;
  }

  #tellTeam(reader = this.#reader): void {
    if (reader === null) return;
    this.#reader = reader;
    this.#version += 1;
    reader.team(this.#store.state.team.files, this.#store.state.off);
    void this.#read();
  }

  /** One question at a time; what is out of date when its answer comes is asked again. */
  async #read(): Promise<void> {
    if (this.#reading || this.#reader === null) return;
    this.#reading = true;
    try {
      for (let read = -1; read !== this.#version; ) {
        read = this.#version;
        const path = this.#path;
        const text = path === null ? undefined : this.#text(path);
        const { roster, spec, why } = await this.#reader.ask('read', { path: text === undefined ? null : path });
        if (read !== this.#version) continue;
        const { team, leader } = this.#store.state;
        this.#store.set({ team: { ...team, roster }, leader: defaultLeader(roster, leader), file: path === null || text === undefined ? null : { path, text, spec, why } });
      }
    } catch (error) {
      // Another one is started when a file is looked at again.
      this.#reader.close();
      this.#reader = null;
      this.#store.toast(inWords(error));
    } finally {
      this.#reading = false;
    }
  }

  #keep(...writes: Promise<unknown>[]): void {
    void Promise.all(writes).catch((error: unknown) => this.#store.storageFailed(error));
  }

  pickLeader(leader: string): void {
    this.change({ leader, note: null });
    this.#keep(this.#ports.storage.putSetting('leader', leader));
  }

  setObjective(objective: string): void {
    this.change({ objective, note: null });
    this.#keep(this.#ports.storage.putSetting('objective', objective));
  }
}
