import type { Command, Quest, Refusal } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Entropy } from '../ports/entropy.ts';
import type { Tabs } from '../ports/lock.ts';
import type { Storage } from '../ports/storage.ts';

export interface WriterPorts {
  storage: Pick<Storage, 'append' | 'lines'>;
  clock: Clock;
  entropy: Entropy;
  tabs: Pick<Tabs, 'send'>;
}

/** What became of a command: the event that it is in the log, or why it is not. */
export type Sent = { n: number } | { refusal: Refusal };

const FULL = 'This browser has no space left for the quest. Delete another one, or save this one as a file.';

/**
 * Writes to a quest that this browser stores, beside other tabs that do the same: each line goes behind the last one or not at all,
 * and is stored before it is applied or told to anybody.
 */
export class Writer {
  #ports: WriterPorts;
  #changed: () => void;
  #turnstile: Promise<unknown> = Promise.resolve();
  #closed = false;
  readonly id: string;
  readonly quest: Quest;

  /** @param changed  the quest has more events; they are stored already */
  constructor(ports: WriterPorts, id: string, quest: Quest, changed: () => void) {
    this.#ports = ports;
    this.id = id;
    this.quest = quest;
    this.#changed = changed;
  }

  /** Nothing else is written by this tab meanwhile. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turnstile.then(work, work);
    this.#turnstile = mine.catch(() => {});
    return mine;
  }

  /** Stores lines behind event n - 1; on a conflict the quest has what another tab stored. Call it within `alone`. */
  async store(n: number, lines: readonly string[]): Promise<'ok' | 'conflict'> {
    const outcome = await this.#ports.storage.append(this.id, n, lines);
    if (outcome === 'full') throw new Error(FULL);
    if (outcome === 'conflict' && !this.#closed && (await this.#catchUp()) === 0) throw new Error('What this browser stored of the quest is not what this tab holds.');
    return outcome;
  }

  /** Applies what another tab stored, so that the next decision is about the real state. */
  async #catchUp(): Promise<number> {
    const lines = await this.#ports.storage.lines(this.id, this.quest.head().n);
    if (this.#closed) return lines.length;
    for (const line of lines) this.quest.append(line);
    if (lines.length > 0) this.#changed();
    return lines.length;
  }

  /** Lines that are stored and applied, for the other tabs and for the screen. */
  tell(n: number, lines: readonly string[]): void {
    lines.forEach((line, i) => this.#ports.tabs.send({ kind: 'event', quest: this.id, n: n + i, line }));
    if (!this.#closed) this.#changed();
  }

  /** Another tab stored event n. */
  hear(n: number): Promise<void> {
    return this.alone(async () => {
      if (!this.#closed && n >= this.quest.head().n) await this.#catchUp();
    });
  }

  /** Decides, stores and applies. Whoever else wrote first: the quest is read again and it is decided again; only a refusal comes back. */
  command(command: Command): Promise<Sent> {
    return this.alone(() => this.write(command));
  }

  /** The same, within `alone`. */
  async write(command: Command): Promise<Sent> {
    const { clock, entropy } = this.#ports;
    for (;;) {
      const { refusal, line, duplicate_of } = this.quest.decide(command, clock.now(), entropy.bytes(32));
      if (refusal !== undefined) return { refusal };
      const { n } = this.quest.head();
      if (line === undefined) return { n: duplicate_of ?? n - 1 };
      const outcome = await this.store(n, [line]);
      if (outcome === 'conflict' && this.#closed) throw new Error('The quest was left before this was written.');
      if (outcome === 'conflict') continue;
      if (this.#closed) return { n }; // it is stored: whoever opens the quest next has it
      this.quest.append(line);
      this.tell(n, [line]);
      return { n };
    }
  }

  close(): void {
    this.#closed = true;
  }
}
