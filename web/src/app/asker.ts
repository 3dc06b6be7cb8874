import type { Driver, Effect, EffectResult, SeatDelta } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Http } from '../ports/http.ts';
import type { Ask } from './kit.ts';

export interface AskerPorts {
  clock: Clock;
  http: Http;
  /** Resolves before the next frame is drawn. */
  frame: () => Promise<void>;
  /** The key of a slot for a request there; null: it goes without. A person may be asked for it first. */
  keyOf: (slot: string, url: string) => string | null | Promise<string | null>;
}

export interface AskerEvents {
  /** What models added, at most once a frame. */
  deltas(deltas: readonly SeatDelta[]): void;
  /** Calls of tools that wait for a yes or no, the oldest first. */
  asks(asks: readonly Ask[]): void;
  /** Words of an answer that is not whole, or bytes, are to be kept. */
  part?(effect: Effect): Promise<void>;
  blob?(effect: Effect): Promise<'ok' | 'full'>;
  /** The driver cannot take what came: it is of no more use. */
  failed(error: unknown): void;
}

const PARTS_EVERY = 1000; // ms, as the driver keeps them

/**
 * Asks models, servers of tools and people for a driver: many at once, and hands back what comes. The owner goes on asking the driver for effects, and
 * waits here when it says so. Closing it ends what is under way, without a word to the driver.
 */
export class Asker {
  #ports: AskerPorts;
  #driver: Driver;
  #events: AskerEvents;
  #open = new Map<number, AbortController>();
  #asks: readonly Ask[] = [];
  #kept: Promise<unknown> = Promise.resolve(); // what is kept comes in order
  #wake = new AbortController();
  #look: AbortController | null = null; // until the driver is asked what is to be kept of what came
  #grown = false; // bytes came since that was settled
  #fresh = false; // bytes came since the driver was asked what they say
  #closed = false;

  constructor(ports: AskerPorts, driver: Driver, events: AskerEvents) {
    this.#ports = ports;
    this.#driver = driver;
    this.#events = events;
  }

  /** Answers under way. */
  get open(): number {
    return this.#open.size;
  }

  /** Performs an effect that concerns models; false: it is of another kind. */
  perform(effect: Effect): boolean {
    switch (effect.kind) {
      case 'effect.cancel':
        this.#cancel(effect.cancels ?? 0);
        return true;
      case 'http.request':
        void this.#send(effect);
        return true;
      case 'ask.tool':
        this.#asked([...this.#asks, { id: effect.id, agent: effect.agent ?? '', question: effect.question ?? '', tool: effect.tool ?? { name: '' } }]);
        return true;
      case 'partial.put':
        this.#keep(async () => this.#events.part?.(effect));
        return true;
      case 'blob.put':
        this.#keep(async () => this.#tell({ id: effect.id, outcome: (await this.#events.blob?.(effect)) ?? 'ok' }));
        return true;
      default:
        return false;
    }
  }

  /** Somebody said yes or no to a call. */
  allow(id: number, allowed: boolean): void {
    if (!this.#asks.some((ask) => ask.id === id)) return;
    this.#asked(this.#asks.filter((ask) => ask.id !== id));
    this.#tell({ id, allowed });
  }

  #asked(asks: readonly Ask[]): void {
    this.#asks = asks;
    this.#events.asks(asks);
  }

  #cancel(id: number): void {
    this.#open.get(id)?.abort();
    this.allow(id, false);
  }

  #keep(work: () => Promise<void>): void {
    this.#kept = this.#kept.then(() => (this.#closed ? undefined : work())).catch((error: unknown) => this.#fail(error));
  }

  /** Until something came of a request, the time has come, or somebody rouses. */
  wait(until = Infinity): Promise<void> {
    const { clock } = this.#ports;
    const { signal } = this.#wake;
    if (until !== Infinity) return clock.sleep(until - clock.now(), signal);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** Ends what is under way; the driver is told that it was stopped. */
  stop(): void {
    for (const ending of this.#open.values()) ending.abort();
    this.rouse();
  }

  rouse(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  async #send({ id, request }: Effect): Promise<void> {
    if (request === undefined) return;
    const ending = new AbortController();
    this.#open.set(id, ending);
    const { secret, url } = request;
    const ended = new Promise<null>((resolve) => ending.signal.addEventListener('abort', () => resolve(null), { once: true }));
    const key = secret === undefined ? null : await Promise.race([this.#ports.keyOf(secret.slot, url), ended]);
    if (this.#closed) return;
    this.#ports.http.send(request, key, ending.signal, {
      head: (status, headers) => this.#tell({ id, headers, status }),
      bytes: (bytes) => this.#hear(id, bytes),
      end: (outcome, problem) => {
        this.#drain(); // before the answer is taken for whole, and shown as said
        this.#open.delete(id);
        this.#tell({ id, outcome, ...(problem === undefined ? {} : { problem }) });
      },
    });
  }

  #tell(result: EffectResult): void {
    this.#guard(() => this.#driver.result(this.#ports.clock.now(), result));
    this.rouse();
  }

  #hear(id: number, bytes: Uint8Array): void {
    this.#guard(() => this.#driver.bytes(id, bytes));
    if (this.#fresh) return;
    this.#fresh = true;
    void this.#ports.frame().then(() => this.#drain());
  }

  /** An answer that is whole, or that failed, may have bytes to come: then the driver says that nobody waits for them. */
  #drain(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    const deltas = this.#guard(() => this.#driver.deltas()) ?? [];
    if (deltas.length > 0) this.#events.deltas(deltas);
    this.#grown = true;
    if (this.#events.part !== undefined && this.#look === null) this.#lookLater();
    if (deltas.some(({ delta }) => delta?.kind === 'end')) this.rouse();
  }

  /** Each second while answers grow, and once more a second after the last bytes, the driver is asked what is to be kept: also where they stall. */
  #lookLater(): void {
    const look = new AbortController();
    this.#look = look;
    this.#grown = false;
    void this.#ports.clock.sleep(PARTS_EVERY, look.signal).then(() => {
      if (this.#look !== look) return;
      this.#look = null;
      if (this.#grown) this.#lookLater();
      this.rouse();
    });
  }

  #guard<T>(call: () => T): T | undefined {
    if (this.#closed) return undefined;
    try {
      return call();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    if (this.#closed) return;
    this.close();
    this.#events.failed(error);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const look = this.#look;
    this.#look = null;
    look?.abort();
    if (this.#asks.length > 0) this.#asked([]);
    this.stop();
    this.rouse();
  }
}
