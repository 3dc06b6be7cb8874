import { routeOf } from '../parts/frame.tsx';
import type { App } from './app.ts';

const GO = { t: 'team', p: 'plan', q: 'quest', s: 'share', l: 'library', m: 'memory', c: 'chat' } as const;

/** The editor has a tree of its own: what is typed into stands first in the event's path. */
const typing = ([target]: readonly EventTarget[]): boolean => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const pressing = (target: EventTarget | null): boolean => target instanceof HTMLElement && /^(BUTTON|A|SUMMARY)$/.test(target.tagName);

/** The keys of the help list. None is taken while somebody types, or together with a modifier. */
export function listenForKeys(app: App): void {
  let going = false;
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const { state } = app;
    const { key } = event;
    if (key === 'Escape') {
      if (state.toast !== null) app.closeToast();
      else if (state.quest !== null && state.quest.at !== null) app.viewer.look(null);
      return;
    }
    // The dialog itself, not the state: the browser closes it before it tells, and a key in between would be lost.
    if (typing(event.composedPath()) || document.querySelector('dialog[open]') !== null) return;
    if (going) {
      going = false;
      if (key in GO) {
        event.preventDefault();
        const to = GO[key as keyof typeof GO];
        app.go(to === 'chat' ? { screen: to, agent: null, chat: null } : routeOf(to, state));
      }
      return;
    }
    const { quest, route } = state;
    const looking = quest !== null && (route.screen === 'quest' || route.screen === 'open' || route.screen === 'live');
    const mine = quest !== null && (quest.mode === 'drive' || quest.link?.own !== undefined);
    switch (key) {
      case 'g':
        going = true;
        return;
      case '?':
        app.setHelp(true);
        break;
      case 'j':
      case 'k':
        if (!looking) return;
        app.viewer.step(key === 'j' ? 1 : -1);
        break;
      case '[':
      case ']':
        if (!looking) return;
        app.viewer.stepTurn(key === ']');
        break;
      case ' ':
        if (!looking || !mine || pressing(event.target) || quest === null) return;
        if (quest.view.status === 'running') void app.quest.owner('pause');
        else if (quest.view.status === 'paused') void app.quest.owner('resume');
        else return;
        break;
      case 'a':
        if (!mine || route.screen !== 'plan' || quest?.view.status !== 'proposed') return;
        void app.proposals.approve();
        break;
      default:
        return;
    }
    event.preventDefault();
  });
}
