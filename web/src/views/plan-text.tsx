import { type Core, CoreError, type Plan } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { inWords } from '../app/logs.ts';
import type { PlanDesk } from '../app/plan-desk.ts';
import { Icon } from '../parts/icons.tsx';

type Read = { plan: Plan } | { says: string; line: number };

function read(core: Core, text: string): Read {
  try {
    return { plan: core.readPlan(text) };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    const { line, column } = error.failure;
    return { says: line === 0 ? inWords(error) : `Line ${line}, column ${column}: ${inWords(error)}`, line };
  }
}

/** Where a line of a text begins and ends; lines from 1. */
function lineAt(text: string, line: number): [number, number] {
  const lines = text.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return [from, from + (lines[line - 1]?.length ?? 0)];
}

const TASK = /^\s*Task (T\d+):/; // as the core writes it

/** The task that a place of the text is about: the last one whose line begins above it. */
function taskAt(text: string, offset: number): string | null {
  const lines = text.slice(0, offset).split('\n').length;
  return text.split('\n').slice(0, lines).reduce<string | null>((found, line) => TASK.exec(line)?.[1] ?? found, null);
}

function placeOf(text: string, task: string): [number, number] | null {
  const at = text.split('\n').findIndex((line) => TASK.exec(line)?.[1] === task);
  return at === -1 ? null : lineAt(text, at + 1);
}

/** The plan in its text form. What is typed is kept at once, and becomes the plan when it is taken over. */
export function PlanText({ core, desk, plan, selected, select }: { core: Core; desk: PlanDesk; plan: Plan; selected: string | null; select: (id: string) => void }): JSX.Element {
  const written = useMemo(() => core.writePlan(plan, 'seed'), [plan]);
  const [text, setText] = useState(desk.typed ?? written);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (desk.typed === null) setText(written);
  }, [written, desk.typed]);
  useEffect(() => {
    const place = selected === null ? null : placeOf(text, selected);
    if (place !== null && area.current !== null) {
      area.current.setSelectionRange(...place);
      const lines = text.slice(0, place[0]).split('\n').length - 4;
      area.current.scrollTop = Math.max(0, lines) * Number.parseFloat(getComputedStyle(area.current).lineHeight);
    }
  }, []);
  const dirty = text !== written;
  const found = useMemo(() => (dirty ? read(core, text) : null), [text, dirty]);
  const take = (): void => {
    if (found !== null && 'plan' in found) desk.replace(found.plan, 'Write it as text');
  };
  const look = (): void => {
    const task = area.current === null ? null : taskAt(text, area.current.selectionStart);
    if (task !== null && task !== selected && plan.tasks.some(({ id }) => id === task)) select(task);
  };
  return (
    <div class="words">
      <label class="vh" for="plan-words">
        The plan as text
      </label>
      <textarea
        id="plan-words"
        ref={area}
        spellcheck={false}
        readOnly={!desk.open}
        value={text}
        aria-invalid={found !== null && 'says' in found}
        aria-describedby="plan-words-says"
        onInput={(event) => {
          setText(event.currentTarget.value);
          desk.type(event.currentTarget.value);
        }}
        onKeyUp={look}
        onClick={look}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          take();
        }}
      />
      <div class="says" id="plan-words-says" role="status">
        {found === null ? (
          <p class="muted">{desk.open ? 'Change the words; they are read as you type.' : 'This plan is not open to changes.'}</p>
        ) : 'says' in found ? (
          <p>
            <Icon name="fail" tone="c-fail" />
            <span>{found.says}</span>
            {found.line > 0 && (
              <button
                class="btn quiet s"
                type="button"
                onClick={() => {
                  area.current?.focus();
                  area.current?.setSelectionRange(...lineAt(text, found.line));
                }}
              >
                Go to line {found.line}
              </button>
            )}
          </p>
        ) : (
          <p>
            <Icon name="check" tone="c-pass" />
            <span>
              It reads as {found.plan.tasks.length} {found.plan.tasks.length === 1 ? 'task' : 'tasks'}.
            </span>
          </p>
        )}
        {dirty && desk.open && (
          <div class="row">
            <button
              class="btn quiet s"
              type="button"
              onClick={() => {
                setText(written);
                desk.type(null);
              }}
            >
              Drop these words
            </button>
            <button class="btn primary s" type="button" aria-disabled={found === null || 'says' in found} aria-keyshortcuts="Control+Enter" onClick={take}>
              Take these words as the plan
            </button>
          </div>
        )}
      </div>
    </div>
  );
}
