// The core's MCP client with Node's fetch: mcp-drive says what to send, and is told what came.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const binary = process.env['QUESTLINE_MCP_DRIVE'] ?? join(root, 'build/dev/bin/mcp-drive');

export interface Server {
  readonly name: string;
  readonly url: string;
  readonly secret?: { readonly header: string; readonly prefix: string; readonly slot: string };
}

export interface Result {
  readonly id?: number;
  readonly kind: 'tools' | 'call' | 'pong' | 'changed' | 'failed';
  readonly tools?: { name: string; description: string; schema: object }[];
  readonly parts?: { kind: string; text?: string; data?: string; media?: string }[];
  readonly error?: boolean;
  readonly fault?: { code: string; message: string; status?: number };
}

interface Exchange {
  readonly id: number;
  readonly kind: 'send' | 'drop';
  readonly wait?: number;
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers: { name: string; value: string }[];
    readonly body?: string;
    readonly secret?: { header: string; prefix: string; slot: string };
  };
}

interface Reply {
  readonly exchanges: Exchange[];
  readonly id: number;
  readonly results: Result[];
  readonly status: string;
}

export interface Sent {
  readonly method: string;
  readonly headers: Headers;
  readonly body: string;
  readonly wait: number;
}

export class Client {
  readonly sent: Sent[] = [];
  /** Pieces of answers that were handed on. */
  fed = 0;
  readonly #child: ChildProcess;
  readonly #replies: ((reply: Reply) => void)[] = [];
  readonly #open = new Map<number, AbortController>();
  readonly #results: Result[] = [];
  readonly #waiting: { fits: (result: Result) => boolean; resolve: (result: Result) => void }[] = [];
  readonly #keys: Readonly<Record<string, string>>;
  #chain: Promise<unknown> = Promise.resolve();

  private constructor(keys: Readonly<Record<string, string>>) {
    this.#keys = keys;
    this.#child = spawn(binary, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#replies.shift()?.(JSON.parse(line) as Reply));
  }

  static async start(server: Server, keys: Readonly<Record<string, string>> = {}): Promise<Client> {
    const client = new Client(keys);
    await client.#tell(server);
    return client;
  }

  /** Says what is wanted; the status says whether it may be. */
  async want(command: object): Promise<{ id: number; status: string }> {
    return await this.#tell(command);
  }

  /** What came of it. */
  async ask(command: object): Promise<Result> {
    const { id, status } = await this.want(command);
    if (status !== 'QL_OK') throw new Error(status);
    return await this.result((result) => result.id === id);
  }

  result(fits: (result: Result) => boolean): Promise<Result> {
    const at = this.#results.findIndex(fits);
    if (at >= 0) return Promise.resolve(this.#results.splice(at, 1)[0]!);
    return new Promise((resolve) => void this.#waiting.push({ fits, resolve }));
  }

  /** Breaks all connections, as a network that goes. */
  cut(): void {
    for (const controller of this.#open.values()) controller.abort('cut');
  }

  async stop(): Promise<number> {
    for (const controller of this.#open.values()) controller.abort('stopped');
    await this.#chain;
    this.#child.stdin!.end();
    const [code] = (await once(this.#child, 'close')) as [number];
    return code;
  }

  #tell(line: object): Promise<Reply> {
    const reply = new Promise<Reply>((resolve) => void this.#replies.push(resolve));
    this.#child.stdin!.write(`${JSON.stringify(line)}\n`);
    const handled = reply.then((answer) => {
      for (const result of answer.results) this.#settle(result);
      for (const exchange of answer.exchanges) this.#perform(exchange);
      return answer;
    });
    this.#chain = Promise.all([this.#chain, handled]);
    return handled;
  }

  #settle(result: Result): void {
    const at = this.#waiting.findIndex(({ fits }) => fits(result));
    if (at >= 0) this.#waiting.splice(at, 1)[0]!.resolve(result);
    else this.#results.push(result);
  }

  #perform({ id, kind, request, wait = 0 }: Exchange): void {
    if (kind === 'drop') return void this.#open.get(id)?.abort('dropped');
    const { method, url, headers, body, secret } = request!;
    const all = new Headers(headers.map(({ name, value }): [string, string] => [name, value]));
    if (secret) all.set(secret.header, secret.prefix + (this.#keys[secret.slot] ?? ''));
    this.sent.push({ method, headers: all, body: body ?? '', wait });
    const controller = new AbortController();
    this.#open.set(id, controller);
    void this.#fetch(id, url, { method, headers: all, redirect: 'manual', signal: controller.signal, ...(body !== undefined && { body }) });
  }

  async #fetch(exchange: number, url: string, init: RequestInit): Promise<void> {
    let end = 'complete';
    try {
      const answer = await fetch(url, init);
      const headers = [...answer.headers].map(([name, value]) => ({ name, value }));
      await this.#tell({ do: 'begin', exchange, status: answer.status, headers });
      for await (const bytes of answer.body ?? []) {
        await this.#tell({ do: 'feed', exchange, bytes: Buffer.from(bytes as Uint8Array).toString('base64url') });
        this.fed++;
      }
    } catch {
      end = 'cut';
    }
    this.#open.delete(exchange);
    if (this.#child.stdin!.writable) await this.#tell({ do: 'end', exchange, end });
  }
}
