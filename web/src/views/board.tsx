import type { BoardRow } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { money, span, whole } from '../app/figures.ts';
import type { OpenQuest } from '../app/model.ts';
import { count, time } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Bead, Name, Seat } from '../parts/parts.tsx';
import { type Deed, Deeds, moves } from './steer.tsx';
import './board.css';

const STANDS: Record<BoardRow['status'], { icon: IconName | null; tone: string; word: string }> = {
  working: { icon: null, tone: 'c-turn', word: 'working' },
  waiting: { icon: 'ring', tone: '', word: 'waiting' },
  blocked: { icon: 'warn', tone: 'c-warn', word: 'blocked' },
  done: { icon: 'check', tone: 'c-pass', word: 'done' },
  idle: { icon: 'ring', tone: 'muted', word: 'nothing to do' },
};
const SENT = { queued: 'not delivered yet', delivered: 'delivered', returned: 'returned unread' };

/** What the owner may do about an agent, and an agent that leads about the quest. */
function deedsFor(agent: string, leads: boolean): Deed[] {
  const owner = { by: '@owner', agent };
  const reason = { name: 'reason', label: 'Why', needed: false };
  return [
    ...(leads
      ? [
          { word: 'Complete the quest', icon: 'check' as const, command: { by: agent, type: 'complete' }, words: { name: 'summary', label: 'What was accomplished', needed: true }, says: `The quest ends as done, in the name of ${agent}. It cannot go on after that.` },
          { word: 'End as failed', stop: true, command: { by: agent, type: 'fail' }, words: reason, says: `The quest ends as failed, in the name of ${agent}. It cannot go on after that.` },
        ]
      : []),
    { word: 'Take this seat', icon: 'user', command: { ...owner, type: 'claim', seat: 'human' } },
    { word: 'Leave this seat', command: { ...owner, type: 'release' } },
    { word: 'Let it lead', command: { ...owner, type: 'promote' }, words: reason, says: `${agent} leads from now on. Who led until now becomes a worker.` },
    { word: 'Remove', stop: true, command: { ...owner, type: 'remove' }, words: reason, says: `${agent} leaves the quest. Its turn ends, and its open tasks wait for the leader.` },
  ];
}

function Mailbox({ agent, app }: { agent: string; app: App }): JSX.Element {
  const { items } = app.inspect.inbox(agent);
  if (items.length === 0) return <p class="muted">Nothing was said to {agent} yet.</p>;
  return (
    <ol class="mail" aria-label={`Inbox of ${agent}`}>
      {items.map((item) => (
        <li key={item.n}>
          <header>
            <b>
              <Name id={item.from} />
            </b>
            {item.task !== undefined && <span class="tag mono">{item.task}</span>}
            {item.state !== undefined && <span class={item.state === 'returned' ? 'tag warn' : 'muted'}>{SENT[item.state]}</span>}
            {item.kind !== undefined && item.kind !== 'progress' && <span class="muted">{item.kind}</span>}
            <time>{time(item.at)}</time>
            <span class="n">{item.n}</span>
          </header>
          {item.text === null ? <p class="withheld">Text withheld by the sender.</p> : <p class="words">{item.text}</p>}
        </li>
      ))}
    </ol>
  );
}

