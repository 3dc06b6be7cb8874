// OpenAI Responses. Source: the types of openai, resources/responses.

import type { Message, Part } from './script.ts';
import { failure } from './openai.ts';
import { dataUrl, event, isObject, object, objects, parsed, pieces, schema, string, words, type Frame, type Said, type Wire } from './wire.ts';
import { chat } from './wire-chat.ts';

function part(piece: Record<string, unknown>): Part[] {
  switch (piece['type']) {
    case 'input_text':
    case 'output_text':
      return [{ kind: 'text', text: string(piece['text']) }];
    case 'input_image':
      return [{ kind: 'image', ...dataUrl(string(piece['image_url'])) }];
  }
  return [];
}

/** One item of the input; items of one side that follow one another become one message. */
function item(entry: Record<string, unknown>): Message {
  switch (entry['type']) {
    case 'function_call':
      return {
        role: 'assistant',
        parts: [{ kind: 'call', id: string(entry['call_id']), name: string(entry['name']), arguments: parsed(string(entry['arguments'])) }],
      };
    case 'function_call_output':
      return { role: 'user', parts: [{ kind: 'result', id: string(entry['call_id']), text: words(entry['output']), error: false }] };
    case 'reasoning':
      return { role: 'assistant', parts: [{ kind: 'thinking', text: words(entry['summary']) }] };
  }
  const content = entry['content'];
  const parts: Part[] = typeof content === 'string' ? [{ kind: 'text', text: content }] : objects(content).flatMap(part);
  return { role: entry['role'] === 'assistant' ? 'assistant' : 'user', parts };
}

function joined(items: readonly Message[]): Message[] {
  const found: Message[] = [];
  for (const { role, parts } of items) {
    const last = found.at(-1);
    if (last?.role === role) found[found.length - 1] = { role, parts: [...last.parts, ...parts] };
    else found.push({ role, parts });
  }
  return found;
}

const isSystem = (entry: Record<string, unknown>): boolean => entry['role'] === 'system' || entry['role'] === 'developer';

/** The items of an answer: as they begin, the events between, as they end. */
function items(said: Said): { start: object; end: object; events: (at: number) => Iterable<[name: string, fields: object, carries?: Frame['carries']]> }[] {
  const found: ReturnType<typeof items> = [];
  if (said.thinking) {
    const id = `rs_${said.n}`;
    const summary = { type: 'summary_text', text: said.thinking };
    found.push({
      start: { id, type: 'reasoning', summary: [], encrypted_content: null },
      end: { id, type: 'reasoning', summary: [summary], encrypted_content: said.signature },
      *events(output_index) {
        const place = { item_id: id, output_index, summary_index: 0 };
        yield ['response.reasoning_summary_part.added', { ...place, part: { type: 'summary_text', text: '' } }];
        for (const delta of pieces(said.thinking, said.piece)) yield ['response.reasoning_summary_text.delta', { ...place, delta }];
        yield ['response.reasoning_summary_text.done', { ...place, text: said.thinking }];
        yield ['response.reasoning_summary_part.done', { ...place, part: summary }];
      },
    });
  }
  if (said.text || said.refusal) {
    const id = `msg_${said.n}`;
    const shell = { id, type: 'message', role: 'assistant' };
    const whole = said.text || said.refusal;
    const sort = said.text ? 'output_text' : 'refusal';
    const content = (text: string): object => (said.text ? { type: 'output_text', text, annotations: [] } : { type: 'refusal', refusal: text });
    found.push({
      start: { ...shell, status: 'in_progress', content: [] },
      end: { ...shell, status: said.length ? 'incomplete' : 'completed', content: [content(whole)] },
      *events(output_index) {
        const place = { item_id: id, output_index, content_index: 0 };
        const extra = said.text ? { logprobs: [] } : {};
        yield ['response.content_part.added', { ...place, part: content('') }];
        for (const delta of pieces(whole, said.piece)) yield [`response.${sort}.delta`, { ...place, delta, ...extra }, said.text ? 'text' : 'other'];
        yield [`response.${sort}.done`, { ...place, [said.text ? 'text' : 'refusal']: whole, ...extra }];
        yield ['response.content_part.done', { ...place, part: content(whole) }];
      },
    });
  }
  for (const call of said.calls) {
    const id = `fc_${call.id}`;
    const shell = { id, type: 'function_call', call_id: call.id, name: call.name };
    found.push({
      start: { ...shell, status: 'in_progress', arguments: '' },
      end: { ...shell, status: 'completed', arguments: call.arguments },
      *events(output_index) {
        const place = { item_id: id, output_index };
        for (const delta of pieces(call.arguments, said.piece)) yield ['response.function_call_arguments.delta', { ...place, delta }, 'call'];
        yield ['response.function_call_arguments.done', { ...place, name: call.name, arguments: call.arguments }];
      },
    });
  }
  return found;
}

const usage = ({ usage: { input, cached, written, output, reasoning } }: Said): object => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});

const shell = (said: Said): object => ({
  id: `resp_${said.n}`,
  object: 'response',
  created_at: 1_790_000_000,
  model: said.model,
  access_programs: null,
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
});

const isShort = (said: Said): boolean => said.length || said.filtered;

const whole = (said: Said): object => ({
  ...shell(said),
  status: isShort(said) ? 'incomplete' : 'completed',
  incomplete_details: isShort(said) ? { reason: said.length ? 'max_output_tokens' : 'content_filter' } : null,
  output: items(said).map(({ end }) => end),
  usage: usage(said),
});

export const responses: Wire = {
  name: 'responses',
  base: '/v1',
  keys: chat.keys,

  route(method, path) {
    if (method === 'POST' && path === '/v1/responses') return { about: 'answer' };
    return method === 'GET' ? chat.route(method, path) : undefined;
  },

  read(body) {
    const { input } = body;
    const entries = typeof input === 'string' ? [{ role: 'user', content: input }] : objects(input);
    const format = object(object(body['text'])['format']);
    return {
      model: string(body['model']),
      system: [string(body['instructions']), ...entries.filter(isSystem).map((entry) => words(entry['content']))].filter(Boolean).join('\n'),
      messages: joined(entries.filter((entry) => !isSystem(entry)).map(item)),
      tools: objects(body['tools'])
        .filter((tool) => tool['type'] === 'function')
        .map((tool) => ({ name: string(tool['name']), description: string(tool['description']), schema: schema(tool['parameters']) })),
      schema: isObject(format['schema']) ? schema(format['schema']) : undefined,
      stream: body['stream'] === true,
    };
  },

  *frames(said) {
    let sequence_number = 0;
    const next = (type: string, fields: object, carries?: Frame['carries']): Frame =>
      event(type, { type, sequence_number: sequence_number++, ...fields }, carries);
    const begun = { ...shell(said), status: 'in_progress', output: [] };
    yield next('response.created', { response: begun });
    yield next('response.in_progress', { response: begun });
    for (const [output_index, entry] of items(said).entries()) {
      yield next('response.output_item.added', { output_index, item: entry.start });
      for (const [name, fields, carries] of entry.events(output_index)) yield next(name, fields, carries);
      yield next('response.output_item.done', { output_index, item: entry.end });
    }
    yield next(isShort(said) ? 'response.incomplete' : 'response.completed', { response: whole(said) });
  },

  whole,
  failure,
  errorFrame: (message) => event('error', { type: 'error', sequence_number: 99, code: 'server_error', message, param: null }),
  models: chat.models,
};
