/* One request to a provider, from a room: the key goes in at the last moment, and comes back in nothing. */
import type { Blank, HttpHeader, HttpRequest } from '@questline/core';

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

/** What goes along, and what takes it out of all that is answered. */
export type Secret = { key: string; blank: Blank };

export const SILENCE = 120_000; // ms without a byte: the provider is gone

export const joined = (all: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    whole.set(one, at);
    at += one.length;
  }
  return whole;
};

function headersOf({ headers, secret }: HttpRequest, key?: string): Headers {
  const all = new Headers(headers.map(({ name, value }): [string, string] => [name, value]));
  if (secret !== undefined && key !== undefined) all.set(secret.header, secret.prefix + key);
  return all;
}

/** Sends at once; aborting the signal ends it. Closes the blank; rejects when its core is broken. */
export async function ask(ports: AskPorts, request: HttpRequest, secret: Secret | undefined, signal: AbortSignal, answering: Answering): Promise<void> {
  const blank = secret?.blank;
  const words = (text: string): string => blank?.text(text) ?? text;
  const end = (outcome: 'complete' | 'cut' | 'cancelled', problem?: string): void => {
    if (blank !== undefined) give(blank.rest());
    if (problem === undefined) answering.end(outcome);
    else answering.end(outcome, problem);
  };
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
      headers: headersOf(request, secret?.key),
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'manual', // a key is never carried on to where nobody chose to send it
      signal: AbortSignal.any([signal, silence.signal]),
    });
    heard = true;
    answering.head(response.status, [...response.headers].map(([name, value]) => ({ name, value: words(value) })));
    for await (const chunk of response.body ?? []) give(blank?.bytes(chunk) ?? chunk);
    end('complete');
  } catch (error) {
    if (signal.aborted) end('cancelled');
    else if (silence.signal.aborted) end('cut', `Nothing came for ${SILENCE / 1000} s.`);
    else end('cut', words(error instanceof Error ? error.message : String(error)));
  } finally {
    over.abort();
    blank?.close();
  }
}
