import '../styles/decide.css';
import { CoreError, type Matrix, type MatrixRanking } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { blankDecision, edit, type KeptDecision } from '../app/decision-desk.ts';
import { inWords } from '../app/logs.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { openRoster } from '../app/team.ts';
import { Icon } from '../parts/icons.tsx';
import { later } from '../parts/later.tsx';

const percent = (milli: number): string => `${Number((milli / 1000).toFixed(1))} %`;

type Ranked = { ranking: MatrixRanking } | { says: string };

/** The winner, how far the others are behind, and what would turn it over. */
function Ranking({ ranked }: { ranked: Ranked }): JSX.Element {
  if ('says' in ranked) {
    return (
      <p class="refused" role="alert">
        <Icon name="fail" tone="c-fail" />
        <span>{ranked.says}</span>
      </p>
    );
  }
  const { options, sensitivity, missing, scale } = ranked.ranking;
  const flips = [...sensitivity].sort((a, b) => Math.abs(a.change ?? Infinity) - Math.abs(b.change ?? Infinity));
  return (
    <>
      <ol class="rank" aria-label="Ranking">
        {options.map((option) => (
          <li key={option.name}>
            <span class="num muted">{option.rank}</span>
            <b>{option.name}</b>
            <span class="num">
              {(option.total / 1000).toFixed(2)} <small class="muted">of {scale / 1000}</small>
            </span>
            <span class="meter" aria-hidden="true">
              <i style={{ width: `${(100 * option.total) / Math.max(1, scale)}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {sensitivity.length > 0 && (
        <>
          <div class="panel-h">
            <h2>What would turn it over</h2>
          </div>
          <ul class="flips" aria-label="What would turn it over">
            {flips.map((flip) => (
              <li key={flip.criterion}>
                <Icon name={flip.to === undefined ? 'check' : 'warn'} tone={flip.to === undefined ? 'c-pass' : 'c-warn'} />
                <span>
                  {flip.to === undefined || flip.at === undefined ? (
                    `No weight of ${flip.criterion} changes the winner.`
                  ) : (
                    <>
                      {flip.criterion} at <b class="num">{percent(flip.at)}</b> instead of <span class="num">{percent(flip.weight)}</span>: {flip.to} draws level.
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {missing.length > 0 && (
        <p class="pad muted">
          {missing.length === 1 ? 'One score is' : `${missing.length} scores are`} missing and count as 0: {missing.slice(0, 3).map(({ option, criterion }) => `${option}, ${criterion}`).join('; ')}
          {missing.length > 3 ? ' and more' : ''}.
        </p>
      )}
    </>
  );
}

interface GridProps {
  matrix: Matrix;
  change: (how: (matrix: Matrix) => Matrix) => void;
  lineOf: (line: number | undefined) => string | null;
}

function Grid({ matrix, change, lineOf }: GridProps): JSX.Element {
  return (
    <div class="wide" role="region" aria-label="Options and criteria, scrolls sideways" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Criterion and its weight</th>
            {matrix.options.map((option, at) => (
              <th scope="col" key={at}>
                <span class="top">
                  <input aria-label={`Name of option ${at + 1}`} value={option.name} onInput={(event) => change(edit.nameOption(at, event.currentTarget.value))} />
                  <button class="btn quiet icon s" type="button" aria-label={`Take out ${option.name}`} onClick={() => change(edit.dropOption(at))}>
                    <Icon name="cross" />
                  </button>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.criteria.map((criterion, at) => {
            const line = lineOf(criterion.line);
            return (
              <tr key={at}>
                <th scope="row">
                  <span class="top">
                    <input aria-label={`Name of criterion ${at + 1}`} value={criterion.name} onInput={(event) => change(edit.nameCriterion(at, event.currentTarget.value))} />
                    <button class="btn quiet icon s" type="button" aria-label={`Take out ${criterion.name}`} onClick={() => change(edit.dropCriterion(at))}>
                      <Icon name="cross" />
                    </button>
                  </span>
                  <span class="weigh num">
                    <input type="range" min={0} max={100} value={criterion.weight} aria-label={`Weight of ${criterion.name}`} onInput={(event) => change(edit.criterionIs(at, { weight: Number(event.currentTarget.value) }))} />
                    <input
                      type="number"
                      min={0}
                      max={100}
                      step={1}
                      value={criterion.weight}
                      aria-label={`Weight of ${criterion.name}, percent`}
                      onInput={(event) => change(edit.criterionIs(at, { weight: Math.min(100, Math.max(0, Math.round(Number(event.currentTarget.value) || 0))) }))}
                    />
                    %
                  </span>
                  <label class="less">
                    <input type="checkbox" checked={criterion.less === true} onChange={(event) => change(edit.criterionIs(at, { less: event.currentTarget.checked }))} /> less is better
                    {line !== null && (
                      <a class="from" href={line}>
                        line {criterion.line}
                      </a>
                    )}
                  </label>
                </th>
                {matrix.options.map((option, k) => (
                  <td key={k}>
                    <input
                      type="number"
                      min={0}
                      max={matrix.scale ?? 10}
                      step="any"
                      value={(option.scores[criterion.name] as number | undefined) ?? ''}
                      aria-label={`${option.name}, ${criterion.name}`}
                      onInput={(event) => change(edit.score(k, criterion.name, event.currentTarget.value === '' ? null : Number(event.currentTarget.value)))}
                    />
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Options against weighted criteria; the ranking, and how firm it stands, follow every change. */
function Options({ state, app }: { state: AppState; app: App }): JSX.Element {
  const [kept, setKept] = useState<KeptDecision>(blankDecision);
  const [note, setNote] = useState<string | null>(null);
  const touched = useRef(false);
  useEffect(() => {
    void app.storage.setting('decision').then(
      (found) => {
        if (found !== undefined && !touched.current) setKept(found);
      },
      () => setNote('This browser stores nothing here: save the record as a file.'),
    );
  }, []);
  const put = (patch: Partial<KeptDecision>): void => {
    touched.current = true;
    const next = { ...kept, ...patch };
    setKept(next);
    app.storage.putSetting('decision', next).catch(() => setNote('This change is not stored. Save the record as a file.'));
  };
  const { matrix } = kept;
  const ranked = useMemo((): Ranked => {
    try {
      return { ranking: app.core.rankMatrix(matrix) };
    } catch (error) {
      if (!(error instanceof CoreError)) throw error;
      return { says: inWords(error) };
    }
  }, [matrix]);
  const take = (agent: string): void => {
    const { roster } = openRoster(app.core, state.team.files, state.off);
    try {
      const criteria = app.core.decisionCriteria(roster, agent);
      if (criteria.length === 0) return setNote(`The file of ${agent} weighs no criteria.`);
      setNote(null);
      put({ agent, matrix: { ...matrix, criteria } });
    } finally {
      roster.close();
    }
  };
  const path = state.team.roster.agents.find(({ id }) => id === kept.agent)?.path;
  const lineOf = (line: number | undefined): string | null => (line === undefined || path === undefined ? null : href({ screen: 'team', path, line }));
  const winner = 'ranking' in ranked ? ranked.ranking.options[0]?.name : undefined;
  const save = (): void => {
    const lines = kept.reasons.split('\n').map((line) => line.trim()).filter((line) => line !== '');
    try {
      const record = app.core.decisionRecord({
        title: kept.title.trim() || 'A decision',
        at: app.now(),
        matrix,
        ...(kept.context.trim() === '' ? {} : { context: kept.context.trim() }),
        ...(winner === undefined ? {} : { decision: winner }),
        ...(lines.length === 0 ? {} : { reasons: lines }),
        ...(kept.agent === null ? {} : { participants: [kept.agent] }),
      });
      app.download('decision.md', record);
      setNote(null);
    } catch (error) {
      setNote(inWords(error));
    }
  };
  return (
    <>
      <div>
        <div class="obj">
          <span class="eyebrow">Decision</span>
          <h1>
            <input aria-label="What is to be decided" placeholder="What is to be decided" value={kept.title} onInput={(event) => put({ title: event.currentTarget.value })} />
          </h1>
        </div>
        <section class="panel" aria-label="Options">
          <div class="panel-h">
            <h2>Options and criteria</h2>
            <label class="end">
              Weights of{' '}
              <select aria-label="Take the weights of an agent" value="" onChange={(event) => take(event.currentTarget.value)}>
                <option value="" disabled>
                  {kept.agent ?? 'an agent’s file'}
                </option>
                {state.team.roster.agents
                  .filter((agent) => agent.path !== undefined)
                  .map((agent) => (
                    <option key={agent.id} value={agent.id}>
                      {agent.id}
                    </option>
                  ))}
              </select>
            </label>
          </div>
          {matrix.criteria.length === 0 ? (
            <p class="pad muted">No criteria yet. Take those that an agent’s file weighs, or add your own.</p>
          ) : (
            <Grid matrix={matrix} change={(how) => put({ matrix: how(matrix) })} lineOf={lineOf} />
          )}
          {note !== null && (
            <p class="refused" role="alert">
              <Icon name="info" tone="c-info" />
              <span>{note}</span>
            </p>
          )}
          <div class="acts">
            <button class="btn s" type="button" onClick={() => put({ matrix: edit.criterion()(matrix) })}>
              <Icon name="plus" />
              Criterion
            </button>
            <button class="btn s" type="button" onClick={() => put({ matrix: edit.option()(matrix) })}>
              <Icon name="plus" />
              Option
            </button>
            <button class="btn quiet s" type="button" onClick={() => put(blankDecision)}>
              Start over
            </button>
          </div>
        </section>
        <section class="panel" aria-label="The record">
          <div class="panel-h">
            <h2>The record</h2>
          </div>
          <div class="words">
            <label>
              Why it has to be decided
              <textarea rows={2} value={kept.context} onInput={(event) => put({ context: event.currentTarget.value })} />
            </label>
            <label>
              Reasons, one a line
              <textarea rows={3} value={kept.reasons} onInput={(event) => put({ reasons: event.currentTarget.value })} />
            </label>
          </div>
          <div class="acts">
            <button class="btn primary" type="button" onClick={save}>
              Save as a decision record
            </button>
          </div>
        </section>
      </div>
      <section class="panel" aria-label="Ranking" aria-live="polite">
        <div class="panel-h">
          <h2>Ranking</h2>
          {'ranking' in ranked && <span class="end num">weights add up to {percent(ranked.ranking.weights)}</span>}
        </div>
        {matrix.criteria.length === 0 ? <p class="pad muted">The ranking stands here as soon as there is a criterion.</p> : <Ranking ranked={ranked} />}
      </section>
    </>
  );
}

const Services = later('The services', async () => (await import('./services.tsx')).Services);
const SIGHTS = { options: 'Options', services: 'Service boundaries' } as const;
type Sight = keyof typeof SIGHTS;
/** What was looked at last, for as long as the page is open. */
let chosen: Sight = 'options';

/** What is decided: one of some options, or where services begin and end. */
export function DecideScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const [sight, setSight] = useState<Sight>(chosen);
  return (
    <main class="screen-decide" id="main">
      <div class="turn-to" role="group" aria-label="What is decided">
        {(Object.keys(SIGHTS) as Sight[]).map((one) => (
          <button
            key={one}
            class="btn quiet s"
            type="button"
            aria-pressed={one === sight}
            onClick={() => {
              chosen = one;
              setSight(one);
            }}
          >
            {SIGHTS[one]}
          </button>
        ))}
      </div>
      {sight === 'options' ? <Options state={state} app={app} /> : <Services app={app} />}
    </main>
  );
}
