import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Command } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, logOf, noSidewaysScroll, openProfile, picture, say, serveApp, shown, sit, type Site, stored, takeLog, untilEvents, untilStatus, watch, writeAs } from './harness.ts';

/** Time and seats in the tabs of one browser: who ticks, who holds a seat, and what becomes of what somebody typed. */
let site: Site;
let browser: Browser;
const core = await loadCore();
const NEVER = 1_000_000;
const TEAM = ['@lead', '@api', '@db', '@web', '@ops'];

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const begin = (create: object, ...commands: Command[]): string => logOf(core, { agents: TEAM, mission: 'Add sign-in with a passkey', ...create }, ...commands);
const take = (page: Page, log: string): Promise<void> => takeLog(page, site.url, core, log, NEVER);
const types = async (page: Page): Promise<string[]> => (await stored(page)).map(({ line }) => (JSON.parse(line) as { e: { t: string } }).e.t);
const hand = (to: string): Command => ({ type: 'message', by: '@lead', to: [to], msg: 'Yours.' });
const pass: Command = { type: 'respond', by: '@lead', msg: 'Sent.' };

test('a late turn is ticked by the tab that drives, once, and nothing is written where nothing is due', async () => {
  const { context, page, errors } = await openProfile(browser, { reducedMotion: 'reduce' });
  await take(page, begin({ deadlines: { turn: 8000 } }));
  const two = await context.newPage();
  watch(two, errors);
  await two.goto(`${site.url}?pace=${NEVER}${new URL(page.url()).hash}`);
  await two.waitForSelector('main[data-mode="follow"]');
  const clock = two.getByRole('timer');
  assert.match((await clock.innerText()).trim(), /^0:0[0-8]$/);
  await untilStatus(page, 'paused');
  await untilStatus(two, 'paused');
  assert.deepEqual(await types(page), ['create', 'tick']);
  assert.equal((await shown(two)).hash, (await shown(page)).hash);
  await two.reload();
  await untilStatus(two, 'paused');
  assert.deepEqual(await types(page), ['create', 'tick']);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a device that slept through a limit ticks once, when it wakes', async () => {
  const { context, page, errors } = await openProfile(browser);
  await page.clock.install();
  await take(page, begin({ deadlines: { turn: 60_000 } }));
  await page.getByRole('timer').waitFor();
  await page.clock.pauseAt(Date.now() + 1000);
  await page.clock.setSystemTime(Date.now() + 8 * 3600_000); // the clock went on, no timer did
  assert.deepEqual(await types(page), ['create']);
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await untilStatus(page, 'paused');
  await page.clock.runFor(120_000);
  assert.deepEqual(await types(page), ['create', 'tick']);
  assert.deepEqual(errors, []);
  await context.close();
});

