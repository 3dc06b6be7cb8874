import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Answer, Exchange } from '../app/chat-model.ts';
import { isUnfinished } from '../app/chat-model.ts';
import type { ChatDesk, Coming } from '../app/chat.ts';
import { money, span, whole } from '../app/figures.ts';
import { href } from '../app/route.ts';
import { toTheSecond } from '../app/words.ts';
import { Growing, Speaker } from '../parts/growing.ts';
import { Icon } from '../parts/icons.tsx';
import { Name, Seat } from '../parts/parts.tsx';

const SHARE = 6; // of the time, one part at most goes into showing an answer that grows

/** The words of an answer. While it grows, what is finished of it stays untouched, and the page is left time for all else. */
function Words({ text, live, desk, app, shown }: { text: string; live: boolean; desk: ChatDesk; app: App; shown: () => void }): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const region = useRef<HTMLDivElement>(null);
  const growing = useRef<Growing | null>(null);
  useLayoutEffect(() => {
    if (root.current === null) return;
    growing.current ??= new Growing(root.current, () => app.core);
    growing.current.show(text, !live);
    shown();
  }, [live ? '' : text, live]);
  useEffect(() => {
    if (!live || growing.current === null || region.current === null) return;
    const grows = growing.current;
    const speaker = new Speaker(region.current);
    let timer: ReturnType<typeof setTimeout> | null = null;
    let next = 0; // when it may be shown again
    const show = (): void => {
      timer = null;
      if (desk.coming === null) return;
      const start = performance.now();
      grows.show(desk.coming.text, false);
      shown();
      const now = performance.now();
      next = now + (now - start) * SHARE;
    };
    grows.heard = (done, open) => speaker.hear(done, open);
    const leave = desk.watch(() => {
      const left = next - performance.now();
      if (left <= 0) show();
      else timer ??= setTimeout(show, left);
    });
    return () => {
      leave();
      if (timer !== null) clearTimeout(timer);
      grows.heard = null;
      speaker.close();
    };
  }, [live]);
  const copy = (event: Event): void => {
    const button = (event.target as Element).closest('button.copy');
    const code = button?.parentElement?.querySelector('pre');
    if (code !== null && code !== undefined) void app.copy(code.textContent ?? '').then((done) => app.toast(done ? 'The code is copied.' : 'This browser does not let the page copy.'));
  };
  return (
    <>
      <div class="words" ref={root} onClick={copy} aria-busy={live} />
      {live && <div class="vh" role="log" aria-live="polite" ref={region} />}
    </>
  );
}

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
      <Words text={text} live={live} desk={desk} app={app} shown={shown} />
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
