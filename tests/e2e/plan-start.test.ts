import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Command, Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, logOf, noSidewaysScroll, openProfile, picture, serveApp, type Site, stored, takeLog, untilStatus } from './harness.ts';

/** From an item of a roadmap to a quest that runs. */
let site: Site;
let browser: Browser;
let core: Core;
const NEVER = 1_000_000; // ms between events: as good as stopped

before(async () => {
  site = await serveApp();
  browser = await launch();
  core = await loadCore();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const ROADMAP = '# Roadmap – nächste Schritte\n\n## Phase 1: Base (2 weeks)\n\n- [x] **Accounts** - people have one `M`\n- [ ] **Password reset** - by mail, with a token `S`\n- [ ] **Audit log** - depends on Password reset `L`\n';

const hash = async (page: Page): Promise<string> => (await page.locator('main#main').getAttribute('data-plan-hash')) ?? '';
const untilOther = (page: Page, than: string): Promise<unknown> => page.waitForFunction((old) => ![null, undefined, '', old].includes(document.querySelector('main')?.dataset['planHash']), than);

/** Tab until the focus is on what carries these words, in its text or its label. */
async function tabTo(page: Page, words: string): Promise<void> {
  for (let i = 0; i < 80; i += 1) {
    const found = await page.evaluate((text) => {
      const on = document.activeElement;
      return on !== null && on !== document.body && (on.getAttribute('aria-label') ?? on.textContent ?? '').trim() === text;
    }, words);
    if (found) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not lead to ${words}`);
}

test('done when: a plan from a roadmap item, edited by keyboard only and approved, starts the quest with exactly its hash', async () => {
  const { page, errors, context } = await openProfile(browser);
  const press = (...keys: string[]): Promise<void> => keys.reduce((last, key) => last.then(() => page.keyboard.press(key)), Promise.resolve());
  await page.goto(`${site.url}?pace=${NEVER}#/plan`);

  // Plan.
  await page.getByRole('link', { name: 'Take it from a roadmap' }).waitFor();
  await tabTo(page, 'Take it from a roadmap');
  await press('Enter');
  await page.getByRole('button', { name: 'Choose a roadmap' }).waitFor();
  const chooser = page.waitForEvent('filechooser'); // the window of the system, which has its own keys
  await tabTo(page, 'Choose a roadmap');
  await press('Enter');
  await (await chooser).setFiles({ name: 'roadmap.md', mimeType: 'text/markdown', buffer: Buffer.from(ROADMAP) });
  await page.locator('li.next', { hasText: 'Password reset' }).waitFor();
  await tabTo(page, 'Plan Password reset');
  await press('Enter');
  await page.locator('.dag [data-task="T1"]').waitFor();
  const proposed = await hash(page);
  assert.match(proposed, /^[0-9a-f]{64}$/);

  // Edit: rename a task, add one behind it, let it go to the next group, remove it, take that back.
  for (let i = 0; i < 60 && (await page.evaluate(() => document.activeElement?.getAttribute('data-task'))) !== 'T1'; i += 1) await press('Tab');
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'task-title');
  await press('Control+a');
  await page.keyboard.type('Agree on how a password is reset');
  await press('Enter');
  await page.locator('.dag [data-task="T1"]', { hasText: 'Agree on how a password is reset' }).waitFor();
  await press('Escape', 'n');
  await page.waitForFunction(() => document.activeElement?.id === 'add-title');
  await page.keyboard.type('Try it with a lost mailbox');
  await press('Enter');
  await page.locator('.dag .node.sel', { hasText: 'Try it with a lost mailbox' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains('sel') === true);
  const added = await hash(page);
  await press('Delete');
  await untilOther(page, added);
  await press('Control+z');
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, added);
  await page.locator('.dag .node', { hasText: 'Try it with a lost mailbox' }).waitFor();
  const edited = await hash(page);
  assert.notEqual(edited, proposed);
  assert.equal((await stored(page)).length, 1, 'nothing was written but the proposal');

  // Approve: the quest is that plan, byte for byte of what is hashed.
  await press('a');
  await untilStatus(page, 'running');
  const lines = await stored(page);
  assert.equal(lines.length, 2);
  const quest = core.openQuest(lines.map(({ line }) => `${line}\n`).join(''));
  const create = quest.event(0).data as { plan?: string; brief: string };
  const started = core.readPlan(create.brief);
  assert.equal(create.plan, edited, 'event 0 names the plan that was approved');
  assert.equal(quest.view().plan, edited);
  assert.equal(started.hash, edited, 'and its words say the same');
  assert.deepEqual([started.item?.path, started.item?.line], ['roadmap.md', 6]);
  assert.deepEqual(quest.view().tasks.map(({ title }) => title), started.tasks.map(({ title }) => title));
  assert.equal(quest.event(1).type, 'approve');
  assert.equal(quest.verdict().legal, 'yes');
  quest.close();

  // The Quest screen shows the hash it began with, and that it is the plan of the Plan screen.
  await page.locator('[data-plan-same="yes"]').waitFor();
  assert.equal(await page.locator('[data-plan]').getAttribute('data-plan'), edited);
  await picture(page, 'plan-started');
  await tabTo(page, 'Look at the plan');
  await press('Enter');
  await page.locator('.screen-plan').waitFor();
  assert.equal(await hash(page), edited);
  assert.deepEqual(errors, []);
  await context.close();
});

async function chooseRoadmap(page: Page, button: string, text: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles({ name: 'roadmap.md', mimeType: 'text/markdown', buffer: Buffer.from(text) });
}

test('after a quest that began from an item: the item is ticked off by one byte, here and in the file that is saved', async () => {
  const { page, errors, context } = await openProfile(browser);
  await page.goto(`${site.url}?pace=0#/roadmap`);
  await chooseRoadmap(page, 'Choose a roadmap', ROADMAP);
  await page.getByRole('button', { name: 'Plan Password reset' }).click();
  await page.locator('.screen-plan').waitFor();
  await page.getByRole('button', { name: 'Approve and rehearse' }).click();
  await untilStatus(page, 'completed');
  const panel = page.getByRole('region', { name: 'Roadmap' });
  await panel.getByText('This quest carried out “Password reset” of roadmap.md.').waitFor();
  await picture(page, 'roadmap-tick');
  await panel.getByRole('button', { name: 'Tick it off' }).click();
  const saved = page.waitForEvent('download');
  await panel.getByRole('button', { name: 'Save roadmap.md' }).click();
  const file = await saved;
  assert.equal(file.suggestedFilename(), 'roadmap.md');
  const text = await readFile(await file.path(), 'utf8');
  assert.equal(text, ROADMAP.replace('[ ] **Password reset**', '[x] **Password reset**'));

  // The roadmap knows: the item is done, and the one that waited for it comes next.
  await panel.getByRole('link', { name: 'roadmap.md' }).click();
  await page.locator('li.next', { hasText: 'Audit log' }).waitFor();
  assert.equal(await page.locator('li.done').count(), 2);

  // Once more: it is said, and nothing changes. A roadmap that is not here is asked for; one without the item is refused.
  await page.goBack();
  await panel.getByRole('button', { name: 'Tick it off' }).click();
  await panel.getByText('was ticked off already').waitFor();
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const tx = open.result.transaction('settings', 'readwrite');
          tx.objectStore('settings').delete('roadmap');
          tx.oncomplete = () => (open.result.close(), resolve());
        };
      }),
  );
  await page.reload();
  await chooseRoadmap(page, 'Choose roadmap.md to tick it off', '# Other\n\n- [ ] **Something else**\n');
  await panel.getByRole('alert').waitFor();
  await chooseRoadmap(page, 'Choose roadmap.md to tick it off', ROADMAP);
  await panel.getByRole('button', { name: 'Save roadmap.md' }).waitFor();
  await page.setViewportSize({ width: 320, height: 700 });
  await noSidewaysScroll(page, 'the quest with its roadmap');
  await picture(page, 'roadmap-tick-320');
  assert.deepEqual(errors, []);
  await context.close();
});

