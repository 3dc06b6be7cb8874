// What runs in a page before the app does, so that a test can take the page away at any call of the browser.

/** A conversation, as far as it matters here. */
export interface Chat {
  readonly exchanges: readonly { readonly asked: string; readonly answer: { readonly text: string; readonly end: string } | null }[];
}

/** A call of the browser, or a moment between two. */
export interface Spot {
  readonly label: string;
  readonly n: number; // how often it is passed before, and this time too
}

export interface Watch {
  readonly spot: Spot | null;
  readonly ear: string; // URL that hears what the page tells, and where it stands still
  readonly mcp: string; // URL of the server of tools
  readonly still: string; // words of a model that says no more, and is stopped by hand
}

/**
 * What the app asks of the browser is counted by its kind, and at one of these points the page stands still for ever: it blocks on a request that is
 * never answered, so nothing of it runs from then on. What a person would do is done here too: a plan and calls of tools are allowed, a model that
 * says no more is stopped and asked again.
 */
export function watchful({ spot, ear, mcp, still }: Watch): void {
  const seen = new Map<string, number>();
  const tell = (words: string): void => {
    const request = new XMLHttpRequest();
    request.open('GET', `${ear}/${encodeURIComponent(words)}`, false);
    request.send();
  };
  const at = (label: string): void => {
    const n = (seen.get(label) ?? 0) + 1;
    seen.set(label, n);
    (globalThis as { passed?: [string, number][] }).passed = [...seen];
    if (label === spot?.label && n === spot.n) tell('stop'); // is not answered
  };

  // The log by what a line says: a start by what is called, and a done by that too, where this page saw it begin.
  const effects = new Map<number, string>();
  const line = (text: string): string => {
    const { t, n, d } = (JSON.parse(text) as { e: { t: string; n: number; d: { effect?: string; tool?: string; start?: number; outcome?: string } } }).e;
    if (t === 'start') effects.set(n, d.tool ?? d.effect ?? '');
    return t === 'start' ? `start ${effects.get(n)}` : t === 'done' ? `done ${effects.get(d.start ?? -1) ?? 'in doubt'} ${d.outcome}` : t;
  };
  const written = (store: IDBObjectStore, value: unknown): string | undefined => {
    if (store.name === 'events') return `log.append ${line((value as { line: string }).line)}`;
    if (store.name === 'blobs') return store.transaction.objectStoreNames.length > 1 ? 'files.put' : 'blob.put';
    if (store.name === 'chats') return `chat.put ${(value as Chat).exchanges.at(-1)?.answer?.end ?? 'asked'}`;
    return { parts: 'partial.put', works: 'files.put', memory: 'memory.put' }[store.name as string];
  };
  const around = (label: string, transaction: IDBTransaction, then = (): void => {}): void => {
    at(`${label} before`);
    transaction.addEventListener('complete', () => (then(), at(`${label} after`)), true);
  };
  for (const method of ['put', 'add'] as const) {
    const real = IDBObjectStore.prototype[method];
    IDBObjectStore.prototype[method] = function (this: IDBObjectStore, ...given: Parameters<typeof real>) {
      const label = written(this, given[0]);
      if (label !== undefined) around(label, this.transaction, label === 'partial.put' ? () => tell('kept') : undefined);
      return real.apply(this, given);
    };
  }
  const drop = IDBObjectStore.prototype.delete;
  IDBObjectStore.prototype.delete = function (...given) {
    if (this.name === 'parts') around('partial.drop', this.transaction);
    return drop.apply(this, given);
  };
  for (const method of ['get', 'getAll'] as const) {
    const real = IDBObjectStore.prototype[method] as (...given: unknown[]) => IDBRequest;
    IDBObjectStore.prototype[method] = function (this: IDBObjectStore, ...given: unknown[]) {
      const label = { events: 'log.read', blobs: 'blob.get', parts: 'partial.get' }[this.name as string];
      if (label !== undefined) around(label, this.transaction);
      return real.apply(this, given);
    };
  }

  const random = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = ((array: Uint8Array<ArrayBuffer>) => {
    if (array.length !== 32) return random(array); // of an event
    at('random before');
    random(array);
    at('random after');
    return array;
  }) as typeof crypto.getRandomValues;

  const later = globalThis.setTimeout;
  globalThis.setTimeout = ((call: () => void, ms = 0) => {
    if (ms <= 1000 || ms > 4000) return later(call, ms);
    at('wait before');
    return later(() => (tell('waited'), at('wait after'), call()), ms);
  }) as typeof setTimeout;

  type Locks = (name: string, options: LockOptions, then: (lock: Lock | null) => unknown) => Promise<unknown>;
  const lock = navigator.locks.request.bind(navigator.locks) as Locks;
  navigator.locks.request = ((name, options, then) => {
    at('lease before');
    return lock(name, options, (granted) => (at('lease after'), then(granted)));
  }) as Locks as typeof navigator.locks.request;

  const real = globalThis.fetch;
  const called = (url: string, { method = 'GET', body }: RequestInit): string => {
    if (!url.startsWith(mcp)) return 'model';
    return `server ${typeof body === 'string' ? (JSON.parse(body) as { method: string }).method : method}`;
  };
  globalThis.fetch = async (input, init = {}) => {
    const url = String(input instanceof Request ? input.url : input);
    if (new URL(url, location.href).origin === location.origin) return real(input, init);
    const kind = called(url, init);
    const ended = (error: unknown): never => {
      if (init.signal?.aborted === true) at('effect.cancel after');
      throw error;
    };
    at(`${kind} before`);
    init.signal?.addEventListener('abort', () => at('effect.cancel before'));
    const response = await real(input, init).catch(ended);
    at(`${kind} head`);
    if (response.body === null) return response;
    const through = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, to) => (at(`${kind} piece`), to.enqueue(chunk)),
      flush: () => at(`${kind} end`),
    });
    response.body.pipeTo(through.writable).catch(ended).catch(() => {}); // who reads it is told
    return new Response(through.readable, response);
  };

  const once = new Set<string>();
  const press = (label: string, what: string, button: HTMLButtonElement | null | undefined, first = (): void => {}): void => {
    if (button === null || button === undefined || button.disabled || button.getAttribute('aria-disabled') === 'true' || once.has(what)) return;
    once.add(what);
    at(`${label} before`);
    first();
    button.click();
    at(`${label} after`);
  };
  new MutationObserver(() => {
    const card = document.querySelector<HTMLElement>('.approval');
    const tool = card?.querySelector('h2 code')?.textContent ?? '';
    press('ask.tool', `${card?.textContent}`, card?.querySelector<HTMLButtonElement>('.btn.primary'), () => tell(`leave ${tool}`));
    press('ask.human', 'plan', [...document.querySelectorAll('button')].find((button) => button.querySelector('.long')?.textContent === 'Approve and run'));
    if (document.querySelector('[data-draft="@painter"] .words')?.textContent?.includes(still) === true) press('stop', 'stop', document.querySelector<HTMLButtonElement>('[aria-label="Stop: @painter"]'));
    if (seen.has('log.append done http cancelled after')) press('again', 'again', document.querySelector<HTMLButtonElement>('[aria-label="Ask again: @painter"]'), () => tell('again'));
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
