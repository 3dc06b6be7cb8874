import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { App } from '../app/app.ts';
import type { AppState, Route } from '../app/model.ts';
import { href } from '../app/route.ts';
import { banner, isOver, titleOf } from '../app/words.ts';
import { Icon, type IconName } from './icons.tsx';
import { later } from './later.tsx';
import { Bead, jump, Name } from './parts.tsx';
// In the bundle, not fetched: the tab's icon changes without a network too.
import live from '../icons/live.svg?inline';
import rest from '../icons/rest.svg?inline';

const SCREENS: readonly { screen: 'team' | 'plan' | 'quest' | 'share' | 'library'; word: string; icon: IconName }[] = [
  { screen: 'team', word: 'Team', icon: 'team' },
  { screen: 'plan', word: 'Plan', icon: 'plan' },
  { screen: 'quest', word: 'Quest', icon: 'quest' },
  { screen: 'share', word: 'Share', icon: 'share' },
  { screen: 'library', word: 'Library', icon: 'library' },
];

const Planning = later('The planning', async () => (await import('../views/draft.tsx')).Planning);
const KeyDialog = later('The question for a key', async () => (await import('../views/keys.tsx')).KeyDialog);

/** The screens before there is a quest: the move is with whoever looks at them. */
const isBefore = ({ screen }: Route): boolean => screen === 'home' || screen === 'team' || screen === 'references' || screen === 'roadmap';

export function routeOf(screen: (typeof SCREENS)[number]['screen'] | 'memory', state: AppState): Route {
  if (screen === 'memory') return { screen, name: null };
  if (screen === 'team') return { screen, path: null };
  if (screen === 'library') return { screen };
  const own = state.quest !== null && state.route.screen !== 'open' && state.route.screen !== 'live' ? state.quest.id : null;
  return { screen, quest: own };
}

function Brand(): JSX.Element {
  return (
    <a class="brand" href="#/" aria-label="Questline, home">
      <svg viewBox="0 0 26 26" aria-hidden="true">
        <path d="M2 20h6V7h8v8h3" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" />
        <circle cx="21" cy="15" r="3.5" fill="var(--turn)" />
      </svg>
      <span>Questline</span>
    </a>
  );
}

/** Who holds the turn, on every screen. */
function Holder({ state }: { state: AppState }): JSX.Element | null {
  const { quest } = state;
  if (quest === null) {
    if (!isBefore(state.route)) return null;
    return (
      <span class="holder">
        <Bead live />
        <span class="cut">Your move</span>
        <small class="long">say what to do</small>
      </span>
    );
  }
  const { view } = quest;
  const { who, says } = banner(view);
  const held = view.status === 'proposed' || (view.status === 'running' && view.holders.length > 0);
  const to = state.route.screen === 'open' || state.route.screen === 'live' ? '#main' : href({ screen: view.status === 'proposed' ? 'plan' : 'quest', quest: quest.id });
  return (
    <a class={`holder ${held ? '' : 'rest'} ${state.route.screen === 'quest' || state.route.screen === 'live' ? 'said' : ''}`} href={to} onClick={to === '#main' ? jump : undefined} title={view.mission ?? ''}>
      <Bead live={held} />
      <span class="cut">
        <Name id={who} />
      </span>
      <small class="long">{view.status === 'proposed' ? 'approve or reject' : isOver(view) ? `${view.n} events` : says.startsWith('hold') ? 'holds the turn' : ''}</small>
    </a>
  );
}

function toggleTheme(): void {
  const root = document.documentElement;
  const dark = root.dataset['theme'] !== undefined ? root.dataset['theme'] === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset['theme'] = dark ? 'light' : 'dark';
  try {
    localStorage.setItem('ql-theme', root.dataset['theme']);
  } catch {
    // Storage is blocked: the choice lasts until the page closes.
  }
}

/** Their parts are fetched when they are opened for the first time. */
const isFiles = ({ screen }: Route): boolean => screen === 'team' || screen === 'references';

function Notices({ state, app }: { state: AppState; app: App }): JSX.Element {
  const { quest, route } = state;
  return (
    <>
      {quest?.view.rehearsed === true && (
        <aside class="strip" aria-label="Rehearsal">
          <span>
            <b>Rehearsal.</b> Scripted answers: no model is called, nothing is spent.
          </span>
        </aside>
      )}
      {state.storageBroken !== null && (
        <div class="notice fail" role="alert">
          <p>
            <Icon name="fail" />
            {state.storageBroken}
          </p>
        </div>
      )}
      {!state.online && (
        <div class="notice" role="status">
          <p>
            <Icon name="info" />
            {quest?.mode === 'live' ? 'No network. What came so far is here; the rest comes when the network is back.' : state.cast.models.length > 0 ? 'No network. Models cannot be reached; all else on this screen works without it.' : isFiles(route) ? 'No network. What this screen has loaded goes on without it.' : 'No network. Everything on this screen works without it.'}
          </p>
        </div>
      )}
      {state.asked !== null && <Planning app={app} asked={state.asked} />}
      {quest?.mode === 'follow' && (
        <div class="notice info" role="status">
          <p>
            <Icon name="eye" />
            Another tab is driving this quest. Watch here, or take over.
          </p>
          <button class="btn s" type="button" onClick={() => app.drive.takeOver()}>
            Take over
          </button>
        </div>
      )}
      {quest?.mode === 'live' && (
        <div class={`notice ${quest.cut === null ? 'info' : 'warn'}`} role="status">
          <p>
            <Icon name="live" />
            {quest.cut ?? (quest.link?.as !== undefined ? `Live. This link acts for ${quest.link.as}; the rest is shown as it happens.` : quest.link?.own === undefined ? 'Live. You watch: what happens is shown as it happens.' : 'Live. The server keeps the turns; who has the live link watches.')}
          </p>
        </div>
      )}
    </>
  );
}

