import './models.css';
import type { McpTest } from '@questline/core';
import type { JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import { hostOf } from '../app/cast.ts';
import type { AppState } from '../app/model.ts';
import { type KeptServer, slotOf } from '../app/servers.ts';
import { count } from '../app/words.ts';
import { TextField } from '../parts/fields.tsx';
import { Icon } from '../parts/icons.tsx';
import { KeySlot } from './keys.tsx';

function Tested({ test }: { test: McpTest }): JSX.Element {
  const good = test.cause === 'ok';
  return (
    <div class="tested" role="status" data-cause={test.cause}>
      <p>
        <Icon name={good ? 'check' : 'fail'} tone={good ? 'c-pass' : 'c-fail'} />
        <span>{test.message}</span>
      </p>
      {test.tools.length > 0 && (
        <details open={test.tools.length <= 6}>
          <summary>{count(test.tools.length, 'tool')}</summary>
          <ul class="offers">
            {test.tools.map(({ name, description }) => (
              <li key={name}>
                <code>{name}</code> <span class="muted">{description}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function ServerCard({ state, app, server }: { state: AppState; app: App; server: KeptServer }): JSX.Element {
  const [test, setTest] = useState<McpTest | null>(null);
  const [busy, setBusy] = useState(false);
  const { name, url, keyed, on } = server;
  useEffect(() => setTest(null), [url, keyed]);
  const ask = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      setTest(await app.servers.test(server));
    } catch (error) {
      app.toast(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <li class="panel model server" data-server={name} data-on={on}>
      <div class="panel-h">
        <h3>{name}</h3>
        <button class="btn quiet s end" type="button" aria-label={`Remove the server ${name}`} onClick={() => app.servers.remove(name)}>
          <Icon name="trash" />
          Remove
        </button>
      </div>
      <div class="form one">
        <TextField
          label={`URL of ${name}`}
          value={url}
          commit={(value) => {
            const why = app.servers.address(name, value.trim());
            if (why !== null) app.toast(why);
            return why === null;
          }}
        />
      </div>
      <div class="pad ticks">
        <label class="tick">
          <input type="checkbox" checked={on} onChange={(event) => app.servers.change(name, { on: event.currentTarget.checked })} />
          Agents may use its tools, as far as their files allow; they are called mcp__{name}__…
        </label>
        <label class="tick">
          <input type="checkbox" checked={keyed} onChange={(event) => app.servers.change(name, { keyed: event.currentTarget.checked })} />
          It wants a key
        </label>
      </div>
      {keyed && <KeySlot state={state} app={app} slot={slotOf(name)} title={name} />}
      <p class="pad muted">What agents say to its tools{keyed ? ', and the key,' : ''} goes to {hostOf(url)}.</p>
      <div class="pad">
        <button class="btn" type="button" aria-disabled={busy} aria-label={`Test ${name}`} onClick={() => void ask()}>
          <Icon name="live" />
          {busy ? 'Asking' : 'Test the connection'}
        </button>
        {test !== null && <Tested test={test} />}
      </div>
    </li>
  );
}

/** MCP servers: tools beyond files and memory, such as documentation and search. */
export function Servers({ state, app }: { state: AppState; app: App }): JSX.Element {
  const id = useId();
  const [why, setWhy] = useState<string | null>(null);
  const url = useRef<HTMLInputElement>(null);
  const name = useRef<HTMLInputElement>(null);
  const add = (): void => {
    const wrong = app.servers.add(url.current?.value.trim() ?? '', name.current?.value.trim() ?? '');
    setWhy(wrong);
    if (wrong !== null) return void url.current?.focus();
    for (const field of [url, name]) if (field.current !== null) field.current.value = '';
  };
  return (
    <section class="servers" aria-label="MCP servers">
      <div class="top">
        <h2>MCP servers</h2>
        <p>Tools that agents reach over the network: documentation, search, trackers. This tab talks to each server itself, so the server has to let this page in.</p>
      </div>
      <ul class="models" aria-label="MCP servers of this browser">
        {state.servers.map((server) => (
          <ServerCard key={server.name} state={state} app={app} server={server} />
        ))}
      </ul>
      <form
        class="panel adds"
        aria-label="Add an MCP server"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <div class="fld">
          <label for={`${id}url`}>URL, such as https://docs.example.org/mcp</label>
          <input id={`${id}url`} ref={url} inputMode="url" autocomplete="off" spellcheck={false} aria-invalid={why !== null} />
        </div>
        <div class="fld">
          <label for={`${id}name`}>Name, if not the host’s</label>
          <input id={`${id}name`} ref={name} autocomplete="off" spellcheck={false} />
        </div>
        {why !== null && (
          <p class="c-fail" role="alert">
            {why}
          </p>
        )}
        <button class="btn" type="submit">
          <Icon name="plus" />
          Add the server
        </button>
      </form>
    </section>
  );
}
