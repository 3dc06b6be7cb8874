import type { Command, Quest, SeatDelta } from '@questline/core';
import type { Clock } from '../ports/clock.ts';
import type { Lease } from '../ports/lock.ts';
import type { Net, Socket, Told, Waiting } from '../ports/net.ts';
import type { Storage } from '../ports/storage.ts';
import type { Ask } from './kit.ts';
import type { LiveLink } from './model.ts';
import type { Pace } from './session.ts';
import type { Sent } from './writer.ts';

export interface LiveEvents {
  changed(): void;
  /** Notes that the server has. */
  noted(lines: readonly string[]): void;
  /** What models at the server write. */
  deltas(deltas: readonly SeatDelta[]): void;
  /** What had come of answers before this tab was connected. */
  partials(partials: readonly Told[]): void;
  /** Calls of tools at the server that wait for a yes or no. */
  asks(asks: readonly Ask[]): void;
  /** Whether the server plays the seats. */
  played(plays: boolean): void;
  /** Null: connected. */
  cut(why: string | null): void;
}

export interface LivePorts {
  net: Net;
  storage: Pick<Storage, 'append'>;
  clock: Clock;
}

const LONGEST_WAIT = 15_000;

/**
 * A quest whose log a server keeps. Every tab follows it over a socket; the one that made it live also plays the rehearsed seats,
 * by sending their commands to the server, which decides. Where the server plays them itself, all of them only watch.
 */
export class Live {
  #ports: LivePorts;
  #link: LiveLink;
  #quest: Quest;
  #own: { id: string; lease: Lease } | null;
  #pace: Pace;
  #events: LiveEvents;
  #end = new AbortController();
  #wake = new AbortController();
  #socket: Socket | null = null;
  #applying: Promise<void> = Promise.resolve();
  #playedThere = false;
  #asks = new Map<number, string>(); // what the server calls them
  #lastAsk = 0;

  /** @param own  the quest of this browser that is live, when this tab plays its rehearsed seats */
  constructor(ports: LivePorts, link: LiveLink, quest: Quest, own: { id: string; lease: Lease } | null, pace: Pace, events: LiveEvents) {
    this.#ports = ports;
    this.#link = link;
    this.#quest = quest;
    this.#own = own;
    this.#pace = pace;
    this.#events = events;
  }

  get drives(): boolean {
    return this.#own !== null;
  }

  async run(): Promise<void> {
    // Another tab of this browser plays from now on; this one still follows.
    void this.#own?.lease.lost.then(() => {
      this.#own = null;
      this.#rouse();
    });
    await Promise.all([this.#follow(), this.#own === null ? null : this.#play()]);
  }

  /** Keeps a socket open, as long as anybody looks. */
  async #follow(): Promise<void> {
    let wait = 1000;
    while (!this.#end.signal.aborted) {
      const known = await new Promise<boolean>((closed) => {
        let next = this.#quest.head().n;
        this.#playedThere = false;
        this.#events.partials([]);
        this.#socket = this.#ports.net.follow(this.#link, next - 1, {
          lines: (lines) => {
            wait = 1000;
            this.#events.cut(null);
            const from = next;
            next += lines.length;
            void this.#apply(from, lines);
          },
          notes: (lines) => this.#events.noted(lines),
          signed: (n, signature) => void this.#sign(n, signature),
          cast: (plays) => {
            this.#playedThere = plays;
            this.#events.played(plays);
            this.#rouse();
          },
          deltas: (deltas) => this.#events.deltas(deltas),
          partials: (partials) => this.#events.partials(partials),
          asks: (asks) => this.#asked(asks),
          closed,
        });
      });
      if (this.#end.signal.aborted) return;
      this.#asked([]);
      if (!known) {
        this.#events.cut('The server does not know this quest, or the link was revoked. What is shown is what came before.');
        return;
      }
      this.#events.cut(`The server is out of reach. Trying again in ${Math.round(wait / 1000)} s. What is shown stays.`);
      await this.#ports.clock.sleep(wait, this.#end.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  #asked(asks: readonly Waiting[]): void {
    const before = new Map([...this.#asks].map(([id, ask]) => [ask, id]));
    const all = asks.map(({ ask, ...rest }) => ({ ask, id: before.get(ask) ?? ++this.#lastAsk, ...rest }));
    if (all.length + before.size === 0) return;
    this.#asks = new Map(all.map(({ id, ask }) => [id, ask]));
    this.#events.asks(all.map(({ id, agent, question, tool = { name: '' } }) => ({ id, agent, question, tool })));
  }

  /** The owner says yes or no; the server tells everybody of them that it is answered. */
  async allow(id: number, allowed: boolean): Promise<void> {
    const ask = this.#asks.get(id);
    if (ask !== undefined) await this.#ports.net.allow(this.#link, ask, allowed);
  }

  /** Lines come twice, as the answer to a command and over the socket: each is applied once, in order. */
  #apply(from: number, lines: readonly string[]): Promise<void> {
    this.#applying = this.#applying.then(async () => {
      if (this.#end.signal.aborted) return;
      const have = this.#quest.head().n;
      const fresh = lines.slice(Math.max(0, have - from));
      if (fresh.length === 0 || from > have) return;
      if (this.#own !== null) await this.#ports.storage.append(this.#own.id, have, fresh); // a conflict: another tab of this browser has them already
      if (this.#end.signal.aborted) return;
      for (const line of fresh) this.#quest.append(line);
      this.#events.changed();
      this.#rouse();
    });
    return this.#applying;
  }

  /** Behind the lines that came before it. What does not fit is found when the log is verified, which follows. */
  #sign(n: number, signature: string): Promise<void> {
    this.#applying = this.#applying.then(() => {
      if (this.#end.signal.aborted || n >= this.#quest.head().n) return;
      try {
        this.#quest.sign(n, signature);
      } catch {
        return; // not even the form of one
      }
      this.#events.changed();
    });
    return this.#applying;
  }

  async #play(): Promise<void> {
    const { clock } = this.#ports;
    while (!this.#end.signal.aborted && this.#own !== null) {
      const command = this.#playedThere ? null : this.#quest.rehearse();
      if (command === null) {
        await this.#news();
        continue;
      }
      const { n } = this.#quest.head();
      await clock.sleep(this.#pace(), this.#wake.signal);
      if (this.#end.signal.aborted) return;
      if (this.#quest.head().n !== n || this.#playedThere) continue; // somebody else moved meanwhile, or will
      // With its fence and counter, what is sent again because its answer was lost is the same event, not a second one.
      const seat = this.#quest.view().agents.find(({ id }) => id === command.by);
      try {
        const sent = await this.command(seat === undefined ? command : { ...command, fence: seat.fence, k: seat.k });
        if ('refusal' in sent && this.#quest.head().n === n) await this.#news(); // the server is ahead: the socket brings why
      } catch {
        await clock.sleep(2000, this.#end.signal); // out of reach: the socket says so
      }
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#wake.signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  /** Sends a command; the line that it made is applied before this resolves. */
  async command(command: Command): Promise<Sent> {
    const posted = await this.#ports.net.post(this.#link, command);
    if ('refusal' in posted) return posted;
    await this.#apply(posted.n, [posted.line]);
    return { n: posted.n };
  }

  #rouse(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  close(): void {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    this.#rouse();
    this.#socket?.close();
    this.#own?.lease.release();
  }
}
