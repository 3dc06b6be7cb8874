import type { Command, NoteDraft } from '@questline/core';
import type { ProxyPorts } from './proxy.ts';
import type { Answer, Grant } from './room.ts';

/** What somebody asks of a room, with the SHA-256 of the capability they showed. */
export type Question =
  /** This answer, for those who may know that the quest exists. */
  | { kind: 'answer'; key: string; answer: Answer }
  | { kind: 'view'; key: string }
  | { kind: 'events'; key: string; after: number }
  /** Bytes that models and tools made, by their SHA-256. */
  | { kind: 'blob'; key: string; hash: string }
  | { kind: 'command'; key: string; command: Command }
  /** What is to be signed of an event, for who acts for its author. */
  | { kind: 'signature'; key: string; n: number }
  /** A signature that was checked. */
  | { kind: 'sign'; key: string; n: number; signature: string }
  /** The notes whose id is behind this one; '' for the first. */
  | { kind: 'notes'; key: string; after: string }
  | { kind: 'note'; key: string; body: NotesBody }
  /** Who plays the seats here. */
  | { kind: 'cast'; key: string }
  /** A cast as somebody sent it; null: nobody plays here from now on. */
  | { kind: 'put cast'; key: string; cast: unknown }
  /** Whether a model may use the tool it asked for. */
  | { kind: 'allow'; key: string; ask: string; allowed: boolean };

/** A note to be written, or a set of them to be merged. */
export type NotesBody = { note: Partial<NoteDraft> } | { notes: string };

/** A room as the handler sees it: somewhere else, one per quest. */
export type RoomStub = {
  found(log: string, grants: Grant[]): Promise<Answer>;
  ask(question: Question): Promise<Answer>;
  /** Takes over the WebSocket of this upgrade request. */
  live(request: Request): Promise<Response>;
};

/** All that the handler needs of a platform. */
export type Ports = {
  room(address: string): RoomStub;
  /** A file of the static site. */
  asset(request: Request): Promise<Response>;
  /** Checks or begins a log before any room is touched. */
  begin(body: FoundingBody): Promise<Begun>;
  random(count: number): Uint8Array;
  /** How pages' requests are carried to providers; absent where that is switched off. */
  carrier?: ProxyPorts;
  /** Key of the addresses' MAC; absent when nobody configured one. */
  secret: string | undefined;
  version: string;
};

export type FoundingBody = { command: Command } | { log: string };

/** A log that is intact and legal, or the answer that says why there is none. */
export type Begun = { log: string; id: string | null; agents: string[] } | { answer: Answer };
