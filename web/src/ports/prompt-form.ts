/** A request of Chat Completions, as far as the core writes one. */
interface Chat {
  messages: readonly Message[];
  tools?: readonly { function: { name: string; description?: string; parameters: object } }[];
  tool_choice?: 'none' | 'required';
  response_format?: { json_schema: { schema: object } };
  temperature?: number;
  max_tokens: number;
}

type Piece = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } };

interface Message {
  role: 'system' | 'user' | 'assistant' | 'tool';
  content: string | readonly Piece[] | null;
  tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
  tool_call_id?: string;
}

/** A message as the Prompt API takes it. */
export interface PromptMessage {
  role: 'system' | 'user' | 'assistant';
  content: string | { type: 'text' | 'image'; value: string | Blob }[];
}

/** A request in the terms of the Prompt API. */
export interface Asked {
  /** What was said before. */
  initialPrompts: PromptMessage[];
  prompt: PromptMessage[];
  /** JSON Schema that the answer fits; absent: it is words. */
  constraint?: object;
  /** Whether the answer chooses between words and calls of tools. */
  chooses: boolean;
  images: boolean;
  temperature?: number;
  /** Tokens of the answer. */
  longest: number;
}

const CALLS_MAX = 8;

const one = (properties: Record<string, object>, more: object = {}): object => ({ type: 'object', ...more, properties, required: Object.keys(properties), additionalProperties: false });

/** A model without tools of its own calls them by the form of its answer: words, or a list of calls with arguments by their schemas. */
function choiceOf({ tools = [], tool_choice }: Chat): object | undefined {
  if (tools.length === 0 || tool_choice === 'none') return undefined;
  const calls = tools.map(({ function: { name, description, parameters } }) => one({ tool: { type: 'string', enum: [name] }, arguments: parameters }, description === undefined ? {} : { description }));
  const calling = one({ calls: { type: 'array', minItems: 1, maxItems: CALLS_MAX, items: { anyOf: calls } } });
  return tool_choice === 'required' ? calling : { anyOf: [calling, one({ answer: { type: 'string' } })] };
}

function imageOf(url: string): Blob {
  const [, media = '', data = ''] = /^data:([^;]*);base64,(.*)$/.exec(url) ?? [];
  return new Blob([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], { type: media });
}

const contentOf = (content: Message['content']): PromptMessage['content'] =>
  typeof content === 'string' ? content : (content ?? []).map((piece) => (piece.type === 'text' ? { type: 'text', value: piece.text } : { type: 'image', value: imageOf(piece.image_url.url) }));

/** Messages of one that knows no tools: calls as they are answered here, results as words of the other side. */
function messageOf({ role, content, tool_calls: calls, tool_call_id: id }: Message, names: ReadonlyMap<string, string>): PromptMessage {
  if (role === 'tool') return { role: 'user', content: `Result of ${names.get(id ?? '') ?? 'the tool'}:\n${typeof content === 'string' ? content : ''}` };
  if (calls === undefined) return { role, content: contentOf(content) };
  return { role, content: JSON.stringify({ calls: calls.map(({ function: { name, arguments: given } }) => ({ tool: name, arguments: JSON.parse(given) as object })) }) };
}

/** @param body  of the core's request */
export function askedOf(body: string): Asked {
  const chat = JSON.parse(body) as Chat;
  const names = new Map(chat.messages.flatMap(({ tool_calls: calls = [] }) => calls.map(({ id, function: { name } }): [string, string] => [id, name])));
  const messages = chat.messages.map((message) => messageOf(message, names));
  const last = messages.findLastIndex(({ role }) => role !== 'user');
  const choice = choiceOf(chat);
  const constraint = choice ?? chat.response_format?.json_schema.schema;
  return {
    initialPrompts: messages.slice(0, last + 1),
    prompt: messages.slice(last + 1),
    ...(constraint === undefined ? {} : { constraint }),
    chooses: choice !== undefined,
    images: messages.some(({ content }) => typeof content !== 'string' && content.some(({ type }) => type === 'image')),
    ...(chat.temperature === undefined ? {} : { temperature: chat.temperature }),
    longest: chat.max_tokens,
  };
}

/** What a choice between words and calls came to, as the delta of a message; what is neither, is words. */
export function chosen(text: string): { content: string } | { tool_calls: object[] } {
  try {
    const { answer, calls } = JSON.parse(text) as { answer?: string; calls?: readonly { tool: string; arguments: object }[] };
    if (calls !== undefined) return { tool_calls: calls.map(({ tool, arguments: given }, index) => ({ index, id: `call_${index}`, type: 'function', function: { name: tool, arguments: JSON.stringify(given) } })) };
    if (answer !== undefined) return { content: answer };
  } catch {
    // cut, or no JSON
  }
  return { content: text };
}
