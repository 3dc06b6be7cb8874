import '../styles/cast.css';
import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import { type Who, inName, whoPlays } from '../app/cast.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { PickField } from '../parts/fields.tsx';
import { Seat } from '../parts/parts.tsx';

const SAME = 'same'; // as all others

/** Who plays: one choice for all, and another for an agent. */
export function WhoPlays({ state, app, agents, settings = false }: { state: AppState; app: App; agents: readonly string[]; settings?: boolean }): JSX.Element {
  const { cast, providers } = state;
  const models = cast.models.filter(({ model }) => model !== '');
  const choices = [
    { value: 'rehearsal', word: 'the rehearsal' },
    ...models.map((model) => ({ value: model.id, word: inName(model, providers) })),
    { value: 'human', word: 'a person' },
  ];
  const word = (who: Who): string => choices.find(({ value }) => value === who)?.word ?? 'the rehearsal';
  const all = choices.some(({ value }) => value === cast.all) ? cast.all : 'rehearsal';
  return (
    <section class="panel cast" aria-label="Who plays">
      <div class="panel-h">
        <h2>Who plays</h2>
        {!settings && (
          <a class="end" href={href({ screen: 'models' })}>
            {models.length === 0 ? 'Set up a model' : 'Models and keys'}
          </a>
        )}
      </div>
      <div class="all">
        <PickField label="Everybody" value={all} choices={choices} commit={(who) => (app.cast.all(who), true)} />
        {models.length === 0 && <p class="muted">{settings ? 'Models that are set up above can be chosen here.' : 'No model is set up in this browser: the rehearsal answers from a script, without cost.'}</p>}
      </div>
      <ul>
        {agents.map((agent) => (
          <li key={agent} data-agent={agent} data-plays={whoPlays(cast, agent)}>
            <Seat id={agent} person={whoPlays(cast, agent) === 'human'} small />
            <PickField
              label={agent}
              value={cast.agents[agent] ?? SAME}
              choices={[{ value: SAME, word: `as everybody: ${word(all)}` }, ...choices]}
              commit={(who) => (app.cast.agent(agent, who === SAME ? null : who), true)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}
