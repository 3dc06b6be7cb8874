import type { QuestView } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { holds, seatsFor, speaksForOwner } from '../app/chair.ts';
import type { OpenQuest, Place } from '../app/model.ts';
import { isOver, sitting } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';

const KIND: Record<string, { leader: string | null; worker: string }> = {
  message: { leader: 'a message to an agent', worker: 'a note to the leader' },
  completed: { leader: 'an answer that ends the turn', worker: 'an answer: completed' },
  clarification: { leader: null, worker: 'an answer: a question' },
  blocked: { leader: null, worker: 'an answer: blocked' },
};

function Closed({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { view, mode, link } = quest;
  if (seatsFor(quest).length === 0 || mode === 'watch') {
    return (
      <div class="compose">
        <p>You are watching. {mode === 'watch' ? 'Continue it as your own copy to take part.' : 'What happens is shown as it happens.'}</p>
      </div>
    );
  }
  return (
    <div class="compose">
      <p>
        {view.status === 'proposed'
          ? 'The talk starts when you approve the plan.'
          : link?.as !== undefined
            ? `This link acts for ${link.as}. ${sitting(view, link.as)}`
            : `${view.rehearsed ? 'Every seat is played by the rehearsal. ' : ''}You may pause, or write for a seat yourself: out of turn, the machine refuses.`}
      </p>
      <button class="btn" type="button" onClick={() => app.chair.open()}>
        Take a seat
      </button>
    </div>
  );
}

/** What stands in the way of the words being sent, and that they are kept. */
function Hitch({ quest, place, app }: { quest: OpenQuest; place: Place; app: App }): JSX.Element | null {
  const { view, cut } = quest;
  const kept = place.text.trim() === '' ? '' : ' What you wrote is kept here.';
  if (cut !== null && place.text.trim() !== '') {
    return (
      <p class="hitch" role="status">
        <Icon name="warn" tone="c-warn" />
        <span>{place.unanswered ? 'No answer came: it may not have been written.' : 'It cannot be sent now.'}{kept} Send it when the server is back; it is not written twice.</span>
      </p>
    );
  }
  if (place.held !== null && !holds(view, place)) {
    return (
      <p class="hitch" role="status">
        <Icon name="warn" tone="c-warn" />
        <span>
          The seat changed hands. {sitting(view, place.seat)}
          {kept}
        </span>
        <button class="btn s" type="button" onClick={() => void app.chair.sit()}>
          Take it back
        </button>
      </p>
    );
  }
  return null;
}

function turnOf(view: QuestView, seat: string): JSX.Element {
  const now = view.holders.includes(seat);
  return <span class={now ? 'c-turn' : 'muted'}>{now ? 'holds the turn' : 'does not hold the turn'}</span>;
}

/** Anybody may try to write for a seat they may act for: the machine, not this page, decides whether it is that seat's turn. */
export function Compose({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  const { view, place } = quest;
  const [sending, setSending] = useState(false);
  if (isOver(view)) {
    return (
      <div class="compose">
        <p>The quest is over. Nothing can be added to its log.</p>
      </div>
    );
  }
  const seats = seatsFor(quest);
  if (place === null || !seats.includes(place.seat)) return <Closed quest={quest} app={app} />;
  const leads = view.agents.find(({ id }) => id === place.seat)?.leads === true;
  const mine = holds(view, place);
  const send = async (): Promise<void> => {
    if (place.text.trim() === '' || sending) return;
    setSending(true);
    await app.chair.send();
    setSending(false);
  };
  return (
    <form
      class="compose open"
      aria-label="Write for a seat"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="as">
        <label>
          Write as{' '}
          <select name="by" value={place.seat} onChange={(event) => app.chair.choose(event.currentTarget.value)}>
            {seats.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="vh">What kind</span>
          <select name="kind" value={place.kind} onChange={(event) => app.chair.change({ kind: event.currentTarget.value })}>
            {Object.entries(KIND).map(([kind, words]) => {
              const word = leads ? words.leader : words.worker;
              return word === null ? null : (
                <option key={kind} value={kind}>
                  {word}
                </option>
              );
            })}
          </select>
        </label>
        {turnOf(view, place.seat)}
        <button class="btn quiet icon" type="button" aria-label="Close the form" onClick={() => app.chair.close()}>
          <Icon name="cross" />
        </button>
      </div>
      <div class="as seated">
        {(mine || place.held === null) && <span class="muted">{mine ? 'You sit here: nobody else plays this seat.' : sitting(view, place.seat)}</span>}
        {mine ? (
          <button class="btn s" type="button" onClick={() => void app.chair.leave()}>
            {speaksForOwner(quest) ? 'Leave it to the rehearsal' : 'Leave the seat'}
          </button>
        ) : (
          place.held === null && (
            <button class="btn s" type="button" onClick={() => void app.chair.sit()}>
              Play it myself
            </button>
          )
        )}
      </div>
      <Hitch quest={quest} place={place} app={app} />
      <div class="words">
        <label class="vh" for="say">
          What you say
        </label>
        <input id="say" class="field" value={place.text} autocomplete="off" placeholder="What you say" onInput={(event) => app.chair.write(event.currentTarget.value)} />
        <button class="btn primary" type="submit" aria-disabled={sending}>
          Send
        </button>
      </div>
    </form>
  );
}
