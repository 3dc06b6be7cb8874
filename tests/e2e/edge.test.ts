// A live quest that the worker plays, and providers that are asked through it: the app as the real worker serves it, in a real browser.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page, Route } from 'playwright-core';
import { serve, type Serving } from '../../worker/serve.ts';
import { brain } from '../loopback/brain.ts';
import { type Ask, type Call, type Script, Steps } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Servers } from '../mcp/server.ts';
import { fromRoot, launch, logOf, noSidewaysScroll, openProfile, picture, playedBy, type Profile, shown, stored, takeLog, untilStatus } from './harness.ts';
import { given, giveFolder } from './tooling.ts';

const KEY = 'planted-2f61c7aa-key';
const AGENTS = ['@lead', '@maker', '@reader'];
const TASKS = [
  { id: 'T1', title: 'Draw it', to: '@maker' },
  { id: 'T2', title: 'Read it', to: '@reader', after: ['T1'] },
];
/** A file that lets no tool of unknown effect be used without a yes. */
const FILES = Object.fromEntries(AGENTS.map((agent) => [`${agent.slice(1)}.md`, `---\nname: ${agent.slice(1)}\ndescription: Does the part of ${agent}.\n---\n\nYou do the part of ${agent}.\n\nYou do not write code yourself.\n`]));
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let folder: string;
let server: Serving;
let provider: Loopback;
let docs: Servers;
let browser: Browser;
let core: Core;
let app: string;

