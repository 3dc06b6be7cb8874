import './work.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Ask } from '../app/kit.ts';
import { href } from '../app/route.ts';
import { count } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';

interface Argument {
  name: string;
  text: string;
}

/** The arguments of a call, each in full; one that is no object is shown as it came. */
function argumentsOf(json: string | undefined): Argument[] {
  if (json === undefined || json === '') return [];
  try {
    const value = JSON.parse(json) as unknown;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ name: '', text: json }];
    return Object.entries(value).map(([name, one]) => ({ name, text: typeof one === 'string' ? one : JSON.stringify(one, null, 2) }));
  } catch {
    return [{ name: '', text: json }];
  }
}

interface Props {
  app: App;
  asks: readonly Ask[];
  allow: (id: number, allowed: boolean) => void;
  seated?: boolean; // the agents' files are those of an open quest
}

/** Calls of tools that agents want to make and a person has to allow, the oldest first. */
export function Approvals({ app, asks, allow, seated = false }: Props): JSX.Element | null {
  const [ask] = asks;
  const card = useRef<HTMLElement>(null);
  const answered = useRef(false);
  // After an answer the next one has the focus; the first does not take it away from what somebody types.
  useEffect(() => {
    if (answered.current && ask !== undefined) card.current?.focus();
    answered.current = false;
  }, [ask?.id]);
  if (ask === undefined) return null;
  const args = argumentsOf(ask.tool.arguments);
  const path = args.find(({ name }) => name === 'file_path' || name === 'path' || name === 'notebook_path')?.text ?? null;
  const permit = seated ? app.quest.permitOf(ask.agent, ask.tool.name, path) : null;
  const say = (allowed: boolean): void => {
    answered.current = true;
    allow(ask.id, allowed);
    if (asks.length > 1) return;
    const main = document.getElementById('main'); // the button goes: the next key begins where the screen does
    if (main === null) return;
    main.tabIndex = -1;
    main.focus({ preventScroll: true });
  };
  return (
    <section class="panel approval" aria-label="A tool waits for your yes" ref={card} tabIndex={-1} data-asks={asks.length}>
      <p class="vh" role="alert">
        {ask.agent} wants to use {ask.tool.name}. Allow it once, or refuse it.
      </p>
      <header>
        <Seat id={ask.agent} />
        <h2>
          <Name id={ask.agent} /> wants to use <code>{ask.tool.name}</code>
        </h2>
        {asks.length > 1 && (
          <span class="muted">
            {count(asks.length - 1, 'more waits', 'more wait')}: {asks.slice(1).map((one) => one.agent).join(', ')}
          </span>
        )}
      </header>
      {ask.question !== '' && (
        <p class="why">
          {ask.question}{' '}
          {permit?.path !== undefined && permit.line !== undefined && (
            <a href={href({ screen: 'team', path: permit.path, line: permit.line })}>
              {permit.path}, line {permit.line}
            </a>
          )}
        </p>
      )}
      {args.length === 0 ? (
        <p class="muted">It gives no arguments.</p>
      ) : (
        <dl class="arguments" tabIndex={0} aria-label="Arguments">
          {args.map(({ name, text }) => (
            <div key={name}>
              {name !== '' && <dt>{name}</dt>}
              <dd>
                <pre>{text}</pre>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div class="row">
        <button class="btn primary" type="button" onClick={() => say(true)}>
          <Icon name="check" />
          Allow once
        </button>
        <button class="btn" type="button" onClick={() => say(false)}>
          <Icon name="cross" />
          Refuse
        </button>
      </div>
    </section>
  );
}