for (const [colorScheme, width] of [['light', 1440], ['dark', 1440], ['light', 320], ['dark', 320]] as const) {
  test(`the countdown, ${colorScheme}, ${width} px: no step of it moves anything, and a pause keeps what is left`, async () => {
    const { context, page, errors } = await openProfile(browser, { colorScheme, viewport: { width, height: width === 320 ? 640 : 900 } });
    await page.clock.install();
    await take(page, begin({ deadlines: { turn: 600_000 } }, hand('@api'), pass));
    await page.clock.pauseAt(Date.now() + 2000);
    const clock = page.getByRole('timer');
    const places = new Set<string>();
    const words = new Set<string>();
    for (let i = 0; i < 4; i += 1) {
      await page.clock.runFor(i === 2 ? 57_000 : 1000);
      words.add(await clock.innerText());
      const { x, y } = (await page.locator('.turn .left small').boundingBox()) ?? { x: 0, y: 0 };
      places.add(`${x},${y}`);
    }
    assert.equal(words.size, 4, [...words].join(' '));
    assert.equal(places.size, 1, [...places].join(' '));
    await noSidewaysScroll(page, 'quest');
    await picture(page, `countdown-${width}-${colorScheme}`);
    await page.getByRole('button', { name: 'Pause' }).click();
    await untilStatus(page, 'paused');
    const left = await clock.innerText();
    await page.clock.runFor(3600_000);
    assert.equal(await clock.innerText(), left);
    assert.deepEqual(await types(page), ['create', 'message', 'respond', 'pause']);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test('a seat goes from tab to tab: who held it is refused in words, keeps what was typed, and sees who sits there', async () => {
  const { context, page: one, errors } = await openProfile(browser);
  await take(one, begin({}, hand('@api'), pass));
  await writeAs(one, '@api');
  await sit(one);
  await one.getByLabel('What you say').fill('Half an answer of mine');
  const two = await context.newPage();
  watch(two, errors);
  await two.goto(`${site.url}?pace=${NEVER}${new URL(one.url()).hash}`);
  await two.waitForSelector('main[data-mode="follow"]');
  await writeAs(two, '@api');
  await two.getByText(/Now a person sits there/).waitFor();
  await sit(two);
  await one.getByText(/The seat changed hands\. Now a person sits there, since .* What you wrote is kept here\./).waitFor();
  const before = await shown(one);
  await one.getByRole('button', { name: 'Send' }).click();
  const ghost = one.locator('.say.ghost');
  await ghost.waitFor();
  assert.equal(await ghost.getAttribute('data-refusal'), 'stale_fence');
  assert.match(await ghost.innerText(), /@api tried to answer\. The seat changed hands/);
  assert.deepEqual(await shown(one), before);
  assert.equal(await one.getByLabel('What you say').inputValue(), 'Half an answer of mine');
  await picture(one, 'seat-lost-1440-light');
  await one.setViewportSize({ width: 320, height: 640 });
  await noSidewaysScroll(one, 'the lost seat');
  await one.locator('.compose').scrollIntoViewIfNeeded();
  await picture(one, 'seat-lost-320-light');
  await one.setViewportSize({ width: 1440, height: 900 });
  await one.reload();
  await one.getByText(/The seat changed hands/).waitFor();
  assert.equal(await one.getByLabel('What you say').inputValue(), 'Half an answer of mine', 'over a reload too');
  await say(two, 'The whole answer.');
  await untilEvents(one, before.events + 1);
  assert.equal(await two.getByLabel('What you say').inputValue(), '');
  assert.deepEqual(await types(one), ['create', 'message', 'respond', 'claim', 'claim', 'respond']);
  assert.equal((await shown(one)).hash, (await shown(two)).hash);
  assert.deepEqual(errors, []);
  await context.close();
});

test('four tabs that end together: all of them are in the log', async () => {
  const { context, page: first, errors } = await openProfile(browser);
  const team = TEAM.slice(1);
  await take(first, begin({ policy: 'parallel' }, ...team.map(hand), pass));
  const pages = [first];
  while (pages.length < team.length) {
    const page = await context.newPage();
    watch(page, errors);
    await page.goto(`${site.url}?pace=${NEVER}${new URL(first.url()).hash}`);
    await page.waitForSelector('main[data-mode="follow"]');
    pages.push(page);
  }
  for (const [i, page] of pages.entries()) {
    await writeAs(page, team[i] ?? '');
    await page.getByLabel('What you say').fill(`Done by ${team[i]}`);
  }
  await Promise.all(pages.map((page) => page.evaluate(() => document.querySelector<HTMLFormElement>('form.compose')?.requestSubmit())));
  for (const page of pages) await untilEvents(page, 10);
  const ends = (await stored(first)).slice(-4).map(({ line }) => (JSON.parse(line) as { e: { t: string; by: string } }).e);
  assert.deepEqual(ends.map(({ t }) => t), ['respond', 'respond', 'respond', 'respond']);
  assert.deepEqual(new Set(ends.map(({ by }) => by)), new Set(team));
  for (const page of pages) {
    assert.equal(await page.locator('.say.ghost').count(), 0);
    assert.equal(await page.getByLabel('What you say').inputValue(), '');
    assert.equal((await shown(page)).hash, (await shown(first)).hash);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test('a rehearsed seat that somebody takes waits for them, and is played again when they leave it', async () => {
  const { context, page, errors } = await openProfile(browser);
  const seats = TEAM.map((id) => [id, 'rehearsal']);
  const tasks = [{ id: 'T1', title: 'Contract', to: '@api' }];
  await take(page, begin({ seats, tasks }, { type: 'approve', by: '@owner' }));
  await writeAs(page, '@api');
  await sit(page);
  await page.goto(`${site.url}?pace=0${new URL(page.url()).hash}`);
  await page.locator('.turn .who', { hasText: 'api' }).waitFor();
  assert.equal((await shown(page)).status, 'running', 'nobody answers for who sits there');
  await page.getByText('You sit here: nobody else plays this seat.').waitFor(); // over the reload
  await page.getByLabel('What kind').selectOption('message');
  await say(page, 'I am on it.');
  await page.locator('.say .words', { hasText: 'I am on it.' }).waitFor();
  await page.getByRole('button', { name: 'Leave it to the rehearsal' }).click();
  await untilStatus(page, 'completed');
  assert.deepEqual(errors, []);
  await context.close();
});
