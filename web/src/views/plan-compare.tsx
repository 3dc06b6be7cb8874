import type { Plan, PlanChanges, PlanCost, PlanSize, PlanTask } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { Looked, PlanDesk } from '../app/plan-desk.ts';
import { minutes, money, tokens } from '../app/plan-words.ts';
import { list } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { pickText } from '../ports/files.ts';

/** A plan of a file: its JSON, or one of the text forms. */
export function planOfFile(app: App, text: string): Plan {
  return text.trimStart().startsWith('{') ? app.core.completePlan(JSON.parse(text) as Plan) : app.core.readPlan(text);
}

const shown = (value: unknown): string => (Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join(', ') || 'nothing' : value === undefined ? 'nothing' : typeof value === 'object' ? JSON.stringify(value) : String(value));

function Tasks({ word, icon, tone, tasks }: { word: string; icon: IconName; tone: string; tasks: readonly PlanTask[] }): JSX.Element | null {
  if (tasks.length === 0) return null;
  return (
    <li>
      <Icon name={icon} tone={tone} />
      <span class="text">
        {word}:{' '}
        {tasks.map((task, i) => (
          <span key={task.id}>
            {i > 0 && ', '}
            <span class="mono">{task.id}</span> {task.title}
          </span>
        ))}
      </span>
    </li>
  );
}

function Changes({ changes }: { changes: PlanChanges }): JSX.Element {
  if (changes.same) return <p class="pad">They say the same: one hash.</p>;
  return (
    <ul class="finds">
      <Tasks word="Only here" icon="plus" tone="c-pass" tasks={changes.added} />
      <Tasks word="Only there" icon="cross" tone="c-fail" tasks={changes.removed} />
      {changes.changed.map(({ before, after, fields }) => (
        <li key={after.id}>
          <Icon name="next" tone="c-info" />
          <span class="text">
            <span class="mono">{after.id}</span> {after.title}
            {fields.map((field) => (
              <small key={field}>
                {field}: <del>{shown((before as unknown as Record<string, unknown>)[field])}</del> <ins>{shown((after as unknown as Record<string, unknown>)[field])}</ins>
              </small>
            ))}
          </span>
        </li>
      ))}
      {changes.fields.length > 0 && (
        <li>
          <Icon name="info" tone="muted" />
          <span class="text">Beside the tasks these differ: {list(changes.fields)}.</span>
        </li>
      )}
    </ul>
  );
}

interface Size {
  word: string;
  of: (size: PlanSize, cost: PlanCost) => number | null; // null: it cannot be said
  says: (amount: number) => string;
  unreal?: boolean; // thought, not known
}

const SIZES: readonly Size[] = [
  { word: 'Tasks', of: ({ tasks }) => tasks, says: String },
  { word: 'Agents', of: ({ agents }) => agents, says: String },
  { word: 'Steps of the order', of: ({ groups }) => (groups === 0 ? null : groups), says: String },
  { word: 'Longest chain', of: ({ minutes: longest }) => longest ?? null, says: minutes },
  { word: 'Work in all', of: ({ work }) => work, says: minutes },
  { word: 'Tokens', of: (_, { input, output }) => input + output, says: tokens, unreal: true },
  { word: 'Money', of: (_, { micro, unknown }) => (micro === 0 && unknown.length > 0 ? null : micro), says: money, unreal: true },
];

/** How large both plans are, how long their orders, and what they cost at the same prices. */
function Sizes({ changes, before, after }: { changes: PlanChanges; before: PlanCost; after: PlanCost }): JSX.Element {
  const cell = ({ says, unreal }: Size, amount: number | null): JSX.Element | string => (amount === null ? '–' : unreal === true ? <span class="unreal">{says(amount)}</span> : says(amount));
  const gaps = [...new Set([...before.unknown, ...after.unknown].map(({ agent }) => agent))];
  return (
    <div class="crews sizes">
      <table class="num">
        <thead>
          <tr>
            <th scope="col">
              <span class="vh">What is compared</span>
            </th>
            <th scope="col">That one</th>
            <th scope="col">This one</th>
            <th scope="col">Difference</th>
          </tr>
        </thead>
        <tbody>
          {SIZES.map((size) => {
            const then = size.of(changes.before, before);
            const now = size.of(changes.after, after);
            const by = then === null || now === null ? null : now - then;
            return (
              <tr key={size.word}>
                <th scope="row">{size.word}</th>
                <td>{cell(size, then)}</td>
                <td>{cell(size, now)}</td>
                <td>{by === null ? '–' : by === 0 ? 'none' : `${by > 0 ? '+' : '−'}${size.says(Math.abs(by))}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {gaps.length > 0 && <p class="muted pad">The money leaves out {list(gaps)}: no price is known.</p>}
    </div>
  );
}

/** This plan beside an earlier version of it, or beside a file. */
export function ComparePlans({ desk, app, looked, close }: { desk: PlanDesk; app: App; looked: Looked; close: () => void }): JSX.Element {
  const [other, setOther] = useState<{ plan: Plan; name: string } | null>(null);
  const [note, setNote] = useState<string | null>(null);
  const version = desk.versions[0];
  const before = other?.plan ?? version?.plan ?? null;
  const changes = before === null ? null : desk.compare(before);
  return (
    <section class="panel graph" aria-label="Compared with another plan">
      <div class="panel-h">
        <h2>Compared with</h2>
        <select
          class="leader-pick"
          aria-label="Compared with"
          value={other === null ? '0' : other.name}
          onChange={(event) => {
            const at = Number(event.currentTarget.value);
            const picked = desk.versions[at];
            if (picked !== undefined) setOther({ plan: picked.plan, name: String(at) });
          }}
        >
          {desk.versions.map(({ said }, i) => (
            <option key={i} value={String(i)}>
              {i + 1}. {said}
              {i === desk.at ? ' (this one)' : ''}
            </option>
          ))}
          {other !== null && !/^\d+$/.test(other.name) && <option value={other.name}>{other.name}</option>}
        </select>
        <button
          class="btn quiet s"
          type="button"
          onClick={() =>
            void pickText('.md,.txt,.json').then((file) => {
              if (file === null) return;
              try {
                setOther({ plan: planOfFile(app, file.text), name: file.name });
                setNote(null);
              } catch (error) {
                setNote(`${file.name}: ${inWords(error)}`);
              }
            })
          }
        >
          A file
        </button>
        <button class="btn quiet s end" type="button" onClick={close}>
          Close
        </button>
      </div>
      {note !== null && (
        <p class="refused" role="alert">
          <Icon name="fail" tone="c-fail" />
          <span>{note}</span>
        </p>
      )}
      {changes !== null && before !== null && (
        <>
          <Sizes changes={changes} before={desk.cost(before)} after={looked.cost} />
          <Changes changes={changes} />
        </>
      )}
    </section>
  );
}
