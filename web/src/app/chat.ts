import type { Core, Effect, ModelMessage, Player, SeatDelta } from '@questline/core';
import type { Files, Storage } from '../ports/storage.ts';
import { Asker, type AskerPorts } from './asker.ts';
import { type Answer, type Chat, type Exchange, asJson, asMarkdown, historyOf, titleOf } from './chat-model.ts';
import type { Ask, Kit } from './kit.ts';
import { inWords } from './logs.ts';
import type { AgentFile, Off } from './model.ts';
import { openRoster } from './team.ts';

/** What the desk needs of the page. */
export interface ChatHost {
  /** An instance of the whole core, for one conversation. */
  newCore: () => Promise<Core>;
  asking: () => AskerPorts;
  /** What agents work with in a conversation. */
  kit: (core: Core, id: string) => Promise<Kit>;
  storage: Pick<Storage, 'chats' | 'putChat' | 'removeChat' | 'moveWork' | 'putWork' | 'putBlob'>;
  team: () => { files: readonly AgentFile[]; off: Off };
  players: (agent: string) => Player[];
  newId: () => string;
  toast: (text: string, undo?: () => void) => void;
  storageFailed: (error: unknown) => void;
  download: (name: string, text: string) => void;
}

/** An answer in the making. Beside the conversation, so that only who shows it is drawn again with every piece. */
export interface Coming {
  chat: string;
  text: string;
  thinking: string;
  until: number | null; // when a model is asked again; null: nothing waits for a time
  others: readonly string[]; // agents that were asked for it
  other: string | null; // the one that is asked just now
  asks: readonly Ask[]; // calls of tools that wait for a yes or no
}

const KEPT_EVERY = 1000; // ms: how much of an answer a page that is closed loses
/** Where the files of a conversation are kept; null: of one that begins with the next question. */
export const workOf = (id: string | null): string => `chat:${id ?? ''}`;
const GO_ON = 'Your last answer was interrupted. Go on exactly where it ends: repeat nothing, and write nothing before it.';

/** Conversations with agents: what is asked, what comes of it, and that this browser keeps it. */
export class ChatDesk {
  #host: ChatHost;
  #chats: readonly Chat[] | null = null;
  #listeners = new Set<() => void>();
  #watchers = new Set<() => void>();
  #stop: (() => void) | null = null;
  #allow: ((id: number, allowed: boolean) => void) | null = null;
  #core: Core | null = null;
  #asked: Chat | null = null; // as it was when the answer in the making was asked for
  #fresh: Promise<void> | null = null; // files that are given to a conversation as it begins
  #ending: Promise<void> = Promise.resolve(); // when the answer in the making is over, and what it changed is kept
  coming: Coming | null = null;

  constructor(host: ChatHost) {
    this.#host = host;
    void this.#read();
  }

  /** Told when conversations change, and when an answer begins or ends. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Told when the answer in the making grows. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** The newest first; null while they are read. */
  get chats(): readonly Chat[] | null {
    return this.#chats;
  }

  find(id: string | null): Chat | null {
    return this.#chats?.find((chat) => chat.id === id) ?? null;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #read(): Promise<void> {
    try {
      this.#chats = (await this.#host.storage.chats()).sort((a, b) => b.updated - a.updated);
    } catch (error) {
      this.#chats = [];
      this.#host.storageFailed(error);
    }
    this.#tell();
  }

