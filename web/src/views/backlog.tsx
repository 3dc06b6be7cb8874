import type { Plan } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { backlogWith } from '../app/beside.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { count, list } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Name } from '../parts/parts.tsx';

function Tasks({ plan }: { plan: Plan }): JSX.Element {
  return (
    <ol class="backlog">
      {plan.tasks.map((task) => (
        <li key={task.id}>
          <p>
            <b class="mono">{task.id}</b> {task.title}
          </p>
          <p class="muted small">
            <Name id={task.agent} />
            {task.estimate?.minutes !== undefined && `, ${count(task.estimate.minutes, 'minute')} by what it took so far`}
            {task.after.length > 0 && `, after ${list(task.after)}`}
            {task.source !== undefined && `, from line ${task.source.line ?? 0} of ${task.source.path ?? 'the log'}`}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** What this quest and others left open, as the plan of the next round; handed over, it is a plan like any other. */
export function Backlog({ quest, app, state }: { quest: OpenQuest; app: App; state: AppState }): JSX.Element {
  const others = (state.library ?? []).filter((record) => record.id !== quest.id);
  const [beside, setBeside] = useState<readonly string[]>([]);
  const [plan, setPlan] = useState<Plan | string | null>(null);
  useEffect(() => {
    let late = false;
    void backlogWith(app, beside).then((found) => !late && setPlan(found));
    return () => {
      late = true;
    };
  }, [quest.shown, beside, state.leader, state.team, app]);
  const gates = plan === null || typeof plan === 'string' ? [] : (plan.gates ?? []);
  const hand = async (made: Plan): Promise<void> => {
    const id = await app.proposals.propose({ agent: made.leader, mode: 'prequest', plan: made, text: made.objective });
    app.go(id === null ? { screen: 'home' } : { screen: 'plan', quest: id }); // there it is said why
  };
  return (
    <>
      {others.length > 0 && (
        <fieldset class="row tools">
          <legend>Together with</legend>
          {others.map((record) => (
            <label key={record.id}>
              <input type="checkbox" checked={beside.includes(record.id)} onChange={() => setBeside(beside.includes(record.id) ? beside.filter((id) => id !== record.id) : [...beside, record.id])} />
              {record.title}
            </label>
          ))}
        </fieldset>
      )}
      {typeof plan === 'string' && <p class="nothing">{plan}</p>}
      {plan !== null && typeof plan !== 'string' && (
        <>
          <div class="row tools">
            <button class="btn primary" type="button" disabled={state.planning} onClick={() => void hand(plan)}>
              <Icon name="plan" />
              Plan the next round
            </button>
            <button class="btn" type="button" onClick={() => app.download('next-round.md', app.core.writePlan(plan, 'markdown'))}>
              <Icon name="file" />
              Markdown
            </button>
          </div>
          <p>
            {count(plan.tasks.length, 'task')} left open, led by <Name id={plan.leader} />. Objective: {plan.objective}
          </p>
          <Tasks plan={plan} />
          {gates.length > 0 && (
            <>
              <h3>Gates that have not passed</h3>
              <ul class="dots">
                {gates.map((gate) => (
                  <li key={gate.id}>
                    {gate.text}
                    {gate.task !== undefined && <span class="muted"> ({gate.task})</span>}
                  </li>
                ))}
              </ul>
            </>
          )}
          {plan.risks.length > 0 && (
            <>
              <h3>What stood in the way</h3>
              <ul class="dots">
                {plan.risks.map((risk) => (
                  <li key={risk}>{risk}</li>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </>
  );
}
