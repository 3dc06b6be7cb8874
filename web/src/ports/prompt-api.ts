import type { HttpRequest } from '@questline/core';
import type { Answering } from './http.ts';
import { type Asked, type PromptMessage, askedOf, chosen } from './prompt-form.ts';

// Source: the Prompt API (webmachinelearning.github.io/prompt-api), with the names that Chrome had before for counting tokens.

export type Availability = 'available' | 'downloadable' | 'downloading' | 'unavailable';

/** What a page may know of the model of its browser, and have done. */
export interface BuiltIn {
  availability(): Promise<Availability | undefined>;
  download(progress: (share: number) => void, signal: AbortSignal): Promise<void>;
}

interface Session extends EventTarget {
  promptStreaming(input: PromptMessage[], options: { responseConstraint?: object; signal: AbortSignal }): ReadableStream<string>;
  measureContextUsage?(input: PromptMessage[], options: { responseConstraint?: object; signal: AbortSignal }): Promise<number>;
  measureInputUsage?(input: PromptMessage[], options: { responseConstraint?: object; signal: AbortSignal }): Promise<number>;
  readonly contextUsage?: number;
  readonly contextWindow?: number;
  readonly inputUsage?: number;
  readonly inputQuota?: number;
  destroy(): void;
}

interface CoreOptions {
  expectedInputs: { type: 'text' | 'image'; languages?: string[] }[];
  expectedOutputs: { type: 'text'; languages: string[] }[];
  temperature?: number;
  topK?: number;
  samplingMode?: string;
}

interface CreateOptions extends CoreOptions {
  initialPrompts?: PromptMessage[];
  signal: AbortSignal;
  monitor?: (monitor: EventTarget) => void;
}

interface Models {
  availability(options: CoreOptions): Promise<Availability>;
  create(options: CreateOptions): Promise<Session>;
  params?(): Promise<{ defaultTopK: number; maxTemperature: number } | null>;
}

const models = (): Models | undefined => (globalThis as { LanguageModel?: Models }).LanguageModel;

const LETTERS = 4; // of a token, about
const MODES = ['most-predictable', 'predictable', 'slightly-predictable', 'balanced', 'slightly-creative', 'creative', 'most-creative'] as const; // temperatures from 0 to 2
const NOT_THERE: Readonly<Record<Exclude<Availability, 'available'>, string>> = {
  downloadable: 'Its model is not downloaded: download it under Models, then go on.',
  downloading: 'Its model is still being downloaded: go on when it is there.',
  unavailable: 'It has no model that this device can run: choose another model for this seat.',
};

const expected = (images = false): CoreOptions => ({
  expectedInputs: [{ type: 'text', languages: ['en'] }, ...(images ? [{ type: 'image' as const }] : [])],
  expectedOutputs: [{ type: 'text', languages: ['en'] }],
});

/** Undefined: this browser has no such API. */
export async function availability(): Promise<Availability | undefined> {
  return models()?.availability(expected());
}

/** Downloads the model; to be called on a click. @param progress  0 to 1 */
export async function download(progress: (share: number) => void, signal: AbortSignal): Promise<void> {
  const session = await models()?.create({
    ...expected(),
    signal,
    monitor: (monitor) => monitor.addEventListener('downloadprogress', (event) => progress((event as ProgressEvent).loaded)),
  });
  session?.destroy();
}

/** A failure in the words of the wire: the core knows its code. */
class Fault extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const tooLong = (needs?: number, window?: number): Fault =>
  new Fault('context_length_exceeded', `What it is told is ${needs === undefined ? 'too many' : Math.round(needs)} tokens long${window === undefined ? '' : `, and it reads ${window}`}: give this seat a model that reads more, or less to read.`);

function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { name = '', message = String(error), requested, quota } = error as { name?: string; message?: string; requested?: number; quota?: number };
  if (name === 'QuotaExceededError') return tooLong(requested, quota);
  const refused = name === 'NotSupportedError' || name === 'NotAllowedError' || name === 'TypeError' || name === 'SyntaxError';
  return new Fault(refused ? 'invalid_request_error' : 'server_error', message);
}

