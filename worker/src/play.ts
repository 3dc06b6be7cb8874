/* Models at the table of a room: performs what the core's driver asks for. All of it can be gone at any time; the rows and the cast bring it back,
   and what was under way is then settled as lost by the driver, and asked again. */
import type { Core, Driver, Effect, EffectResult, Quest, Roster, SeatDelta, ToolCall } from '@questline/core';
import { base64url } from './address.ts';
import { type AskPorts, ask } from './asking.ts';
import { type Cast, type House, mayAsk } from './cast.ts';

export type PlayPorts = AskPorts & House & { now(): number; random(count: number): Uint8Array };

/** Words of an answer that is not whole yet. */
export type Partial = { start: number; agent: string; text: string };

/** Somebody wants to use a tool that a person has to allow. */
export type Asked = { ask: string; agent: string; question: string; tool: ToolCall | undefined };

/** Bytes that a model or a tool made, named by their SHA-256. */
export type Blob = { hash: string; media: string; bytes: Uint8Array };

/** What the room does for those who play in it. Nothing here waits. */
export type Table = {
  /** Stores the line, and lets the driver have it: both, or neither and an error. */
  append(line: string, stored: () => void): void;
  keep(partial: Partial, offset: number): void;
  shown(deltas: readonly SeatDelta[]): void;
  /** Keeps bytes; false: there is no room for them. */
  blob(blob: Blob): boolean;
  /** All that somebody has to allow now. */
  asks(asks: readonly Asked[]): void;
  /** Nothing is left to do but to wait. */
  rests(): void;
  failed(error: unknown): void;
};

const FRAME = 100; // ms between two looks at what models added
const ASIDE = 1000; // ms between two times that what models said is put aside
const ANSWER = 12; // random bytes that name a question

export class Play {
  readonly #ports: PlayPorts;
  readonly #table: Table;
  readonly #core: Core;
  readonly #roster: Roster;
  readonly #driver: Driver;
  readonly #open = new Map<number, AbortController>();
  readonly #asked = new Map<string, { effect: number; asked: Asked }>();
  readonly #end = new AbortController();
  #until: number | null = null;
  #fresh = false; // bytes came since the driver was asked what they say
  #went = 0; // when the driver was asked last what is to be done

  /** Throws a CoreError for players and files that are none. The quest is the room's, and outlives this. */
  constructor(ports: PlayPorts, table: Table, core: Core, quest: Quest, cast: Cast) {
    this.#ports = ports;
    this.#table = table;
    this.#core = core;
    this.#roster = core.newRoster();
    for (const { name, text } of cast.files) this.#roster.add(name, text);
    const { players, documents, servers, ask } = cast;
    this.#driver = core.newDriver(quest, { roster: this.#roster, request: { agent: '', text: '', players, documents } });
    this.#driver.use({ servers, ask, partials: true });
  }

  /** Answers under way: nobody would miss them if memory were gone, but for an alarm. */
  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** When a model is asked again, ms since epoch. */
  get until(): number | null {
    return this.#until;
  }

