/* The one fetch handler: the API under /api/, the static site under everything else. */
import type { Command, NoteDraft, Signature } from '@questline/core';
import { NoEd25519, checkSignature } from '@questline/core/signatures';
import { checkAddress, digest, makeAddress, makeToken } from './address.ts';
import type { FoundingBody, NotesBody, Ports, Question } from './ports.ts';
import { badRequest, failure, file, json, raw, unknownQuest } from './replies.ts';
import type { Blob } from './play.ts';
import { CARRIED, proxy } from './proxy.ts';
import { type Answer, type Grant, isObject } from './room.ts';

const COMMAND_MAX = 1024 * 1024 + 64 * 1024; // an event line, and its envelope
const SIGNATURE_MAX = 1024;
const CAST_MAX = 1_500_000; // a row
const CAST_TOO_LARGE = 'What is handed over is larger than 1.5 MB. Leave documents of the project out, or shorten them.';
const LOG_MAX = 8 * 1024 * 1024;
const DISCARDED_MAX = 1024 * 1024; // bytes of a body that are read only to be able to answer

const ROUTES: ReadonlyArray<{ path: RegExp; method: string; route: Route }> = [
  { path: /^\/api\/health$/, method: 'GET', route: health },
  { path: /^\/api\/quests$/, method: 'POST', route: found },
  { path: /^\/api\/quests\/([^/]+)$/, method: 'GET', route: view },
  { path: /^\/api\/quests\/([^/]+)\/events$/, method: 'GET', route: events },
  { path: /^\/api\/quests\/([^/]+)\/blobs\/[\da-f]{64}$/, method: 'GET', route: blob },
  { path: /^\/api\/quests\/([^/]+)\/commands$/, method: 'POST', route: command },
  { path: /^\/api\/quests\/([^/]+)\/events\/(\d{1,9})\/signature$/, method: 'PUT', route: sign },
  { path: /^\/api\/quests\/([^/]+)\/notes$/, method: 'GET', route: notes },
  { path: /^\/api\/quests\/([^/]+)\/notes$/, method: 'POST', route: addNotes },
  { path: /^\/api\/quests\/([^/]+)\/live$/, method: 'GET', route: live },
  { path: /^\/api\/quests\/([^/]+)\/cast$/, method: 'GET', route: cast },
  { path: /^\/api\/quests\/([^/]+)\/cast$/, method: 'PUT', route: putCast },
  { path: /^\/api\/quests\/([^/]+)\/cast$/, method: 'DELETE', route: dropCast },
  { path: /^\/api\/quests\/([^/]+)\/asks\/([\w-]{16})$/, method: 'POST', route: allow },
];

type Call = { request: Request; url: URL; address: string; ports: Ports; secret: string };
type Route = (call: Call) => Promise<Response>;

/** Everything a deployment answers with, from the ports of its platform. */
export function createHandler(ports: Ports): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    if (url.pathname !== '/api' && !url.pathname.startsWith('/api/')) return site(request, url, ports);
    try {
      const response = await api(request, url, ports);
      await discard(request);
      return response;
    } catch {
      // Neither bodies nor capabilities may reach a log, so the error itself is not printed.
      return json({ status: 500, body: failure('QL_ERR_STATE', 'The worker failed. Nothing was lost; try again.') });
    }
  };
}

async function site(request: Request, url: URL, ports: Ports): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return wrongMethod('GET, HEAD');
  return file(await ports.asset(request), url);
}

async function api(request: Request, url: URL, ports: Ports): Promise<Response> {
  const origin = request.headers.get('origin');
  if (origin !== null && origin !== `http://${url.host}` && origin !== `https://${url.host}`) {
    return json({ status: 403, body: failure('QL_ERR_ARGUMENT', 'Pages of other sites cannot use this API.') });
  }
  if (ports.carrier !== undefined && CARRIED.test(url.pathname)) {
    if (request.method !== 'GET' && request.method !== 'POST') return wrongMethod('GET, POST');
    return proxy(request, url, ports.carrier);
  }
  const here = ROUTES.filter(({ path }) => path.test(url.pathname));
  if (here.length === 0) return json({ status: 404, body: failure('QL_ERR_NOT_FOUND', 'The API has no such address.') });
  const match = here.find(({ method }) => method === request.method);
  if (match === undefined) return wrongMethod(here.map(({ method }) => method).join(', '));
  const { secret } = ports;
  if (secret === undefined || secret.length < 16) {
    return json({ status: 503, body: failure('QL_ERR_STATE', 'This worker has no SECRET yet: set one of at least 16 characters.') });
  }
  const address = match.path.exec(url.pathname)?.[1];
  // An address that was never given out ends here: no object is started for it.
  if (address !== undefined && !(await checkAddress(secret, address))) return json(unknownQuest());
  return match.route({ request, url, address: address ?? '', ports, secret });
}

