import '../styles/quest.css';
import type { QuestView, TaskView } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { PACES } from '../app/drive-desk.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { bare, banner, CAVEAT, count, isOver, list, reasonOf } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Badge, Bead, Blank, Name, Seat, Verdicts } from '../parts/parts.tsx';
import { later } from '../parts/later.tsx';
import { scoreOf } from '../parts/score.ts';
import { lineInWords, Track } from '../parts/track.tsx';
import { Countdown } from './clock.tsx';
import { Talk } from './talk.tsx';
import { TroubleScreen } from './trouble.tsx';

const standing = () => import('./standing.tsx');
const Standing = later('What holds the quest up', async () => (await standing()).Standing);
const TaskCard = later('The task', async () => (await standing()).TaskCard);
const Spent = later('The ledger', async () => (await standing()).Spent);
const PlanMark = later('The plan', async () => (await standing()).PlanMark);
const RoadmapTick = later('The roadmap', async () => (await standing()).RoadmapTick);
const Seats = later('Who plays', async () => (await standing()).Seats);
const Hand = later('Who plays', async () => (await standing()).Hand);
const Held = later('Why the quest waits', async () => (await standing()).Held);
const Halt = later('Why the quest waits', async () => (await standing()).Halt);
const tools = () => import('./tools.tsx');
const ToolsTop = later('What agents ask', async () => (await tools()).ToolsTop);
const ToolsSide = later('The files', async () => (await tools()).ToolsSide);
const MIDDLE = {
  talk: { word: 'Talk', name: 'Conversation', Part: Talk },
  board: { word: 'Board', name: 'Status board', Part: later('The board', async () => (await standing()).Board) },
  events: { word: 'Timeline', name: 'Timeline', Part: later('The timeline', async () => (await standing()).Events) },
};
type Middle = keyof typeof MIDDLE;

const short = (hash: string): string => `${hash.slice(0, 4)}…${hash.slice(-4)}`;

