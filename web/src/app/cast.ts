import type { Player, Provider, SeatView } from '@questline/core';

/** A model as this browser knows it. */
export interface Model {
  id: string;
  provider: string;
  model: string; // as the provider knows it; empty: not chosen yet
  base_url?: string; // in place of the provider's own
  fallback?: string; // model of the same provider, asked when this one stays overloaded
  reasoning?: 'off' | 'low' | 'medium' | 'high';
  temperature?: number; // in thousandths
  max_tokens?: number; // of one answer
}

/** Who plays: the rehearsal, a person, or a model by its id. */
export type Who = 'rehearsal' | 'human' | (string & {});

/** Who plays whom, as it was chosen in this browser. */
export interface Cast {
  models: readonly Model[];
  all: Who; // agents that are not named
  agents: Readonly<Record<string, Who>>;
}

export const NOBODY_CHOSEN: Cast = { models: [], all: 'rehearsal', agents: {} };

export const modelOf = ({ models }: Cast, who: Who): Model | undefined => models.find(({ id, model }) => id === who && model !== '');

/** A model that was removed, or has no name yet, plays nobody: the rehearsal does. */
const real = (cast: Cast, who: Who): Who => (who === 'human' || modelOf(cast, who) !== undefined ? who : 'rehearsal');

export const whoPlays = (cast: Cast, agent: string): Who => real(cast, cast.agents[agent] ?? cast.all);

const player = (agent: string, { id: _, ...model }: Model): Player => ({ agent, ...model });

/** Those of these agents that models play. */
export function playersOf(cast: Cast, agents: readonly string[]): Player[] {
  return agents.flatMap((agent) => {
    const model = modelOf(cast, whoPlays(cast, agent));
    return model === undefined ? [] : [player(agent, model)];
  });
}

/** Those of a quest's seats that models play by its log: with the model chosen for the agent, else with that chosen for all. */
export function playersFor(cast: Cast, seats: readonly SeatView[]): Player[] {
  return seats.flatMap(({ id, kind }) => {
    if (kind !== 'model') return [];
    const model = modelOf(cast, whoPlays(cast, id)) ?? modelOf(cast, cast.all);
    return model === undefined ? [] : [player(id, model)];
  });
}

/** Who sits on a seat, in the word of the log. */
export const kindOf = (cast: Cast, agent: string): SeatView['kind'] => {
  const who = whoPlays(cast, agent);
  return who === 'human' ? 'human' : who === 'rehearsal' ? 'rehearsal' : 'model';
};

/** A model in words: "claude-sonnet-5 at Anthropic, high reasoning". */
export function inName({ model, provider, base_url, reasoning, temperature }: Model, providers: readonly Provider[]): string {
  const known = providers.find(({ id }) => id === provider);
  const where = base_url === undefined ? (known?.title ?? provider) : hostOf(base_url);
  const name = known?.built_in === true ? 'the model of this browser' : `${model === '' ? 'a model' : model} at ${where}`;
  const set = [...(reasoning === undefined ? [] : [reasoning === 'off' ? 'no reasoning' : `${reasoning} reasoning`]), ...(temperature === undefined ? [] : [`temperature ${temperature / 1000}`])];
  return [name, ...set].join(', ');
}

export function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}