function wrongMethod(allow: string): Response {
  return json({ status: 405, body: failure('QL_ERR_ARGUMENT', `This address answers to ${allow}.`) }, { allow });
}

async function health({ ports }: Call): Promise<Response> {
  return json({ status: 200, body: { ok: true, proxy: ports.carrier !== undefined, version: ports.version } });
}

async function found({ request, ports, secret }: Call): Promise<Response> {
  const body = await readJson(request, LOG_MAX);
  if ('answer' in body) return json(body.answer);
  const founding = foundingBody(body.value);
  if (founding === undefined)
    return json(badRequest('The body is {"command": {…}} with a create command, or {"log": "…"} with a whole log.'));
  const begun = await ports.begin(founding);
  if ('answer' in begun) return json(begun.answer);
  const address = await makeAddress(secret, begun.id, ports.random);
  const { tokens, grants } = await capabilities(begun.agents, ports.random);
  const answer = await ports.room(address).found(begun.log, grants);
  if (answer.status !== 201) return json(answer);
  return json({ status: 201, body: { id: address, ...answer.body, tokens } }, { location: `/api/quests/${address}` });
}

function foundingBody(value: unknown): FoundingBody | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  const { command: create, log } = value;
  if (typeof log === 'string') return { log };
  return isObject(create) && create['type'] === 'create' ? { command: create as Command } : undefined;
}

/** Independent capabilities: none can be derived from another, and only their digests are kept. */
async function capabilities(agents: string[], random: (count: number) => Uint8Array) {
  const grants: Grant[] = [];
  const grant = async (role: Grant['role'], agent: string | null): Promise<string> => {
    const token = makeToken(random);
    grants.push({ key: (await digest(token)) ?? '', role, agent });
    return token;
  };
  const [leader, ...workers] = agents;
  const own = await grant('own', null);
  const lead = await grant('lead', leader ?? null);
  const view = await grant('view', null);
  const seats: Record<string, string> = {};
  for (const worker of workers) seats[worker] = await grant('seat', worker);
  return { tokens: { own, lead, view, seats }, grants };
}

async function view(call: Call): Promise<Response> {
  return ask(call, (key) => ({ kind: 'view', key }));
}

async function events(call: Call): Promise<Response> {
  const after = call.url.searchParams.get('after') ?? '-1';
  if (!/^(-1|\d{1,9})$/.test(after)) return reply(call, badRequest('after is the number of the last event you have, or -1 for none.'));
  return ask(call, (key) => ({ kind: 'events', key, after: Number(after) }));
}

async function blob(call: Call): Promise<Response> {
  const answer = await put(call, (key) => ({ kind: 'blob', key, hash: call.url.pathname.slice(-64) }));
  return answer.status === 200 ? raw(answer.body as Blob) : json(answer);
}

async function command(call: Call): Promise<Response> {
  const body = await readJson(call.request, COMMAND_MAX);
  if ('answer' in body) return reply(call, body.answer);
  const { value } = body;
  if (!isObject(value)) return reply(call, badRequest('The body is a command: {"type": "message", "by": "@lead", …}.'));
  return ask(call, (key) => ({ kind: 'command', key, command: value as Command }));
}

async function notes(call: Call): Promise<Response> {
  const after = call.url.searchParams.get('after') ?? '';
  if (!/^([A-Za-z0-9_-]{22})?$/.test(after)) return reply(call, badRequest('after is the id of the last note you have.'));
  return ask(call, (key) => ({ kind: 'notes', key, after }));
}

async function addNotes(call: Call): Promise<Response> {
  const read = await readJson(call.request, COMMAND_MAX);
  if ('answer' in read) return reply(call, read.answer);
  const body = notesBody(read.value);
  if (body === undefined) return reply(call, badRequest('The body is {"note": {"text": "…", …}} or {"notes": "…"} with a note a line.'));
  return ask(call, (key) => ({ kind: 'note', key, body }));
}

