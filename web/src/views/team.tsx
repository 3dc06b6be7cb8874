import type { Agent, Diagnostic, Spec } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AgentFile, AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { agentOfPath, diagnosticsOf } from '../app/team.ts';
import { count } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Bead, Blank, Name, Seat } from '../parts/parts.tsx';
import { submitOnEnter } from './home.tsx';
import { type Line, type Passage, passages } from './source.ts';
import { DropZone, LeaderPick } from './team-parts.tsx';

const SEVERITY: Record<Diagnostic['severity'], { icon: IconName; tone: string; line: string; one: string }> = {
  error: { icon: 'fail', tone: 'c-fail', line: 'bad', one: 'error' },
  warning: { icon: 'warn', tone: 'c-warn', line: 'meh', one: 'warning' },
  info: { icon: 'info', tone: 'c-info', line: 'note', one: 'note' },
};

const DIALECTS: Record<string, string> = {
  'claude-code': 'Claude Code',
  copilot: 'Copilot',
  vscode: 'VS Code',
  opencode: 'OpenCode',
  'gemini-cli': 'Gemini CLI',
  qwen: 'Qwen',
  cursor: 'Cursor',
  'agents-md': 'AGENTS.md',
  acolytes: 'Acolytes',
  ouroboros: 'Ouroboros',
  plain: 'plain Markdown',
};

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

function RosterList({ state, app, spec, line }: { state: AppState; app: App; spec: Spec | null; line: number | undefined }): JSX.Element {
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
                    current={line === undefined ? agent.path !== undefined && agent.path === spec?.path : agent.declared_by === spec?.path && agent.declared_line === line && agent.path === undefined}
                    note={agent.source === 'declared' ? 'playable by rehearsal or a person' : agent.id === state.leader ? 'leads the next quest' : (agent.model ?? 'no model named')}
                  />
                ))}
              </ul>
            </div>
          ))}
      </div>
      <DropZone app={app} sample={sample} />
    </section>
  );
}

