import type { AskFirst, Command, McpServer, PackSource, Player, Refusal, SeatDelta, ToolCall } from '@questline/core';
import type { Handed, LiveLink } from '../app/model.ts';

export interface Socket {
  close(): void;
}

export type Posted = { n: number; line: string } | { refusal: Refusal };

export interface Hearing {
  /** In order. */
  lines(lines: string[]): void;
  /** All there are, in any order. */
  notes(lines: string[]): void;
  /** A line that came before has a signature now. */
  signed(n: number, signature: string): void;
  /** Whether the server plays the seats; said when that changes, and after the first lines where it does. */
  cast(plays: boolean): void;
  /** What models at the server write. */
  deltas(deltas: readonly SeatDelta[]): void;
  /** What had come of answers that are not whole; said before what they add. */
  partials(partials: readonly Told[]): void;
  /** All calls of tools at the server that the owner has to allow now. */
  asks(asks: readonly Waiting[]): void;
  closed(known: boolean): void;
}

export interface Told {
  start: number;
  agent: string;
  text: string;
}

export interface Waiting {
  ask: string;
  agent: string;
  question: string;
  tool?: ToolCall;
}

/** Who plays at the server, and by which files. */
export interface Cast {
  players: readonly Player[];
  files: readonly { name: string; text: string }[];
  documents: readonly PackSource[];
  servers: readonly McpServer[];
  ask?: AskFirst;
}

/** The server this page came from, if it keeps live quests. Nothing else is ever asked. */
export interface Net {
  /** Null: there is none. Proxy: it carries requests to providers. */
  server(): Promise<{ proxy: boolean } | null>;
  createQuest(log: string): Promise<LiveLink>;
  log(link: LiveLink): Promise<string>;
  /** The link with what it is for. */
  ask(link: LiveLink): Promise<LiveLink>;
  /** The server decides; a command without a head is never in conflict with who was faster. */
  post(link: LiveLink, command: Command): Promise<Posted>;
  /** Sends notes, as text of lines; the server merges them with those it has. */
  postNotes(link: LiveLink, notes: string): Promise<void>;
  /** Who plays at the server; null: nobody does. */
  cast(link: LiveLink): Promise<Handed | null>;
  /** Lets these play there from now on; null: nobody. What the server has against it is the error. */
  putCast(link: LiveLink, cast: Cast | null): Promise<Handed | null>;
  /** Whether a model may use the tool it asked for. */
  allow(link: LiveLink, ask: string, allowed: boolean): Promise<void>;
  /** Bytes that models and tools made; undefined: the server has none of that hash. */
  blob(link: LiveLink, hash: string): Promise<Uint8Array | undefined>;
  /** What happens after event `after`, until the socket closes. */
  follow(link: LiveLink, after: number, hear: Hearing): Socket;
}

interface Created {
  id: string;
  tokens: { own: string; lead: string; view: string; seats: Record<string, string> };
}

/** More than the server takes. */
export class TooLarge extends Error {}

const AWAY = 'The server is out of reach.';

const UNKNOWN = 4404; // no such quest, or a wrong capability

async function failed(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as { error?: { message?: string }; refusal?: { message?: string } } | null;
  if (response.status === 404) return new Error('There is no such live quest, or this link does not open it. Ask for a new link.');
  return new (response.status === 413 ? TooLarge : Error)(body?.error?.message ?? body?.refusal?.message ?? `The server answered ${response.status}. Try again later.`);
}

