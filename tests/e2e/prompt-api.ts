// The browser's own model, for pages of a browser that has none: an injected `LanguageModel` with the interface of the specification
// (webmachinelearning.github.io/prompt-api), whose answers this page computes. It is no model: it counts a token for four characters, answers
// by the tools that the constraint offers, and fails as the specification says that one fails.

export interface InjectedOptions {
  readonly availability: 'available' | 'downloadable' | 'downloading' | 'unavailable';
  /** Tokens it reads at most. */
  readonly window: number;
  /** Answers never end by themselves. */
  readonly endless?: boolean;
}

/** Runs in the page, before the app. What was asked stands in `globalThis.asked`. */
export function inject(options: InjectedOptions): void {
  type Content = string | { type: string; value: string }[];
  interface Message {
    role: 'system' | 'user' | 'assistant';
    content: Content;
  }
  interface Schema {
    anyOf?: Schema[];
    enum?: string[];
    type?: string;
    items?: Schema;
    minItems?: number;
    required?: string[];
    properties?: Record<string, Schema>;
  }
  const words = ({ content }: Message): string => (typeof content === 'string' ? content : content.map(({ value }) => value).join(''));
  const size = (messages: readonly Message[]): number => messages.reduce((sum, message) => sum + Math.ceil(words(message).length / 4), 0);
  const tooLong = (requested: number, quota: number): DOMException => Object.assign(new DOMException('The input is too large.', 'QuotaExceededError'), { requested, quota });
  const page = globalThis as unknown as { LanguageModel: unknown; asked: { messages: Message[]; constraint?: Schema; options: object; ended?: string }[]; left: { availability: string } };
  page.asked = [];
  page.left = { availability: options.availability };

  const fill = (schema: Schema): unknown => {
    if (schema.enum !== undefined) return schema.enum[0];
    if (schema.anyOf?.[0] !== undefined) return fill(schema.anyOf[0]);
    if (schema.type === 'object') return Object.fromEntries((schema.required ?? []).map((name) => [name, fill(schema.properties?.[name] ?? {})]));
    if (schema.type === 'array') return Array.from({ length: schema.minItems ?? 0 }, () => fill(schema.items ?? {}));
    if (schema.type === 'integer' || schema.type === 'number') return 1;
    if (schema.type === 'boolean') return true;
    return 'Done as asked.';
  };
  /** A worker responds; a leader writes to whom the first task that is open, or came back with a question, is for and ends its turn, and completes when none is. */
  const choose = (constraint: Schema, messages: readonly Message[]): unknown => {
    const tools = (constraint.anyOf?.[0] ?? constraint).properties?.['calls']?.items?.anyOf ?? [];
    const call = (name: string, more: object = {}): object => {
      const made = fill(tools.find((tool) => tool.properties?.['tool']?.enum?.[0] === name) ?? {}) as { tool: string; arguments: object };
      return { ...made, arguments: { ...made.arguments, ...more } };
    };
    if (!tools.some((tool) => tool.properties?.['tool']?.enum?.[0] === 'quest_message')) return { calls: [call('quest_respond', { kind: 'completed' })] };
    const [, task, to] = /^- (T\d+) .*; for (@[\w-]+); (?:todo|clarification|blocked)/m.exec(words(messages.at(-1) as Message)) ?? [];
    return { calls: task === undefined ? [call('quest_complete')] : [call('quest_message', { to: [to], task }), call('quest_report')] };
  };

  class LanguageModel extends EventTarget {
    #before: Message[];
    #options: object;
    #used: number;
    #over = new AbortController();
    readonly contextWindow = options.window;
    oncontextoverflow: unknown = null;
    constructor(before: Message[], made: object) {
      super();
      this.#before = before;
      this.#options = made;
      this.#used = size(before);
    }
    static async availability(): Promise<string> {
      return page.left.availability;
    }
    static async create({ initialPrompts = [], signal, monitor, ...made }: { initialPrompts?: Message[]; signal?: AbortSignal; monitor?: (target: EventTarget) => void } = {}): Promise<LanguageModel> {
      signal?.throwIfAborted();
      if (initialPrompts.findLastIndex(({ role }) => role === 'system') > 0) throw new TypeError('A system prompt comes first.');
      if (page.left.availability === 'unavailable') throw new DOMException('There is no model.', 'NotSupportedError');
      if (page.left.availability !== 'available') {
        if (!navigator.userActivation.isActive) throw new DOMException('A click is needed.', 'NotAllowedError');
        const target = new EventTarget();
        monitor?.(target);
        for (const loaded of [0, 0.25, 0.5, 1]) {
          target.dispatchEvent(new ProgressEvent('downloadprogress', { loaded, total: 1, lengthComputable: true }));
          await new Promise((resolve) => setTimeout(resolve));
        }
        page.left.availability = 'available';
      }
      if (size(initialPrompts) > options.window) throw tooLong(size(initialPrompts), options.window);
      return new LanguageModel(initialPrompts, made);
    }
    get contextUsage(): number {
      return this.#used;
    }
    async measureContextUsage(input: Message[]): Promise<number> {
      return size(input);
    }
    promptStreaming(input: Message[], { responseConstraint, signal }: { responseConstraint?: Schema; signal?: AbortSignal } = {}): ReadableStream<string> {
      if (input.some(({ role }) => role === 'system')) throw new TypeError('No system prompt here.');
      const asked: (typeof page.asked)[number] = { messages: [...this.#before, ...input], options: this.#options, ...(responseConstraint === undefined ? {} : { constraint: responseConstraint }) };
      page.asked.push(asked);
      const text = responseConstraint === undefined ? `You said: ${words(input.at(-1) as Message)}` : JSON.stringify(choose(responseConstraint, asked.messages));
      const pieces = text.match(/[\s\S]{1,5}/g) ?? [];
      const ending = AbortSignal.any([this.#over.signal, ...(signal === undefined ? [] : [signal])]);
      this.#used += size(input);
      let at = 0;
      return new ReadableStream<string>({
        start: (controller) => {
          ending.addEventListener('abort', () => {
            asked.ended ??= 'aborted';
            controller.error(ending.reason);
          });
        },
        pull: async (controller) => {
          await new Promise((resolve) => setTimeout(resolve));
          if (ending.aborted) return;
          const piece = options.endless === true ? `word${at} ` : pieces[at];
          at += 1;
          if (piece === undefined) {
            asked.ended = 'whole';
            controller.close();
          } else {
            this.#used += 1;
            controller.enqueue(piece);
          }
        },
        cancel: () => {
          asked.ended = 'cancelled';
        },
      });
    }
    destroy(): void {
      this.#over.abort(new DOMException('The session is over.', 'AbortError'));
    }
  }
  page.LanguageModel = LanguageModel;
}
