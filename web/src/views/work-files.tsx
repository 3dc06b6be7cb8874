import './work.css';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { bytesIn, type KeptWork } from '../app/work.ts';
import { count, size } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { canWriteBack, type Why } from '../ports/folder.ts';

const WHY: Record<Why, string> = {
  hidden: 'hidden',
  packages: 'packages of others',
  large: 'too large',
  unreadable: 'cannot be read',
  limit: 'past what is taken',
};
const SHOWN = 200;

/** What was left out, and why. */
function LeftOut({ left }: { left: KeptWork['left'] }): JSX.Element | null {
  if (left.length === 0) return null;
  return (
    <details>
      <summary>{count(left.length, 'entry', 'entries')} left out</summary>
      <ul class="leftout">
        {left.slice(0, SHOWN).map(({ path, why }) => (
          <li key={path}>
            <code>{path}</code> <span class="muted">{WHY[why]}</span>
          </li>
        ))}
        {left.length > SHOWN && <li class="muted">and {left.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}

interface Props {
  app: App;
  id: string; // whose files they are
  work: KeptWork | null;
  busy: boolean;
  taken?: (work: KeptWork | null) => void;
}

/** The files that agents work on: none yet, or how many were taken. */
export function WorkFiles({ app, id, work, busy, taken = () => {} }: Props): JSX.Element {
  const [over, setOver] = useState(false);
  const got = (next: KeptWork | null): void => {
    if (next !== null) taken(next);
  };
  const changed = work === null ? 0 : Object.keys(work.changed).length;
  return (
    <section
      class={`work-files ${over ? 'over' : ''}`}
      aria-label="Files to work on"
      data-work={work?.files.length ?? 0}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer === null) return;
        event.preventDefault();
        event.stopPropagation(); // else the page takes them for agent files
        app.setDragging(false);
        void app.work.drop(id, event.dataTransfer).then(got);
      }}
    >
      <p>
        <Icon name="file" />
        <b>Files to work on</b>
        <span class="muted" role="status">
          {app.state.gathering ? 'Reading them.' : work === null ? 'none: agents read and change only what you give them' : `${count(work.files.length, 'file')} of ${work.name}, ${size(bytesIn(work))}`}
        </span>
      </p>
      <div class="row">
        <button class="btn s" type="button" aria-disabled={busy} onClick={() => void (busy || app.work.folder(id).then(got))}>
          {work === null ? 'Give a folder' : 'Another folder'}
        </button>
        <button class="btn s" type="button" aria-disabled={busy} onClick={() => void (busy || app.work.files(id).then(got))}>
          {work === null ? 'Give files or a zip' : 'Other files'}
        </button>
        {work !== null && changed === 0 && (
          <button class="btn quiet s" type="button" aria-disabled={busy} onClick={() => void (busy || app.work.remove(id).then(() => taken(null)))}>
            <Icon name="trash" />
            Take them away
          </button>
        )}
      </div>
      {work === null ? (
        <p class="muted small">Or drop them here. They stay in this browser; {canWriteBack() ? 'nothing is written to your disk unless you say so.' : 'this browser cannot write to a folder, so changes are downloaded as a zip.'}</p>
      ) : (
        <LeftOut left={work.left} />
      )}
    </section>
  );
}
