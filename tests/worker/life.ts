/* A room without a platform whose life ends at one of its calls: from then on nothing of it reaches the rows, the providers or a person. */
import { type Core, instantiate } from '@questline/core';
import { loadModule } from '@questline/core/node';
import { type Frame, type Grant, type Peer, Room } from '../../worker/src/room.ts';
import type { Death } from '../crash/places.ts';
import type { Memory } from './memory.ts';

const module = await loadModule();
export const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
export const OWN: Grant = { key: 'own-key', role: 'own', agent: null };

/** What a room takes for the time: each piece of an answer takes a while, of which its test waits for nothing. */
const PIECE = 300;
const [SOON, LATER] = [2000, 8000];
export class Clock {
  ahead = 0;
  readonly now = (): number => Date.now() + this.ahead;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms < 1000 ? ms / 10 : ms).unref(); // a life that was ended waits for nothing
    signal.addEventListener('abort', () => (clearTimeout(timer), done()), { once: true });
  });
}

type Event = { e: { t: string; n: number; d: { tool?: string; start?: number } } };

/** The type of an event; of a call its tool too, or that it is a model's. */
function nameOf(line: string, lines: readonly string[]): string {
  const { t, d } = (JSON.parse(line) as Event).e;
  if (t === 'start') return `start ${d.tool ?? 'model'}`;
  return t === 'done' ? nameOf(lines[d.start ?? 0]!, lines).replace('start', 'done') : t;
}

function requestOf(url: string, { method, body }: RequestInit): string {
  if (!new URL(url).pathname.endsWith('/mcp')) return 'model';
  if (method === 'POST') return `server ${(JSON.parse(String(body)) as { method: string }).method}`;
  return method === 'DELETE' ? 'server end' : 'server stream';
}

export type Outside = { hosts: readonly string[]; key(slot: string): string | undefined };

/** Says what the owner does about a question; undefined: nothing. */
export type Person = (question: { agent: string; question: string; tool?: { name: string } }) => boolean;

