import '../styles/hand.css';
import type { Player } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inName } from '../app/cast.ts';
import type { OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import type { Against } from '../app/hand.ts';
import { count, isOver, list, size } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';

function Players({ app, quest, players }: { app: App; quest: OpenQuest; players: readonly Player[] }): JSX.Element {
  return (
    <ul>
      {players.map(({ agent, ...model }) => (
        <li key={agent} data-agent={agent}>
          <Seat id={agent} holds={quest.view.holders.includes(agent)} small />
          <span>
            <b>
              <Name id={agent} />
            </b>
            <small>{inName({ id: '', ...model }, app.state.providers)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What stands in the way, as far as it can be mended here. The server says the rest. */
function Lacks({ app, quest }: { app: App; quest: OpenQuest }): JSX.Element | null {
  const limited = app.inspect.standing().budget.some(({ name }) => name === 'tokens');
  const models = quest.view.agents.some(({ kind }) => kind === 'model');
  if (limited && models && app.hand.players.length > 0) return null;
  return (
    <p class="lacks">
      <Icon name="warn" tone="c-warn" />
      <span>
        {!models ? (
          <>
            No seat of this quest is a model’s: who plays is chosen on <a href={href({ screen: 'models' })}>Models</a>, before a quest is approved.
          </>
        ) : !limited ? (
          <>
            It needs a limit of tokens, which is set on <a href={href({ screen: 'plan', quest: quest.id })}>the plan</a> before a quest is approved.
          </>
        ) : (
          <>
            No model is set up in this browser: add one on <a href={href({ screen: 'models' })}>Models</a>.
          </>
        )}
      </span>
    </p>
  );
}

/** Whether the server plays the models of a live quest, and with whom; its owner hands them over and takes them back. */
export function Hand({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const { handed, link, view } = quest;
  const [busy, setBusy] = useState(false);
  const [against, setAgainst] = useState<Against | null>(null);
  const [documents, setDocuments] = useState({ count: 0, bytes: 0 });
  const own = link?.own !== undefined;
  useEffect(() => {
    let gone = false;
    if (own) void app.hand.documents().then((found) => gone || setDocuments(found), (error: unknown) => app.toast(String(error)));
    return () => {
      gone = true;
    };
  }, [quest.id, own, handed === null]);
  if (isOver(view) || (handed === null && !own)) return null;
  const act = async (work: () => Promise<Against | null>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setAgainst(await work());
    setBusy(false);
  };
  const { players } = app.hand;
  return (
    <section class="panel hand" aria-label="Played by the server" data-handed={handed !== null}>
      <div class="panel-h">
        <h2>Who plays</h2>
        {handed !== null && (
          <span class="tag">
            <Icon name="live" />
            the server
          </span>
        )}
      </div>
      {handed !== null ? (
        <>
          <p role="status">The server plays on when {own ? 'this tab' : 'every tab'} is closed.</p>
          <Players app={app} quest={quest} players={handed.players} />
          {handed.documents.length > 0 && <p class="muted">With {count(handed.documents.length, 'document')} of the project.</p>}
          {handed.servers.length > 0 && <p class="muted">With the tools of {list([...handed.servers])}.</p>}
        </>
      ) : (
        <>
          <p>The server can play the models’ seats itself, and plays on when this tab is closed. It is sent who plays, {documents.count === 0 ? 'and the agents’ files' : `the agents’ files and ${count(documents.count, 'document')} of the project (${size(documents.bytes)})`}, and uses keys of its own: yours stay here.</p>
          {players.length > 0 && <Players app={app} quest={quest} players={players} />}
          <Lacks app={app} quest={quest} />
        </>
      )}
      {against !== null && (
        <p class="c-fail" role="alert">
          {against.why}
        </p>
      )}
      {own && (
        <div class="row">
          {handed === null ? (
            <button class="btn" type="button" aria-disabled={busy} onClick={() => void act(() => app.hand.hand())}>
              <Icon name="live" />
              Let the server play
            </button>
          ) : (
            <button class="btn" type="button" aria-disabled={busy} onClick={() => void act(() => app.hand.takeBack())}>
              Take the seats back
            </button>
          )}
          {handed === null && against?.tooLarge === true && documents.count > 0 && (
            <button class="btn" type="button" aria-disabled={busy} onClick={() => void act(() => app.hand.hand(true))}>
              Hand over without documents
            </button>
          )}
        </div>
      )}
    </section>
  );
}
