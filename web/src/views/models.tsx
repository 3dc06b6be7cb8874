import './models.css';
import type { AskFirst, ConnectionTest, Provider } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { mayCarry } from '../app/carried.ts';
import { type Model, hostOf } from '../app/cast.ts';
import type { AppState } from '../app/model.ts';
import { count } from '../app/words.ts';
import { PickField, TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Keys } from './keys.tsx';
import { Servers } from './servers.tsx';
import { WhoPlays } from './who.tsx';

type Said = { [field in keyof Model]?: Model[field] | undefined };

/** A model with a change to it; what is not said any more is not there. */
const changed = (model: Model, change: Said): Model => Object.fromEntries(Object.entries({ ...model, ...change }).filter(([field, value]) => field === 'model' || (value !== undefined && value !== ''))) as unknown as Model;

const REASONING: readonly { value: string; word: string }[] = [
  { value: '', word: 'as the model has it' },
  { value: 'off', word: 'off' },
  { value: 'low', word: 'low' },
  { value: 'medium', word: 'medium' },
  { value: 'high', word: 'high' },
];

const ASKS: readonly { value: AskFirst | ''; word: string }[] = [
  { value: '', word: 'where agents’ files say so' },
  { value: 'change', word: 'also before each change' },
  { value: 'all', word: 'before every use' },
];

