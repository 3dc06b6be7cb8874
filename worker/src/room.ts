/* One quest that several people are in: who may do what, the append, and who is told. Knows no platform: time, bytes, rows and sockets are given. */
import { type Command, type Core, CoreError, type Failure, type Quest, type Refusal, type SeatDelta } from '@questline/core';
import { equal } from './address.ts';
import { badRequest, failure, unknownQuest } from './replies.ts';
import { addNotes, behind, pages } from './notes.ts';
import type { Asked, Blob, Partial, PlayPorts } from './play.ts';
import type { NotesBody, Question } from './ports.ts';
import { Stage } from './stage.ts';

/** What a capability is for. `view` watches, `seat` and `lead` also act for one agent, `own` for anybody. */
export type Grant = { key: string; role: 'own' | 'lead' | 'seat' | 'view'; agent: string | null };

export type Answer = { status: number; body: object };

export type Row = { n: number; line: string; h: string };

/** The rows of one quest. Every call is synchronous; `transaction` writes all or nothing. */
export type Store = {
  /** Lines after an event, until there are so many characters of them; at least one if there is any. */
  lines(after: number, characters: number): string[];
  /** Number and head of the last event; -1 and no head when there is none. */
  last(): { n: number; h: string };
  grants(): Grant[];
  insertLine(row: Row): void;
  /** Writes a line anew, with the signature of its author; its hash is the same. */
  replaceLine(n: number, line: string): void;
  insertGrant(grant: Grant): void;
  /** All notes, by id. */
  notes(): string[];
  /** Writes a note, in place of the one of that id if there is one. */
  putNote(id: string, line: string): void;
  /** When the room is to be woken, ms since epoch; null: not at all. Takes the place of the time that was set before. */
  setAlarm(at: number | null): void;
  /** Who plays the seats, as it was handed in; null: nobody does here. */
  cast(): string | null;
  putCast(cast: string | null): void;
  /** Words of answers that are not whole. */
  partials(): Partial[];
  putPartial(partial: Partial): void;
  dropPartial(start: number): void;
  blob(hash: string): Blob | null;
  /** Bytes of all of them. */
  blobsSize(): number;
  putBlob(blob: Blob): void;
  transaction(work: () => void): void;
};

/** Somebody at the other end of a socket since `since`; `grant` is null until the first frame showed a capability. */
export type Peer = {
  readonly since: number;
  grant: Grant | null;
  send(frame: Frame): void;
  close(code: number, reason: string): void;
};

export type Frame =
  | { type: 'lines'; lines: string[] }
  | { type: 'notes'; lines: string[] }
  | { type: 'signed'; n: number; signature: string }
  | { type: 'presence'; watching: number }
  /** Whether the room plays the seats: then nobody else does. */
  | { type: 'cast'; plays: boolean }
  /** What models add while they answer; cut: not all of it is here. */
  | { type: 'deltas'; deltas: readonly SeatDelta[]; cut?: true }
  /** What had come of answers that are not whole. */
  | { type: 'partials'; partials: Partial[] }
  /** All calls of tools that the owner has to allow now. */
  | { type: 'asks'; asks: readonly Asked[] }
  | { type: 'accepted'; id: unknown; n: number; head: string }
  | { type: 'refused'; id: unknown; refusal: Refusal }
  | { type: 'conflict'; id: unknown; head: string }
  | { type: 'error'; id: unknown; error: Failure };

export type RoomPorts = {
  store: Store;
  /** A fresh instance of the core. */
  core(): Core;
  peers(): Peer[];
  now(): number;
  random(count: number): Uint8Array;
  /** How providers are reached, and which of them. */
  outside: Pick<PlayPorts, 'fetch' | 'hosts' | 'key' | 'sleep'>;
};

const ENTROPY = 32;
const ALL = Number.MAX_SAFE_INTEGER;
const PAGE = 1024 * 1024; // characters of lines in one answer or frame
const PENDING_MAX = 16; // sockets that have not yet shown a capability

