/* The same calls twice: as the core takes them, and as each official SDK does. The SDK's side is typed by its own declarations. */
import type Anthropic from '@anthropic-ai/sdk';
import type { GenerateContentParameters } from '@google/genai';
import type OpenAI from 'openai';
import type { ModelCall } from '@questline/core';

export interface Case<Params> {
  readonly name: string;
  readonly call: Partial<ModelCall>;
  readonly sdk: Partial<Params>;
}

type Messages = Anthropic.MessageCreateParamsStreaming;
type Responses = OpenAI.Responses.ResponseCreateParamsStreaming;
type Chat = OpenAI.Chat.ChatCompletionCreateParamsStreaming;

const weather = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 } }, required: ['city'] };
const person = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'], additionalProperties: false };
const share = { type: 'object', properties: { share: { type: 'number', minimum: 0.5 } } };
const png = 'iVBORw0KGgo=';
const tools = [{ name: 'weather', description: 'Looks at the sky.', schema: weather }];

type Part = ModelCall['messages'][number]['parts'][number];
type Message = ModelCall['messages'][number];
const text = (words: string): Part => ({ kind: 'text', text: words });
const user = (...parts: Part[]): Message => ({ role: 'user', parts });
const assistant = (...parts: Part[]): Message => ({ role: 'assistant', parts });
const result = (id: string, words: string, error?: true): Part => ({ kind: 'result', id, text: words, ...(error && { error }) });
const call = (id: string, city: string, replay?: string): Part => ({
  kind: 'call',
  id,
  name: 'weather',
  arguments: `{"city":"${city}","degrees":20.5}`,
  ...(replay !== undefined && { replay }),
});
const ask = user(text('Hello'));
const twoCalls = [user(text('Rome or Oslo?')), assistant(text('I look.'), call('c1', 'Rome'), call('c2', 'Oslo'))];
const twoResults = [...twoCalls, user(result('c1', 'sunny')), user(result('c2', 'rain'), text('Well?'))];
const failed = [user(text('Rome?')), assistant(call('c1', 'Rome')), user(result('c1', 'no such city', true))];

const args = (city: string) => ({ city, degrees: 20.5 });
const words = (city: string): string => JSON.stringify(args(city));

/* ---- Anthropic Messages ---- */

const said = (words: string): Anthropic.TextBlockParam => ({ type: 'text', text: words });
const kept = { cache_control: { type: 'ephemeral' } } as const;
const used = (id: string, city: string): Anthropic.ToolUseBlockParam => ({ type: 'tool_use', id, name: 'weather', input: args(city) });
const tool = { name: 'weather', description: 'Looks at the sky.', input_schema: weather as Anthropic.Tool.InputSchema };
const hello: Messages['messages'] = [{ role: 'user', content: [said('Hello')] }];
const thought = '{"type":"thinking","thinking":"Hm.","signature":"EqQB+/="}';
const hidden = '{"type":"redacted_thinking","data":"ZW5j"}';

