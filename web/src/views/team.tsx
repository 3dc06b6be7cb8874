import '../styles/team.css';
import { type Agent, DIALECTS, type Diagnostic, LIMITS, type Spec } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AgentFile, AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { agentOfPath, diagnosticsOf } from '../app/team.ts';
import { count } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Bead, Blank, Name, Seat } from '../parts/parts.tsx';
import { SEVERITY } from './cards.tsx';
import { ExportSheet } from './export.tsx';
import { submitOnEnter } from './home.tsx';
import { Source } from './source.tsx';
import { DropZone, LeaderPick } from './team-parts.tsx';

const product = (dialect: string): string => DIALECTS.find(({ id }) => id === dialect)?.product ?? 'plain Markdown';

function Counts({ diagnostics }: { diagnostics: readonly Diagnostic[] }): JSX.Element {
  const kinds = (['error', 'warning', 'info'] as const).map((severity) => ({ severity, n: diagnostics.filter((d) => d.severity === severity).length })).filter(({ n }) => n > 0);
  return (
    <span class="d">
      {kinds.length === 0 && (
        <span class="c-pass">
          <Icon name="check" />
          <span class="vh">no faults</span>
        </span>
      )}
      {kinds.map(({ severity, n }) => (
        <span class={SEVERITY[severity].tone} key={severity}>
          <Icon name={SEVERITY[severity].icon} />
          {n}
          <span class="vh"> {n === 1 ? SEVERITY[severity].one : `${SEVERITY[severity].one}s`}</span>
        </span>
      ))}
    </span>
  );
}

function Member({ agent, state, current, note }: { agent: Agent; state: AppState; current: boolean; note: string }): JSX.Element {
  const place = agent.path !== undefined ? { path: agent.path } : { path: agent.declared_by ?? '', ...(agent.declared_line === undefined ? {} : { line: agent.declared_line }) };
  const diagnostics = agent.path === undefined ? [] : diagnosticsOf(state.team.roster, agent.path);
  return (
    <li>
      <a href={href({ screen: 'team', ...place })} aria-current={current ? 'true' : undefined}>
        <Seat id={agent.id} leads={agent.id === state.leader} vacant={agent.source === 'declared'} />
        <span class="cutbox">
          <b class="cut">
            <Name id={agent.id} />
          </b>
          <small class="cut">{note}</small>
        </span>
        {agent.path === undefined ? <span class="d" /> : <Counts diagnostics={diagnostics} />}
      </a>
    </li>
  );
}

export function RosterList({ state, app, path, line }: { state: AppState; app: App; path: string | null; line: number | undefined }): JSX.Element {
  const { roster, files, sample } = state.team;
  const withFile = roster.agents.filter((agent) => agent.source === 'file');
  const groups = [
    { word: 'Leads', agents: withFile.filter((agent) => agent.leads) },
    { word: 'Specialists', agents: withFile.filter((agent) => !agent.leads) },
    { word: 'Named in a file, no file of their own', agents: roster.agents.filter((agent) => agent.source === 'declared') },
  ];
  return (
    <section class="roster" aria-label="Roster">
      <div class="panel-h">
        <h1>Team</h1>
        {sample && <span class="tag">sample</span>}
      </div>
      <p class="sum">
        {count(roster.agents.length, 'agent')}, {count(files.length, 'file')}. {roster.errors > 0 && <span class="c-fail">{count(roster.errors, 'error')}</span>}
        {roster.errors > 0 && roster.warnings > 0 && ', '}
        {roster.warnings > 0 && <span class="c-warn">{count(roster.warnings, 'warning')}</span>}
        {roster.errors + roster.warnings === 0 && 'No faults.'}
        {roster.errors + roster.warnings > 0 && '.'}
      </p>
      <div class="lists">
        {groups
          .filter(({ agents }) => agents.length > 0)
          .map(({ word, agents }) => (
            <div class="who" key={word}>
              <h2>{word}</h2>
              <ul>
                {agents.map((agent) => (
                  <Member
                    key={agent.id}
                    agent={agent}
                    state={state}
                    current={line === undefined ? agent.path !== undefined && agent.path === path : agent.declared_by === path && agent.declared_line === line && agent.path === undefined}
                    note={agent.source === 'declared' ? 'playable by rehearsal or a person' : agent.id === state.leader ? 'leads the next quest' : (agent.model ?? 'no model named')}
                  />
                ))}
              </ul>
            </div>
          ))}
      </div>
      {roster.agents.length > 1 && (
        <p class="how">
          <a href={href({ screen: 'references' })} aria-current={state.route.screen === 'references' ? 'page' : undefined}>
            <Icon name="graph" />
            Who names whom, who takes what
          </a>
        </p>
      )}
      <DropZone app={app} sample={sample} />
    </section>
  );
}

