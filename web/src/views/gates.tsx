import type { ArtifactView, Command, GateNote, GateView, Standing } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { milli } from '../app/figures.ts';
import type { OpenQuest } from '../app/model.ts';
import { time } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Name } from '../parts/parts.tsx';
import { Deeds, moves } from './steer.tsx';
import './gates.css';

const OPS: Record<string, string> = { '<=': '≤', '>=': '≥' };
const asked = (gate: GateView): string => (gate.milli !== undefined ? `${OPS[gate.op ?? ''] ?? gate.op ?? ''} ${milli(gate.milli, gate.unit)}` : gate.expect !== undefined ? `“${gate.expect}”` : '');
const latest = (gate: GateView): GateNote | undefined => gate.notes.findLast((note) => note.as === 'given');

/** How a gate stands: a sign, and in words with its number. */
function stand(gate: GateView): { icon: IconName; tone: string; words: string } {
  const given = latest(gate);
  const value = given?.value !== undefined ? milli(given.value, gate.unit) : given?.word !== undefined ? `“${given.word}”` : '';
  if (gate.stale) return { icon: 'warn', tone: 'c-warn', words: 'stale: show it again' };
  switch (gate.status) {
    case 'open':
      return { icon: 'ring', tone: 'muted', words: 'no evidence yet' };
    case 'given':
      return { icon: 'ring', tone: '', words: 'waits for a judge' };
    case 'passed':
      return { icon: 'check', tone: 'c-pass', words: value === '' ? 'met' : `met: ${value}` };
    case 'failed':
      return { icon: 'warn', tone: 'c-warn', words: value === '' ? 'not met' : `${value}, not ${asked(gate)}` };
    case 'waived':
      return { icon: 'cross', tone: '', words: `waived by ${gate.notes.at(-1)?.by === '@owner' ? 'the owner' : 'somebody'}` };
  }
}

const SAID: Record<GateNote['as'], string> = { given: 'showed', pass: 'judged: passes', fail: 'judged: does not pass', waived: 'waived it' };

function Note({ note, gate, artifacts }: { note: GateNote; gate: GateView; artifacts: readonly ArtifactView[] }): JSX.Element {
  const about = artifacts.find(({ hash }) => hash === note.artifact);
  return (
    <li>
      <span>
        <Name id={note.by} /> {SAID[note.as]}
        {note.value !== undefined && <b class="num"> {milli(note.value, gate.unit)}</b>}
        {note.word !== undefined && <b> “{note.word}”</b>}
        {note.evidence !== undefined && <>: {note.evidence ?? <span class="tag unreal">text withheld</span>}</>}
      </span>
      {note.artifact !== undefined && (
        <span class={`tag ${about?.replaced === true ? 'warn' : ''}`} title={note.artifact}>
          <Icon name={about?.replaced === true ? 'warn' : 'file'} />
          {about?.name ?? note.artifact.slice(0, 8)}
          {about?.replaced === true && ', replaced since'}
        </span>
      )}
      <small class="muted">
        {time(note.at)}, event {note.n}
      </small>
    </li>
  );
}