export function serverNet(): Net {
  const base = new URL('/api/', location.origin);
  const quest = (link: LiveLink, rest: string): URL => new URL(`quests/${encodeURIComponent(link.id)}${rest}`, base);
  const bearer = (token: string): HeadersInit => ({ authorization: `Bearer ${token}` });
  const asked = (url: URL, request: RequestInit): Promise<Response> =>
    fetch(url, request).catch(() => {
      throw new Error(AWAY);
    });
  const casting = async (link: LiveLink, request: RequestInit): Promise<Handed | null> => {
    const response = await asked(quest(link, '/cast'), request);
    if (!response.ok) throw await failed(response);
    return ((await response.json()) as { cast: Handed | null }).cast;
  };

  return {
    server: async () => {
      try {
        const response = await fetch(new URL('health', base));
        const body = (await response.json()) as { ok?: boolean; proxy?: boolean };
        return response.ok && body.ok === true ? { proxy: body.proxy === true } : null;
      } catch {
        return null; // a static host, or no network
      }
    },
    createQuest: async (log) => {
      const response = await fetch(new URL('quests', base), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ log }) });
      if (!response.ok) throw await failed(response);
      const { id, tokens } = (await response.json()) as Created;
      return { id, token: tokens.view, own: tokens.own, lead: tokens.lead, seats: tokens.seats };
    },
    log: async (link) => {
      let log = '';
      let after = -1;
      for (;;) {
        const response = await fetch(quest(link, `/events?after=${after}`), { headers: bearer(link.token) });
        if (!response.ok) throw await failed(response);
        const { lines } = (await response.json()) as { lines: string[] };
        if (lines.length === 0) return log;
        log += lines.map((line) => `${line}\n`).join('');
        after += lines.length;
      }
    },
    ask: async (link) => {
      const response = await fetch(quest(link, ''), { headers: bearer(link.token) });
      if (!response.ok) throw await failed(response);
      const { role, agent } = (await response.json()) as { role: string; agent: string | null };
      return { ...link, ...(role === 'own' ? { own: link.token } : agent === null ? {} : { as: agent }) };
    },
    post: async (link, command) => {
      const request = { method: 'POST', headers: { ...bearer(link.own ?? link.token), 'content-type': 'application/json' }, body: JSON.stringify(command) };
      const response = await asked(quest(link, '/commands'), request);
      if (response.status === 422) return (await response.json()) as { refusal: Refusal };
      if (!response.ok) throw await failed(response);
      return (await response.json()) as { n: number; line: string };
    },
    postNotes: async (link, notes) => {
      const response = await fetch(quest(link, '/notes'), {
        method: 'POST',
        headers: { ...bearer(link.own ?? link.token), 'content-type': 'application/json' },
        body: JSON.stringify({ notes }),
      });
      if (!response.ok) throw await failed(response);
    },
    cast: (link) => casting(link, { headers: bearer(link.token) }),
    putCast: (link, cast) =>
      casting(link, {
        method: cast === null ? 'DELETE' : 'PUT',
        headers: { ...bearer(link.own ?? link.token), 'content-type': 'application/json' },
        ...(cast === null ? {} : { body: JSON.stringify(cast) }),
      }),
    allow: async (link, ask, allowed) => {
      const response = await asked(quest(link, `/asks/${ask}`), { method: 'POST', headers: { ...bearer(link.own ?? link.token), 'content-type': 'application/json' }, body: JSON.stringify({ allowed }) });
      if (!response.ok && response.status !== 404) throw await failed(response); // 404: nobody asks that any more
    },
    blob: async (link, hash) => {
      const response = await asked(quest(link, `/blobs/${hash}`), { headers: bearer(link.token) });
      if (response.status === 404) return undefined;
      if (!response.ok) throw await failed(response);
      return new Uint8Array(await response.arrayBuffer());
    },
    follow: (link, after, hear) => {
      const url = quest(link, '/live');
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => socket.send(JSON.stringify({ token: link.own ?? link.token, after })));
      socket.addEventListener('message', (event: MessageEvent<string>) => {
        const { type, lines, n, signature, plays, deltas, partials, asks } = JSON.parse(event.data) as {
          type?: string;
          lines?: string[];
          n?: number;
          signature?: string;
          plays?: boolean;
          deltas?: SeatDelta[];
          partials?: Told[];
          asks?: Waiting[];
        };
        if ((type === 'lines' || type === 'notes') && lines !== undefined) hear[type](lines);
        if (type === 'signed' && n !== undefined && signature !== undefined) hear.signed(n, signature);
        if (type === 'cast' && plays !== undefined) hear.cast(plays);
        if (type === 'deltas' && deltas !== undefined) hear.deltas(deltas);
        if (type === 'partials' && partials !== undefined) hear.partials(partials);
        if (type === 'asks' && asks !== undefined) hear.asks(asks);
      });
      socket.addEventListener('close', (event) => hear.closed(event.code !== UNKNOWN));
      return { close: () => socket.close() };
    },
  };
}
