// Anthropic Messages. Source: the types of @anthropic-ai/sdk, resources/messages and resources/models.

import type { Message, Part } from './script.ts';
import { bearer, event, isObject, object, objects, parsed, pieces, schema, string, words, type Frame, type Said, type Wire } from './wire.ts';

function part(block: Record<string, unknown>): Part[] {
  switch (block['type']) {
    case 'text':
      return [{ kind: 'text', text: string(block['text']) }];
    case 'thinking':
      return [{ kind: 'thinking', text: string(block['thinking']) }];
    case 'image': {
      const source = object(block['source']);
      return [{ kind: 'image', media: string(source['media_type']), data: string(source['data']) }];
    }
    case 'tool_use':
      return [{ kind: 'call', id: string(block['id']), name: string(block['name']), arguments: block['input'] }];
    case 'tool_result':
      return [{ kind: 'result', id: string(block['tool_use_id']), text: words(block['content']), error: block['is_error'] === true }];
  }
  return [];
}

const message = ({ role, content }: Record<string, unknown>): Message => ({
  role: role === 'assistant' ? 'assistant' : 'user',
  parts: typeof content === 'string' ? [{ kind: 'text', text: content }] : objects(content).flatMap(part),
});

function stopReason(said: Said): string {
  if (said.refusal || said.filtered) return 'refusal';
  if (said.length) return 'max_tokens';
  return said.calls.length > 0 ? 'tool_use' : 'end_turn';
}

const stopDetails = (said: Said): object | null =>
  said.refusal || said.filtered ? { type: 'refusal', category: null, explanation: said.refusal || null } : null;

const usage = ({ usage: { input, cached, written, output, reasoning } }: Said): object => ({
  input_tokens: input - cached - written,
  cache_read_input_tokens: cached,
  cache_creation_input_tokens: written,
  output_tokens: output,
  output_tokens_details: { thinking_tokens: reasoning },
  server_tool_use: null,
});

const shell = (said: Said): object => ({
  id: `msg_${said.n}`,
  type: 'message',
  role: 'assistant',
  model: said.model,
  container: null,
  diagnostics: null,
});

/** The blocks of an answer, each with the deltas it comes in. */
function* blocks(said: Said): Generator<{ start: object; deltas: Iterable<object>; whole: object; carries: Frame['carries'] }> {
  const { thinking, text, calls, signature, piece } = said;
  if (thinking) {
    yield {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [...[...pieces(thinking, piece)].map((thought) => ({ type: 'thinking_delta', thinking: thought })), { type: 'signature_delta', signature }],
      whole: { type: 'thinking', thinking, signature },
      carries: 'other',
    };
  }
  if (text) {
    yield {
      start: { type: 'text', text: '', citations: null },
      deltas: [...pieces(text, piece)].map((words) => ({ type: 'text_delta', text: words })),
      whole: { type: 'text', text, citations: null },
      carries: 'text',
    };
  }
  for (const call of calls) {
    const block = { type: 'tool_use', id: call.id, name: call.name, caller: { type: 'direct' } };
    yield {
      start: { ...block, input: {} },
      deltas: [...pieces(call.arguments, piece)].map((json) => ({ type: 'input_json_delta', partial_json: json })),
      whole: { ...block, input: parsed(call.arguments) },
      carries: 'call',
    };
  }
}

const errorTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

const failure = (status: number, words: string): { status: number; body: object } => ({
  status,
  body: { type: 'error', error: { type: errorTypes[status] ?? 'api_error', message: words }, request_id: 'req_loopback' },
});

export const messages: Wire = {
  name: 'messages',
  base: '',
  keys: [{ header: 'x-api-key', prefix: '' }, bearer],

  route(method, path) {
    if (method === 'POST' && path === '/v1/messages') return { about: 'answer' };
    if (method === 'GET' && path === '/v1/models') return { about: 'models' };
    return undefined;
  },

  read(body) {
    const format = object(object(body['output_config'])['format']);
    return {
      model: string(body['model']),
      system: words(body['system']),
      messages: objects(body['messages']).map(message),
      tools: objects(body['tools']).map((tool) => ({
        name: string(tool['name']),
        description: string(tool['description']),
        schema: schema(tool['input_schema']),
      })),
      schema: isObject(format['schema']) ? schema(format['schema']) : undefined,
      stream: body['stream'] === true,
    };
  },

  *frames(said) {
    const start = { ...shell(said), content: [], stop_reason: null, stop_sequence: null, stop_details: null, usage: { ...usage(said), output_tokens: 1 } };
    yield event('message_start', { type: 'message_start', message: start });
    yield event('ping', { type: 'ping' });
    let index = 0;
    for (const block of blocks(said)) {
      yield event('content_block_start', { type: 'content_block_start', index, content_block: block.start });
      for (const delta of block.deltas) yield event('content_block_delta', { type: 'content_block_delta', index, delta }, block.carries);
      yield event('content_block_stop', { type: 'content_block_stop', index });
      index++;
    }
    const delta = { stop_reason: stopReason(said), stop_sequence: null, stop_details: stopDetails(said), container: null };
    yield event('message_delta', { type: 'message_delta', delta, usage: usage(said) });
    yield event('message_stop', { type: 'message_stop' });
  },

  whole: (said) => ({
    ...shell(said),
    content: [...blocks(said)].map((block) => block.whole),
    stop_reason: stopReason(said),
    stop_sequence: null,
    stop_details: stopDetails(said),
    usage: usage(said),
  }),

  failure,
  errorFrame: (words) => event('error', failure(529, words).body),

  models: (ids) => ({
    data: ids.map((id) => ({
      type: 'model',
      id,
      display_name: `The model ${id}`,
      created_at: '2026-01-01T00:00:00Z',
      capabilities: null,
      deprecated_at: null,
      lifecycle: 'active',
      line: null,
      max_input_tokens: 200_000,
      max_tokens: 32_000,
      retires_at: null,
    })),
    has_more: false,
    first_id: ids[0] ?? null,
    last_id: ids.at(-1) ?? null,
  }),

  refusesPage(headers, closed) {
    if (closed) return 'CORS requests are not allowed for this Organization because of its settings.';
    if (headers['anthropic-dangerous-direct-browser-access'] === 'true') return undefined;
    return "CORS requests must set 'anthropic-dangerous-direct-browser-access' header";
  },
};
