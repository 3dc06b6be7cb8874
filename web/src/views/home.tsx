import type { Agent } from '@questline/core';
import type { JSX, TargetedKeyboardEvent } from 'preact';
import type { App } from '../app/app.ts';
import { inName, modelOf, whoPlays } from '../app/cast.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { bare, count } from '../app/words.ts';
import { NEXT } from '../app/work.ts';
import { Icon } from '../parts/icons.tsx';
import { Bead, Name, Seat } from '../parts/parts.tsx';
import { later } from '../parts/later.tsx';
import { scoreOfPlan } from '../parts/score.ts';
import { lineInWords, Track } from '../parts/track.tsx';
import { DropZone, LeaderPick } from './team-parts.tsx';

const WorkFiles = later('Files to work on', async () => (await import('./work-files.tsx')).WorkFiles);

/** The first clause of what an agent is for. */
const short = (agent: Agent): string => (agent.description ?? '').split(/[.:;](?:\s|$)|\(/)[0]?.trim() ?? '';

function Ask({ state, app }: { state: AppState; app: App }): JSX.Element {
  const model = modelOf(state.cast, whoPlays(state.cast, state.leader));
  return (
    <form
      class="ask"
      aria-label="Start"
      onSubmit={(event) => {
        event.preventDefault();
        void app.proposals.plan();
      }}
    >
      <div class="bar2">
        <i class="bead" />
        Your move
        <span>
          Then <LeaderPick state={state} app={app} /> plans
        </span>
      </div>
      <label for="objective">What should the team do?</label>
      <textarea id="objective" rows={1} value={state.objective} onInput={(event) => app.desk.setObjective(event.currentTarget.value)} onKeyDown={submitOnEnter} aria-describedby="objective-note" />
      {model !== undefined && <WorkFiles app={app} id={NEXT} work={state.work} busy={state.gathering} />}
      <div class="do">
        <p id="objective-note" class={state.note === null ? '' : 'c-fail'} role={state.note === null ? undefined : 'alert'}>
          {state.note ?? (model === undefined ? 'A rehearsal is scripted: no key, no account, no cost. You see the plan first; nothing runs until you approve.' : `Planned by ${inName(model, state.providers)}. You see the plan first; nothing else runs until you approve.`)}{' '}
          <a href={href({ screen: 'models' })}>{model === undefined ? 'Play with a model' : 'Models'}</a>
        </p>
        <button class="btn primary" type="submit" aria-disabled={state.planning}>
          <Icon name="play" />
          {state.planning ? 'Planning' : model === undefined ? 'Rehearse' : 'Plan'}
        </button>
      </div>
    </form>
  );
}

/** Enter starts, Shift and Enter makes a new line. */
export function submitOnEnter(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

function WillHappen({ state }: { state: AppState }): JSX.Element | null {
  const { preview } = state;
  if (preview === null) return null;
  const score = scoreOfPlan(preview);
  return (
    <section class="will" aria-label="What will happen">
      <h2>What will happen</h2>
      <p>
        {count(preview.tasks.length, 'task')} for {count(preview.needs.length, 'agent')}. One line runs through the seats. Where the bead is, the turn is. Dashed is planned.
      </p>
      <Track score={score} lane={34} words={lineInWords(score)} />
    </section>
  );
}

/** The app itself, with a team in place, an objective filled in, and one button. */
export function Home({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { roster, sample } = state.team;
  return (
    <main class="screen-first" id="main">
      <section class="roster" aria-label="Roster">
        <header>
          <h2>Team</h2>
          {sample && <span class="tag">sample</span>}
        </header>
        <ul>
          <li>
            <Seat id="@owner" holds />
            <span>
              <b>
                <Name id="@owner" />
              </b>
              <small class="c-turn">you, it is your move</small>
            </span>
          </li>
          {roster.agents.map((agent) => (
            <li key={agent.id}>
              <Seat id={agent.id} leads={agent.id === state.leader} vacant={agent.source === 'declared'} />
              <span class="cutbox">
                <b class="cut">
                  {agent.path === undefined ? <Name id={agent.id} /> : (
                    <a href={href({ screen: 'team', path: agent.path })}>
                      <Name id={agent.id} />
                    </a>
                  )}
                </b>
                <small class="cut">{agent.id === state.leader ? 'leads' : agent.source === 'declared' ? 'named, has no file' : short(agent)}</small>
              </span>
            </li>
          ))}
        </ul>
        <p class="check">
          <a href={href({ screen: 'team', path: null })}>
            {roster.errors + roster.warnings === 0
              ? 'No faults found in these files'
              : `${[roster.errors > 0 ? count(roster.errors, 'error') : '', roster.warnings > 0 ? count(roster.warnings, 'warning') : ''].filter(Boolean).join(', ')} in these files`}
          </a>
        </p>
        <DropZone app={app} sample={sample} />
      </section>

      <div class="stage">
        <div class="lead">
          <h1>Your agents, one turn at a time.</h1>
          <p>Questline reads the files you already have, plans with them, and runs the plan so that each may act only when it is its turn.</p>
        </div>
        <Ask state={state} app={app} />
        <WillHappen state={state} />
        <div class="notes">
          <p>
            <b>Stays here</b>Quests live in this browser. {state.cast.models.length === 0 ? 'Nothing is sent anywhere.' : 'Only the models you set up are sent anything.'}
          </p>
          <p>
            <b>Nothing to lose</b>Close the tab in the middle; it goes on from the same event.
          </p>
          <p>
            <b>Keyboard</b>
            <kbd>?</kbd> shows every key.
          </p>
        </div>
        {state.library !== null && state.library.length > 0 && (
          <p class="earlier">
            <Bead live={false} small />
            <span>
              {count(state.library.length, 'quest')} in this browser. <a href={href({ screen: 'library' })}>Open the library</a>, or go on with{' '}
              <a href={href({ screen: 'quest', quest: state.library[0]?.id ?? null })}>{state.library[0]?.title}</a>
              {state.library[0]?.holder === null || state.library[0]?.holder === undefined ? '' : `, where ${bare(state.library[0].holder)} holds the turn`}.
            </span>
          </p>
        )}
      </div>
    </main>
  );
}
