import './models.css';
import type { ConnectionTest, Provider } from '@questline/core';
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { type Model, hostOf } from '../app/cast.ts';
import type { AppState } from '../app/model.ts';
import { count } from '../app/words.ts';
import { PickField, TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { Keys } from './keys.tsx';
import { WhoPlays } from './who.tsx';

/** A field of the model as it was typed; empty: not said. */
function without({ base_url: _, fallback: __, ...rest }: Model, kept: { base_url?: string | undefined; fallback?: string | undefined }): Model {
  const { base_url = '', fallback = '' } = kept;
  return { ...rest, ...(base_url === '' ? {} : { base_url }), ...(fallback === '' ? {} : { fallback }) };
}

function Tested({ test, app, pick }: { test: ConnectionTest; app: App; pick: (model: string) => void }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const good = test.cause === 'ok';
  return (
    <div class="tested" role="status" data-cause={test.cause}>
      <p>
        <Icon name={good ? 'check' : 'fail'} tone={good ? 'c-pass' : 'c-fail'} />
        <span>{test.message}</span>
      </p>
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

function ModelCard({ app, model, providers, n }: { app: App; model: Model; providers: readonly Provider[]; n: number }): JSX.Element {
  const [test, setTest] = useState<ConnectionTest | null>(null);
  const [busy, setBusy] = useState(false);
  const provider = providers.find((one) => one.id === model.provider);
  const change = (change: Partial<Model>): boolean => {
    if ('provider' in change || 'base_url' in change) setTest(null);
    const next = { ...model, ...change };
    app.cast.change(without(next, next));
    return true;
  };
  const ask = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setTest(await app.cast.test(model));
    setBusy(false);
  };
  const url = model.base_url ?? provider?.base_url ?? '';
  return (
    <li class="panel model" data-model={model.id}>
      <div class="panel-h">
        <h3>{model.model === '' ? `Model ${n}` : model.model}</h3>
        <button class="btn quiet s end" type="button" aria-label={`Remove ${model.model === '' ? `model ${n}` : model.model}`} onClick={() => app.cast.remove(model.id)}>
          <Icon name="trash" />
          Remove
        </button>
      </div>
      <div class="form">
        <PickField label="Provider" value={model.provider} choices={providers.map((one) => ({ value: one.id, word: one.title }))} commit={(value) => change({ provider: value })} />
        <TextField label={provider?.base_url === '' ? 'Address, such as http://127.0.0.1:8000/v1' : 'Address, if not the provider’s own'} value={model.base_url ?? ''} commit={(value) => change({ base_url: value.trim() })} />
        <TextField label="Model" value={model.model} commit={(value) => change({ model: value.trim() })} />
        <TextField label="When it is overloaded, ask" value={model.fallback ?? ''} commit={(value) => change({ fallback: value.trim() })} />
      </div>
      <p class="pad muted">
        {url === '' ? 'It has no address yet.' : `What agents are told${provider?.slot === undefined ? '' : ', and the key,'} goes to ${hostOf(url)}.`}
      </p>
      <div class="pad">
        <button class="btn" type="button" aria-disabled={busy} onClick={() => void ask()}>
          <Icon name="live" />
          {busy ? 'Asking' : 'Test the connection'}
        </button>
        {test !== null && <Tested test={test} app={app} pick={(name) => change({ model: name })} />}
      </div>
    </li>
  );
}

/** Models, their keys, and who is played by them. */
export function ModelsScreen({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { cast, providers, quest, team } = state;
  const used = new Set(cast.models.map(({ provider }) => provider));
  const slots = providers.flatMap(({ id, slot, title }) => (slot !== undefined && (used.has(id) || state.slots[slot] !== undefined) ? [{ slot, title }] : []));
  const agents = quest === null || quest.mode !== 'drive' ? team.roster.agents.map(({ id }) => id) : quest.view.agents.map(({ id }) => id).filter((id) => id !== '@owner');
  return (
    <main class="screen-models" id="main">
      <div class="top">
        <h1>Models</h1>
        <p>Without one the rehearsal plays, which asks nobody. With one, this tab talks to the provider itself; nothing stands in between.</p>
      </div>
      <ul class="models" aria-label="Models of this browser">
        {cast.models.map((model, i) => (
          <ModelCard key={model.id} app={app} model={model} providers={providers} n={i + 1} />
        ))}
      </ul>
      <button class="btn add" type="button" onClick={() => app.cast.add(cast.models.at(-1)?.provider ?? providers[0]?.id ?? 'anthropic')}>
        <Icon name="plus" />
        Add a model
      </button>
      <Keys state={state} app={app} slots={slots} />
      <WhoPlays state={state} app={app} agents={agents} settings />
    </main>
  );
}