  #keep(chat: Chat): void {
    void this.#host.storage.putChat(chat).catch((error: unknown) => this.#host.storageFailed(error));
  }

  #put(chat: Chat): void {
    this.#chats = [chat, ...(this.#chats ?? []).filter(({ id }) => id !== chat.id)];
    this.#keep(chat);
    this.#tell();
  }

  // ---- asking

  /** Asks in a conversation, or begins one; not while an answer is in the making. @return its id */
  ask(id: string | null, agent: string, words: string): string {
    const now = this.#host.asking().clock.now();
    const before = this.find(id);
    const chat: Chat = before ?? { id: this.#host.newId(), agent, created: now, updated: now, exchanges: [] };
    if (before === null) this.#fresh = this.#host.storage.moveWork(workOf(null), workOf(chat.id));
    this.#begin({ ...chat, updated: now, exchanges: [...chat.exchanges, { asked: words, at: now, answer: null }] }, null);
    return chat.id;
  }

  /** Asks for the last answer once more, of other words where they are given. */
  again(id: string, words?: string): void {
    const before = this.find(id);
    const last = before?.exchanges.at(-1);
    if (this.coming !== null || before === null || last === undefined) return;
    const now = this.#host.asking().clock.now();
    this.#begin({ ...before, updated: now, exchanges: [...before.exchanges.slice(0, -1), { asked: words ?? last.asked, at: now, answer: null }] }, null);
    if (last.answer !== null && last.answer.text !== '') this.#host.toast('The answer before is replaced.', () => this.#giveBack(before));
  }

  #giveBack(before: Chat): void {
    if (this.coming?.chat === before.id) this.stop();
    this.#put(before);
  }

  /** Goes on with an answer that was stopped, cut, or broken off. */
  goOn(id: string): void {
    const chat = this.find(id);
    const last = chat?.exchanges.at(-1);
    if (this.coming !== null || chat === null || last === undefined || last.answer === null) return;
    this.#begin(chat, last.answer);
  }

  /** Somebody said yes or no to a call of a tool. */
  allow(id: number, allowed: boolean): void {
    this.#allow?.(id, allowed);
  }

  /** Ends the answer in the making; what came of it stays. */
  stop(): void {
    this.#stop?.();
  }

  /** @param from  the answer that goes on; null: a new one */
  #begin(chat: Chat, from: Answer | null): void {
    const last = chat.exchanges.at(-1);
    if (last === undefined) return;
    const history = historyOf(from === null ? chat.exchanges.slice(0, -1) : chat.exchanges);
    this.coming = { chat: chat.id, text: from?.text ?? '', thinking: from?.thinking ?? '', until: null, others: from?.others ?? [], other: null, asks: [] };
    this.#asked = chat;
    this.#put(chat);
    this.#ending = this.#answer(chat, from === null ? last.asked : GO_ON, history, from).then((answer) => {
      this.coming = null;
      this.#settle(chat, { ...last, answer });
    });
  }

  /** Puts an answer where it was asked for, unless somebody went another way meanwhile. */
  #settle(chat: Chat, exchange: Exchange): void {
    if (this.find(chat.id) !== chat) return this.#tell(); // deleted, or given back as it was
    this.#put({ ...chat, updated: this.#host.asking().clock.now(), exchanges: [...chat.exchanges.slice(0, -1), exchange] });
  }

  /** What a page that is closed now would leave. */
  #keepPart(): void {
    const chat = this.#asked;
    const last = chat?.exchanges.at(-1);
    if (chat === null || last === undefined || this.coming === null || this.find(chat.id) !== chat) return;
    this.#keep({ ...chat, exchanges: [...chat.exchanges.slice(0, -1), { ...last, answer: { ...this.#part(), end: 'stopped' } }] });
  }

  /** What came of the answer in the making. */
  #part(): Pick<Answer, 'text' | 'thinking' | 'others'> {
    const { text = '', thinking = '', others = [] } = this.coming ?? {};
    return { text, ...(thinking === '' ? {} : { thinking }), ...(others.length === 0 ? {} : { others }) };
  }

  #grow(deltas: readonly SeatDelta[], from: Answer | null): void {
    const coming = this.coming;
    if (coming === null) return;
    for (const { agent, delta, server, stopped } of deltas) {
      if (server !== undefined || stopped === true || agent !== undefined) continue; // what another agent says is told the one who answers
      if (delta === undefined) {
        coming.text = from?.text ?? '';
        coming.thinking = from?.thinking ?? '';
      } else if (delta.kind === 'text' || delta.kind === 'refusal') coming.text += delta.text ?? '';
      else if (delta.kind === 'thinking') coming.thinking += delta.text ?? '';
    }
    for (const watcher of this.#watchers) watcher();
  }

  /** Another agent is at work for the answer, or the one who answers is again. */
  #turnTo(other: string | null): void {
    const coming = this.coming;
    if (coming === null || coming.other === other) return;
    coming.other = other;
    if (other !== null && !coming.others.includes(other)) coming.others = [...coming.others, other];
    this.#keepPart(); // it may take its time
    this.#tell();
  }

  #asks(asks: readonly Ask[]): void {
    if (this.coming === null) return;
    this.coming.asks = asks;
    this.#tell();
  }

  #wait(until: number | null): void {
    if (this.coming === null || this.coming.until === until) return;
    this.coming.until = until;
    this.#tell();
  }

  /** Never fails: what goes wrong is part of the answer. */
  async #answer({ id, agent }: Chat, text: string, history: ModelMessage[], from: Answer | null): Promise<Answer> {
    const ports = this.#host.asking();
    let stopped = false;
    let kept = ports.clock.now();
    let failed: unknown;
    const ended = (): Answer => ({ ...this.#part(), end: 'stopped' });
    this.#stop = () => {
      stopped = true;
    };
    try {
      const core = this.#core === null || this.#core.broken ? await this.#host.newCore() : this.#core;
      this.#core = core;
      const { files, off } = this.#host.team();
      const { roster } = openRoster(core, files, off);
      const quest = core.openQuest();
      const players = roster.value().agents.flatMap((one) => this.#host.players(one.id)); // of whom it can ask, too
      const driver = core.newDriver(quest, { roster, request: { agent, mode: 'normal', text, players, history } });
      if (this.#fresh !== null) await this.#fresh;
      const kit = !players.some((one) => one.agent === agent) ? null : await this.#host.kit(core, workOf(id));
      kit?.give(driver);
      const asker = new Asker(ports, driver, {
        deltas: (deltas) => {
          this.#grow(deltas, from);
          if (ports.clock.now() - kept < KEPT_EVERY) return;
          kept = ports.clock.now();
          this.#keepPart();
        },
        asks: (asks) => this.#asks(asks),
        failed: (error) => {
          failed = error;
        },
        ...(kit === null ? {} : { blob: (effect) => kit.blob(effect) }),
      });
      this.#allow = (ask, allowed) => asker.allow(ask, allowed);
      this.#stop = () => {
        stopped = true;
        try {
          driver.steer({ how: 'stop' });
        } catch {
          // Nobody is at work for it: the answer is there, or comes without a model.
        }
        for (const { id: ask } of this.coming?.asks ?? []) asker.allow(ask, false);
        asker.rouse();
      };
      try {
        if (stopped) return ended();
        for (;;) {
          if (failed !== undefined) throw failed;
          const effect = driver.next(ports.clock.now());
          if (effect.kind === 'answer') return answerOf(effect, this.#part(), from, stopped);
          if (effect.kind === 'http.request' || effect.kind === 'ask.tool') this.#turnTo(effect.agent === agent ? null : (effect.agent ?? null));
          if (asker.perform(effect)) continue;
          if (effect.kind !== 'wait') throw new Error('The driver asked for something that a conversation does not need.');
          const woken = asker.wait(effect.until); // before anything else is waited for: what comes meanwhile is not slept over
          await kit?.keep();
          this.#wait(asker.open === 0 ? (effect.until ?? null) : null);
          await woken;
          this.#wait(null);
        }
      } finally {
        this.#allow = null;
        asker.close();
        driver.close();
        await kit?.keep();
        kit?.close();
        quest.close();
        roster.close();
      }
    } catch (error) {
      return { ...this.#part(), end: 'failed', problem: inWords(error) };
    } finally {
      this.#stop = null;
    }
  }

  // ---- what is kept

  /** Deletes a conversation with the files it works on; an answer in the making is stopped before. */
  async remove(id: string): Promise<void> {
    if (this.coming?.chat === id) {
      this.stop();
      await this.#ending;
    }
    const chat = this.find(id);
    if (chat === null) return;
    this.#chats = (this.#chats ?? []).filter((one) => one !== chat);
    const files = this.#host.storage.removeChat(id);
    this.#tell();
    this.#host.toast(`“${titleOf(chat)}” deleted.`, () => void this.#bringBack(chat, files));
    await files.catch((error: unknown) => this.#host.storageFailed(error));
  }

  /** Undoes that it was deleted: its files are there before it is. */
  async #bringBack(chat: Chat, files: Promise<Files>): Promise<void> {
    const { storage, storageFailed } = this.#host;
    try {
      const { work, blobs } = await files;
      if (work !== undefined) await storage.putWork(work, blobs);
      else for (const [hash, bytes] of blobs) await storage.putBlob(workOf(chat.id), hash, bytes);
    } catch (error) {
      storageFailed(error);
    }
    this.#put(chat);
  }

  save(id: string, form: 'md' | 'json'): void {
    const chat = this.find(id);
    if (chat === null) return;
    this.#host.download(`${chat.agent.replace(/^@/, '')}-chat-${chat.id}.${form}`, form === 'md' ? asMarkdown(chat) : asJson(chat));
  }
}

function cost({ model, usage, micro, ms }: Effect): Pick<Answer, 'model' | 'usage' | 'micro' | 'ms'> {
  return { ...(model === undefined ? {} : { model }), ...(usage === undefined ? {} : { usage }), ...(micro === undefined ? {} : { micro }), ...(ms === undefined ? {} : { ms }) };
}

/** The core's words for a whole answer; where there is none, what came of it and why it ended. */
function answerOf(effect: Effect, part: Pick<Answer, 'text' | 'thinking' | 'others'>, from: Answer | null, stopped: boolean): Answer {
  if (effect.failed === true && stopped) return { ...part, end: 'stopped', ...cost(effect) };
  if (effect.failed === true) return { ...part, end: 'failed', problem: effect.answer ?? 'No answer came.', ...cost(effect) };
  return { ...part, text: (from?.text ?? '') + (effect.answer ?? ''), end: effect.cut !== true ? 'whole' : stopped ? 'stopped' : 'cut', ...(effect.rehearsed === true ? { rehearsed: true } : {}), ...cost(effect) };
}
