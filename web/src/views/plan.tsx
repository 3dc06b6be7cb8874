import type { Plan, PlanTask, QuestView } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count, isOver, letters, list } from '../app/words.ts';
import { layout } from '../parts/dag.ts';
import { Icon } from '../parts/icons.tsx';
import { Bead, Blank, Name, Seat } from '../parts/parts.tsx';
import { TroubleScreen } from './trouble.tsx';

/** What the screen needs of a task, from the plan or, where its words were withheld, from the quest. */
type Shown = Pick<PlanTask, 'accept' | 'after' | 'agent' | 'group' | 'id' | 'outputs' | 'title'> & { reason?: string };

function tasksOf(plan: Plan | null, view: QuestView): Shown[] {
  const reasons = new Map(plan?.tasks.map((task) => [task.id, task.reason]));
  return view.tasks.map((task) => {
    const reason = reasons.get(task.id);
    return {
      accept: task.accept.map((text) => text ?? 'Withheld'),
      after: task.after,
      agent: task.agent,
      group: task.group,
      id: task.id,
      outputs: task.outputs.map((text) => text ?? 'withheld'),
      title: task.title ?? 'Title withheld',
      ...(reason === undefined ? {} : { reason }),
    };
  });
}

const groupWord = (group: readonly string[], i: number, n: number): string => (group.length > 1 ? 'together' : i === n - 1 ? 'last' : i === 0 ? 'first' : 'then');

/** The width an element has, measured again whenever it changes. */
function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (box.current === null) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

interface GraphProps {
  tasks: readonly Shown[];
  groups: readonly (readonly string[])[];
  longest: readonly string[];
  parallel: boolean;
  selected: string | null;
  select: (id: string) => void;
}

