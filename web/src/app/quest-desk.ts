import type { Command, Core, Permit, Quest, Refusal, Roster, SeatDelta } from '@questline/core';
import type { Net } from '../ports/net.ts';
import type { Storage } from '../ports/storage.ts';
import type { Drafts } from './drafts.ts';
import { Live } from './live.ts';
import { inWords, planOf } from './logs.ts';
import type { LiveLink, Mode, OpenQuest, Place } from './model.ts';
import { Session } from './session.ts';
import { checked } from './signatures.ts';
import type { Store } from './store.ts';
import { openRoster } from './team.ts';
import type { Sent, Writer } from './writer.ts';

/** The objects behind `state.quest`. */
export interface Open {
  core: Core;
  quest: Quest;
}

/** Who writes to the open quest: the session that drives it, a writer beside the tab that does, or the link to its server. */
type Host = Live | Session | Writer;

interface DeskPorts {
  storage: Pick<Storage, 'blob'>;
  net: Pick<Net, 'blob'>;
  /** Where somebody sat in a quest before the page was loaded again. */
  place: (id: string) => Place | null;
  /** It has more events. Driven: by this tab, which keeps its record. */
  grown: (driven: boolean) => void;
  closed: () => void;
}

/** The quest that is open: what the screens get of it, and what they send to it. */
export class QuestDesk {
  #store: Store;
  #ports: DeskPorts;
  #open: Open | null = null;
  #gone = new AbortController();
  #roster: Roster | null = null; // the team, in the quest's own instance
  /** What its models are writing, or those that plan the next one. */
  readonly drafts: Drafts;
  /** Null: nobody does, for it is only looked at. */
  host: Host | null = null;

  constructor(store: Store, drafts: Drafts, ports: DeskPorts) {
    this.#store = store;
    this.drafts = drafts;
    this.#ports = ports;
  }

  get open(): Open | null {
    return this.#open;
  }

  get session(): Session | null {
    return this.host instanceof Session ? this.host : null;
  }

  get live(): Live | null {
    return this.host instanceof Live ? this.host : null;
  }

  /** Puts away what is open. The signal says when that happens to what comes in its place: the newest request to open a quest wins. */
  close(): AbortSignal {
    this.#gone.abort();
    this.#gone = new AbortController();
    this.host?.close();
    this.host = null;
    this.#open?.quest.close();
    this.#open = null;
    this.#roster?.close();
    this.#roster = null;
    this.drafts.clear();
    this.#ports.closed();
    this.#store.set({ quest: null, trouble: null });
    return this.#gone.signal;
  }

  /** Whether a log may be opened; where it is broken, the page says so. */
  sound(core: Core, log: string): boolean {
    const verdict = core.verify(log);
    const sound = verdict.intact !== 'no' && verdict.legal !== 'no';
    if (!sound) this.#store.set({ trouble: { kind: 'broken', verdict, log } });
    return sound;
  }

  show(id: string, core: Core, quest: Quest, mode: Mode, link: LiveLink | null): void {
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
        place: this.#ports.place(id),
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
    void this.checkSignatures();
  }

  /** Says what the signatures are worth, unless the quest went on or was closed meanwhile. */
  async checkSignatures(): Promise<void> {
    const open = this.#open;
    const verdict = this.#store.state.quest?.verdict;
    if (open === null || verdict?.signers === undefined) return;
    const known = await checked(open.quest, verdict).catch(() => verdict);
    if (this.#open !== open || this.#store.state.quest?.verdict !== verdict) return;
    this.#store.setQuest({ verdict: known });
    const { opened } = this.#store.state;
    if (opened.state === 'ok' && opened.opened.verdict === verdict) this.#store.set({ opened: { state: 'ok', opened: { ...opened.opened, verdict: known } } });
  }

  /** After one or more events: what the screens show. */
  refresh(): void {
    const open = this.#open;
    const shown = this.#store.state.quest;
    if (open === null || shown === null) return;
    const view = open.quest.view();
    const verdict = open.quest.verdict();
    const parts = shown.parts.filter(({ agent }) => view.holders.includes(agent)); // who answered needs none
    const stopped = view.status === 'running' ? shown.stopped.filter((agent) => view.holders.includes(agent)) : [];
    this.#store.setQuest({ view, shown: shown.at === null ? view : shown.shown, verdict, stopped, ...(parts.length === shown.parts.length ? {} : { parts }) });
    void this.checkSignatures();
    this.#ports.grown(shown.mode === 'drive' || (shown.mode === 'live' && this.live?.drives === true));
  }

  /** What models write, and which servers are not there. */
  take(deltas: readonly SeatDelta[]): void {
    this.drafts.take(deltas.filter(({ server, stopped }) => server === undefined && stopped !== true));
    const silent = { ...this.#store.state.quest?.silent };
    for (const { server, problem } of deltas) if (server !== undefined && problem !== undefined) silent[server] = problem;
    if (deltas.some(({ server }) => server !== undefined)) this.#store.setQuest({ silent });
  }

  // ---- what is sent to it

  /** Sends a command. The machine's refusal is shown beside the talk; nothing of it is kept. Null: it was not sent, and the page says why. */
  async send(command: Command): Promise<Sent | null> {
    const open = this.#open;
    const { host } = this;
    if (open === null || this.#store.state.quest === null || host === null) return null;
    const hashBefore = open.quest.state().hash;
    try {
      const sent = await host.command(command);
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
        this.#store.setQuest({ attempts: [...(this.#store.state.quest?.attempts ?? []), attempt] });
      }
      return sent;
    } catch (error) {
      if (typeof this.#store.state.quest?.cut !== 'string') this.#store.toast(inWords(error)); // else the notice says it, and the form that the words are kept
      return null;
    }
  }

  /** The refusal, if the machine refuses. */
  async command(command: Command): Promise<Refusal | null> {
    const sent = await this.send(command);
    return sent !== null && 'refusal' in sent ? sent.refusal : null;
  }

  owner(type: 'approve' | 'reject' | 'pause' | 'resume' | 'abort', reason = ''): Promise<Refusal | null> {
    return this.command({ by: '@owner', type, ...(reason === '' ? {} : { reason }) });
  }

  /** Somebody said yes or no to a call of a tool. */
  allow(id: number, allowed: boolean): void {
    this.session?.allow(id, allowed);
    void this.live?.allow(id, allowed).catch((error: unknown) => this.#store.toast(inWords(error)));
  }

  // ---- what is asked of it

  /** The team in the quest's own instance, as it is now when it is asked for first. */
  roster({ core }: Open): Roster {
    const { off, team } = this.#store.state;
    return (this.#roster ??= openRoster(core, team.files, off).roster);
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

  /** Bytes that tools or models made, by their hash; undefined: they are kept neither here nor, as the log names them, at the server. */
  async blob({ id, link }: OpenQuest, hash: string): Promise<Uint8Array | undefined> {
    const kept = await this.#ports.storage.blob(id, hash);
    if (kept !== undefined || link === null) return kept;
    const bytes = await this.#ports.net.blob(link, hash);
    return bytes !== undefined && this.#open?.core.sha256(bytes) === hash ? bytes : undefined;
  }

  log(): string {
    return this.#open?.quest.log() ?? '';
  }
}
