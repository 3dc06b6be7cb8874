import '../styles/cast.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inName, modelOf, whoPlays } from '../app/cast.ts';
import type { OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { isOver } from '../app/words.ts';
import { PickField } from '../parts/fields.tsx';
import { Seat } from '../parts/parts.tsx';

/** Who sits where, by the log; whoever drives the quest may give a seat to another, also in the middle of a turn. */
export function Seats({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const { cast, providers } = app.state;
  const [busy, setBusy] = useState<string | null>(null);
  const { view } = quest;
  if (quest.mode !== 'drive' || quest.at !== null || isOver(view) || view.status === 'proposed') return null;
  const models = cast.models.filter(({ model }) => model !== '').map((model) => ({ value: model.id, word: inName(model, providers) }));
  const choices = [{ value: 'rehearsal', word: 'the rehearsal' }, ...models, { value: 'human', word: 'a person' }];
  const give = (agent: string, who: string): boolean => {
    setBusy(agent);
    void app.seats.give(agent, who).finally(() => setBusy(null));
    return true;
  };
  return (
    <section class="panel cast seats" aria-label="Who plays">
      <div class="panel-h">
        <h2>Who plays</h2>
        <a class="end" href={href({ screen: 'models' })}>
          {models.length === 0 ? 'Set up a model' : 'Models and keys'}
        </a>
      </div>
      <ul>
        {view.agents
          .filter(({ id }) => id !== '@owner')
          .map(({ id, kind }) => (
            <li key={id} data-agent={id} data-kind={kind} aria-busy={busy === id}>
              <Seat id={id} person={kind === 'human'} holds={view.holders.includes(id)} small />
              <PickField label={id} value={kind === 'model' ? (modelOf(cast, whoPlays(cast, id))?.id ?? '') : kind} choices={choices} commit={(who) => give(id, who)} />
            </li>
          ))}
      </ul>
    </section>
  );
}