function Graph({ tasks, groups, longest, parallel, selected, select }: GraphProps): JSX.Element {
  const [box, room] = useWidth();
  const dag = layout(tasks, groups, longest, room);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (
    <div class="wide" ref={box} tabIndex={0} role="region" aria-label="Plan graph, scrolls sideways">
      <div class="dag" style={{ width: `${dag.width}px`, height: `${dag.height}px` }}>
        {groups.map((group, i) => (
          <div class="band" key={i} style={{ left: `${i * (dag.band + 8)}px`, width: `${dag.band}px` }}>
            <b>{group.length > 1 ? `Group ${i + 1}` : i + 1}</b>
            <span>{group.length > 1 && !parallel ? 'any order' : groupWord(group, i, groups.length)}</span>
          </div>
        ))}
        <svg width={dag.width} height={dag.height} aria-hidden="true">
          <defs>
            <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M1 1l6 3-6 3" class="am" />
            </marker>
            <marker id="arrow-longest" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="4.5" markerHeight="4.5" orient="auto">
              <path d="M0 0l8 4-8 4z" class="ac" />
            </marker>
          </defs>
          {dag.arrows.map((arrow) => (
            <path key={`${arrow.from}>${arrow.to}`} class={`e ${arrow.longest ? 'crit' : ''}`} d={arrow.path} marker-end={arrow.longest ? 'url(#arrow-longest)' : 'url(#arrow)'} />
          ))}
        </svg>
        {dag.places.map((place) => {
          const task = byId.get(place.id);
          if (task === undefined) return null;
          const on = longest.includes(task.id);
          return (
            <button
              key={task.id}
              type="button"
              class={`node ${on ? 'crit' : ''} ${selected === task.id ? 'sel' : ''}`}
              style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${dag.node.width}px`, height: `${dag.node.height}px` }}
              aria-pressed={selected === task.id}
              aria-label={`${task.id} ${task.title}, ${task.agent}${on ? ', longest path' : ''}`}
              onClick={() => select(task.id)}
            >
              <b>{task.id}</b>
              <span>{task.title}</span>
              <small>{letters(task.agent)}</small>
            </button>
          );
        })}
      </div>
    </div>
  );
}

function Groups({ tasks, groups, longest, parallel, selected, select }: GraphProps): JSX.Element {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (
    <ol class="groups">
      {groups.map((group, i) => (
        <li key={i}>
          <h3>{group.length > 1 ? `Group ${i + 1}, ${parallel ? 'together' : 'any order'}` : `${i + 1}, ${groupWord(group, i, groups.length)}`}</h3>
          {group.map((id) => {
            const task = byId.get(id);
            return (
              <button key={id} type="button" class={`${longest.includes(id) ? 'crit' : ''} ${selected === id ? 'sel' : ''}`} aria-pressed={selected === id} onClick={() => select(id)}>
                <b class="mono">{id}</b>
                <span>{task?.title}</span>
                <span>{letters(task?.agent ?? '')}</span>
              </button>
            );
          })}
        </li>
      ))}
    </ol>
  );
}

function TaskPanel({ task, tasks }: { task: Shown; tasks: readonly Shown[] }): JSX.Element {
  const opens = tasks.filter((other) => other.after.includes(task.id)).map((other) => other.id);
  return (
    <aside class="panel task" id="task" aria-label={`Task ${task.id}`} aria-live="polite">
      <div>
        <h2>
          <span class="mono">{task.id}</span> {task.title}
        </h2>
        <p class="by">
          <Seat id={task.agent} small />
          <Name id={task.agent} />
          <span class="tag">{task.after.length === 0 ? 'waits for nothing' : `waits for ${list(task.after)}`}</span>
        </p>
        {task.reason !== undefined && <p class="reason">{task.reason}</p>}
      </div>
      {task.accept.length > 0 && (
        <div>
          <h3>Done when</h3>
          <ul class="acc">
            {task.accept.map((text) => (
              <li key={text}>
                <Icon name="ring" />
                <span>{text}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {task.outputs.length > 0 && (
        <div>
          <h3>It leaves behind</h3>
          <ul class="ctx">
            {task.outputs.map((text) => (
              <li key={text}>
                <Icon name="file" tone="muted" />
                <span>{text}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div>
        <h3>After it</h3>
        <p class="after">{opens.length === 0 ? 'Nothing waits for this task.' : `${list(opens)} may start.`}</p>
      </div>
    </aside>
  );
}

function Lists({ plan }: { plan: Plan }): JSX.Element {
  return (
    <>
      <div class="two">
        <section class="panel" aria-label="Files">
          <div class="panel-h">
            <h2>Files</h2>
            <span class="end num">{plan.files.length}</span>
          </div>
          <ul>
            {plan.files.map((file) => (
              <li key={file.path}>
                <Icon name="file" tone="muted" />
                <span class="text">
                  <span class="mono">{file.path}</span>
                  <small>{file.purpose}</small>
                </span>
              </li>
            ))}
            {plan.files.length === 0 && <li class="muted">The plan names no files.</li>}
          </ul>
        </section>
        <section class="panel" aria-label="Agents needed">
          <div class="panel-h">
            <h2>Agents needed</h2>
            <span class="end num">{plan.needs.length}</span>
          </div>
          <ul>
            {plan.needs.map((need) => (
              <li key={need.agent}>
                <Seat id={need.agent} small />
                <span class="text">
                  <Name id={need.agent} />
                  <small>{need.reason}</small>
                </span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <div class="two">
        <section class="panel" aria-label="Steps">
          <div class="panel-h">
            <h2>Steps</h2>
            <span class="end num">{plan.steps.length}</span>
          </div>
          <ol>
            {plan.steps.map((step, i) => (
              <li key={step}>
                <span class="num muted step">{i + 1}</span>
                <span class="text">{step}</span>
              </li>
            ))}
          </ol>
        </section>
        <section class="panel" aria-label="Dependencies and order">
          <div class="panel-h">
            <h2>Dependencies and order</h2>
          </div>
          <ul>
            {plan.order.map((sentence) => (
              <li key={sentence}>
                <Icon name="next" tone="muted" />
                <span class="text">{sentence}</span>
              </li>
            ))}
            {plan.order.length === 0 && <li class="muted">No task waits for another.</li>}
          </ul>
        </section>
      </div>
      {plan.risks.length > 0 && (
        <section class="panel risks" aria-label="Risks">
          <div class="panel-h">
            <h2>Risks</h2>
            <span class="end num">{plan.risks.length}</span>
          </div>
          <ul>
            {plan.risks.map((risk) => (
              <li key={risk}>
                <Icon name="warn" tone="c-warn" />
                <span class="text">{risk}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const PROBLEM = { error: { icon: 'fail', tone: 'c-fail' }, warning: { icon: 'warn', tone: 'c-warn' }, info: { icon: 'info', tone: 'c-info' } } as const;

function Decide({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { view } = quest;
  const blocked = quest.plan?.problems.some((problem) => problem.severity === 'error') === true;
  if (view.status === 'proposed' && quest.mode === 'drive') {
    return (
      <div class="decide" role="region" aria-label="Your move">
        <Bead live />
        <p>
          <b>Your move.</b>
          <span>{blocked ? 'This plan cannot run as it is: see what stands in its way.' : 'Nothing runs until you approve. A rehearsal costs nothing.'}</span>
        </p>
        <button class="btn" type="button" onClick={() => void app.owner('reject')}>
          Reject
        </button>
        {!blocked && (
          <button class="btn primary" type="button" onClick={() => void app.approve()}>
            <span class="long">Approve and rehearse</span>
            <span class="short">Approve</span>
          </button>
        )}
      </div>
    );
  }
  const says =
    view.status === 'proposed' ? 'The plan waits for its owner.' : isOver(view) ? (view.status === 'aborted' && view.n <= 2 ? 'The plan was rejected. Nothing ran.' : 'The quest is over.') : 'The plan was approved and is being carried out.';
  return (
    <div class="decide rest" role="region" aria-label="Where the plan stands">
      <Bead live={false} />
      <p>
        <b>{says}</b>
      </p>
      <a class="btn primary" href={quest.mode === 'watch' || quest.mode === 'live' ? '#main' : href({ screen: 'quest', quest: quest.id })}>
        Look at the quest
      </a>
    </div>
  );
}

export function PlanScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { quest } = state;
  if (quest === null) {
    if (state.booting || state.trouble !== null) return <TroubleScreen state={state} app={app} />;
    return (
      <main id="main">
        <Blank
          icon="plan"
          title="No plan yet"
          acts={
            <a class="btn primary" href={href({ screen: 'home' })}>
              Say what to do
            </a>
          }
        >
          A plan starts from an objective. The coordinator splits it into tasks, and you approve or reject it here before anything runs.
        </Blank>
      </main>
    );
  }
  const { plan, view } = quest;
  const tasks = tasksOf(plan, view);
  const longest = plan?.path ?? [];
  const selected = tasks.find((task) => task.id === quest.task) ?? tasks[0];
  const graph = { tasks, groups: view.groups, longest, parallel: view.policy === 'parallel', selected: selected?.id ?? null, select: (id: string) => app.viewer.selectTask(id) };
  return (
    <main class="screen-plan" id="main">
      <div>
        <div class="obj">
          <div>
            <span class="eyebrow">Objective</span>
            <h1>{view.mission ?? 'Objective withheld'}</h1>
          </div>
          <p class="end lead-by">
            Led by <Name id={view.agents.find((seat) => seat.leads)?.id ?? ''} />
            {plan?.rehearsed === true && <span class="tag unreal">rehearsed plan</span>}
          </p>
        </div>
        <dl class="facts num">
          <div>
            <dt>Tasks</dt>
            <dd>
              {tasks.length} <small>in {count(view.groups.length, 'step')}</small>
            </dd>
          </div>
          <div>
            <dt>Longest path</dt>
            <dd>
              {longest.length} <small class="mono">{longest.join(' ')}</small>
            </dd>
          </div>
          <div>
            <dt>Agents</dt>
            <dd>
              {plan?.needs.length ?? new Set(tasks.map((task) => task.agent)).size} <small>and the leader</small>
            </dd>
          </div>
          <div>
            <dt>Cost of a rehearsal</dt>
            <dd>
              none <small>no model is called</small>
            </dd>
          </div>
        </dl>
        <section class="panel graph" aria-label="Plan">
          <div class="panel-h">
            <h2>Order of work</h2>
            <div class="key">
              <span>
                <i />
                longest path
              </span>
              <span>
                <i class="n" />
                waits for
              </span>
            </div>
          </div>
          <Graph {...graph} />
          <Groups {...graph} />
          {plan !== null && plan.problems.length > 0 && (
            <ul class="finds">
              {plan.problems.map((problem) => (
                <li key={problem.code + problem.message}>
                  <Icon {...{ name: PROBLEM[problem.severity].icon, tone: PROBLEM[problem.severity].tone }} />
                  <span>{problem.message}</span>
                </li>
              ))}
            </ul>
          )}
        </section>
        {plan === null ? <p class="muted">The words of this plan were withheld or written in another form. Its tasks are above.</p> : <Lists plan={plan} />}
      </div>
      {selected !== undefined && <TaskPanel task={selected} tasks={tasks} />}
      <Decide quest={quest} app={app} />
    </main>
  );
}
