import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Download, Page } from 'playwright-core';
import { serve, type Serving } from '../../worker/serve.ts';
import { approveSample, fromRoot, launch, noSidewaysScroll, openProfile, picture, type Profile, shown, stored, untilEvents, untilStatus, watch } from './harness.ts';

/** Notes beside the log: written by keyboard, kept, followed by another tab, saved and restored, sent to the server and heard by a guest. */
let folder: string;
let server: Serving;
let browser: Browser;
let owner: Profile;
let app: string;
let quest = '';
const NEVER = 1_000_000;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questline-notes-'));
  await cp(fromRoot('web/dist'), join(folder, 'site/app'), { recursive: true });
  await writeFile(join(folder, 'site/index.html'), '<!doctype html><title>Home</title>');
  await writeFile(join(folder, 'site/404.html'), '<!doctype html><title>Not found</title>');
  server = await serve({ port: 0, persist: join(folder, 'state'), site: join(folder, 'site') });
  app = `${server.url}/app/`;
  browser = await launch();
  owner = await openProfile(browser, { reducedMotion: 'reduce' });
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const mark = (page: Page, n: number | string) => page.locator(`[data-note-mark="${n}"]`);
const field = (page: Page, n: number) => page.getByRole('textbox', { name: `Note about event ${n}` });
const texts = (page: Page) => page.locator('[data-note] p').allTextContents();

/** Opens the notes of an event and writes one. */
async function write(page: Page, n: number, text: string, open = true): Promise<void> {
  if (open) await mark(page, n).click();
  await field(page, n).fill(text);
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await page.locator('[data-note] p', { hasText: text }).waitFor();
}

test('a note is written by keyboard alone, and the log does not know of it', async () => {
  const { page } = owner;
  await approveSample(page, app, NEVER);
  await untilStatus(page, 'running');
  quest = new URL(page.url()).hash.split('/').at(-1) ?? '';
  const before = { shown: await shown(page), lines: await stored(page) };
  await mark(page, 0).focus();
  await page.keyboard.press('Enter');
  await field(page, 0).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await page.keyboard.type('Is this what was asked for?');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Anna B');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('[data-note] p').waitFor();
  assert.deepEqual(await texts(page), ['Is this what was asked for?']);
  assert.match(await page.locator('[data-note] header').innerText(), /@anna-b/);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('data-note-mark')), '0');
  assert.equal(await mark(page, 0).getAttribute('aria-label'), '1 note about event 0');
  assert.deepEqual({ shown: await shown(page), lines: await stored(page) }, before);
});

test('the name is asked once; what is no note is refused', async () => {
  const { page } = owner;
  await mark(page, 1).click();
  await field(page, 1).waitFor();
  await page.getByText('as @anna-b').waitFor();
  assert.equal(await page.getByLabel('Your name').count(), 0);
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await page.getByRole('alert').filter({ hasText: 'The note has no text' }).waitFor();
  await field(page, 1).fill('ü'.repeat(5000));
  await page.getByRole('button', { name: 'Keep the note' }).click();
  await page.getByRole('alert').filter({ hasText: 'QL_NOTE_BYTES_MAX' }).waitFor();
  await write(page, 1, 'Second <b>line</b>\nof a note', false);
  assert.equal(await page.locator('[data-note] b', { hasText: 'line' }).count(), 0);
  await page.keyboard.press('Escape');
});

test('two tabs follow each other, and a reload keeps the notes', async () => {
  const { page, context, errors } = owner;
  const other = await context.newPage();
  watch(other, errors);
  await other.goto(`${app}?pace=${NEVER}#/quest/${quest}`);
  await other.locator('main[data-mode="follow"]').waitFor();
  await other.locator('[data-note-mark="1"][aria-label="1 note about event 1"]').waitFor();
  await write(other, 1, 'From the other tab');
  await page.locator('[data-note-mark="1"][aria-label="2 notes about event 1"]').waitFor();
  await write(page, 0, 'And back');
  await other.locator('[data-note-mark="0"][aria-label="2 notes about event 0"]').waitFor();
  await other.close();
  await page.reload();
  await mark(page, 1).click();
  await page.locator('[data-note]').nth(1).waitFor();
  assert.deepEqual(await texts(page), ['Second <b>line</b>\nof a note', 'From the other tab']);
});