test('the Quest screen says when the Plan screen shows another plan, and when the words are of another', async () => {
  const { page, errors, context } = await openProfile(browser);
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.dag [data-task="T1"]').waitFor();
  const proposed = await hash(page);
  await page.locator('.dag [data-task="T1"]').focus();
  await page.keyboard.press('Delete');
  await untilOther(page, proposed);
  await page.keyboard.press('g');
  await page.keyboard.press('q');
  await page.locator('[data-plan-same="no"]', { hasText: 'it was changed by hand' }).waitFor();
  assert.equal(await page.locator('[data-plan]').getAttribute('data-plan'), proposed);
  await page.reload(); // also where the Plan screen was not seen
  await page.locator('[data-plan-same="no"]', { hasText: 'it was changed by hand' }).waitFor();

  const plan = core.completePlan({ leader: '@lead', objective: 'Build a pier', tasks: [{ id: 'T1', agent: '@a', title: 'Draw it' }] });
  const { type: _, by: __, ...create } = core.planCommand(plan) as Command & Record<string, unknown>;
  await takeLog(page, site.url, core, logOf(core, { ...create, plan: 'f'.repeat(64) }, { type: 'approve', by: '@owner' }), NEVER);
  await page.locator('[data-plan-same="no"]', { hasText: 'another plan than the one it names' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('a deleted quest takes the versions of its plan along, and undo brings them back', async () => {
  const { page, errors, context } = await openProfile(browser);
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.dag [data-task="T1"]').waitFor();
  const proposed = await hash(page);
  await page.locator('.dag [data-task="T1"]').focus();
  await page.keyboard.press('Delete');
  await untilOther(page, proposed);
  const edited = await hash(page);
  const at = new URL(page.url()).hash;
  await page.goto(`${site.url}?pace=${NEVER}#/library`);
  await page.getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: /^Delete/ }).waitFor();
  await page.goto(`${site.url}?pace=${NEVER}${at}`);
  await page.reload(); // what is not stored is gone
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, edited);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, proposed);
  assert.deepEqual(errors, []);
  await context.close();
});
