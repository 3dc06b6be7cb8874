import type { JSX, TargetedKeyboardEvent } from 'preact';
import type { Looked, PlanDesk } from '../app/plan-desk.ts';
import { minutes } from '../app/plan-words.ts';
import type { Team } from '../app/model.ts';
import { PickField, TextField } from '../parts/fields.tsx';
import { Name } from '../parts/parts.tsx';
import type { Shown } from './plan-graph.tsx';
import { agentsOf, change, EFFORTS, PRIORITIES } from './plan-task.tsx';

const ids = (text: string): string[] => text.toUpperCase().match(/T\d+/g) ?? [];

/** Up and down go to the same column of the next row; in a list of choices the keys are the list's own, unless Alt is held. */
function walk(event: TargetedKeyboardEvent<HTMLTableElement>): void {
  const on = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  const cell = (event.target as HTMLElement).closest('td');
  if (on === 0 || cell === null || ((event.target as HTMLElement).tagName === 'SELECT' && !event.altKey)) return;
  const row = cell.parentElement;
  const next = on === 1 ? row?.nextElementSibling : row?.previousElementSibling;
  const to = next?.children[cell.cellIndex]?.querySelector<HTMLElement>('input, select, button');
  if (to === null || to === undefined) return;
  event.preventDefault();
  to.focus();
}

interface TableProps {
  tasks: readonly Shown[];
  looked: Looked | null;
  groups: number;
  team: Team;
  leader: string;
  desk: PlanDesk;
  selected: string | null;
  select: (id: string) => void;
}

export function PlanTable({ tasks, looked, groups, team, leader, desk, selected, select }: TableProps): JSX.Element {
  const make = change(desk);
  const times = new Map(looked?.schedule?.tasks.map((task) => [task.id, task]));
  const open = desk.open;
  /** The edits that make one set of dependencies of another: all or none. */
  const waits = (task: Shown, text: string): boolean => {
    const wanted = ids(text);
    const edits = [
      ...task.after.filter((id) => !wanted.includes(id)).map((id) => ({ op: 'unlink' as const, task: task.id, after: id as never })),
      ...wanted.filter((id) => !task.after.includes(id)).map((id) => ({ op: 'link' as const, task: task.id, after: id as never })),
    ];
    return edits.length === 0 || desk.edit(edits, `Let ${task.id} wait for ${wanted.join(', ') || 'nothing'}`);
  };
  return (
    <div class="wide" role="region" aria-label="Tasks of the plan, scrolls sideways" tabIndex={0}>
      <table class="tasks" onKeyDown={walk}>
        <thead>
          <tr>
            {['Task', 'What is done', 'Given to', 'Waits for', 'Group', 'Priority', 'Effort', 'Takes', 'Slack'].map((word) => (
              <th key={word} scope="col">
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {tasks.map((task) => {
            const time = times.get(task.id);
            const cell = (label: string): string => `${label} of ${task.id}`;
            return (
              <tr key={task.id} class={task.id === selected ? 'sel' : ''} onFocusIn={() => task.id !== selected && select(task.id)} onClick={() => task.id !== selected && select(task.id)}>
                <th scope="row" class="mono">
                  <button type="button" class="pick" aria-pressed={task.id === selected} onClick={() => select(task.id)}>
                    {task.id}
                  </button>
                </th>
                {open ? (
                  <>
                    <td class="title">
                      <TextField bare label={cell('Title')} value={task.title} commit={(value) => make({ op: 'set', task: task.id, field: 'title', value: value as never })} />
                    </td>
                    <td class="who">
                      <PickField bare label={cell('Agent')} value={task.agent} choices={agentsOf(team, leader)} commit={(to) => make({ op: 'reassign', task: task.id, to })} />
                    </td>
                    <td class="waits">
                      <TextField bare label={cell('Waits')} value={task.after.join(' ')} commit={(text) => waits(task, text)} />
                    </td>
                    <td>
                      <PickField
                        bare
                        label={cell('Group')}
                        value={String(task.group)}
                        choices={Array.from({ length: groups + 1 }, (_, i) => ({ value: String(i + 1), word: String(i + 1) }))}
                        commit={(group) => make({ op: 'move', task: task.id, group: Number(group) })}
                      />
                    </td>
                    <td class="how">
                      <PickField bare label={cell('Priority')} value={task.priority ?? ''} choices={PRIORITIES} commit={(value) => make({ op: 'set', task: task.id, field: 'priority', value: value as never })} />
                    </td>
                    <td>
                      <PickField bare label={cell('Effort')} value={task.effort ?? ''} choices={EFFORTS} commit={(value) => make({ op: 'set', task: task.id, field: 'effort', value: value as never })} />
                    </td>
                  </>
                ) : (
                  <>
                    <td class="title">{task.title}</td>
                    <td>
                      <Name id={task.agent} />
                    </td>
                    <td class="mono">{task.after.join(' ')}</td>
                    <td class="num">{task.group}</td>
                    <td>{task.priority ?? ''}</td>
                    <td>{task.effort ?? ''}</td>
                  </>
                )}
                <td class="num">{time === undefined ? '' : minutes(time.minutes)}</td>
                <td class="num">{time === undefined ? '' : time.slack === 0 ? <b title="longest path">none</b> : minutes(time.slack)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
