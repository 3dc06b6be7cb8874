import type { JSX, TargetedKeyboardEvent } from 'preact';
import { useId, useLayoutEffect, useState } from 'preact/hooks';

interface FieldProps {
  label: string;
  value: string;
  /** Takes the words; false: they were not taken, and stay in the field. */
  commit: (value: string) => boolean;
  bare?: boolean; // the label is said, not shown
}

/** Words that count when the field is left, or on Enter. Escape gives the old ones back. */
function useWords({ value, commit }: FieldProps): { text: string; type: (text: string) => void; done: () => void; back: () => void; bad: boolean } {
  const [text, setText] = useState(value);
  const [bad, setBad] = useState(false);
  // Before anybody can type: later it would take words away.
  useLayoutEffect(() => {
    setText(value);
    setBad(false);
  }, [value]);
  return {
    text,
    type: setText,
    done: () => {
      if (text !== value) setBad(!commit(text));
    },
    back: () => {
      setText(value);
      setBad(false);
    },
    bad,
  };
}

export function TextField(props: FieldProps & { id?: string }): JSX.Element {
  const own = useId();
  const { label, bare = false, id = own } = props;
  const { text, type, done, back, bad } = useWords(props);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') done();
    else if (event.key === 'Escape' && text !== props.value) {
      event.stopPropagation();
      back();
    }
  };
  return (
    <div class="fld">
      <label for={id} class={bare ? 'vh' : ''}>
        {label}
      </label>
      <input id={id} value={text} aria-invalid={bad} onInput={(event) => type(event.currentTarget.value)} onBlur={done} onKeyDown={onKeyDown} autocomplete="off" />
    </div>
  );
}

/** One text a line. */
export function LinesField({ label, lines, commit, hint }: { label: string; lines: readonly string[]; commit: (lines: string[]) => boolean; hint?: string }): JSX.Element {
  const id = useId();
  const value = lines.join('\n');
  const split = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const { text, type, done, back, bad } = useWords({ label, value, commit: (next) => split(next).join('\n') === value || commit(split(next)) });
  return (
    <div class="fld">
      <label for={id}>
        {label} {hint !== undefined && <small>{hint}</small>}
      </label>
      <textarea
        id={id}
        rows={Math.min(8, Math.max(2, text.split('\n').length + 1))}
        value={text}
        aria-invalid={bad}
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) done();
          else if (event.key === 'Escape' && text !== value) {
            event.stopPropagation();
            back();
          }
        }}
      />
    </div>
  );
}

export interface Choice {
  value: string;
  word: string;
}

export function PickField({ label, value, choices, commit, bare = false }: FieldProps & { choices: readonly Choice[] }): JSX.Element {
  const id = useId();
  const known = choices.some((choice) => choice.value === value);
  return (
    <div class="fld">
      <label for={id} class={bare ? 'vh' : ''}>
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          if (!commit(event.currentTarget.value)) event.currentTarget.value = value;
        }}
      >
        {!known && <option value={value}>{value === '' ? (bare ? '–' : 'not said') : value}</option>}
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.word}
          </option>
        ))}
      </select>
    </div>
  );
}
