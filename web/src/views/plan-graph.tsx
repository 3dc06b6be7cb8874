import type { PlanTask, Schedule } from '@questline/core';
import type { ButtonHTMLAttributes, JSX, TargetedKeyboardEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { minutes } from '../app/plan-words.ts';
import { letters } from '../app/words.ts';
import { layout } from '../parts/dag.ts';

export type Shown = Pick<PlanTask, 'accept' | 'after' | 'agent' | 'group' | 'id' | 'outputs' | 'title'> & Partial<PlanTask>;

export interface GraphProps {
  tasks: readonly Shown[];
  groups: readonly (readonly string[])[];
  phases: readonly string[];
  schedule: Schedule | null;
  path: readonly string[]; // where there is no schedule
  parallel: boolean;
  selected: string | null;
  select: (id: string) => void;
  /** A key on a task that is not for going about; true: it was taken. */
  press: (key: TargetedKeyboardEvent<HTMLElement>, task: Shown) => boolean;
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

/** Where an arrow key leads: along dependencies sideways, within a group up and down; where there is none, to the next group. */
export function step(key: string, from: string, tasks: readonly Shown[], groups: readonly (readonly string[])[]): string | null {
  const at = groups.findIndex((group) => group.includes(from));
  const group = groups[at];
  const task = tasks.find(({ id }) => id === from);
  if (group === undefined || task === undefined) return null;
  const row = group.indexOf(from);
  const beside = (other: readonly string[] | undefined): string | null => other?.[Math.min(row, other.length - 1)] ?? null;
  switch (key) {
    case 'ArrowUp':
      return group[row - 1] ?? null;
    case 'ArrowDown':
      return group[row + 1] ?? null;
    case 'ArrowLeft':
      return task.after.at(-1) ?? beside(groups[at - 1]);
    case 'ArrowRight':
      return tasks.find(({ after }) => after.includes(from))?.id ?? beside(groups[at + 1]);
    case 'Home':
      return groups[0]?.[0] ?? null;
    case 'End':
      return groups.at(-1)?.at(-1) ?? null;
    default:
      return null;
  }
}

/** What both pictures of the plan share: which tasks are critical, what is said of each, and keys. */
function useTasks(props: GraphProps): { critical: ReadonlySet<string>; slack: (id: string) => string; time: (id: string) => string; attend: (task: Shown) => ButtonHTMLAttributes<HTMLButtonElement> } {
  const { tasks, groups, schedule, path, selected, select, press } = props;
  const times = new Map(schedule?.tasks.map((task) => [task.id, task]));
  const critical = new Set(schedule?.critical ?? path);
  const first = selected ?? groups[0]?.[0] ?? null;
  const slack = (id: string): string => {
    const time = times.get(id);
    return time === undefined || critical.has(id) ? '' : time.slack > 0 ? `${minutes(time.slack)} slack` : 'no slack';
  };
  const time = (id: string): string => {
    const own = times.get(id);
    return own === undefined ? '' : minutes(own.minutes);
  };
  const attend = (task: Shown): ButtonHTMLAttributes<HTMLButtonElement> => ({
    tabIndex: task.id === first ? 0 : -1,
    'aria-pressed': selected === task.id,
    'aria-label': [`${task.id} ${task.title}`, task.agent, time(task.id), critical.has(task.id) ? 'longest path' : slack(task.id), task.after.length > 0 ? `waits for ${task.after.join(' ')}` : ''].filter((word) => word !== '').join(', '),
    onClick: () => select(task.id),
    onKeyDown: (event: TargetedKeyboardEvent<HTMLElement>): void => {
      if (press(event, task)) return event.preventDefault();
      if (event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
      const to = step(event.key, task.id, tasks, groups);
      if (to === null) return;
      event.preventDefault();
      select(to);
      event.currentTarget.closest('[data-tasks]')?.querySelector<HTMLElement>(`[data-task="${to}"]`)?.focus();
    },
  });
  return { critical, slack, time, attend };
}

export function Graph(props: GraphProps): JSX.Element {
  const { tasks, groups, phases, schedule, parallel, selected, path } = props;
  const [box, room] = useWidth();
  const { critical, slack, time, attend } = useTasks(props);
  const times = new Map(schedule?.tasks.map((task) => [task.id, task]));
  const along = (from: string, to: string): boolean =>
    schedule === null ? path[path.indexOf(from) + 1] === to : critical.has(from) && critical.has(to) && times.get(from)?.end === times.get(to)?.start;
  const dag = layout(tasks, groups, along, room);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (
    <div class="wide" ref={box} role="region" aria-label="Plan graph, scrolls sideways">
      <div class="dag" data-tasks style={{ width: `${dag.width}px`, height: `${dag.height}px` }}>
        {groups.map((group, i) => (
          <div class="band" key={i} style={{ left: `${i * (dag.band + 8)}px`, width: `${dag.band}px` }}>
            <b class="cut" title={phases[i]}>
              {phases[i] ?? (group.length > 1 ? `Group ${i + 1}` : i + 1)}
            </b>
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
          return (
            <button
              key={task.id}
              type="button"
              data-task={task.id}
              class={`node ${critical.has(task.id) ? 'crit' : ''} ${selected === task.id ? 'sel' : ''}`}
              style={{ left: `${place.x}px`, top: `${place.y}px`, width: `${dag.node.width}px`, height: `${dag.node.height}px` }}
              {...attend(task)}
            >
              <b>{task.id}</b>
              <span>{task.title}</span>
              <small>
                {letters(task.agent)}
                <i>{time(task.id)}</i>
              </small>
              {slack(task.id) !== '' && <em class="vh">{slack(task.id)}</em>}
            </button>
          );
        })}
      </div>
    </div>
  );
}

/** The same tasks as an ordered list, which narrow screens show instead. */
export function Groups(props: GraphProps): JSX.Element {
  const { tasks, groups, phases, parallel, selected } = props;
  const { critical, time, attend } = useTasks(props);
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return (
    <ol class="groups" data-tasks>
      {groups.map((group, i) => (
        <li key={i}>
          <h3>
            {group.length > 1 ? `Group ${i + 1}, ${parallel ? 'together' : 'any order'}` : `${i + 1}, ${groupWord(group, i, groups.length)}`}
            {phases[i] !== undefined && `: ${phases[i]}`}
          </h3>
          {group.map((id) => {
            const task = byId.get(id);
            if (task === undefined) return null;
            return (
              <button key={id} type="button" data-task={id} class={`${critical.has(id) ? 'crit' : ''} ${selected === id ? 'sel' : ''}`} {...attend(task)}>
                <b class="mono">{id}</b>
                <span>{task.title}</span>
                <span class="num">{[letters(task.agent), time(id)].filter((word) => word !== '').join(', ')}</span>
              </button>
            );
          })}
        </li>
      ))}
    </ol>
  );
}