function Banner({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { shown: view, mode } = quest;
  const { who, says } = banner(view);
  const rest = view.status !== 'running' && view.status !== 'proposed';
  const holder = view.holders[0];
  const work = view.holds.filter((hold) => hold.to === undefined && view.holders.includes(hold.agent)).flatMap((hold) => hold.tasks);
  const titles = work.map((id) => view.tasks.find((task) => task.id === id)?.title).filter((title) => title !== undefined && title !== null);
  const then = view.next[0];
  const done = view.tasks.filter((task) => task.status === 'done').length;
  const [asked, setAsked] = useState(false);
  const stop = (
    <button class="btn stop" type="button" aria-label="Stop the quest" onClick={() => setAsked(true)}>
      <Icon name="stop" />
      <span class="w">Stop</span>
    </button>
  );
  const mine = mode === 'drive' || (mode === 'live' && quest.link?.own !== undefined);
  return (
    <section class={`turn ${rest ? 'rest' : ''}`} aria-label="Whose turn it is">
      <div class="who" role="status" aria-live="polite" aria-atomic="true">
        {holder !== undefined && view.status === 'running' && view.holder !== 'owner' ? (
          <span class="seat" aria-hidden="true">
            {view.holders.length === 1 ? bare(holder).split(/[-._]/).map((word) => word[0]).join('').slice(0, 2).toUpperCase() : view.holders.length}
          </span>
        ) : (
          <Bead live={!rest} />
        )}
        <p>
          <strong>
            <Name id={who} />
          </strong>{' '}
          {says}
        </p>
      </div>
      <dl class="task">
        <dt>{isOver(view) ? 'Outcome' : 'Working on'}</dt>
        <dd>
          {isOver(view) ? (view.summary ?? 'No words were left.') : work.length > 0 ? (
            <>
              {work.join(', ')} <small>{titles.join(', ')}</small>
            </>
          ) : view.status === 'proposed' ? 'The plan' : view.holder === 'leader' ? 'What comes next' : 'Nothing at the moment'}
        </dd>
      </dl>
      {view.limit !== undefined ? (
        <Countdown limit={view.limit} since={quest.at === null && view.status !== 'paused' ? view.at : null} now={() => app.now()} />
      ) : (
        <div class="left">
          <dl>
            <dt>Tasks done</dt>
            <dd class="num">
              {done} <small>of {view.tasks.length}</small>
            </dd>
          </dl>
          <div class="meter" aria-hidden="true">
            <i style={{ width: `${view.tasks.length === 0 ? 0 : (done / view.tasks.length) * 100}%` }} />
          </div>
        </div>
      )}
      <dl class="then">
        <dt>Then</dt>
        <dd class="row">{then === undefined ? <span class="muted">{isOver(view) ? 'nothing, it is over' : 'the leader decides'}</span> : <span class="cut"><Name id={then.agent} /></span>}</dd>
        {then !== undefined && (
          <dd>
            <small>{then.tasks.length > 0 ? `${list(then.tasks)}${then.planned ? ', by the plan' : ''}` : 'reads the answer'}</small>
          </dd>
        )}
      </dl>
      <div class="do">
        {quest.at !== null ? (
          <button class="btn" type="button" aria-label="Back to live" onClick={() => app.viewer.look(null)}>
            <Icon name="last" />
            <span class="w">Back to live</span>
          </button>
        ) : mine && view.status === 'proposed' ? (
          <a class="btn primary" href={href({ screen: 'plan', quest: quest.id })} aria-label="Read the plan">
            <Icon name="plan" />
            <span class="w">Read the plan</span>
          </a>
        ) : mine && asked && !isOver(view) ? (
          <>
            <button
              class="btn stop"
              type="button"
              onClick={() => {
                setAsked(false);
                void app.quest.owner('abort');
              }}
            >
              Stop for good
            </button>
            <button class="btn" type="button" onClick={() => setAsked(false)}>
              Keep it
            </button>
          </>
        ) : mine && view.status === 'running' ? (
          <>
            <button class="btn" type="button" aria-label="Pause" onClick={() => void app.quest.owner('pause')}>
              <Icon name="pause" />
              <span class="w">Pause</span>
            </button>
            {stop}
          </>
        ) : mine && view.status === 'paused' ? (
          <>
            <button class="btn primary" type="button" aria-label="Resume" onClick={() => void app.quest.owner('resume')}>
              <Icon name="play" />
              <span class="w">Resume</span>
            </button>
            {stop}
          </>
        ) : mode === 'drive' ? (
          <a class="btn" href={href({ screen: 'share', quest: quest.id })} aria-label="Share">
            <Icon name="share" />
            <span class="w">Share</span>
          </a>
        ) : (
          <span class="muted small">{mode === 'follow' ? 'Driven in another tab' : mode === 'live' ? (quest.link?.as === undefined ? 'You watch' : 'You have a seat') : 'Opened to look at'}</span>
        )}
      </div>
    </section>
  );
}

function Scrub({ quest, app, length, pace }: { quest: OpenQuest; app: App; length: number; pace: number }): JSX.Element {
  const last = quest.view.n - 1;
  const at = quest.at ?? last;
  const live = quest.at === null;
  const words = live ? `Event ${last}, live.${quest.view.next.length > 0 ? ' Dashed is planned.' : ''}` : `Event ${at} of ${last}. What came after is grey.`;
  // The knob stands under the bead: at 2 when the first event is shown, one further for each other.
  const share = (events: number): string => `${(events / length) * 100}%`;
  return (
    <div class="scrub">
      <div class="ctl">
        <button class="btn quiet icon" type="button" aria-label="One event back" onClick={() => app.viewer.step(-1)}>
          <Icon name="prev" />
        </button>
        <button class="btn quiet icon" type="button" aria-label={quest.replaying ? 'Stop the replay' : live ? 'Replay from the start' : 'Replay from here'} onClick={() => void app.viewer.replay()}>
          <Icon name={quest.replaying ? 'pause' : 'play'} />
        </button>
        <button class="btn quiet icon" type="button" aria-label="One event on" onClick={() => app.viewer.step(1)}>
          <Icon name="next" />
        </button>
        <button class="btn quiet icon" type="button" aria-label="To the live event" onClick={() => app.viewer.look(null)}>
          <Icon name="last" />
        </button>
        {app.inspect.may({ by: '@owner', type: 'fork', from: at }) && (
          <button class="btn quiet icon" type="button" aria-label="Continue from here as another quest" title="Continue from here as another quest" onClick={() => void app.library.fork(at)}>
            <Icon name="fork" />
          </button>
        )}
        {(quest.mode === 'drive' || quest.link?.own !== undefined) && !isOver(quest.view) && (
          <label class="pace">
            <span class="vh">Pace</span>
            <select title="Pace" value={pace} onChange={(event) => app.drive.setPace(Number(event.currentTarget.value))}>
              {PACES.map(({ ms, word }) => (
                <option key={ms} value={ms}>
                  {word}
                </option>
              ))}
              {!PACES.some(({ ms }) => ms === pace) && <option value={pace}>{pace / 1000} s</option>}
            </select>
          </label>
        )}
      </div>
      <div class="rail" style={{ gridTemplateColumns: `${share(2)} minmax(16px, ${share(last)}) minmax(0, 1fr)` }}>
        <input type="range" min={0} max={Math.max(last, 0)} value={at} aria-label="Event shown" aria-valuetext={words} onInput={(event) => app.viewer.look(Number(event.currentTarget.value))} />
        <div class="where num">
          <span>{words}</span>
        </div>
      </div>
    </div>
  );
}

const TASK: Record<TaskView['status'], { icon: IconName | null; tone: string; word: string }> = {
  todo: { icon: 'ring', tone: '', word: 'open' },
  open: { icon: null, tone: '', word: 'in work' },
  clarification: { icon: 'warn', tone: 'c-warn', word: 'asks' },
  blocked: { icon: 'warn', tone: 'c-warn', word: 'blocked' },
  done: { icon: 'check', tone: 'c-pass', word: 'done' },
  dropped: { icon: 'cross', tone: 'muted', word: 'dropped' },
};

function Tasks({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { shown: view } = quest;
  const inWork = new Set(view.holds.filter((hold) => view.status === 'running' && hold.to === undefined && view.holders.includes(hold.agent)).flatMap((hold) => hold.tasks));
  return (
    <section class="panel tasksbox" aria-label="Tasks">
      <div class="panel-h">
        <h2>Tasks</h2>
        <span class="end num">
          {view.tasks.filter((task) => task.status === 'done').length} of {view.tasks.length} done
        </span>
      </div>
      <ul class="tasks">
        {view.tasks.map((task) => {
          const on = inWork.has(task.id);
          const { icon, tone, word } = TASK[task.status];
          return (
            <li key={task.id} class={on ? 'on' : task.status === 'todo' ? 'todo' : ''}>
              {on ? <Bead live small /> : <Icon name={icon ?? 'ring'} tone={tone} />}
              <span>
                <button class="pick" type="button" aria-expanded={quest.task === task.id} onClick={() => app.viewer.selectTask(quest.task === task.id ? null : task.id)}>
                  <b>{task.id}</b>
                  {task.title ?? <span class="muted">withheld</span>}
                </button>
                <span class="vh">, {on ? 'in work' : word}</span>
                {(task.status === 'clarification' || task.status === 'blocked' || task.status === 'dropped') && <small class="muted"> {word}</small>}
              </span>
              <Seat id={task.agent} holds={on} small />
              {quest.task === task.id && <TaskCard quest={quest} app={app} task={task} />}
            </li>
          );
        })}
        {view.tasks.length === 0 && <li class="muted">No tasks yet.</li>}
      </ul>
    </section>
  );
}

function NextUp({ view }: { view: QuestView }): JSX.Element {
  const firstPlanned = view.next.findIndex((next) => next.planned);
  const task = new Map(view.tasks.map((one) => [one.id, one]));
  return (
    <section class="panel" aria-label="Next up">
      <div class="panel-h">
        <h2>Next up</h2>
        <span class="end">{view.policy} order</span>
      </div>
      <ol class="queue">
        {view.next.flatMap((next, i) => {
          const waits = [...new Set(next.tasks.flatMap((id) => task.get(id)?.after ?? []))].filter((id) => task.get(id)?.status !== 'done');
          const row = (
            <li key={`${next.agent}${i}`}>
              <span class="num">{i + 1}</span>
              <Seat id={next.agent} small />
              <span class="cutbox">
                <span class="cut">
                  <Name id={next.agent} />
                </span>
                <small>{next.tasks.length === 0 ? 'reads the answers' : `${list(next.tasks)}${waits.length > 0 ? `, waits for ${list(waits)}` : ''}`}</small>
              </span>
            </li>
          );
          return i === firstPlanned ? [<li class="sep" key="sep">then, by the plan</li>, row] : [row];
        })}
        {view.next.length === 0 && <li class="none">{isOver(view) ? 'Nobody: the quest is over.' : 'Nobody yet: the leader decides.'}</li>}
      </ol>
    </section>
  );
}

function Verified({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  return (
    <section class="panel" id="verified" aria-label="Verification" tabIndex={-1}>
      <div class="panel-h">
        <h2>Verified</h2>
        <span class="end num">{count(quest.verdict.events, 'event')}</span>
      </div>
      <Verdicts verdict={quest.verdict} />
      <dl class="hashes">
        <div>
          <dt>Head</dt>
          <dd class="mono" title={quest.view.head}>
            {short(quest.view.head)}
          </dd>
        </div>
        <div>
          <dt>State hash</dt>
          <dd class="mono" title={quest.view.state_hash} data-state-hash={quest.view.state_hash}>
            {short(quest.view.state_hash)}
          </dd>
        </div>
      </dl>
      <PlanMark quest={quest} app={app} />
      <p class="caveat">{CAVEAT}</p>
    </section>
  );
}

/** The quest itself: who holds the turn, the line, the talk. */
export function QuestBody({ quest, app, pace, lasting }: { quest: OpenQuest; app: App; pace: number; lasting: boolean }): JSX.Element {
  const { shown, view } = quest;
  const score = scoreOf(view, shown);
  const [middle, setMiddle] = useState<Middle>('talk');
  const { name, word, Part } = MIDDLE[middle];
  return (
    <main class={`screen-quest ${quest.at === null ? '' : 'earlier'}`} id="main" data-events={view.n} data-status={view.status} data-mode={quest.mode}>
      <div class="head">
        <h1>{view.mission ?? 'Objective withheld'}</h1>
        {view.id !== null && <span class="tag mono">{view.id}</span>}
        <a class="btn quiet s" href={href({ screen: 'report', quest: quest.id, kind: null })}>
          <Icon name="file" />
          Reports
        </a>
        {isOver(shown) && (
          <a class="btn quiet s" href={href({ screen: 'report', quest: quest.id, kind: 'lessons' })}>
            <Icon name="note" />
            Learn from this quest
          </a>
        )}
        <Badge verdict={quest.verdict} to="#verified" />
      </div>
      <Banner quest={quest} app={app} />
      {view.status === 'completed' && quest.plan?.item !== undefined && <RoadmapTick quest={quest} app={app} />}
      {shown.status === 'paused' && shown.cause !== 'owner' && <Halt quest={quest} app={app} />}
      {quest.at === null && shown.cause !== 'budget' && (reasonOf(view) !== null || app.drive.unplayed(quest).length > 0) && <Held quest={quest} app={app} />}
      {quest.asks.length + Object.keys(quest.silent).length > 0 && (
        <div class="tools-top">
          <ToolsTop quest={quest} app={app} />
        </div>
      )}
      <Track score={score} lane={30} words={lineInWords(score)}>
        <Scrub quest={quest} app={app} length={score.length} pace={pace} />
      </Track>
      <div class="below">
        <Tasks quest={quest} app={app} />
        <section class={`panel talk ${middle}`} aria-label={name}>
          <div class="panel-h">
            <h2 class="vh">{word}</h2>
            <div class="seg" role="group" aria-label="Shown here">
              {Object.entries(MIDDLE).map(([key, one]) => (
                <button key={key} type="button" aria-pressed={key === middle} onClick={() => setMiddle(key as Middle)}>
                  {one.word}
                </button>
              ))}
            </div>
            <span class="end num">{count(shown.n, 'event')}</span>
          </div>
          <Part quest={quest} app={app} />
        </section>
        <div class="side" role="group" aria-label="Next up and gates" tabIndex={0}>
          <NextUp view={shown} />
          {(quest.work !== null || quest.view.agents.some(({ kind }) => kind === 'model')) && <ToolsSide quest={quest} app={app} />}
          <Standing quest={quest} app={app} />
          {quest.mode === 'live' ? <Hand quest={quest} app={app} /> : <Seats quest={quest} app={app} />}
          {!lasting && (
            <section class="panel keep" aria-label="Storage">
              <p>This browser may delete quests when space runs low. Make a backup, or allow lasting storage.</p>
              <div class="row">
                <button class="btn s" type="button" onClick={() => void app.library.save(quest.id)}>
                  Make a backup
                </button>
                <button class="btn s" type="button" onClick={() => void app.library.allowLasting()}>
                  Allow
                </button>
              </div>
            </section>
          )}
        </div>
        <div class="side b" role="group" aria-label="Ledger and verification" tabIndex={0}>
          <Spent quest={quest} app={app} />
          <Verified quest={quest} app={app} />
        </div>
      </div>
    </main>
  );
}

export function QuestScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { quest } = state;
  if (quest !== null) return <QuestBody quest={quest} app={app} pace={state.pace} lasting={state.lasting !== 'refused' || quest.mode !== 'drive'} />;
  if (state.booting || state.trouble !== null) return <TroubleScreen state={state} app={app} />;
  return (
    <main id="main">
      <Blank
        icon="quest"
        title="No quest yet"
        acts={
          <a class="btn primary" href={href({ screen: 'home' })}>
            Say what to do
          </a>
        }
      >
        A quest is a plan that is being carried out, one turn at a time. Start one, open a link, or drop a .quest file here.
      </Blank>
    </main>
  );
}
