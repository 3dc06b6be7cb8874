/* What the core sends for a call, against what the official SDKs send for the same one: path, query and body have to be equal. Headers differ, and
   every difference has its reason here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import type { HttpRequest, ModelCall } from '@questline/core';
import { loadCore } from '@questline/core/node';
import * as cases from './request-cases.ts';
import type { Case } from './request-cases.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

const printer = process.env['QUESTLINE_REQUEST_DUMP'] ?? fileURLToPath(new URL('../../build/dev/bin/request-dump', import.meta.url));

function ours(calls: readonly object[]): HttpRequest[] {
  const input = calls.map((call) => `${JSON.stringify(call)}\n`).join('');
  const lines = execFileSync(printer, { input, encoding: 'utf8', maxBuffer: 1 << 26 }).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as HttpRequest);
}

/** Runs a call of an SDK and answers what it would have sent. */
async function theirs(run: (fetch: typeof globalThis.fetch) => Promise<unknown>): Promise<Sent> {
  let sent: Sent | undefined;
  const capture = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    sent = { url: request.url, method: request.method, headers: Object.fromEntries(request.headers), body: JSON.parse(await request.text()) };
    throw new Error('captured');
  };
  await run(capture as typeof globalThis.fetch).catch(() => undefined);
  assert.ok(sent, 'the SDK sent nothing');
  return sent;
}

interface Side<Params> {
  readonly provider: string;
  readonly model: string;
  readonly base: Params;
  readonly cases: readonly Case<Params>[];
  readonly send: (params: Params, baseUrl: string | undefined, fetch: typeof globalThis.fetch) => Promise<unknown>;
  /** Headers of the SDK that we send otherwise or not at all. */
  readonly left: readonly RegExp[];
}

/* What all SDKs say about themselves; such headers make a preflight fail at servers that do not list them. */
const telemetry = [/^x-stainless-/, /^user-agent$/, /^x-goog-api-client$/, /^accept$/, /^content-length$/, /^idempotency-key$/];

const openai = (baseURL: string | undefined, fetch: typeof globalThis.fetch): OpenAI =>
  new OpenAI({ apiKey: 'KEY', maxRetries: 0, fetch, ...(baseURL !== undefined && { baseURL }) });

const sides = {
  messages: {
    provider: 'anthropic',
    model: 'claude-sonnet-5',
    base: cases.messagesBase,
    cases: cases.messagesCases,
    send: (params, _, fetch) => new Anthropic({ apiKey: 'KEY', maxRetries: 0, fetch, dangerouslyAllowBrowser: true }).messages.create(params),
    // The key goes into x-api-key, as the API reference shows it; the SDK sends it as a bearer token since 1.0. Both are taken.
    left: [...telemetry, /^authorization$/],
  } satisfies Side<Anthropic.MessageCreateParamsStreaming>,
  responses: {
    provider: 'openai',
    model: 'gpt-6.1',
    base: cases.responsesBase,
    cases: cases.responsesCases,
    send: (params, base, fetch) => openai(base, fetch).responses.create(params),
    left: telemetry,
  } satisfies Side<OpenAI.Responses.ResponseCreateParamsStreaming>,
  chat: {
    provider: 'compatible',
    model: 'some-model',
    base: cases.chatBase,
    cases: cases.chatCases,
    send: (params, base, fetch) => openai(base, fetch).chat.completions.create(params),
    left: telemetry,
  } satisfies Side<OpenAI.Chat.ChatCompletionCreateParamsStreaming>,
  generate: {
    provider: 'gemini',
    model: 'gemini-3-flash',
    base: cases.generateBase,
    cases: cases.generateCases,
    send: (params, _, fetch) => {
      const before = globalThis.fetch;
      globalThis.fetch = fetch;
      return new GoogleGenAI({ apiKey: 'KEY' }).models.generateContentStream(params).finally(() => (globalThis.fetch = before));
    },
    left: telemetry,
  } satisfies Side<import('@google/genai').GenerateContentParameters>,
};

