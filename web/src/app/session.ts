import type { Command, Core, Driver, Effect, EffectResult, Quest, Refusal } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Lease, Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';
import { base64url } from './bytes.ts';

export interface SessionPorts {
  core: Core;
  storage: Pick<Storage, 'append' | 'lines'>;
  clock: Clock;
  entropy: Entropy;
  tabs: Pick<Tabs, 'send'>;
}

/** What a session tells its owner. */
export interface SessionEvents {
  /** The quest has more events; they are stored already. */
  changed(): void;
  /** Another tab took over, or the effects cannot be performed any more. */
  stopped(why: { kind: 'taken' } | { kind: 'failed'; message: string }): void;
}

/** A pace is asked for each time, so that a change of it counts at once. */
export type Pace = () => number;

const FULL = 'This browser has no space left for the quest. Delete another one, or save this one as a file.';
const OVER = new Set(['completed', 'failed', 'aborted', 'timed_out']);

/**
 * Drives one quest in this tab: performs the effects the core asks for and takes the owner's commands.
 * Each event is stored before it is applied or told to anybody. Ending a session is not calling it any more.
 */
export class Session {
  #ports: SessionPorts;
  #events: SessionEvents;
  #pace: Pace;
  #driver: Driver;
  #closed = false;
  #wake = new AbortController();
  #answer: ((command: Command) => void) | null = null;
  #turnstile: Promise<unknown> = Promise.resolve();
  #lease: Lease;
  readonly id: string;
  readonly quest: Quest;

  constructor(ports: SessionPorts, id: string, quest: Quest, driver: Driver, lease: Lease, pace: Pace, events: SessionEvents) {
    this.#ports = ports;
    this.id = id;
    this.quest = quest;
    this.#driver = driver;
    this.#lease = lease;
    this.#pace = pace;
    this.#events = events;
  }

  /** Runs until the quest is over or the session is closed. */
  async run(): Promise<void> {
    void this.#lease.lost.then(() => {
      if (!this.#closed) this.#stop({ kind: 'taken' });
    });
    try {
      await this.#loop();
    } catch (error) {
      if (!this.#closed) this.#stop({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }

  async #loop(): Promise<void> {
    const { clock, entropy } = this.#ports;
    let prompt = false; // what follows a person's answer is not delayed
    while (!this.#closed && !OVER.has(this.quest.view().status)) {
      const effect = this.#driver.next(clock.now());
      switch (effect.kind) {
        case 'random':
          this.#give({ id: effect.id, bytes: base64url(entropy.bytes(effect.n ?? 0)) });
          break;
        case 'log.append':
          if (!prompt) await clock.sleep(this.#pace(), this.#wake.signal);
          await this.#append(effect);
          prompt = false;
          break;
        case 'ask.human':
          await this.#ask(effect);
          prompt = true;
          break;
        case 'answer':
        case 'wait':
          await this.#woken();
          break;
        case 'done':
          return;
      }
    }
  }

  #give(result: EffectResult): void {
    if (!this.#closed) this.#driver.result(this.#ports.clock.now(), result);
  }

  /** Stores the lines, then lets the driver apply them. Nothing else writes meanwhile. */
  #append(effect: Effect): Promise<void> {
    return this.#alone(async () => {
      if (this.#closed) return;
      const lines = effect.lines ?? [];
      const { n, head } = this.quest.head();
      // The owner may have moved while this line waited for its time: then the driver thinks again.
      const outcome = effect.expected === head ? await this.#store(n, lines) : 'conflict';
      this.#give({ id: effect.id, outcome });
      if (outcome === 'ok') this.#tell(n, lines);
    });
  }

  async #store(n: number, lines: readonly string[]): Promise<'ok' | 'conflict'> {
    const outcome = await this.#ports.storage.append(this.id, n, lines);
    if (outcome === 'full') throw new Error(FULL);
    if (outcome === 'conflict') await this.#catchUp();
    return outcome;
  }

  /** Applies what another tab stored, so that the driver decides on the real state. */
  async #catchUp(): Promise<void> {
    const lines = await this.#ports.storage.lines(this.id, this.quest.head().n);
    if (lines.length === 0) throw new Error('What this browser stored of the quest is not what this tab holds.');
    for (const line of lines) this.quest.append(line);
    this.#events.changed();
  }

  #tell(n: number, lines: readonly string[]): void {
    lines.forEach((line, i) => this.#ports.tabs.send({ kind: 'event', quest: this.id, n: n + i, line }));
    if (!this.#closed) this.#events.changed();
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

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#wake.signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  #rouse(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turnstile.then(work, work);
    this.#turnstile = mine.catch(() => {});
    return mine;
  }

  /** What a person does: approves, pauses, or tries to write for a seat. A refusal leaves no trace in the log. */
  command(command: Command): Promise<Refusal | null> {
    if ((command.type === 'approve' || command.type === 'reject') && this.#answer !== null) {
      this.#answer(command);
      return Promise.resolve(null);
    }
    const { clock, entropy } = this.#ports;
    return this.#alone(async () => {
      for (;;) {
        const decision = this.quest.decide(command, clock.now(), entropy.bytes(32));
        if (decision.refusal !== undefined) return decision.refusal;
        if (decision.line === undefined) return null; // the same command was accepted before
        const { n } = this.quest.head();
        if ((await this.#store(n, [decision.line])) === 'conflict') continue;
        if (this.#closed) return null; // it is stored: whoever opens the quest next has it
        this.quest.append(decision.line);
        this.#tell(n, [decision.line]);
        this.#rouse();
        return null;
      }
    });
  }

  /** Goes on at once with what waits for its time, e.g. after a change of pace. */
  hurry(): void {
    this.#rouse();
  }

  #stop(why: Parameters<SessionEvents['stopped']>[0]): void {
    this.close();
    this.#events.stopped(why);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lease.release();
    this.#rouse();
    this.#driver.close();
  }
}