/** Evidence in the name of who holds the turn: a number, a word, or words and what was made. */
function ShowIt({ gate, standing, quest, app }: { gate: GateView; standing: Standing; quest: OpenQuest; app: App }): JSX.Element | null {
  const by = gate.judge === 'rule' ? (gate.expect !== undefined ? { word: gate.expect } : { value: gate.milli ?? 0 }) : { evidence: '.' };
  const command = (seat: string): Command => ({ by: seat, type: 'gate', as: 'given', gate: gate.id });
  const seats = quest.view.holders.filter((seat) => app.inspect.may({ ...command(seat), ...by }));
  const [seat, setSeat] = useState('');
  const [exact, setExact] = useState('');
  const [words, setWords] = useState('');
  const [artifact, setArtifact] = useState('');
  const [why, setWhy] = useState<string | null>(null);
  if (seats.length === 0) return null;
  const now = standing.artifacts.filter(({ replaced }) => !replaced);
  const send = async (): Promise<void> => {
    const made: Command = command(seats.includes(seat) ? seat : (seats[0] ?? ''));
    if (gate.milli !== undefined) {
      const number = Number(exact.replace(',', '.'));
      if (exact.trim() === '' || !Number.isFinite(number)) return setWhy(`A number is needed${gate.unit === undefined ? '' : `, in ${gate.unit}`}.`);
      made['value'] = Math.round(number * 1000);
    } else if (gate.expect !== undefined) made['word'] = exact.trim();
    if (words.trim() !== '') made['evidence'] = words.trim();
    if (artifact !== '') made['artifact'] = artifact;
    const wrong = app.inspect.whyNot(made) ?? (await app.quest.command(made))?.message ?? null;
    setWhy(wrong);
    if (wrong !== null) return;
    setExact('');
    setWords('');
  };
  return (
    <form
      class="showit"
      aria-label={`Evidence for ${gate.id}`}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {seats.length > 1 ? (
        <label>
          As
          <select value={seat} onChange={(event) => setSeat(event.currentTarget.value)}>
            {seats.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <p class="muted">
          Show it as <Name id={seats[0] ?? ''} />
        </p>
      )}
      {(gate.milli !== undefined || gate.expect !== undefined) && (
        <label>
          {gate.milli !== undefined ? `Number${gate.unit === undefined ? '' : `, ${gate.unit}`}` : 'Word'}
          <input class="field" inputMode={gate.milli !== undefined ? 'decimal' : 'text'} value={exact} autocomplete="off" onInput={(event) => setExact(event.currentTarget.value)} />
        </label>
      )}
      <label>
        In words
        <input class="field" value={words} autocomplete="off" onInput={(event) => setWords(event.currentTarget.value)} />
      </label>
      {now.length > 0 && (
        <label>
          About
          <select value={artifact} onChange={(event) => setArtifact(event.currentTarget.value)}>
            <option value="">nothing in particular</option>
            {now.map(({ hash, name }) => (
              <option key={hash} value={hash}>
                {name ?? hash.slice(0, 12)}
              </option>
            ))}
          </select>
        </label>
      )}
      <button class="btn s" type="submit">
        Give evidence
      </button>
      {why !== null && (
        <p class="c-fail" role="alert">
          {why}
        </p>
      )}
    </form>
  );
}

function Judges({ gate, quest, app }: { gate: GateView; quest: OpenQuest; app: App }): JSX.Element | null {
  const from = ['@owner', ...quest.view.holders.filter((id) => id !== '@owner')];
  const judge = (word: string, as: string): Parameters<typeof Deeds>[0]['deeds'][number] => ({
    word,
    command: { by: '@owner', type: 'gate', gate: gate.id, as },
    pick: { name: 'by', label: 'Judge as', from },
    words: { name: 'evidence', label: 'Why', needed: false },
    says: as === 'pass' ? 'The evidence is good: the gate is met.' : 'The evidence does not do: the gate stays shut until other evidence comes.',
  });
  return (
    <Deeds
      quest={quest}
      app={app}
      label={`Judge ${gate.id}`}
      deeds={[
        judge('It passes', 'pass'),
        judge('It does not pass', 'fail'),
        {
          word: 'Go without it',
          stop: true,
          command: { by: '@owner', type: 'gate', gate: gate.id, as: 'waived' },
          words: { name: 'evidence', label: 'Reason', needed: true },
          says: 'You decide to do without this gate. It stays in the log with your reason and cannot be taken back.',
        },
      ]}
    />
  );
}

function Gate({ gate, standing, quest, app }: { gate: GateView; standing: Standing; quest: OpenQuest; app: App }): JSX.Element {
  const [open, setOpen] = useState(false);
  const { icon, tone, words } = stand(gate);
  return (
    <li data-gate={gate.id} data-status={gate.stale ? 'stale' : gate.status}>
      <button class="head" type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon name={icon} tone={tone} />
        <span>{gate.text ?? <span class="tag unreal">withheld</span>}</span>
        <small class={`num ${tone}`}>{words}</small>
      </button>
      {open && (
        <div class="more">
          <p class="muted">
            {gate.task === undefined ? 'Before the quest is completed.' : `Before ${gate.task} is completed.`} {gate.judge === 'rule' ? `Settled by ${gate.milli !== undefined ? 'a number' : 'a word'}: ${asked(gate)}.` : 'Judged by another seat than the one that shows it.'}
          </p>
          {gate.stale && (
            <p class="c-warn">
              <Icon name="warn" /> What the evidence was about has been replaced. It has to be shown again.
            </p>
          )}
          {gate.notes.length > 0 && (
            <ol class="notes" aria-label={`Evidence and judgements on ${gate.id}`}>
              {gate.notes.map((note) => (
                <Note key={note.n} note={note} gate={gate} artifacts={standing.artifacts} />
              ))}
            </ol>
          )}
          {moves(quest) && <ShowIt gate={gate} standing={standing} quest={quest} app={app} />}
          <Judges gate={gate} quest={quest} app={app} />
        </div>
      )}
    </li>
  );
}

/** A file is recorded by its hash: its bytes stay where they are. One of the same name takes the place of the earlier one. */
function Record({ standing, quest, app }: { standing: Standing; quest: OpenQuest; app: App }): JSX.Element | null {
  const [why, setWhy] = useState<string | null>(null);
  const of = (hash: string, name: string, bytes: number, media: string): Command => {
    const before = standing.artifacts.findLast((one) => one.name === name && !one.replaced);
    return { by: '@owner', type: 'artifact', hash, name, bytes, media, ...(before === undefined || before.hash === hash ? {} : { replaces: before.hash }) };
  };
  if (!moves(quest) || !app.inspect.may(of('0'.repeat(64), 'a file', 0, 'text/plain'))) return null;
  const record = async (file: File): Promise<void> => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const command = of(app.inspect.sha256(bytes), file.name, bytes.length, /^[a-z]+\/[a-z0-9.+-]+$/.test(file.type) ? file.type : 'application/octet-stream');
    setWhy(app.inspect.whyNot(command) ?? (await app.quest.command(command))?.message ?? null);
  };
  return (
    <div class="record">
      <label class="btn s">
        <Icon name="file" />
        Record a file
        <input
          class="vh"
          type="file"
          onChange={(event) => {
            const input = event.currentTarget;
            const file = input.files?.[0];
            input.value = '';
            if (file !== undefined) void record(file);
          }}
        />
      </label>
      <small class="muted">Its hash goes into the log, its bytes stay with you.</small>
      {why !== null && (
        <p class="c-fail" role="alert">
          {why}
        </p>
      )}
    </div>
  );
}

