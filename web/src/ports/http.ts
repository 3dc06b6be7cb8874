import type { Blank, Core, HttpHeader, HttpRequest } from '@questline/core';
import type { Cores } from './core.ts';

/** What comes of a request, in this order: a head and bytes, if an answer came, and one end. */
export interface Answering {
  head(status: number, headers: HttpHeader[]): void;
  bytes(bytes: Uint8Array): void;
  /** Problem: the browser's own words for what went wrong. */
  end(outcome: 'complete' | 'cut' | 'cancelled', problem?: string): void;
}

/** Requests to providers of models. */
export interface Http {
  /** Sends at once; aborting the signal ends it. Key: what goes where the request says, and is taken out of all that is answered; null: it goes without. */
  send(request: HttpRequest, key: string | null, signal: AbortSignal, answering: Answering): void;
}

const SILENCE = 120_000; // without a byte: the provider is gone
const OWN = 'prompt:'; // no address: the model of the browser itself
const REDIRECT = 302; // the browser hides which; the model is not asked elsewhere

/** What a header can carry: anything else fails in the middle of a quest. */
export const fitsHeader = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);

function headersOf({ headers, secret }: HttpRequest, key: string | null): Headers {
  const all = new Headers(headers.map(({ name, value }): [string, string] => [name, value]));
  if (secret !== undefined && key !== null) all.set(secret.header, secret.prefix + key);
  return all;
}

async function exchange(request: HttpRequest, key: string | null, signal: AbortSignal, answering: Answering, heard: () => void): Promise<void> {
  const response = await fetch(request.url, {
    method: request.method,
    headers: headersOf(request, key),
    ...(request.body === undefined ? {} : { body: request.body }),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'manual', // a key is never carried on to where nobody chose to send it
    referrerPolicy: 'no-referrer',
    signal,
  });
  heard();
  answering.head(response.type === 'opaqueredirect' ? REDIRECT : response.status, [...response.headers].map(([name, value]) => ({ name, value })));
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
    if (done || value === undefined) return;
    heard();
    answering.bytes(value);
  }
}

/** Tells nothing of a key that a server repeats. Closes the blank at the end. */
function blanked(answering: Answering, blank: Blank): Answering {
  const tell = (bytes: Uint8Array): void => {
    if (bytes.length > 0) answering.bytes(bytes);
  };
  return {
    head: (status, headers) => answering.head(status, headers.map(({ name, value }) => ({ name, value: blank.text(value) }))),
    bytes: (bytes) => tell(blank.bytes(bytes)),
    end: (outcome, problem) => {
      let last: readonly [rest: Uint8Array, words: string | undefined];
      try {
        last = [blank.rest(), problem === undefined ? undefined : blank.text(problem)];
        blank.close();
      } catch {
        return answering.end('cut', 'What came could not be read here.'); // the core broke: unread, nothing is told
      }
      tell(last[0]);
      if (last[1] === undefined) answering.end(outcome);
      else answering.end(outcome, last[1]);
    },
  };
}

const inWords = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function start(request: HttpRequest, key: string | null, signal: AbortSignal, answering: Answering): void {
  if (request.url.startsWith(OWN)) {
    import('./prompt-api.ts').then(
      ({ ask }) => ask(request, signal, answering),
      (error: unknown) => answering.end('cut', String(error)),
    );
    return;
  }
  const silence = new AbortController();
  let last = performance.now();
  const watch = setInterval(() => {
    if (performance.now() - last > SILENCE) silence.abort();
  }, 1000);
  const heard = (): void => {
    last = performance.now();
  };
  exchange(request, key, AbortSignal.any([signal, silence.signal]), answering, heard)
    .then(
      () => answering.end('complete'),
      (error: unknown) => {
        if (signal.aborted) answering.end('cancelled');
        else if (silence.signal.aborted) answering.end('cut', `Nothing came for ${SILENCE / 1000} s.`);
        else answering.end('cut', inWords(error));
      },
    )
    .finally(() => clearInterval(watch));
}

/** Keys are taken out of answers in an instance of their own: none is in one that holds a quest. */
export function browserHttp(cores: Cores): Http {
  let own: Core | null = null;
  const newBlank = async (key: string): Promise<Blank> => {
    if (own === null || own.broken) own = await cores();
    return own.newBlank(key);
  };
  return {
    send: (request, key, signal, answering) => {
      if (key === null) return start(request, key, signal, answering);
      newBlank(key).then(
        (blank) => start(request, key, signal, blanked(answering, blank)),
        (error: unknown) => answering.end('cut', inWords(error)),
      );
    },
  };
}