before(async () => {
  core = await loadCore();
  folder = await mkdtemp(join(tmpdir(), 'questline-edge-'));
  await cp(fromRoot('web/dist'), join(folder, 'site/app'), { recursive: true });
  await writeFile(join(folder, 'site/index.html'), '<!doctype html><title>Home</title>');
  await writeFile(join(folder, 'site/404.html'), '<!doctype html><title>Not found</title>');
  provider = await Loopback.start({ key: null });
  docs = await Servers.start({ stateful: true, json: false });
  const hosts = [provider.origin, docs.url].map((url) => new URL(url).host).join();
  server = await serve({ port: 0, persist: join(folder, 'state'), site: join(folder, 'site'), settings: { PROXY: 'on', KEY_GEMINI: KEY, ALLOWED_HOSTS: hosts } });
  app = `${server.url}/app/`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await docs?.stop();
  await provider?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function profile(t: TestContext): Promise<Profile> {
  const made = await openProfile(browser);
  t.after(() => made.context.close());
  return made;
}

/** A quest of this browser that models play, made live: its share screen. */
async function live(t: TestContext, budget: object = { budget: { tokens: 4_000_000 } }): Promise<Profile> {
  const here = await profile(t);
  const { page } = here;
  await playedBy(page, app, FILES, { provider: 'gemini', model: 'loop-small', base_url: provider.url('generate') });
  const create = { agents: AGENTS, mission: 'Draw and read', policy: 'strict', seats: AGENTS.map((id) => [id, 'model']), specs: AGENTS.map((id) => [id, core.sha256(FILES[`${id.slice(1)}.md`]!)]), tasks: TASKS, ...budget };
  const held = provider.script;
  provider.script = () => new Promise(() => undefined); // the tab asks for itself until it is made live
  await takeLog(page, app, core, logOf(core, create, { type: 'approve', by: '@owner' }), 0);
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  await page.getByLabel('Live link').waitFor();
  provider.script = held;
  return here;
}

const hand = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('region', { name: 'Played by the server' });
const toQuest = (page: Page): Promise<void> => page.evaluate(() => void (location.hash = location.hash.replace('#/share', '#/quest')));

/** @maker makes these calls before it answers; everybody else has common sense. */
function working(...calls: readonly Call[]): Script {
  const wise = brain();
  return async (ask: Ask) => {
    if (!ask.system.includes('You do the part of @maker.')) return wise(ask);
    const made = ask.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'call').length;
    const next = calls[made];
    return next === undefined ? wise(ask) : { calls: [next], ...(made === 0 ? { image: { media: 'image/png', data: DOT } } : {}) };
  };
}

test('the owner hands the models over, closes the tab, and the worker plays to the end; who watches sees its pictures', async (t) => {
  provider.script = working({ name: 'quest_message', arguments: { to: ['@nobody'], msg: 'x' } });
  const { page, context, errors } = await live(t);
  await hand(page).getByText('loop-small at').first().waitFor();
  await noSidewaysScroll(page, 'sharing');
  await picture(page, 'edge-offer-1440-light');
  const url = await page.getByLabel('Live link').inputValue();
  const held = new Steps();
  const wise = provider.script;
  provider.script = async (ask) => ({ ...(await wise(ask)), pace: held });
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByText('The server plays on when this tab is closed.').waitFor();
  assert.equal(await hand(page).locator('li').count(), 3);
  await picture(page, 'edge-handed-1440-light');
  await page.setViewportSize({ width: 320, height: 800 });
  await noSidewaysScroll(page, 'sharing, narrow');
  await hand(page).scrollIntoViewIfNeeded();
  await picture(page, 'edge-handed-320-light');
  assert.deepEqual(errors.filter((error) => !error.includes(provider.origin)), []);
  await context.close();
  held.go(Infinity);
  const guest = await profile(t);
  await guest.page.goto(url);
  await untilStatus(guest.page, 'completed');
  const image = guest.page.getByRole('region', { name: 'Pictures' }).getByRole('img');
  await image.waitFor();
  assert.equal(await image.getAttribute('src'), `data:image/png;base64,${DOT}`);
  assert.equal(await hand(guest.page).count(), 0, 'nobody plays a quest that is over');
  assert.deepEqual(guest.errors, []);
});

test('a call that needs a yes is asked of the owner alone, on the same card, and every tab is told', async (t) => {
  provider.script = working({ name: 'mcp__docs__echo', arguments: { words: 'Low water.' } });
  const here = await live(t);
  const { page } = here;
  const url = await page.getByLabel('Live link').inputValue();
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByLabel('URL, such as https://docs').fill(docs.url);
  await page.getByLabel('Name, if not').fill('docs');
  await page.getByRole('button', { name: 'Add the server' }).click();
  await page.locator('[data-server="docs"]').waitFor();
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByText('With the tools of docs.').waitFor();
  const other = await here.context.newPage();
  await toQuest(page);
  await other.goto(`${app}?pace=0${new URL(page.url()).hash}`);
  const card = (where: Page): ReturnType<Page['getByRole']> => where.getByRole('region', { name: 'A tool waits for your yes' });
  await card(page).getByText('Low water.').waitFor();
  await card(other).getByText('Low water.').waitFor();
  assert.match((await card(page).textContent()) ?? '', /maker wants to use mcp__docs__echo/);
  assert.match((await card(page).textContent()) ?? '', /maker\.md, line 8/);
  const guest = await profile(t);
  await guest.page.goto(url);
  await hand(guest.page).getByText('The server plays on when every tab is closed.').waitFor();
  assert.deepEqual([await card(guest.page).count(), await guest.page.getByRole('button', { name: 'Take the seats back' }).count()], [0, 0]);
  await noSidewaysScroll(page, 'the quest');
  await picture(page, 'edge-ask-1440-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 320, height: 800 });
  await noSidewaysScroll(page, 'the quest, narrow');
  await picture(page, 'edge-ask-320-dark');
  await card(page).getByRole('button', { name: 'Allow once' }).focus();
  await page.keyboard.press('Enter');
  await card(other).waitFor({ state: 'detached' });
  await untilStatus(page, 'completed');
  assert.match(JSON.stringify(provider.asks.map(({ messages }) => messages)), /Low water\./);
  assert.equal((await shown(other)).events, (await shown(page)).events);
});

test('who comes in the middle of an answer sees all that came of it, and the owner takes the seats back', async (t) => {
  const steps = new Steps();
  const wise = brain();
  provider.script = async (ask) => (ask.system.includes('You do the part of @maker.') ? { ...(await wise(ask)), text: `Begun${' and on'.repeat(300)} so far.`, piece: 70, pace: steps } : wise(ask));
  const here = await live(t);
  const { page } = here;
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByText('The server plays on').waitFor();
  await toQuest(page);
  steps.go(20);
  const words = (where: Page): ReturnType<Page['locator']> => where.locator('.draft[data-draft="@maker"]');
  await page.waitForFunction((size) => Number(document.querySelector<HTMLElement>('.draft[data-draft="@maker"]')?.dataset['size'] ?? 0) >= size, 20 * 70);
  await page.reload();
  await page.waitForFunction((size) => Number(document.querySelector<HTMLElement>('.draft[data-draft="@maker"]')?.dataset['size'] ?? 0) === size, 20 * 70);
  assert.match((await words(page).textContent()) ?? '', /and on and on/);
  await hand(page).getByRole('button', { name: 'Take the seats back' }).click();
  await hand(page).getByRole('button', { name: 'Let the server play' }).waitFor();
  const lines = (await stored(page)).map(({ line }) => line);
  assert.match(lines.at(-1) ?? '', /"t":"done".*"outcome":"cancelled"|"outcome":"cancelled".*"t":"done"/);
  steps.go(Infinity);
});

test('what the worker has against it is said in its words, with a way to the limit that is missing', async (t) => {
  provider.script = brain();
  const { page } = await live(t, {});
  await hand(page).getByText('It needs a limit of tokens').waitFor();
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByRole('alert').getByText('The quest has no limit of tokens, and a link must not spend without one').waitFor();
  assert.equal(await hand(page).getAttribute('data-handed'), 'false');
  await picture(page, 'edge-refused-1440-light');
  await hand(page).getByRole('link', { name: 'the plan' }).click();
  await page.locator('.screen-plan').waitFor();
});

/** A leader whose rules say what @maker is given of the documents. */
const STRICT: Record<string, string> = { ...FILES, 'lead.md': `${FILES['lead.md']}\n## Team\n\n- \`@maker\` - drawings\n- \`@reader\` - reading\n\n## Context Filtering Rules\n\n**For @maker:**\n- ✅ Harbour drawings\n- ❌ Wages\n` };
const DOCUMENTS = { 'docs/harbour.md': '# Harbour drawings\n\nThe quay is 400 m long.\n', 'docs/wages.md': '# Wages\n\nNobody is told.\n', 'src/quay.ts': 'export const quay = 400;\n' };

/** A quest with files, where it is the turn of @maker, made live: its share screen, and what @maker was told in the tab. */
async function withDocuments(t: TestContext, documents: Readonly<Record<string, string>>): Promise<{ page: Page; told: string }> {
  const { page } = await profile(t);
  await playedBy(page, app, STRICT, { provider: 'gemini', model: 'loop-small', base_url: provider.url('generate') });
  provider.script = () => new Promise(() => undefined);
  const tasks = TASKS.map(({ to, ...task }) => ({ after: [], ...task, agent: to, accept: ['It is done'] }));
  const proposed = core.planCommand({ leader: '@lead', objective: 'Draw and read', tasks }); // documents go by the plan
  const create = { ...proposed, seats: AGENTS.map((id) => [id, 'model']), specs: AGENTS.map((id) => [id, core.sha256(STRICT[`${id.slice(1)}.md`]!)]), budget: { tokens: 40_000_000 } };
  const log = logOf(core, create, { type: 'approve', by: '@owner' }, { type: 'message', by: '@lead', to: ['@maker'], task: 'T1', msg: 'Draw it.' }, { type: 'respond', by: '@lead', kind: 'progress', msg: 'Handed out.' });
  await takeLog(page, app, core, log, 0);
  await giveFolder({ page }, documents);
  const asked = provider.asks.length;
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText(`${Object.keys(documents).length} files of project`).waitFor();
  await provider.arrived(asked + 1);
  const told = turnOf(provider.asks.at(-1));
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  await page.getByLabel('Live link').waitFor();
  return { page, told };
}

/** What somebody is told when their turn begins. */
const turnOf = (ask: Ask | undefined): string => (ask?.messages[0]?.parts ?? []).flatMap((part) => ('text' in part ? [part.text] : [])).join('\n');

test('documents of the project go along: who is played by the worker is told what the tab would have told', async (t) => {
  const { page, told } = await withDocuments(t, DOCUMENTS);
  assert.match(told, /# Documents for you[^]*The quay is 400 m long\.[^]*# Documents kept back[^]*docs\/wages\.md/);
  await hand(page).getByText('the agents’ files and 2 documents of the project (69 bytes)').waitFor();
  const asked = provider.asks.length;
  provider.script = brain();
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByText('With 2 documents of the project.').waitFor();
  await toQuest(page);
  await untilStatus(page, 'completed');
  const there = provider.asks.slice(asked).find(({ system }) => system.includes('You do the part of @maker.'));
  assert.equal(turnOf(there), told);
});

test('documents that are more than the worker takes are said to be so, and it can be handed over without', async (t) => {
  const large = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`docs/${i}.md`, `# Part ${i}\n\n${'Words that nobody reads. '.repeat(9000)}\n`]));
  const { page } = await withDocuments(t, large);
  const without = hand(page).getByRole('button', { name: 'Hand over without documents' });
  await hand(page).getByText('8 documents of the project (1.8 MB)').waitFor();
  assert.equal(await without.count(), 0);
  await hand(page).getByRole('button', { name: 'Let the server play' }).click();
  await hand(page).getByRole('alert').getByText('What is handed over is larger than 1.5 MB. Leave documents of the project out, or shorten them.').waitFor();
  assert.equal(await hand(page).getAttribute('data-handed'), 'false');
  await picture(page, 'edge-documents-1440-light');
  provider.script = brain();
  await without.click();
  await hand(page).getByText('The server plays on').waitFor();
  assert.equal(await hand(page).getByText(/documents? of the project/).count(), 0);
});

