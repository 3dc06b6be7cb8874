import type { PlanEdit, PlanTask } from '@questline/core';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Looked, PlanDesk } from '../app/plan-desk.ts';
import { minutes, money, nameOf, saysEdit, saysSource, tokens } from '../app/plan-words.ts';
import type { Team } from '../app/model.ts';
import { list } from '../app/words.ts';
import { type Choice, LinesField, PickField, TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';
import { TaskContext } from './plan-context.tsx';
import type { Shown } from './plan-graph.tsx';

/** What is done with the selected task: looked at, or one of the forms. */
export type Doing = 'look' | 'edit' | 'add' | 'split' | 'merge';

export const PRIORITIES: readonly Choice[] = ['critical', 'high', 'medium', 'low'].map((value) => ({ value, word: value }));
export const EFFORTS: readonly Choice[] = ['XS', 'S', 'M', 'L', 'XL'].map((value) => ({ value, word: value }));

/** Makes one edit and says it as the list of versions does. */
export const change =
  (desk: PlanDesk) =>
  (edit: PlanEdit): boolean =>
    desk.edit([edit], saysEdit(edit));

export const agentsOf = (team: Team, leader: string): Choice[] => team.roster.agents.filter(({ id }) => id !== leader).map(({ id }) => ({ value: id, word: id }));

export function Source({ of, team }: { of: PlanTask['source']; team: Team }): JSX.Element | null {
  if (of === undefined) return null;
  const { says, to } = saysSource(of, team);
  return <small class="from">From {to === null ? says : <a href={to}>{says}</a>}</small>;
}

interface FormProps {
  task: Shown;
  tasks: readonly Shown[];
  groups: number;
  team: Team;
  leader: string;
  desk: PlanDesk;
  done: () => void;
}

/** Each field is an edit of its own, made when the field is left. */
function EditForm({ task, tasks, groups, team, leader, desk }: FormProps): JSX.Element {
  const make = change(desk);
  const set = (field: string, value: unknown): boolean => make({ op: 'set', task: task.id, field, value: value as never });
  const others = tasks.filter(({ id }) => id !== task.id);
  const free = others.filter(({ id }) => !task.after.includes(id));
  return (
    <div class="form">
      <TextField label="Title" id="task-title" value={task.title} commit={(title) => set('title', title)} />
      <PickField label="Given to" value={task.agent} choices={agentsOf(team, leader)} commit={(to) => make({ op: 'reassign', task: task.id, to })} />
      <div class="pair">
        <PickField label="Priority" value={task.priority ?? ''} choices={PRIORITIES} commit={(value) => set('priority', value)} />
        <PickField label="Effort" value={task.effort ?? ''} choices={EFFORTS} commit={(value) => set('effort', value)} />
        <PickField
          label="Group"
          value={String(task.group)}
          choices={Array.from({ length: groups + 1 }, (_, i) => ({ value: String(i + 1), word: i === groups ? `${i + 1}, new` : String(i + 1) }))}
          commit={(group) => make({ op: 'move', task: task.id, group: Number(group) })}
        />
      </div>
      <div class="fld">
        <span>Waits for</span>
        <ul class="chips">
          {task.after.map((id) => (
            <li key={id}>
              <button class="btn s" type="button" aria-label={`Do not wait for ${id}`} title={tasks.find((other) => other.id === id)?.title} onClick={() => make({ op: 'unlink', task: task.id, after: id as never })}>
                <span class="mono">{id}</span>
                <Icon name="cross" />
              </button>
            </li>
          ))}
          {free.length > 0 && (
            <li>
              <PickField
                bare
                label="Wait for another task"
                value="-"
                choices={[{ value: '-', word: 'another task' }, ...free.map((other) => ({ value: other.id, word: nameOf(other) }))]}
                commit={(after) => after !== '-' && make({ op: 'link', task: task.id, after: after as never }) && false}
              />
            </li>
          )}
        </ul>
      </div>
      <LinesField label="Done when" hint="one a line" lines={task.accept} commit={(lines) => set('accept', lines)} />
      <LinesField label="It leaves behind" hint="one a line" lines={task.outputs} commit={(lines) => set('outputs', lines)} />
      <LinesField label="Files it writes" hint="one path a line" lines={task.writes ?? []} commit={(lines) => set('writes', lines)} />
      <TextField label="How it is taken back" value={task.rollback ?? ''} commit={(text) => set('rollback', text)} />
    </div>
  );
}

function AddForm({ task, team, leader, desk, done }: FormProps): JSX.Element {
  const [title, setTitle] = useState('');
  const [agent, setAgent] = useState(task.agent);
  const [after, setAfter] = useState(true);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (change(desk)({ op: 'add', title: title.trim(), agent, after: (after ? [task.id] : []) as never })) done();
      }}
    >
      <div class="fld">
        <label for="add-title">What is to be done</label>
        <input id="add-title" value={title} onInput={(event) => setTitle(event.currentTarget.value)} autocomplete="off" />
      </div>
      <PickField label="Given to" value={agent} choices={agentsOf(team, leader)} commit={(to) => (setAgent(to), true)} />
      <label class="tick">
        <input type="checkbox" checked={after} onChange={(event) => setAfter(event.currentTarget.checked)} /> It waits for {task.id}
      </label>
      <Acts word="Add the task" done={done} />
    </form>
  );
}