function Join({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const [name, setName] = useState('');
  const [seat, setSeat] = useState(quest.view.rehearsed ? 'rehearsal' : 'human');
  const [why, setWhy] = useState<string | null>(null);
  if (!moves(quest) || !app.inspect.may({ by: '@owner', type: 'add', agent: '@a-new-agent' })) return null;
  const add = async (): Promise<void> => {
    const agent = `@${name.trim().toLowerCase().replace(/^@/, '')}`;
    const command = { by: '@owner', type: 'add', agent, seat };
    const wrong = app.inspect.whyNot(command);
    const refusal = wrong === null ? await app.quest.command(command) : null;
    setWhy(wrong ?? refusal?.message ?? null);
    if (wrong === null && refusal === null) setName('');
  };
  return (
    <form
      class="join"
      aria-label="Add an agent"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label>
        Add an agent
        <input class="field" value={name} placeholder="@name" autocomplete="off" spellcheck={false} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        played by
        <select value={seat} onChange={(event) => setSeat(event.currentTarget.value)}>
          <option value="human">a person</option>
          <option value="rehearsal">the rehearsal</option>
        </select>
      </label>
      <button class="btn s" type="submit" aria-disabled={name.trim() === ''}>
        <Icon name="plus" />
        Add
      </button>
      {why !== null && (
        <p class="c-fail" role="alert">
          {why}
        </p>
      )}
    </form>
  );
}

/** Each agent, how it stands, and on request all that was said to it. */
export function Board({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const [open, setOpen] = useState<string | null>(null);
  const [, again] = useState(0);
  const running = quest.at === null && quest.view.status === 'running';
  useEffect(() => (running ? app.inspect.every(1000, () => again((n) => n + 1)) : undefined), [running, app]);
  const board = app.inspect.board();
  const spent = board.tokens > 0 || board.micro > 0;
  return (
    <>
      <div class="sayswrap" tabIndex={0} role="region" aria-label="Agents">
        <p class="sum num">
          {count(board.completed, 'task')} done, {board.open} open, {span(board.elapsed)} since the first event
          {spent && `, ${whole(board.tokens)} tokens`}
        </p>
        <table>
          <thead>
            <tr>
              <th scope="col">Agent</th>
              <th scope="col">Status</th>
              <th scope="col">Held</th>
              <th scope="col">Turns</th>
              <th scope="col">Tokens</th>
            </tr>
          </thead>
          {board.agents.map((row) => {
            const { icon, tone, word } = STANDS[row.status];
            const shown = open === row.agent;
            return (
              <tbody key={row.agent} class={row.status === 'working' ? 'on' : ''} data-agent={row.agent} data-status={row.status}>
                <tr>
                  <th scope="row">
                    <button type="button" aria-expanded={shown} aria-label={`${row.agent}, inbox`} onClick={() => setOpen(shown ? null : row.agent)}>
                      <Seat id={row.agent} leads={row.leads} holds={row.status === 'working'} small />
                      <span class="cut">
                        <Name id={row.agent} />
                      </span>
                      {row.leads && <small class="muted">leads</small>}
                      <Icon name="next" />
                    </button>
                  </th>
                  <td data-of="Status">
                    <span class={`st ${tone}`}>
                      {icon === null ? <Bead live small /> : <Icon name={icon} />}
                      {word}
                      {row.open.length > 0 && <span class="mono"> {row.open.join(' ')}</span>}
                    </span>
                  </td>
                  <td class="num" data-of="Held">
                    {row.status === 'working' ? <b>{span(row.elapsed)}</b> : row.turns > 0 ? span(row.held) : <span class="muted">not yet</span>}
                  </td>
                  <td class="num" data-of="Turns">
                    {row.turns}
                  </td>
                  <td class="num" data-of="Tokens">
                    {row.tokens === 0 && row.micro === 0 ? <span class="muted">none</span> : `${whole(row.tokens)}${row.micro > 0 ? `, ${money(row.micro)}` : ''}`}
                  </td>
                </tr>
                {row.last !== undefined && (
                  <tr class="last">
                    <td colSpan={5}>
                      <p class="cut">{row.last.text ?? 'Text withheld by the sender.'}</p>
                    </td>
                  </tr>
                )}
                {shown && (
                  <tr class="more">
                    <td colSpan={5}>
                      <p class="muted small">
                        {count(row.completed, 'task')} completed, {count(row.turns, 'turn')} ended
                      </p>
                      <Mailbox agent={row.agent} app={app} />
                      <Deeds quest={quest} app={app} deeds={deedsFor(row.agent, row.leads)} label={`What you can do about ${row.agent}`} />
                    </td>
                  </tr>
                )}
              </tbody>
            );
          })}
        </table>
      </div>
      <Join quest={quest} app={app} />
    </>
  );
}
