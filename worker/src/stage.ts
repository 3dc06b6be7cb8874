/* Where models play in a room: the cast that its owner handed in, kept with the rows, and the play that memory holds of it. */
import { type Core, CoreError, type Quest, type SeatDelta } from '@questline/core';
import { type Cast, objection, readCast, viewOf } from './cast.ts';
import { type Blob, type Partial, Play, type Table } from './play.ts';
import { badRequest, failure } from './replies.ts';
import type { Answer, Frame, Grant, Peer, RoomPorts } from './room.ts';

/** The room around it. */
export type Around = {
  opened(): { core: Core; quest: Quest };
  /** Stores a line with what applying it stores, both or neither, and tells everybody. */
  append(line: string, apply: () => void): void;
  /** To those of one role, or to all. */
  tell(frame: Frame, role?: Grant['role']): void;
  /** Moves the alarm; resting: nothing is done now. */
  setAlarm(resting: boolean): void;
  /** Drops what memory holds, this too. */
  forget(): void;
};

const ENTROPY = 32;
const WATCH = 15_000; // ms after which a room that models play in is woken, should it have been put away meanwhile
const SHOWN_MAX = 64 * 1024; // characters of one frame of what models add
const PARTIAL_MAX = 1024 * 1024; // characters that are kept of an answer that is not whole
const SINCE_MAX = 2048; // pieces of answers that are told to who comes in the middle of them
const BLOBS_MAX = 64 * 1024 * 1024; // bytes of all that models and tools of a quest made

export class Stage {
  readonly #ports: RoomPorts;
  readonly #room: Around;
  #play: Play | null | undefined; // null: nobody plays here; undefined: not looked yet
  #since: SeatDelta[] = []; // what was shown since it was put aside

  constructor(ports: RoomPorts, room: Around) {
    this.#ports = ports;
    this.#room = room;
  }