const KEYS: readonly { keys: string[]; does: string }[] = [
  { keys: ['g', 't'], does: 'Team' },
  { keys: ['g', 'p'], does: 'Plan' },
  { keys: ['g', 'q'], does: 'Quest' },
  { keys: ['g', 's'], does: 'Share' },
  { keys: ['g', 'l'], does: 'Library' },
  { keys: ['g', 'm'], does: 'Memory' },
  { keys: ['g', 'c'], does: 'Talk with an agent' },
  { keys: ['j', 'k'], does: 'Next and previous event' },
  { keys: ['[', ']'], does: 'Previous and next turn' },
  { keys: ['Space'], does: 'Pause or resume the quest' },
  { keys: ['a'], does: 'Approve the plan' },
  { keys: ['F8'], does: 'Next finding in a file, with Shift the one before' },
  { keys: ['Ctrl', '.'], does: 'Mend what stands on the line of the cursor' },
  { keys: ['Alt', 'Enter'], does: 'From a line to its card, and back with Esc' },
  { keys: ['?'], does: 'This list' },
  { keys: ['Esc'], does: 'Back to the live event; closes what is on top' },
];

function Help({ open, close }: { open: boolean; close: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && dialog.current?.open === false) dialog.current.showModal();
    if (!open && dialog.current?.open === true) dialog.current.close();
  }, [open]);
  return (
    <dialog class="help" ref={dialog} onClose={close} aria-labelledby="help-title">
      <header>
        <h2 id="help-title">Keys</h2>
        <button class="btn quiet icon" type="button" aria-label="Close" onClick={close}>
          <Icon name="cross" />
        </button>
      </header>
      <dl>
        {KEYS.map(({ keys, does }) => (
          <>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
    </dialog>
  );
}

/** The page around every screen: navigation, who holds the turn, notices, and the live regions. */
export function Frame({ state, app, children }: { state: AppState; app: App; children: ComponentChildren }): JSX.Element {
  const { quest, route } = state;
  const title = quest !== null ? `${titleOf(quest.view)} · ${quest.view.mission ?? 'Quest'} · Questline` : isBefore(route) ? '● Your move · Questline' : 'Questline';
  const held = quest === null ? isBefore(route) : quest.view.status === 'proposed' || (quest.view.status === 'running' && quest.view.holders.length > 0);
  useEffect(() => {
    document.title = title;
    document.getElementById('icon')?.setAttribute('href', held ? live : rest);
  }, [title, held]);
  return (
    <>
      <a class="skip" href="#main" onClick={jump}>
        Skip to content
      </a>
      <header class="bar">
        <Brand />
        <nav class="nav" aria-label="Screens">
          {SCREENS.map(({ screen, word, icon }) => (
            <a key={screen} href={href(routeOf(screen, state))} aria-current={route.screen === screen || ((route.screen === 'live' || route.screen === 'report') && screen === 'quest') || (route.screen === 'references' && screen === 'team') || (route.screen === 'memory' && screen === 'library') || ((route.screen === 'roadmap' || route.screen === 'decide') && screen === 'plan') ? 'page' : undefined}>
              <Icon name={icon} />
              {word}
            </a>
          ))}
        </nav>
        <div class="bar-end">
          <Holder state={state} />
          <a class="btn quiet icon" href={href({ screen: 'impact' })} aria-label="Impact" title="What breaks if this changes" aria-current={route.screen === 'impact' ? 'page' : undefined}>
            <Icon name="graph" />
          </a>
          <a class="btn quiet icon" href={href({ screen: 'models' })} aria-label="Models" title="Models, and who plays" aria-current={route.screen === 'models' ? 'page' : undefined}>
            <Icon name="model" />
          </a>
          <button class="btn quiet icon long" type="button" aria-label="Keys" title="Keys (?)" onClick={() => app.setHelp(true)}>
            <Icon name="keys" />
          </button>
          <button class="btn quiet icon" type="button" aria-label="Switch between light and dark" onClick={toggleTheme}>
            <Icon name="theme" />
          </button>
        </div>
      </header>
      <Notices state={state} app={app} />
      {children}
      {state.dragging && (
        <div class="dropping" aria-hidden="true">
          <p>
            <Icon name="drop" />
            {route.screen === 'impact' ? 'Sources and graphs of modules are read' : route.screen === 'memory' ? 'Files of memory are taken over' : 'Agent files make a team, a .quest file is opened'}
          </p>
        </div>
      )}
      <div role="status" aria-live="polite">
        {state.toast !== null && (
          <div class="toast" key={state.toast.key}>
            <p>{state.toast.text}</p>
            {state.toast.undo !== null && (
              <button
                type="button"
                onClick={() => {
                  state.toast?.undo?.();
                  app.closeToast();
                }}
              >
                Undo
              </button>
            )}
            <button class="icon" type="button" aria-label="Close" onClick={() => app.closeToast()}>
              <Icon name="cross" />
            </button>
          </div>
        )}
      </div>
      {state.wanted !== null && <KeyDialog state={state} app={app} />}
      <Help open={state.help} close={() => app.setHelp(false)} />
    </>
  );
}