export const messagesBase = { model: 'claude-sonnet-5', max_tokens: 1024, messages: hello, stream: true } satisfies Messages;
export const messagesCases: readonly Case<Messages>[] = [
  { name: 'plain', call: {}, sdk: {} },
  { name: 'system', call: { system: 'You are @lead.' }, sdk: { system: [said('You are @lead.')] } },
  {
    name: 'multi-turn',
    call: { messages: [ask, assistant(text('Hi.')), user(text('And now?'))] },
    sdk: { messages: [...hello, { role: 'assistant', content: [said('Hi.')] }, { role: 'user', content: [said('And now?')] }] },
  },
  { name: 'tools', call: { tools }, sdk: { tools: [tool] } },
  {
    name: 'parallel results in one message, before words',
    call: { tools, messages: twoResults },
    sdk: {
      tools: [tool],
      messages: [
        { role: 'user', content: [said('Rome or Oslo?')] },
        { role: 'assistant', content: [said('I look.'), used('c1', 'Rome'), used('c2', 'Oslo')] },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'c1', content: 'sunny' },
            { type: 'tool_result', tool_use_id: 'c2', content: 'rain' },
            said('Well?'),
          ],
        },
      ],
    },
  },
  {
    name: 'tool error',
    call: { tools, messages: failed },
    sdk: {
      tools: [tool],
      messages: [
        { role: 'user', content: [said('Rome?')] },
        { role: 'assistant', content: [used('c1', 'Rome')] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'no such city', is_error: true }] },
      ],
    },
  },
  { name: 'structured', call: { schema: person }, sdk: { output_config: { format: { type: 'json_schema', schema: person } } } },
  {
    name: 'a schema with fractions',
    call: { schema: JSON.stringify(share) },
    sdk: { output_config: { format: { type: 'json_schema', schema: share } } },
  },
  {
    name: 'image',
    call: { messages: [user(text('What is this?'), { kind: 'image', media: 'image/png', data: png })] },
    sdk: {
      messages: [
        { role: 'user', content: [said('What is this?'), { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }] },
      ],
    },
  },
  {
    name: 'thinking replayed',
    call: {
      tools,
      reasoning: 'medium',
      messages: [
        user(text('Rome?')),
        assistant({ kind: 'thinking', text: 'Hm.', replay: thought }, { kind: 'thinking', replay: hidden }, call('c1', 'Rome')),
        user(result('c1', 'sunny')),
      ],
    },
    sdk: {
      tools: [tool],
      thinking: { type: 'adaptive', display: 'summarized' },
      output_config: { effort: 'medium' },
      messages: [
        { role: 'user', content: [said('Rome?')] },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'EqQB+/=' },
            { type: 'redacted_thinking', data: 'ZW5j' },
            used('c1', 'Rome'),
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'sunny' }] },
      ],
    },
  },
  { name: 'choice required', call: { tools, choice: 'required' }, sdk: { tools: [tool], tool_choice: { type: 'any' } } },
  { name: 'choice none', call: { tools, choice: 'none' }, sdk: { tools: [tool], tool_choice: { type: 'none' } } },
  { name: 'reasoning off', call: { reasoning: 'off' }, sdk: { thinking: { type: 'disabled' } } },
  {
    name: 'reasoning high, by budget',
    call: { reasoning: 'high', model: 'claude-haiku-4-5', max_tokens: 32000 },
    sdk: { model: 'claude-haiku-4-5', max_tokens: 32000, thinking: { type: 'enabled', budget_tokens: 24576 } },
  },
  {
    name: 'reasoning off, where it is always on',
    call: { reasoning: 'off', model: 'claude-fable-5-2' },
    sdk: { model: 'claude-fable-5-2', output_config: { effort: 'low' } },
  },
  { name: 'temperature is not taken', call: { temperature: 700 }, sdk: {} },
  {
    name: 'caching',
    call: { system: 'You are @lead.', messages: [{ ...ask, cache: true }, assistant(text('Hi.')), user(text('And now?'))] },
    sdk: {
      system: [{ ...said('You are @lead.'), ...kept }],
      messages: [
        { role: 'user', content: [{ ...said('Hello'), ...kept }] },
        { role: 'assistant', content: [said('Hi.')] },
        { role: 'user', content: [said('And now?')] },
      ],
    },
  },
];

/* ---- OpenAI Responses ---- */

const input = (...content: OpenAI.Responses.ResponseInputContent[]): OpenAI.Responses.EasyInputMessage => ({ role: 'user', content });
const put = (words: string): OpenAI.Responses.ResponseInputText => ({ type: 'input_text', text: words });
const called = (id: string, city: string): OpenAI.Responses.ResponseFunctionToolCall => ({
  type: 'function_call',
  call_id: id,
  name: 'weather',
  arguments: words(city),
});
const output = (id: string, words: string) => ({ type: 'function_call_output', call_id: id, output: words }) as const;
const func = { type: 'function', name: 'weather', description: 'Looks at the sky.', parameters: weather, strict: false } as const;
const reasoned = '{"id":"rs_1","type":"reasoning","summary":[],"encrypted_content":"gAAAA"}';
const spoken =
  '{"id":"msg_1","type":"message","role":"assistant","status":"completed","phase":"commentary","content":[{"type":"output_text","text":"Hi.","annotations":[]}]}';

