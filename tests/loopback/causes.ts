// Why a provider gives no list of its models, as servers show it, and what is said of it: by the command line and by a tab alike.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure as openai } from './openai.ts';
import type { Failure } from './wire.ts';
import { generate } from './wire-generate.ts';
import { messages } from './wire-messages.ts';

export interface Listing {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: object | string;
}

export interface Cause {
  readonly name: string;
  readonly provider: string;
  readonly answer: Listing;
  /** Behind the server's address. */
  readonly path?: string;
  /** No key is sent. */
  readonly keyless?: true;
  /** Servers tell it to pages alone. */
  readonly page?: true;
  readonly cause: string;
  readonly says: RegExp;
}

const providers: readonly (readonly [id: string, title: string, failure: (status: number, words: string) => Failure])[] = [
  ['anthropic', 'Anthropic', messages.failure],
  ['openai', 'OpenAI', openai],
  ['openrouter', 'OpenRouter', openai],
  ['gemini', 'Google Gemini', generate.failure],
];

/** What each provider says in its own form. */
const each: readonly Cause[] = providers.flatMap(([provider, title, failure]) => [
  { name: 'a key that is refused', provider, answer: failure(401, 'The key is wrong.'), cause: 'key_refused', says: new RegExp(`^${title} did not take the key: .* \\(The key is wrong\\)\\.$`) },
  { name: 'a key without the right', provider, answer: failure(403, 'It may not list models.'), cause: 'key_refused', says: new RegExp(`^${title} does not allow this key to do that \\(It may not list models\\)\\.$`) },
  { name: 'no key', provider, answer: failure(403, 'A key is needed.'), keyless: true, cause: 'key_missing', says: new RegExp(`^${title} wants a key: enter one, then try again\\.$`) },
  { name: 'too many requests', provider, answer: failure(429, 'Slow down.'), cause: 'rate_limited', says: new RegExp(`^${title} is asked too often with this key \\(Slow down\\): the connection works, try again later\\.$`) },
  { name: 'a server that failed', provider, answer: failure(500, 'Out of order.'), cause: 'server', says: new RegExp(`^${title} answered with HTTP 500 \\(Out of order\\)\\.$`) },
]);

const CLOSED = 'CORS requests are not allowed for this Organization because its settings say so.';

const settings: readonly Cause[] = [
  { name: 'an organisation that was switched off', provider: 'anthropic', answer: messages.failure(400, 'This organization has been disabled.'), cause: 'org_setting', says: /organisation of this key is in the way \(This organization has been disabled\): an owner can change it at Anthropic\.$/ },
  { name: 'an organisation that is not verified', provider: 'openai', answer: openai(403, 'Your organization must be verified to use this.'), cause: 'org_setting', says: /\(Your organization must be verified to use this\): an owner can change it at OpenAI\.$/ },
  { name: 'a key of nobody', provider: 'openai', answer: openai(401, 'You must be a member of an organization to use the API.'), cause: 'org_setting', says: /organisation of this key is in the way/ },
  { name: 'an organisation that lets no page in', provider: 'anthropic', answer: messages.failure(401, CLOSED), page: true, cause: 'org_cors', says: /^The organisation of this key does not allow requests from browsers: an owner can allow them in the settings of Anthropic/ },
  { name: 'a header that was taken out', provider: 'anthropic', answer: messages.failure(401, "CORS requests must set 'anthropic-dangerous-direct-browser-access' header"), page: true, cause: 'cors', says: /wants the header anthropic-dangerous-direct-browser-access, which something on the way took out\.$/ },
];

const json = 'application/json';
const HTML = '<!doctype html>\n<title>Sign in</title>\n';

const addresses: readonly Cause[] = [
  { name: 'an address that leads elsewhere', provider: 'openai', answer: { status: 307, headers: { location: 'http://127.0.0.1:9/v1/models' } }, cause: 'not_found', says: /sends elsewhere \(HTTP 30[27]\): give the base URL it leads to\.$/ },
  { name: 'a web page', provider: 'openai', answer: { status: 200, headers: { 'content-type': 'text/html' }, body: HTML }, cause: 'not_json', says: /answers with a web page: the base URL is that of a site, not of its API\.$/ },
  { name: 'a web page that says 404', provider: 'gemini', answer: { status: 404, headers: { 'content-type': 'text/html' }, body: HTML }, cause: 'not_found', says: /There is no list of models below http:\/\/\S+: see that the base URL is right\.$/ },
  { name: 'words', provider: 'openrouter', answer: { status: 200, body: 'It works!' }, cause: 'not_json', says: /does not answer with JSON: see that the base URL is right\.$/ },
  { name: 'JSON of something else', provider: 'anthropic', answer: { status: 200, body: { version: '1.0' } }, cause: 'not_json', says: /answers, but with no list of models/ },
  { name: 'an address without its version', provider: 'ollama', path: '/plain', answer: { status: 404, body: '404 page not found' }, cause: 'not_found', says: /most servers want \/v1 at the end of the base URL\.$/ },
  { name: 'a wrong path', provider: 'vllm', path: '/wrong/v1', answer: { status: 404, body: { detail: 'Not Found' } }, cause: 'not_found', says: /There is no list of models below \S+\/wrong\/v1: see that the base URL is right\.$/ },
  { name: 'a server that is loading', provider: 'llamacpp', answer: { status: 503, body: { error: { message: 'Loading model' } } }, cause: 'server', says: /^llama\.cpp answered with HTTP 503 \(Loading model\)\.$/ },
  { name: 'an overloaded one', provider: 'anthropic', answer: messages.failure(529, 'Overloaded'), cause: 'server', says: /^Anthropic answered with HTTP 529 \(Overloaded\)\.$/ },
  { name: 'no model yet', provider: 'lmstudio', answer: { status: 200, body: { object: 'list', data: [] } }, cause: 'ok', says: /^LM Studio answers, but has no model: load one first\.$/ },
];

export const causes: readonly Cause[] = [...each, ...settings, ...addresses];

/** Answers each request with the listing that it was told last, to pages of every origin. */
export class Lister {
  answer: Listing = { status: 200 };
  /** Paths that were asked for, without preflights. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(({ method, url, headers: sent }, response) => {
      const open = { 'access-control-allow-origin': '*', 'access-control-allow-headers': sent['access-control-request-headers'] ?? '' };
      if (method === 'OPTIONS') return void response.writeHead(204, open).end();
      this.asked.push(url ?? '');
      const { status, headers = {}, body = '' } = this.answer;
      const type = typeof body === 'string' ? 'text/plain' : json;
      response.writeHead(status, { ...open, 'content-type': type, ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  }

  static async start(): Promise<Lister> {
    const lister = new Lister();
    await new Promise<void>((resolve) => lister.#server.listen(0, '127.0.0.1', resolve));
    return lister;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
