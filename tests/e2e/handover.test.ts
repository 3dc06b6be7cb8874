import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Command } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser } from 'playwright-core';
import { serve, type Serving } from '../../worker/serve.ts';
import { fromRoot, launch, logOf, noSidewaysScroll, openProfile, picture, type Profile, say, shown, sit, stored, takeLog, untilEvents, untilStatus, writeAs } from './harness.ts';

/** A running quest goes from a tab to the worker, and a seat of it to another browser. Each step needs the one before. */
let folder: string;
let server: Serving;
let browser: Browser;
let owner: Profile;
let guest: Profile;
let app: string;
const core = await loadCore();
const NEVER = 1_000_000;
const TEAM = ['@lead', '@api', '@db'];

const start = async (): Promise<void> => {
  server = await serve({ port: Number(app === undefined ? 0 : new URL(app).port), persist: join(folder, 'state'), site: join(folder, 'site') });
  app = `${server.url}/app/`;
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questline-handover-'));
  await cp(fromRoot('web/dist'), join(folder, 'site/app'), { recursive: true });
  await writeFile(join(folder, 'site/index.html'), '<!doctype html><title>Home</title>');
  await writeFile(join(folder, 'site/404.html'), '<!doctype html><title>Not found</title>');
  await start();
  browser = await launch();
  owner = await openProfile(browser);
  guest = await openProfile(browser);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const begin = (create: object, ...commands: Command[]): string =>
  logOf(core, { agents: TEAM, mission: 'Add sign-in with a passkey', seats: TEAM.map((id) => [id, 'rehearsal']), ...create }, ...commands);
const lines = async (): Promise<string[]> => (await stored(owner.page)).map(({ line }) => line);
let hash = '';
let link = '';
let before0: string[] = [];

test('at a turn boundary the tab puts its quest to the worker; what came before is what it was', async () => {
  const { page } = owner;
  const tasks = [
    { id: 'T1', title: 'Contract', to: '@api' },
    { id: 'T2', title: 'Schema', to: '@db', after: ['T1'] },
  ];
  await takeLog(page, app, core, begin({ tasks }, { type: 'approve', by: '@owner' }), NEVER);
  await writeAs(page, '@db');
  await page.getByLabel('What you say').fill('A draft of the owner');
  hash = new URL(page.url()).hash;
  await page.goto(`${app}?pace=900${hash}`);
  await page.locator('.turn .who', { hasText: 'api' }).waitFor(); // the leader's turn is over
  await page.goto(`${app}?pace=${NEVER}${hash}`);
  await page.waitForSelector('main[data-mode="drive"]');
  before0 = await lines();
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  link = await page.getByLabel('Seat link of @db').inputValue();
  assert.match(link, /\/app\/#live=[^.]+\.[A-Za-z0-9_-]{43}$/);
  assert.equal(await page.getByLabel(/^Seat link of/).count(), 3);
  await picture(page, 'share-live-1440-light');
  await page.goto(`${app}?pace=${NEVER}${hash}`);
  await page.waitForSelector('main[data-mode="live"]');
  assert.equal(await page.getByLabel('What you say').inputValue(), 'A draft of the owner');
  assert.deepEqual(await lines(), before0);
});

test('while the worker is out of reach the tab does not go on by itself: two logs would come of it', async () => {
  const { page, context } = owner;
  await context.route('**/api/**', (route) => route.abort());
  let away = true; // routes of sockets stay
  await context.routeWebSocket('**/live', (socket) => void (away ? socket.close() : socket.connectToServer()));
  await page.goto(`${app}?pace=0${hash}`);
  await page.getByText(/The server is out of reach\. Trying again in 2 s/).first().waitFor();
  assert.equal(await page.locator('main').getAttribute('data-mode'), 'live');
  assert.deepEqual(await lines(), before0);
  away = false;
  await context.unrouteAll();
  await page.goto(`${app}?pace=${NEVER}${hash}`);
});

test('a seat link opens in another browser, claims its seat, and the first tab follows', async () => {
  const { page } = guest;
  await page.goto(link);
  await page.getByText('This link acts for @db. The rehearsal plays this seat.').waitFor();
  await page.getByRole('button', { name: 'Take a seat' }).click();
  assert.deepEqual(await page.getByLabel('Write as').locator('option').allInnerTexts(), ['@db']);
  await sit(page);
  const { events } = await shown(page);
  await untilEvents(owner.page, events);
  assert.equal(JSON.parse((await lines()).at(-1) ?? '').e.t, 'claim');
  assert.equal((await shown(owner.page)).hash, (await shown(page)).hash);
  await owner.page.getByText(/Now a person sits there, since/).waitFor();
  await say(page, 'Before my turn.');
  await page.locator('.say.ghost[data-refusal="not_your_turn"]').waitFor();
  assert.equal(await page.getByLabel('What you say').inputValue(), 'Before my turn.');
  assert.equal((await lines()).length, events);
});

test('the rehearsal plays the other seats at the worker, and waits for who sits there', async () => {
  await owner.page.goto(`${app}?pace=60${hash}`);
  await guest.page.locator('.turn .who', { hasText: 'db' }).waitFor();
  await owner.page.locator('.turn .who', { hasText: 'db' }).waitFor();
  const kept = await lines();
  assert.deepEqual(kept.slice(0, before0.length), before0);
  assert.equal((await shown(owner.page)).hash, (await shown(guest.page)).hash);
});

test('the worker goes away in the middle: the tabs say so, keep what was typed, and go on when it is back', async () => {
  const { page } = guest;
  const words = 'The schema is ready. Passkeys have a table of their own.';
  await page.getByLabel('What you say').fill(words);
  await server.stop();
  await page.getByText(/The server is out of reach/).first().waitFor();
  await owner.page.getByText(/The server is out of reach/).first().waitFor();
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByText(/No answer came: it may not have been written\. What you wrote is kept here\./).waitFor();
  assert.equal(await page.getByLabel('What you say').inputValue(), words);
  await picture(page, 'worker-away-1440-light');
  await page.setViewportSize({ width: 320, height: 640 });
  await noSidewaysScroll(page, 'a worker that is away');
  await page.locator('.compose').scrollIntoViewIfNeeded();
  await picture(page, 'worker-away-320-light');
  await page.setViewportSize({ width: 1440, height: 900 });
  await start();
  await page.getByText(/The server is out of reach/).first().waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.say .words', { hasText: words }).waitFor();
  assert.equal(await page.getByLabel('What you say').inputValue(), '');
  await untilStatus(owner.page, 'completed');
  await untilStatus(page, 'completed');
  const end = await shown(owner.page);
  assert.deepEqual(await shown(page), end);
  const all = await lines();
  assert.equal(all.length, end.events);
  assert.equal(all.filter((line) => line.includes(words)).length, 1, 'it was written once');
  assert.deepEqual([core.verify(`${all.join('\n')}\n`).legal, core.verify(`${all.join('\n')}\n`).complete], ['yes', 'terminal']);
});

test('what is due at the worker is ticked there, and both tabs see it', async () => {
  const { page } = owner;
  await takeLog(page, app, core, begin({ deadlines: { turn: 6000 }, seats: TEAM.map((id) => [id, 'human']) }), NEVER);
  const at = new URL(page.url()).hash;
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  const watching = await page.getByLabel('Live link').inputValue();
  await page.goto(`${app}${at}`);
  await guest.page.goto('about:blank');
  await guest.page.goto(watching);
  await untilStatus(page, 'paused');
  await untilStatus(guest.page, 'paused');
  await guest.page.getByRole('timer').waitFor({ state: 'hidden' });
  const quest = at.split('/').at(-1);
  const kept = (await stored(page)).filter((row) => row.quest === quest).map(({ line }) => (JSON.parse(line) as { e: { t: string } }).e.t);
  assert.deepEqual(kept, ['create', 'tick']);
});
