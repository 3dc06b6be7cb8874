import type { Core, Plan, Spec } from '@questline/core';
import type { Storage } from '../ports/storage.ts';
import { sampleTeam } from '../sample/index.ts';
import type { AgentFile, AppState, Route } from './model.ts';
import type { Store } from './store.ts';
import { defaultLeader, diagnosticsOf, mend, merge, openRoster, readTeam } from './team.ts';

/** The team and what is asked of it: files, who leads, the objective. */
export class TeamDesk {
  #store: Store;
  #core: Core;
  #storage: Storage;
  #go: (route: Route) => void;

  constructor(store: Store, core: Core, storage: Storage, go: (route: Route) => void) {
    this.#store = store;
    this.#core = core;
    this.#storage = storage;
    this.#go = go;
  }

  /** Changes the team, the leader or the objective, and with them the picture of what will happen. */
  change(patch: Partial<Pick<AppState, 'team' | 'leader' | 'objective' | 'note'>>): void {
    this.#store.set(patch);
    this.#store.set({ preview: this.#preview() });
  }

  /** What the coordinator would plan, as a picture for the first screen. */
  #preview(): Plan | null {
    const { team, leader, objective } = this.#store.state;
    if (leader === '' || objective.trim() === '') return null;
    const { roster } = openRoster(this.#core, team.files);
    try {
      return this.#core.rehearsePlan(roster, leader, objective.trim());
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
    this.#go({ screen: 'team', path: files[0]?.path ?? null });
    const left = skipped > 0 ? `, ${skipped} of another kind left out` : '';
    this.#store.toast(`${files.length} ${files.length === 1 ? 'file' : 'files'} read${left}.`, () => this.use(before.files, before.sample));
  }

  use(files: readonly AgentFile[], sample: boolean): void {
    const team = readTeam(this.#core, files, sample);
    this.change({ team, leader: defaultLeader(team.roster, this.#store.state.leader), note: null });
    void Promise.all([this.#storage.putTeam(files), this.#storage.putSetting('team', sample ? 'sample' : 'own')]).catch((error: unknown) => this.#store.storageFailed(error));
  }

  /** What the core reads in one file. */
  spec(file: AgentFile): Spec | null {
    try {
      return this.#core.parseSpec(file.path, file.text);
    } catch {
      return null; // over the size limit: the roster has the diagnostic
    }
  }

  useSample(): void {
    const before = this.#store.state.team;
    this.use(sampleTeam, true);
    this.#go({ screen: 'team', path: null });
    this.#store.toast('The sample team is back.', () => this.use(before.files, before.sample));
  }

  removeFile(path: string): void {
    const before = this.#store.state.team;
    this.use(before.files.filter((file) => file.path !== path), before.sample);
    this.#go({ screen: 'team', path: null });
    this.#store.toast(`${path} taken out of the team.`, () => this.use(before.files, before.sample));
  }

  /** Applies the fix of one diagnostic, or of all that have one. */
  fix(path: string, code: string | null, offset: number | null): void {
    const before = this.#store.state.team;
    const fixes = diagnosticsOf(before.roster, path).filter((d) => d.fix !== undefined && (code === null || (d.code === code && d.offset === offset)));
    if (fixes.length === 0) return;
    this.use(before.files.map((file) => (file.path === path ? mend(file, fixes) : file)), before.sample);
    this.#store.toast(fixes.length === 1 ? 'Mended in the copy that this browser keeps.' : `${fixes.length} faults mended in the copy that this browser keeps.`, () =>
      this.use(before.files, before.sample),
    );
  }

  pickLeader(leader: string): void {
    this.change({ leader, note: null });
    void this.#storage.putSetting('leader', leader).catch((error: unknown) => this.#store.storageFailed(error));
  }

  setObjective(objective: string): void {
    this.change({ objective, note: null });
    void this.#storage.putSetting('objective', objective).catch((error: unknown) => this.#store.storageFailed(error));
  }
}
