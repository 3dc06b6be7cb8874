import type { Route as Routing, RouteVerdict } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';
import { submitOnEnter } from './home.tsx';

const VERDICTS: Record<RouteVerdict['verdict'], { icon: IconName; tone: string; says: string }> = {
  accept: { icon: 'check', tone: 'c-pass', says: 'takes it' },
  decline: { icon: 'cross', tone: 'c-fail', says: 'turns it down' },
  unknown: { icon: 'ring', tone: 'muted', says: 'does not say' },
};

function Answer({ routing }: { routing: Routing }): JSX.Element {
  return (
    <div class="routed" role="status">
      <p class="best">
        {routing.take !== undefined ? (
          <>
            <Seat id={routing.take} />
            <span>
              <b>
                <Name id={routing.take} />
              </b>{' '}
              should take it.
            </span>
          </>
        ) : routing.ties.length > 0 ? (
          <span>
            <b>Several fit as well:</b> {routing.ties.join(', ')}. The files do not tell them apart.
          </span>
        ) : (
          <span>
            <b>Unknown.</b> Nothing in these files tells who takes it. Add an example of it to the file of the one who should.
          </span>
        )}
      </p>
      <ul>
        {routing.verdicts.map(({ agent, verdict, take, reasons }) => {
          const { icon, tone, says } = VERDICTS[verdict];
          return (
            <li key={agent}>
              <p>
                <Icon name={icon} tone={tone} />
                <span>
                  <b>
                    <Name id={agent} />
                  </b>{' '}
                  {says}
                  {take !== undefined && take !== agent && (
                    <>
                      : for <Name id={take} />
                    </>
                  )}
                </span>
              </p>
              {reasons.length > 0 && (
                <ul>
                  {reasons.slice(0, 3).map(({ text, path, line, score }, i) => (
                    <li key={i}>
                      <q>{text}</q>
                      <span class="num muted">fits {score} %</span>
                      {path !== null && <a href={href({ screen: 'team', path, line })}>line {line}</a>}
                    </li>
                  ))}
                </ul>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** A request in somebody's words, and who takes it by the rules of the files. */
export function WhoTakes({ app, state }: { app: App; state: AppState }): JSX.Element {
  const [request, setRequest] = useState('');
  const [answer, setAnswer] = useState<Routing | string | null>(null);
  const asked = useRef(0);
  const ask = (text: string): void => {
    asked.current += 1;
    const mine = asked.current;
    if (text.trim() === '') {
      setAnswer(null);
      return;
    }
    app.desk.route(text.trim(), null).then(
      (routing) => mine === asked.current && setAnswer(routing),
      (error: unknown) => mine === asked.current && setAnswer(inWords(error)),
    );
  };
  useEffect(() => ask(request), [state.team.files, state.off]);
  return (
    <div class="panel takes">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          ask(request);
        }}
      >
        <label for="request">Who takes this?</label>
        <div class="row">
          <textarea id="request" class="field" rows={1} placeholder="A request, in your words" value={request} onInput={(event) => setRequest(event.currentTarget.value)} onKeyDown={submitOnEnter} />
          <button class="btn" type="submit">
            Ask the files
          </button>
        </div>
      </form>
      {answer !== null &&
        (typeof answer === 'string' ? (
          <p class="c-fail" role="alert">
            {answer}
          </p>
        ) : (
          <Answer routing={answer} />
        ))}
    </div>
  );
}
