import '../styles/roadmap.css';
import { CoreError, type Roadmap, type RoadmapItem } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { AppState } from '../app/model.ts';
import type { KeptRoadmap } from '../app/roadmap.ts';
import { openRoster } from '../app/team.ts';
import { count } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { pickText } from '../ports/files.ts';
import { LeaderPick } from './team-parts.tsx';

type Read = { roadmap: Roadmap } | { says: string };

function read(app: App, { path, text }: KeptRoadmap): Read {
  try {
    return { roadmap: app.core.readRoadmap(text, path) };
  } catch (error) {
    if (!(error instanceof CoreError)) throw error;
    return { says: `${path}: ${inWords(error)}` };
  }
}

function Item({ item, next, plan }: { item: RoadmapItem; next: boolean; plan: () => void }): JSX.Element {
  return (
    <li class={item.done ? 'done' : next ? 'next' : ''}>
      <Icon name={item.done ? 'check' : item.blocked === true ? 'lock' : 'ring'} tone={item.done ? 'c-pass' : 'muted'} />
      <span class="text">
        <b>{item.title}</b> {item.effort !== undefined && <span class="tag">{item.effort}</span>} {next && <span class="tag info">comes next</span>} {item.blocked === true && <span class="tag warn">waits</span>}
        {item.description !== undefined && item.description !== '' && <small>{item.description}</small>}
        <small class="muted">line {item.line}</small>
      </span>
      {!item.done && (
        <button class={`btn s ${next ? 'primary' : ''}`} type="button" aria-label={`Plan ${item.title}`} onClick={plan}>
          Plan it
        </button>
      )}
    </li>
  );
}

/** A roadmap file: what is done, what comes next, and a plan of it. */
export function RoadmapScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const [kept, setKept] = useState<KeptRoadmap | null>(null);
  const [note, setNote] = useState<string | null>(null);
  useEffect(() => {
    void app.storage.setting('roadmap').then((found) => found !== undefined && setKept((now) => now ?? found), () => {});
  }, []);
  const found = useMemo(() => (kept === null ? null : read(app, kept)), [kept]);
  const take = (file: { name: string; text: string } | null): void => {
    if (file === null) return;
    const next = { path: file.name, text: file.text };
    setNote(null);
    setKept(next);
    app.storage.putSetting('roadmap', next).catch(() => setNote('This browser does not keep the file: choose it again next time.'));
  };
  const plan = async (n: number): Promise<void> => {
    if (kept === null) return;
    const { roster } = openRoster(app.core, state.team.files, state.off);
    try {
      const made = app.core.planItem(roster, state.leader, kept.text, kept.path, n);
      const id = await app.proposals.propose({ agent: made.leader, mode: 'prequest', plan: made, text: made.objective });
      if (id !== null) app.go({ screen: 'plan', quest: id });
    } catch (error) {
      setNote(inWords(error));
    } finally {
      roster.close();
    }
  };
  const roadmap = found !== null && 'roadmap' in found ? found.roadmap : null;
  const says = note ?? state.note ?? (found !== null && 'says' in found ? found.says : null);
  return (
    <main
      class="screen-roadmap"
      id="main"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        const [file] = event.dataTransfer?.files ?? [];
        if (file === undefined || !/\.(md|txt)$/i.test(file.name)) return;
        event.preventDefault();
        event.stopPropagation();
        app.setDragging(false);
        void file.text().then((text) => take({ name: file.name, text }));
      }}
    >
      <div class="obj">
        <span class="eyebrow">Roadmap</span>
        <h1>{kept?.path ?? 'What comes next'}</h1>
        <p class="muted">
          A file with phases and check boxes. Drop it here or choose it; it stays in this browser. Planned by <LeaderPick state={state} app={app} />
        </p>
        <button class={`btn ${kept === null ? 'primary' : ''}`} type="button" onClick={() => void pickText('.md,.txt').then(take)}>
          <Icon name="file" />
          Choose a roadmap
        </button>
      </div>
      {says !== null && (
        <p class="refused" role="alert">
          <Icon name="fail" tone="c-fail" />
          <span>{says}</span>
        </p>
      )}
      {roadmap?.phases.map((phase) => (
        <section class="panel" key={phase.line} aria-label={phase.title}>
          <div class="panel-h">
            <h2>{phase.title}</h2>
            <span class="end">
              {phase.duration !== undefined && `${phase.duration}, `}
              {count(phase.items.filter(({ done }) => !done).length, 'item')} left of {phase.items.length}
            </span>
          </div>
          {phase.goal !== undefined && <p class="goal">{phase.goal}</p>}
          <ul>
            {phase.items.map((item) => (
              <Item key={item.n} item={item} next={item.n === roadmap.next} plan={() => void plan(item.n)} />
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}
