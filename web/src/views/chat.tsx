import './chat.css';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inName, modelOf, whoPlays } from '../app/cast.ts';
import { type Chat, titleOf } from '../app/chat-model.ts';
import { ChatDesk, workOf } from '../app/chat.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { bare, count, day } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Blank, Seat } from '../parts/parts.tsx';
import type { KeptWork } from '../app/work.ts';
import { AnswerView } from './answer.tsx';
import { Approvals } from './approvals.tsx';
import { Changes } from './work-changes.tsx';
import { WorkFiles } from './work-files.tsx';

const NEAR = 48; // px: who is so near to the end follows it

/** Follows the end of the page while the reader is there. */
function useEnd(): { follow: () => void; away: boolean; toEnd: () => void } {
  const there = useRef(true);
  const [away, setAway] = useState(false);
  useEffect(() => {
    const look = (): void => {
      const { scrollHeight } = document.documentElement;
      there.current = scrollHeight - innerHeight - scrollY < NEAR;
      setAway(!there.current);
    };
    addEventListener('scroll', look, { passive: true });
    return () => removeEventListener('scroll', look);
  }, []);
  const toEnd = (): void => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
  return { follow: () => there.current && toEnd(), away, toEnd };
}

function Kept({ desk, open }: { desk: ChatDesk; open: string | null }): JSX.Element {
  const chats = desk.chats ?? [];
  const [unfolded, setUnfolded] = useState(() => matchMedia('(min-width: 900px)').matches);
  return (
    <details class="kept" open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
      <summary>{count(chats.length, 'conversation')}</summary>
      {chats.length === 0 ? (
        <p class="muted">What you ask is kept here, in this browser.</p>
      ) : (
        <ul>
          {chats.map((chat) => (
            <li key={chat.id}>
              <a href={href({ screen: 'chat', agent: chat.agent, chat: chat.id })} aria-current={chat.id === open ? 'page' : undefined}>
                <b class="cut">{titleOf(chat)}</b>
                <small>
                  {bare(chat.agent)}, {day(chat.updated)}
                </small>
              </a>
              <button class="btn quiet icon s" type="button" aria-label={`Delete ${titleOf(chat)}`} onClick={() => void desk.remove(chat.id)}>
                <Icon name="trash" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** Who answers. */
function Plays({ state, agent }: { state: AppState; agent: string }): JSX.Element {
  const model = modelOf(state.cast, whoPlays(state.cast, agent));
  return (
    <p class="plays">
      {model === undefined ? 'Nobody plays this agent with a model: the rehearsal answers. ' : `Played by ${inName(model, state.providers)}. `}
      <a href={href({ screen: 'models' })}>{model === undefined ? 'Choose a model' : 'Change'}</a>
    </p>
  );
}

interface ComposeProps {
  agent: string;
  busy: boolean;
  edits: string | null; // the words that are said anew
  send: (words: string) => void;
  stop: () => void;
  cancel: () => void;
}

function Compose({ agent, busy, edits, send, stop, cancel }: ComposeProps): JSX.Element {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (edits === null) return;
    setText(edits);
    field.current?.focus();
  }, [edits]);
  const done = (): void => {
    if (text.trim() === '' || busy) return;
    send(text.trim());
    setText('');
  };
  return (
    <form
      class="composer"
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      {edits !== null && (
        <p class="hitch">
          <span>You say your last message anew. Its answer is replaced.</span>
          <button
            class="btn quiet s"
            type="button"
            onClick={() => {
              setText('');
              cancel();
            }}
          >
            Leave it
          </button>
        </p>
      )}
      <label class="vh" for="message">
        Your message to {agent}
      </label>
      <textarea
        id="message"
        class="field"
        rows={1}
        ref={field}
        value={text}
        placeholder={`Ask ${agent}`}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            done();
          } else if (event.key === 'Escape' && busy) {
            event.stopPropagation();
            stop();
          }
        }}
      />
      <div class="do">
        <small class="muted">Enter sends, Shift and Enter begin a line{busy ? ', Esc stops' : ''}.</small>
        {busy ? (
          <button class="btn stop" type="button" onClick={stop}>
            <Icon name="stop" />
            Stop
          </button>
        ) : (
          <button class="btn primary" type="submit" aria-disabled={text.trim() === ''}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}

function Talk({ chat, desk, app, edit, follow }: { chat: Chat; desk: ChatDesk; app: App; edit: (words: string) => void; follow: () => void }): JSX.Element {
  const busy = desk.coming !== null;
  return (
    <ol class="talk" aria-label="Conversation">
      {chat.exchanges.map((exchange, i) => {
        const last = i === chat.exchanges.length - 1;
        return (
          <li key={i}>
            <article class="you" aria-label="You asked">
              <p>{exchange.asked}</p>
              <footer>
                {last && (
                  <button class="btn quiet s" type="button" aria-disabled={busy} onClick={() => !busy && edit(exchange.asked)}>
                    <Icon name="note" />
                    Edit
                  </button>
                )}
                <button class="btn quiet s" type="button" onClick={() => void app.planThis(chat.agent, exchange.asked)}>
                  <Icon name="plan" />
                  Plan this
                </button>
              </footer>
            </article>
            <AnswerView chat={chat.id} agent={chat.agent} exchange={exchange} coming={last && desk.coming?.chat === chat.id ? desk.coming : null} last={last} busy={busy} desk={desk} app={app} shown={follow} />
          </li>
        );
      })}
    </ol>
  );
}

/** What a conversation works on, and what became of it. Folded, for most need none. */
function Files({ id, app, busy, ended }: { id: string; app: App; busy: boolean; ended: number }): JSX.Element {
  const [work, setWork] = useState<KeptWork | null>(null);
  const [writes, setWrites] = useState(0);
  useEffect(() => {
    let gone = false;
    void app.work.work(id).then(
      (kept) => {
        if (!gone) setWork(kept ?? null);
      },
      (error: unknown) => app.toast(String(error)),
    );
    return () => {
      gone = true;
    };
  }, [id, ended, writes]);
  const changed = work === null ? 0 : Object.keys(work.changed).length;
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (changed > 0) setOpen(true); // and it stays so: what came of writing them back is said there
  }, [changed > 0]);
  return (
    <details class="chat-files" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{work === null ? 'Files to work on' : `${count(work.files.length, 'file')} to work on${changed > 0 ? `, ${changed} changed` : ''}`}</summary>
      <WorkFiles app={app} id={id} work={work} busy={busy || app.state.gathering} taken={setWork} />
      {work !== null && <Changes app={app} work={work} wrote={() => setWrites((n) => n + 1)} />}
    </details>
  );
}

/** What was said of the last answer, for who does not see it. */
function spoken(chat: Chat | null, desk: ChatDesk): string {
  if (chat === null) return '';
  if (desk.coming?.chat === chat.id) return `${chat.agent} is answering.`;
  const end = chat.exchanges.at(-1)?.answer?.end;
  return end === undefined ? '' : { whole: 'The answer is complete.', stopped: 'The answer is stopped.', cut: 'The answer was cut.', failed: 'There is no whole answer.' }[end];
}

/** A conversation with one agent. */
export function ChatScreen({ state, app, agent: asked, id }: { state: AppState; app: App; agent: string | null; id: string | null }): JSX.Element {
  const desk = app.chats(ChatDesk);
  const [, again] = useState(0);
  const [edits, setEdits] = useState<string | null>(null);
  const { follow, away, toEnd } = useEnd();
  useEffect(() => {
    again((n) => n + 1); // what happened before this screen listened
    return desk.subscribe(() => again((n) => n + 1));
  }, [desk]);
  useEffect(() => setEdits(null), [id]);
  const chat = desk.find(id);
  const { agents } = state.team.roster;
  const agent = chat?.agent ?? asked ?? state.leader;
  const known = agents.some((one) => one.id === agent);
  if (desk.chats === null) {
    return (
      <main id="main" aria-busy="true">
        <p class="boot" role="status">
          Reading the conversations of this browser.
        </p>
      </main>
    );
  }
  if (id !== null && chat === null) {
    return (
      <main id="main">
        <Blank
          icon="note"
          title="No such conversation"
          acts={
            <a class="btn primary" href={href({ screen: 'chat', agent: known ? agent : null, chat: null })}>
              Begin another one
            </a>
          }
        >
          It was deleted, or it is kept in another browser. Conversations stay where they were held.
        </Blank>
      </main>
    );
  }
  const busy = desk.coming !== null;
  return (
    <main class="screen-chat" id="main">
      <aside aria-label="Conversations">
        <a class="btn" href={href({ screen: 'chat', agent: known ? agent : null, chat: null })}>
          <Icon name="plus" />
          New conversation
        </a>
        <Kept desk={desk} open={id} />
      </aside>
      <section aria-labelledby="chat-title">
        <header class="top">
          <Seat id={agent} vacant={!known} />
          <div class="grow">
            <h1 id="chat-title">{chat === null ? `Talk with ${agent}` : titleOf(chat)}</h1>
            <Plays state={state} agent={agent} />
          </div>
          <label class="pick">
            <span class="vh">Talk with</span>
            <select value={agent} onChange={(event) => app.go({ screen: 'chat', agent: event.currentTarget.value, chat: null })}>
              {!known && <option value={agent}>{agent}</option>}
              {agents.map((one) => (
                <option key={one.id} value={one.id}>
                  {one.id}
                </option>
              ))}
            </select>
          </label>
          {chat !== null && (
            <div class="row">
              <button class="btn quiet s" type="button" onClick={() => desk.save(chat.id, 'md')}>
                <Icon name="file" />
                Markdown
              </button>
              <button class="btn quiet s" type="button" onClick={() => desk.save(chat.id, 'json')}>
                <Icon name="file" />
                JSON
              </button>
            </div>
          )}
        </header>
        {chat === null ? (
          <p class="begin">Ask a question. Nothing is planned; “Plan this” makes a plan of what you asked.</p>
        ) : (
          <Talk chat={chat} desk={desk} app={app} edit={setEdits} follow={follow} />
        )}
        <p class="vh" role="status">
          {spoken(chat, desk)}
        </p>
        {modelOf(state.cast, whoPlays(state.cast, agent)) !== undefined && <Files id={workOf(id)} app={app} busy={busy} ended={(chat?.exchanges.length ?? 0) + (busy ? 0 : 0.5)} />}
        <div class="foot">
          {desk.coming !== null && desk.coming.chat === id && <Approvals app={app} asks={desk.coming.asks} allow={(ask, allowed) => desk.allow(ask, allowed)} />}
          {away && busy && (
            <button class="btn s end" type="button" onClick={toEnd}>
              <Icon name="drop" />
              To the end
            </button>
          )}
          {known ? (
            <Compose
              agent={agent}
              busy={busy}
              edits={edits}
              stop={() => desk.stop()}
              cancel={() => setEdits(null)}
              send={(words) => {
                if (edits !== null && chat !== null) {
                  setEdits(null);
                  desk.again(chat.id, words);
                } else {
                  const to = desk.ask(chat?.id ?? null, agent, words);
                  if (chat === null) app.go({ screen: 'chat', agent, chat: to });
                }
                toEnd();
              }}
            />
          ) : (
            <p class="hitch">{agent} is not in the team any more. What was said stays; choose another agent to go on with.</p>
          )}
        </div>
      </section>
    </main>
  );
}
