import type { Command } from '@questline/core';
import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import './steer.css';

/** Something a person may do to the quest. It is offered only while the core would accept it. */
export interface Deed {
  word: string; // on the button
  icon?: IconName;
  stop?: boolean; // it ends something
  command: Command; // but for what is asked
  /** Asked before: what it comes to. Without it the button does it at once. */
  says?: string;
  /** A text of the command. */
  words?: { name: string; label: string; needed: boolean };
  /** A member whose value is picked; those the core would refuse are not offered. */
  pick?: { name: string; label: string; from: readonly string[] };
}

/** Whether this tab moves the quest at all: it shows the live event, and plays its seats. */
export const moves = (quest: OpenQuest): boolean => quest.at === null && (quest.mode === 'drive' || quest.link?.own !== undefined);

interface Offered extends Deed {
  picks: readonly string[];
}

function offered(app: App, deeds: readonly Deed[]): Offered[] {
  return deeds.flatMap((deed) => {
    const { command, pick } = deed;
    const picks = pick === undefined ? [] : pick.from.filter((value) => app.inspect.may({ ...command, [pick.name]: value }));
    const may = pick === undefined ? app.inspect.may(deed.words?.needed === true ? { ...command, [deed.words.name]: '.' } : command) : picks.length > 0;
    return may ? [{ ...deed, picks }] : [];
  });
}

function Ask({ deed, app, done }: { deed: Offered; app: App; done: (why: string | null) => void }): JSX.Element {
  const [words, setWords] = useState('');
  const [picked, setPicked] = useState(deed.picks[0] ?? '');
  const form = useRef<HTMLFormElement>(null);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('select, input, button')?.focus(), []);
  const ready = deed.words?.needed !== true || words.trim() !== '';
  const send = async (): Promise<void> => {
    if (!ready) return;
    const command: Command = { ...deed.command };
    if (deed.words !== undefined && words.trim() !== '') command[deed.words.name] = words.trim();
    if (deed.pick !== undefined) command[deed.pick.name] = picked;
    const refusal = await app.quest.command(command);
    done(refusal?.message ?? null);
  };
  return (
    <form
      ref={form}
      class="ask-first"
      aria-label={deed.word}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        done(null);
      }}
    >
      <p>{deed.says}</p>
      {deed.pick !== undefined && (
        <label>
          {deed.pick.label}
          <select value={picked} onChange={(event) => setPicked(event.currentTarget.value)}>
            {deed.picks.map((value) => (
              <option key={value} value={value}>
                {value}
              </option>
            ))}
          </select>
        </label>
      )}
      {deed.words !== undefined && (
        <label>
          {deed.words.label}
          <input class="field" value={words} autocomplete="off" onInput={(event) => setWords(event.currentTarget.value)} />
        </label>
      )}
      <div class="row">
        <button class={`btn s ${deed.stop === true ? 'stop' : 'primary'}`} type="submit" aria-disabled={!ready}>
          {deed.word}
        </button>
        <button class="btn s" type="button" onClick={() => done(null)}>
          Leave it
        </button>
        {!ready && <small class="muted">{deed.words?.label} is needed.</small>}
      </div>
    </form>
  );
}

/** The deeds that the core would accept now, as buttons; nothing where there are none. */
export function Deeds({ quest, app, deeds, label }: { quest: OpenQuest; app: App; deeds: readonly Deed[]; label: string }): JSX.Element | null {
  const [asked, setAsked] = useState<string | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const row = useRef<HTMLDivElement>(null);
  const may = moves(quest) ? offered(app, deeds) : [];
  const open = may.find((deed) => deed.word === asked);
  if (may.length === 0 && why === null) return null;
  const done = (message: string | null): void => {
    const at = may.findIndex((deed) => deed.word === asked);
    setAsked(null);
    setWhy(message);
    queueMicrotask(() => row.current?.querySelectorAll('button')[Math.max(0, at)]?.focus()); // right after it is drawn: the next key goes there
  };
  return (
    <div class="deeds" role="group" aria-label={label}>
      {open === undefined ? (
        <div class="row" ref={row}>
          {may.map((deed) => (
            <button
              key={deed.word}
              class={`btn s ${deed.stop === true ? 'stop' : ''}`}
              type="button"
              onClick={() => {
                setWhy(null);
                if (deed.says !== undefined || deed.pick !== undefined || deed.words !== undefined) setAsked(deed.word);
                else void app.quest.command(deed.command).then((refusal) => setWhy(refusal?.message ?? null));
              }}
            >
              {deed.icon !== undefined && <Icon name={deed.icon} />}
              {deed.word}
            </button>
          ))}
        </div>
      ) : (
        <Ask key={open.word} deed={open} app={app} done={done} />
      )}
      {why !== null && (
        <p class="c-fail" role="alert">
          {why} Nothing was written.
        </p>
      )}
    </div>
  );
}
