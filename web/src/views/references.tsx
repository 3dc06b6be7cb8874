import type { Agent } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { bare, count } from '../app/words.ts';
import type { Picture } from '../parts/graph.ts';
import { Blank, Name, Seat } from '../parts/parts.tsx';
import type { Link } from '../reader/messages.ts';
import { kindTitle } from './rule-words.ts';
import { WhoTakes } from './takes.tsx';
import { RosterList } from './team.tsx';

const HEIGHT = 40; // px of a node

const widthOf = (id: string): number => 64 + Math.round(bare(id).length * 8.2);

/** One arrow for all that one agent says of another. */
interface Pair {
  from: string;
  to: string;
  links: Link[];
}

/** Somebody who is named: an agent of the team, or a name that only a rule knows. */
interface Seated {
  id: string;
  vacant: boolean;
  to: string; // its file, or the line that names it
}

function seatsOf(agents: readonly Agent[], pairs: readonly Pair[]): Seated[] {
  const seats = new Map<string, Seated>(agents.map((agent) => [agent.id, { id: agent.id, vacant: agent.source === 'declared', to: placeOf(agent) }]));
  for (const { to, links } of pairs) {
    const [first] = links;
    if (first !== undefined && !seats.has(to)) seats.set(to, { id: to, vacant: true, to: href({ screen: 'team', path: first.path, line: first.line }) });
  }
  return [...seats.values()];
}

function pairsOf(links: readonly Link[]): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const link of links) {
    const key = `${link.from} ${link.to}`;
    const pair = pairs.get(key) ?? { from: link.from, to: link.to, links: [] };
    pair.links.push(link);
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

const howWords = (how: Link['how']): string => (how === 'declares' ? 'in its team' : how === 'mentions' ? 'in passing' : kindTitle(how).toLowerCase());

/** Nothing but a mention in the prose. */
const slight = ({ links }: Pair): boolean => links.every(({ how }) => how === 'mentions');

function Graph({ agents, pairs, state }: { agents: readonly Seated[]; pairs: readonly Pair[]; state: AppState }): JSX.Element {
  const [picture, setPicture] = useState<Picture | null>(null);
  const [failed, setFailed] = useState(false);
  const [near, setNear] = useState<string | null>(null);
  useEffect(() => {
    let late = false;
    void import('../parts/graph.ts').then(
      ({ draw }) => {
        if (!late) setPicture(draw(agents.map(({ id }) => ({ id, width: widthOf(id), height: HEIGHT })), pairs));
      },
      () => setFailed(true),
    );
    return () => {
      late = true;
    };
  }, [agents, pairs]);
  if (failed) {
    return (
      <p class="muted pad" role="alert">
        The picture could not be fetched. The list below says the same; reload the page when there is a network.
      </p>
    );
  }
  if (picture === null) return <p class="muted pad">Drawing.</p>;
  const at = (from: string, to: string): Pair | undefined => pairs.find((pair) => pair.from === from && pair.to === to);
  return (
    <div class="wide">
      <div class="net" style={{ width: `${picture.width}px`, height: `${picture.height}px` }}>
        <svg width={picture.width} height={picture.height} aria-hidden="true">
          {picture.bows.map(({ from, to, path, head }) => {
            const pair = at(from, to);
            const lit = near !== null && (near === from || near === to);
            return (
              <g key={`${from} ${to}`} class={`bow ${pair !== undefined && slight(pair) ? 'slight' : ''} ${lit ? 'lit' : near !== null ? 'dim' : ''}`}>
                <path d={path} />
                <polygon points={head} />
              </g>
            );
          })}
        </svg>
        {picture.boxes.map(({ id, x, y, width, height }) => {
          const agent = agents.find((one) => one.id === id);
          if (agent === undefined) return null; // a picture of the team as it was a moment ago
          const close = near === null || near === id || pairs.some(({ from, to }) => (from === near && to === id) || (to === near && from === id));
          const out = pairs.filter(({ from }) => from === id).length;
          return (
            <a
              key={id}
              class={`box ${agent.vacant ? 'vacant' : ''} ${close ? '' : 'dim'}`}
              href={agent.to}
              style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}
              onPointerEnter={() => setNear(id)}
              onPointerLeave={() => setNear(null)}
              onFocus={() => setNear(id)}
              onBlur={() => setNear(null)}
            >
              <Seat id={id} leads={id === state.leader} vacant={agent.vacant} small />
              <Name id={id} />
              <span class="vh">{out === 0 ? ', names nobody' : `, names ${count(out, 'agent')}`}</span>
            </a>
          );
        })}
      </div>
    </div>
  );
}

function placeOf({ path, declared_by, declared_line: line }: Agent): string {
  if (path !== undefined) return href({ screen: 'team', path });
  return href({ screen: 'team', path: declared_by ?? null, ...(line === undefined ? {} : { line }) });
}

function List({ agents, pairs }: { agents: readonly Seated[]; pairs: readonly Pair[] }): JSX.Element {
  return (
    <ul class="names" aria-label="Who names whom">
      {agents
        .filter(({ id }) => pairs.some(({ from }) => from === id))
        .map((agent) => (
          <li key={agent.id}>
            <h3>
              <a href={agent.to}>
                <Name id={agent.id} />
              </a>{' '}
              names
            </h3>
            <ul>
              {pairs
                .filter(({ from }) => from === agent.id)
                .map(({ to, links }) => (
                  <li key={to}>
                    <b>
                      <Name id={to} />
                    </b>
                    <span>
                      {links.map(({ how, path, line }, i) => (
                        <a key={i} href={href({ screen: 'team', path, line })}>
                          {howWords(how)}, line {line}
                        </a>
                      ))}
                    </span>
                  </li>
                ))}
            </ul>
          </li>
        ))}
    </ul>
  );
}

/** How the files of a team hang together: who names whom, and who takes what. */
export function ReferencesScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { roster, files } = state.team;
  const [pairs, setPairs] = useState<Pair[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let late = false;
    app.desk.links().then(
      (links) => !late && setPairs(pairsOf(links)),
      (error: unknown) => !late && setTrouble(inWords(error)),
    );
    return () => {
      late = true;
    };
  }, [files]);
  const seats = useMemo(() => seatsOf(roster.agents, pairs ?? []), [roster.agents, pairs]);
  return (
    <main class="screen-team screen-refs" id="main">
      <RosterList state={state} app={app} path={null} line={undefined} />
      <div class="spec-w">
        <section class="spec" aria-label="How the team hangs together">
          <div class="spec-h">
            <h2>Who names whom, who takes what</h2>
          </div>
          {files.length === 0 ? (
            <Blank icon="team" title="No files in this team">
              Drop a folder of agent files anywhere on this page, or use the sample team.
            </Blank>
          ) : (
            <>
              <WhoTakes app={app} state={state} />
              <section class="panel graph" aria-label="References">
                <div class="panel-h">
                  <h3>References</h3>
                  <span class="key">
                    <span>
                      <i />
                      in a list or a rule
                    </span>
                    <span>
                      <i class="slight" />
                      in passing
                    </span>
                  </span>
                </div>
                {trouble !== null && (
                  <p class="c-fail pad" role="alert">
                    {trouble}
                  </p>
                )}
                {pairs !== null && pairs.length === 0 && <p class="muted pad">No file names another agent. Name one as @name, or in a list of the team.</p>}
                {pairs !== null && pairs.length > 0 && (
                  <>
                    <Graph agents={seats} pairs={pairs} state={state} />
                    <List agents={seats} pairs={pairs} />
                  </>
                )}
              </section>
            </>
          )}
        </section>
      </div>
    </main>
  );
}