function notesBody(value: unknown): NotesBody | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  if (typeof value['notes'] === 'string') return { notes: value['notes'] };
  return isObject(value['note']) ? { note: value['note'] as Partial<NoteDraft> } : undefined;
}

/** Takes a signature for an event that is there. The room says what it has to fit; it is checked here, since WebCrypto takes its time. */
async function sign(call: Call): Promise<Response> {
  const n = Number(/\/(\d+)\/signature$/.exec(call.url.pathname)?.[1]);
  const body = await readJson(call.request, SIGNATURE_MAX);
  if ('answer' in body) return reply(call, body.answer);
  const signature = isObject(body.value) ? body.value['signature'] : undefined;
  if (typeof signature !== 'string') return reply(call, badRequest('The body is {"signature": "…"}: 64 bytes in base64url.'));
  const asked = await put(call, (key) => ({ kind: 'signature', key, n }));
  if (asked.status !== 200) return json(asked);
  try {
    if (!(await checkSignature({ ...(asked.body as { asked: Signature }).asked, signature }))) {
      return json({ status: 400, body: failure('QL_ERR_ARGUMENT', 'The signature does not fit the event and the key of its author.') });
    }
  } catch (error) {
    if (!(error instanceof NoEd25519)) throw error;
    return json({ status: 503, body: failure('QL_ERR_STATE', error.message) });
  }
  return json(await put(call, (key) => ({ kind: 'sign', key, n, signature })));
}

/** This answer, for whoever shows a capability. */
async function reply(call: Call, answer: Answer): Promise<Response> {
  return ask(call, (key) => ({ kind: 'answer', key, answer }));
}

/** Asks the room. Without a capability the answer is that of an unknown quest, whatever else is wrong with the request. */
async function ask(call: Call, question: (key: string) => Question): Promise<Response> {
  const { status, body } = await put(call, question);
  return json({ status, body: 'view' in body ? { id: call.address, ...body } : body });
}

async function put({ request, address, ports }: Call, question: (key: string) => Question): Promise<Answer> {
  const key = await digest(/^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]);
  return key === undefined ? unknownQuest() : ports.room(address).ask(question(key));
}

async function cast(call: Call): Promise<Response> {
  return ask(call, (key) => ({ kind: 'cast', key }));
}

async function putCast(call: Call): Promise<Response> {
  const body = await readJson(call.request, CAST_MAX, CAST_TOO_LARGE);
  if ('answer' in body) return reply(call, body.answer);
  return ask(call, (key) => ({ kind: 'put cast', key, cast: body.value ?? {} }));
}

async function dropCast(call: Call): Promise<Response> {
  return ask(call, (key) => ({ kind: 'put cast', key, cast: null }));
}

async function allow(call: Call): Promise<Response> {
  const asked = /\/asks\/([\w-]+)$/.exec(call.url.pathname)?.[1] ?? '';
  const body = await readJson(call.request, SIGNATURE_MAX);
  if ('answer' in body) return reply(call, body.answer);
  const allowed = isObject(body.value) ? body.value['allowed'] : undefined;
  if (typeof allowed !== 'boolean') return reply(call, badRequest('The body is {"allowed": true} or {"allowed": false}.'));
  return ask(call, (key) => ({ kind: 'allow', key, ask: asked, allowed }));
}

async function live({ request, address, ports }: Call): Promise<Response> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    return json({ status: 426, body: failure('QL_ERR_ARGUMENT', 'This address is a WebSocket.') }, { upgrade: 'websocket' });
  }
  return ports.room(address).live(request);
}

type Body = { value: unknown } | { answer: Answer };

/** The body as JSON; never more than `max` bytes of it are kept. */
async function readJson(request: Request, max: number, tooLarge = `The body is larger than ${max} bytes.`): Promise<Body> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let text = '';
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > max + DISCARDED_MAX) break;
      text = size > max ? '' : text + decoder.decode(chunk, { stream: true });
    }
    if (size > max) return { answer: { status: 413, body: failure('QL_ERR_LIMIT', tooLarge) } };
    return { value: JSON.parse(text + decoder.decode()) as unknown };
  } catch {
    return { answer: badRequest('The body is not JSON in UTF-8, or it was cut short.') };
  }
}

/** Reads a body that nobody wanted: a connection that is closed on unread bytes may lose the answer. */
async function discard({ body, bodyUsed }: Request): Promise<void> {
  if (body === null || bodyUsed) return;
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > DISCARDED_MAX) break;
  }
}
