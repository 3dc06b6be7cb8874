/* The worker for tests: a real workerd on a free port, a site of two files, and calls with as little around them as possible. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Settings, serve } from '../../worker/serve.ts';

export type Tokens = { own: string; lead: string; view: string; seats: Record<string, string> };
export type Created = { id: string; head: string; n: number; state_hash: string; tokens: Tokens };
export type Reply = { status: number; body: any; headers: Headers };
export type Frame = { type: string; id?: unknown; lines?: string[]; [field: string]: unknown };

export const LEAD = '@lead';
export const API = '@api';
export const DATABASE = '@database';

export function create(extra: object = {}): object {
  return {
    type: 'create',
    by: '@owner',
    agents: [LEAD, API, DATABASE],
    mission: 'Add a login',
    ...extra,
  };
}

/** A folder that is gone after the test. */
export async function scratch(test: { after(work: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'questline-worker-'));
  test.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The processes that this one started and that still run. Only where there is /proc. */
async function children(): Promise<number[]> {
  const ids = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(() => '');
  return ids.split(' ').filter((id) => id !== '').map(Number);
}

async function site(folder: string): Promise<string> {
  const root = join(folder, 'site');
  await mkdir(join(root, 'app', 'assets'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Home</title>');
  await writeFile(join(root, '404.html'), '<!doctype html><title>Not found</title>');
  await writeFile(join(root, 'app', 'index.html'), '<!doctype html><title>App</title>');
  await writeFile(join(root, 'app', 'assets', 'index-a1B2c3D4.js'), 'export {};');
  return root;
}

/** One running worker. */
export class Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
  readonly #processes: readonly number[];

  constructor(url: string, stop: () => Promise<void>, processes: readonly number[]) {
    this.url = url;
    this.stop = stop;
    this.#processes = processes;
  }

  static async start(folder: string, settings: Settings = {}): Promise<Server> {
    const before = new Set(await children());
    const { url, stop } = await serve({ port: 0, persist: join(folder, 'state'), site: await site(folder), settings });
    return new Server(url, stop, (await children()).filter((id) => !before.has(id)));
  }

  /** Ends the runtime as a power cut would, in the middle of whatever it does. */
  async kill(): Promise<void> {
    for (const id of this.#processes) process.kill(id, 'SIGKILL');
    await this.stop();
  }

  async call(
    method: string,
    path: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const { token, body } = options;
    const headers = { ...options.headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(this.url + path, { method, headers, redirect: 'manual', ...(text === undefined ? {} : { body: text }) });
    const answer = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, body: json ? JSON.parse(answer) : answer, headers: response.headers };
  }

  async quest(body: object = { command: create() }): Promise<Created> {
    const reply = await this.call('POST', '/api/quests', { body });
    if (reply.status !== 201) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body as Created;
  }

  command(quest: Created, token: string, command: object): Promise<Reply> {
    return this.call('POST', `/api/quests/${quest.id}/commands`, { token, body: command });
  }

  look(quest: Created, token = quest.tokens.view): Promise<Reply> {
    return this.call('GET', `/api/quests/${quest.id}`, { token });
  }

  async lines(quest: Created, after = -1): Promise<string[]> {
    const { body } = await this.call('GET', `/api/quests/${quest.id}/events?after=${after}`, { token: quest.tokens.view });
    return body.lines as string[];
  }

  live(quest: Created): Live {
    return new Live(`${this.url.replace('http', 'ws')}/api/quests/${quest.id}/live`);
  }
}

/** A WebSocket whose frames can be awaited in the order they came. */
export class Live {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame) => void)[] = [];
  readonly open: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.open = new Promise((done, fail) => {
      this.#socket.addEventListener('open', () => done());
      this.#socket.addEventListener('error', () => fail(new Error('the socket did not open')));
    });
    this.open.catch(() => undefined);
    this.closed = new Promise((done) => {
      this.#socket.addEventListener('close', ({ code, reason }) => done({ code, reason }));
    });
    this.#socket.addEventListener('message', ({ data }) => {
      const frame: Frame = data === 'pong' ? { type: 'pong' } : (JSON.parse(data as string) as Frame);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#frames.push(frame);
      else waiting(frame);
    });
  }

  async enter(token: string, after = -1): Promise<void> {
    await this.open;
    this.send({ token, after });
  }

  send(frame: unknown): void {
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  next(): Promise<Frame> {
    const frame = this.#frames.shift();
    return frame === undefined ? new Promise((done) => this.#waiting.push(done)) : Promise.resolve(frame);
  }

  /** The next frame of a type; what else comes before it is dropped. */
  async of(type: string): Promise<Frame> {
    for (;;) {
      const frame = await this.next();
      if (frame.type === type) return frame;
    }
  }

  /** Resolves when the worker said goodbye; workerd may keep the connection itself for a while. */
  async dismissed(): Promise<void> {
    while (this.#socket.readyState < WebSocket.CLOSING) await new Promise((done) => setTimeout(done, 5));
  }

  close(): void {
    this.#socket.close();
  }
}
