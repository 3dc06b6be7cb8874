import type { LevelView, MatterView, Standing, TaskView } from '@questline/core';
import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import { span } from '../app/figures.ts';
import type { OpenQuest } from '../app/model.ts';
import { list, time } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { type Deed, Deeds } from './steer.tsx';
import './gates.css';

const whose = (level: LevelView): string => (level.to === undefined ? 'yours' : list(level.to));

function wait(level: LevelView): string {
  const { min_ms: least = 0, max_ms: most, retries } = level;
  if (most === 0 && least === 0 && level.max_ms !== undefined) return 'asks at once';
  const after = [
    ...(most !== undefined && most > 0 ? [`after ${span(most)}`] : []),
    ...(retries !== undefined ? [`at the ${retries === 1 ? 'first' : retries === 2 ? 'second' : `${retries}th`} blocked answer`] : []),
  ];
  return after.length === 0 ? 'moves up when somebody escalates' : `moves up ${after.join(' or ')}`;
}

function Where({ matter, ladder }: { matter: MatterView; ladder: readonly LevelView[] }): JSX.Element {
  const level = ladder[matter.level - 1];
  if (level === undefined) return <>All levels were gone through: it is yours.</>;
  return (
    <>
      Level {matter.level} of {ladder.length}
      {level.name != null && `, ${level.name}`}: {whose(level)}.{' '}
      {matter.until !== undefined ? `Moves up at ${time(matter.until)}` : matter.left !== undefined ? `The clock stands: ${span(matter.left)} left` : wait(level).replace(/^m/, 'M')}
      {matter.tries > 0 && level.retries !== undefined && `, ${matter.tries} of ${level.retries} tries`}
      {matter.reminded && ', reminded'}.
    </>
  );
}

/** What the owner may do about a task. */
function deedsOf(task: TaskView, quest: OpenQuest): Deed[] {
  const command = { by: '@owner', task: task.id };
  const words = { name: 'reason', label: 'Why', needed: false };
  const others = quest.view.agents.map(({ id }) => id).filter((id) => id !== '@owner' && id !== task.agent);
  return [
    { word: 'Escalate', icon: 'warn', command: { ...command, type: 'escalate' }, words, says: `${task.id} goes up one level.` },
    { word: 'Reassign', icon: 'user', command: { ...command, type: 'reassign' }, pick: { name: 'to', label: 'To', from: others }, words, says: `${task.id} goes to another agent. A turn that is about it is played by that agent, or ends.` },
    { word: 'Drop', icon: 'cross', stop: true, command: { ...command, type: 'drop' }, words, says: `${task.id} is closed unanswered. What waits for it may start.` },
  ];
}

/** A task that was picked: what it asks for, where it stands on the ladder, what can be done about it. */
export function TaskCard({ quest, app, task }: { quest: OpenQuest; app: App; task: TaskView }): JSX.Element {
  const { matters, ladder } = app.inspect.standing();
  const matter = matters.find((one) => one.task === task.id);
  return (
    <div class="taskcard">
      {task.after.length > 0 && <p class="muted">After {list(task.after)}.</p>}
      {task.accept.length > 0 && (
        <>
          <h3>Done when</h3>
          <ul>
            {task.accept.map((words, i) => (
              <li key={i}>{words ?? 'withheld'}</li>
            ))}
          </ul>
        </>
      )}
      {task.outputs.length > 0 && <p class="muted">Leaves {list(task.outputs.map((words) => words ?? 'something withheld'))}.</p>}
      {matter !== undefined && (
        <p class="c-warn">
          <Icon name="warn" /> <Where matter={matter} ladder={ladder} />
        </p>
      )}
      <Deeds key={task.id} quest={quest} app={app} deeds={deedsOf(task, quest)} label={`What you can do about ${task.id}`} />
    </div>
  );
}

export function Escalation({ quest, app, standing }: { quest: OpenQuest; app: App; standing: Standing }): JSX.Element | null {
  const { ladder, matters } = standing;
  if (ladder.length === 0) return null;
  return (
    <section class="panel ladderbox" aria-label="Escalation">
      <div class="panel-h">
        <h2>Escalation</h2>
        <span class="end num">{matters.length === 0 ? 'nothing is up' : `${matters.length} up`}</span>
      </div>
      {matters.length > 0 && (
        <ul class="matters">
          {matters.map((matter) => {
            const task = quest.shown.tasks.find(({ id }) => id === matter.task);
            return (
              <li key={matter.task} data-task={matter.task} data-level={matter.level}>
                <p>
                  <b class="mono">{matter.task}</b> {task?.title ?? ''}
                </p>
                <p class="muted">
                  <Where matter={matter} ladder={ladder} />
                </p>
                {task !== undefined && <Deeds quest={quest} app={app} deeds={deedsOf(task, quest)} label={`What you can do about ${task.id}`} />}
              </li>
            );
          })}
        </ul>
      )}
      <ol class="rungs" aria-label="The ladder">
        {ladder.map((level, i) => (
          <li key={i} class={matters.some((matter) => matter.level === i + 1) ? 'at' : ''}>
            <span class="num">{i + 1}</span>
            <span>
              {level.name ?? `Level ${i + 1}`} <small class="muted">{whose(level)}</small>
              <small>{wait(level)}</small>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