/** Pages may set a temperature in some browsers, and name a mode in others; what a browser does not know it passes over. */
async function sampling(temperature: number | undefined): Promise<Pick<CoreOptions, 'temperature' | 'topK' | 'samplingMode'>> {
  if (temperature === undefined) return {};
  const params = await models()?.params?.();
  if (params === undefined || params === null) return { samplingMode: MODES[Math.min(MODES.length - 1, Math.round(temperature * 3))] ?? 'balanced' };
  return { temperature: Math.min(temperature, params.maxTemperature), topK: params.defaultTopK };
}

async function begun(asked: Asked, signal: AbortSignal): Promise<Session> {
  const there = models();
  const options = expected(asked.images);
  const state = (await there?.availability(options)) ?? 'unavailable';
  if (there === undefined || state !== 'available') throw new Fault('not_found_error', NOT_THERE[state === 'available' ? 'unavailable' : state]);
  return there.create({ ...options, ...(await sampling(asked.temperature)), initialPrompts: asked.initialPrompts, signal });
}

const used = (session: Session): number => session.contextUsage ?? session.inputUsage ?? 0;

/** How many tokens are read. What is too long is told before: the browser would drop what was said first, without a word. */
async function measured(session: Session, asked: Asked, options: { responseConstraint?: object; signal: AbortSignal }): Promise<number> {
  const prompt = (await (session.measureContextUsage?.(asked.prompt, options) ?? session.measureInputUsage?.(asked.prompt, options))) ?? 0;
  const needs = used(session) + prompt;
  const window = session.contextWindow ?? session.inputQuota ?? Infinity;
  if (needs > window) throw tooLong(needs, window);
  return needs;
}

/** Says what comes as it comes; a choice, when it is whole. @return why it ended, and whether it was a call */
async function told(session: Session, asked: Asked, options: { responseConstraint?: object; signal: AbortSignal }, say: (delta: object) => void): Promise<string> {
  const reader = session.promptStreaming(asked.prompt, options).getReader();
  let text = '';
  let ended = 'stop';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    if (!asked.chooses) say({ content: value });
    if (text.length >= asked.longest * LETTERS) {
      ended = 'length';
      void reader.cancel();
      break;
    }
  }
  if (!asked.chooses) return ended;
  const choice = chosen(text);
  say(choice);
  return 'tool_calls' in choice ? 'tool_calls' : ended;
}

/** Asks the model of this browser what a request of Chat Completions asks, and answers in that wire's stream. */
export async function ask({ body = '' }: HttpRequest, signal: AbortSignal, answering: Answering): Promise<void> {
  const encoder = new TextEncoder();
  const send = (event: object): void => answering.bytes(encoder.encode(`data: ${JSON.stringify(event)}\n\n`));
  const chunk = (delta: object, reason: string | null): void => send({ model: 'built-in', choices: [{ index: 0, delta, finish_reason: reason }] });
  let session: Session | null = null;
  answering.head(200, [{ name: 'content-type', value: 'text/event-stream' }]);
  try {
    const asked = askedOf(body);
    const options = { signal, ...(asked.constraint === undefined ? {} : { responseConstraint: asked.constraint }) };
    session = await begun(asked, signal);
    const read = await measured(session, asked, options);
    const reason = await told(session, asked, options, (delta) => chunk(delta, null));
    chunk({}, reason);
    send({ model: 'built-in', choices: [], usage: { prompt_tokens: Math.round(read), completion_tokens: Math.max(0, Math.round(used(session) - read)) } });
    answering.bytes(encoder.encode('data: [DONE]\n\n'));
    answering.end('complete');
  } catch (error) {
    if (signal.aborted) return answering.end('cancelled');
    const { code, message } = faultOf(error);
    send({ error: { code, message } });
    answering.end('complete');
  } finally {
    session?.destroy();
  }
}
