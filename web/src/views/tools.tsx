import './work.css';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { OpenQuest } from '../app/model.ts';
import { href } from '../app/route.ts';
import { isOver } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { Approvals } from './approvals.tsx';
import { Work } from './work-changes.tsx';

/** What agents ask leave for, and which servers are not there. Nothing where there is neither. */
export function ToolsTop({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  return (
    <>
      <Approvals app={app} asks={quest.asks} allow={(id, allowed) => app.quest.allow(id, allowed)} seated />
      {Object.keys(quest.silent).length > 0 && (
        <section class="panel halt silent" aria-label="Servers that are not there">
          {Object.entries(quest.silent).map(([server, problem]) => (
            <p key={server} role="status">
              <Icon name="warn" tone="c-warn" />
              <span>
                Agents {isOver(quest.view) ? 'went' : 'go'} on without the tools of {server}: {/[.!?]$/.test(problem) ? problem : `${problem}.`} <a href={href({ screen: 'models' })}>See to it</a>
              </span>
            </p>
          ))}
        </section>
      )}
    </>
  );
}

interface Picture {
  hash: string;
  name: string;
  url: string;
}

/** Pictures that tools and models gave. */
function Pictures({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element | null {
  const [pictures, setPictures] = useState<readonly Picture[]>([]);
  const wanted = app.inspect.standing().artifacts.filter(({ media }) => /^image\/(png|jpeg|gif|webp)$/.test(media));
  const key = wanted.map(({ hash }) => hash).join();
  useEffect(() => {
    let gone = false;
    const load = async ({ hash, name, media }: (typeof wanted)[number]): Promise<Picture[]> => {
      const bytes = await app.quest.blob(quest, hash);
      if (bytes === undefined) return [];
      const url = await new Promise<string>((resolve) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result));
        reader.readAsDataURL(new Blob([bytes as BlobPart], { type: media }));
      });
      return [{ hash, name: name ?? 'withheld', url }];
    };
    void Promise.all(wanted.map(load)).then(
      (all) => {
        if (!gone) setPictures(all.flat());
      },
      (error: unknown) => app.toast(String(error)),
    );
    return () => {
      gone = true;
    };
  }, [quest.id, key]);
  if (pictures.length === 0) return null;
  return (
    <section class="panel" aria-label="Pictures">
      <div class="panel-h">
        <h2>Pictures</h2>
      </div>
      <div class="pictures">
        {pictures.map(({ hash, name, url }) => (
          <figure key={hash}>
            <img src={url} alt={name} />
            <figcaption>{name}</figcaption>
          </figure>
        ))}
      </div>
    </section>
  );
}

/** What agents work on, and what they made. */
export function ToolsSide({ quest, app }: { quest: OpenQuest; app: App }): JSX.Element {
  return (
    <>
      <Work quest={quest} app={app} busy={app.state.gathering} />
      <Pictures quest={quest} app={app} />
    </>
  );
}
