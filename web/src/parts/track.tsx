import type { JSX } from 'preact';
import { bare, list } from '../app/words.ts';
import { Name, Seat } from './parts.tsx';
import type { Bar, Score } from './score.ts';

export interface TrackProps {
  score: Score;
  lane: number; // height of a lane, px
  words: string; // the same in words, for who cannot see it
  mini?: boolean;
  children?: JSX.Element;
}

const percent = (x: number, length: number): string => `${(x / length) * 100}%`;

/** The line is the quest: one row per seat, one stepped line through them. Solid happened, orange is now, dashed is planned. */
export function Track({ score, lane, words, mini = false, children }: TrackProps): JSX.Element {
  const { lanes, bars, drops, length, at, beads, rest } = score;
  const height = lanes.length * lane;
  const y = (i: number): number => i * lane + lane / 2;
  const holding = new Set(beads);
  return (
    <figure class={mini ? 'track mini' : 'panel track'} aria-label="Turn line">
      {!mini && (
        <ol class="lanes" aria-hidden="true">
          {lanes.map((seat, i) => (
            <li key={seat.id} class={holding.has(i) ? 'on' : ''} style={{ height: `${lane}px` }}>
              <Seat id={seat.id} person={seat.person} holds={holding.has(i)} small />
              <span class="cut">
                <Name id={seat.id} />
              </span>
              {seat.role !== '' && <span class="role">{seat.role}</span>}
            </li>
          ))}
        </ol>
      )}
      <div class="staff" style={{ height: `${height}px`, backgroundSize: `100% ${lane}px`, '--lane': `${lane}px` }} role="img" aria-label={words}>
        {!mini && beads.map((i) => <div class="wash" key={i} style={{ top: `${i * lane}px`, height: `${lane}px` }} />)}
        <svg class="score" viewBox={`0 0 ${length} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          {drops.map((drop, i) => (
            <path key={i} class={`pass ${drop.ink}`} d={`M${drop.x} ${y(drop.from)}V${y(drop.to)}`} />
          ))}
          {bars.map((bar, i) => (
            <path key={i} class={`hold ${bar.ink}`} d={`M${bar.from} ${y(bar.lane)}H${bar.to}`} />
          ))}
        </svg>
        {!mini &&
          bars
            .filter((bar) => bar.label !== '')
            .map((bar, i) => (
              <span key={i} class={`lb ${bar.ink}`} style={{ ...(bar.to === length && !/^T\d/.test(bar.label) ? { right: 0 } : { left: percent(bar.from, length) }), top: `${y(bar.lane) - lane / 2 + 1}px`, maxWidth: /^T\d/.test(bar.label) ? percent(bar.to - bar.from + 1, length) : 'none' }}>
                {bar.label}
              </span>
            ))}
        {beads.length > 0 && children !== undefined && <div class="nowline" style={{ left: percent(at, length) }} />}
        {(mini ? beads.slice(0, 1) : beads).map((i, k) => (
          <i class="bead" key={k} style={{ left: percent(at, length), top: `${y(i)}px` }} />
        ))}
        {beads.length === 0 && <i class="bead rest" style={{ left: percent(Math.min(at, length), length), top: `${y(rest)}px` }} />}
      </div>
      {!mini && <Table score={score} />}
      {children}
    </figure>
  );
}

const INKS: Record<Bar['ink'], string> = { past: 'done', now: 'holds the turn', wait: 'paused', later: 'later', plan: 'planned' };

/** The same as rows, for who reads it with a screen reader. */
function Table({ score }: { score: Score }): JSX.Element {
  return (
    <table class="vh">
      <caption>Who held the turn, in order</caption>
      <thead>
        <tr>
          <th>Seat</th>
          <th>Tasks</th>
          <th>State</th>
        </tr>
      </thead>
      <tbody>
        {score.bars.map((bar, i) => (
          <tr key={i}>
            <td>{score.lanes[bar.lane]?.id}</td>
            <td>{bar.label}</td>
            <td>{INKS[bar.ink]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The line in words: who held the turn, one after another. */
export function lineInWords(score: Score): string {
  const said = (inks: readonly string[]): string =>
    list(
      score.bars
        .filter((bar) => inks.includes(bar.ink))
        .map((bar) => `${bare(score.lanes[bar.lane]?.id ?? '')}${bar.label === '' ? '' : ` (${bar.label})`}`)
        .filter((word, i, all) => word !== all[i - 1]),
    );
  const past = said(['past', 'now']);
  const plan = said(['plan']);
  return `${past === '' ? '' : `The turn so far: ${past}. `}${plan === '' ? '' : `Planned next: ${plan}.`}`;
}
