import type { Command, Driver, Effect, EffectResult, Quest, QuestView, SeatDelta, Steer } from '@questline/core';
import type { Lease } from '../ports/lock.ts';
import { Asker, type AskerPorts } from './asker.ts';
import { base64url } from './bytes.ts';
import type { Ask, Kit } from './kit.ts';
import { Timekeeper } from './timekeeper.ts';
import { type Sent, Writer, type WriterPorts } from './writer.ts';

/** What a session tells its owner. */
export interface SessionEvents {
  /** The quest has more events; they are stored already. */
  changed(): void;
  /** What models write; at most once a frame. */
  deltas(deltas: readonly SeatDelta[]): void;
  /** Calls of tools that wait for a yes or no. */
  asks(asks: readonly Ask[]): void;
  /** Files were changed, or pictures came. */
  made(): void;
  /** When a model is asked again; null: nothing waits for a time. */
  waits(until: number | null): void;
  /** Another tab took over, or the effects cannot be performed any more. */
  stopped(why: { kind: 'taken' } | { kind: 'failed'; message: string }): void;
}

/** A pace is asked for each time, so that a change of it counts at once. */
export type Pace = () => number;

export type SessionPorts = WriterPorts & AskerPorts;

const OVER = new Set(['completed', 'failed', 'aborted', 'timed_out']);

/** A rehearsal is slowed down so that it can be followed; models take their time anyway. */
const isPaced = (view: QuestView): boolean => view.agents.every(({ kind }) => kind !== 'model');

/**
 * Drives one quest in this tab: performs the effects the core asks for, keeps its time, and takes commands.
 * Ending a session is not calling it any more.
 */
export class Session {
  #ports: SessionPorts;
  #events: SessionEvents;
  #pace: Pace;
  #driver: Driver;
  #writer: Writer;
  #asker: Asker;
  #time: Timekeeper;
  #closed = false;
  #wake = new AbortController();
  #answer: ((command: Command) => void) | null = null;
  #lease: Lease;
  readonly kit: Kit | null;
  readonly id: string;
  readonly quest: Quest;

