import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Answer, Exchange } from '../app/chat-model.ts';
import { isUnfinished } from '../app/chat-model.ts';
import type { ChatDesk, Coming } from '../app/chat.ts';
import { money, span, whole } from '../app/figures.ts';
import { href } from '../app/route.ts';
import { toTheSecond } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';
import { Words } from './words.tsx';

/** What the model thought before it answered; folded away. */
function Thinking({ text, desk, live }: { text: string; desk: ChatDesk; live: boolean }): JSX.Element | null {
  const box = useRef<HTMLDetailsElement>(null);
  const words = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (words.current !== null && !live) words.current.textContent = text;
  }, [text, live]);
  useEffect(() => {
    if (!live) return;
    const show = (): void => {
      const thinking = desk.coming?.thinking ?? '';
      if (box.current !== null) box.current.hidden = thinking === '';
      if (words.current !== null && box.current?.open === true && words.current.textContent !== thinking) words.current.textContent = thinking;
    };
    show();
    box.current?.addEventListener('toggle', show);
    const leave = desk.watch(show);
    return () => {
      leave();
      box.current?.removeEventListener('toggle', show);
    };
  }, [live]);
  if (!live && text === '') return null;
  return (
    <details class="thinking" ref={box}>
      <summary>{live ? 'Thinking' : 'What it thought'}</summary>
      <p ref={words} />
    </details>
  );
}

function figuresOf({ model, usage, micro, ms }: Answer): string {
  const { input = 0, output = 0 } = usage ?? {};
  const used = input + output > 0;
  const parts = [model ?? '', used ? `${whole(input)} tokens in, ${whole(output)} out` : '', !used ? '' : micro === undefined ? 'price not known' : money(micro), ms === undefined ? '' : span(ms)];
  return parts.filter((part) => part !== '').join(' · ');
}

/** How an answer ended where it did not end by itself, and what to do. */
function Ending({ answer }: { answer: Answer | null }): JSX.Element | null {
  if (answer === null) {
    return (
      <p class="ending">
        <Icon name="stop" />
        <span>There is no answer: the page was closed before one came.</span>
      </p>
    );
  }
  if (answer.end === 'whole') return null;
  const says = {
    stopped: answer.text === '' ? 'Stopped before anything came.' : 'Stopped. What came so far is kept.',
    cut: 'Its length was up before it was done. Continue, and it goes on from there.',
    failed: answer.problem ?? 'No answer came.',
  }[answer.end];
  return (
    <p class={`ending ${answer.end}`}>
      <Icon name={answer.end === 'failed' ? 'fail' : answer.end === 'cut' ? 'warn' : 'stop'} tone={answer.end === 'failed' ? 'c-fail' : answer.end === 'cut' ? 'c-warn' : ''} />
      <span>{says}</span>
    </p>
  );
}

export interface AnswerProps {
  chat: string;
  agent: string;
  exchange: Exchange;
  coming: Coming | null; // this very answer
  last: boolean;
  busy: boolean; // some answer is in the making
  desk: ChatDesk;
  app: App;
  shown: () => void;
}

export function AnswerView({ chat, agent, exchange, coming, last, busy, desk, app, shown }: AnswerProps): JSX.Element {
  const { answer } = exchange;
  const live = coming !== null;
  const text = coming?.text ?? answer?.text ?? '';
  const figures = live || answer === null ? '' : figuresOf(answer);
  return (
    <article class="them" aria-label={`${agent} answers`}>
      <header>
        <Seat id={agent} holds={live} />
        <Name id={agent} />
        {!live && answer?.rehearsed === true && <span class="tag unreal">Rehearsed: no model was asked</span>}
        {!live && answer?.others !== undefined && <span class="muted">asked {answer.others.join(', ')}</span>}
        {live && (
          <span class="muted">
            {coming.until === null ? (coming.other === null ? 'is answering' : `asks ${coming.other}`) : `is busy. It is asked again at ${toTheSecond(coming.until)}`}
          </span>
        )}
      </header>
      <Thinking text={answer?.thinking ?? ''} desk={desk} live={live} />
      <Words app={app} text={text} live={live ? { read: () => desk.coming?.text ?? null, watch: (watcher) => desk.watch(watcher), spoken: true } : null} shown={shown} />
      {!live && (
        <>
          <Ending answer={answer} />
          <footer>
            {last && answer !== null && isUnfinished(answer) && (
              <button class="btn s" type="button" aria-disabled={busy} onClick={() => desk.goOn(chat)}>
                <Icon name="play" />
                Continue
              </button>
            )}
            {last && (
              <button class="btn quiet s" type="button" aria-disabled={busy} onClick={() => desk.again(chat)}>
                <Icon name="fork" />
                {text === '' || answer?.end === 'failed' ? 'Ask again' : 'Regenerate'}
              </button>
            )}
            {answer?.end === 'failed' && (
              <a class="btn quiet s" href={href({ screen: 'models' })}>
                Models and keys
              </a>
            )}
            {text !== '' && (
              <button class="btn quiet s" type="button" onClick={() => void app.copy(text).then((done) => app.toast(done ? 'The answer is copied.' : 'This browser does not let the page copy.'))}>
                <Icon name="copy" />
                Copy
              </button>
            )}
            {figures !== '' && <span class="figures num">{figures}</span>}
          </footer>
        </>
      )}
    </article>
  );
}
