import type { PlanSource } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { OpenQuest } from '../app/model.ts';
import { type KeptRoadmap, tickedOff } from '../app/roadmap.ts';
import { href } from '../app/route.ts';
import { Icon } from '../parts/icons.tsx';
import { pickText } from '../ports/files.ts';

/** After a quest that began from an item of a roadmap: ticks the item off, in the copy that this browser keeps, and saves the file. */
function Tick({ app, item }: { app: App; item: PlanSource & { path: string } }): JSX.Element {
  const [kept, setKept] = useState<KeptRoadmap | null | undefined>(undefined); // undefined while it is read; null: there is none
  const [ticked, setTicked] = useState<'no' | 'now' | 'before'>('no');
  const [note, setNote] = useState<string | null>(null);
  const name = item.path.slice(item.path.lastIndexOf('/') + 1);
  useEffect(() => {
    void app.storage.setting('roadmap').then(
      (found) => setKept(found?.path === item.path ? found : null),
      () => setKept(null),
    );
  }, [item.path]);
  const tick = (roadmap: KeptRoadmap): void => {
    try {
      const text = tickedOff(app.core, roadmap.text, item);
      const next = { path: item.path, text: text ?? roadmap.text };
      setKept(next);
      setTicked(text === null ? 'before' : 'now');
      setNote(null);
      app.storage.putSetting('roadmap', next).catch(() => setNote('This browser does not keep the file: save it.'));
    } catch (error) {
      setNote(`${roadmap.path}: ${inWords(error)}`);
    }
  };
  const choose = (): void => void pickText('.md,.txt').then((file) => file !== null && tick({ path: item.path, text: file.text }));
  return (
    <section class="panel tickoff" aria-label="Roadmap">
      <p>
        <Icon name={ticked === 'no' ? 'ring' : 'check'} tone={ticked === 'no' ? 'muted' : 'c-pass'} />
        <span role="status">
          {ticked === 'no' ? (
            <>
              This quest carried out “{item.words}” of <a href={href({ screen: 'roadmap' })}>{name}</a>.
            </>
          ) : (
            <>
              “{item.words}” {ticked === 'before' ? 'was ticked off already' : 'is ticked off'} in this browser’s copy of <a href={href({ screen: 'roadmap' })}>{name}</a>. Save it to have it in the file too.
            </>
          )}
        </span>
      </p>
      <div class="row">
        {kept !== undefined && ticked === 'no' && (
          <button class="btn primary s" type="button" onClick={() => (kept === null ? choose() : tick(kept))}>
            {kept === null ? `Choose ${name} to tick it off` : 'Tick it off'}
          </button>
        )}
        {kept !== undefined && kept !== null && ticked !== 'no' && (
          <button class="btn primary s" type="button" onClick={() => app.download(name, kept.text)}>
            Save {name}
          </button>
        )}
      </div>
      {note !== null && <p role="alert">{note}</p>}
    </section>
  );
}

export function RoadmapTick({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const item = quest.plan?.item;
  const mine = quest.mode === 'drive' || quest.link?.own !== undefined;
  if (!mine || quest.at !== null || quest.view.status !== 'completed' || item?.path === undefined || item.words === undefined) return null;
  return <Tick key={quest.id} app={app} item={{ ...item, path: item.path }} />;
}