function callOf(side: Side<never> | Side<any>, one: Case<any>): Partial<ModelCall> {
  const base_url = side.provider === 'compatible' ? { base_url: 'https://llm.example/v1' } : {};
  const messages = [{ role: 'user' as const, parts: [{ kind: 'text' as const, text: 'Hello' }] }];
  return { provider: side.provider, model: side.model, max_tokens: 1024, messages, ...base_url, ...one.call };
}

/** With the key put where the request says. */
function headersOf(request: HttpRequest): Record<string, string> {
  const headers = Object.fromEntries(request.headers.map(({ name, value }) => [name, value]));
  if (request.secret) headers[request.secret.header] = `${request.secret.prefix}KEY`;
  return headers;
}

const cacheKey = createHash('sha256').update('You are @lead.').digest('hex').slice(0, 32);
const known = (body: unknown): unknown => JSON.parse(JSON.stringify(body).replace('CACHE_KEY', cacheKey));

for (const [wire, side] of Object.entries(sides) as [string, Side<any>][]) {
  test(`${wire}: path, query and body are the SDK's`, async (t) => {
    const calls = side.cases.map((one) => callOf(side, one));
    const requests = ours(calls);
    assert.equal(requests.length, calls.length);
    assert.ok(calls.length >= 12);
    const left = new Set<string>();
    for (const [i, one] of side.cases.entries()) {
      await t.test(one.name, async () => {
        const request = requests[i]!;
        const sent = await theirs((fetch) => side.send({ ...side.base, ...one.sdk }, calls[i]!.base_url, fetch));
        assert.ok(request.body !== undefined, JSON.stringify(request));
        assert.deepEqual(JSON.parse(request.body), known(sent.body));
        assert.equal(request.url, sent.url);
        assert.equal(request.method, sent.method);
        const mine = headersOf(request);
        for (const [name, value] of Object.entries(sent.headers)) {
          if (!side.left.some((pattern) => pattern.test(name))) assert.equal(mine[name], value, name);
          else left.add(name);
        }
        const extra = Object.keys(mine).filter((name) => !(name in sent.headers));
        assert.deepEqual(extra, wire === 'messages' ? ['x-api-key'] : []);
      });
    }
    t.diagnostic(`| ${wire}: ${calls.length} calls; headers of the SDK that are not sent: ${[...left].sort().join(', ')}`);
  });
}

/** What a model that plans is held to, as the core asks it. */
async function planSchema(): Promise<Record<string, unknown>> {
  const core = await loadCore();
  const roster = core.newRoster();
  roster.add('lead.md', '---\nname: lead\ndescription: Leads\n---\n\n# Lead\n\n- **api**: HTTP APIs\n');
  roster.add('api.md', '---\nname: api\ndescription: Writes HTTP APIs\n---\n\n# API\n');
  return core.planRequest(roster, '@lead', 'Add a login').schema as unknown as Record<string, unknown>;
}

test('a plan is asked for in the form of structured output that each API has', async () => {
  const schema = await planSchema();
  const format = { name: 'answer', schema, strict: true };
  const forms: Record<string, object> = {
    messages: { output_config: { format: { type: 'json_schema', schema } } },
    responses: { text: { format: { type: 'json_schema', ...format } } },
    chat: { response_format: { type: 'json_schema', json_schema: format } },
    generate: { config: { ...sides.generate.base.config, responseMimeType: 'application/json', responseJsonSchema: schema } },
  };
  for (const [wire, side] of Object.entries(sides) as [string, Side<any>][]) {
    const call = callOf(side, { name: 'plan', call: { schema: JSON.stringify(schema) }, sdk: {} } as Case<any>);
    const [request] = ours([call]);
    const sent = await theirs((fetch) => side.send({ ...side.base, ...forms[wire] }, call.base_url, fetch));
    assert.deepEqual(JSON.parse(request?.body ?? ''), known(sent.body), wire);
  }
});

test('a replay is written through as it came', () => {
  const one = cases.generateCases.find(({ name }) => name.startsWith('thoughts'))!;
  const [request] = ours([callOf(sides.generate, one)]);
  assert.match(request!.body!, /"degrees":20\.50/);
});
