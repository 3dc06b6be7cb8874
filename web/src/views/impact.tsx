import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { ImpactDesk } from '../app/impact.ts';
import type { AppState } from '../app/model.ts';
import { filesOf, pick, textsOf } from '../ports/files.ts';
import { Icon } from '../parts/icons.tsx';
import { Blank } from '../parts/parts.tsx';
import './impact.css';
import { Flow } from './flow.tsx';
import { Cycles, Drawing, Facts, Felt, HealthPanels, Lists, Matrix } from './impact-parts.tsx';

const KINDS = /\.([cm]?[jt]sx?|json|d|mk|txt)$/i;
let kept: ImpactDesk | null = null; // for who comes back to the screen

const ACCEPT = '.js,.mjs,.cjs,.jsx,.ts,.mts,.cts,.tsx,.json,.d,.mk,.txt';

function Change({ names, groups, chosen, choose, drop }: { names: readonly string[]; groups: readonly string[]; chosen: readonly string[]; choose: (name: string) => boolean; drop: (name: string) => void }): JSX.Element {
  const [text, setText] = useState('');
  const [bad, setBad] = useState<string | null>(null);
  const near = useMemo(() => [...groups, ...names].filter((name) => name.toLowerCase().includes(text.toLowerCase())).slice(0, 50), [names, groups, text]);
  const add = (event: Event): void => {
    event.preventDefault();
    const name = text.trim();
    if (name === '') return;
    const [only, ...more] = near;
    if (choose(name) || (only !== undefined && more.length === 0 && choose(only))) {
      setText('');
      setBad(null);
    } else setBad(`There is no module or group ${name}.`);
  };
  return (
    <>
      <form class="ask" onSubmit={add}>
        <label for="change">What breaks if this changes?</label>
        <input id="change" class="field" list="modules" autocomplete="off" placeholder="A module or a group" value={text} aria-describedby={bad === null ? undefined : 'change-bad'} onInput={(event) => setText(event.currentTarget.value)} />
        <datalist id="modules">
          {near.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <button class="btn" type="submit">
          <Icon name="plus" />
          Add
        </button>
      </form>
      {bad !== null && (
        <p id="change-bad" role="alert">
          {bad}
        </p>
      )}
      {chosen.length > 0 && (
        <div class="chips" aria-label="What changes" role="group">
          {chosen.map((name) => (
            <button key={name} class="btn s" type="button" aria-label={`${name} does not change`} onClick={() => drop(name)}>
              {name}
              <Icon name="cross" />
            </button>
          ))}
        </div>
      )}
    </>
  );
}

export function ImpactScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const desk = (kept ??= new ImpactDesk(app.core));
  const [shown, setShown] = useState(desk.shown);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const breaks = useMemo(() => desk.breaks(chosen), [desk, chosen, shown]);
  const plan = state.quest?.plan ?? null;

  const take = async (files: Promise<{ path: string; file: File }[]>): Promise<void> => {
    setBusy(true);
    try {
      const found = (await files).filter(({ path }) => KINDS.test(path) && !/(^|\/)node_modules\//.test(path));
      if (found.length > 0) {
        await desk.read(await textsOf(found));
        setFailed(null);
      } else if ((await files).length > 0) setFailed('There is no source file and no graph among these.');
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
    setChosen([]);
    setShown(desk.shown);
    setBusy(false);
  };

  useEffect(() => {
    const dropped = (event: DragEvent): void => {
      if (event.dataTransfer !== null) void take(filesOf(event.dataTransfer));
    };
    const pasted = (event: ClipboardEvent): void => {
      const text = event.clipboardData?.getData('text/plain').trim() ?? '';
      if (text === '' || (event.target instanceof HTMLElement && event.target.matches('input, textarea'))) return;
      void take(Promise.resolve([{ path: 'pasted.json', file: new File([text], 'pasted.json') }]));
    };
    addEventListener('drop', dropped);
    addEventListener('paste', pasted);
    return () => {
      removeEventListener('drop', dropped);
      removeEventListener('paste', pasted);
    };
  });

  const acts = (
    <>
      <button class="btn primary" type="button" onClick={() => void take(pick('folder', ''))}>
        <Icon name="drop" />
        Choose a folder
      </button>
      <button class="btn" type="button" onClick={() => void take(pick('files', ACCEPT))}>
        <Icon name="file" />
        Choose files
      </button>
      {plan !== null && (
        <button
          class="btn"
          type="button"
          onClick={() => {
            desk.readPlan(plan, 'the open plan');
            setFailed(null);
            setChosen([]);
            setShown(desk.shown);
          }}
        >
          <Icon name="plan" />
          The open plan
        </button>
      )}
    </>
  );
  const alert = failed !== null && (
    <p class="bad" role="alert">
      {failed}
    </p>
  );

  if (shown === null) {
    return (
      <main class="screen-impact" id="main" aria-busy={busy}>
        {alert}
        <Blank icon="graph" title="What breaks if this changes?" acts={acts}>
          Drop a folder of JavaScript or TypeScript, what dependency-cruiser, madge or pydeps printed as JSON, rules of a compiler's -MM, snapshots of health, or the steps of a request as JSON. What you copied can be pasted. All is read here; nothing is sent anywhere.
        </Blank>
      </main>
    );
  }
  const { graph, coupling, health, flows, from, unseen } = shown;
  const choose = (name: string): boolean => {
    if (graph === null || !graph.modules.some((one) => one.name === name || one.group === name)) return false;
    setChosen((before) => (before.includes(name) ? before : [...before, name]));
    return true;
  };
  return (
    <main class="screen-impact" id="main" aria-busy={busy}>
      <div class="top">
        <div>
          <h1>Impact</h1>
          <p>{busy ? 'Reading.' : `From ${from}`}</p>
        </div>
        <div class="end">
          {acts}
          {(coupling !== null || health !== null) && (
            <button class="btn" type="button" onClick={() => app.download('impact.md', desk.markdown(breaks))}>
              Markdown
            </button>
          )}
          <button class="btn" type="button" onClick={() => app.download('impact.json', desk.json(breaks))}>
            JSON
          </button>
        </div>
      </div>
      {alert}
      {unseen.length > 0 && (
        <details class="unseen">
          <summary>What this reading does not see</summary>
          <ul>
            {unseen.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </details>
      )}
      {graph !== null && coupling !== null && (
        <>
          <Facts coupling={coupling} />
          <section class="panel" aria-label="What breaks">
            <div class="panel-h" />
            <div class="in">
              <Change names={graph.modules.map(({ name }) => name)} groups={coupling.groups} chosen={chosen} choose={choose} drop={(name) => setChosen(chosen.filter((one) => one !== name))} />
              {breaks !== null && <Felt breaks={breaks} />}
            </div>
          </section>
          <Drawing graph={graph} breaks={breaks} choose={(name) => (chosen.includes(name) ? setChosen(chosen.filter((one) => one !== name)) : choose(name))} />
          <Matrix coupling={coupling} graph={graph} key={from} />
          <Cycles coupling={coupling} />
          <Lists coupling={coupling} />
        </>
      )}
      {health !== null && <HealthPanels health={health} />}
      {flows.map(({ path, flow }) => (
        <Flow key={path} flow={flow} from={path} />
      ))}
    </main>
  );
}
