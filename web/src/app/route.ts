import type { Route } from './model.ts';

/** Screens live behind the #, so that the app works from any folder of any static host. */
export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#/, '');
  if (text.startsWith('q=')) return { screen: 'open', fragment: text };
  const live = /^live=([^.]+)\.(.+)$/.exec(text);
  if (live !== null) return { screen: 'live', id: live[1] as string, token: live[2] as string };
  const [, screen, rest] = /^\/?([a-z]*)(?:\/(.*))?$/.exec(text) ?? [];
  const argument = rest === undefined || rest === '' ? null : decodeURIComponent(rest);
  switch (screen) {
    case 'team': {
      const [, path, line] = /^(.*?)(?:\/(\d+))?$/.exec(rest ?? '') ?? [];
      return { screen: 'team', path: path === undefined || path === '' ? null : decodeURIComponent(path), ...(line === undefined ? {} : { line: Number(line) }) };
    }
    case 'plan':
    case 'quest':
    case 'share':
      return { screen, quest: argument };
    case 'report': {
      const [quest = '', kind = ''] = (rest ?? '').split('/').map(decodeURIComponent);
      return { screen, quest: quest === '' ? null : quest, kind: kind === '' ? null : kind };
    }
    case 'references':
    case 'roadmap':
    case 'decide':
    case 'impact':
    case 'models':
      return { screen };
    case 'memory':
      return { screen, name: argument };
    case 'chat': {
      const [agent = '', chat = ''] = (rest ?? '').split('/').map(decodeURIComponent);
      return { screen, agent: agent === '' ? null : agent, chat: chat === '' ? null : chat };
    }
    case 'library':
      return { screen: 'library' };
    case 'open':
      return { screen: 'open', fragment: '' };
    default:
      return { screen: 'home' };
  }
}

export function href(route: Route): string {
  switch (route.screen) {
    case 'home':
      return '#/';
    case 'team':
      return route.path === null ? '#/team' : `#/team/${encodeURIComponent(route.path)}${route.line === undefined ? '' : `/${route.line}`}`;
    case 'plan':
    case 'quest':
    case 'share':
      return route.quest === null ? `#/${route.screen}` : `#/${route.screen}/${encodeURIComponent(route.quest)}`;
    case 'memory':
      return route.name === null ? '#/memory' : `#/memory/${encodeURIComponent(route.name)}`;
    case 'report':
      return `#/report${route.quest === null ? '' : `/${encodeURIComponent(route.quest)}${route.kind === null ? '' : `/${route.kind}`}`}`;
    case 'chat':
      return `#/chat${route.agent === null ? '' : `/${encodeURIComponent(route.agent)}${route.chat === null ? '' : `/${encodeURIComponent(route.chat)}`}`}`;
    case 'references':
    case 'roadmap':
    case 'decide':
    case 'impact':
    case 'library':
    case 'models':
      return `#/${route.screen}`;
    case 'open':
      return route.fragment === '' ? '#/open' : `#${route.fragment}`;
    case 'live':
      return `#live=${route.id}.${route.token}`;
  }
}