function SplitForm({ task, desk, done }: FormProps): JSX.Element {
  const [parts, setParts] = useState(`${task.title}: first part\n${task.title}: second part`);
  const [together, setTogether] = useState(false);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        const titles = parts.split('\n').map((line) => line.trim()).filter((line) => line !== '');
        if (change(desk)({ op: 'split', task: task.id, titles, together })) done();
      }}
    >
      <div class="fld">
        <label for="split-parts">
          Its parts <small>one a line</small>
        </label>
        <textarea id="split-parts" rows={4} value={parts} onInput={(event) => setParts(event.currentTarget.value)} />
      </div>
      <label class="tick">
        <input type="checkbox" checked={together} onChange={(event) => setTogether(event.currentTarget.checked)} /> Side by side, not one after another
      </label>
      <Acts word={`Split ${task.id}`} done={done} />
    </form>
  );
}

function MergeForm({ task, tasks, desk, done }: FormProps): JSX.Element {
  const [picked, setPicked] = useState<readonly string[]>([]);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (change(desk)({ op: 'merge', tasks: [task.id, ...picked] })) done();
      }}
    >
      <fieldset>
        <legend>Into {task.id} goes</legend>
        {tasks
          .filter(({ id }) => id !== task.id)
          .map((other) => (
            <label class="tick" key={other.id}>
              <input type="checkbox" checked={picked.includes(other.id)} onChange={(event) => setPicked(event.currentTarget.checked ? [...picked, other.id] : picked.filter((id) => id !== other.id))} />
              <span>
                <span class="mono">{other.id}</span> {other.title}
              </span>
            </label>
          ))}
      </fieldset>
      <Acts word="Merge" done={done} />
    </form>
  );
}

function Acts({ word, done }: { word: string; done: () => void }): JSX.Element {
  return (
    <div class="row">
      <button class="btn primary s" type="submit">
        {word}
      </button>
      <button class="btn quiet s" type="button" onClick={done}>
        Leave it
      </button>
    </div>
  );
}

function Estimate({ task, looked }: { task: Shown; looked: Looked }): JSX.Element | null {
  const time = looked.schedule?.tasks.find(({ id }) => id === task.id);
  const cost = looked.cost.tasks.find((one) => one.task === task.id);
  if (time === undefined && cost === undefined) return null;
  return (
    <div>
      <h3>Estimate</h3>
      <table class="est num">
        {time !== undefined && (
          <>
        <tr>
          <td>Takes</td>
          <td>{minutes(time.minutes)}</td>
        </tr>
        <tr>
          <td>May start</td>
          <td>{time.start === 0 ? 'at once' : `after ${minutes(time.start)}`}</td>
        </tr>
        <tr>
          <td>Slack</td>
          <td>{time.slack === 0 ? 'none' : minutes(time.slack)}</td>
        </tr>
          </>
        )}
        {cost !== undefined && (
          <>
            <tr>
              <td>Reads and writes</td>
              <td>
                <span class="unreal">
                  {tokens(cost.input)} and {tokens(cost.output)} tokens
                </span>
              </td>
            </tr>
            <tr>
              <td>Cost</td>
              <td>{cost.micro === undefined ? <span class="muted">no price known</span> : <span class="unreal">{money(cost.micro)}</span>}</td>
            </tr>
          </>
        )}
      </table>
    </div>
  );
}

