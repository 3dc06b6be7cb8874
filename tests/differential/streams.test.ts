/* Answers of models against the official SDKs: the bytes of tests/streams go to them through a fetch of ours, and text, calls, the provider's word
   for the end and the usage have to be those that our decoder reads. Where they differ on purpose stands in EXCEPTIONS, with the reason. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { ModelReply } from '@questline/core';
import OpenAI from 'openai';

const root = fileURLToPath(new URL('../..', import.meta.url));
const streams = join(root, 'tests/streams');
const program = ['dev', 'release', 'asan'].map((preset) => join(root, 'build', preset, 'bin/stream-dump')).find((path) => existsSync(path));
const dump = process.env['QUESTLINE_STREAM_DUMP'] ?? program;

interface Call {
  readonly name: string;
  readonly arguments: unknown;
}

/** What both sides have to agree about. */
interface Meaning {
  readonly text: string;
  readonly thinking: string;
  readonly refusal: string;
  readonly calls: readonly Call[];
  readonly reason: string | undefined;
  /** Undefined where nothing was said. */
  readonly usage: { readonly input: number | undefined; readonly output: number | undefined; readonly cached: number; readonly reasoning: number };
}

const FAILED = 'failed';
/** Ours of a stream that broke off: what came is kept, while most SDKs throw it away. */
interface Broken {
  readonly kept: Meaning;
}
type Outcome = Meaning | typeof FAILED;
type Wire = 'messages' | 'responses' | 'chat' | 'generate';

