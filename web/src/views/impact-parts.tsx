import type { Breaks, Coupling, Health, HealthPoint, ModuleGraph, ModuleStep } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from '../parts/graph.ts';

const DRAWN = 200; // boxes of a picture; of more, the groups are drawn

const milli = (n: number): string => (n / 1000).toLocaleString('en', { maximumFractionDigits: 2 });

export function Facts({ coupling }: { coupling: Coupling }): JSX.Element {
  return (
    <section class="panel" aria-label="In numbers">
      <dl class="facts">
        <div>
          <dt>Modules</dt>
          <dd>{coupling.modules.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>Dependencies</dt>
          <dd>{coupling.edges.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>Cycles</dt>
          <dd>{coupling.cycles.length}{coupling.cycles.length === 20 ? ' and more' : ''}</dd>
        </div>
        <div>
          <dt>Coupling, less is better</dt>
          <dd>
            {milli(coupling.score)} <small>of 10</small>
          </dd>
        </div>
        <p class="formula">{coupling.formula}</p>
      </dl>
    </section>
  );
}

/** Arrow keys walk the cells; one of them is reached by Tab. */
export function Matrix({ coupling, graph }: { coupling: Coupling; graph: ModuleGraph }): JSX.Element | null {
  const { groups, levels, matrix } = coupling;
  const [at, setAt] = useState<{ row: number; column: number }>({ row: 0, column: Math.min(1, groups.length - 1) });
  const [open, setOpen] = useState<string | null>(null);
  const table = useRef<HTMLTableElement>(null);
  if (groups.length < 2) return null;
  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Home: [0, -groups.length], End: [0, groups.length] }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const within = (n: number): number => Math.max(0, Math.min(groups.length - 1, n));
    const next = { row: within(at.row + (step[0] ?? 0)), column: within(at.column + (step[1] ?? 0)) };
    setAt(next);
    table.current?.querySelector<HTMLElement>(`[data-cell="${next.row},${next.column}"]`)?.focus();
  };
  const group = new Map(graph.modules.map(({ name, group: of }) => [name, of]));
  const [from, to] = open === null ? [] : (open.split(',').map((n) => groups[Number(n)]) as [string, string]);
  const between = open === null ? [] : graph.edges.filter((edge) => group.get(edge.from) === from && group.get(edge.to) === to);
  return (
    <section class="panel" aria-labelledby="matrix-h">
      <header class="panel-h">
        <h2 id="matrix-h">Matrix</h2>
        <p>What the row's group needs of the column's. Arrow keys walk, Enter opens.</p>
      </header>
      <div class="wide">
        <table class="matrix" role="grid" aria-labelledby="matrix-h" ref={table} onKeyDown={walk}>
          <thead>
            <tr>
              <td />
              {groups.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((row, r) => (
              <tr key={row}>
                <th scope="row">{row}</th>
                {groups.map((column, c) => {
                  const level = levels[r]?.[c] ?? 'none';
                  const times = matrix[r]?.[c] ?? 0;
                  return (
                    <td key={column} role="gridcell">
                      <button
                        type="button"
                        class={`cell ${level}`}
                        data-cell={`${r},${c}`}
                        tabIndex={at.row === r && at.column === c ? 0 : -1}
                        aria-pressed={open === `${r},${c}`}
                        aria-label={r === c ? `${row} itself` : times === 0 ? `${row} does not need ${column}` : `${row} needs ${column}: ${level}, ${times}`}
                        onFocus={() => setAt({ row: r, column: c })}
                        onClick={() => setOpen(open === `${r},${c}` ? null : `${r},${c}`)}
                      >
                        {r === c ? '·' : times === 0 ? '–' : `${level} ${times}`}
                      </button>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="in" role="status">
        {open !== null && (
          <>
            <b>
              {from} → {to}
            </b>
            {between.length === 0 ? (
              <p>Nothing here needs anything there.</p>
            ) : (
              <ul>
                {between.slice(0, 50).map((edge) => (
                  <li key={`${edge.from} ${edge.to}`} class="name">
                    {edge.from} → {edge.to}
                  </li>
                ))}
                {between.length > 50 && <li>and {between.length - 50} more</li>}
              </ul>
            )}
          </>
        )}
      </div>
    </section>
  );
}

export function Cycles({ coupling }: { coupling: Coupling }): JSX.Element {
  return (
    <section class="panel" aria-label="Cycles">
      <header class="panel-h">
        <h2>Cycles</h2>
        <p>Modules that all need each other, with a shortest way around.</p>
      </header>
      <div class="in">
        {coupling.cycles.length === 0 && <p>None.</p>}
        <ol>
          {coupling.cycles.map(({ path, size }) => (
            <li key={path[0]} class="cycle">
              <b>{size}</b> modules: {path.join(' → ')}
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

type Row = readonly (string | number | JSX.Element)[];

export function Sheet({ title, says, head, rows }: { title: string; says?: string; head: readonly string[]; rows: readonly Row[] }): JSX.Element | null {
  if (rows.length === 0) return null;
  const numeric = head.map((_, c) => rows.every((row) => typeof row[c] === 'number'));
  return (
    <section class="panel" aria-label={title}>
      <header class="panel-h">
        <h2>{title}</h2>
        {says !== undefined && <p>{says}</p>}
      </header>
      <div class="wide" tabIndex={0} role="region" aria-label={`${title}, table`}>
        <table>
          <thead>
            <tr>
              {head.map((word, c) => (
                <th key={word} scope="col" class={numeric[c] === true ? 'n' : ''}>
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => (
              <tr key={r}>
                {row.map((value, c) => (
                  <td key={c} class={numeric[c] === true ? 'n' : 'name'}>
                    {value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const nameOf = ({ group, modules, size }: ModuleStep): string => group ?? `${modules?.[0] ?? ''}${size > 1 ? ` and ${size - 1} more of its cycle` : ''}`;

export function Lists({ coupling }: { coupling: Coupling }): JSX.Element {
  const steps = (list: readonly ModuleStep[]): Row[] => list.map((step, i) => [i + 1, nameOf(step), step.in, step.out, step.left]);
  const head = ['', 'What', 'Needed by', 'Needs', 'Left then'];
  return (
    <div class="two">
      <Sheet title="Groups to take out" says="The least coupled of what is left comes next." head={head} rows={steps(coupling.services)} />
      <Sheet title="Modules to take out" says="A cycle goes as one." head={head} rows={steps(coupling.order)} />
      <Sheet title="Tight couples" says="They need each other." head={['Module', 'And', 'There', 'Back']} rows={coupling.tight.map((pair) => [pair.from, pair.to, pair.there, pair.back])} />
      <Sheet title="Worth an interface" says="Used by three groups or more." head={['Module', 'Groups', 'Users']} rows={coupling.interfaces.map((one) => [one.module, one.groups, one.users])} />
      <Sheet title="Most coupled" head={['Module', 'Needed by', 'Needs', 'Instability %']} rows={coupling.coupling.map((one) => [one.module, one.in, one.out, one.instability])} />
      <Sheet title="Debt by module" head={['Module', 'Items', 'Serious']} rows={coupling.debt.map((one) => [one.module, one.items, one.serious ?? 0])} />
    </div>
  );
}

const PARTS = [
  ['reach', 'How much of the program is reached', 40],
  ['gap', 'What is reached and no test covers', 30],
  ['direct', 'How many feel it at once', 20],
  ['cycle', 'A cycle it is part of', 10],
] as const;

function Names({ title, names, none }: { title: string; names: readonly (string | JSX.Element)[]; none: string }): JSX.Element {
  return (
    <div>
      <h3>
        {title} <span class="tag">{names.length}</span>
      </h3>
      {names.length === 0 ? (
        <p>{none}</p>
      ) : (
        <ul tabIndex={names.length > 12 ? 0 : undefined}>
          {names.map((name, i) => (
            <li key={i}>{name}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Felt({ breaks }: { breaks: Breaks }): JSX.Element {
  const { risk } = breaks;
  return (
    <div aria-live="polite">
      <div class="risk">
        <b>
          {risk.score}
          <small>risk, of 100</small>
        </b>
        <dl>
          {PARTS.map(([part, words, most]) => (
            <>
              <dt>{words}</dt>
              <meter min={0} max={most} value={risk[part] / 100} aria-label={words} />
              <dd>
                {(risk[part] / 100).toLocaleString('en')} of {most}
              </dd>
            </>
          ))}
          <p class="formula">{risk.formula}</p>
        </dl>
      </div>
      <div class="felt">
        <Names title="Felt at once" names={breaks.direct} none="By nothing." />
        <Names
          title="Felt through others"
          names={breaks.cascade.map(({ module, distance, through }) => (
            <>
              {module} <small>{distance} steps, through {through}</small>
            </>
          ))}
          none="By nothing."
        />
        <Names title="Tests to run" names={breaks.tests} none="None is known." />
        <Names title={breaks.coverage === undefined ? 'Without a test; nothing is known of tests' : `Without a test; ${breaks.coverage} % of what feels it is covered`} names={breaks.uncovered} none="All is covered." />
      </div>
    </div>
  );
}

export function Drawing({ graph, breaks, choose }: { graph: ModuleGraph; breaks: Breaks | null; choose: (name: string) => void }): JSX.Element | null {
  const [picture, setPicture] = useState<Picture | null>(null);
  const whole = graph.modules.length <= DRAWN;
  useEffect(() => {
    let late = false;
    const group = new Map(graph.modules.map(({ name, group: of }) => [name, of ?? '.']));
    const names = whole ? graph.modules.map(({ name }) => name) : [...new Set(group.values())];
    const pairs = new Map<string, { from: string; to: string }>();
    for (const edge of graph.edges) {
      const from = whole ? edge.from : (group.get(edge.from) ?? '');
      const to = whole ? edge.to : (group.get(edge.to) ?? '');
      if (from !== to) pairs.set(`${from} ${to}`, { from, to });
    }
    setPicture(null);
    if (names.length <= DRAWN)
      void import('../parts/graph.ts').then(({ draw }) => {
        if (!late) setPicture(draw(names.map((id) => ({ id, width: 24 + Math.min(34, id.length) * 7.3, height: 28 })), [...pairs.values()]));
      });
    return () => {
      late = true;
    };
  }, [graph, whole]);
  const changed = new Set(breaks?.changed);
  const direct = new Set(breaks?.direct);
  const later = new Set(breaks?.cascade.map(({ module }) => module));
  const kind = (id: string): string => (changed.has(id) ? 'changed' : direct.has(id) ? 'felt-now' : later.has(id) ? 'felt-later' : '');
  return (
    <section class="panel" aria-label="Graph">
      <header class="panel-h">
        <h2>Graph</h2>
        <p>{whole ? 'Choose a box to see what its change breaks.' : `There are more than ${DRAWN} modules: groups are drawn.`}</p>
      </header>
      {picture === null ? (
        <p class="in">{whole ? 'Drawing.' : 'There is too much to draw, or it is being drawn.'}</p>
      ) : (
        <div class="wide" tabIndex={0} role="region" aria-label="Graph, scrolls sideways">
          <div class="net" style={{ width: `${picture.width}px`, height: `${picture.height}px` }}>
            <svg width={picture.width} height={picture.height} aria-hidden="true">
              {picture.bows.map(({ from, to, path, head }) => (
                <g key={`${from} ${to}`} class={`bow ${changed.has(to) || (direct.has(to) && later.has(from)) ? 'lit' : ''}`}>
                  <path d={path} />
                  <polygon points={head} />
                </g>
              ))}
            </svg>
            {picture.boxes.map(({ id, x, y, width, height }) => (
              <button key={id} type="button" class={`box ${kind(id)}`} title={id} aria-pressed={changed.has(id)} style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }} onClick={() => choose(id)}>
                {id.length > 34 ? `…${id.slice(-33)}` : id}
              </button>
            ))}
          </div>
        </div>
      )}
    </section>
  );
}

/** A line of the points, drawn to its own height. */
function Line({ points }: { points: readonly HealthPoint[] }): JSX.Element {
  const values = points.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const first = points[0]?.at ?? 0;
  const span = (points[points.length - 1]?.at ?? 0) - first || 1;
  const place = ({ at, value }: HealthPoint): [number, number] => [((at - first) / span) * 116 + 2, high === low ? 14 : 25 - ((value - low) / (high - low)) * 22];
  const last = points[points.length - 1];
  return (
    <svg class="line" viewBox="0 0 120 28" role="img" aria-label={`Over time: ${values.map((value) => value.toLocaleString('en')).join(', ')}`}>
      <polyline points={points.map((point) => place(point).join(',')).join(' ')} />
      {last !== undefined && <circle cx={place(last)[0]} cy={place(last)[1]} r="2.5" />}
    </svg>
  );
}

export function HealthPanels({ health }: { health: Health }): JSX.Element {
  const change = (n: number | undefined, more: boolean): string => (n === undefined ? '' : n === 0 ? 'the same' : `${n > 0 === more ? 'better' : 'worse'} by ${milli(Math.abs(n))}`);
  return (
    <>
      <Sheet
        title="Health over time"
        says={health.missing.length === 0 ? 'Every measure is known.' : `Nothing is known of ${health.missing.join(', ')}.`}
        head={['Measure', 'Now', 'Since before', 'Over time']}
        rows={health.measures.map((one) => [one.name, `${milli(one.latest)}${one.unit.startsWith('/') ? '' : ' '}${one.unit}`, change(one.change, one.better === 'more'), <Line key={one.name} points={one.points} />])}
      />
      <Sheet title="Debt over time" head={['Module', 'Items', 'Serious', 'Over time']} rows={health.debt.map((one) => [one.module, one.latest, one.serious ?? 0, <Line key={one.module} points={one.points} />])} />
      <Sheet title="Bottlenecks" head={['What']} rows={health.bottlenecks.map((one) => [one])} />
    </>
  );
}
