import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { day, list, notBefore, reasonOf } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';

/** Why a quest waits that models play: what a model could not do, in a sentence, or that nobody plays a seat here. */
export function Held({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { view } = quest;
  const reason = reasonOf(view);
  const until = notBefore(view);
  const unplayed = app.drive.unplayed(quest);
  return (
    <section class="panel halt" aria-label="Why the quest waits" data-cause={reason === null ? 'nobody' : 'owner'}>
      <p>
        <Icon name="warn" tone="c-warn" />
        <span>{reason === null ? `${list(unplayed)} ${unplayed.length === 1 ? 'is' : 'are'} played by a model, and none is set up here.` : reason}{until !== null && until > app.now() && ` Go on after ${day(until)}.`}</span>
      </p>
      {quest.mode === 'drive' && (
        <p class="row">
          {reason !== null && (
            <button class="btn primary" type="button" onClick={() => void app.quest.owner('resume')}>
              <Icon name="play" />
              Go on
            </button>
          )}
          <a class="btn" href={href({ screen: 'models' })}>
            Models and keys
          </a>
        </p>
      )}
    </section>
  );
}
