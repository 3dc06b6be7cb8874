// A server on 127.0.0.1 that stands for the providers: each wire under a path of its own, all answers from one script.
//
//   const server = await Loopback.start({ script: (ask) => ({ text: `You said: ${wordsOf(ask)}` }) });
//   new OpenAI({ baseURL: server.url('responses'), apiKey: server.key });
//
// Every request is kept in `server.requests`. What goes wrong is said by the answer (script.ts); what a page may see by `cors`.

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brain } from './brain.ts';
import { chunked, spoiled, type Ending } from './fault.ts';
import { wires as wireNames, type Answer, type Ask, type Script, type WireName } from './script.ts';
import { isObject, parsed, settle, type Failure, type Frame, type Route, type Wire } from './wire.ts';
import { chat } from './wire-chat.ts';
import { generate } from './wire-generate.ts';
import { messages } from './wire-messages.ts';
import { responses } from './wire-responses.ts';

const wires: Readonly<Record<WireName, Wire>> = { messages, responses, chat, generate };

/** What a page of another origin sees: all; all but errors; that its organisation has pages switched off; nothing, not even the preflight;
    or what Ollama shows: nothing to origins that were not let in. */
export const corsKinds = ['open', 'no-errors', 'organisation', 'none', 'origins'] as const;
export type Cors = (typeof corsKinds)[number];

export interface Options {
  readonly script?: Script;
  /** What a client has to send; null: nothing is asked for. */
  readonly key?: string | null;
  readonly models?: readonly string[];
  readonly cors?: Cors;
  /** With cors `origins`: who is let in. */
  readonly origins?: readonly string[];
  readonly port?: number;
}

export interface Recorded {
  readonly wire: WireName | undefined;
  readonly method: string;
  /** With the query, without the wire's own folder. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What the script was told, when a model was asked. */
  readonly ask?: Ask;
}

interface Asked {
  readonly wire: Wire;
  readonly route: Route | undefined;
  readonly path: string;
  readonly request: IncomingMessage;
  readonly body: string;
}

export class Loopback {
  readonly requests: Recorded[] = [];
  /** What went wrong here and was not asked for: thrown by stop. */
  readonly problems: unknown[] = [];
  readonly key: string | null;
  script: Script;
  cors: Cors;
  #questions = 0;
  #open = 0;
  readonly #server: Server;
  readonly #models: readonly string[];
  readonly #origins: readonly string[];
  readonly #arrivals: { count: number; resolve: () => void }[] = [];