/** The path of a file, and a way to change it. */
function Path({ path, app }: { path: string; app: App }): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  if (draft === null) {
    return (
      <>
        <span class="small muted mono">{path}</span>
        <button class="rename" type="button" onClick={() => setDraft(path)}>
          Rename<span class="vh"> the file</span>
        </button>
      </>
    );
  }
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        setTrouble(app.desk.rename(path, draft));
        if (draft.trim() === path) setDraft(null);
      }}
    >
      <input
        class="path mono"
        aria-label="Path of the file"
        value={draft}
        autofocus
        size={Math.max(20, draft.length + 2)}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') setDraft(null);
        }}
      />
      <button class="btn s" type="submit">
        Rename
      </button>
      {trouble !== null && (
        <span class="c-fail small" role="alert">
          {trouble}
        </span>
      )}
    </form>
  );
}

const NONE: readonly string[] = [];

function Facts({ spec, agent }: { spec: Spec; agent: Agent | undefined }): JSX.Element {
  return (
    <dl class="reads">
      <div>
        <dt>Dialect</dt>
        <dd>{product(spec.dialect)}</dd>
      </div>
      <div>
        <dt>Model</dt>
        <dd>{spec.model ?? <span class="muted">none named</span>}</dd>
      </div>
      <div>
        <dt>Tools</dt>
        <dd>{spec.tools === null ? <span class="muted">none named</span> : spec.tools.length === 0 ? 'none allowed' : spec.tools.slice(0, 6).join(', ') + (spec.tools.length > 6 ? ` and ${spec.tools.length - 6} more` : '')}</dd>
      </div>
      {agent !== undefined && agent.team.length > 0 && (
        <div>
          <dt>Team it names</dt>
          <dd>{agent.team.join(', ')}</dd>
        </div>
      )}
      <div>
        <dt>Size</dt>
        <dd class="num">about {spec.tokens.toLocaleString('en')} tokens</dd>
      </div>
    </dl>
  );
}

