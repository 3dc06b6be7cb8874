// The official clients, each pointed at the loopback server and asked the same thing in its own way.

import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { WireName } from './script.ts';
import type { Loopback } from './server.ts';

export interface Heard {
  text: string;
  thinking: string;
  refusal: string;
  calls: { name: string; arguments: unknown }[];
  stop: string;
  usage: { input: number; cached: number; output: number; reasoning: number };
}

export interface Question {
  readonly stream: boolean;
  readonly key?: string;
  readonly model?: string;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
}

export const question = 'Which tide is it?';
export const system = 'You keep the harbour log.';
export const tool = {
  name: 'read_tide',
  description: 'Reads the tide table.',
  schema: { type: 'object' as const, properties: { harbour: { type: 'string' }, day: { type: 'integer' } }, required: ['harbour'] },
};

type Client = (server: Loopback, question: Question) => Promise<Heard>;

const anthropic = (server: Loopback, { key, timeout }: Question): Anthropic =>
  new Anthropic({ baseURL: server.url('messages'), apiKey: key ?? server.key ?? '', maxRetries: 0, logLevel: 'off', timeout: timeout ?? 60_000 });

const openai = (server: Loopback, wire: WireName, { key, timeout }: Question): OpenAI =>
  new OpenAI({ baseURL: server.url(wire), apiKey: key ?? server.key ?? '', maxRetries: 0, logLevel: 'off', timeout: timeout ?? 60_000 });

const google = (server: Loopback, { key, timeout }: Question): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: key ?? server.key ?? '',
    httpOptions: { baseUrl: server.url('generate').replace('/v1beta', ''), apiVersion: 'v1beta', timeout: timeout ?? 60_000, retryOptions: { attempts: 1 } },
  });

const signal = (asked: Question): { signal?: AbortSignal } => (asked.signal ? { signal: asked.signal } : {});

const messages: Client = async (server, asked) => {
  const params = {
    model: asked.model ?? 'loop-small',
    max_tokens: 1000,
    system,
    messages: [{ role: 'user' as const, content: question }],
    tools: [{ name: tool.name, description: tool.description, input_schema: tool.schema }],
  };
  const client = anthropic(server, asked).messages;
  const message = asked.stream ? await client.stream(params, signal(asked)).finalMessage() : await client.create(params, signal(asked));
  const heard: Heard = {
    text: '',
    thinking: '',
    refusal: message.stop_details?.explanation ?? '',
    calls: [],
    stop: message.stop_reason ?? '',
    usage: {
      input: message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0) + (message.usage.cache_creation_input_tokens ?? 0),
      cached: message.usage.cache_read_input_tokens ?? 0,
      output: message.usage.output_tokens,
      reasoning: message.usage.output_tokens_details?.thinking_tokens ?? 0,
    },
  };
  for (const block of message.content) {
    if (block.type === 'text') heard.text += block.text;
    if (block.type === 'thinking') heard.thinking += block.thinking;
    if (block.type === 'tool_use') heard.calls.push({ name: block.name, arguments: block.input });
  }
  return heard;
};

const responses: Client = async (server, asked) => {
  const params = {
    model: asked.model ?? 'loop-small',
    instructions: system,
    input: question,
    tools: [{ type: 'function' as const, name: tool.name, description: tool.description, parameters: tool.schema, strict: false }],
  };
  const client = openai(server, 'responses', asked).responses;
  const response = asked.stream ? await client.stream(params, signal(asked)).finalResponse() : await client.create(params, signal(asked));
  const heard: Heard = {
    text: response.output_text,
    thinking: '',
    refusal: '',
    calls: [],
    stop: response.incomplete_details?.reason ?? response.status ?? '',
    usage: {
      input: response.usage?.input_tokens ?? 0,
      cached: response.usage?.input_tokens_details.cached_tokens ?? 0,
      output: response.usage?.output_tokens ?? 0,
      reasoning: response.usage?.output_tokens_details.reasoning_tokens ?? 0,
    },
  };
  for (const item of response.output) {
    if (item.type === 'reasoning') heard.thinking += item.summary.map(({ text }) => text).join('');
    if (item.type === 'function_call') heard.calls.push({ name: item.name, arguments: JSON.parse(item.arguments) });
    if (item.type === 'message') heard.refusal += item.content.map((part) => (part.type === 'refusal' ? part.refusal : '')).join('');
  }
  return heard;
};