  get #cast(): Cast | null {
    const kept = this.#ports.store.cast();
    return kept === null ? null : (JSON.parse(kept) as Cast);
  }

  /** Who plays here; begun from the rows when memory has nobody. */
  #playing(): Play | null {
    if (this.#play !== undefined) return this.#play;
    const cast = this.#cast;
    this.#play = null;
    if (cast === null) return null;
    try {
      this.#play = this.#begin(cast);
      this.#play.go();
    } catch (error) {
      this.#stumble(error); // a core that takes less than the one before
    }
    return this.#play ?? null;
  }

  #begin(cast: Cast): Play {
    const { core, quest } = this.#room.opened();
    const { now, random, outside } = this.#ports;
    return new Play({ ...outside, now, random }, this.#table, core, quest, cast);
  }

  plays(): boolean {
    return this.#playing() !== null;
  }

  go(): void {
    this.#playing()?.go();
  }

  /** Somebody acts: before it, what is left from an earlier life is done; after it, it may be the turn of a model. */
  around(act: () => Answer): Answer {
    this.#playing();
    const answer = act();
    this.go();
    return answer;
  }

  /** Drops what memory holds. What was under way ends without a word. */
  leave(): void {
    this.#play?.close();
    this.#play = undefined;
    this.#since = [];
  }

  /** When the room is to be woken for its models: to ask again, or to look whether it was put away while they answer. An alarm that is `set` for before
      then may stay where it is. */
  wakes(set: number, resting: boolean): number | undefined {
    const play = this.#play ?? null;
    if (play === null) return undefined;
    const now = this.#ports.now();
    const watch = set > now && set <= now + WATCH ? set : now + WATCH;
    return resting && !play.busy ? (play.until ?? undefined) : Math.min(watch, play.until ?? Infinity);
  }

  /** What somebody who connects has to know of it. */
  greet(peer: Peer): void {
    const play = this.#playing();
    if (play === null) return;
    const partials = this.#ports.store.partials();
    peer.send({ type: 'cast', plays: true });
    if (partials.length > 0) peer.send({ type: 'partials', partials });
    if (this.#since.length > 0) peer.send(framed(this.#since));
    if (peer.grant?.role === 'own' && play.questions.length > 0) peer.send({ type: 'asks', asks: play.questions });
  }

  view(): Answer {
    const cast = this.#cast;
    return { status: 200, body: { cast: cast === null ? null : viewOf(this.#room.opened().core, cast) } };
  }

  /** Lets a cast play from now on, in place of any before; null: nobody. */
  put(grant: Grant, body: unknown): Answer {
    if (grant.role !== 'own') return barred('Only the link of the owner says who plays here.');
    const { store, outside } = this.#ports;
    const cast = body === null ? null : readCast(body);
    if (typeof cast === 'string') return badRequest(cast);
    const { core, quest } = this.#room.opened();
    const against = cast === null ? undefined : objection(core, quest, cast, outside);
    if (against !== undefined) return { status: 422, body: failure('QL_ERR_STATE', against) };
    const next = cast === null ? null : this.#begin(cast);
    const before = this.#cast;
    if ((this.#play?.questions.length ?? 0) > 0) this.#table.asks([]);
    this.leave();
    this.#play = next;
    store.transaction(() => {
      store.putCast(cast === null ? null : JSON.stringify(cast));
      this.#room.setAlarm(false);
    });
    if (next === null && before !== null) this.#settle(before);
    this.#room.tell({ type: 'cast', plays: next !== null });
    next?.go();
    return { status: 200, body: { cast: cast === null ? null : viewOf(core, cast) } };
  }

  /** What was under way when the players left is over: nobody waits for it any more. */
  #settle({ players }: Cast): void {
    const { now, random } = this.#ports;
    const { quest } = this.#room.opened();
    const played = (seat: string): boolean => players.some(({ agent }) => agent === seat || agent === '*');
    const { effects = [] } = quest.state().state as { effects?: { agent: string; n: number }[] };
    for (const { n } of effects.filter(({ agent }) => played(agent))) {
      const { line } = quest.decide({ type: 'done', by: '@owner', outcome: 'cancelled', start: n }, now(), random(ENTROPY));
      if (line !== undefined) this.#table.append(line, () => quest.append(line));
    }
  }

  allow(grant: Grant, ask: string, allowed: boolean): Answer {
    if (grant.role !== 'own') return barred('Only the link of the owner allows the use of a tool.');
    if (this.#playing()?.allow(ask, allowed) === true) return { status: 200, body: { ask, allowed } };
    return { status: 404, body: failure('QL_ERR_NOT_FOUND', 'Nobody asks that any more.') };
  }

  readonly #table: Table = {
    append: (text, apply) => {
      const line = text.trimEnd();
      this.#room.append(line, () => {
        apply();
        const { e } = JSON.parse(line) as { e: { t: string; d: { start?: number } } };
        if (e.t === 'done' && e.d.start !== undefined) this.#ports.store.dropPartial(e.d.start);
      });
    },
    keep: (partial, offset) => this.#keep(partial, offset),
    shown: (deltas) => this.#show(deltas),
    blob: (blob) => this.#keepBlob(blob),
    asks: (asks) => this.#room.tell({ type: 'asks', asks }, 'own'),
    rests: () => this.#room.setAlarm(true),
    failed: (error) => this.#stumble(error),
  };

  #keep(partial: Partial, offset: number): void {
    const { store } = this.#ports;
    const before = offset === 0 ? '' : (store.partials().find(({ start }) => start === partial.start)?.text ?? '');
    const text = before + partial.text;
    if (text.length > PARTIAL_MAX) return;
    store.putPartial({ ...partial, text });
    this.#since = this.#since.filter(({ agent, delta }) => agent !== partial.agent || delta?.kind !== 'text');
  }

  #keepBlob(blob: Blob): boolean {
    const { store } = this.#ports;
    if (store.blob(blob.hash) !== null) return true;
    if (store.blobsSize() + blob.bytes.length > BLOBS_MAX) return false;
    store.putBlob(blob);
    return true;
  }

  #show(deltas: readonly SeatDelta[]): void {
    for (const one of deltas) {
      const over = one.delta === undefined || one.delta.kind === 'end'; // what was shown of it stands in the log, or nowhere
      if (over) this.#since = this.#since.filter(({ agent }) => agent !== one.agent);
      else if (one.delta?.kind !== 'thinking' && this.#since.length < SINCE_MAX) this.#since.push(one);
    }
    this.#room.tell(framed(deltas));
  }

  /** Models cannot be played on here: the quest says so and pauses. What cannot even be written is tried again when the alarm rings. */
  #stumble(error: unknown): void {
    const { now, random, store } = this.#ports;
    this.#room.forget();
    const why = error instanceof CoreError ? error.failure.message : 'something failed in the worker';
    try {
      const { quest } = this.#room.opened();
      const { line } = quest.decide({ type: 'pause', by: '@owner', reason: `The room stopped playing: ${why}.` }, now(), random(ENTROPY));
      if (line !== undefined) this.#room.append(line.trimEnd(), () => quest.append(line));
      this.#room.setAlarm(true);
    } catch {
      this.#room.forget();
      store.setAlarm(now() + WATCH);
    }
  }
}

function framed(deltas: readonly SeatDelta[]): Frame {
  let left = SHOWN_MAX;
  const some = deltas.filter((delta) => (left -= JSON.stringify(delta).length) >= 0);
  return { type: 'deltas', deltas: some, ...(left < 0 ? { cut: true } : {}) };
}

const barred = (why: string): Answer => ({ status: 403, body: failure('QL_ERR_ARGUMENT', why) });
