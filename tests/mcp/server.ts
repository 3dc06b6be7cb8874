// MCP servers of the official SDK over Streamable HTTP, in the ways such servers differ.

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport, type EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, type CallToolResult, CreateMessageResultSchema, EmptyResultSchema, type JSONRPCMessage, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';

export interface Kind {
  readonly stateful: boolean;
  readonly json: boolean;
  /** Streams may be taken up again. */
  readonly resumable?: boolean;
  readonly key?: string;
  /** Pages of all sites are let in. */
  readonly pages?: boolean;
}

const LET_IN = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type, last-event-id, mcp-protocol-version, mcp-session-id',
  'access-control-expose-headers': 'mcp-session-id',
};

class Events implements EventStore {
  readonly #events: { id: string; stream: string; message: JSONRPCMessage }[] = [];

  storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    const id = `${this.#events.length + 1}`;
    this.#events.push({ id, stream, message });
    return Promise.resolve(id);
  }

  async replayEventsAfter(last: string, { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> }): Promise<string> {
    const stream = this.#events.find(({ id }) => id === last)?.stream ?? '';
    const later = this.#events.filter((event) => event.stream === stream && Number(event.id) > Number(last));
    for (const { id, message } of later) if (Object.keys(message).length > 0) await send(id, message);
    return stream;
  }
}

const schema = { type: 'object' as const, properties: { words: { type: 'string' } } };
const names = ['echo', 'picture', 'table', 'fail', 'throw', 'asks', 'grow', 'waits', 'files.read'];
const tools = names.map((name) => ({ name, description: `The tool ${name}.`, inputSchema: schema }));

export class Servers {
  /** Called when a call of `waits` is there; it answers when the promise it gets is kept. */
  waiting: () => Promise<void> = () => Promise.resolve();
  readonly heard: { method: string; headers: IncomingMessage['headers'] }[] = [];
  readonly problems: string[] = [];
  /** The tools that were called. */
  readonly called: string[] = [];
  readonly #kind: Kind;
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #http = createServer((request, response) => void this.#serve(request, response));

  private constructor(kind: Kind) {
    this.#kind = kind;
  }

  static async start(kind: Kind): Promise<Servers> {
    const servers = new Servers(kind);
    await new Promise<void>((resolve) => servers.#http.listen(0, '127.0.0.1', resolve));
    return servers;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/mcp`;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  /** As a server that was started anew. */
  forget(): void {
    this.#sessions.clear();
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#http.close(() => resolve());
      this.#http.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.heard.push({ method: request.method ?? '', headers: request.headers });
    if (this.#kind.pages === true) for (const [name, value] of Object.entries(LET_IN)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (this.#kind.key !== undefined && request.headers.authorization !== `Bearer ${this.#kind.key}`) return void response.writeHead(401).end();
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    if (id !== undefined && !known) return void response.writeHead(404).end();
    if (!this.#kind.stateful && request.method !== 'POST') return void response.writeHead(405).end();
    const transport = known ?? (await this.#connect());
    await transport.handleRequest(request, response);
  }

  async #connect(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: this.#kind.stateful ? randomUUID : undefined,
      enableJsonResponse: this.#kind.json,
      ...(this.#kind.resumable && { eventStore: new Events(), retryInterval: 1 }),
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    } as ConstructorParameters<typeof StreamableHTTPServerTransport>[0]);
    const server = new Server({ name: 'harbour', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } });
    this.#offer(server);
    await server.connect(transport as Parameters<Server['connect']>[0]);
    return transport;
  }

  #offer(server: Server): void {
    const page = 4;
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
      const from = Number(params?.cursor ?? 0);
      const more = from + page < tools.length ? { nextCursor: String(from + page) } : {};
      return { tools: tools.slice(from, from + page), ...more };
    });
    server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification, signal, requestId }): Promise<CallToolResult> => {
      const text = (words: string): CallToolResult => ({ content: [{ type: 'text', text: words }] });
      this.called.push(params.name);
      switch (params.name) {
        case 'echo':
          return text(String(params.arguments?.['words']));
        case 'files.read':
          return { content: [{ type: 'resource', resource: { uri: 'file:///log', text: 'low water' } }] };
        case 'picture':
          return {
            content: [
              { type: 'image', data: 'aGFyYm91cg==', mimeType: 'image/png' },
              { type: 'audio', data: 'YQ==', mimeType: 'audio/wav' },
            ],
          };
        case 'table':
          return { content: [], structuredContent: { tides: [0.5, 1.25], harbour: 'Łeba' } };
        case 'fail':
          return { ...text('There is no such harbour.'), isError: true };
        case 'throw':
          throw new Error('The gauge is broken.');
        case 'asks': {
          const asked = server.request({ method: 'ping' }, EmptyResultSchema, { relatedRequestId: requestId });
          const pong = await asked.then(() => 'pong');
          const sampling = { method: 'sampling/createMessage' as const, params: { messages: [], maxTokens: 10 } };
          const refused = server.request(sampling, CreateMessageResultSchema, { relatedRequestId: requestId });
          return text(`${pong}, ${await refused.then(() => 'answered', (error: Error) => error.message)}`); // prettier-ignore
        }
        case 'grow':
          await sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
          await sendNotification({ method: 'notifications/tools/list_changed' });
          return text('grown');
        case 'waits':
          signal.addEventListener('abort', () => this.problems.push('cancelled'));
          await this.waiting();
          return text('waited');
      }
      return text('?');
    });
  }
}