  private constructor({ script = brain(), key = 'loopback-key', models = ['loop-small', 'loop-large'], cors = 'open', origins = [] }: Options) {
    this.script = script;
    this.key = key;
    this.cors = cors;
    this.#models = models;
    this.#origins = origins;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch((problem: unknown) => {
        if (request.complete) this.problems.push(problem); // else its sender went in the middle of it
        request.socket.destroy();
      });
    });
  }

  static async start(options: Options = {}): Promise<Loopback> {
    const loopback = new Loopback(options);
    await new Promise<void>((resolve, reject) => {
      loopback.#server.once('error', reject);
      loopback.#server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return loopback;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The base URL of a client of that wire. */
  url(wire: WireName): string {
    return `${this.origin}/${wire}${wires[wire].base}`;
  }

  /** The requests that asked a model. */
  get asks(): Ask[] {
    return this.requests.flatMap(({ ask }) => (ask ? [ask] : []));
  }

  /** Answers under way. */
  get open(): number {
    return this.#open;
  }

  /** Resolves when so many requests to a model have come, counted from the start. */
  arrived(count: number): Promise<void> {
    if (this.#questions >= count) return Promise.resolve();
    return new Promise((resolve) => void this.#arrivals.push({ count, resolve }));
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    if (this.problems.length > 0) throw this.problems[0];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString();
    const [, name = '', path = ''] = (request.url ?? '').match(/^\/([^/?]*)(.*)$/s) ?? [];
    const wire = wireNames.find((known) => known === name);
    const method = request.method ?? '';
    const record = (ask?: Ask): void => void this.requests.push({ wire, method, path, headers: request.headers, body, ...(ask && { ask }) });

    if (this.cors === 'origins' && request.headers.origin !== undefined && !this.#origins.includes(request.headers.origin)) {
      record();
      response.writeHead(403).end();
    } else if (method === 'OPTIONS') {
      record();
      this.#preflight(request, response);
    } else if (!wire) {
      record();
      response.writeHead(404).end();
    } else {
      await this.#answer({ wire: wires[wire], route: wires[wire].route(method, path.replace(/\?.*/s, '')), path, request, body }, response, record);
    }
  }

  #preflight({ headers }: IncomingMessage, response: ServerResponse): void {
    if (this.cors === 'none') return void response.writeHead(405).end();
    response.writeHead(204, {
      ...this.#corsHeaders(true),
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
    });
    response.end();
  }

  async #answer(asked: Asked, response: ServerResponse, record: (ask?: Ask) => void): Promise<void> {
    const { wire, route, request, body } = asked;
    const refused = this.#refusal(asked);
    if (refused || !route) {
      record();
      return this.#fail(response, refused ?? wire.failure(404, `There is nothing at ${asked.path}.`));
    }
    if (route.about === 'models') {
      record();
      return this.#json(response, 200, wire.models(this.#models));
    }
    const value = parsed(body);
    if (!isObject(value)) {
      record();
      return this.#fail(response, wire.failure(400, 'The body is no JSON object.'));
    }
    const ask: Ask = { ...wire.read(value, route), wire: wire.name, n: ++this.#questions, body: value };
    record(ask);
    for (const waiting of this.#arrivals) if (waiting.count <= this.#questions) waiting.resolve();
    if (!this.#models.includes(ask.model)) return this.#fail(response, wire.failure(404, `There is no model ${ask.model}.`));
    this.#open++;
    try {
      await this.#say(await this.script(ask), ask, wire, request, response);
    } finally {
      this.#open--;
    }
  }

  #refusal({ wire, request: { headers } }: Asked): Failure | undefined {
    if (headers.origin !== undefined) {
      const reason = wire.refusesPage?.(headers, this.cors === 'organisation');
      if (reason) return wire.failure(401, reason);
    }
    const { key } = this;
    if (key === null || wire.keys.some(({ header, prefix }) => headers[header] === prefix + key)) return undefined;
    return wire.failure(401, wire.keys.some(({ header }) => headers[header]) ? 'The API key is not valid.' : 'An API key is needed.');
  }

  async #say(answer: Answer, ask: Ask, wire: Wire, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { fault } = answer;
    switch (fault?.kind) {
      case 'status':
        return this.#fail(response, wire.failure(fault.status, fault.message ?? `The server says ${fault.status}.`), fault.headers);
      case 'reset':
        return void request.socket.resetAndDestroy();
      case 'html':
        response.writeHead(200, { ...this.#corsHeaders(true), 'content-type': 'text/html; charset=utf-8' });
        return void response.end('<!doctype html>\n<title>Sign in</title>\n<p>Please sign in to this network.</p>\n');
      case 'redirect':
        response.writeHead(fault.status ?? 307, { ...this.#corsHeaders(true), location: fault.to });
        return void response.end();
      case 'hang':
        if (fault.at === 'headers') return gone(response);
    }
    const said = settle(ask, answer);
    const frames: Iterable<Frame> = ask.stream ? wire.frames(said, ask.body) : [{ text: JSON.stringify(wire.whole(said)), carries: 'whole' }];
    response.writeHead(200, {
      ...this.#corsHeaders(true),
      'content-type': ask.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      'cache-control': 'no-cache',
      'request-id': `req_${ask.n}`,
    });
    response.flushHeaders();
    const ending = await send(response, chunked(spoiled(frames, fault, wire), answer.chunk), answer);
    if (ending === 'complete') response.end();
    else if (ending === 'cut') request.socket.destroy();
    else await gone(response);
  }

  #fail(response: ServerResponse, { status, body }: Failure, headers: Readonly<Record<string, string>> = {}): void {
    this.#json(response, status, body, headers);
  }

  #json(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
    response.writeHead(status, { ...this.#corsHeaders(status < 400), 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  }

  #corsHeaders(good: boolean): Record<string, string> {
    const closed = this.cors === 'none' || (this.cors === 'no-errors' && !good);
    return closed ? {} : { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };
  }
}

/** Resolves when the other side has gone. */
const gone = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => (response.destroyed ? resolve() : void response.once('close', resolve)));

/** Writes what there is, as fast as it is read and the pace allows. A reader that goes ends it. */
async function send(response: ServerResponse, chunks: Generator<Buffer, Ending>, { pace }: Answer): Promise<Ending> {
  const closed = gone(response);
  for (;;) {
    const { value, done } = chunks.next();
    if (done) return value;
    if (pace) await Promise.race([pace.next(), closed]);
    if (response.destroyed) return 'cut';
    // A write that is done has left this process, so that a cut loses nothing, and chunks are not joined on the way.
    await Promise.race([new Promise((resolve) => response.write(value, resolve)), closed]);
  }
}