export class Life {
  readonly seen: string[] = [];
  /** Settled when the quest is over and rests, when it pauses, or when this life is. */
  readonly over = Promise.withResolvers<void>();
  readonly room: Room;
  /** Lines that were told, and stood in no row. */
  readonly early: string[] = [];
  readonly #rows: Memory;
  readonly #clock: Clock;
  readonly #person: Person;
  readonly #death: Death | undefined;
  readonly #dead = new AbortController();
  readonly #asked = new Set<string>();
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(rows: Memory, clock: Clock, outside: Outside, person: Person, death?: Death) {
    this.#rows = rows;
    this.#clock = clock;
    this.#person = person;
    this.#death = death;
    const owner: Peer = { since: 0, grant: OWN, send: (frame) => this.#show(frame), close: () => undefined };
    this.room = new Room({
      store: this.#store(),
      core: (): Core => instantiate(module),
      peers: () => [owner],
      now: clock.now,
      random: (count) => this.around('random', () => random(count)),
      outside: { ...outside, sleep, fetch: (url, init) => this.#fetch(url, init) },
    });
  }

  get dead(): boolean {
    return this.#dead.signal.aborted;
  }

  /** It came to where it was to end. */
  ended = false;

  /** Nothing of it happens any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#dead.abort();
    this.over.resolve();
  }

  #hit(label: string, how: 'before' | 'after'): void {
    if (this.dead) throw new Error('this life is over');
    if (how === 'before') this.seen.push(label);
    if (label !== this.#death?.label || how !== (this.#death.how ?? 'before') || ++this.#count !== this.#death.n) return;
    this.ended = true;
    this.end();
    throw new Error('ended here');
  }

  around<T>(label: string, work: () => T): T {
    this.#hit(label, 'before');
    const result = work();
    this.#hit(label, 'after');
    return result;
  }

  /** What somebody does to the room; of a life that ended in the middle of it nobody hears. */
  does<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!this.dead) throw error;
      return undefined;
    }
  }

  /** A person is there, and the platform wakes the room when it asked for that. */
  wakes(): void {
    const at = this.#rows.alarms.at(-1);
    if (at !== null && at !== undefined) this.does(() => this.room.ring());
    else this.does(() => this.room.enter({ since: 0, grant: null, send: (frame) => this.#show(frame), close: () => undefined }, OWN.key, -1));
    if (this.dead || this.view().status !== 'proposed') return;
    const command = { type: 'approve', by: '@owner' } as never;
    this.does(() => this.around('approve', () => this.room.ask({ kind: 'command', key: OWN.key, command })));
  }

  view(): { status: string } {
    return (this.room.ask({ kind: 'view', key: OWN.key }).body as { view: { status: string } }).view;
  }

  #store(): Memory {
    const rows = this.#rows;
    const lines = (): string[] => rows.rows.map(({ line }) => line);
    const store: Partial<Memory> = {
      transaction: (work) => {
        const before = rows.rows.length;
        let label = 'none';
        rows.transaction(() => {
          work();
          label = rows.rows.length > before ? `append ${nameOf(lines().at(-1)!, lines())}` : 'cast';
          this.#hit(label, 'before'); // what is thrown here takes all of it back
        });
        this.#hit(label, 'after');
        if (label === 'append pause') this.over.resolve();
      },
      insertLine: (row) => void rows.rows.push(row),
      putCast: (cast) => void (rows.stage = cast),
      setAlarm: (at) => this.#setAlarm(at),
      dropPartial: (start) => rows.dropPartial(start),
      putPartial: (partial) => this.around('partial.put', () => rows.putPartial(partial)),
      putBlob: (blob) => this.around('blob.put', () => rows.putBlob(blob)),
      lines: (after) => {
        if (this.dead) throw new Error('this life is over');
        return rows.lines(after);
      },
    };
    return Object.assign(Object.create(rows) as Memory, store);
  }

  #setAlarm(at: number | null): void {
    if (this.dead) return;
    const left = at === null ? 0 : at - this.#clock.now();
    const waits = left > SOON && left < LATER; // to ask a model again; else it is looked after, or a session is to end
    const set = (): void => void this.#rows.alarms.push(at);
    if (waits) this.around('wait', set);
    else set();
    clearTimeout(this.#timer);
    const ring = (): void => {
      if (waits) this.#clock.ahead += Math.max(0, (at ?? 0) - this.#clock.now()); // nobody waits for that here
      this.does(() => this.around('ring', () => this.room.ring()));
    };
    if (at !== null) this.#timer = setTimeout(ring, waits ? 10 : Math.max(0, left));
    else if (/"t":"(complete|abort)"/.test(this.#rows.rows.at(-1)?.line ?? '')) this.over.resolve();
  }

  #show(frame: Frame): void {
    if (this.dead) return;
    if (frame.type === 'lines') this.early.push(...frame.lines.filter((line) => !this.#rows.rows.some((row) => row.line === line)));
    if (frame.type !== 'asks') return;
    for (const asked of frame.asks) {
      if (this.#asked.has(asked.ask)) continue;
      this.#asked.add(asked.ask);
      this.around('ask.tool', () => undefined);
      const allowed = this.#person(asked as never);
      const allow = (): unknown => this.room.ask({ kind: 'allow', key: OWN.key, ask: asked.ask, allowed });
      setImmediate(() => void (this.dead || this.does(() => this.around('allow', allow))));
    }
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const label = requestOf(url, init);
    const never = new Promise<never>(() => undefined);
    /** What ends the life in here is thrown to nobody. */
    const or = async <T>(work: () => T | Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        if (this.dead) return never;
        throw error;
      }
    };
    let open = true;
    init.signal?.addEventListener('abort', () => void (this.dead || !open || this.does(() => this.around('effect.cancel', () => undefined))));
    return or(async () => {
      this.#hit(`${label} sent`, 'before');
      const response = await fetch(url, { ...init, signal: AbortSignal.any([init.signal as AbortSignal, this.#dead.signal]) });
      this.around(`${label} head`, () => undefined);
      const reader = response.body?.getReader();
      const pull = (to: ReadableStreamDefaultController): Promise<void> =>
        or(async () => {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
          this.around(`${label} ${done ? 'end' : 'piece'}`, () => undefined);
          open = !done;
          this.#clock.ahead += PIECE;
          if (done) to.close();
          else to.enqueue(value);
        });
      return new Response(reader === undefined ? null : new ReadableStream<Uint8Array>({ pull }), response);
    });
  }
}