test('a provider that lets no page in is asked through the site that says it carries, with the same bytes, until it is switched off', async (t) => {
  const { page } = await profile(t);
  const through: { path: string; key: string | undefined; body: string | null }[] = [];
  const health = (await (await fetch(`${server.url}/api/health`)).json()) as { proxy: boolean };
  assert.equal(health.proxy, true);
  await page.route('https://api.anthropic.com/**', (route: Route) => route.abort('failed'));
  await page.route('**/api/proxy/**', async (route: Route) => {
    // Outside there is no network: from here on the loopback server stands in for the provider that the worker would ask.
    const request = route.request();
    const path = new URL(request.url()).pathname.replace('/api/proxy/anthropic', '');
    through.push({ path, key: request.headers()['x-api-key'], body: request.postData() });
    const answer = await fetch(`${provider.url('messages')}${path}`, { method: request.method(), headers: { 'x-api-key': KEY, 'content-type': 'application/json' }, ...(request.postData() === null ? {} : { body: request.postData() as string }) });
    await route.fulfill({ status: answer.status, contentType: answer.headers.get('content-type') ?? '', body: Buffer.from(await answer.arrayBuffer()) });
  });
  provider.script = () => ({ text: 'By way of the site.' });
  await page.goto(`${app}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption('anthropic');
  await page.getByLabel('Model', { exact: true }).fill('loop-small');
  await page.getByLabel('Model', { exact: true }).press('Enter');
  await page.getByLabel('Key for Anthropic').last().fill(KEY);
  await page.getByRole('button', { name: 'Use this key' }).click();
  const box = page.getByLabel('Ask Anthropic through this site');
  assert.equal(await box.count(), 0, 'it is not offered before it is needed');
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await page.locator('.tested[data-cause="cors"]').waitFor();
  await page.getByText(`go to ${new URL(app).host}, which passes them on to api.anthropic.com`).waitFor();
  await noSidewaysScroll(page, 'models');
  await picture(page, 'edge-carry-1440-light');
  await box.focus();
  await page.keyboard.press('Space');
  await page.getByText(/the key go to api\.anthropic\.com by way of localhost:\d+\./).waitFor();
  await page.setViewportSize({ width: 320, height: 900 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await noSidewaysScroll(page, 'models, narrow');
  await box.scrollIntoViewIfNeeded();
  await picture(page, 'edge-carry-320-dark');
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await page.locator('.tested[data-cause="ok"]').waitFor();
  assert.deepEqual([through[0]?.path.replace(/\?.*/, ''), through[0]?.key], ['/v1/models', KEY]);
  await page.evaluate(() => void (location.hash = `#/chat/${encodeURIComponent('@backend-coordinator')}`));
  await page.getByLabel('Your message to').fill('How do you ask?');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText('By way of the site.').waitFor();
  const asked = through.at(-1);
  assert.equal(asked?.path, '/v1/messages');
  const { model, stream } = JSON.parse(asked?.body ?? '') as { model: string; stream: boolean };
  assert.deepEqual([model, stream], ['loop-small', true]);
  await page.goto(`${app}#/models`);
  await page.reload();
  await box.waitFor(); // it can be changed without another test
  assert.equal(await box.isChecked(), true);
  await box.uncheck();
  await page.getByText('the key go to api.anthropic.com.', { exact: false }).waitFor();
  assert.equal(await page.getByText(/by way of/).count(), 0);
  await box.check();
  await page.getByText(/by way of/).waitFor();
});