test('it can be looked at, wide and narrow, light and dark', async () => {
  const { page } = owner;
  for (const [name, width, height] of [['wide', 1440, 900], ['narrow', 320, 700]] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await noSidewaysScroll(page, `notes ${name}`);
      await page.locator('.notes').scrollIntoViewIfNeeded();
      await picture(page, `notes-${name}-${colorScheme}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
});

test('notes are in the backup, and come back with it', async () => {
  const { page } = owner;
  await page.goto(`${app}?pace=${NEVER}#/library`);
  const saving = ['quest', 'notes'].map((kind) => page.waitForEvent('download', (download: Download) => download.suggestedFilename() === `${quest}.${kind}`));
  await page.getByRole('button', { name: /^Back up/ }).click();
  const saved = await Promise.all(saving);
  const files: Record<string, string> = {};
  for (const download of saved) files[download.suggestedFilename()] = await readFile((await download.path()) ?? '', 'utf8');
  assert.equal(files[`${quest}.notes`]?.trimEnd().split('\n').length, 4);
  const restored = await openProfile(browser);
  await restored.page.goto(`${app}?pace=${NEVER}`);
  await restored.page.getByRole('button', { name: 'Rehearse' }).waitFor();
  const transfer = await restored.page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const [name, text] of Object.entries(given)) data.items.add(new File([text], name));
    return data;
  }, files);
  await restored.page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await restored.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await restored.page.getByRole('button', { name: /Continue/ }).click();
  await restored.page.locator('main[data-mode="drive"]').waitFor();
  await restored.page.reload();
  await restored.page.locator('[data-note-mark="0"][aria-label="2 notes about event 0"]').waitFor();
  // Those of another log are loose, not lost.
  const foreign = (files[`${quest}.notes`] ?? '').split('\n')[0]!.replace(/"h":"[^"]*"/, `"h":"${'A'.repeat(43)}"`).replace(/"id":"[^"]*"/, `"id":"${'A'.repeat(22)}"`);
  const loose = await restored.page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([`${text}\nno note\n`], 'theirs.notes'));
    return data;
  }, foreign);
  await restored.page.dispatchEvent('body', 'drop', { dataTransfer: loose });
  await mark(restored.page, 'loose').click();
  assert.match(await restored.page.locator('.notes').innerText(), /of another log/);
  assert.deepEqual(restored.errors, []);
  await restored.context.close();
});

test('a deleted quest takes its notes along, and undo brings them back', async () => {
  const { page } = owner;
  await page.goto(`${app}?pace=${NEVER}#/library`);
  await page.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.goto(`${app}?pace=${NEVER}#/quest/${quest}`);
  await page.locator('[data-note-mark="0"][aria-label="2 notes about event 0"]').waitFor();
});

test('what an older version of the page stored goes on, with notes', async () => {
  const lines = (await stored(owner.page)).filter((event) => event.quest === quest);
  const old = await openProfile(browser);
  await old.page.goto(`${server.url}/index.html`);
  await old.page.evaluate(
    ({ id, events }) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('questline', 1);
        open.onerror = () => reject(open.error);
        open.onupgradeneeded = () => {
          const quests = open.result.createObjectStore('quests', { keyPath: 'id' });
          const log = open.result.createObjectStore('events', { keyPath: ['quest', 'n'] });
          open.result.createObjectStore('specs', { keyPath: 'path' });
          open.result.createObjectStore('settings');
          quests.put({ id, title: 'An old one', status: 'running', holder: null, events: events.length, created: 1, updated: 1, drive: true });
          for (const event of events) log.put(event);
        };
        open.onsuccess = () => {
          open.result.close();
          resolve();
        };
      }),
    { id: quest, events: lines },
  );
  await old.page.goto(`${app}?pace=${NEVER}#/quest/${quest}`);
  await untilEvents(old.page, lines.length);
  assert.equal((await shown(old.page)).events, lines.length);
  await mark(old.page, 0).click();
  await old.page.getByLabel('Your name').fill('Ben');
  await write(old.page, 0, 'On an old quest', false);
  assert.deepEqual(await stored(old.page), lines);
  assert.deepEqual(old.errors.filter((error) => !error.includes('favicon')), []); // of the bare page
  await old.context.close();
});

test('a live quest brings its notes to the server; a guest reads them as they come, and writes none', async () => {
  const { page, errors } = owner;
  await page.getByRole('navigation').getByRole('link', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  const link = await page.getByLabel('Live link').inputValue();
  await page.goto(`${app}?pace=${NEVER}#/quest/${quest}`);
  await page.locator('main[data-mode="live"]').waitFor();
  const guest = await openProfile(browser);
  await guest.page.goto(link);
  await untilEvents(guest.page, 2);
  await guest.page.locator('[data-note-mark="0"][aria-label="2 notes about event 0"]').waitFor();
  assert.equal(await guest.page.locator('.notemark.none').count(), 0);
  await write(page, 0, 'Written while live');
  await guest.page.locator('[data-note-mark="0"][aria-label="3 notes about event 0"]').waitFor();
  await mark(guest.page, 0).click();
  await guest.page.locator('[data-note]').nth(2).waitFor();
  assert.equal((await texts(guest.page)).at(-1), 'Written while live');
  assert.equal(await guest.page.getByRole('textbox', { name: /^Note about/ }).count(), 0);
  // What is written while the server is away is sent when it is back.
  await server.stop();
  await page.getByText(/The server is out of reach/).first().waitFor();
  await write(page, 0, 'Written alone', false);
  server = await serve({ port: Number(new URL(app).port), persist: join(folder, 'state'), site: join(folder, 'site') });
  await guest.page.locator('[data-note-mark="0"][aria-label="4 notes about event 0"]').waitFor({ timeout: 40_000 });
  assert.deepEqual(guest.errors.filter((error) => !/WebSocket|ERR_CONNECTION|fetch/.test(error)), []);
  await guest.context.close();
  assert.deepEqual(errors.filter((error) => !/WebSocket|ERR_CONNECTION|fetch/.test(error)), []);
});
