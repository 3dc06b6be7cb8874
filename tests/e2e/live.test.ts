import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { serve, type Serving } from '../../worker/serve.ts';
import { approveSample, fromRoot, launch, openProfile, type Profile, shown, stored, untilEvents, untilStatus } from './harness.ts';

/** The app as the worker serves it: a quest is made live, and another profile follows it over a socket. */
let folder: string;
let server: Serving;
let browser: Browser;
let owner: Profile;
let guest: Profile;
let app: string;
const NEVER = 1_000_000;

const start = async (): Promise<void> => {
  server = await serve({ port: Number(app === undefined ? 0 : new URL(app).port), persist: join(folder, 'state'), site: join(folder, 'site') });
  app = `${server.url}/app/`;
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questline-live-'));
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

let link = '';

test('a running quest is made live, and its link has a capability in the fragment only', async () => {
  const { page } = owner;
  await approveSample(page, app, NEVER);
  await untilStatus(page, 'running');
  const { hash } = new URL(page.url());
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  link = await page.getByLabel('Live link').inputValue();
  assert.match(link, /\/app\/#live=[^.]+\.[A-Za-z0-9_-]{40,}$/);
  await page.goto(`${app}?pace=${NEVER}${hash}`);
  await page.locator('main[data-mode="live"]').waitFor();
});

test('another profile follows it event by event, and may not act', async () => {
  await guest.page.goto(link);
  await untilEvents(guest.page, 2);
  assert.equal((await shown(guest.page)).hash, (await shown(owner.page)).hash);
  assert.equal(await guest.page.getByRole('button', { name: 'Pause' }).count(), 0);
  await owner.page.goto(`${app}?pace=250${new URL(owner.page.url()).hash}`);
  await untilEvents(guest.page, 6);
  await owner.page.getByRole('button', { name: 'Pause' }).click();
  await untilStatus(guest.page, 'paused');
  const here = await shown(owner.page);
  await untilEvents(guest.page, here.events);
  assert.deepEqual(await shown(guest.page), here);
  assert.equal((await stored(guest.page)).length, 0, 'who watches keeps nothing');
});

test('acting out of turn is refused by the server with the same code, and the state hash stays', async () => {
  const { page } = owner;
  await page.goto(`${app}?pace=${NEVER}${new URL(page.url()).hash}`);
  await page.getByRole('button', { name: 'Resume' }).click();
  await untilStatus(page, 'running');
  const before = await shown(page);
  await page.getByRole('button', { name: 'Take a seat' }).click();
  await page.getByLabel('What you say').fill('I was not asked.');
  await page.getByRole('button', { name: 'Send' }).click();
  const ghost = page.locator('.say.ghost');
  await ghost.waitFor();
  assert.equal(await ghost.getAttribute('data-refusal'), 'not_your_turn');
  assert.deepEqual(await shown(page), before);
});

test('the server goes away and comes back: nobody loses an event, and the quest ends the same for both', async () => {
  await server.stop();
  await guest.page.getByText(/The server is out of reach/).waitFor();
  await start();
  await owner.page.goto(`${app}?pace=0${new URL(owner.page.url()).hash}`);
  await untilStatus(owner.page, 'completed');
  await untilStatus(guest.page, 'completed');
  const end = await shown(owner.page);
  assert.deepEqual(await shown(guest.page), end);
  const kept = await stored(owner.page);
  assert.deepEqual(kept.map(({ n }) => n), Array.from({ length: end.events }, (_, i) => i));
});

test('a link with another capability opens nothing', async () => {
  const { page } = guest;
  await page.goto('about:blank');
  await page.goto(`${link.slice(0, -6)}AAAAAA`);
  await page.getByText('There is no such live quest, or this link does not open it.').waitFor();
});
