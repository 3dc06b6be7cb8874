import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { Draft } from '../app/drafts.ts';
import type { OpenQuest } from '../app/model.ts';
import type { Part } from '../app/work.ts';
import { count, toTheSecond } from '../app/words.ts';
import { Icon, type IconName } from '../parts/icons.tsx';
import { Words } from './words.tsx';

const DOES: Readonly<Record<string, string>> = { quest_message: 'writes a message', quest_respond: 'writes its answer', quest_report: 'ends its turn', quest_complete: 'completes the quest', quest_evidence: 'gives evidence', quest_judge: 'judges evidence' };

const doing = (draft: Draft): string =>
  draft.doing === 'thinks' ? 'thinks' : draft.doing === 'writes' ? 'writes' : (DOES[draft.tool] ?? `uses ${draft.tool.replace(/^quest_/, '').replaceAll('_', ' ')}`);

/** Draws this alone again when a model has written more. */
export function useDrafts(app: App): void {
  const [, again] = useState(0);
  useEffect(() => app.drafts.subscribe(() => again((n) => n + 1)), [app]);
}

/** What the model on a seat is writing, beside who holds the turn. */
export function Writing({ app, agent, grown }: { app: App; agent: string; grown: () => void }): JSX.Element | null {
  useDrafts(app);
  const draft = app.drafts.of(agent);
  const size = draft?.size ?? 0;
  useEffect(grown, [size]);
  if (draft === null) return app.drafts.until === null ? null : <p class="muted draft">waits for the provider, and is asked again at {toTheSecond(app.drafts.until)}</p>;
  return (
    <div class="draft" data-draft={agent} data-size={size}>
      <p class="muted">
        {doing(draft)}, {count(size, 'character')} so far
      </p>
      {draft.words !== '' && (
        <div class="tail">
          <Words app={app} text={draft.words} live={{ read: () => app.drafts.of(agent)?.words ?? null, watch: (watcher) => app.drafts.subscribe(watcher) }} shown={grown} />
        </div>
      )}
    </div>
  );
}

/** What an agent had written when the page was closed. It is asked anew; its words are shown until it has answered. */
export function Earlier({ app, parts, agent }: { app: App; parts: readonly Part[]; agent: string }): JSX.Element | null {
  const mine = parts.filter((part) => part.agent === agent && part.text.trim() !== '');
  if (mine.length === 0) return null;
  return (
    <div class="draft earlier-part">
      <p class="muted">What had come before the page was closed:</p>
      <div class="tail">
        <Words app={app} text={mine.map(({ text }) => text).join('\n\n')} />
      </div>
    </div>
  );
}

/** Stops the model on a seat, or lets it go on. */
export function Steering({ quest, app, agent }: { quest: OpenQuest; app: App; agent: string }): JSX.Element | null {
  const { view, mode, stopped } = quest;
  const plays = view.agents.some(({ id, kind }) => id === agent && kind === 'model');
  if (!plays || mode !== 'drive' || view.status !== 'running') return null;
  const button = (how: 'stop' | 'again' | 'continue', icon: IconName, word: string): JSX.Element => (
    <button key={how} class="btn s" type="button" aria-label={`${word}: ${agent}`} onClick={() => app.drive.steer(agent, how)}>
      <Icon name={icon} />
      {word}
    </button>
  );
  if (!stopped.includes(agent)) return <div class="row steering">{button('stop', 'stop', 'Stop')}</div>;
  return (
    <div class="row steering">
      <span class="muted" role="status">
        Stopped; the turn is kept.
      </span>
      {button('continue', 'play', 'Continue')}
      {button('again', 'prev', 'Ask again')}
    </div>
  );
}

/** A model plans, which takes its time. */
export function Planning({ app, asked }: { app: App; asked: string }): JSX.Element {
  useDrafts(app);
  const size = app.drafts.of('')?.size ?? 0;
  return (
    <div class="notice info" role="status">
      <p>
        {asked} plans{size > 0 ? `, ${count(size, 'character')} so far` : ''}.
      </p>
      <button class="btn s" type="button" onClick={() => app.proposals.stop()}>
        Stop
      </button>
    </div>
  );
}
