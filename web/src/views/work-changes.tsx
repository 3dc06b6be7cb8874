import './work.css';
import type { ChangeSet } from '../parts/diff.ts';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { OpenQuest } from '../app/model.ts';
import { type Changed, changesIn, type KeptWork } from '../app/work.ts';
import { count, isOver } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';
import { WorkFiles } from './work-files.tsx';

/** What differs, line by line, with what stands around it. */
function Diff({ app, work, change }: { app: App; work: KeptWork; change: Changed }): JSX.Element {
  const [diff, setDiff] = useState<ChangeSet | string | null>(null);
  useEffect(() => {
    let gone = false;
    void (async () => {
      const [{ linesOf }, { before, after }] = await Promise.all([import('../parts/diff.ts'), app.work.texts(work, change)]);
      if (!gone) setDiff(linesOf(before ?? '', after));
    })().catch((error: unknown) => {
      if (!gone) setDiff(inWords(error));
    });
    return () => {
      gone = true;
    };
  }, [work.id, change.path, change.hash]);
  if (diff === null) return <p role="status">Comparing.</p>;
  if (typeof diff === 'string') return <p role="alert">{diff}</p>;
  return (
    <>
      <p class="muted">
        {diff.added} added, {diff.removed} removed
      </p>
      <div class="diff" tabIndex={0} role="region" aria-label={`Changes of ${change.path}`}>
        <table>
          <tbody>
            {diff.rows.map((row, i) =>
              row.kind === 'gap' ? (
                <tr key={i} class="gap">
                  <td colSpan={4}>{count(row.lines, 'line')} as before</td>
                </tr>
              ) : (
                <tr key={i} class={row.kind}>
                  <td class="ln">{row.before}</td>
                  <td class="ln">{row.after}</td>
                  <td class="mark">{row.kind === 'added' ? '+' : row.kind === 'removed' ? '−' : ''}</td>
                  <td>
                    {row.kind !== 'same' && <span class="vh">{row.kind}: </span>}
                    {row.text}
                  </td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** One file before and after, and what becomes of it. */
function Look({ app, work, change, close }: { app: App; work: KeptWork; change: Changed; close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="help look" ref={dialog} aria-labelledby="look-title" onClose={close}>
      <header>
        <h2 id="look-title">{change.path}</h2>
        <button class="btn quiet icon" type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="cross" />
        </button>
      </header>
      <Diff app={app} work={work} change={change} />
    </dialog>
  );
}

type State = { busy: boolean; says: string | null; bad: boolean; conflicts: readonly Changed[] };
const REST: State = { busy: false, says: null, bad: false, conflicts: [] };

/** What agents changed: looked at, written back when somebody says so, or downloaded. */
export function Changes({ app, work, wrote = () => {} }: { app: App; work: KeptWork; wrote?: () => void }): JSX.Element | null {
  const [open, setOpen] = useState<Changed | null>(null);
  const [{ busy, says, bad, conflicts }, setState] = useState<State>(REST);
  const changes = changesIn(work);
  const list = useRef<HTMLDivElement>(null);
  const write = async (wanted: readonly Changed[], force = false): Promise<void> => {
    if (busy) return;
    setState({ ...REST, busy: true });
    const clash: Changed[] = [];
    let written = 0;
    try {
      for (const change of wanted) {
        const outcome = await app.work.write(work, change, force);
        if (outcome === 'refused') {
          setState({ ...REST, says: `The browser may not write into ${work.name}. Nothing ${written > 0 ? 'more ' : ''}was written.`, bad: true });
          return;
        }
        if (outcome === 'changed') clash.push(change);
        else written += 1;
      }
      setState({ busy: false, bad: false, conflicts: clash, says: written === 0 ? null : `${count(written, 'file')} written into ${work.name}.` });
    } catch (error) {
      setState({ ...REST, says: inWords(error), bad: true });
    }
    wrote();
  };
  if (changes.length === 0 && says === null && conflicts.length === 0) return null;
  return (
    <div class="changes" ref={list} role="group" aria-label="Changed files" data-changes={changes.length}>
      <ul>
        {changes.map((change) => (
          <li key={change.path}>
            <button class="btn quiet s path" type="button" aria-haspopup="dialog" onClick={() => setOpen(change)}>
              <Icon name={change.kind === 'added' ? 'plus' : 'note'} />
              <span>{change.path}</span>
            </button>
            <span class="muted">{change.kind}</span>
            {work.handle !== null && (
              <button class="btn s" type="button" aria-disabled={busy} aria-label={`Write back ${change.path}`} onClick={() => void write([change])}>
                Write back
              </button>
            )}
          </li>
        ))}
      </ul>
      {conflicts.length > 0 && (
        <div class="clash" role="alert">
          <p>
            <Icon name="warn" tone="c-warn" />
            <span>
              {conflicts.map(({ path }) => path).join(', ')} {conflicts.length === 1 ? 'was' : 'were'} changed outside meanwhile, and {conflicts.length === 1 ? 'is' : 'are'} left as {conflicts.length === 1 ? 'it is' : 'they are'}.
            </span>
          </p>
          <div class="row">
            <button class="btn s stop" type="button" onClick={() => void write(conflicts, true)}>
              Overwrite all the same
            </button>
            <button class="btn s" type="button" onClick={() => setState(REST)}>
              Leave it
            </button>
          </div>
        </div>
      )}
      {says !== null && (
        <p role={bad ? 'alert' : 'status'} class={bad ? 'c-fail' : ''}>
          {says}
        </p>
      )}
      {changes.length > 0 && (
        <div class="row">
          {work.handle !== null && changes.length > 1 && (
            <button class="btn s" type="button" aria-disabled={busy} onClick={() => void write(changes)}>
              Write all back
            </button>
          )}
          <button class="btn s" type="button" onClick={() => void app.work.zip(work)}>
            Download as a zip
          </button>
        </div>
      )}
      {open !== null && (
        <Look
          app={app}
          work={work}
          change={open}
          close={() => {
            setOpen(null);
            list.current?.querySelector<HTMLElement>('.path')?.focus();
          }}
        />
      )}
    </div>
  );
}

/** The files of a quest, and what became of them. */
export function Work({ quest, app, busy }: { quest: OpenQuest; app: App; busy: boolean }): JSX.Element | null {
  const { work, mode } = quest;
  const mine = mode === 'drive';
  if (work === null && (!mine || isOver(quest.view))) return null;
  return (
    <section class="panel workbox" aria-label="Files">
      <div class="panel-h">
        <h2>Files</h2>
        {work !== null && <span class="end num">{count(changesIn(work).length, 'change')}</span>}
      </div>
      {mine && !isOver(quest.view) && <WorkFiles app={app} id={quest.id} work={work} busy={busy} />}
      {work !== null && isOver(quest.view) && changesIn(work).length === 0 && <p class="nothing">{count(work.files.length, 'file')} of {work.name}. No change waits to be written back.</p>}
      {work !== null && <Changes app={app} work={work} />}
    </section>
  );
}
