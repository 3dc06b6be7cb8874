// What it costs to read a model's answer: our decoder, native and through Wasm, beside eventsource-parser with JSON.parse and the official SDK, on the
// same stream in one run: an answer of text in pieces of a few characters, as each provider sends them, in chunks of 16 KiB.
//
// Native is the decoder alone: it gives the deltas and the whole answer. Through Wasm is what a tab does: from the status of the answer to a conversation
// that has it, the bytes of each chunk copied into the module, the deltas fetched as JSON after each and put together here, the answer at the end, and
// what it cost. eventsource-parser with JSON.parse gives objects, from which the text is put together here: less than a decoder has to do. The SDKs do
// what we do; the one of Gemini gives pieces and puts nothing together. Time is that of the processor, the threads of Node's collector and compiler
// included.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { createParser } from 'eventsource-parser';
import OpenAI from 'openai';
import { instantiate } from '../../wasm/src/core.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { median } from './rounds.ts';

const PIECES = 20_000;
const CHUNK = 16_384;
const rounds = 9;
const program = process.env['QUESTLINE_BENCH_STREAM'] ?? fileURLToPath(new URL('../../build/release/bin/questline-bench-stream', import.meta.url));

const words = ['The ', 'gate ', 'opens ', 'at nine, ', '“as ', 'agreed”; ', 'then\n', 'we ', 'go ', 'é', ' on', '. '];
const texts = Array.from({ length: PIECES }, (_, i) => words[(i * 7) % words.length]!);
const whole = texts.join('');

interface Wire {
  readonly name: string;
  /** Ours, that speaks this wire. */
  readonly provider: string;
  readonly sdk: string;
  readonly events: readonly Record<string, unknown>[];
  /** The text in one event, for the plain reader. */
  readonly textOf: (event: never) => string | undefined;
  readonly read: (fetch: typeof globalThis.fetch) => Promise<string>;
  readonly done?: string;
}

const messageOf = [{ role: 'user' as const, content: 'x' }];
const usage = { input_tokens: 9, output_tokens: PIECES };

const messages: Wire = {
  name: 'messages',
  provider: 'anthropic',
  sdk: '@anthropic-ai/sdk',
  events: [
    { type: 'message_start', message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: null, stop_sequence: null, usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...texts.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: PIECES } },
    { type: 'message_stop' },
  ],
  textOf: (event: { delta?: { text?: string } }) => event.delta?.text,
  read: async (fetch) => new Anthropic({ apiKey: 'none', fetch, logLevel: 'off' }).messages.stream({ model: 'm', max_tokens: 9, messages: messageOf }).finalText(),
};

const item = (status: string, content: readonly unknown[]) => ({ id: 'msg_1', type: 'message', status, role: 'assistant', content });
const part = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });
const response = (status: string, output: readonly unknown[]) => ({ id: 'resp_1', object: 'response', created_at: 1, status, model: 'm', output, usage: null });
const responses: Wire = {
  name: 'responses',
  provider: 'openai',
  sdk: 'openai',
  events: [
    { type: 'response.created', response: response('in_progress', []) },
    { type: 'response.output_item.added', output_index: 0, item: item('in_progress', []) },
    { type: 'response.content_part.added', item_id: 'msg_1', output_index: 0, content_index: 0, part: part('') },
    ...texts.map((delta) => ({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta, logprobs: [] })),
    { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text: whole, logprobs: [] },
    { type: 'response.output_item.done', output_index: 0, item: item('completed', [part(whole)]) },
    { type: 'response.completed', response: response('completed', [item('completed', [part(whole)])]) },
  ].map((event, sequence_number) => ({ ...event, sequence_number })),
  textOf: (event: { delta?: string }) => event.delta,
  read: async (fetch) => (await new OpenAI({ apiKey: 'none', fetch, logLevel: 'off' }).responses.stream({ model: 'm', input: 'x' }).finalResponse()).output_text,
};

const choice = (delta: Record<string, unknown>, finish_reason: string | null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
});
const chat: Wire = {
  name: 'chat',
  provider: 'openrouter',
  sdk: 'openai',
  events: [choice({ role: 'assistant', content: '' }, null), ...texts.map((content) => choice({ content }, null)), choice({}, 'stop')],
  textOf: (event: { choices: { delta: { content?: string } }[] }) => event.choices[0]?.delta.content,
  read: async (fetch) => {
    const stream = new OpenAI({ apiKey: 'none', fetch, logLevel: 'off' }).chat.completions.stream({ model: 'm', messages: messageOf });
    return (await stream.finalChatCompletion()).choices[0]?.message.content ?? '';
  },
  done: '[DONE]',
};