export class Room {
  readonly #ports: RoomPorts;
  readonly #stage: Stage;
  #cache: { core: Core; quest: Quest } | undefined;
  #alarm: number | null | undefined; // as it was set last; undefined when that is not known

  constructor(ports: RoomPorts) {
    this.#ports = ports;
    this.#stage = new Stage(ports, {
      opened: () => this.#opened,
      append: (line, apply) => void this.#append(line, apply),
      tell: (frame, role) => this.#tell(frame, role),
      setAlarm: (resting) => this.#setAlarm(resting),
      forget: () => this.#forget(),
    });
  }

  /** The quest as the rows say. Memory is a cache: it may be gone at any time, and is thrown away when anything but a refusal came up. */
  get #quest(): Quest {
    return this.#opened.quest;
  }

  get #opened(): { core: Core; quest: Quest } {
    this.#cache ??= this.#open();
    return this.#cache;
  }

  #open(): { core: Core; quest: Quest } {
    const lines = this.#ports.store.lines(-1, ALL);
    try {
      const core = this.#ports.core();
      return { core, quest: core.openQuest(`${lines.join('\n')}\n`) };
    } catch (error) {
      // Not the fault of who asks: rows that this core did not write, or cannot hold.
      throw new Error('The rows of this quest do not open.', { cause: error });
    }
  }

  /** Begins the room with a log that was verified. */
  found(log: string, grants: Grant[]): Answer {
    const { store } = this.#ports;
    if (store.grants().length > 0) return { status: 409, body: failure('QL_ERR_STATE', 'This room exists already.') };
    return this.#guarded(() => {
      const core = this.#ports.core();
      this.#cache = { core, quest: core.openQuest(log) };
      store.transaction(() => {
        for (const [n, line] of log.trimEnd().split('\n').entries()) {
          store.insertLine({ n, line, h: (JSON.parse(line) as { h: string }).h });
        }
        for (const grant of grants) store.insertGrant(grant);
        this.#setAlarm();
      });
      const { head, n } = this.#quest.head();
      return { status: 201, body: { head, n, state_hash: this.#quest.state().hash } };
    });
  }

  ask(question: Question): Answer {
    const grant = this.#grant(question.key);
    if (grant === null) return unknownQuest();
    return this.#guarded(() => {
      switch (question.kind) {
        case 'answer':
          return question.answer;
        case 'view': {
          const plays = this.#stage.plays();
          const { head, n } = this.#quest.head();
          return { status: 200, body: { head, n, role: grant.role, agent: grant.agent, plays, view: this.#quest.view() } };
        }
        case 'cast':
          return this.#stage.view();
        case 'put cast':
          return this.#stage.put(grant, question.cast);
        case 'allow':
          return this.#stage.allow(grant, question.ask, question.allowed);
        case 'blob': {
          const body = this.#ports.store.blob(question.hash);
          return body === null ? { status: 404, body: failure('QL_ERR_NOT_FOUND', 'No bytes of that hash are kept here.') } : { status: 200, body };
        }
        case 'events': {
          const lines = this.#ports.store.lines(question.after, PAGE);
          return { status: 200, body: { lines, head: this.#ports.store.last().h } };
        }
        case 'command':
          return this.#stage.around(() => this.#command(grant, question.command));
        case 'signature':
          return this.#signature(grant, question.n);
        case 'sign':
          return this.#sign(grant, question.n, question.signature);
        case 'notes': {
          const [lines = []] = pages(behind(this.#ports.store.notes(), question.after), PAGE);
          return { status: 200, body: { lines } };
        }
        case 'note':
          return this.#note(grant, question.body);
      }
    });
  }

  #grant(key: string | undefined): Grant | null {
    let found: Grant | null = null;
    if (key === undefined) return found;
    for (const grant of this.#ports.store.grants()) {
      if (equal(grant.key, key)) found = grant;
    }
    return found;
  }

  /** Runs work on the quest. What the core says against it becomes the answer, and has changed nothing. */
  #guarded(work: () => Answer): Answer {
    try {
      return work();
    } catch (error) {
      if (error instanceof CoreError) return answerOf(error);
      this.#forget();
      throw error;
    }
  }

  #command(grant: Grant, command: Command): Answer {
    const barred = bar(grant, command);
    if (barred !== undefined) return { status: 403, body: failure('QL_ERR_ARGUMENT', barred) };
    const quest = this.#quest;
    if (command.type !== 'tick') this.#tick(); // what is due comes before what is said after it
    const { head } = quest.head();
    const decision = quest.decide(command, this.#ports.now(), this.#ports.random(ENTROPY));
    if (decision.refusal !== undefined) return { status: 422, body: { refusal: decision.refusal } };
    if (decision.line === undefined) {
      const before = decision.duplicate_of ?? -1;
      return { status: 200, body: { n: before, line: this.#ports.store.lines(before - 1, 1)[0], head } };
    }
    return { status: 200, body: this.#append(decision.line.trimEnd()) };
  }

  /** Stores a line with the next alarm, both or neither, and then tells everybody. */
  #append(line: string, apply: () => void = () => this.#quest.append(line)): { n: number; line: string; head: string } {
    const { store } = this.#ports;
    const quest = this.#quest;
    const { n } = quest.head();
    store.transaction(() => {
      apply();
      store.insertLine({ n, line, h: quest.head().head });
      this.#setAlarm();
    });
    this.#tell({ type: 'lines', lines: [line] });
    return { n, line, head: quest.head().head };
  }

  /** What has to be signed of an event: shape `Signature`, which the caller checks. */
  #signature(grant: Grant, n: number): Answer {
    const { store } = this.#ports;
    if (n > store.last().n) return { status: 404, body: failure('QL_ERR_NOT_FOUND', 'The quest has no event of that number.') };
    const line = store.lines(n - 1, 1)[0] ?? '';
    const { by } = (JSON.parse(line) as { e: { by: string } }).e;
    const barred = bar(grant, { by });
    if (barred !== undefined) return { status: 403, body: failure('QL_ERR_ARGUMENT', barred) };
    const asked = this.#quest.signature(line);
    if (asked === null) return { status: 400, body: failure('QL_ERR_ARGUMENT', `The first event names no key of ${by}.`) };
    return { status: 200, body: { asked } };
  }

  /** Puts a signature into a line, and tells everybody. */
  #sign(grant: Grant, n: number, signature: string): Answer {
    const answer = this.#signature(grant, n);
    if (answer.status !== 200) return answer;
    const { store, core } = this.#ports;
    const before = store.lines(n - 1, 1)[0] ?? '';
    const line = core().putSignature(before, signature).trimEnd();
    if (line !== before) {
      store.transaction(() => {
        this.#quest.sign(n, signature);
        store.replaceLine(n, line);
      });
      this.#tell({ type: 'signed', n, signature });
    }
    return { status: 200, body: { n, line } };
  }

  /** Notes are no events: they take no turn and move no head. */
  #note(grant: Grant, body: NotesBody): Answer {
    const { store, core, now, random } = this.#ports;
    const mine = store.notes().map((line) => `${line}\n`).join('');
    const added = addNotes({ core: core(), quest: () => this.#quest, now, random }, grant, mine, body);
    if ('answer' in added) return added.answer;
    const { fresh, merged } = added;
    store.transaction(() => fresh.forEach((line, id) => store.putNote(id, line)));
    const lines = [...fresh.values()];
    for (const page of pages(lines, PAGE)) this.#tell({ type: 'notes', lines: page });
    const { bad, conflicts, problems } = merged;
    return { status: 200, body: { lines, bad, conflicts, problems } };
  }

  /** Moves the alarm to the next limit, or to when a room that models play in is looked after. Called within the transaction that moved the limit. */
  #setAlarm(resting = false): void {
    const times = [this.#quest.head().due, this.#stage.wakes(this.#alarm ?? 0, resting)].filter((time) => time !== undefined);
    const due = times.length === 0 ? null : Math.min(...times);
    if (due !== this.#alarm) this.#ports.store.setAlarm(due);
    this.#alarm = due;
  }

  /** Something came up: memory may not be what the rows say. */
  #forget(): void {
    this.#stage.leave();
    this.#cache = undefined;
    this.#alarm = undefined;
  }

  /** Writes the tick that is due; no event when none is. */
  #tick(): void {
    const quest = this.#quest;
    const now = this.#ports.now();
    if ((quest.head().due ?? Infinity) > now) return;
    const { line } = quest.decide({ type: 'tick', by: '@owner' }, now, this.#ports.random(ENTROPY));
    if (line !== undefined) this.#append(line.trimEnd());
  }

  /** The alarm rang. It may ring early, or twice: what counts is what the quest says is due. */
  ring(): void {
    this.#alarm = undefined; // one that rang is gone
    try {
      this.#tick();
      this.#stage.go();
      this.#setAlarm(true);
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  #tell(frame: Frame, role?: Grant['role']): void {
    for (const peer of this.#ports.peers()) {
      if (peer.grant !== null && (role === undefined || peer.grant.role === role)) peer.send(frame);
    }
  }

  /** Somebody connected. Those who never show a capability must not pile up. */
  met(): void {
    const pending = this.#ports.peers().filter((peer) => peer.grant === null);
    pending.sort((a, b) => a.since - b.since);
    for (const peer of pending.slice(0, Math.max(0, pending.length - PENDING_MAX))) peer.close(4408, 'No capability was shown.');
  }

  /** The first frame of a socket: a capability's digest, and the last event it has. */
  enter(peer: Peer, key: string | undefined, after: unknown): void {
    const grant = this.#grant(key);
    if (grant === null) return peer.close(4404, 'There is no such quest here, or this link does not open it.');
    const last = after ?? -1;
    if (!Number.isSafeInteger(last)) return peer.close(4400, 'after is the number of the last event you have, or -1.');
    const end = this.#ports.store.last().n;
    let from = Math.max(last as number, -1);
    do {
      const lines = this.#ports.store.lines(from, PAGE);
      peer.send({ type: 'lines', lines });
      from += lines.length;
    } while (from < end);
    for (const page of pages(this.#ports.store.notes(), PAGE)) peer.send({ type: 'notes', lines: page });
    peer.grant = grant;
    this.#stage.greet(peer);
    this.presence();
  }

  /** A later frame: a command, answered under the id it came with. */
  hear(peer: Peer, frame: unknown): void {
    const { id, command } = (isObject(frame) ? frame : {}) as { id?: unknown; command?: unknown };
    const grant = peer.grant;
    if (grant === null) return;
    const answer = isObject(command)
      ? this.#guarded(() => this.#stage.around(() => this.#command(grant, command as Command)))
      : badRequest('A frame holds an id and a command: {"id": 1, "command": {…}}.');
    peer.send({ ...reply(answer), id } as Frame);
  }

  /** Tells everybody how many watch. */
  presence(): void {
    const watching = this.#ports.peers().filter((peer) => peer.grant !== null).length;
    this.#tell({ type: 'presence', watching });
  }
}

/** What a failure of the core is called over HTTP. */
export function answerOf({ status, failure: found }: CoreError): Answer {
  if (status === 'QL_ERR_CONFLICT') return { status: 409, body: { head: found.detail } };
  const known: Record<string, number> = { QL_ERR_LIMIT: 413, QL_ERR_NOMEM: 503 };
  return { status: known[status] ?? 400, body: { error: found } };
}

/** Why this capability cannot carry this command; undefined when it can. */
function bar(grant: Grant, command: Pick<Command, 'by'>): string | undefined {
  if (grant.role === 'own' || (grant.agent !== null && grant.agent === command.by)) return undefined;
  return grant.agent === null ? 'This link can watch the quest, not act in it.' : `This link acts for ${grant.agent} only.`;
}

function reply(answer: Answer): object {
  const body = answer.body as Record<string, unknown>;
  switch (answer.status) {
    case 200:
      return { type: 'accepted', n: body['n'], head: body['head'] };
    case 409:
      return { type: 'conflict', head: body['head'] };
    case 422:
      return { type: 'refused', refusal: body['refusal'] };
    default:
      return { type: 'error', error: body['error'] };
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
