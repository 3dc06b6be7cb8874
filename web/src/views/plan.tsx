import '../styles/plan.css';
import type { PlanProblem, QuestView } from '@questline/core';
import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { playersOf } from '../app/cast.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import type { Looked, PlanDesk } from '../app/plan-desk.ts';
import { minutes, money, saysEdits, tokens } from '../app/plan-words.ts';
import { href } from '../app/route.ts';
import { count, isOver } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Bead, Blank, Name } from '../parts/parts.tsx';
import { ComparePlans } from './plan-compare.tsx';
import { Costs, Crews } from './plan-crews.tsx';
import { PlanFiles } from './plan-files.tsx';
import { Graph, Groups, type Shown } from './plan-graph.tsx';
import { Limits } from './plan-limits.tsx';
import { Lists } from './plan-lists.tsx';
import { PlanTable } from './plan-table.tsx';
import { change, type Doing, Source, TaskPanel } from './plan-task.tsx';
import { PlanText } from './plan-text.tsx';
import { useDesk } from './plan-use.ts';
import { TroubleScreen } from './trouble.tsx';
import { WhoPlays } from './who.tsx';

/** The tasks where the words of the plan were withheld, or written in another form: from the quest itself. */
function tasksOf(view: QuestView): Shown[] {
  return view.tasks.map((task) => ({
    accept: task.accept.map((text) => text ?? 'Withheld'),
    after: task.after,
    agent: task.agent,
    group: task.group,
    id: task.id,
    outputs: task.outputs.map((text) => text ?? 'withheld'),
    title: task.title ?? 'Title withheld',
  }));
}

type Sight = 'graph' | 'table' | 'text';
const SIGHTS: readonly { sight: Sight; word: string }[] = [
  { sight: 'graph', word: 'Graph' },
  { sight: 'table', word: 'Table' },
  { sight: 'text', word: 'Text' },
];

const PROBLEM = { error: { icon: 'fail', tone: 'c-fail' }, warning: { icon: 'warn', tone: 'c-warn' }, info: { icon: 'info', tone: 'c-info' } } as const;

