// Gemini generateContent and streamGenerateContent. Source: the types of @google/genai.

import type { Message, Part } from './script.ts';
import { data, isObject, object, objects, parsed, pieces, schema, string, words, type Frame, type Said, type Wire } from './wire.ts';

function part(piece: Record<string, unknown>): Part[] {
  const call = object(piece['functionCall']);
  const response = object(piece['functionResponse']);
  const inline = object(piece['inlineData']);
  if (piece['functionCall'] !== undefined) return [{ kind: 'call', id: string(call['id']), name: string(call['name']), arguments: call['args'] }];
  if (piece['functionResponse'] !== undefined) {
    const value = object(response['response']);
    const text = string(value['output'] ?? value['result'] ?? value['error']) || JSON.stringify(value);
    return [{ kind: 'result', id: string(response['id']), text, error: value['error'] !== undefined }];
  }
  if (piece['inlineData'] !== undefined) return [{ kind: 'image', media: string(inline['mimeType']), data: string(inline['data']) }];
  return [{ kind: piece['thought'] === true ? 'thinking' : 'text', text: string(piece['text']) }];
}

const message = ({ role, parts }: Record<string, unknown>): Message => ({
  role: role === 'model' ? 'assistant' : 'user',
  parts: objects(parts).flatMap(part),
});

/** The parts of an answer; each of them is an event of its own in a stream. */
function* parts(said: Said): Generator<{ part: object; carries: Frame['carries'] }> {
  for (const text of pieces(said.thinking, said.piece)) yield { part: { text, thought: true }, carries: 'other' };
  for (const text of pieces(said.text || said.refusal, said.piece)) yield { part: { text }, carries: 'text' };
  if (said.image !== undefined) yield { part: { inlineData: { mimeType: said.image.media, data: said.image.data } }, carries: 'other' };
  for (const [at, call] of said.calls.entries()) {
    const thoughtSignature = said.thinking && at === 0 ? { thoughtSignature: said.signature } : {};
    yield { part: { functionCall: { id: call.id, name: call.name, args: parsed(call.arguments) }, ...thoughtSignature }, carries: 'call' };
  }
}

function finishReason(said: Said): string {
  if (said.filtered) return 'SAFETY';
  return said.length ? 'MAX_TOKENS' : 'STOP';
}

const usageMetadata = ({ usage: { input, cached, output, reasoning } }: Said): object => ({
  promptTokenCount: input,
  cachedContentTokenCount: cached,
  candidatesTokenCount: output - reasoning,
  thoughtsTokenCount: reasoning,
  totalTokenCount: input + output,
});

const chunk = (said: Said, found: readonly object[], finish?: string): object => ({
  candidates: [{ content: { role: 'model', parts: found }, index: 0, ...(finish && { finishReason: finish }) }],
  usageMetadata: usageMetadata(said),
  modelVersion: said.model,
  responseId: `gen_${said.n}`,
});

const statuses: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
};

/** Google says 400 and a reason to a key it does not know. */
function failure(status: number, words: string): { status: number; body: object } {
  const keyed = status === 401;
  const code = keyed ? 400 : status;
  const details = keyed ? [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }] : [];
  return { status: code, body: { error: { code, message: words, status: statuses[code] ?? 'UNKNOWN', ...(keyed && { details }) } } };
}

export const generate: Wire = {
  name: 'generate',
  base: '/v1beta',
  keys: [{ header: 'x-goog-api-key', prefix: '' }],

  route(method, path) {
    if (method === 'GET' && path === '/v1beta/models') return { about: 'models' };
    const [, model, verb] = path.match(/^\/v1beta\/models\/([^:/]+):(generateContent|streamGenerateContent)$/) ?? [];
    if (method !== 'POST' || model === undefined) return undefined;
    return { about: 'answer', model: decodeURIComponent(model), stream: verb === 'streamGenerateContent' };
  },

  read(body, route) {
    const config = object(body['generationConfig']);
    const answerSchema = config['responseJsonSchema'] ?? config['responseSchema'];
    const declarations = objects(body['tools']).flatMap((tool) => objects(tool['functionDeclarations']));
    return {
      model: 'model' in route ? (route.model ?? '') : '',
      system: words(object(body['systemInstruction'])['parts']),
      messages: objects(body['contents']).map(message),
      tools: declarations.map((tool) => ({
        name: string(tool['name']),
        description: string(tool['description']),
        schema: schema(tool['parametersJsonSchema'] ?? tool['parameters']),
      })),
      schema: isObject(answerSchema) ? schema(answerSchema) : undefined,
      stream: 'stream' in route && route.stream === true,
    };
  },

  *frames(said) {
    for (const { part, carries } of parts(said)) yield data(chunk(said, [part]), carries);
    yield data(chunk(said, [{ text: '' }], finishReason(said)));
  },

  whole: (said) => chunk(said, [...parts({ ...said, piece: Infinity })].map(({ part }) => part), finishReason(said)), // prettier-ignore
  failure,
  errorFrame: (words) => data(failure(503, words).body),

  models: (ids) => ({
    models: ids.map((id) => ({
      name: `models/${id}`,
      displayName: `The model ${id}`,
      inputTokenLimit: 1_000_000,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ['generateContent', 'countTokens'],
    })),
  }),
};
