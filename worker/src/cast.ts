/* Who plays a room's seats: what the owner may hand in, and what speaks against it. What a player, a file or an address is, the core says. */
import type { AskFirst, Core, McpServer, PackSource, Player, Quest } from '@questline/core';
import { isObject } from './room.ts';

export type AgentFile = { name: string; text: string };

export type Cast = { players: Player[]; files: AgentFile[]; documents: PackSource[]; servers: McpServer[]; ask?: AskFirst };

/** What this deployment lets rooms do. */
export type House = {
  /** The key of a slot, where it is set as a secret. */
  key(slot: string): string | undefined;
  /** Hosts beside those of the providers, with their ports. */
  hosts: readonly string[];
};

/** What a slot's key is called among the secrets of a deployment. */
export const secretOf = (slot: string): string => `KEY_${slot.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** What anybody with a capability may know of a cast. */
export type CastView = { players: Player[]; files: { name: string; sha256: string }[]; documents: string[]; servers: string[] };

const FORM = 'The body is {"players": [{"agent", "provider", "model", …}], "files": [{"name", "text"}]}, with "documents" and "servers" where there are any, and "ask" ("change" or "all") where the owner is to be asked before tools are used.';
const TEXTS = ['agent', 'provider', 'model', 'base_url', 'fallback', 'reasoning'];
const NUMBERS = ['max_tokens', 'temperature'];

const isText = (value: unknown): value is string => typeof value === 'string';
const isPlayer = (value: unknown): boolean =>
  isObject(value) && isText(value['agent']) && isText(value['provider']) && isText(value['model']) &&
  Object.entries(value).every(([field, given]) => (TEXTS.includes(field) ? isText(given) : NUMBERS.includes(field) && Number.isSafeInteger(given)));
const isFile = (value: unknown): boolean => isObject(value) && isText(value['name']) && isText(value['text']);
const isDocument = (value: unknown): boolean => isObject(value) && isText(value['path']) && (value['text'] === undefined || isText(value['text']));
const isServer = (value: unknown): boolean => isObject(value) && isText(value['name']) && isText(value['url']);

/** The cast that a body is, or the sentence that says what it should be. */
export function readCast(body: unknown): Cast | string {
  if (!isObject(body)) return FORM;
  const { players, files, documents = [], servers = [], ask, ...rest } = body;
  const lists: [unknown, (value: unknown) => boolean][] = [[players, isPlayer], [files, isFile], [documents, isDocument], [servers, isServer]];
  if (ask !== undefined && ask !== 'change' && ask !== 'all') return FORM;
  if (Object.keys(rest).length > 0 || !lists.every(([list, fits]) => Array.isArray(list) && list.every(fits))) return FORM;
  return { players, files, documents, servers, ...(ask === undefined ? {} : { ask }) } as Cast;
}

/** The host of an address; '' for what is none. */
function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return '';
  }
}

/** Whether this deployment sends anything there for a provider of that name; '' is a server of tools. */
export function mayAsk(core: Core, house: House, url: string, provider: string): boolean {
  const host = hostOf(url);
  if (host !== '' && house.hosts.includes(host)) return true;
  const known = core.llmProviders().find(({ id }) => id === provider);
  return known !== undefined && !known.local && url.startsWith('https:') && known.base_url !== '' && hostOf(known.base_url) === host;
}

const notHere = (host: string): string => `This deployment does not ask ${host}: add it to ALLOWED_HOSTS, or choose another provider.`;

function aboutPlayer(core: Core, house: House, player: Player): string | undefined {
  const { url, secret } = core.llmModelsRequest(player.provider, player.base_url);
  const own = player.base_url === undefined;
  if (!own && !house.hosts.includes(hostOf(url))) return notHere(hostOf(url) || url);
  if (!mayAsk(core, house, url, player.provider)) return notHere(hostOf(url) || url);
  if (secret !== undefined && house.key(secret.slot) === undefined) {
    return `This deployment has no key for ${player.provider}: set the secret ${secretOf(secret.slot)}.`;
  }
  return undefined;
}

/** Why this cast cannot play this quest; undefined when it can. Addresses and players that the core does not know are a CoreError. */
export function objection(core: Core, quest: Quest, cast: Cast, house: House): string | undefined {
  const { status, agents } = quest.view();
  const data = quest.event(0).data as { budget?: { tokens?: number }; specs?: [string, string][] };
  if (!['proposed', 'running', 'paused'].includes(status)) return 'The quest is over: nobody plays in it any more.';
  if (cast.players.length === 0) return 'Name a player at least: {"agent": "*", "provider": "…", "model": "…"} plays every seat of a model.';
  if (data.budget?.tokens === undefined) {
    return 'The quest has no limit of tokens, and a link must not spend without one: create it with a budget, {"tokens": 200000} for example.';
  }
  for (const player of cast.players) {
    if (player.agent !== '*' && !agents.some(({ id }) => id === player.agent && id !== '@owner')) return `The quest has no agent ${player.agent}.`;
    const problem = aboutPlayer(core, house, player);
    if (problem !== undefined) return problem;
  }
  for (const { name, url, secret } of cast.servers) {
    if (!house.hosts.includes(hostOf(url))) return `This deployment does not ask ${hostOf(url) || url}, where the MCP server ${name} is: add it to ALLOWED_HOSTS, or leave the server out.`;
    if (secret !== undefined && house.key(secret.slot) === undefined) return `This deployment has no key for ${name}: set the secret ${secretOf(secret.slot)}.`;
  }
  return aboutFiles(core, cast, data.specs ?? []);
}

/** Who reads the log knows which files were played by; so nobody plays by others. */
function aboutFiles(core: Core, { players, files }: Cast, specs: readonly [string, string][]): string | undefined {
  const given = new Map(files.map(({ name, text }) => [core.sha256(text), name]));
  const named = new Set(specs.map(([, sha256]) => sha256));
  for (const [sha256, name] of given) if (!named.has(sha256)) return `${name} is not one of the files that the first event names: its SHA-256 is ${sha256}.`;
  const missing = specs.find(([agent, sha256]) => players.some((player) => player.agent === agent || player.agent === '*') && !given.has(sha256));
  return missing === undefined ? undefined : `The file of ${missing[0]} is missing: the first event names the SHA-256 ${missing[1]}.`;
}

export function viewOf(core: Core, { players, files, documents, servers }: Cast): CastView {
  return {
    players,
    files: files.map(({ name, text }) => ({ name, sha256: core.sha256(text) })),
    documents: documents.map(({ path }) => path),
    servers: servers.map(({ name }) => name),
  };
}
