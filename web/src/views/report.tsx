import type { Certificate, Comparison, Metric, ReportKind } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { compareWith } from '../app/beside.ts';
import { measured, money } from '../app/figures.ts';
import type { AppState, OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count, day, list } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';
import { Name, Verdicts } from '../parts/parts.tsx';
import { TroubleScreen } from './trouble.tsx';
import './report.css';

type Kind = ReportKind | 'metrics' | 'certificate' | 'compare' | 'lessons' | 'copy' | 'backlog';

const KINDS: readonly { kind: Kind; word: string; says: string }[] = [
  { kind: 'standup', word: 'Standup', says: 'For each agent what it completed, what is open, what it asks.' },
  { kind: 'review', word: 'Weekly review', says: 'Decisions with who made them and why, what was completed, open questions, gates.' },
  { kind: 'sprint', word: 'Sprint', says: 'Completed, open and dropped tasks, open questions, usage.' },
  { kind: 'final', word: 'Final report', says: 'All of the quest: tasks and times, decisions, gates, artifacts, usage.' },
  { kind: 'backlog', word: 'Sprint planning', says: 'What is left open, as a plan of the next round that you can change.' },
  { kind: 'metrics', word: 'Metrics', says: 'Each number by its name, with how it is computed.' },
  { kind: 'certificate', word: 'Certificate', says: 'What the log proves, and what it does not.' },
  { kind: 'compare', word: 'Compare', says: 'Where this quest and another one part.' },
  { kind: 'lessons', word: 'What it taught', says: 'Patterns, antipatterns and decisions, for the memory of this browser.' },
  { kind: 'copy', word: 'Redacted copy', says: 'The same log without its texts. It verifies as before.' },
];
const Backlog = later('Sprint planning', async () => (await import('./backlog.tsx')).Backlog);
const Lessons = later('What it taught', async () => (await import('./lessons.tsx')).Lessons);
const PERIODS: readonly { days: number | null; word: string }[] = [
  { days: 1, word: 'one day' },
  { days: 7, word: '7 days' },
  { days: 14, word: '14 days' },
  { days: null, word: 'all of it' },
];
const USUAL: Partial<Record<Kind, number>> = { standup: 1, review: 7, sprint: 14 };

interface Part {
  quest: OpenQuest;
  app: App;
}

function Take({ app, name, text }: { app: App; name: string; text: string }): JSX.Element {
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => setCopied(null), [text]);
  return (
    <div class="take">
      <button class="btn s" type="button" onClick={() => void app.copy(text).then(setCopied)}>
        <Icon name={copied === true ? 'check' : 'copy'} />
        Copy
      </button>
      <button class="btn s" type="button" onClick={() => app.download(name, text)}>
        <Icon name="file" />
        Download
      </button>
      <span role="status" class="muted small">
        {copied === true ? 'Copied.' : copied === false ? 'This browser does not let the page copy: download it.' : ''}
      </span>
    </div>
  );
}

function Written({ quest, app, kind }: Part & { kind: ReportKind }): JSX.Element {
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const days = chosen === undefined ? (USUAL[kind] ?? null) : chosen;
  const text = useMemo(() => app.inspect.report(kind, days), [quest.shown, kind, days, app]);
  const html = useMemo(() => app.inspect.html(text), [text, app]);
  return (
    <>
      <div class="row tools">
        <label>
          Looks back{' '}
          <select value={String(days)} onChange={(event) => setChosen(event.currentTarget.value === 'null' ? null : Number(event.currentTarget.value))}>
            {PERIODS.map((period) => (
              <option key={period.word} value={String(period.days)}>
                {period.word}
              </option>
            ))}
          </select>
        </label>
        <Take app={app} name={`${quest.id}-${kind}.md`} text={text} />
      </div>
      {/* The core's own renderer: nothing of the text becomes markup that runs. */}
      <article class="prose" dangerouslySetInnerHTML={{ __html: html }} />
    </>
  );
}

