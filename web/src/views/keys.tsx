import './models.css';
import type { JSX } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AppState } from '../app/model.ts';
import type { Slot } from '../app/vault.ts';
import { Icon } from '../parts/icons.tsx';

/* What is typed here stands in the field alone: never in the state of the page, nor in that of a part of it. */

const words = (field: HTMLInputElement | null): string => field?.value.trim() ?? '';

/** Takes a key, into memory or sealed too. */
function KeyForm({ app, slot, title, signIn, done }: { app: App; slot: string; title: string; signIn?: (() => void) | undefined; done: () => void }): JSX.Element {
  const id = useId();
  const key = useRef<HTMLInputElement>(null);
  const passphrase = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const [sealing, setSealing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [why, setWhy] = useState<string | null>(null);
  const keep = async (): Promise<void> => {
    const given = words(key.current);
    const phrase = sealing ? (passphrase.current?.value ?? '') : null;
    const wrong = app.vault.whyNot(given) ?? (phrase === null || phrase.length >= 8 ? null : 'A passphrase has at least 8 characters; better four words.') ?? (phrase === null || phrase === again.current?.value ? null : 'The two passphrases differ.');
    setWhy(wrong);
    if (wrong !== null || busy) return;
    setBusy(true);
    try {
      await app.vault.put(slot, given, phrase);
      for (const field of [key, passphrase, again]) if (field.current !== null) field.current.value = '';
      done();
    } catch (error) {
      setWhy(error instanceof Error ? error.message : String(error));
    }
    setBusy(false);
  };
  return (
    <form
      class="key-form"
      aria-label="A key"
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <div class="fld">
        <label for={`${id}key`}>Key for {title}</label>
        <input id={`${id}key`} ref={key} type="password" autocomplete="off" spellcheck={false} />
      </div>
      {app.vault.maySeal && (
        <label class="tick">
          <input type="checkbox" checked={sealing} onChange={(event) => setSealing(event.currentTarget.checked)} />
          Keep it in this browser, sealed with a passphrase. Else it is forgotten when this tab closes or is loaded again.
        </label>
      )}
      {sealing && (
        <div class="pair">
          <div class="fld">
            <label for={`${id}phrase`}>Passphrase</label>
            <input id={`${id}phrase`} ref={passphrase} type="password" autocomplete="new-password" />
          </div>
          <div class="fld">
            <label for={`${id}again`}>Once more</label>
            <input id={`${id}again`} ref={again} type="password" autocomplete="new-password" />
          </div>
        </div>
      )}
      {why !== null && (
        <p class="c-fail" role="alert">
          {why}
        </p>
      )}
      <button class="btn" type="submit" aria-disabled={busy}>
        <Icon name="lock" />
        {busy ? 'Sealing' : 'Use this key'}
      </button>
      {signIn !== undefined && (
        <p class="sign-in">
          <button class="btn" type="button" onClick={signIn}>
            <Icon name="user" />
            Sign in at {title} instead
          </button>
          <span class="muted">This page is left and comes back with a key. Keys that are in its memory alone are forgotten meanwhile.</span>
        </p>
      )}
    </form>
  );
}

/** Asks for the passphrase of the sealed keys. `take` says whether it opens any. */
function Passphrase({ name, label, words, small = false, take }: { name: string; label: string; words: readonly [rest: string, busy: string]; small?: boolean; take: (passphrase: string) => Promise<boolean> }): JSX.Element {
  const id = useId();
  const passphrase = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<'rest' | 'busy' | 'wrong'>('rest');
  const send = async (): Promise<void> => {
    if (state === 'busy' || passphrase.current === null) return;
    setState('busy');
    if (await take(passphrase.current.value)) return;
    setState('wrong');
    passphrase.current?.select();
  };
  return (
    <form
      class="key-form"
      aria-label={name}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="fld">
        <label for={id}>{label}</label>
        <input id={id} ref={passphrase} type="password" autocomplete="off" aria-invalid={state === 'wrong'} />
      </div>
      {state === 'wrong' && (
        <p class="c-fail" role="alert">
          This passphrase opens no key of this browser.
        </p>
      )}
      <button class={small ? 'btn s' : 'btn'} type="submit" aria-disabled={state === 'busy'}>
        <Icon name="lock" />
        {words[state === 'busy' ? 1 : 0]}
      </button>
    </form>
  );
}

/** Seals a key that came by signing in with the passphrase of the others. */
function Join({ app, slot, title }: { app: App; slot: string; title: string }): JSX.Element {
  return <Passphrase name={`Seal the key for ${title}`} label="Passphrase of your sealed keys, to keep this one too" words={['Seal it', 'Sealing']} small take={(words) => app.vault.join(slot, words)} />;
}

function Unlock({ app, done }: { app: App; done: () => void }): JSX.Element {
  const take = async (words: string): Promise<boolean> => {
    const opened = await app.vault.unlock(words);
    if (opened) done();
    return opened;
  };
  return <Passphrase name="Unlock" label="Passphrase" words={['Unlock', 'Unlocking']} take={take} />;
}

const stands = (slot: Slot | undefined): string =>
  slot === undefined ? 'none' : slot.open ? (slot.sealed ? 'sealed here, and open in this tab' : 'in the memory of this tab') : 'sealed here, not open';

/** Whether there is a key in a slot, and a form for one. */
export function KeySlot({ state, app, slot, title, signIn }: { state: AppState; app: App; slot: string; title: string; signIn?: (() => void) | undefined }): JSX.Element {
  const [changing, setChanging] = useState(false);
  const known = state.slots[slot];
  return (
    <div class="key-slot" data-slot={slot} data-open={known?.open === true} data-sealed={known?.sealed === true}>
      <p>
        <b>{title}</b> <span class="muted">{stands(known)}</span>
        <span class="end">
          {known !== undefined && (
            <button class="btn quiet s" type="button" aria-label={`Forget the key for ${title}`} onClick={() => void app.vault.forget(slot)}>
              <Icon name="trash" />
              Forget
            </button>
          )}
          {known !== undefined && !changing && (
            <button class="btn quiet s" type="button" aria-label={`Another key for ${title}`} onClick={() => setChanging(true)}>
              Another
            </button>
          )}
        </span>
      </p>
      {(known === undefined || changing) && <KeyForm app={app} slot={slot} title={title} signIn={signIn} done={() => setChanging(false)} />}
      {app.vault.mayJoin(slot) && <Join app={app} slot={slot} title={title} />}
    </div>
  );
}

/** The keys of the providers that are in use. */
export function Keys({ state, app, slots }: { state: AppState; app: App; slots: readonly { slot: string; title: string; signIn?: () => void }[] }): JSX.Element {
  const closed = Object.values(state.slots).some(({ open }) => !open);
  const { signing } = state;
  return (
    <section class="panel keys" aria-label="Keys">
      <div class="panel-h">
        <h2>Keys</h2>
      </div>
      <p class="pad muted">A key goes from this tab to the provider, in a header, and nowhere else. It is in no quest, link, file or report.</p>
      {signing !== null && (
        <p class="pad signing" role={signing.state === 'failed' ? 'alert' : 'status'} data-signing={signing.state}>
          <Icon name={signing.state === 'failed' ? 'fail' : signing.state === 'done' ? 'check' : 'ring'} tone={signing.state === 'failed' ? 'c-fail' : 'c-pass'} />
          <span>{signing.message}</span>
        </p>
      )}
      <ul>
        {slots.map(({ slot, title, signIn }) => (
          <li key={slot}>
            <KeySlot state={state} app={app} slot={slot} title={title} signIn={signIn} />
          </li>
        ))}
        {slots.length === 0 && <li class="muted">{state.cast.models.length === 0 ? 'No model is set up, so none is needed.' : 'None of the models above needs one.'}</li>}
        {closed && (
          <li>
            <p>
              <b>Sealed keys</b> <span class="muted">one passphrase opens all that it fits</span>
            </p>
            <Unlock app={app} done={() => {}} />
          </li>
        )}
      </ul>
    </section>
  );
}

/** Asks for a key that a request waits for. */
export function KeyDialog({ state, app }: { state: AppState; app: App }): JSX.Element | null {
  const { wanted, providers } = state;
  const dialog = useRef<HTMLDialogElement>(null);
  const slot = wanted?.slot;
  useLayoutEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, [slot]);
  useEffect(() => dialog.current?.querySelector('input')?.focus(), [slot]);
  if (wanted === null || slot === undefined) return null;
  const title = providers.find((provider) => provider.slot === slot)?.title ?? slot.replace(/^mcp:/, '');
  const server = slot.startsWith('mcp:');
  const leave = (): void => app.vault.decline(slot);
  return (
    <dialog class="help key-dialog" ref={dialog} aria-labelledby="key-title" onClose={leave}>
      <header>
        <h2 id="key-title">{wanted.sealed ? `Unlock the key for ${title}` : `${title} needs a key`}</h2>
      </header>
      <p>{`${server ? 'A server of tools' : 'A model'} is to be asked, and ${wanted.sealed ? 'its key is sealed in this browser.' : `this tab holds no key for it. It is sent to the ${server ? 'server' : 'provider'} alone.`}`}</p>
      {wanted.sealed ? <Unlock key={slot} app={app} done={() => {}} /> : <KeyForm key={slot} app={app} slot={slot} title={title} done={() => {}} />}
      <button class="btn quiet" type="button" onClick={leave}>
        Go on without it
      </button>
    </dialog>
  );
}
