// The language of the loopback server: what a test is told of a request, and what it says back. Neither knows a provider.
//
// A script is a function of the request: `const script: Script = (ask) => ({ text: 'Done.' })`. It may be asynchronous. The same
// script plays every seat of a quest: who is meant stands in `ask.system`, what was said so far in `ask.messages`, what may be
// called in `ask.tools`. An answer is what the model thinks, says and calls, in that order; each part may be left out. How it comes
// (pieces, chunks, pace) and what goes wrong on the way (fault) is said beside it.

export const wires = ['messages', 'responses', 'chat', 'generate'] as const;
export type WireName = (typeof wires)[number];

export type Part =
  | { readonly kind: 'text' | 'thinking'; readonly text: string }
  | { readonly kind: 'image'; readonly media: string; readonly data: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | { readonly kind: 'result'; readonly id: string; readonly text: string; readonly error: boolean };

export interface Message {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly Part[];
}

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly anyOf?: readonly Schema[];
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
}

/** What is asked, in no provider's form. */
export interface Ask {
  readonly wire: WireName;
  readonly model: string;
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  /** The schema the answer has to fit. */
  readonly schema: Schema | undefined;
  readonly stream: boolean;
  /** Of this server's questions to a model, from 1. */
  readonly n: number;
  /** As it came, for what is particular to a provider. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Tokens; what is left out is counted from the length of what is said. */
export interface Usage {
  /** All of it, cached and written included. */
  readonly input?: number;
  readonly cached?: number;
  readonly written?: number;
  /** Reasoning included. */
  readonly output?: number;
  readonly reasoning?: number;
}

export interface Call {
  readonly name: string;
  /** A string is sent as it stands, so that arguments may be no JSON. */
  readonly arguments: object | string;
  readonly id?: string;
}

/** What goes wrong. */
export type Fault =
  /** No answer but this status, with the provider's own form of an error; 429 takes `retry-after` and the like as headers. */
  | { readonly kind: 'status'; readonly status: number; readonly message?: string; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks in the middle of the first event of that sort: half of its bytes are sent. */
  | { readonly kind: 'cut'; readonly at: 'text' | 'call' }
  /** The stream ends, in good order, before the provider has said that the answer is whole. */
  | { readonly kind: 'short' }
  /** The connection is reset before any header. */
  | { readonly kind: 'reset' }
  /** Nothing comes any more: no header, or nothing after the first piece. The connection stays open until either side goes. */
  | { readonly kind: 'hang'; readonly at: 'headers' | 'text' }
  /** An event in the middle is no JSON. */
  | { readonly kind: 'garbage' }
  /** The provider's own error event in the middle of the stream. */
  | { readonly kind: 'error'; readonly message?: string }
  /** 200 and a page in HTML. */
  | { readonly kind: 'html' }
  /** The first text event again and again, until the reader goes. */
  | { readonly kind: 'endless' }
  /** A line of so many bytes that does not end before. */
  | { readonly kind: 'line'; readonly bytes: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: 301 | 302 | 307 | 308 };

/** Somebody who says when the next chunk may go. */
export interface Pace {
  next(): Promise<void>;
}

export interface Answer {
  readonly thinking?: string;
  readonly text?: string;
  /** A picture in base64, of a model that makes some; in the wire `generate` alone. */
  readonly image?: { readonly media: string; readonly data: string };
  readonly calls?: readonly Call[];
  /** The model refuses, in these words. */
  readonly refusal?: string;
  /** Stopped for safety. */
  readonly filtered?: boolean;
  /** Stopped because so many tokens were allowed only. */
  readonly length?: boolean;
  readonly usage?: Usage;
  /** Characters of text, thinking or arguments in one event; 24 where nothing is said. */
  readonly piece?: number;
  /** Bytes in one write; 1 is a trickle. Where nothing is said, each event is one. */
  readonly chunk?: number;
  /** Asked before each write. */
  readonly pace?: Pace;
  readonly fault?: Fault;
}

export type Script = (ask: Ask) => Answer | Promise<Answer>;

/** A clock that the test turns by hand: nothing goes before it is let go. */
export class Steps implements Pace {
  #allowed = 0;
  readonly #waiting: (() => void)[] = [];

  /** Lets so many more chunks go; Infinity opens for good. */
  go(count = 1): void {
    this.#allowed += count;
    while (this.#allowed > 0 && this.#waiting.length > 0) {
      this.#allowed--;
      this.#waiting.shift()!();
    }
  }

  next(): Promise<void> {
    if (this.#allowed > 0) {
      this.#allowed--;
      return Promise.resolve();
    }
    return new Promise((resolve) => void this.#waiting.push(resolve));
  }
}

/** The words of all messages, results included. */
export function wordsOf(ask: Ask): string {
  const texts = ask.messages.flatMap(({ parts }) => parts.flatMap((part) => ('text' in part ? [part.text] : [])));
  return texts.join('\n');
}