/** What stands in the way, each with its remedy where the core knows one. */
function Problems({ problems, desk, select }: { problems: readonly PlanProblem[]; desk: PlanDesk; select: (id: string) => void }): JSX.Element | null {
  if (problems.length === 0) return null;
  return (
    <ul class="finds">
      {problems.map((problem) => {
        const { task } = problem;
        const { fix = [] } = problem;
        return (
          <li key={problem.code + problem.message}>
            <Icon {...{ name: PROBLEM[problem.severity].icon, tone: PROBLEM[problem.severity].tone }} />
            <span>
              {problem.message}{' '}
              {task !== undefined && (
                <button class="link" type="button" onClick={() => select(task)}>
                  Show {task}
                </button>
              )}
            </span>
            {desk.open && fix.length > 0 && (
              <button class="btn quiet s" type="button" onClick={() => desk.edit(fix, saysEdits(fix))}>
                {saysEdits(fix)}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Decide({ quest, app, desk, blocked, models }: { quest: OpenQuest; app: App; desk: PlanDesk; blocked: boolean; models: number }): JSX.Element {
  const { view } = quest;
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const why = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (rejecting) why.current?.focus();
  }, [rejecting]);
  if (view.status === 'proposed' && quest.mode === 'drive') {
    return (
      <form
        class="decide"
        aria-label="Your move"
        onSubmit={(event) => {
          event.preventDefault();
          if (rejecting) void app.quest.owner('reject', reason.trim());
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && rejecting) setRejecting(false);
        }}
      >
        <Bead live />
        {rejecting ? (
          <>
            <label class="why">
              <span>Why it is rejected</span>
              <input ref={why} value={reason} onInput={(event) => setReason(event.currentTarget.value)} placeholder="goes into the log; may stay empty" />
            </label>
            <button class="btn quiet" type="button" onClick={() => setRejecting(false)}>
              Back
            </button>
            <button class="btn stop" type="submit">
              Reject the plan
            </button>
          </>
        ) : (
          <>
            <p>
              <b>Your move.</b>
              <span>
                {blocked
                  ? 'This plan cannot run as it is: see what stands in its way.'
                  : desk.changed
                    ? `Your plan of ${count(desk.at, 'change')} takes the place of the proposed one when you approve.`
                    : models === 0
                      ? 'Nothing runs until you approve. A rehearsal costs nothing.'
                      : `Nothing runs until you approve. Then models play ${count(models, 'agent')}, at the price of their providers.`}
              </span>
            </p>
            <button class="btn" type="button" onClick={() => setRejecting(true)}>
              Reject
            </button>
            {!blocked && (
              <button class="btn primary" type="button" onClick={() => void app.proposals.approve()}>
                <span class="long">{models === 0 ? 'Approve and rehearse' : 'Approve and run'}</span>
                <span class="short">Approve</span>
              </button>
            )}
          </>
        )}
      </form>
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

function Facts({ tasks, groups, looked, path }: { tasks: readonly Shown[]; groups: number; looked: Looked | null; path: readonly string[] }): JSX.Element {
  const schedule = looked?.schedule ?? null;
  const chain = schedule?.critical ?? path;
  return (
    <dl class="facts num">
      <div>
        <dt>Tasks</dt>
        <dd>
          {tasks.length} <small>in {count(groups, 'step')}</small>
        </dd>
      </div>
      <div>
        <dt>Longest path</dt>
        <dd>
          {schedule === null ? chain.length : minutes(schedule.minutes)} <small class="mono">{chain.join(' ')}</small>
        </dd>
      </div>
      <div>
        <dt>Tokens with models</dt>
        <dd>{looked === null ? '–' : <span class="unreal">{tokens(looked.cost.input + looked.cost.output)}</span>}</dd>
      </div>
      <div>
        <dt>Likely cost</dt>
        <dd>
          {looked === null ? '–' : looked.cost.micro === 0 && looked.cost.unknown.length > 0 ? 'not known' : <span class="unreal">{money(looked.cost.micro)}</span>}{' '}
          <small>{looked !== null && looked.cost.micro > 0 && looked.cost.unknown.length > 0 ? `without ${count(looked.cost.unknown.length, 'agent')}; ` : ''}a rehearsal: none</small>
        </dd>
      </div>
    </dl>
  );
}

/** The last sight that was chosen, for as long as the page is open. */
let chosen: Sight = 'graph';

function ThePlan({ state, app, quest }: { state: AppState; app: App; quest: OpenQuest }): JSX.Element {
  const desk = useDesk(app, quest);
  const [sight, setSight] = useState<Sight>(chosen);
  const [doing, setDoing] = useState<Doing>('look');
  const [comparing, setComparing] = useState(false);
  const main = useRef<HTMLElement>(null);
  const refocus = useRef(false);
  const { view } = quest;
  const looked = desk.look();
  const plan = looked?.plan ?? null;
  const tasks: readonly Shown[] = plan?.tasks ?? tasksOf(view);
  const groups = plan !== null && plan.groups.length > 0 ? plan.groups : plan === null ? view.groups : [plan.tasks.map(({ id }) => id)];
  const selected = tasks.find((task) => task.id === quest.task) ?? tasks[0];
  const select = (id: string): void => app.viewer.selectTask(id);
  // After an edit by key the task stands elsewhere, perhaps under another number: the focus goes with it, before the next key comes.
  useLayoutEffect(() => {
    if (!refocus.current) return;
    const places = main.current?.querySelectorAll<HTMLElement>(`[data-task="${selected?.id}"]`) ?? [];
    const place = [...places].find((one) => one.offsetParent !== null);
    if (place === undefined) return; // not drawn yet
    refocus.current = false;
    place.focus();
  });
  const turn = (to: Sight): void => {
    chosen = to;
    setSight(to);
    setDoing('look');
  };
  const done = (): void => {
    desk.dismiss();
    setDoing('look');
    refocus.current = true;
  };
  const go = (by: number): void => {
    refocus.current = main.current?.contains(document.activeElement) === true;
    desk.go(desk.at + by);
  };
  const make = change(desk);
  const remove = (task: Shown): void => {
    refocus.current = true;
    make({ op: 'remove', task: task.id });
  };
  /** The keys on a task. What is not here goes about. */
  const press = (event: TargetedKeyboardEvent<HTMLElement>, task: Shown): boolean => {
    if (!desk.open || event.altKey || event.ctrlKey || event.metaKey) return false;
    const group = groups[task.group - 1] ?? [];
    const row = group.indexOf(task.id);
    const order = (before: string | undefined): void => void make({ op: 'order', task: task.id, ...(before === undefined ? {} : { before }) });
    if (event.shiftKey) {
      if (event.key === 'ArrowLeft') make({ op: 'move', task: task.id, group: task.group - 1 });
      else if (event.key === 'ArrowRight') make({ op: 'move', task: task.id, group: task.group + 1 });
      else if (event.key === 'ArrowUp' && row > 0) order(group[row - 1]);
      else if (event.key === 'ArrowDown' && row >= 0 && row < group.length - 1) order(tasks[tasks.findIndex(({ id }) => id === group[row + 1]) + 1]?.id);
      else return false;
      refocus.current = true;
      return true;
    }
    const form = ({ Enter: 'edit', F2: 'edit', e: 'edit', n: 'add', s: 'split', m: 'merge' } as Record<string, Doing>)[event.key];
    if (form !== undefined) {
      select(task.id);
      desk.dismiss();
      setDoing(form);
    } else if (event.key === 'Delete') remove(task);
    else return false;
    return true;
  };
  const undo = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const target = event.target as HTMLElement;
    if (!(event.ctrlKey || event.metaKey) || event.altKey || /^(INPUT|TEXTAREA)$/.test(target.tagName)) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && key !== 'y') return;
    event.preventDefault();
    go(key === 'y' || event.shiftKey ? 1 : -1);
  };
  const graph = { tasks, groups, phases: plan?.phases ?? [], schedule: looked?.schedule ?? null, path: plan?.path ?? [], parallel: desk.policy === 'parallel', selected: selected?.id ?? null, select, press };
  const blocked = looked?.problems.some((problem) => problem.severity === 'error') === true;
  const undone = desk.versions[desk.at]?.said;
  const redone = desk.versions[desk.at + 1]?.said;
  const agents = plan === null ? view.agents.map(({ id }) => id).filter((id) => id !== '@owner') : [...new Set([plan.leader, ...plan.tasks.map(({ agent }) => agent)])];
  const leader = plan?.leader ?? view.agents.find((seat) => seat.leads)?.id ?? '';
  return (
    <main class="screen-plan" id="main" ref={main} data-plan-hash={plan?.hash} onKeyDown={undo}>
      <div>
        <div class="obj">
          <div>
            <span class="eyebrow">Objective</span>
            <h1>{plan?.objective ?? view.mission ?? 'Objective withheld'}</h1>
            <Source of={plan?.item} team={state.team} />
          </div>
          <div class="end">
            <p class="lead-by">
              Led by <Name id={leader} />
              {plan?.rehearsed === true && <span class="tag unreal">rehearsed plan</span>}
            </p>
            {plan !== null && (
              <div class="sights" role="group" aria-label="How the plan is shown">
                {SIGHTS.map((one) => (
                  <button key={one.sight} class="btn quiet" type="button" aria-pressed={sight === one.sight} onClick={() => turn(one.sight)}>
                    {one.word}
                  </button>
                ))}
              </div>
            )}
          </div>
        </div>
        <Facts tasks={tasks} groups={groups.length} looked={looked} path={plan?.path ?? []} />
        <section class="panel graph" aria-label="Plan">
          <div class="panel-h">
            <h2>Order of work</h2>
            {sight === 'graph' && (
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
            )}
          </div>
          {desk.open && selected !== undefined && (
            <div class="tools" role="toolbar" aria-label="Change the plan">
              {(
                [
                  ['add', 'Add a task', 'n', 'plus'],
                  ['split', 'Split', 's', 'fork'],
                  ['merge', 'Merge', 'm', 'graph'],
                ] as const
              ).map(([form, word, key, icon]) => (
                <button key={form} class="btn s" type="button" aria-pressed={doing === form} aria-keyshortcuts={key} title={`${word} (${key} on a task)`} onClick={() => (desk.dismiss(), setDoing(form))}>
                  <Icon name={icon} />
                  {word}
                </button>
              ))}
              <button class="btn s" type="button" aria-keyshortcuts="Delete" title="Remove the selected task (Del on it)" onClick={() => remove(selected)}>
                <Icon name="trash" />
                Remove {selected.id}
              </button>
              <span class="end">
                <button class="btn quiet s" type="button" aria-disabled={desk.at === 0} aria-keyshortcuts="Control+Z" title={desk.at === 0 ? 'Nothing to undo' : `Undo: ${undone}`} onClick={() => go(-1)}>
                  Undo
                </button>
                <button class="btn quiet s" type="button" aria-disabled={redone === undefined} aria-keyshortcuts="Control+Y" title={redone === undefined ? 'Nothing to do again' : `Again: ${redone}`} onClick={() => go(1)}>
                  Redo
                </button>
              </span>
            </div>
          )}
          {desk.refusal !== null && (doing === 'look' || sight !== 'graph') && (
            <p class="refused" role="alert">
              <Icon name="fail" tone="c-fail" />
              <span>{desk.refusal.message} Nothing was changed.</span>
            </p>
          )}
          {sight === 'graph' && (
            <>
              <Graph {...graph} />
              <Groups {...graph} />
              {desk.open && <p class="hint muted">Arrows go along, with Shift they move the task. Enter changes it, n adds, s splits, m merges, Del removes, Ctrl Z takes back.</p>}
            </>
          )}
          {sight === 'table' && <PlanTable tasks={tasks} looked={looked} groups={groups.length} team={state.team} leader={leader} desk={desk} selected={selected?.id ?? null} select={select} />}
          {sight === 'text' && plan !== null && <PlanText core={app.core} desk={desk} plan={plan} selected={selected?.id ?? null} select={select} />}
          <Problems problems={looked?.problems ?? []} desk={desk} select={select} />
        </section>
        {comparing && looked !== null && <ComparePlans desk={desk} app={app} looked={looked} close={() => setComparing(false)} />}
        {plan === null ? (
          <p class="muted">The words of this plan were withheld or written in another form. Its tasks are above.</p>
        ) : (
          <>
            {desk.open && <WhoPlays state={state} app={app} agents={agents} />}
            <PlanFiles app={app} desk={desk} plan={plan} name={quest.id} compare={() => setComparing(true)} />
            {looked !== null && desk.open && <Limits desk={desk} looked={looked} />}
            {looked !== null && looked.schedule !== null && <Crews schedule={looked.schedule} />}
            {looked !== null && <Costs cost={looked.cost} chosen={looked.players !== '[]'} />}
            <Lists plan={plan} desk={desk} team={state.team} />
          </>
        )}
      </div>
      {selected !== undefined && (
        <TaskPanel app={app} task={selected} tasks={tasks} groups={groups.length} team={state.team} leader={leader} desk={desk} looked={looked} doing={desk.open ? doing : 'look'} setDoing={setDoing} done={done} />
      )}
      <Decide quest={quest} app={app} desk={desk} blocked={blocked} models={playersOf(state.cast, agents).length} />
    </main>
  );
}

export function PlanScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { quest } = state;
  if (quest !== null) return <ThePlan key={quest.id} state={state} app={app} quest={quest} />;
  if (state.booting || state.planning || state.trouble !== null) return <TroubleScreen state={state} app={app} />;
  return (
    <main id="main">
      <Blank
        icon="plan"
        title="No plan yet"
        acts={
          <>
            <a class="btn primary" href={href({ screen: 'home' })}>
              Say what to do
            </a>
            <a class="btn" href={href({ screen: 'roadmap' })}>
              Take it from a roadmap
            </a>
            <a class="btn quiet" href={href({ screen: 'decide' })}>
              Weigh options first
            </a>
          </>
        }
      >
        A plan starts from an objective. The coordinator splits it into tasks, and you approve or reject it here before anything runs.
      </Blank>
    </main>
  );
}
