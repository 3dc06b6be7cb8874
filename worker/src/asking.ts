/* One request to a provider, from a room: the key goes in at the last moment, and comes back in nothing. */
import type { HttpHeader, HttpRequest } from '@questline/core';

/** What comes of a request, in this order: a head and bytes, if an answer came, and one end. */
export type Answering = {
  head(status: number, headers: HttpHeader[]): void;
  bytes(bytes: Uint8Array): void;
  end(outcome: 'complete' | 'cut' | 'cancelled', problem?: string): void;
};

export type AskPorts = {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Resolves after so long, or when the signal ends it. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
};

export const SILENCE = 120_000; // ms without a byte: the provider is gone
const HIDDEN = '[key]';

export const joined = (all: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
};

/** Takes a key out of bytes that may end anywhere in it: what could be its beginning is held back. Some providers quote the key they refuse. */
export class Hider {
  readonly #key: Uint8Array;
  #held: Uint8Array = new Uint8Array(0);

  constructor(key: string) {
    this.#key = new TextEncoder().encode(key);
  }

  take(bytes: Uint8Array): Uint8Array {
    const all = this.#held.length === 0 ? bytes : joined([this.#held, bytes]);
    const kept: Uint8Array[] = [];
    const first = this.#key[0]!;
    let from = 0;
    let at = all.indexOf(first);
    while (at !== -1) {
      let same = 1;
      while (same < this.#key.length && all[at + same] === this.#key[same]) same++;
      if (same < this.#key.length && at + same >= all.length) break;
      if (same === this.#key.length) {
        kept.push(all.subarray(from, at), new TextEncoder().encode(HIDDEN));
        from = at + same;
      }
      at = all.indexOf(first, same === this.#key.length ? from : at + 1);
    }
    const end = at === -1 ? all.length : at;
    this.#held = all.slice(end);
    return kept.length === 0 && end === all.length ? all : joined([...kept, all.subarray(from, end)]);
  }

  /** What was held back, and was no key after all. */
  rest(): Uint8Array {
    return this.#held;
  }

  words(text: string): string {
    return text.replaceAll(new TextDecoder().decode(this.#key), HIDDEN);
  }
}

const plain = { take: (bytes: Uint8Array): Uint8Array => bytes, rest: (): Uint8Array => new Uint8Array(0), words: (text: string): string => text };

function headersOf({ headers, secret }: HttpRequest, key: string | undefined): Headers {
  const all = new Headers(headers.map(({ name, value }): [string, string] => [name, value]));
  if (secret !== undefined && key !== undefined) all.set(secret.header, secret.prefix + key);
  return all;
}

/** Sends at once; aborting the signal ends it. */
export async function ask(ports: AskPorts, request: HttpRequest, key: string | undefined, signal: AbortSignal, answering: Answering): Promise<void> {
  const hider = key === undefined || key === '' ? plain : new Hider(key);
  const silence = new AbortController();
  const over = new AbortController();
  let heard = true;
  const watch = async (): Promise<void> => {
    while (heard && !over.signal.aborted) {
      heard = false;
      await ports.sleep(SILENCE, over.signal);
    }
    silence.abort();
  };
  void watch();
  const give = (bytes: Uint8Array): void => {
    heard = true;
    if (bytes.length > 0) answering.bytes(bytes);
  };
  try {
    const response = await ports.fetch(request.url, {
      method: request.method,
      headers: headersOf(request, key),
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual', // a key is never carried on to where nobody chose to send it
      signal: AbortSignal.any([signal, silence.signal]),
    });
    heard = true;
    answering.head(response.status, [...response.headers].map(([name, value]) => ({ name, value: hider.words(value) })));
    for await (const chunk of response.body ?? []) give(hider.take(chunk));
    give(hider.rest());
    answering.end('complete');
  } catch (error) {
    if (signal.aborted) answering.end('cancelled');
    else if (silence.signal.aborted) answering.end('cut', `Nothing came for ${SILENCE / 1000} s.`);
    else answering.end('cut', hider.words(error instanceof Error ? error.message : String(error)));
  } finally {
    over.abort();
  }
}
