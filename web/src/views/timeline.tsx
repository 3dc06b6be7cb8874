import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { span } from '../app/figures.ts';
import type { OpenQuest } from '../app/model.ts';
import { deed, list } from '../app/words.ts';
import { Name } from '../parts/parts.tsx';
import './board.css';

/** What a model said and called, or a tool gave, also where no message came of it. */
function WhatCame({ app, n }: { app: App; n: number }): JSX.Element | null {
  const parts = app.inspect.came(n);
  if (parts.length === 0) return null;
  return (
    <ul class="came" aria-label={`What came, event ${n}`}>
      {parts.map(({ kind, name, text }) => (
        <li>
          <span class="tag">{name === undefined ? kind : `${kind} ${name}`}</span> <p>{text}</p>
        </li>
      ))}
    </ul>
  );
}

/** Every event as one line. A line leads to that event; from there the quest can be continued as another one. */
export function Events({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { shown, view } = quest;
  const { items } = useMemo(() => app.inspect.timeline(), [shown, app]);
  const at = quest.at ?? view.n - 1;
  return (
    <div class="sayswrap" tabIndex={0} role="region" aria-label="Events">
      <ol>
        {items.map((item) => (
          <li key={item.n}>
            <button type="button" aria-current={item.n === at ? 'true' : undefined} onClick={() => app.viewer.look(item.n)}>
              <span class="n">{item.n}</span>
              <time>+{span(item.ms)}</time>
              <span>
                <Name id={item.by} /> {deed({ ...item, tasks: item.task === undefined ? [] : [item.task], text: item.line, withheld: item.withheld > 0 })}
                {item.type === 'respond' && item.to.length > 0 && ` to ${list(item.to)}`}
                {item.task !== undefined && <span class="mono"> {item.task}</span>}
                {item.line !== null ? <q>{item.line}</q> : item.withheld > 0 && <span class="tag unreal">text withheld</span>}
              </span>
            </button>
            {item.n === at && item.type === 'done' && <WhatCame app={app} n={item.n} />}
          </li>
        ))}
      </ol>
    </div>
  );
}
