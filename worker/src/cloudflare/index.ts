/* Questline on Cloudflare: a Durable Object per quest, SQLite rows as log lines. The object's output gate holds every answer and every
   frame until the row is on disk, which is append before broadcast. */
import { DurableObject } from 'cloudflare:workers';
import { type Core, instantiate } from '@questline/core';
import module from '@questline/core/core.wasm';
import { digest } from '../address.ts';
import { begin } from '../founding.ts';
import { createHandler } from '../handler.ts';
import type { Question } from '../ports.ts';
import { type Answer, type Frame, type Grant, type Peer, Room, isObject } from '../room.ts';
import { house, outward, sleep } from './outside.ts';
import { sqlStore } from './store.ts';

const FRAME_MAX = 1024 * 1024 + 64 * 1024; // characters

type Env = { ASSETS: Fetcher; QUESTS: DurableObjectNamespace<QuestRoom>; SECRET?: string; PROXY?: string };

function random(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

export class QuestRoom extends DurableObject<Env> {
  readonly #room: Room;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#room = new Room({
      store: sqlStore(ctx.storage),
      core: () => instantiate(module),
      peers: () => ctx.getWebSockets().map(peer),
      now: () => Date.now(),
      random,
      outside: { ...house(env), fetch: outward, sleep },
    });
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
  }

  found(log: string, grants: Grant[]): Answer {
    return this.#room.found(log, grants);
  }

  ask(question: Question): Answer {
    return this.#room.ask(question);
  }

  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ since: Date.now(), grant: null } satisfies Attached);
    this.#room.met();
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const who = peer(socket);
    if (typeof message !== 'string' || message.length > FRAME_MAX) return who.close(1009, 'Frames are JSON text of at most 1 MiB.');
    const frame = parse(message);
    if (who.grant !== null) return this.#room.hear(who, frame);
    const { token, after } = (isObject(frame) ? frame : {}) as { token?: unknown; after?: unknown };
    // Frames that follow at once must find the capability in place.
    const key = await this.ctx.blockConcurrencyWhile(() => digest(token));
    this.#room.enter(who, key, after);
  }

  /** Time passed: it survives eviction and restarts, and is tried again when it fails. */
  override alarm(): void {
    this.#room.ring();
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    socket.close(code === 1005 || code === 1006 ? 1000 : code);
    this.#room.presence();
  }

  override webSocketError(): void {
    this.#room.presence();
  }
}

/** What a socket carries through hibernation. */
type Attached = { since: number; grant: Grant | null };

/** A socket as the room sees it; one that is closing has nothing to say any more. */
function peer(socket: WebSocket): Peer {
  const attached = socket.deserializeAttachment() as Attached;
  return {
    since: attached.since,
    get grant(): Grant | null {
      return socket.readyState === WebSocket.OPEN ? attached.grant : null;
    },
    set grant(grant: Grant | null) {
      attached.grant = grant;
      socket.serializeAttachment(attached);
    },
    send(frame: Frame): void {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close(code: number, reason: string): void {
      if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

declare const __VERSION__: string; // package.json's, put in by build.ts

/* The isolate's instance for calls without state. A broken one is replaced. */
let stateless: Core | undefined;

function core(): Core {
  if (stateless === undefined || stateless.broken) stateless = instantiate(module);
  return stateless;
}

export default {
  fetch(request, env) {
    const handle = createHandler({
      room(address) {
        const stub = env.QUESTS.getByName(address);
        return {
          found: (log, grants) => stub.found(log, grants),
          ask: (question) => stub.ask(question),
          live: (upgrade) => stub.fetch(upgrade),
        };
      },
      asset: (file) => env.ASSETS.fetch(file),
      begin: async (body) => begin(core(), body, Date.now(), random(32)),
      random,
      ...(env.PROXY === 'on' ? { carrier: { providers: () => core().llmProviders(), fetch: outward } } : {}),
      secret: env.SECRET,
      version: __VERSION__,
    });
    return handle(request);
  },
} satisfies ExportedHandler<Env>;
