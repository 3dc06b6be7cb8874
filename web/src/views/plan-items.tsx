import type { Plan, PlanFile, PlanGate } from '@questline/core';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Team } from '../app/model.ts';
import type { PlanDesk } from '../app/plan-desk.ts';
import { nameOf } from '../app/plan-words.ts';
import { PickField, TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Section } from './plan-section.tsx';
import { Source } from './plan-task.tsx';

interface ItemsProps<T> {
  title: string;
  field: 'files' | 'gates';
  items: readonly T[];
  desk: PlanDesk;
  none: string;
  called: (item: T) => string; // by its first words, for buttons and versions
  view: (item: T) => ComponentChildren;
  /** @param put  takes the changed item; false: the core refused it */
  form: (item: T, put: (item: T) => boolean) => ComponentChildren;
  /** A new one of its first words. */
  make: (words: string) => T;
  asks: string; // for those words
}

/** Pieces of a plan that have fields of their own: looked at, or changed one by one. Each change is an edit the core makes or refuses. */
function Items<T>({ title, field, items, desk, none, called, view, form, make, asks }: ItemsProps<T>): JSX.Element {
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const box = useRef<HTMLUListElement>(null);
  const [focusOn, setFocusOn] = useState<number | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const put = (list: readonly T[], said: string): boolean => {
    const made = desk.edit([{ op: 'set', field, value: list as never }], said);
    setRefused(made ? null : (desk.refusal?.message ?? null));
    return made;
  };
  // The piece that was there is gone: the next one has the focus, on a button, where Ctrl Z takes back what was done to the plan.
  useLayoutEffect(() => {
    if (focusOn === null) return;
    const rows = box.current?.querySelectorAll<HTMLElement>('.item') ?? [];
    (rows[Math.min(focusOn, rows.length - 1)]?.querySelector<HTMLElement>('button') ?? box.current?.querySelector<HTMLElement>('.new button'))?.focus();
    setFocusOn(null);
  }, [focusOn]);
  if (!open || !desk.open)
    return (
      <Section title={title} n={items.length} change={desk.open ? { open: false, toggle: () => setOpen(true) } : null}>
        <ul>
          {items.map((item, i) => (
            <li key={i}>{view(item)}</li>
          ))}
          {items.length === 0 && <li class="muted">{none}</li>}
        </ul>
      </Section>
    );
  return (
    <Section title={title} n={items.length} change={{ open: true, toggle: () => setOpen(false) }}>
      {refused !== null && (
        <p class="refused">
          <Icon name="fail" tone="c-fail" />
          <span>{refused}</span>
        </p>
      )}
      <ul class="items" ref={box}>
        {items.map((item, i) => (
          <li class="item" key={i}>
            <div class="form">
              {form(item, (changed) => put(items.map((one, k) => (k === i ? changed : one)), `Change ${called(changed)}`))}
              <div class="row">
                <button
                  class="btn quiet s"
                  type="button"
                  aria-label={`Remove ${called(item)}`}
                  onClick={() => {
                    if (put(items.filter((_, k) => k !== i), `Remove ${called(item)}`)) setFocusOn(i);
                  }}
                >
                  <Icon name="trash" />
                  Remove
                </button>
              </div>
            </div>
          </li>
        ))}
        <li class="new">
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              if (words.trim() === '' || !put([...items, make(words.trim())], `Add ${words.trim()}`)) return;
              setWords('');
            }}
          >
            <label class="fld">
              <span>{asks}</span>
              <input value={words} onInput={(event) => setWords(event.currentTarget.value)} autocomplete="off" />
            </label>
            <div class="row">
              <button class="btn s" type="submit">
                <Icon name="plus" />
                Add
              </button>
            </div>
          </form>
        </li>
      </ul>
    </Section>
  );
}

export function Files({ plan, desk }: { plan: Plan; desk: PlanDesk }): JSX.Element {
  return (
    <Items<PlanFile>
      title="Files"
      field="files"
      items={plan.files}
      desk={desk}
      none="The plan names no files."
      called={(file) => file.path}
      make={(path) => ({ path, purpose: '' })}
      asks="Path of another file"
      view={(file) => (
        <>
          <Icon name="file" tone="muted" />
          <span class="text">
            <span class="mono">{file.path}</span>
            <small>{file.purpose}</small>
          </span>
        </>
      )}
      form={(file, put) => (
        <>
          <TextField label="Path" value={file.path} commit={(path) => put({ ...file, path })} />
          <TextField label="What is done with it" value={file.purpose} commit={(purpose) => put({ ...file, purpose })} />
        </>
      )}
    />
  );
}

