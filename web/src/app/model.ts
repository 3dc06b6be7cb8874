import type { AskFirst, Note, Plan, Player, Provider, QuestView, Refusal, RosterValue, Spec, Verdict } from '@questline/core';
import type { Cast } from './cast.ts';
import type { Ask } from './kit.ts';
import type { KeptServer } from './servers.ts';
import type { KeptWork, Part } from './work.ts';
import type { Signing } from './sign-in.ts';
import type { Slot, Wanted } from './vault.ts';

/** One agent file as it stands in this browser. */
export interface AgentFile {
  path: string;
  text: string;
  lost?: number; // places that were not UTF-8 and stand as U+FFFD in text
}

/** Ids of the rules, and of items of rules, that somebody switched off, by agent. */
export type Off = Readonly<Record<string, readonly string[]>>;

export type Route =
  | { screen: 'home' }
  | { screen: 'team'; path: string | null; line?: number }
  | { screen: 'references' }
  | { screen: 'plan'; quest: string | null }
  | { screen: 'roadmap' }
  | { screen: 'decide' }
  | { screen: 'impact' }
  | { screen: 'memory'; name: string | null } // of the entity that is open
  | { screen: 'quest'; quest: string | null }
  | { screen: 'share'; quest: string | null }
  | { screen: 'report'; quest: string | null; kind: string | null }
  | { screen: 'library' }
  | { screen: 'models' }
  | { screen: 'chat'; agent: string | null; chat: string | null }
  | { screen: 'open'; fragment: string }
  | { screen: 'live'; id: string; token: string };

/** What the library knows of a quest without opening it. */
export interface QuestRecord {
  id: string;
  title: string;
  status: QuestView['status'];
  holder: string | null;
  events: number;
  created: number;
  updated: number;
  /** Whether this browser may go on with it: its own quests, and copies somebody chose to continue. */
  drive: boolean;
}

/** How the open quest gets its events. */
export type Mode =
  | 'drive' // this tab performs the effects
  | 'follow' // another tab does, this one watches
  | 'watch' // a log somebody shared: nothing runs
  | 'live'; // a server keeps the log

/** A command that the machine refused. It is shown beside the log, never in it. */
export interface Attempt {
  key: number;
  by: string;
  type: string;
  after: number; // the event shown when it was tried
  refusal: Refusal;
  hashBefore: string;
  hashAfter: string;
}

export type Trouble =
  | { kind: 'missing' } // no quest of that id in this browser
  | { kind: 'storage'; message: string }
  | { kind: 'broken'; verdict: Verdict; log: string }
  | { kind: 'failed'; message: string };

/** A verdict; `unchecked`: this browser cannot check signatures. */
export type Checked = Verdict & { unchecked?: true };

export interface OpenQuest {
  id: string;
  mode: Mode;
  view: QuestView; // after the last event
  shown: QuestView; // after event `at`, the same object while `at` is null
  at: number | null; // null: live
  replaying: boolean;
  plan: Plan | null;
  verdict: Checked;
  attempts: Attempt[];
  notes: readonly Note[]; // by event and time
  task: string | null;
  place: Place | null; // null: nobody sits down here
  link: LiveLink | null;
  asks: readonly Ask[]; // calls of tools that wait for a yes or no
  stopped: readonly string[]; // whose models somebody stopped, until they go on
  work: KeptWork | null; // the files that its agents work on
  parts: readonly Part[]; // of answers that the page was closed in the middle of
  silent: Readonly<Record<string, string>>; // MCP servers whose tools are not there, and why
  handed: Handed | null; // whom its server plays
  cut: string | null; // why a live connection is not there
}

/** Where a quest is live, and with which right. */
export interface LiveLink {
  id: string;
  token: string; // reads
  own?: string; // acts as anybody; kept in this browser, in no link
  as?: string; // the agent that the token acts for too
  lead?: string; // tokens to give away: of the leader, and of each other agent
  seats?: Readonly<Record<string, string>>;
}

/** Who plays a live quest at its server. */
export interface Handed {
  players: readonly Player[];
  documents: readonly string[]; // paths of those of the project
  servers: readonly string[]; // names of MCP servers
}

/** Where somebody sits in this tab, and what they are writing. It outlives a reload, and is in no log. */
export interface Place {
  seat: string;
  /** Of the seat since it was taken in this tab, and the counter of the next command; null: not taken. */
  held: { fence: number; k: number } | null;
  /** What was sent got no answer yet. */
  unanswered: boolean;
  kind: string; // message, or the kind of an answer
  text: string;
}

/** A plan on its way to approval, and what made it of the one before. */
export interface Version {
  plan: Plan;
  said: string;
}

/** What a plan may take, in the units of the core. */
export type PlanBudget = Readonly<Partial<Record<'micro' | 'ms' | 'tokens', number>>>;

/** What this browser keeps of a plan that is only proposed. */
export interface KeptPlan {
  budget?: PlanBudget;
  policy?: QuestView['policy']; // in place of the proposed one
  versions: readonly Version[]; // the proposed one first
  at: number; // where undo and redo stand
  typed: string | null; // of the text form, not taken over yet
}

/** A log that somebody else wrote, before anything is done with it. */
export interface OpenedLog {
  source: 'link' | 'file';
  name: string;
  log: string;
  view: QuestView | null; // null when nothing of it is sound
  verdict: Checked;
  own: QuestRecord | null; // the same quest in this browser
}

export type OpenedState = { state: 'none' } | { state: 'bad'; message: string } | { state: 'ok'; opened: OpenedLog };

export interface Team {
  files: readonly AgentFile[];
  sample: boolean;
  roster: RosterValue;
}

/** What the core reads in the file that the team screen shows. */
export interface OpenFile {
  path: string;
  text: string; // that was read; the file may have gone on since
  spec: Spec | null;
  why: string | null; // why there is no spec
}

export interface Toast {
  key: number;
  text: string;
  undo: (() => void) | null;
}

export type Lasting = 'unasked' | 'granted' | 'refused';

export interface AppState {
  route: Route;
  booting: boolean;
  team: Team;
  off: Off; // of this team
  file: OpenFile | null;
  leader: string;
  objective: string;
  preview: Plan | null; // of the objective as it stands in the field
  library: QuestRecord[] | null; // null while it is read
  quest: OpenQuest | null;
  trouble: Trouble | null; // why there is no open quest
  opened: OpenedState;
  planning: boolean;
  asked: string | null; // the model that plans, in words; null: none
  cast: Cast;
  providers: readonly Provider[]; // empty until the whole core is there
  servers: readonly KeptServer[]; // MCP servers
  asks: AskFirst | null; // about which uses of tools somebody wants to be asked, beyond those that files say
  work: KeptWork | null; // files for the quest that is asked for next
  gathering: boolean; // files are being read
  slots: Readonly<Record<string, Slot>>; // keys of this browser
  signing: Signing | null; // a sign-in for a key
  wanted: Wanted | null; // a key that a request waits for
  note: string | null; // what stands in the way of the last request, shown where it was made
  pace: number; // ms between events that this tab makes; 0: at once
  lasting: Lasting;
  online: boolean;
  server: boolean; // this page is served by one that can keep live quests
  carries: boolean | null; // and that carries requests to providers; null: it was not asked
  carried: readonly string[]; // providers that are asked through it
  help: boolean;
  dragging: boolean;
  storageBroken: string | null;
  toast: Toast | null;
}