  get questions(): Asked[] {
    return [...this.#asked.values()].map(({ asked }) => asked);
  }

  /** Does all that can be done now. */
  go(): void {
    if (this.#end.signal.aborted) return;
    this.#went = this.#ports.now();
    try {
      this.#drain(); // what is put aside was shown before
      while (this.#step(this.#driver.next(this.#ports.now())));
      this.#table.rests();
    } catch (error) {
      this.#table.failed(error);
    }
  }

  /** Performs one effect; false: there is none but to wait. */
  #step(effect: Effect): boolean {
    const { id, kind } = effect;
    this.#until = null;
    switch (kind) {
      case 'random':
        this.#give({ id, bytes: base64url(this.#ports.random(effect.n ?? 0)) });
        return true;
      case 'log.append':
        for (const line of effect.lines ?? []) this.#table.append(line, () => this.#give({ id, outcome: 'ok' }));
        return true;
      case 'http.request':
        this.#send(effect);
        return true;
      case 'effect.cancel':
        this.#open.get(effect.cancels ?? 0)?.abort();
        this.#withdraw(effect.cancels ?? 0);
        return true;
      case 'partial.put':
        this.#table.keep({ start: effect.start ?? 0, agent: effect.agent ?? '', text: effect.text ?? '' }, effect.offset ?? 0);
        return true;
      case 'blob.put':
        this.#give({ id, outcome: this.#table.blob(blobOf(effect)) ? 'ok' : 'full' });
        return true;
      case 'ask.tool':
        this.#question(effect);
        return true;
      case 'wait':
        this.#until = effect.until ?? null;
        return false;
      case 'ask.human': // the plan is approved over the API
      case 'done':
        return false;
      default:
        throw new Error(`The room cannot perform ${kind}.`);
    }
  }

  #give(result: EffectResult): void {
    this.#driver.result(this.#ports.now(), result);
  }

  #send({ id, request, server }: Effect): void {
    if (request === undefined) return;
    const ending = new AbortController();
    this.#open.set(id, ending);
    const { secret, url } = request;
    const end = (outcome: 'complete' | 'cut' | 'cancelled', problem?: string): void =>
      this.#heard(() => {
        this.#drain(); // before the answer is taken for whole, and shown as said
        this.#open.delete(id);
        this.#give({ id, outcome, ...(problem === undefined ? {} : { problem }) });
        this.go();
      });
    if (!this.#maySend(url, server)) return queueMicrotask(() => end('cut', `This deployment does not ask ${new URL(url).host}.`));
    const key = secret === undefined ? undefined : this.#ports.key(secret.slot);
    ask(this.#ports, request, key === undefined ? undefined : { key, blank: this.#core.newBlank(key) }, ending.signal, {
      head: (status, headers) => this.#heard(() => this.#give({ id, headers, status })),
      bytes: (bytes) =>
        this.#heard(() => {
          this.#driver.bytes(id, bytes);
          this.#look();
        }),
      end,
    }).catch((error: unknown) =>
      this.#heard(() => {
        throw error;
      }),
    );
  }

  /** The cast was looked at when it was handed in; what the deployment allows may have changed since. */
  #maySend(url: string, server: string | undefined): boolean {
    const names = server === undefined ? this.#core.llmProviders().map(({ id }) => id) : [''];
    return names.some((provider) => mayAsk(this.#core, this.#ports, url, provider));
  }

  /** Something came from outside: after the end nobody wants it. */
  #heard(work: () => void): void {
    if (this.#end.signal.aborted) return;
    try {
      work();
    } catch (error) {
      this.#table.failed(error);
    }
  }

  #look(): void {
    if (this.#fresh) return;
    this.#fresh = true;
    void this.#ports.sleep(FRAME, this.#end.signal).then(() =>
      this.#heard(() => {
        // An answer that is whole, or that failed, may have bytes to come that nobody waits for.
        if (this.#drain() || this.#ports.now() - this.#went >= ASIDE) this.go();
      }),
    );
  }

  /** Shows what models added; true where an answer is over. */
  #drain(): boolean {
    if (!this.#fresh) return false;
    this.#fresh = false;
    const deltas = this.#driver.deltas();
    if (deltas.length > 0) this.#table.shown(deltas);
    return deltas.some(({ delta }) => delta?.kind === 'end');
  }

  #question({ id, agent = '', question = '', tool }: Effect): void {
    const asked = { ask: base64url(this.#ports.random(ANSWER)), agent, question, tool };
    this.#asked.set(asked.ask, { effect: id, asked });
    this.#table.asks(this.questions);
  }

  /** Nobody waits for the answer any more. */
  #withdraw(effect: number): void {
    const [question] = [...this.#asked].find(([, asked]) => asked.effect === effect) ?? [];
    if (question !== undefined) this.#answer(question, effect, false);
  }

  #answer(question: string, effect: number, allowed: boolean): void {
    this.#asked.delete(question);
    this.#give({ id: effect, allowed });
    this.#table.asks(this.questions);
  }

  /** The owner says yes or no to the use of a tool; false: nobody asks that any more. */
  allow(question: string, allowed: boolean): boolean {
    const found = this.#asked.get(question);
    if (found === undefined) return false;
    this.#heard(() => this.#answer(question, found.effect, allowed));
    this.go();
    return true;
  }

  /** Ends what is under way, without a word to the driver. */
  close(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    for (const ending of this.#open.values()) ending.abort();
    if (this.#core.broken) return;
    this.#driver.close();
    this.#roster.close();
  }
}

const blobOf = ({ hash = '', media = '', data = '' }: Effect): Blob => ({ hash, media, bytes: Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)) });
