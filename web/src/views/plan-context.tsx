import type { Plan } from '@questline/core';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { PlanDesk } from '../app/plan-desk.ts';
import { tokens } from '../app/plan-words.ts';
import { href } from '../app/route.ts';
import { Icon } from '../parts/icons.tsx';
import { pickText } from '../ports/files.ts';

/** What the worker of a task is given of the project's documents, what is withheld and by which line, and the message it gets. */
export function TaskContext({ app, desk, plan, task, agent }: { app: App; desk: PlanDesk; plan: Plan; task: string; agent: string }): JSX.Element {
  const { documents } = desk;
  const context = useMemo(() => (documents.length === 0 ? null : app.core.contextPlan(desk.roster(), plan, documents)), [plan, documents]);
  const message = useMemo(() => app.core.delegation(desk.roster(), plan, task, context), [plan, task, context]);
  const worker = context?.workers.find((one) => one.agent === agent);
  const leader = app.state.team.roster.agents.find(({ id }) => id === context?.leader);
  const pick = (): void => void pickText('.md,.txt').then((file) => file !== null && desk.addDocument({ path: file.name, text: file.text }));
  return (
    <>
      <div>
        <h3>
          It is given {worker !== undefined && <span class="num">{tokens(worker.used)} tokens</span>}
        </h3>
        {worker === undefined ? (
          <p class="after">Its own file and the words of its task. Add the project’s documents to see which of them the leader’s rules give it.</p>
        ) : (
          <ul class="ctx">
            {worker.items.map((item) => (
              <li key={item.path} class={item.status === 'withheld' || item.status === 'left_out' ? 'no' : ''}>
                <Icon name={item.status === 'withheld' || item.status === 'left_out' ? 'hide' : 'eye'} tone="muted" />
                <span>
                  {item.path}
                  <small class="from">
                    {item.status === 'left_out' ? 'does not fit, ' : item.status === 'part' ? 'in part, ' : item.status === 'withheld' ? 'withheld, ' : ''}
                    {item.why === undefined ? (item.by === 'budget' ? 'by the budget' : 'no rule tells') : leader?.path === undefined ? `line ${item.why.line}` : <a href={href({ screen: 'team', path: leader.path, line: item.why.line })}>by line {item.why.line}</a>}
                  </small>
                </span>
                <span class="num">{tokens(item.tokens)}</span>
              </li>
            ))}
          </ul>
        )}
        <p class="row acts">
          <button class="btn quiet s" type="button" onClick={pick}>
            Add a document
          </button>
        </p>
      </div>
      <details>
        <summary>The message it gets</summary>
        <pre>{message.text}</pre>
      </details>
    </>
  );
}
