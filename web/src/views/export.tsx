import { DIALECTS, type Export } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { inWords } from '../app/logs.ts';
import type { AgentFile, AppState } from '../app/model.ts';
import { href } from '../app/route.ts';
import { count } from '../app/words.ts';
import { Icon } from '../parts/icons.tsx';

type Made = { path: string } & ({ made: Export; error?: never } | { error: string; made?: never });

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A file, or all of them, as another product wants them: first what gets lost, then the file. */
export function ExportSheet({ file, state, app, close }: { file: AgentFile; state: AppState; app: App; close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const own = state.file?.spec?.dialect ?? '';
  const [dialect, setDialect] = useState<string>(DIALECTS.find(({ id }) => id !== own)?.id ?? '');
  const [whole, setWhole] = useState(false);
  const [made, setMade] = useState<Made[] | null>(null);
  const [copied, setCopied] = useState(false);
  const paths = whole ? state.team.files.map(({ path }) => path) : [file.path];
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    let late = false;
    setMade(null);
    setCopied(false);
    void Promise.all(
      paths.map((path) =>
        app.desk.exportAs(path, dialect).then(
          (one): Made => ({ path, made: one }),
          (error: unknown): Made => ({ path, error: inWords(error) }),
        ),
      ),
    ).then((all) => {
      if (!late) setMade(all);
    });
    return () => {
      late = true;
    };
  }, [dialect, whole, file.path]);

  const ready = (made ?? []).flatMap((one) => (one.made === undefined ? [] : [one.made]));
  const losses = ready.reduce((sum, { losses: lost }) => sum + lost.length, 0);
  const [first] = ready;
  const product = DIALECTS.find(({ id }) => id === dialect)?.product ?? dialect;
  return (
    <dialog class="help export" ref={dialog} onClose={close} aria-labelledby="export-title">
      <header>
        <h2 id="export-title">Export</h2>
        <button class="btn quiet icon" type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <Icon name="cross" />
        </button>
      </header>
      <div class="choose">
        <label>
          <span>For</span>
          <select class="which" value={dialect} onChange={(event) => setDialect(event.currentTarget.value)}>
            {DIALECTS.map(({ id, product: name }) => (
              <option key={id} value={id}>
                {name}
                {id === own ? ' (as it is)' : ''}
              </option>
            ))}
          </select>
        </label>
        {state.team.files.length > 1 && (
          <fieldset>
            <legend class="vh">What</legend>
            <label>
              <input type="radio" name="whole" checked={!whole} onChange={() => setWhole(false)} />
              This file
            </label>
            <label>
              <input type="radio" name="whole" checked={whole} onChange={() => setWhole(true)} />
              All {state.team.files.length} files
            </label>
          </fieldset>
        )}
      </div>
      <div class="report" role="status">
        {made === null && <p class="muted">Writing.</p>}
        {made !== null && losses === 0 && ready.length > 0 && (
          <p>
            <Icon name="check" tone="c-pass" />
            <span>{dialect === own && !whole ? 'The file itself, byte by byte.' : `Nothing is lost: ${product} can say all of it.`}</span>
          </p>
        )}
        {losses > 0 && (
          <p>
            <Icon name="warn" tone="c-warn" />
            <span>
              <b>{count(losses, 'thing')}</b> {losses === 1 ? 'gets' : 'get'} lost or said otherwise. The prose stays as it is.
            </span>
          </p>
        )}
        {(made ?? []).filter((one) => one.made === undefined || one.made.losses.length > 0).map((one) => (
          <div class="one" key={one.path}>
            {whole && <h3 class="mono">{one.path}</h3>}
            {one.error !== undefined && (
              <p class="c-fail">
                <Icon name="fail" />
                {one.error}
              </p>
            )}
            {(one.made?.losses ?? []).length > 0 && (
              <ul class="losses">
                {one.made?.losses.map((loss, i) => (
                  <li key={i}>
                    <b class="mono">{loss.field}</b>
                    <span>{loss.message}</span>
                    <a href={href({ screen: 'team', path: one.path, line: loss.line })} onClick={() => dialog.current?.close()}>
                      line {loss.line}
                    </a>
                  </li>
                ))}
              </ul>
            )}
          </div>
        ))}
      </div>
      {first !== undefined && (
        <p class="where">
          {ready.length === 1 ? (
            <>
              {product} looks for it at <code>{first.path}</code>
            </>
          ) : (
            <>
              {product} looks for them in <code>{first.path.includes('/') ? first.path.slice(0, first.path.lastIndexOf('/') + 1) : 'the root of the repository'}</code>
            </>
          )}
        </p>
      )}
      {first !== undefined && ready.length === 1 && (
        <details class="look">
          <summary>Look at it</summary>
          <pre>{first.text}</pre>
        </details>
      )}
      <footer>
        {ready.length === 1 && first !== undefined && (
          <button class="btn" type="button" onClick={() => void app.copy(first.text).then(setCopied)}>
            <Icon name={copied ? 'check' : 'copy'} />
            {copied ? 'Copied' : 'Copy'}
          </button>
        )}
        <button class="btn primary" type="button" aria-disabled={ready.length === 0} onClick={() => ready.forEach((one) => app.download(baseName(one.path), one.text))}>
          <Icon name="drop" />
          {ready.length > 1 ? `Download ${ready.length} files` : 'Download'}
        </button>
      </footer>
    </dialog>
  );
}
