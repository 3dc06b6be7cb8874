// OpenAI Chat Completions, and what is compatible with it. Source: the types of openai, resources/chat/completions and resources/models.

import type { Message, Part } from './script.ts';
import { failure } from './openai.ts';
import { bearer, data, dataUrl, isObject, object, objects, parsed, pieces, schema, string, words, type Frame, type Said, type Wire } from './wire.ts';

function part(piece: Record<string, unknown>): Part[] {
  if (piece['type'] === 'text') return [{ kind: 'text', text: string(piece['text']) }];
  if (piece['type'] === 'image_url') return [{ kind: 'image', ...dataUrl(string(object(piece['image_url'])['url'])) }];
  return [];
}

const content = (value: unknown): Part[] => {
  if (typeof value === 'string') return value === '' ? [] : [{ kind: 'text', text: value }];
  return objects(value).flatMap(part);
};

function message(entry: Record<string, unknown>): Message {
  if (entry['role'] === 'tool') {
    return { role: 'user', parts: [{ kind: 'result', id: string(entry['tool_call_id']), text: words(entry['content']), error: false }] };
  }
  const calls = objects(entry['tool_calls']).map((call): Part => {
    const called = object(call['function']);
    return { kind: 'call', id: string(call['id']), name: string(called['name']), arguments: parsed(string(called['arguments'])) };
  });
  return { role: entry['role'] === 'assistant' ? 'assistant' : 'user', parts: [...content(entry['content']), ...calls] };
}

const isSystem = (entry: Record<string, unknown>): boolean => entry['role'] === 'system' || entry['role'] === 'developer';

function finishReason(said: Said): string {
  if (said.filtered) return 'content_filter';
  if (said.length) return 'length';
  return said.calls.length > 0 ? 'tool_calls' : 'stop';
}

const usage = ({ usage: { input, cached, output, reasoning } }: Said): object => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
  completion_tokens_details: { reasoning_tokens: reasoning },
});

export const chat: Wire = {
  name: 'chat',
  base: '/v1',
  keys: [bearer],

  route(method, path) {
    if (method === 'POST' && path === '/v1/chat/completions') return { about: 'answer' };
    if (method === 'GET' && path === '/v1/models') return { about: 'models' };
    return undefined;
  },

  read(body) {
    const entries = objects(body['messages']);
    const format = object(object(body['response_format'])['json_schema']);
    return {
      model: string(body['model']),
      system: entries.filter(isSystem).map((entry) => words(entry['content'])).join('\n'), // prettier-ignore
      messages: entries.filter((entry) => !isSystem(entry)).map(message),
      tools: objects(body['tools']).map((tool) => {
        const { name, description, parameters } = object(tool['function']);
        return { name: string(name), description: string(description), schema: schema(parameters) };
      }),
      schema: isObject(format['schema']) ? schema(format['schema']) : undefined,
      stream: body['stream'] === true,
    };
  },

  *frames(said, body) {
    const shell = { id: `chatcmpl-${said.n}`, object: 'chat.completion.chunk', created: 1_790_000_000, model: said.model };
    const chunk = (delta: object, carries: Frame['carries'] = 'other', finish_reason: string | null = null): Frame =>
      data({ ...shell, choices: [{ index: 0, delta, logprobs: null, finish_reason }] }, carries);
    yield chunk({ role: 'assistant', content: said.calls.length > 0 && !said.text ? null : '' });
    // What OpenRouter, vLLM and others say of their reasoning; OpenAI's own keeps it to itself.
    for (const thought of pieces(said.thinking, said.piece)) yield chunk({ reasoning_content: thought });
    for (const refusal of pieces(said.refusal, said.piece)) yield chunk({ refusal });
    for (const text of pieces(said.text, said.piece)) yield chunk({ content: text }, 'text');
    for (const [index, call] of said.calls.entries()) {
      yield chunk({ tool_calls: [{ index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } }] });
      for (const json of pieces(call.arguments, said.piece)) yield chunk({ tool_calls: [{ index, function: { arguments: json } }] }, 'call');
    }
    yield chunk({}, 'other', finishReason(said));
    if (object(body['stream_options'])['include_usage'] === true) yield data({ ...shell, choices: [], usage: usage(said) });
    yield { text: 'data: [DONE]\n\n', carries: 'other' };
  },

  whole: (said) => ({
    id: `chatcmpl-${said.n}`,
    object: 'chat.completion',
    created: 1_790_000_000,
    model: said.model,
    choices: [
      {
        index: 0,
        finish_reason: finishReason(said),
        logprobs: null,
        message: {
          role: 'assistant',
          content: said.text || null,
          refusal: said.refusal || null,
          ...(said.thinking && { reasoning_content: said.thinking }),
          ...(said.calls.length > 0 && {
            tool_calls: said.calls.map((call) => ({ id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } })),
          }),
        },
      },
    ],
    usage: usage(said),
  }),

  failure,
  errorFrame: (message) => data({ error: { message, type: 'server_error', code: 'server_error', param: null } }),
  models: (ids) => ({ object: 'list', data: ids.map((id) => ({ id, object: 'model', created: 1_790_000_000, owned_by: 'loopback' })) }),
};
