import './tokens.css';
import './styles/frame.css';
import './styles/track.css';
import './styles/first.css';
import { type JSX, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { App } from './app/app.ts';
import { listenForKeys } from './app/keys.ts';
import { Frame } from './parts/frame.tsx';
import { later } from './parts/later.tsx';
import { leave, takeAnswer } from './ports/address.ts';
import { systemClock } from './ports/clock.ts';
import { loadCores } from './ports/core.ts';
import { systemEntropy } from './ports/entropy.ts';
import { download, fromDrop } from './ports/files.ts';
import { nextFrame } from './ports/frame.ts';
import { browserHttp } from './ports/http.ts';
import { browserTabs } from './ports/lock.ts';
import { serverNet } from './ports/net.ts';
import { tabNotepad } from './ports/notepad.ts';
import { workerReader } from './ports/reader.ts';
import { openStorage } from './ports/storage.ts';
import { Home } from './views/home.tsx';

// What the first sight does not need. It is fetched as soon as that stands, so that it is there without a network too.
const rest = {
  plan: () => import('./views/plan.tsx'),
  quest: () => import('./views/quest.tsx'),
  open: () => import('./views/open.tsx'),
  library: () => import('./views/library.tsx'),
  report: () => import('./views/report.tsx'),
  team: () => import('./views/team.tsx'),
  references: () => import('./views/references.tsx'),
  standing: () => import('./views/standing.tsx'),
  tools: () => import('./views/tools.tsx'),
};
/** Screens that ask the core for more than first sight does. */
let whole = (): Promise<void> => Promise.resolve();
const PlanScreen = later('The plan', async () => (await Promise.all([rest.plan(), whole()]))[0].PlanScreen, true);
const ImpactScreen = later('Impact', async () => (await Promise.all([import('./views/impact.tsx'), whole()]))[0].ImpactScreen, true);
const RoadmapScreen = later('The roadmap', async () => (await Promise.all([import('./views/roadmap.tsx'), whole()]))[0].RoadmapScreen, true);
const DecideScreen = later('The decision', async () => (await Promise.all([import('./views/decide.tsx'), whole()]))[0].DecideScreen, true);
const MemoryScreen = later('The memory', async () => (await Promise.all([import('./views/memory.tsx'), whole()]))[0].MemoryScreen, true);
const QuestScreen = later('The quest', async () => (await rest.quest()).QuestScreen, true);
const OpenScreen = later('The quest', async () => (await rest.open()).OpenScreen, true);
const LibraryScreen = later('The library', async () => (await rest.library()).LibraryScreen, true);
const Report = later('The report', async () => (await rest.report()).Report, true);
const ShareScreen = later('Sharing', async () => (await import('./views/share.tsx')).ShareScreen, true);
const ChatScreen = later('The chat', async () => (await Promise.all([import('./views/chat.tsx'), whole()]))[0].ChatScreen, true);
const ModelsScreen = later('Models', async () => (await Promise.all([import('./views/models.tsx'), whole()]))[0].ModelsScreen, true);
const TeamScreen = later('The team', async () => (await rest.team()).TeamScreen, true);
const ReferencesScreen = later('The team', async () => (await rest.references()).ReferencesScreen, true);

function Screen({ app }: { app: App }): JSX.Element {
  const { state } = app;
  switch (state.route.screen) {
    case 'home':
      return <Home state={state} app={app} />;
    case 'team':
      return <TeamScreen state={state} app={app} path={state.route.path} line={state.route.line} />;
    case 'references':
      return <ReferencesScreen state={state} app={app} />;
    case 'plan':
      return <PlanScreen state={state} app={app} />;
    case 'impact':
      return <ImpactScreen state={state} app={app} />;
    case 'roadmap':
      return <RoadmapScreen state={state} app={app} />;
    case 'decide':
      return <DecideScreen state={state} app={app} />;
    case 'memory':
      return <MemoryScreen state={state} app={app} name={state.route.name} />;
    case 'quest':
    case 'live':
      return <QuestScreen state={state} app={app} />;
    case 'report':
      return <Report state={state} app={app} kind={state.route.kind} />;
    case 'share':
      return <ShareScreen state={state} app={app} />;
    case 'library':
      return <LibraryScreen state={state} app={app} />;
    case 'chat':
      return <ChatScreen state={state} app={app} agent={state.route.agent} id={state.route.chat} />;
    case 'models':
      return <ModelsScreen state={state} app={app} />;
    case 'open':
      return <OpenScreen state={state} app={app} />;
  }
}

function Root({ app }: { app: App }): JSX.Element {
  const [, again] = useState(0);
  useEffect(() => {
    const leave = app.subscribe(() => again((n) => n + 1));
    again((n) => n + 1); // what happened before this page listened
    return leave;
  }, [app]);
  return (
    <Frame state={app.state} app={app}>
      <Screen app={app} />
    </Frame>
  );
}

function listen(app: App): void {
  addEventListener('hashchange', () => {
    scrollTo(0, 0);
    void app.navigate(location.hash).then(() => {
      // The next Tab goes on in the new screen, and a screen reader starts there.
      const main = document.getElementById('main');
      if (main === null || main.contains(document.activeElement)) return;
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    });
  });
  addEventListener('online', () => app.setOnline(true));
  addEventListener('offline', () => app.setOnline(false));
  for (const type of ['visibilitychange', 'resume']) document.addEventListener(type, () => app.drive.wake());
  for (const type of ['focus', 'pageshow']) addEventListener(type, () => app.drive.wake());
  let inside = 0; // dragenter and dragleave come for every element under the pointer
  addEventListener('dragenter', () => app.setDragging(++inside > 0));
  addEventListener('dragleave', () => app.setDragging(--inside > 0));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    inside = 0;
    app.setDragging(false);
    if (event.dataTransfer !== null && app.state.route.screen !== 'impact' && app.state.route.screen !== 'memory') void fromDrop(event.dataTransfer).then((received) => app.receive(received));
  });
  listenForKeys(app);
}

/** `?pace=MS` overrides the pace setting for this visit. */
function fixedPace(): number | null {
  const asked = new URLSearchParams(location.search).get('pace');
  return asked !== null && /^\d{1,7}$/.test(asked) ? Number(asked) : null;
}

async function start(): Promise<void> {
  const answer = takeAnswer();
  const root = document.getElementById('app') as HTMLElement;
  try {
    const { first, cores, module } = await loadCores();
    const app = new App({ first, cores, startReader: () => workerReader(module()), storage: await openStorage(), clock: systemClock, entropy: systemEntropy, frame: nextFrame, http: browserHttp(cores), tabs: browserTabs(), net: serverNet(), notepad: tabNotepad, download, builtIn: () => import('./ports/prompt-api.ts'), leave }, fixedPace());
    whole = () => app.whole();
    if (answer !== null) void app.signIn.back(answer);
    listen(app);
    root.replaceChildren();
    render(<Root app={app} />, root);
    setTimeout(() => void Promise.allSettled([app.whole(), ...Object.values(rest).map((fetch) => fetch())]));
  } catch (error) {
    const why = document.createElement('p');
    why.className = 'boot';
    why.setAttribute('role', 'alert');
    why.textContent = `Questline could not start: ${error instanceof Error ? error.message : String(error)} Reload the page; if it stays, this browser may be too old or block storage for this site.`;
    root.replaceChildren(why);
  }
}

void start();