const chat: Client = async (server, asked) => {
  const params = {
    model: asked.model ?? 'loop-small',
    messages: [
      { role: 'system' as const, content: system },
      { role: 'user' as const, content: question },
    ],
    tools: [{ type: 'function' as const, function: { name: tool.name, description: tool.description, parameters: tool.schema } }],
  };
  const client = openai(server, 'chat', asked).chat.completions;
  const completion = asked.stream
    ? await client.stream({ ...params, stream_options: { include_usage: true } }, signal(asked)).finalChatCompletion()
    : await client.create(params, signal(asked));
  const choice = completion.choices[0];
  if (!choice) throw new Error('no choice');
  const { message } = choice;
  const calls = (message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function' ? [{ name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown }] : [],
  );
  return {
    text: message.content ?? '',
    // Of compatible servers; the client passes on what it does not know.
    thinking: (message as { reasoning_content?: string }).reasoning_content ?? '',
    refusal: message.refusal ?? '',
    calls,
    stop: choice.finish_reason,
    usage: {
      input: completion.usage?.prompt_tokens ?? 0,
      cached: completion.usage?.prompt_tokens_details?.cached_tokens ?? 0,
      output: completion.usage?.completion_tokens ?? 0,
      reasoning: completion.usage?.completion_tokens_details?.reasoning_tokens ?? 0,
    },
  };
};

const generate: Client = async (server, asked) => {
  const params = {
    model: asked.model ?? 'loop-small',
    contents: question,
    config: {
      systemInstruction: system,
      tools: [{ functionDeclarations: [{ name: tool.name, description: tool.description, parametersJsonSchema: tool.schema }] }],
      ...(asked.signal && { abortSignal: asked.signal }),
    },
  };
  const { models } = google(server, asked);
  const heard: Heard = { text: '', thinking: '', refusal: '', calls: [], stop: '', usage: { input: 0, cached: 0, output: 0, reasoning: 0 } };
  const chunks = asked.stream ? await models.generateContentStream(params) : [await models.generateContent(params)];
  for await (const { candidates, usageMetadata } of chunks) {
    for (const { text, thought, functionCall } of candidates?.[0]?.content?.parts ?? []) {
      if (functionCall) heard.calls.push({ name: functionCall.name ?? '', arguments: functionCall.args });
      else if (thought) heard.thinking += text ?? '';
      else heard.text += text ?? '';
    }
    heard.stop = candidates?.[0]?.finishReason ?? heard.stop;
    const reasoning = usageMetadata?.thoughtsTokenCount ?? 0;
    heard.usage = {
      input: usageMetadata?.promptTokenCount ?? 0,
      cached: usageMetadata?.cachedContentTokenCount ?? 0,
      output: (usageMetadata?.candidatesTokenCount ?? 0) + reasoning,
      reasoning,
    };
  }
  return heard;
};

export const clients: Readonly<Record<WireName, Client>> = { messages, responses, chat, generate };

/** The ids of the models there are, asked by each client. */
export const modelLists: Readonly<Record<WireName, (server: Loopback) => Promise<string[]>>> = {
  messages: async (server) => (await anthropic(server, { stream: false }).models.list()).data.map(({ id }) => id),
  responses: async (server) => (await openai(server, 'responses', { stream: false }).models.list()).data.map(({ id }) => id),
  chat: async (server) => (await openai(server, 'chat', { stream: false }).models.list()).data.map(({ id }) => id),
  generate: async (server) => (await google(server, { stream: false }).models.list()).page.map(({ name }) => name?.replace('models/', '') ?? ''),
};
