import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { Icon } from '../parts/icons.tsx';
import { useDesk } from './plan-use.ts';

/** The plan that event 0 names, and whether it is the one that the Plan screen shows. */
export function PlanMark({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const desk = useDesk(app, quest);
  const named = quest.view.plan;
  const shown = desk.plan;
  if (named === undefined) return null;
  const same = shown?.hash === named;
  const says =
    shown === null
      ? 'The words of this plan were withheld.'
      : same
        ? 'The Plan screen shows this very plan.'
        : desk.changed
          ? 'The Plan screen shows another one: it was changed by hand. Approving it begins the quest anew.'
          : 'The words of the first event make another plan than the one it names.';
  return (
    <div class="planmark" data-plan-same={shown === null ? 'unknown' : same ? 'yes' : 'no'}>
      <dl class="hashes">
        <div>
          <dt>Plan it began with</dt>
          <dd class="mono" title={named} data-plan={named}>
            {named.slice(0, 4)}…{named.slice(-4)}
          </dd>
        </div>
      </dl>
      <p>
        <Icon name={shown === null ? 'hide' : same ? 'check' : desk.changed ? 'info' : 'warn'} tone={shown === null ? 'muted' : same ? 'c-pass' : desk.changed ? 'c-info' : 'c-warn'} />
        <span>
          {says} {(quest.mode === 'drive' || quest.mode === 'follow') && <a href={href({ screen: 'plan', quest: quest.id })}>Look at the plan</a>}
        </span>
      </p>
    </div>
  );
}
