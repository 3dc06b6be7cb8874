import '../styles/share.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { continueAsMine } from '../app/taken.ts';
import { banner, count, sound } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Blank, OpeningNote, Verdicts } from '../parts/parts.tsx';
import { scoreOf } from '../parts/score.ts';
import { lineInWords, Track } from '../parts/track.tsx';
import { QuestBody } from './quest.tsx';

/** What somebody sent: looked at and judged before anything may be done with it. */
export function OpenScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const [watching, setWatching] = useState<string | null>(null);
  const { opened: box, quest } = state;
  if (state.booting) {
    return (
      <main id="main" aria-busy="true">
        <p class="boot" role="status">
          Reading what was shared.
        </p>
      </main>
    );
  }
  const home = (
    <a class="btn" href={href({ screen: 'home' })}>
      Go to the first screen
    </a>
  );
  if (box.state === 'none') {
    return (
      <main id="main">
        <Blank icon="file" title="The file is not open any more" acts={home}>
          A dropped file is not kept. Drop it on this page again.
        </Blank>
      </main>
    );
  }
  if (box.state === 'bad') {
    return (
      <main id="main">
        <Blank icon="fail" title="This link cannot be opened" acts={home}>
          {box.message} It was probably cut or changed on its way. Ask for it again, or for the .quest file.
        </Blank>
      </main>
    );
  }
  const { opened } = box;
  const { view, verdict, source, name, own } = opened;
  const good = sound(verdict);
  const key = `${name}${verdict.head}`;
  if (watching === key && quest !== null && view !== null) {
    return (
      <>
        <div class="notice info" role="status">
          <p>
            <Icon name="eye" />
            You look at what was shared. Nothing is stored and nothing runs.
          </p>
          <button class="btn s" type="button" onClick={() => setWatching(null)}>
            Back
          </button>
          {good && (
            <button class="btn s" type="button" onClick={() => void continueAsMine(app)}>
              Continue as my copy
            </button>
          )}
        </div>
        <QuestBody quest={quest} app={app} pace={state.pace} lasting />
      </>
    );
  }
  const score = view === null ? null : scoreOf(view, view);
  const said = view === null ? null : banner(view);
  return (
    <main class="screen-share screen-open" id="main" data-events={view?.n ?? 0} data-status={view?.status ?? 'empty'}>
      <section class="panel open" aria-label="What was shared">
        <div class="chrome">
          <Icon name={source === 'link' ? 'share' : 'file'} />
          <span>{source === 'link' ? 'Somebody shared this quest with you by a link' : name}</span>
        </div>
        <div class="in">
          <div>
            <h1>{view === null ? 'A quest that cannot be read' : (view.mission ?? 'Objective withheld')}</h1>
            {view !== null && said !== null && (
              <p class="sub">
                {view.rehearsed ? 'A rehearsed quest' : 'A quest'}, {count(view.n, 'event')}, {count(view.agents.length, 'seat')}. {said.who} {said.says}.
              </p>
            )}
          </div>
          {good && score !== null && <Track score={score} lane={Math.max(9, Math.floor(96 / score.lanes.length))} words={lineInWords(score)} mini />}
          <Verdicts verdict={verdict} />
          {view !== null && (
            <dl class="hashes">
              <div>
                <dt>State hash</dt>
                <dd class="mono" data-state-hash={verdict.state_hash}>
                  {verdict.state_hash}
                </dd>
              </div>
              <div>
                <dt>Head</dt>
                <dd class="mono">{verdict.head}</dd>
              </div>
            </dl>
          )}
          {own !== null && good && (
            <p class="safe">
              <Icon name="info" />
              <span>
                This browser has this quest already, with {count(own.events, 'event')}. <a href={href({ screen: 'quest', quest: own.id })}>Open mine</a>
              </span>
            </p>
          )}
          <div class="do">
            {view !== null && (
              <button class={`btn ${good ? 'primary' : ''}`} type="button" onClick={() => setWatching(key)}>
                <Icon name={good ? 'play' : 'eye'} />
                {good ? 'Watch' : 'Look at it'}
              </button>
            )}
            {good && view !== null && (
              <button class="btn" type="button" onClick={() => void continueAsMine(app)}>
                <Icon name="fork" />
                Continue as my copy
              </button>
            )}
          </div>
          <OpeningNote />
        </div>
      </section>
    </main>
  );
}
