import type { JSX } from 'preact';
import type { App } from '../app/app.ts';
import type { AppState, QuestRecord } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count, day } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Bead, Blank } from '../parts/parts.tsx';

const STANDS: Record<QuestRecord['status'], string> = {
  empty: 'empty',
  proposed: 'waits for your approval',
  running: 'running',
  paused: 'paused',
  closing: 'ending',
  completed: 'completed',
  failed: 'failed',
  aborted: 'stopped',
  timed_out: 'timed out',
};

/** The quests of this browser. */
export function LibraryScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { library } = state;
  if (library === null) {
    return (
      <main id="main" aria-busy="true">
        <p class="boot" role="status">
          Reading the quests of this browser.
        </p>
      </main>
    );
  }
  if (library.length === 0) {
    return (
      <main id="main">
        <Blank
          icon="library"
          title="No quests yet"
          acts={
            <>
              <a class="btn primary" href={href({ screen: 'home' })}>
                Say what to do
              </a>
              <a class="btn" href={href({ screen: 'memory', name: null })}>
                Memory
              </a>
            </>
          }
        >
          Every quest you start is kept here, in this browser. Drop a .quest file anywhere to open one that somebody sent.
        </Blank>
      </main>
    );
  }
  return (
    <main class="screen-library" id="main">
      <div class="top">
        <h1>Library</h1>
        <p>{count(library.length, 'quest')} in this browser{state.cast.models.length === 0 ? '. Nothing is sent anywhere' : ', and nowhere else'}.</p>
        <a class="btn s" href={href({ screen: 'memory', name: null })}>
          <Icon name="note" />
          Memory
        </a>
        <a href={href({ screen: 'chat', agent: null, chat: null })}>Conversations</a>
      </div>
      <section class="panel" aria-label="Quests">
        <ul class="quests">
          {library.map((record) => {
            const held = record.status === 'running' || record.status === 'proposed';
            return (
              <li key={record.id}>
                <Bead live={held} />
                <div>
                  <a href={href({ screen: record.status === 'proposed' ? 'plan' : 'quest', quest: record.id })}>{record.title}</a>
                  <small>
                    {STANDS[record.status]}
                    {record.status === 'running' && record.holder !== null ? `, ${record.holder} holds the turn` : ''}, {count(record.events, 'event')}, {day(record.updated)}
                  </small>
                </div>
                <div class="acts">
                  <button class="btn quiet s" type="button" onClick={() => void app.library.save(record.id)} aria-label={`Back up ${record.title}`}>
                    <Icon name="file" />
                    Back up
                  </button>
                  <button class="btn quiet s" type="button" onClick={() => void app.library.remove(record.id)} aria-label={`Delete ${record.title}`}>
                    <Icon name="trash" />
                    Delete
                  </button>
                </div>
              </li>
            );
          })}
        </ul>
      </section>
      <div class="keep">
        <p>
          {state.lasting === 'granted'
            ? 'This browser keeps your quests when space runs low.'
            : 'This browser may delete quests when space runs low. Make a backup, or allow lasting storage.'}
        </p>
        {state.lasting !== 'granted' && (
          <button class="btn s" type="button" onClick={() => void app.library.allowLasting()}>
            Allow lasting storage
          </button>
        )}
      </div>
    </main>
  );
}
