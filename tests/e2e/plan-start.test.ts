import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, openProfile, picture, serveApp, type Site, stored, untilStatus } from './harness.ts';

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

const ROADMAP = '# Roadmap\n\n## Phase 1: Base (2 weeks)\n\n- [x] **Accounts** - people have one `M`\n- [ ] **Password reset** - by mail, with a token `S`\n- [ ] **Audit log** - depends on Password reset `L`\n';

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
  await tabTo(page, 'Choose a roadmap');
  const chooser = page.waitForEvent('filechooser'); // the window of the system, which has its own keys
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
  await picture(page, 'plan-started');
  assert.deepEqual(errors, []);
  await context.close();
});