function Measure({ metric }: { metric: Metric }): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <tbody data-metric={metric.name}>
      <tr>
        <th scope="row">
          {metric.parts.length > 0 ? (
            <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
              {metric.name}
              <Icon name="next" />
            </button>
          ) : (
            metric.name
          )}
          <small>{metric.definition}</small>
        </th>
        <td class={`num ${metric.value === null ? 'muted' : ''}`}>{measured(metric.unit, metric.value)}</td>
      </tr>
      {open &&
        metric.parts.map((part) => (
          <tr class="part" key={`${part.by}${part.name}`}>
            <th scope="row">
              <span class="muted">{part.by}</span> {part.name}
            </th>
            <td class="num">{measured(metric.unit, part.value)}</td>
          </tr>
        ))}
    </tbody>
  );
}

function Numbers({ quest, app }: Part): JSX.Element {
  const { metrics } = useMemo(() => app.inspect.metrics(), [quest.shown, app]);
  const [name, setName] = useState('');
  const found = metrics.filter((metric) => metric.name.includes(name.trim().toLowerCase()));
  return (
    <>
      <div class="row tools">
        <label>
          By name <input class="field" value={name} autocomplete="off" spellcheck={false} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <span class="muted small" role="status">
          {found.length} of {metrics.length}
        </span>
      </div>
      <table class="numbers">
        <thead class="vh">
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        {found.map((metric) => (
          <Measure key={metric.name} metric={metric} />
        ))}
      </table>
      {found.length === 0 && <p class="nothing">No metric has that in its name.</p>}
    </>
  );
}