export function Gates({ quest, app, standing }: { quest: OpenQuest; app: App; standing: Standing }): JSX.Element | null {
  const { gates, artifacts } = standing;
  if (gates.length === 0 && artifacts.length === 0) return null;
  const met = gates.filter(({ status }) => status === 'passed' || status === 'waived').length;
  return (
    <section class="panel gatesbox" aria-label={gates.length === 0 ? 'Artifacts' : 'Gates'}>
      <div class="panel-h">
        <h2>{gates.length === 0 ? 'Artifacts' : 'Gates'}</h2>
        <span class="end num">{gates.length === 0 ? artifacts.length : `${met} of ${gates.length} settled`}</span>
      </div>
      <ul class="gates">
        {gates.map((gate) => (
          <Gate key={gate.id} gate={gate} standing={standing} quest={quest} app={app} />
        ))}
      </ul>
      {artifacts.length > 0 && (
        <ul class="made" aria-label="Artifacts">
          {artifacts.map((one) => (
            <li key={one.n} class={one.replaced ? 'muted' : ''}>
              <Icon name="file" />
              <span class="cut" title={one.hash}>
                {one.name ?? 'name withheld'}
              </span>
              <small class="num">
                {one.task !== undefined && <span class="mono">{one.task} </span>}
                {one.replaced ? 'replaced' : `${one.bytes.toLocaleString('en')} bytes`}
              </small>
            </li>
          ))}
        </ul>
      )}
      <Record standing={standing} quest={quest} app={app} />
    </section>
  );
}
