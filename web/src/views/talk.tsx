import type { TalkView } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Attempt, OpenQuest } from '../app/model.ts';
import { deed, letters, refused, time } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { byPlace, NoteMark } from '../parts/note-mark.tsx';
import { Bead, Name, Seat } from '../parts/parts.tsx';
import { Spare } from '../parts/spare.ts';
import { Compose } from './compose.tsx';
import { Earlier, Steering, Writing } from './draft.tsx';
import { Words } from './words.tsx';

const Notes = later('Notes', async () => (await import('./notes.tsx')).Notes);
/** What calls of models cost stands in the ledger and the timeline; it says nothing to those who read along. */
const SILENT = new Set(['start', 'done']);
const LOUD = new Set(['message', 'respond', 'complete', 'fail']);

function Say({ app, spare, talk, leads, now, mark, notes }: { app: App; spare: Spare; talk: TalkView; leads: boolean; now: boolean; mark: JSX.Element; notes: JSX.Element | null }): JSX.Element {
  if (!LOUD.has(talk.type)) {
    return (
      <li class="say quiet" data-n={talk.n}>
        <span class="gl">
          <Icon name={talk.by === '@owner' ? 'user' : 'ring'} />
        </span>
        <div>
          <header>
            <span>
              <Name id={talk.by} /> {deed(talk)}
              {talk.text !== null && <b>: {talk.text}</b>}
              {talk.withheld && <span class="tag unreal">text withheld</span>}
            </span>
            <span class="n">{talk.n}</span>
            {mark}
          </header>
          {notes}
        </div>
      </li>
    );
  }
  return (
    <li class={`say ${now ? 'now' : ''}`} data-n={talk.n}>
      <Seat id={talk.by} leads={leads} holds={now} />
      <div>
        <header>
          <b>
            <Name id={talk.by} />
          </b>
          {talk.type === 'message' ? (
            <span>
              to{' '}
              {talk.to.map((id, i) => (
                <>
                  {i > 0 && ', '}
                  <Name id={id} />
                </>
              ))}
            </span>
          ) : talk.kind === 'clarification' || talk.kind === 'blocked' ? (
            <span class="tag info">{deed(talk)}</span>
          ) : (
            <span>{deed(talk)}</span>
          )}
          {talk.tasks.length > 0 && <span class="tag mono">{talk.tasks.join(' ')}</span>}
          {now && <span class="c-turn">holds the turn</span>}
          <time>{time(talk.at)}</time>
          <span class="n">{talk.n}</span>
          {mark}
        </header>
        {talk.withheld ? <p class="withheld">Text withheld by the sender.</p> : talk.text !== null && <Words app={app} text={talk.text} spare={spare} />}
        {notes}
      </div>
    </li>
  );
}

function Ghost({ attempt }: { attempt: Attempt }): JSX.Element {
  const same = attempt.hashBefore === attempt.hashAfter;
  return (
    <li class="say quiet ghost" data-refusal={attempt.refusal.code} data-hash-before={attempt.hashBefore} data-hash-after={attempt.hashAfter}>
      <span class="gl">
        <Icon name="cross" />
      </span>
      <div role="alert">
        {refused(attempt.by, attempt.type, attempt.refusal)}{' '}
        <span class="why">
          <code>{attempt.refusal.code}</code>
          {same && ', the state hash is unchanged'}
        </span>
      </div>
    </li>
  );
}

export function Talk({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { shown: view, attempts } = quest;
  const scroller = useRef<HTMLDivElement>(null);
  const bottom = useRef(true);
  const leader = view.agents.find((seat) => seat.leads)?.id;
  const working = view.status === 'running' && view.holders.length > 0;
  const follow = (): void => {
    if (bottom.current && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  const [spare] = useState(() => new Spare(follow)); // hundreds of messages: the last ones first
  useLayoutEffect(() => spare.begin());
  useEffect(() => () => spare.close(), []);
  useEffect(follow, [view.n, attempts.length]);
  useEffect(() => {
    // What stands above it may come and go, as a tool that waits for a yes: who was at the end stays there.
    const sized = new ResizeObserver(follow);
    if (scroller.current !== null) sized.observe(scroller.current);
    return () => sized.disconnect();
  }, []);
  const [about, setAbout] = useState<number | 'loose' | null>(null); // whose notes are open
  const said = byPlace(quest.notes);
  const noted = (n: number | null): { mark: JSX.Element; notes: JSX.Element | null } => {
    const at = n ?? 'loose';
    const notes = said.get(at) ?? [];
    const close = (): void => {
      setAbout(null);
      scroller.current?.querySelector<HTMLElement>(`[data-note-mark="${at}"]`)?.focus();
    };
    return {
      mark: <NoteMark n={n} notes={notes.length} may={n !== null && app.notes.mayWrite} open={about === at} toggle={() => setAbout(about === at ? null : at)} />,
      notes: about === at ? <Notes app={app} n={n} notes={notes} close={close} /> : null,
    };
  };
  const loose = noted(null);
  const rows: JSX.Element[] = [];
  let ghosts = quest.at === null ? attempts : [];
  for (const talk of view.talk) {
    if (!SILENT.has(talk.type) || said.has(talk.n)) rows.push(<Say key={talk.n} app={app} spare={spare} talk={talk} leads={talk.by === leader} now={false} {...noted(talk.n)} />);
    for (const attempt of ghosts.filter((one) => one.after === talk.n)) rows.push(<Ghost key={`refused${attempt.key}`} attempt={attempt} />);
    ghosts = ghosts.filter((one) => one.after !== talk.n);
  }
  return (
    <>
      <div
        class="sayswrap"
        ref={scroller}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Messages"
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          bottom.current = scrollHeight - scrollTop - clientHeight < 48;
        }}
      >
        <ol class="says">
          {rows}
          {said.has('loose') && (
            <li class="say quiet" key="loose">
              <span class="gl" />
              <div>
                <header>{loose.mark}</header>
                {loose.notes}
              </div>
            </li>
          )}
          {working &&
            view.holders.map((id) => (
              <li class="say now" key={`now${id}`}>
                <span class={`seat holds ${id === '@owner' ? 'person' : ''}`} aria-hidden="true">
                  {letters(id)}
                </span>
                <div>
                  <header>
                    <b>
                      <Name id={id} />
                    </b>
                    <span class="c-turn">holds the turn</span>
                    <span class="caret" />
                  </header>
                  {quest.at === null && <Earlier app={app} parts={quest.parts} agent={id} />}
                  {quest.at === null && <Writing app={app} agent={id} grown={follow} />}
                  {quest.at === null && <Steering quest={quest} app={app} agent={id} />}
                </div>
              </li>
            ))}
          {view.status === 'proposed' && (
            <li class="say now" key="yours">
              <span class="seat holds person" aria-hidden="true">
                YO
              </span>
              <div>
                <header>
                  <b>Your move</b>
                  <span class="c-turn">approve the plan, or reject it</span>
                </header>
              </div>
            </li>
          )}
          {view.status === 'paused' && (
            <li class="say quiet" key="paused">
              <span class="gl">
                <Bead live={false} small />
              </span>
              <div>
                <header>
                  <span>Paused. The turn is kept; nothing is written until you resume.</span>
                </header>
              </div>
            </li>
          )}
        </ol>
      </div>
      <Compose quest={quest} app={app} />
    </>
  );
}