function Certified({ quest, app }: Part): JSX.Element {
  const certificate: Certificate = useMemo(() => app.inspect.certificate(), [quest.shown, app]);
  return (
    <div class="cert">
      <div class="row tools">
        <Take app={app} name={`${quest.id}-certificate.json`} text={`${JSON.stringify(certificate, null, 2)}\n`} />
      </div>
      <Verdicts verdict={certificate.verdict} />
      <h3>Who spoke</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Messages</th>
            <th scope="col">Turns</th>
          </tr>
        </thead>
        <tbody>
          {certificate.agents.map((one) => (
            <tr key={one.agent}>
              <th scope="row">{one.agent}</th>
              <td class="num">{one.messages}</td>
              <td class="num">{one.turns}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Turns, in order</h3>
      <ol class="turns">
        {certificate.turns.map((turn, i) => (
          <li key={i}>
            <Name id={turn.agent} /> <span class="muted">{turn.to === undefined ? `since event ${turn.from}` : `events ${turn.from} to ${turn.to}`}, {day(turn.began)}</span>
          </li>
        ))}
      </ol>
      <h3>Tasks and their answers</h3>
      <ul class="turns">
        {certificate.tasks.map((task) => (
          <li key={task.id}>
            <b class="mono">{task.id}</b> {task.status} <Name id={task.agent} />
            {task.answer !== undefined && <code class="hash">{task.answer}</code>}
          </li>
        ))}
      </ul>
      <p>{certificate.unanswered.length === 0 ? 'Every task was answered.' : `No answer completed ${list(certificate.unanswered)}.`}</p>
      <h3>What this does not prove</h3>
      <ul class="dots">
        {certificate.not_proven.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
      <p>
        Head <code class="hash">{certificate.verdict.head}</code>
      </p>
    </div>
  );
}

const RELATION: Record<Comparison['relation'], string> = {
  same: 'Both have the same events.',
  left_continues: 'This quest has all events of the other one, and more.',
  right_continues: 'The other one has all events of this quest, and more.',
  diverged: 'They part after a common start.',
  unrelated: 'They have nothing in common, not even the first event.',
};

function Compared({ quest, app, state }: Part & { state: AppState }): JSX.Element {
  const others = (state.library ?? []).filter((record) => record.id !== quest.id);
  const [other, setOther] = useState('');
  const [result, setResult] = useState<Comparison | string | null>(null);
  const id = others.some((record) => record.id === other) ? other : (others[0]?.id ?? '');
  useEffect(() => {
    let late = false;
    setResult(null);
    if (id !== '') void compareWith(app, id).then((found) => !late && setResult(found));
    return () => {
      late = true;
    };
  }, [id, quest.shown, app]);
  if (others.length === 0) return <p class="nothing">There is no other quest in this browser. Continue this one from an earlier event as another quest, or drop a .quest file here.</p>;
  return (
    <>
      <div class="row tools">
        <label>
          With{' '}
          <select value={id} onChange={(event) => setOther(event.currentTarget.value)}>
            {others.map((record) => (
              <option key={record.id} value={record.id}>
                {record.id}: {record.title}
              </option>
            ))}
          </select>
        </label>
      </div>
      {typeof result === 'string' && (
        <p class="c-fail" role="alert">
          {result}
        </p>
      )}
      {result !== null && typeof result !== 'string' && (
        <div class="compared" data-relation={result.relation}>
          <p>
            <b>{RELATION[result.relation]}</b> {result.shared > 0 && `They share ${count(result.shared, 'event')} from the start.`}
          </p>
          <table>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">This quest</th>
                <th scope="col">The other one</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">events</th>
                <td class="num">{result.left.events}</td>
                <td class="num">{result.right.events}</td>
              </tr>
              {result.differs.map((one) => (
                <tr key={one.name}>
                  <th scope="row">{one.name === 'micro' ? 'cost' : one.name}</th>
                  {[one.left, one.right].map((value, i) => (
                    <td key={i}>{value === null ? <span class="muted">none</span> : one.name === 'micro' ? money(Number(value)) : value}</td>
                  ))}
                </tr>
              ))}
              <tr>
                <th scope="row">first event of its own</th>
                {[result.left, result.right].map((branch, i) => (
                  <td key={i}>{branch.first === undefined ? <span class="muted">none</span> : `${branch.first.n}: ${branch.first.by}, ${branch.first.type}`}</td>
                ))}
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Copies({ quest, app }: Part): JSX.Element {
  return (
    <div class="copies">
      <p>
        Every text is taken out: the objective, what was said, reasons, evidence. Who did what and when stays, and so do all hashes: the copy verifies with the same head. Whoever has the whole log can give a text back, and the
        hash shows that it is the one.
      </p>
      <div class="row">
        <button class="btn primary" type="button" onClick={() => app.download(`${quest.id}-redacted.quest`, app.inspect.redacted())}>
          <Icon name="hide" />
          Download the redacted copy
        </button>
        <button class="btn" type="button" onClick={() => void app.library.save(quest.id)}>
          <Icon name="file" />
          Download the whole log
        </button>
      </div>
      <p class="muted small">To choose text by text what leaves, go to Share.</p>
    </div>
  );
}

/** What the quest has come to, made from its log by the core. */
export function Report({ state, app, kind }: { state: AppState; app: App; kind: string | null }): JSX.Element {
  const { quest } = state;
  if (quest === null) return <TroubleScreen state={state} app={app} />;
  const one = KINDS.find((each) => each.kind === kind) ?? KINDS[0]!;
  const part = { quest, app };
  return (
    <main class="screen-report" id="main" data-kind={one.kind}>
      <div class="top">
        <h1>{quest.shown.mission ?? 'Objective withheld'}</h1>
        <a class="btn s" href={href({ screen: 'quest', quest: quest.id })}>
          <Icon name="quest" />
          To the quest
        </a>
      </div>
      {quest.at !== null && (
        <p class="notice info">
          As it was after event {quest.at} of {quest.view.n - 1}.{' '}
          <button class="btn s" type="button" onClick={() => app.viewer.look(null)}>
            Back to live
          </button>
        </p>
      )}
      <div class="cols">
        <nav class="panel kinds" aria-label="Reports">
          <ul>
            {KINDS.map((each) => (
              <li key={each.kind}>
                <a href={href({ screen: 'report', quest: quest.id, kind: each.kind })} aria-current={each === one ? 'page' : undefined}>
                  {each.word}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <section class="panel sheet" aria-labelledby="report-kind">
          <h2 id="report-kind">{one.word}</h2>
          <p class="muted">{one.says}</p>
          {one.kind === 'metrics' ? (
            <Numbers {...part} />
          ) : one.kind === 'certificate' ? (
            <Certified {...part} />
          ) : one.kind === 'compare' ? (
            <Compared {...part} state={state} />
          ) : one.kind === 'lessons' ? (
            <Lessons {...part} state={state} />
          ) : one.kind === 'backlog' ? (
            <Backlog {...part} state={state} />
          ) : one.kind === 'copy' ? (
            <Copies {...part} />
          ) : (
            <Written key={one.kind} {...part} kind={one.kind} />
          )}
        </section>
      </div>
    </main>
  );
}