  constructor(ports: SessionPorts, id: string, quest: Quest, driver: Driver, kit: Kit | null, lease: Lease, pace: Pace, events: SessionEvents) {
    this.#ports = ports;
    this.id = id;
    this.quest = quest;
    this.#driver = driver;
    this.kit = kit;
    this.#lease = lease;
    this.#pace = pace;
    this.#events = events;
    this.#writer = new Writer(ports, id, quest, () => this.#changed());
    this.#asker = new Asker(ports, driver, {
      deltas: (deltas) => events.deltas(deltas),
      asks: (asks) => events.asks(asks),
      failed: (error) => this.#fail(error),
      ...(kit === null
        ? {}
        : {
            part: (effect) => kit.part(effect),
            blob: async (effect) => {
              const outcome = await kit.blob(effect);
              events.made();
              return outcome;
            },
          }),
    });
    this.#time = new Timekeeper(
      ports.clock,
      () => this.quest.head().due,
      () => void this.#writer.alone(() => this.#tick()).then(() => this.#rouse(), (error: unknown) => this.#fail(error)),
    );
  }

  /** Runs until the quest is over or the session is closed. */
  async run(): Promise<void> {
    void this.#lease.lost.then(() => {
      if (!this.#closed) this.#stop({ kind: 'taken' });
    });
    this.#time.look();
    try {
      await this.#loop();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #loop(): Promise<void> {
    const { clock, entropy } = this.#ports;
    let prompt = false; // what follows a person's answer is not delayed
    while (!this.#closed) {
      const view = this.quest.view();
      if (OVER.has(view.status)) return;
      const effect = this.#driver.next(clock.now());
      if (this.#asker.perform(effect)) continue;
      switch (effect.kind) {
        case 'random':
          this.#give({ id: effect.id, bytes: base64url(entropy.bytes(effect.n ?? 0)) });
          break;
        case 'log.append':
          if (!prompt && isPaced(view)) await clock.sleep(this.#pace(), this.#wake.signal);
          await this.#append(effect);
          prompt = false;
          break;
        case 'ask.human':
          await this.#ask(effect);
          prompt = true;
          break;
        case 'wait':
          this.#events.waits(effect.until ?? null);
          await this.#asker.wait(effect.until);
          break;
        default:
          return; // done; what else there is comes before a quest has a name
      }
    }
  }

  #give(result: EffectResult): void {
    if (!this.#closed) this.#driver.result(this.#ports.clock.now(), result);
  }

  /** Stores the lines, then lets the driver apply them. Nothing else is written by this tab meanwhile. */
  #append(effect: Effect): Promise<void> {
    return this.#writer.alone(async () => {
      await this.#tick();
      if (this.#closed) return;
      const lines = effect.lines ?? [];
      const { n, head } = this.quest.head();
      if ((await this.kit?.keep()) === true) this.#events.made(); // before the log says so
      if (this.#closed) return;
      // Somebody may have moved while this line waited for its time: then the driver thinks again.
      const outcome = effect.expected === head ? await this.#writer.store(n, lines) : 'conflict';
      this.#give({ id: effect.id, outcome });
      if (outcome !== 'ok') return;
      lines.forEach((_, i) => this.#settle(n + i));
      this.#writer.tell(n, lines);
    });
  }

  /** An answer that is whole, or given up, is in the log: its beginning need not be kept. */
  #settle(n: number): void {
    const { type, data } = this.quest.event(n);
    if (type === 'done') void this.kit?.settle((data as { start: number }).start).catch((error: unknown) => this.#fail(error));
  }

  /** What is due comes before anything that is said after it. Where nothing is, there is no event. */
  async #tick(): Promise<void> {
    if (!this.#closed && (this.quest.head().due ?? Infinity) <= this.#ports.clock.now()) await this.#writer.write({ type: 'tick', by: '@owner' });
  }

  #changed(): void {
    this.#time.look();
    this.#events.changed();
  }

  #ask(effect: Effect): Promise<void> {
    return new Promise((resolve) => {
      const over = (): void => resolve();
      this.#wake.signal.addEventListener('abort', over, { once: true });
      this.#answer = (command) => {
        this.#answer = null;
        this.#wake.signal.removeEventListener('abort', over);
        this.#give({ id: effect.id, command });
        resolve();
      };
    });
  }

  #rouse(): void {
    this.#asker.rouse();
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** What a person does: approves, pauses, or writes for a seat. A refusal leaves no trace in the log. */
  command(command: Command): Promise<Sent> {
    if ((command.type === 'approve' || command.type === 'reject') && this.#answer !== null) {
      this.#answer(command);
      return Promise.resolve({ n: this.quest.head().n });
    }
    return this.#writer.alone(async () => {
      await this.#tick();
      const sent = await this.#writer.write(command);
      if ('n' in sent) this.#rouse();
      return sent;
    });
  }

  /** Somebody said yes or no to a call of a tool. */
  allow(id: number, allowed: boolean): void {
    this.#asker.allow(id, allowed);
  }

  /** Stops the call of one model, or says how it goes on. */
  steer(steer: Steer): void {
    this.#driver.steer(steer);
    this.#rouse();
  }

  /** Another tab stored event n. */
  async hear(n: number): Promise<void> {
    await this.#writer.hear(n);
    this.#rouse();
  }

  /** Goes on at once with what waits for its time, e.g. after a change of pace. */
  hurry(): void {
    this.#rouse();
  }

  /** The page is in front again, or the device woke up: what came due meanwhile happens now. */
  lookAtClock(): void {
    if (!this.#closed) this.#time.look();
  }

  /**
   * Hands the quest over between two events: nothing is written here while `take` runs, and nothing after it. The lock on the quest goes
   * with it. When `take` fails, the session goes on.
   */
  handOver(take: (log: string) => Promise<void>): Promise<Lease> {
    return this.#writer.alone(async () => {
      await take(this.quest.log());
      this.#end();
      return this.#lease;
    });
  }

  #fail(error: unknown): void {
    if (!this.#closed) this.#stop({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }

  #stop(why: Parameters<SessionEvents['stopped']>[0]): void {
    this.close();
    this.#events.stopped(why);
  }

  #end(): void {
    this.#closed = true;
    this.#time.close();
    this.#writer.close();
    this.#asker.close();
    this.#rouse();
    this.#driver.close();
    this.kit?.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#end();
    this.#lease.release();
  }
}