const candidate = (text: string, finishReason?: string) => ({
  candidates: [{ content: { parts: [{ text }], role: 'model' }, ...(finishReason ? { finishReason } : {}), index: 0 }],
  usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1, totalTokenCount: 10 },
  modelVersion: 'm',
  responseId: 'r',
});
const generate: Wire = {
  name: 'generate',
  provider: 'gemini',
  sdk: '@google/genai',
  events: [...texts.map((text) => candidate(text)), candidate('', 'STOP')],
  textOf: (event: { candidates: { content: { parts: { text: string }[] } }[] }) => event.candidates[0]?.content.parts[0]?.text,
  read: async (fetch) => {
    const before = globalThis.fetch;
    globalThis.fetch = fetch;
    try {
      let text = '';
      for await (const piece of await new GoogleGenAI({ apiKey: 'none' }).models.generateContentStream({ model: 'm', contents: 'x' })) text += piece.text ?? '';
      return text;
    } finally {
      globalThis.fetch = before;
    }
  },
};

const chunksOf = (bytes: Uint8Array): Uint8Array[] => Array.from({ length: Math.ceil(bytes.length / CHUNK) }, (_, i) => bytes.slice(i * CHUNK, (i + 1) * CHUNK));

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull: (controller) => {
      const chunk = chunks[next++];
      if (chunk) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

function readPlainly(wire: Wire, chunks: readonly Uint8Array[]): string {
  let text = '';
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data !== wire.done) text += wire.textOf(JSON.parse(data) as never) ?? '';
    },
  });
  const decoder = new TextDecoder();
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  return text;
}

const core = instantiate(await loadModule());
const lead = new TextEncoder().encode('---\nname: lead\ndescription: Leads.\n---\n\nYou lead.\n');

/** A conversation whose model was asked. What is given back hands it the answer, and gives the words as they came. */
function askThroughWasm(wire: Wire, chunks: readonly Uint8Array[]): () => string {
  const now = 1_763_712_000_000;
  const roster = core.newRoster();
  roster.add('lead.md', lead);
  const quest = core.openQuest();
  const players = [{ agent: '@lead', model: 'm', provider: wire.provider }];
  const driver = core.newDriver(quest, { roster, request: { agent: '@lead', mode: 'normal', text: 'x', players } });
  let effect = driver.next(now);
  for (; effect.kind === 'random'; effect = driver.next(now)) driver.result(now, { id: effect.id, bytes: 'AQEBAQEBAQE' });
  const { id, kind } = effect;
  if (kind !== 'http.request') throw new Error(`no request: ${kind}`);
  return () => {
    let text = '';
    driver.result(now, { id, status: 200, headers: [{ name: 'content-type', value: 'text/event-stream' }] });
    for (const chunk of chunks) {
      driver.bytes(id, chunk);
      for (const { delta } of driver.deltas()) text += delta?.text ?? '';
    }
    driver.result(now, { id, outcome: 'complete' });
    const { answer } = driver.next(now);
    for (const held of [driver, quest, roster]) held.close();
    if (answer !== whole) throw new Error('the answer is another');
    return text;
  };
}

async function timed(prepare: () => () => string | Promise<string>): Promise<number> {
  const spent: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const run = prepare();
    const started = process.cpuUsage();
    const text = await run();
    const { user, system } = process.cpuUsage(started);
    if (round >= 0) spent.push((user + system) / 1000);
    if (text !== whole) throw new Error('another text was read');
  }
  return median(spent);
}

const cell = (text: string, width: number): string => text.padStart(width);
console.log(`llm: ${PIECES.toLocaleString('en')} pieces of text, in chunks of 16 KiB; median of ${rounds} rounds; MB/s of the stream`);
console.log(`\n${'wire'.padEnd(11)}${cell('MB', 6)}${cell('native', 9)}${cell('through Wasm', 22)}${cell('eventsource-parser + JSON.parse', 34)}${cell('official SDK', 26)}`);
const folder = mkdtempSync(join(tmpdir(), 'questline-bench-'));
try {
  for (const wire of [messages, responses, chat, generate]) {
    const named = wire.name === 'messages' || wire.name === 'responses';
    const lines = wire.events.map((event) => `${named ? `event: ${String(event['type'])}\n` : ''}data: ${JSON.stringify(event)}\n\n`);
    const bytes = new TextEncoder().encode(lines.join('') + (wire.done === undefined ? '' : `data: ${wire.done}\n\n`));
    const file = join(folder, wire.name);
    writeFileSync(file, bytes);
    const chunks = chunksOf(bytes);
    const native = median(JSON.parse(execFileSync(program, [wire.name, file], { encoding: 'utf8' })) as number[]);
    const wasm = await timed(() => askThroughWasm(wire, chunks));
    const plain = await timed(() => () => readPlainly(wire, chunks));
    const sdk = await timed(() => () => wire.read(async () => new Response(bodyOf(chunks), { headers: { 'content-type': 'text/event-stream' } })));
    const speed = (ms: number): string => (bytes.length / 1000 / ms).toFixed(0);
    const beside = (ms: number): string => `${speed(ms)}  (${(ms / native).toFixed(1)}x the time)`;
    console.log(`${wire.name.padEnd(11)}${cell((bytes.length / 1e6).toFixed(1), 6)}${cell(speed(native), 9)}${cell(beside(wasm), 22)}${cell(beside(plain), 34)}${cell(beside(sdk), 26)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