/** The model of the browser, on its way to this device. */
function Download({ app, done }: { app: App; done: () => void }): JSX.Element {
  const [share, setShare] = useState<number | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);
  const begin = async (): Promise<void> => {
    const mine = new AbortController();
    ending.current = mine;
    setWhy(null);
    setShare(0);
    try {
      await app.cast.download(setShare, mine.signal);
      done();
    } catch (error) {
      setShare(null);
      if (!mine.signal.aborted) setWhy(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <div class="download">
      {share === null ? (
        <button class="btn" type="button" onClick={() => void begin()}>
          Download the model
        </button>
      ) : (
        <>
          <label>
            <span>{share === 0 ? 'The download begins' : `${Math.floor(share * 100)} % is there`}</span>
            <progress max={1} value={share} />
          </label>
          <button class="btn quiet s" type="button" onClick={() => ending.current?.abort()}>
            Stop
          </button>
        </>
      )}
      {why !== null && (
        <p class="c-fail" role="alert">
          It could not be downloaded: {why}
        </p>
      )}
    </div>
  );
}

function Tested({ test, app, pick, again }: { test: ConnectionTest; app: App; pick: (model: string) => void; again: () => void }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const good = test.cause === 'ok';
  return (
    <div class="tested" role="status" data-cause={test.cause}>
      <p>
        <Icon name={good ? 'check' : 'fail'} tone={good ? 'c-pass' : 'c-fail'} />
        <span>{test.message}</span>
      </p>
      {test.cause === 'download' && <Download app={app} done={again} />}
      {test.command !== undefined && (
        <p class="command">
          <code>{test.command}</code>
          <button class="btn s" type="button" onClick={() => void app.copy(test.command ?? '').then(setCopied)}>
            {copied ? 'Copied' : 'Copy'}
          </button>
        </p>
      )}
      {test.commands !== undefined && (
        <details>
          <summary>On other systems</summary>
          {test.commands.map(({ platform, text }) => (
            <p class="command" key={platform}>
              <span>{{ linux: 'Linux', macos: 'macOS', windows: 'Windows' }[platform]}</span>
              <code>{text}</code>
            </p>
          ))}
        </details>
      )}
      {test.models.length > 0 && (
        <details open={test.models.length <= 12}>
          <summary>{count(test.models.length, 'model')}</summary>
          <ul class="has">
            {test.models.map(({ id, title }) => (
              <li key={id}>
                <button class="btn s" type="button" title={title} onClick={() => pick(id)}>
                  {id}
                </button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

/** A provider that lets no page in is asked through the server that this page comes from, if somebody says so. */
function Carry({ state, app, provider }: { state: AppState; app: App; provider: Provider }): JSX.Element | null {
  const on = state.carried.includes(provider.id);
  if (!on && state.carries !== true) return null;
  const host = hostOf(provider.base_url);
  return (
    <div class="carry">
      <label class="tick">
        <input type="checkbox" checked={on} onChange={(event) => app.cast.carry(provider.id, event.currentTarget.checked)} />
        Ask {provider.title} through this site
      </label>
      <p class="muted">
        Your key and what agents are told go to {location.host}, which passes them on to {host}: switch it on only where you trust this site.
      </p>
      {on && state.carries === false && (
        <p class="c-warn" role="status">
          This site passes nothing on at present. Switch it off to ask {host} from this tab.
        </p>
      )}
    </div>
  );
}

function ModelCard({ state, app, model, providers, n }: { state: AppState; app: App; model: Model; providers: readonly Provider[]; n: number }): JSX.Element {
  const [test, setTest] = useState<ConnectionTest | null>(null);
  const [busy, setBusy] = useState(false);
  const provider = providers.find((one) => one.id === model.provider);
  const builtIn = provider?.built_in === true;
  const change = (change: Said): boolean => {
    if ('provider' in change || 'base_url' in change) setTest(null);
    app.cast.change(changed(model, change));
    return true;
  };
  const number = (field: 'temperature' | 'max_tokens', unit: number, most: number) => (text: string): boolean => {
    const words = text.trim().replace(',', '.');
    const value = Math.round(Number(words) * unit);
    if (words !== '' && !(/^\d+(\.\d+)?$/.test(words) && value <= most && value >= (unit === 1 ? 1 : 0))) return false;
    return change({ [field]: words === '' ? undefined : value });
  };
  const ask = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setTest(await app.cast.test(model));
    setBusy(false);
  };
  const url = model.base_url ?? provider?.base_url ?? '';
  const may = mayCarry(provider, model.base_url);
  const carried = may && state.carried.includes(provider.id);
  const offered = useRef<string | null>(null); // for which provider: it stays, so that it can be taken back
  if (carried || test?.cause === 'cors' || test?.cause === 'org_cors') offered.current = model.provider;
  const by = carried ? ` by way of ${location.host}` : '';
  return (
    <li class="panel model" data-model={model.id}>
      <div class="panel-h">
        <h3>{builtIn ? 'This browser’s own model' : model.model === '' ? `Model ${n}` : model.model}</h3>
        <button class="btn quiet s end" type="button" aria-label={`Remove ${model.model === '' ? `model ${n}` : model.model}`} onClick={() => app.cast.remove(model.id)}>
          <Icon name="trash" />
          Remove
        </button>
      </div>
      <div class="form">
        <PickField label="Provider" value={model.provider} choices={providers.filter((one) => one.built_in !== true || one.id === model.provider || app.cast.hasBuiltIn).map((one) => ({ value: one.id, word: one.built_in === true ? 'This browser’s own model' : one.title }))} commit={(value) => change(app.cast.moved(value))} />
        {!builtIn && (
          <TextField label={provider?.base_url === '' ? 'Address, such as http://127.0.0.1:8000/v1' : 'Address, if not the provider’s own'} value={model.base_url ?? ''} commit={(value) => change({ base_url: value.trim() })} />
        )}
        {!builtIn && <TextField label="Model" value={model.model} commit={(value) => change({ model: value.trim() })} />}
        {!builtIn && <TextField label="When it is overloaded, ask" value={model.fallback ?? ''} commit={(value) => change({ fallback: value.trim() })} />}
      </div>
      <details class="pad" open={model.reasoning !== undefined || model.temperature !== undefined || model.max_tokens !== undefined}>
        <summary>How it answers</summary>
        <div class="form in">
          {!builtIn && <PickField label="Reasoning" value={model.reasoning ?? ''} choices={REASONING} commit={(value) => change({ reasoning: value === '' ? undefined : (value as NonNullable<Model['reasoning']>) })} />}
          <TextField label="Temperature, 0 to 2, where it takes one" value={model.temperature === undefined ? '' : String(model.temperature / 1000)} commit={number('temperature', 1000, 2000)} />
          <TextField label="Longest answer, in tokens (8192)" value={model.max_tokens === undefined ? '' : String(model.max_tokens)} commit={number('max_tokens', 1, 1_000_000)} />
        </div>
      </details>
      <p class="pad muted">
        {builtIn ? 'What agents are told stays on this device.' : url === '' ? 'It has no address yet.' : `What agents are told ${provider?.slot === undefined ? 'goes' : 'and the key go'} to ${hostOf(url)}${by}.`}
      </p>
      <div class="pad">
        <button class="btn" type="button" aria-disabled={busy} onClick={() => void ask()}>
          <Icon name="live" />
          {busy ? 'Asking' : builtIn ? 'Is it there?' : 'Test the connection'}
        </button>
        {test !== null && <Tested test={test} app={app} pick={(name) => change({ model: name })} again={() => void ask()} />}
        {may && offered.current === provider.id && <Carry state={state} app={app} provider={provider} />}
      </div>
    </li>
  );
}

/** Models, their keys, and who is played by them. */
export function ModelsScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { cast, providers, quest, team } = state;
  const main = useRef<HTMLElement>(null);
  const changes = useRef(cast.models.length);
  useEffect(() => {
    const before = changes.current;
    changes.current = cast.models.length;
    // Who adds a model says next what it is; what had the focus is gone with one that is removed.
    if (cast.models.length > before) main.current?.querySelector<HTMLElement>('.model:last-child select')?.focus();
    else if (cast.models.length < before) main.current?.querySelector<HTMLElement>('.add')?.focus();
  }, [cast.models.length]);
  const used = new Set(cast.models.map(({ provider }) => provider));
  const slots = providers.flatMap(({ id, slot, title, sign_in: signs }) => {
    if (slot === undefined || (!used.has(id) && state.slots[slot] === undefined)) return [];
    const at = cast.models.find(({ provider }) => provider === id)?.base_url;
    return [{ slot, title, ...(signs === true ? { signIn: () => void app.signIn.begin(id, at) } : {}) }];
  });
  const agents = quest === null || quest.mode !== 'drive' ? team.roster.agents.map(({ id }) => id) : quest.view.agents.map(({ id }) => id).filter((id) => id !== '@owner');
  return (
    <main class="screen-models" id="main" ref={main}>
      <div class="top">
        <h1>Models</h1>
        <p>Without one the rehearsal plays, which asks nobody. With one, this tab talks to the provider itself; nothing stands in between unless you say so.</p>
      </div>
      <ul class="models" aria-label="Models of this browser">
        {cast.models.map((model, i) => (
          <ModelCard key={model.id} state={state} app={app} model={model} providers={providers} n={i + 1} />
        ))}
      </ul>
      <button class="btn add" type="button" onClick={() => app.cast.add(cast.models.at(-1)?.provider ?? providers[0]?.id ?? 'anthropic')}>
        <Icon name="plus" />
        Add a model
      </button>
      <Keys state={state} app={app} slots={slots} />
      <WhoPlays state={state} app={app} agents={agents} settings />
      <section class="panel" aria-label="Ask me first">
        <div class="panel-h">
          <h2>Ask me first</h2>
        </div>
        <div class="form one">
          <PickField label="I am asked about tools" value={state.asks ?? ''} choices={ASKS} commit={(value) => (app.drive.askFirst(value === '' ? null : (value as AskFirst)), true)} />
        </div>
        <p class="pad muted">What a file refuses is refused in any case.</p>
      </section>
      <Servers state={state} app={app} />
    </main>
  );
}