function SourceLine({ line, head, here }: { line: Line; head: boolean; here: boolean }): JSX.Element {
  const { text, marks } = line;
  const key = head && marks.length === 0 ? /^(\s*[\w-]+:)(.*)$/.exec(text) : null;
  const pieces: (JSX.Element | string)[] = [];
  let from = 0;
  for (const mark of marks) {
    pieces.push(text.slice(from, mark.from), <mark key={mark.from}>{text.slice(mark.from, mark.to)}</mark>);
    from = mark.to;
  }
  pieces.push(text.slice(from));
  return (
    <li class={`ln ${line.severity === null ? '' : SEVERITY[line.severity].line} ${here ? 'here' : ''}`} data-n={line.n}>
      {key !== null ? (
        <span>
          <span class="k">{key[1]}</span>
          {key[2]}
        </span>
      ) : (
        <span class={/^#{1,6} /.test(text) ? 'h' : ''}>{pieces}</span>
      )}
    </li>
  );
}

function Finding({ finding, path, app }: { finding: Diagnostic; path: string; app: App }): JSX.Element {
  const { icon, tone, one } = SEVERITY[finding.severity];
  const [first] = finding.fix ?? [];
  const becomes = first === undefined ? '' : first.text.trim();
  return (
    <div class="card">
      <header>
        <Icon name={icon} tone={tone} />
        <b>
          <span class="vh">{one}: </span>
          <span class="mono">{finding.code}</span>
        </b>
        <code>
          line {finding.line}, column {finding.column}
        </code>
      </header>
      <p>{finding.message}</p>
      {finding.fix !== undefined && (
        <div class="fix">
          {becomes === '' ? <span class="grow muted">{count(finding.fix.length, 'edit')} in this file</span> : <ins>{becomes.length > 80 ? `${becomes.slice(0, 78)}…` : becomes}</ins>}
          <button class="btn s" type="button" onClick={() => app.desk.fix(path, finding.code, finding.offset)}>
            Mend it
          </button>
        </div>
      )}
    </div>
  );
}

function PassageRow({ passage, path, app, fence, at }: { passage: Passage; path: string; app: App; fence: number; at: number | undefined }): JSX.Element {
  const [folded, setFolded] = useState(passage.folded && !passage.lines.some((line) => line.n === at));
  const first = passage.lines[0];
  return (
    <div class={`pass ${passage.findings.length > 0 ? 'has' : ''}`}>
      <ol>
        {folded ? (
          <li class="ln gap" data-n="">
            <button class="btn quiet s" type="button" onClick={() => setFolded(false)}>
              Show lines {first?.n} to {passage.lines.at(-1)?.n}
            </button>
          </li>
        ) : (
          passage.lines.map((line) => <SourceLine key={line.n} line={line} head={line.n > 1 && line.n < fence} here={line.n === at} />)
        )}
      </ol>
      <aside>
        {passage.findings.map((finding) => (
          <Finding key={`${finding.code}${finding.offset}`} finding={finding} path={path} app={app} />
        ))}
      </aside>
    </div>
  );
}

function File({ file, agent, spec, state, app, at }: { file: AgentFile; agent: Agent | undefined; spec: Spec; state: AppState; app: App; at: number | undefined }): JSX.Element {
  const source = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (at !== undefined) source.current?.querySelector(`[data-n="${at}"]`)?.scrollIntoView({ block: 'center' });
  }, [file.path, at]);
  const diagnostics = diagnosticsOf(state.team.roster, file.path);
  const fixes = diagnostics.filter((d) => d.fix !== undefined);
  const lines = file.text.split('\n');
  const fence = lines[0]?.trim() === '---' ? lines.findIndex((line, i) => i > 0 && line.trim() === '---') + 1 : 0;
  return (
    <section class="spec" id="spec" aria-label={spec.id}>
      <div class="spec-h">
        <Seat id={spec.id} leads={spec.id === state.leader} />
        <div>
          <h2>
            <Name id={spec.id} />
          </h2>
          <div class="meta">
            <span class="small muted mono">{file.path}</span>
          </div>
        </div>
        <div class="end">
          <button class="btn quiet" type="button" onClick={() => app.desk.removeFile(file.path)}>
            Take out
          </button>
          {agent !== undefined && agent.id !== state.leader && (
            <button class="btn" type="button" onClick={() => app.desk.pickLeader(agent.id)}>
              Lead the next quest
            </button>
          )}
          {fixes.length > 0 && (
            <button class="btn primary" type="button" onClick={() => app.desk.fix(file.path, null, null)}>
              {fixes.length === 1 ? 'Mend it' : `Mend all ${fixes.length}`}
            </button>
          )}
        </div>
      </div>
      <dl class="reads">
        <div>
          <dt>Dialect</dt>
          <dd>{DIALECTS[spec.dialect] ?? spec.dialect}</dd>
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
      <div class="src" ref={source}>
        <div class="src-h">
          <div>
            <b>Source</b>
            <span class="muted">{count(lines.length - (lines.at(-1) === '' ? 1 : 0), 'line')}</span>
          </div>
          <div>
            <b>What Questline found in it</b>
            <span class="muted end">{diagnostics.length === 0 ? 'no faults' : count(diagnostics.length, 'finding')}</span>
          </div>
        </div>
        {passages(file.text, diagnostics).map((passage, i) => (
          <PassageRow key={`${file.path}:${at ?? 0}:${passage.lines[0]?.n}:${i}`} passage={passage} path={file.path} app={app} fence={fence} at={at} />
        ))}
      </div>
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
        void app.plan();
      }}
    >
      <Bead live />
      <p>
        <b>
          Your move. <span class="pick">Led by <LeaderPick state={state} app={app} /></span>
        </b>
        <span class={state.note === null ? '' : 'c-fail'} role={state.note === null ? undefined : 'alert'}>
          {state.note ?? 'Nothing runs until you approve the plan. A rehearsal costs nothing.'}
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
  const spec = file === undefined ? null : app.desk.spec(file);
  return (
    <main class="screen-team" id="main">
      <RosterList state={state} app={app} spec={spec} line={line} />
      {file === undefined || spec === null ? (
        <section class="spec">
          <Blank icon="team" title="No files in this team">
            Drop a folder of agent files anywhere on this page, or use the sample team.
          </Blank>
        </section>
      ) : (
        <div class="spec-w">
          <File file={file} agent={agentOfPath(roster, file.path)} spec={spec} state={state} app={app} at={line} />
          <NextMove state={state} app={app} />
        </div>
      )}
    </main>
  );
}