function File({ file, state, app, at }: { file: AgentFile; state: AppState; app: App; at: number | undefined }): JSX.Element {
  const [exporting, setExporting] = useState(false);
  useEffect(() => app.desk.look(file.path), [file.path]);
  useEffect(() => setExporting(false), [file.path]);
  const open = state.file?.path === file.path ? state.file : null;
  const agent = agentOfPath(state.team.roster, file.path);
  const id = open?.spec?.id ?? agent?.id ?? file.path;
  const findings = useMemo(() => diagnosticsOf(state.team.roster, file.path), [state.team.roster, file.path]);
  const switched = state.off[id] ?? NONE;
  const off = useMemo(() => new Set(switched), [switched]);
  const fixes = findings.filter((d) => d.fix !== undefined).length;
  return (
    <section class="spec" id="spec" aria-label={id}>
      <div class="spec-h">
        <Seat id={id} leads={id === state.leader} />
        <div>
          <h2>
            <Name id={id} />
          </h2>
          <div class="meta">
            <Path path={file.path} app={app} />
          </div>
        </div>
        <div class="end">
          <button class="btn quiet" type="button" onClick={() => app.desk.removeFile(file.path)}>
            Take out
          </button>
          {agent !== undefined && (
            <a class="btn" href={href({ screen: 'chat', agent: agent.id, chat: null })}>
              <Icon name="note" />
              Talk
            </a>
          )}
          {agent !== undefined && agent.id !== state.leader && (
            <button class="btn" type="button" onClick={() => app.desk.pickLeader(agent.id)}>
              Lead the next quest
            </button>
          )}
          {open?.why == null && (
            <button class="btn" type="button" aria-haspopup="dialog" onClick={() => setExporting(true)}>
              Export as…
            </button>
          )}
          {fixes > 0 && (
            <button class="btn primary" type="button" onClick={() => void app.desk.fix(file.path, { code: null, offset: null })}>
              {fixes === 1 ? 'Mend it' : `Mend all ${fixes}`}
            </button>
          )}
        </div>
      </div>
      {file.lost !== undefined && (
        <p class="lost">
          <Icon name="warn" tone="c-warn" />
          <span>
            The file was not all UTF-8. {count(file.lost, 'place')} could not be read and {file.lost === 1 ? 'stands' : 'stand'} as “�” in this copy. Save the original as UTF-8 and bring it again.
          </span>
        </p>
      )}
      {open === null && file.text.length > LIMITS.QL_SPEC_BYTES_MAX ? (
        <p class="muted">Reading.</p>
      ) : open?.why != null ? (
        <Blank icon="fail" title="This file is not read">
          {open.why} Take it out of the team, or bring a smaller one of the same name.
        </Blank>
      ) : (
        <>
          {open !== null && open.spec !== null && <Facts spec={open.spec} agent={agent} />}
          <Source file={file} open={open} findings={findings} off={off} agent={id} at={at} app={app} />
        </>
      )}
      {exporting && <ExportSheet file={file} state={state} app={app} close={() => setExporting(false)} />}
    </section>
  );
}

/** The next move, where the eye is: who leads, what is wanted. */
function NextMove({ state, app }: { state: AppState; app: App }): JSX.Element {
  return (
    <form
      class="decide"
      aria-label="Start"
      onSubmit={(event) => {
        event.preventDefault();
        void app.proposals.plan();
      }}
    >
      <Bead live />
      <p>
        <b>
          Your move. <span class="pick">Led by <LeaderPick state={state} app={app} /></span>
        </b>
        <span class={state.note === null ? '' : 'c-fail'} role={state.note === null ? undefined : 'alert'}>
          {state.note ?? 'Nothing runs until you approve the plan.'}
        </span>
      </p>
      <label class="vh" for="objective">
        What should the team do?
      </label>
      <textarea id="objective" class="field" rows={1} placeholder="What should the team do?" value={state.objective} onInput={(event) => app.desk.setObjective(event.currentTarget.value)} onKeyDown={submitOnEnter} />
      <button class="btn primary" type="submit" aria-disabled={state.planning}>
        <Icon name="play" />
        {state.planning ? 'Planning' : 'Rehearse'}
      </button>
    </form>
  );
}

export function TeamScreen({ state, app, path, line }: { state: AppState; app: App; path: string | null; line: number | undefined }): JSX.Element {
  const { roster, files } = state.team;
  const leaderPath = roster.agents.find((agent) => agent.id === state.leader)?.path;
  const file = files.find((candidate) => candidate.path === path) ?? files.find((candidate) => candidate.path === leaderPath) ?? files[0];
  return (
    <main class="screen-team" id="main">
      <RosterList state={state} app={app} path={file?.path ?? null} line={line} />
      {file === undefined ? (
        <section class="spec">
          <Blank icon="team" title="No files in this team">
            Drop a folder of agent files anywhere on this page, or use the sample team.
          </Blank>
        </section>
      ) : (
        <div class="spec-w">
          <File key={file.path} file={file} state={state} app={app} at={line} />
          <NextMove state={state} app={app} />
        </div>
      )}
    </main>
  );
}