export const responsesBase = {
  model: 'gpt-6.1',
  max_output_tokens: 1024,
  input: [input(put('Hello'))],
  stream: true,
  store: false,
} satisfies Responses;
export const responsesCases: readonly Case<Responses>[] = [
  { name: 'plain', call: {}, sdk: {} },
  { name: 'system', call: { system: 'You are @lead.' }, sdk: { instructions: 'You are @lead.' } },
  {
    name: 'multi-turn',
    call: { messages: [ask, assistant(text('Hi.')), user(text('And now?'))] },
    sdk: { input: [input(put('Hello')), { role: 'assistant', content: 'Hi.' }, input(put('And now?'))] },
  },
  { name: 'tools', call: { tools }, sdk: { tools: [func] } },
  {
    name: 'parallel results',
    call: { tools, messages: twoResults },
    sdk: {
      tools: [func],
      input: [
        input(put('Rome or Oslo?')),
        { role: 'assistant', content: 'I look.' },
        called('c1', 'Rome'),
        called('c2', 'Oslo'),
        output('c1', 'sunny'),
        output('c2', 'rain'),
        input(put('Well?')),
      ],
    },
  },
  {
    name: 'tool error',
    call: { tools, messages: failed },
    sdk: { tools: [func], input: [input(put('Rome?')), called('c1', 'Rome'), output('c1', 'Error: no such city')] },
  },
  {
    name: 'structured',
    call: { schema: person, schema_name: 'person' },
    sdk: { text: { format: { type: 'json_schema', name: 'person', schema: person, strict: true } } },
  },
  {
    name: 'a schema with fractions and open ends',
    call: { schema: JSON.stringify(share) },
    sdk: { text: { format: { type: 'json_schema', name: 'answer', schema: share, strict: false } } },
  },
  {
    name: 'image',
    call: { messages: [user(text('What is this?'), { kind: 'image', media: 'image/png', data: png })] },
    sdk: { input: [input(put('What is this?'), { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${png}` })] },
  },
  {
    name: 'reasoning and items replayed',
    call: {
      messages: [
        ask,
        assistant({ kind: 'thinking', replay: reasoned }, { kind: 'text', text: 'Hi.', replay: spoken }, call('c1', 'Rome')),
        user(result('c1', 'sunny')),
      ],
    },
    sdk: {
      input: [
        input(put('Hello')),
        { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'gAAAA' },
        {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          status: 'completed',
          phase: 'commentary',
          content: [{ type: 'output_text', text: 'Hi.', annotations: [] }],
        },
        called('c1', 'Rome'),
        output('c1', 'sunny'),
      ],
    },
  },
  { name: 'choice required', call: { tools, choice: 'required' }, sdk: { tools: [func], tool_choice: 'required' } },
  { name: 'choice none', call: { tools, choice: 'none' }, sdk: { tools: [func], tool_choice: 'none' } },
  { name: 'reasoning high', call: { reasoning: 'high' }, sdk: { reasoning: { effort: 'high' } } },
  { name: 'reasoning off, with a temperature', call: { reasoning: 'off', temperature: 700 }, sdk: { reasoning: { effort: 'none' }, temperature: 0.7 } },
  { name: 'reasoning off, of a model that cannot', call: { reasoning: 'off', model: 'o3' }, sdk: { reasoning: { effort: 'low' }, model: 'o3' } },
  { name: 'temperature of a model that reasons', call: { temperature: 700 }, sdk: {} },
  { name: 'temperature of one that does not', call: { temperature: 700, model: 'gpt-4o', reasoning: 'low' }, sdk: { temperature: 0.7, model: 'gpt-4o' } },
  {
    name: 'caching',
    call: { system: 'You are @lead.', messages: [{ ...ask, cache: true }] },
    // The first 32 figures of the SHA-256 of the system prompt and the tools.
    sdk: { instructions: 'You are @lead.', prompt_cache_key: 'CACHE_KEY' },
  },
];

/* ---- OpenAI Chat Completions ---- */

const chatCall = (id: string, city: string) => ({ id, type: 'function', function: { name: 'weather', arguments: words(city) } }) as const;
const chatTool = { type: 'function', function: { name: 'weather', description: 'Looks at the sky.', parameters: weather } } as const;
const format = (name: string, schema: Record<string, unknown>, strict: boolean) =>
  ({ type: 'json_schema', json_schema: { name, schema, strict } }) as const;

export const chatBase = {
  model: 'some-model',
  max_tokens: 1024,
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true,
  stream_options: { include_usage: true },
} satisfies Chat;
export const chatCases: readonly Case<Chat>[] = [
  { name: 'plain', call: {}, sdk: {} },
  {
    name: 'system',
    call: { system: 'You are @lead.' },
    sdk: { messages: [{ role: 'system', content: 'You are @lead.' }, { role: 'user', content: 'Hello' }] },
  },
  {
    name: 'multi-turn',
    call: { messages: [ask, assistant(text('Hi.')), user(text('And now?'))] },
    sdk: { messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: 'Hi.' }, { role: 'user', content: 'And now?' }] },
  },
  { name: 'tools', call: { tools }, sdk: { tools: [chatTool] } },
  {
    name: 'parallel results',
    call: { tools, messages: twoResults },
    sdk: {
      tools: [chatTool],
      messages: [
        { role: 'user', content: 'Rome or Oslo?' },
        { role: 'assistant', content: 'I look.', tool_calls: [chatCall('c1', 'Rome'), chatCall('c2', 'Oslo')] },
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
        { role: 'tool', tool_call_id: 'c2', content: 'rain' },
        { role: 'user', content: 'Well?' },
      ],
    },
  },
  {
    name: 'tool error',
    call: { tools, messages: failed },
    sdk: {
      tools: [chatTool],
      messages: [
        { role: 'user', content: 'Rome?' },
        { role: 'assistant', content: null, tool_calls: [chatCall('c1', 'Rome')] },
        { role: 'tool', tool_call_id: 'c1', content: 'Error: no such city' },
      ],
    },
  },
  { name: 'structured', call: { schema: person, schema_name: 'person' }, sdk: { response_format: format('person', person, true) } },
  { name: 'a schema with fractions', call: { schema: JSON.stringify(share) }, sdk: { response_format: format('answer', share, false) } },
  {
    name: 'image',
    call: { messages: [user(text('What is this?'), { kind: 'image', media: 'image/png', data: png })] },
    sdk: {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
    },
  },
  {
    name: 'reasoning and signatures replayed',
    call: {
      messages: [
        ask,
        assistant(
          { kind: 'thinking', text: 'Hm.', replay: '{"reasoning_details":[{"type":"reasoning.text","text":"Hm.","index":0}]}' },
          call('c1', 'Rome', '{"extra_content":{"google":{"thought_signature":"c2ln"}}}'),
        ),
        user(result('c1', 'sunny')),
      ],
    },
    sdk: {
      messages: [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ ...chatCall('c1', 'Rome'), extra_content: { google: { thought_signature: 'c2ln' } } }],
          reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', index: 0 }],
        } as unknown as OpenAI.Chat.ChatCompletionAssistantMessageParam,
        { role: 'tool', tool_call_id: 'c1', content: 'sunny' },
      ],
    },
  },
  { name: 'choice required', call: { tools, choice: 'required' }, sdk: { tools: [chatTool], tool_choice: 'required' } },
  { name: 'choice none', call: { tools, choice: 'none' }, sdk: { tools: [chatTool], tool_choice: 'none' } },
  { name: 'reasoning low', call: { reasoning: 'low' }, sdk: { reasoning_effort: 'low' } },
  { name: 'reasoning off', call: { reasoning: 'off' }, sdk: { reasoning_effort: 'none' } },
  {
    name: 'reasoning of OpenRouter',
    call: { reasoning: 'high', base_url: 'https://openrouter.ai/api/v1' },
    sdk: { reasoning: { effort: 'high' } } as Partial<Chat>,
  },
  { name: 'temperature', call: { temperature: 1250 }, sdk: { temperature: 1.25 } },
  {
    name: 'a reasoning model of OpenAI',
    call: { model: 'o3', temperature: 1000, reasoning: 'medium' },
    sdk: { model: 'o3', max_tokens: undefined, max_completion_tokens: 1024, reasoning_effort: 'medium' } as unknown as Partial<Chat>,
  },
  {
    name: 'Mistral refuses to be asked for usage',
    call: { base_url: 'https://api.mistral.ai/v1' },
    sdk: { stream_options: undefined } as unknown as Partial<Chat>,
  },
  {
    name: 'caching of Claude behind OpenRouter',
    call: { model: 'anthropic/claude-sonnet-5', system: 'You are @lead.', messages: [{ ...ask, cache: true }] },
    sdk: {
      model: 'anthropic/claude-sonnet-5',
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'You are @lead.', ...kept }] },
        { role: 'user', content: [{ type: 'text', text: 'Hello', ...kept }] },
      ] as Chat['messages'],
    },
  },
];

/* ---- Gemini ---- */

type Generate = GenerateContentParameters;
const contents = (...parts: object[]): Generate['contents'] => [{ role: 'user', parts }];
const declared = [{ functionDeclarations: [{ name: 'weather', description: 'Looks at the sky.', parametersJsonSchema: weather }] }];
const functionCall = (id: string, city: string) => ({ functionCall: { id, name: 'weather', args: args(city) } });
const functionResponse = (id: string, response: Record<string, string>) => ({ functionResponse: { id, name: 'weather', response } });
const unsigned = { thoughtSignature: 'skip_thought_signature_validator' };
const limit = { maxOutputTokens: 1024 };

export const generateBase = { model: 'gemini-3-flash', contents: contents({ text: 'Hello' }), config: limit } satisfies Generate;
export const generateCases: readonly Case<Generate>[] = [
  { name: 'plain', call: {}, sdk: {} },
  { name: 'system', call: { system: 'You are @lead.' }, sdk: { config: { ...limit, systemInstruction: 'You are @lead.' } } },
  {
    name: 'multi-turn',
    call: { messages: [ask, assistant(text('Hi.')), user(text('And now?'))] },
    sdk: {
      contents: [
        { role: 'user', parts: [{ text: 'Hello' }] },
        { role: 'model', parts: [{ text: 'Hi.' }] },
        { role: 'user', parts: [{ text: 'And now?' }] },
      ],
    },
  },
  { name: 'tools', call: { tools }, sdk: { config: { ...limit, tools: declared } } },
  {
    name: 'parallel results in one message, of calls that nobody signed',
    call: { tools, messages: twoResults },
    sdk: {
      config: { ...limit, tools: declared },
      contents: [
        { role: 'user', parts: [{ text: 'Rome or Oslo?' }] },
        { role: 'model', parts: [{ text: 'I look.' }, { ...functionCall('c1', 'Rome'), ...unsigned }, functionCall('c2', 'Oslo')] },
        { role: 'user', parts: [functionResponse('c1', { output: 'sunny' }), functionResponse('c2', { output: 'rain' }), { text: 'Well?' }] },
      ],
    },
  },
  {
    name: 'tool error',
    call: { tools, messages: failed, model: 'gemini-2.5-flash' },
    sdk: {
      model: 'gemini-2.5-flash',
      config: { ...limit, tools: declared },
      contents: [
        { role: 'user', parts: [{ text: 'Rome?' }] },
        { role: 'model', parts: [functionCall('c1', 'Rome')] },
        { role: 'user', parts: [functionResponse('c1', { error: 'no such city' })] },
      ],
    },
  },
  { name: 'structured', call: { schema: person }, sdk: { config: { ...limit, responseMimeType: 'application/json', responseJsonSchema: person } } },
  {
    name: 'a schema with fractions',
    call: { schema: JSON.stringify(share) },
    sdk: { config: { ...limit, responseMimeType: 'application/json', responseJsonSchema: share } },
  },
  {
    name: 'image',
    call: { messages: [user(text('What is this?'), { kind: 'image', media: 'image/png', data: png })] },
    sdk: { contents: contents({ text: 'What is this?' }, { inlineData: { data: png, mimeType: 'image/png' } }) },
  },
  {
    name: 'thoughts and signatures replayed',
    call: {
      tools,
      messages: [
        user(text('Rome?')),
        assistant(
          { kind: 'thinking', text: 'Hm.', replay: '{"thoughtSignature":"dGhv"}' },
          call('c1', 'Rome', '{"functionCall":{"args":{"city":"Rome","degrees":20.50},"name":"weather"},"thoughtSignature":"c2ln"}'),
        ),
        user(result('c1', 'sunny')),
      ],
    },
    sdk: {
      config: { ...limit, tools: declared },
      contents: [
        { role: 'user', parts: [{ text: 'Rome?' }] },
        {
          role: 'model',
          parts: [
            { text: 'Hm.', thought: true, thoughtSignature: 'dGhv' },
            { functionCall: { name: 'weather', args: args('Rome') }, thoughtSignature: 'c2ln' },
          ],
        },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { output: 'sunny' } } }] },
      ],
    },
  },
  {
    name: 'choice required',
    call: { tools, choice: 'required' },
    sdk: { config: { ...limit, tools: declared, toolConfig: { functionCallingConfig: { mode: 'ANY' as never } } } },
  },
  {
    name: 'choice none',
    call: { tools, choice: 'none' },
    sdk: { config: { ...limit, tools: declared, toolConfig: { functionCallingConfig: { mode: 'NONE' as never } } } },
  },
  {
    name: 'reasoning high',
    call: { reasoning: 'high' },
    sdk: { config: { ...limit, thinkingConfig: { includeThoughts: true, thinkingLevel: 'HIGH' as never } } },
  },
  { name: 'reasoning off', call: { reasoning: 'off' }, sdk: { config: { ...limit, thinkingConfig: { thinkingLevel: 'MINIMAL' as never } } } },
  {
    name: 'reasoning by budget',
    call: { reasoning: 'medium', model: 'gemini-2.5-pro' },
    sdk: { model: 'gemini-2.5-pro', config: { ...limit, thinkingConfig: { includeThoughts: true, thinkingBudget: 8192 } } },
  },
  { name: 'temperature', call: { temperature: 0 }, sdk: { config: { ...limit, temperature: 0 } } },
  { name: 'caching is implicit', call: { messages: [{ ...ask, cache: true }] }, sdk: {} },
];