// ---- gates

const SIGNS: Readonly<Record<string, string>> = { '>=': '≥', '<=': '≤' };
const OPS = ['', '>=', '>', '=', '<', '<='];

/** "≥ 80 %": the number that is asked for. */
function wants({ measure, expect, judge }: PlanGate): string {
  if (measure === undefined) return expect ?? (judge === 'seat' ? 'looked at' : '');
  return `${SIGNS[measure.op] ?? measure.op} ${measure.milli / 1000} ${measure.unit}`.trim();
}

/** "82.5 %" as thousandths and a unit; null: no number stands there. */
function amountOf(words: string): { milli: number; unit: string } | null {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d{1,3})?)\s*(.*?)\s*$/.exec(words) ?? [];
  return digits === undefined ? null : { milli: Math.round(Number(digits) * 1000), unit };
}

function GateForm({ gate, plan, put }: { gate: PlanGate; plan: Plan; put: (gate: PlanGate) => boolean }): JSX.Element {
  const { measure, ...bare } = gate;
  const byHand = { ...bare, source: { from: 'person' as const } };
  const whole = measure === undefined ? byHand : { ...byHand, measure };
  const without = (member: 'evidence' | 'expect' | 'task', value: string): PlanGate => {
    const { [member]: _, ...rest } = whole;
    return value.trim() === '' ? rest : { ...rest, [member]: value.trim() };
  };
  return (
    <>
      <TextField label="What has to hold" value={gate.text} commit={(text) => put({ ...whole, text })} />
      <PickField
        label="Of which task"
        value={gate.task ?? ''}
        choices={[{ value: '', word: 'the whole quest' }, ...plan.tasks.map((task) => ({ value: task.id, word: nameOf(task) }))]}
        commit={(task) => put(without('task', task))}
      />
      <TextField label="Shown by" value={gate.evidence ?? ''} commit={(text) => put(without('evidence', text))} />
      <div class="pair">
        <PickField
          label="Judged by"
          value={gate.judge}
          choices={[
            { value: 'rule', word: 'rule' },
            { value: 'seat', word: 'seat' },
          ]}
          commit={(judge) => put({ ...whole, judge: judge as PlanGate['judge'] })}
        />
        <PickField
          label="Number"
          value={measure?.op ?? ''}
          choices={OPS.map((op) => ({ value: op, word: op === '' ? 'none' : (SIGNS[op] ?? op) }))}
          commit={(op) => put(op === '' ? byHand : { ...byHand, measure: { milli: measure?.milli ?? 0, unit: measure?.unit ?? '', op: op as NonNullable<PlanGate['measure']>['op'] } })}
        />
        {measure === undefined ? (
          <TextField label="Word" value={gate.expect ?? ''} commit={(text) => put(without('expect', text))} />
        ) : (
          <TextField
            label="How much"
            value={`${measure.milli / 1000} ${measure.unit}`.trim()}
            commit={(text) => {
              const amount = amountOf(text);
              return amount !== null && put({ ...byHand, measure: { ...amount, op: measure.op } });
            }}
          />
        )}
      </div>
    </>
  );
}

export function Gates({ plan, desk, team }: { plan: Plan; desk: PlanDesk; team: Team }): JSX.Element {
  const gates = plan.gates ?? [];
  const freeId = (): string => {
    for (let n = gates.length + 1; ; n += 1) if (!gates.some(({ id }) => id === `gate-${n}`)) return `gate-${n}`;
  };
  return (
    <Items<PlanGate>
      title="Gates"
      field="gates"
      items={gates}
      desk={desk}
      none="Nothing has to be shown but that the tasks are done."
      called={(gate) => gate.text}
      make={(text) => ({ id: freeId(), judge: 'seat', source: { from: 'person' }, text })}
      asks="What else has to hold"
      view={(gate) => (
        <>
          <Icon name="ring" tone="muted" />
          <span class="text">
            {gate.text}
            {gate.evidence !== undefined && <small>Shown by {gate.evidence}</small>}
            <Source of={gate.source} team={team} />
          </span>
          <span class="end num">
            {wants(gate)} <span class="mono">{gate.task ?? ''}</span>
          </span>
        </>
      )}
      form={(gate, put) => <GateForm gate={gate} plan={plan} put={put} />}
    />
  );
}