/** Files that we read otherwise than the SDK, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  // We go on where a server leaves out what is said twice.
  'messages/no-event-names.sse': 'the SDK skips events without a name; the type in the data says the same',
  'messages/no-blank-line-at-the-end.sse': 'by the standard the last event is none without it',
  'messages/usage-missing.sse': 'the SDK wants a usage to add to',
  'messages/ended-without-a-stop.sse': 'the SDK waits for message_stop; the end was said before it',
  'generate/no-blank-line-at-the-end.sse': 'by the standard the last event is none without it',
  'generate/tool-call-pretty.sse': 'the SDK does not put the data lines of one event together',
  'chat/done-without-finish-reason.sse': 'the SDK wants a finish_reason beside [DONE]',
  'responses/only-completed.sse': 'the SDK wants response.created first',
  'responses/only-done-events.sse': 'the SDK wants a content part to be announced',
  'responses/unknown-events.sse': 'the SDK refuses the events of an item that was not announced',
  // Servers that speak almost this API.
  'chat/content-in-pieces.sse': 'Mistral: the SDK adds objects to a string',
  'chat/reasoning-content.sse': 'the SDK drops reasoning, which is no part of the API',
  'chat/reasoning-details-numbered.sse': 'the SDK drops reasoning, which is no part of the API',
  'chat/reasoning-details.sse': 'the SDK drops reasoning, which is no part of the API',
  'chat/reasoning.sse': 'the SDK drops reasoning, which is no part of the API',
  'chat/second-choice-ignored.sse': 'the SDK wants every choice to end well, we look at the one that was asked for',
  'chat/tool-call-arguments-object.sse': 'the SDK adds an object to a string',
  'chat/tool-call-no-id.sse': 'the SDK wants an id, we give one',
  'chat/tool-call-no-index.sse': 'the SDK wants an index, for us another id begins another call',
  'chat/tool-calls-all-index-0.sse': 'the SDK makes one call of two, for us another id begins another call',
  // An answer of no bytes.
  'generate/empty.sse': 'for the SDK that is an answer',
  'generate/done.sse': 'the SDK reads it as JSON; it is the end that other APIs have, and gateways give all of theirs',
  // A call of half its arguments is none for us.
  'messages/length-in-arguments.sse': 'the SDK makes an object of the half that came',
  'chat/length-in-arguments.sse': 'the SDK gives the half that came',
  'responses/length-in-arguments.sse': 'the SDK gives the half that came',
  'responses/truncated-in-arguments.sse': 'the SDK gives the half that came',
};

const reads: Record<Wire, (bytes: Uint8Array) => Promise<Meaning>> = { messages, responses, chat, generate };

const answer = (bytes: Uint8Array) => async (): Promise<Response> => new Response(bytes.slice(), { headers: { 'content-type': 'text/event-stream' } });
const messageOf = [{ role: 'user' as const, content: 'x' }];

/** As an object where it is JSON, and {} for nothing: SDKs differ in what they parse. */
function parsed(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const sum = (...numbers: (number | null | undefined)[]): number | undefined => {
  const said = numbers.filter((number) => number !== undefined && number !== null);
  return said.length === 0 ? undefined : said.reduce((total, number) => total + number, 0);
};

/** What the writers of our arena cannot hold: U+0000, and half a character. */
const held = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

async function messages(bytes: Uint8Array): Promise<Meaning> {
  const client = new Anthropic({ apiKey: 'none', fetch: answer(bytes), maxRetries: 0, logLevel: 'off' });
  const message = await client.messages.stream({ model: 'm', max_tokens: 9, messages: messageOf }).finalMessage();
  const of = <Kind extends (typeof message.content)[number]['type']>(kind: Kind) =>
    message.content.filter((block): block is Extract<(typeof message.content)[number], { type: Kind }> => block.type === kind);
  const { usage } = message;
  return {
    text: of('text').map(({ text }) => text).join(''),
    thinking: of('thinking').map(({ thinking }) => thinking).join(''),
    refusal: (message.stop_reason === 'refusal' && message.stop_details?.explanation) || '',
    calls: of('tool_use').map(({ name, input }) => ({ name, arguments: input })),
    reason: message.stop_reason ?? undefined,
    usage: {
      input: sum(usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens),
      output: usage.output_tokens,
      cached: usage.cache_read_input_tokens ?? 0,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
  };
}

async function chat(bytes: Uint8Array): Promise<Meaning> {
  const client = new OpenAI({ apiKey: 'none', fetch: answer(bytes), maxRetries: 0, logLevel: 'off' });
  const completion = await client.chat.completions.stream({ model: 'm', messages: messageOf }).finalChatCompletion();
  const { message, finish_reason: reason } = completion.choices[0]!;
  const { usage } = completion;
  const calls: Call[] = [];
  for (const call of message.tool_calls ?? [])
    if ('function' in call) calls.push({ name: call.function.name, arguments: parsed(call.function.arguments) });
  const legacy = (message as { function_call?: { name: string; arguments: string } }).function_call;
  if (legacy) calls.push({ name: legacy.name, arguments: parsed(legacy.arguments) });
  return {
    text: message.content ?? '',
    thinking: '',
    refusal: message.refusal ?? '',
    calls,
    reason,
    usage: {
      input: usage?.prompt_tokens,
      output: usage?.completion_tokens,
      cached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
      reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    },
  };
}

async function responses(bytes: Uint8Array): Promise<Meaning> {
  const client = new OpenAI({ apiKey: 'none', fetch: answer(bytes), maxRetries: 0, logLevel: 'off' });
  const response = await client.responses.stream({ model: 'm', input: 'x' }).finalResponse();
  if (response.status === 'failed') throw new Error(response.error?.message);
  const meaning = { text: '', thinking: [] as string[], refusal: '', calls: [] as Call[] };
  for (const item of response.output) {
    if (item.type === 'function_call') meaning.calls.push({ name: item.name, arguments: parsed(item.arguments) });
    if (item.type === 'reasoning') meaning.thinking.push(...[...item.summary, ...(item.content ?? [])].map(({ text }) => text));
    if (item.type !== 'message') continue;
    for (const content of item.content) {
      if (content.type === 'output_text') meaning.text += content.text;
      else meaning.refusal += content.refusal;
    }
  }
  const { usage } = response;
  return {
    ...meaning,
    thinking: meaning.thinking.join('\n\n'),
    reason: response.incomplete_details?.reason ?? (response.status === 'in_progress' ? undefined : response.status),
    usage: {
      input: usage?.input_tokens,
      output: usage?.output_tokens,
      cached: usage?.input_tokens_details.cached_tokens ?? 0,
      reasoning: usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
  };
}

/** This SDK takes no fetch: the global one is replaced for as long as it reads. It puts no pieces together either. */
async function generate(bytes: Uint8Array): Promise<Meaning> {
  const before = globalThis.fetch;
  globalThis.fetch = answer(bytes);
  const meaning = { text: '', thinking: '', refusal: '', calls: [] as Call[], reason: undefined as string | undefined };
  let usage: Meaning['usage'] = { input: undefined, output: undefined, cached: 0, reasoning: 0 };
  try {
    const client = new GoogleGenAI({ apiKey: 'none' });
    for await (const piece of await client.models.generateContentStream({ model: 'm', contents: 'x' })) {
      const candidate = piece.candidates?.[0];
      for (const part of candidate?.content?.parts ?? []) {
        if (part.functionCall) meaning.calls.push({ name: part.functionCall.name ?? '', arguments: part.functionCall.args ?? {} });
        if (part.thought === true) meaning.thinking += part.text ?? '';
        else meaning.text += part.text ?? '';
      }
      const said = candidate?.finishReason ?? piece.promptFeedback?.blockReason;
      if (said !== undefined && said !== 'FINISH_REASON_UNSPECIFIED') meaning.reason = said;
      meaning.refusal += piece.promptFeedback?.blockReasonMessage ?? '';
      const counted = piece.usageMetadata;
      if (!counted) continue;
      usage = {
        input: sum(counted.promptTokenCount, counted.toolUsePromptTokenCount) ?? usage.input,
        output: sum(counted.candidatesTokenCount, counted.thoughtsTokenCount) ?? usage.output,
        cached: counted.cachedContentTokenCount ?? usage.cached,
        reasoning: counted.thoughtsTokenCount ?? usage.reasoning,
      };
    }
  } finally {
    globalThis.fetch = before;
  }
  return { ...meaning, usage };
}

function ours(wire: Wire, path: string): Outcome | Broken {
  const line = execFileSync(dump!, [wire, '200', 'text/event-stream', path], { encoding: 'utf8' });
  const { reply } = JSON.parse(line) as { reply: ModelReply };
  if (reply.end === 'failed' && reply.reason === undefined) return FAILED;
  const words = (kind: string): string => reply.parts.filter((part) => part.kind === kind).map(({ text }) => text ?? '').join('');
  const meaning = {
    text: words('text'),
    thinking: words('thinking'),
    refusal: words('refusal'),
    calls: reply.parts.filter(({ kind }) => kind === 'call').map((part) => ({ name: part.name ?? '', arguments: parsed(part.arguments ?? '') })),
    reason: reply.reason,
    usage: { input: reply.usage.input, output: reply.usage.output, cached: reply.usage.cached ?? 0, reasoning: reply.usage.reasoning ?? 0 },
  };
  return reply.end === 'cut' ? { kept: meaning } : meaning;
}

async function theirs(wire: Wire, path: string): Promise<Outcome> {
  try {
    const meaning = await reads[wire](readFileSync(path));
    return { ...meaning, text: held(meaning.text) };
  } catch {
    return FAILED;
  }
}

for (const wire of Object.keys(reads) as Wire[]) {
  const files = readdirSync(join(streams, wire)).filter((name) => name.endsWith('.sse'));
  test(`${wire}: ${files.length} streams mean to us what they mean to the official SDK`, { skip: dump === undefined && 'stream-dump is not built' }, async () => {
    assert.ok(files.length >= 25, `only ${files.length} streams`);
    const differing: string[] = [];
    for (const name of files) {
      const path = join(streams, wire, name);
      const [mine, other] = [ours(wire, path), await theirs(wire, path)];
      const same = mine !== FAILED && 'kept' in mine ? other === FAILED || isDeepStrictEqual(mine.kept, other) : isDeepStrictEqual(mine, other);
      const excepted = `${wire}/${name}` in EXCEPTIONS;
      if (same === excepted) differing.push(`${name}: ${excepted ? 'no longer an exception' : `\n  ours   ${JSON.stringify(mine)}\n  theirs ${JSON.stringify(other)}`}`);
    }
    assert.equal(differing.join('\n'), '');
  });
}
