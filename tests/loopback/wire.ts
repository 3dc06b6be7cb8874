// What each provider's wire has in common, and the small change they are built of.

import type { IncomingHttpHeaders } from 'node:http';
import type { Answer, Ask, Call, Schema, WireName } from './script.ts';

/** An event as it goes over the wire, and what it carries, so that a fault can find its place. */
export interface Frame {
  readonly text: string;
  /** whole: an answer that is no stream. */
  readonly carries: 'text' | 'call' | 'other' | 'whole';
}

export interface Key {
  readonly header: string;
  readonly prefix: string;
}

export const bearer: Key = { header: 'authorization', prefix: 'Bearer ' };

export interface Failure {
  readonly status: number;
  readonly body: object;
}

/** What a request is about, found from its method and path. */
export type Route = { readonly about: 'models' } | { readonly about: 'answer'; readonly model?: string; readonly stream?: boolean };

type Body = Readonly<Record<string, unknown>>;

export interface Wire {
  readonly name: WireName;
  /** Where a client's base URL ends. */
  readonly base: string;
  /** Where a key may stand. */
  readonly keys: readonly Key[];
  route(method: string, path: string): Route | undefined;
  read(body: Body, route: Route): Omit<Ask, 'n' | 'wire' | 'body'>;
  frames(said: Said, body: Body): Iterable<Frame>;
  whole(said: Said): object;
  /** The provider's own error for a status, which may be another one then. */
  failure(status: number, message: string): Failure;
  /** The same in the middle of a stream. */
  errorFrame(message: string): Frame;
  models(ids: readonly string[]): object;
  /** Why a page may not ask; undefined: it may. */
  refusesPage?(headers: IncomingHttpHeaders, closed: boolean): string | undefined;
}

/** An answer with everything that was left open settled. */
export interface Said {
  readonly model: string;
  readonly n: number;
  readonly thinking: string;
  readonly text: string;
  readonly image: Answer['image'];
  readonly calls: readonly (Required<Omit<Call, 'arguments'>> & { readonly arguments: string })[];
  readonly refusal: string;
  readonly filtered: boolean;
  readonly length: boolean;
  readonly piece: number;
  readonly usage: { readonly input: number; readonly cached: number; readonly written: number; readonly output: number; readonly reasoning: number };
  readonly signature: string;
}

const tokens = (text: string): number => Math.ceil(text.length / 4);

export function settle(ask: Ask, answer: Answer): Said {
  const { thinking = '', text = '', calls = [], refusal = '', usage = {} } = answer;
  const said = calls.map((call, at) => ({
    name: call.name,
    id: call.id ?? `call_${ask.n}_${at}`,
    arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
  }));
  const reasoning = usage.reasoning ?? tokens(thinking);
  return {
    model: ask.model,
    n: ask.n,
    thinking,
    text,
    image: answer.image,
    calls: said,
    refusal,
    filtered: answer.filtered ?? false,
    length: answer.length ?? false,
    piece: answer.piece ?? 24,
    usage: {
      input: usage.input ?? tokens(JSON.stringify(ask.body)),
      cached: usage.cached ?? 0,
      written: usage.written ?? 0,
      output: usage.output ?? reasoning + tokens(text + refusal + said.map((call) => call.name + call.arguments).join('')),
      reasoning,
    },
    signature: Buffer.from(`thought ${ask.n}`).toString('base64'),
  };
}

/** Pieces of so many characters, none of them half a character. An empty text has no piece. */
export function* pieces(text: string, size: number): Generator<string> {
  const letters = Array.from(text);
  for (let at = 0; at < letters.length; at += size) yield letters.slice(at, at + size).join('');
}

export const event = (name: string, data: object, carries: Frame['carries'] = 'other'): Frame => ({
  text: `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`,
  carries,
});

export const data = (value: object, carries: Frame['carries'] = 'other'): Frame => ({ text: `data: ${JSON.stringify(value)}\n\n`, carries });

export const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
export const object = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {});
export const objects = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);
export const string = (value: unknown): string => (typeof value === 'string' ? value : '');
export const schema = (value: unknown): Schema => object(value);

/** JSON text as a value, or the text itself where it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The words of what is a text, or a list of parts with a text. */
export function words(value: unknown): string {
  return typeof value === 'string' ? value : objects(value).map((part) => string(part['text'])).join('\n'); // prettier-ignore
}

/** A data URL, taken apart. */
export function dataUrl(url: string): { media: string; data: string } {
  const [, media = '', bytes = ''] = url.match(/^data:([^;,]*);base64,(.*)$/s) ?? [];
  return { media, data: bytes };
}