function Look({ task, tasks, looked, team }: { task: Shown; tasks: readonly Shown[]; looked: Looked | null; team: Team }): JSX.Element {
  const opens = tasks.filter((other) => other.after.includes(task.id)).map((other) => other.id);
  const texts = (title: string, icon: 'ring' | 'file', lines: readonly string[] | undefined, kind: string): JSX.Element | null =>
    lines === undefined || lines.length === 0 ? null : (
      <div>
        <h3>{title}</h3>
        <ul class={kind}>
          {lines.map((text) => (
            <li key={text}>
              <Icon name={icon} tone="muted" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      </div>
    );
  return (
    <>
      {texts('Done when', 'ring', task.accept, 'acc')}
      {texts('What the work has to meet', 'ring', task.demands, 'acc')}
      {texts('It leaves behind', 'file', task.outputs, 'ctx')}
      {texts('Files it writes', 'file', task.writes, 'ctx')}
      {looked !== null && <Estimate task={task} looked={looked} />}
      <div>
        <h3>After it</h3>
        <p class="after">{opens.length === 0 ? 'Nothing waits for this task.' : `${list(opens)} may start.`}</p>
        {task.rollback !== undefined && <p class="after">Taken back by: {task.rollback}</p>}
        <Source of={task.source} team={team} />
      </div>
    </>
  );
}

const DOING: Record<Exclude<Doing, 'look'>, { title: (id: string) => string; form: (props: FormProps) => JSX.Element }> = {
  edit: { title: (id) => `Change ${id}`, form: EditForm },
  add: { title: () => 'A new task', form: AddForm },
  split: { title: (id) => `Split ${id}`, form: SplitForm },
  merge: { title: (id) => `Merge into ${id}`, form: MergeForm },
};

export interface TaskPanelProps extends FormProps {
  app: App;
  looked: Looked | null;
  doing: Doing;
  setDoing: (doing: Doing) => void;
}

/** The selected task, or a form about it. Escape and the end of a form lead back to where the task stands. */
export function TaskPanel(props: TaskPanelProps): JSX.Element {
  const { task, tasks, looked, team, doing, setDoing, desk } = props;
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (doing !== 'look') panel.current?.querySelector<HTMLElement>('.form input, .form textarea, .form select')?.focus();
  }, [doing]);
  const form = doing === 'look' ? null : DOING[doing];
  return (
    <aside
      class="panel task"
      id="task"
      ref={panel}
      aria-label={`Task ${task.id}`}
      aria-live={form === null ? 'polite' : 'off'}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || form === null) return;
        event.stopPropagation();
        props.done();
      }}
    >
      <div>
        <h2>
          <span class="mono">{task.id}</span> {task.title}
        </h2>
        <p class="by">
          <Seat id={task.agent} small />
          <Name id={task.agent} />
          {task.priority !== undefined && <span class="tag">{task.priority}</span>}
          {task.effort !== undefined && <span class="tag">{task.effort}</span>}
          <span class="tag">{task.after.length === 0 ? 'waits for nothing' : `waits for ${list(task.after)}`}</span>
        </p>
        {task.reason !== undefined && <p class="reason">{task.reason}</p>}
        {desk.open && form === null && (
          <p class="row acts">
            <button class="btn s" type="button" onClick={() => setDoing('edit')}>
              Change it
            </button>
          </p>
        )}
      </div>
      {form === null ? (
        <>
          <Look task={task} tasks={tasks} looked={looked} team={team} />
          {looked !== null && <TaskContext app={props.app} desk={desk} plan={looked.plan} task={task.id} agent={task.agent} />}
        </>
      ) : (
        <div>
          <h3>
            {form.title(task.id)}
            <button class="btn quiet s end" type="button" onClick={props.done}>
              Done
            </button>
          </h3>
          {desk.refusal !== null && (
            <p class="refused" role="alert">
              <Icon name="fail" tone="c-fail" />
              <span>{desk.refusal.message}</span>
            </p>
          )}
          <form.form key={`${doing} ${task.id}`} {...props} />
        </div>
      )}
    </aside>
  );
}
