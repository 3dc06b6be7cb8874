import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Core, Plan } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored, untilStatus } from './harness.ts';

/** The plan on its way to approval, changed by hand. Nothing runs meanwhile. */
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

async function proposed(options: Parameters<typeof openProfile>[1] = {}): Promise<Profile> {
  const profile = await openProfile(browser, options);
  const { page } = profile;
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.screen-plan').waitFor();
  return profile;
}

const hash = async (page: Page): Promise<string> => (await page.locator('main#main').getAttribute('data-plan-hash')) ?? '';
const titles = (page: Page): Promise<string[]> => page.locator('.dag .node span').allInnerTexts();
const focused = (page: Page): Promise<string | null> => page.evaluate(() => document.activeElement?.getAttribute('data-task') ?? null);
const groupOf = (page: Page, task: string): Promise<number> =>
  page.evaluate((id) => {
    const node = document.querySelector<HTMLElement>(`.dag [data-task="${id}"]`);
    const bands = [...document.querySelectorAll<HTMLElement>('.band')].filter((band) => band.offsetLeft <= (node?.offsetLeft ?? -1));
    return bands.length;
  }, task);
/** The plan as this browser keeps it. */
const kept = (page: Page): Promise<{ versions: { plan: Plan; said: string }[]; at: number }[]> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const found: unknown[] = [];
          const all = open.result.transaction('settings').objectStore('settings').openCursor();
          all.onsuccess = () => {
            const cursor = all.result;
            if (cursor === null) {
              open.result.close();
              return resolve(found as never);
            }
            if (String(cursor.key).startsWith('plan:')) found.push(cursor.value);
            cursor.continue();
          };
        };
      }),
  );

test('by keyboard alone: go about, change, move, split, add, remove, take back, approve; the quest starts with that very plan', async () => {
  const { page, errors, context } = await proposed();
  const press = (...keys: string[]): Promise<void> => keys.reduce((last, key) => last.then(() => page.keyboard.press(key)), Promise.resolve());
  const first = await hash(page);
  assert.match(first, /^[0-9a-f]{64}$/);
  const before = (await titles(page)).length;

  // The graph is one stop of Tab; arrows go about in it.
  await page.locator('.dag [data-task="T1"]').waitFor();
  await page.locator('main#main').focus();
  for (let i = 0; i < 40 && (await focused(page)) === null; i += 1) await press('Tab');
  assert.equal(await focused(page), 'T1');
  await press('ArrowDown');
  assert.equal(await focused(page), 'T2');
  await press('ArrowRight');
  assert.equal(await focused(page), 'T3', 'along a dependency');
  await press('ArrowLeft');
  assert.equal(await focused(page), 'T2', 'and back');
  await press('Home');

  // Rename and what counts as done: the fields are those of the selected task.
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'task-title');
  await press('Control+a');
  await page.keyboard.type('Agree on the contract');
  await press('Enter');
  await page.locator('.dag [data-task="T1"]', { hasText: 'Agree on the contract' }).waitFor();
  await press('Escape');
  assert.equal(await focused(page), 'T1', 'Escape leads back to the graph');

  // To a later group, then the core says why not.
  await press('End');
  const last = (await focused(page)) ?? '';
  const group = await groupOf(page, last);
  await press('Shift+ArrowRight');
  await page.waitForFunction((g) => document.querySelectorAll('.band').length > g, group);
  assert.equal(await groupOf(page, (await focused(page)) ?? ''), group + 1);
  await press('Home', 'Shift+ArrowLeft');
  await page.getByRole('alert').getByText('A group is a number from 1.').waitFor();

  // A new task after this one.
  await press('n');
  await page.waitForFunction(() => document.activeElement?.id === 'add-title');
  await page.keyboard.type('Ask the users');
  await press('Enter');
  await page.locator('.dag .node', { hasText: 'Ask the users' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.hasAttribute('data-task'));
  assert.equal((await titles(page)).length, before + 1);
  assert.match((await page.locator('.dag .node.sel').innerText()), /Ask the users/);

  // Split it, then take that back and again.
  await press('s');
  await page.waitForFunction(() => document.activeElement?.id === 'split-parts');
  await press('Control+a');
  await page.keyboard.type('Ask the users of today\nAsk those who left');
  await press('Tab', 'Tab', 'Enter');
  await page.locator('.dag .node', { hasText: 'Ask those who left' }).waitFor();
  assert.equal((await titles(page)).length, before + 2);
  const split = await hash(page);
  await press('Control+z');
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] !== h, split);
  assert.equal((await titles(page)).length, before + 1);
  await press('Control+y');
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, split);

  // Remove the second part; then everything outlives a reload.
  await page.waitForFunction(() => document.activeElement?.hasAttribute('data-task'));
  await press('Delete');
  await page.waitForFunction((n) => document.querySelectorAll('.dag .node').length === n, before + 1);
  const edited = await hash(page);
  assert.notEqual(edited, first);
  const [stack] = await kept(page);
  assert.equal(stack?.versions[stack.at]?.plan.hash, edited);
  await page.reload();
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, edited);
  await page.getByText('takes the place of the proposed one when you approve').waitFor();
  assert.equal((await stored(page)).length, 1, 'nothing was written but the proposal');
  await picture(page, 'plan-edited');

  await press('a');
  await untilStatus(page, 'running');
  const lines = await stored(page);
  assert.equal(lines.length, 2);
  const quest = core.openQuest(lines.map(({ line }) => `${line}\n`).join(''));
  assert.equal((quest.event(0).data as { plan?: string }).plan, edited, 'the log names the plan that was approved');
  assert.equal(core.readPlan((quest.event(0).data as { brief: string }).brief).hash, edited, 'and its words say the same');
  assert.ok(quest.view().tasks.some((task) => task.title === 'Agree on the contract'));
  quest.close();
  assert.deepEqual(errors, []);
  await context.close();
});

test('table and text are the same plan, and switching keeps the task', async () => {
  const { page, errors, context } = await proposed();
  const sights = page.getByRole('group', { name: 'How the plan is shown' });
  await page.locator('.dag [data-task="T3"]').click();
  await sights.getByRole('button', { name: 'Table' }).click();
  assert.equal(await page.locator('.tasks tr.sel').getAttribute('class'), 'sel');
  assert.match(await page.locator('.tasks tr.sel th').innerText(), /T3/);

  const title = page.getByLabel('Title of T3', { exact: true });
  await title.fill('Build what was agreed');
  await title.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('tr')?.querySelector('th')?.textContent), 'T4', 'down is the next row');
  await page.getByLabel('Effort of T3', { exact: true }).selectOption('L');
  await page.waitForFunction(() => [...document.querySelectorAll('.tasks tr')].some((row) => row.textContent?.includes('2 h') === true));
  // A cycle is refused in the core's words, and the words stay in the field.
  const waits = page.getByLabel('Waits of T1', { exact: true });
  await waits.fill('T3');
  await waits.press('Enter');
  await page.getByRole('alert').getByText(/wait for each other/).waitFor();
  assert.equal(await waits.getAttribute('aria-invalid'), 'true');
  await waits.press('Escape');
  await picture(page, 'plan-table');

  await page.getByLabel('Title of T3', { exact: true }).focus();
  await sights.getByRole('button', { name: 'Text' }).click();
  const words = page.getByLabel('The plan as text');
  assert.match(await words.inputValue(), /Build what was agreed/);
  assert.match(await words.evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd)), /T3/);
  const text = await words.inputValue();
  await words.fill('Nothing that is a plan');
  await page.locator('#plan-words-says').getByText(/^Line \d+, column \d+: /).waitFor();
  await picture(page, 'plan-text');
  // What was typed outlives a reload, though it is no plan.
  await page.reload();
  await sights.getByRole('button', { name: 'Text' }).click();
  await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('#plan-words')?.value === 'Nothing that is a plan');
  await words.fill(text.replace('Build what was agreed', 'Build it'));
  await words.press('Control+Enter');
  await sights.getByRole('button', { name: 'Graph' }).click();
  await page.locator('.dag .node', { hasText: /^T3\s*Build it/ }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('a plan is compared with an earlier version, saved in four forms, and rejected with a reason', async () => {
  const { page, errors, context } = await proposed();
  await page.locator('.dag [data-task="T2"]').click();
  await page.getByRole('button', { name: 'Change it', exact: true }).click();
  await page.getByLabel('Priority').selectOption('low');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const compared = page.getByRole('region', { name: 'Compared with another plan' });
  await compared.getByText(/^priority: \w+ low$/).waitFor();
  // Sizes, times and costs of both, and by how much they differ.
  const row = (word: string): Promise<string[]> => compared.getByRole('row', { name: new RegExp(`^${word} `) }).locator('td').allInnerTexts();
  const tasks = (await titles(page)).length;
  assert.deepEqual(await row('Tasks'), [String(tasks), String(tasks), 'none']);
  await page.getByLabel('Effort').selectOption('XL');
  const version = core.completePlan((await kept(page))[0]?.versions[0]?.plan as Plan);
  const now = core.completePlan((await kept(page))[0]?.versions.at(-1)?.plan as Plan);
  const [then, later, more] = await row('Longest chain');
  assert.ok(core.planSchedule(now).minutes > core.planSchedule(version).minutes);
  assert.notEqual(then, later);
  assert.match(more ?? '', /^\+\d/);
  assert.match((await row('Tokens'))[2] ?? '', /^\+[\d.]+k?$/);
  assert.match((await row('Money'))[2] ?? '', /^\+/);
  assert.equal((await row('Steps of the order'))[0], String(version.groups.length));
  for (const [form, ending, says] of [
    ['Markdown', 'md', /^# /m],
    ['Mermaid', 'mmd', /flowchart|graph/],
    ['JSON', 'json', /"objective"/],
    ['Text', 'txt', /IMPLEMENTATION PLAN|Implementation plan/i],
  ] as const) {
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: `Save as ${form}` }).click();
    const file = await saved;
    assert.ok(file.suggestedFilename().endsWith(`.${ending}`));
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, says);
    if (ending === 'json') assert.equal(core.completePlan(JSON.parse(text) as Plan).hash, await hash(page));
  }
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByLabel('Why it is rejected').fill('Too much at once');
  await page.keyboard.press('Enter');
  await page.getByText('The plan was rejected. Nothing ran.').waitFor();
  const quest = core.openQuest((await stored(page)).map(({ line }) => `${line}\n`).join(''));
  assert.equal((quest.event(1).data as { reason?: string }).reason, 'Too much at once');
  quest.close();
  assert.deepEqual(errors, []);
  await context.close();
});

test('the next item of a roadmap becomes a plan, the plan a quest that names it', async () => {
  const { page, errors, context } = await openProfile(browser);
  await page.goto(`${site.url}?pace=${NEVER}#/plan`);
  await page.getByRole('link', { name: 'Take it from a roadmap' }).click();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a roadmap' }).click();
  const roadmap = '# Roadmap\n\n## Phase 1: Base (2 weeks)\n\n- [x] **Accounts** - people have one `M`\n- [ ] **Password reset** - by mail, with a token `S`\n- [ ] **Audit log** - depends on Password reset `L`\n';
  await (await chooser).setFiles({ name: 'roadmap.md', mimeType: 'text/markdown', buffer: Buffer.from(roadmap) });
  const next = page.locator('li.next');
  assert.match(await next.innerText(), /Password reset/);
  assert.equal(await page.locator('li.done').count(), 1);
  await noSidewaysScroll(page, 'the roadmap');
  await picture(page, 'roadmap');
  await next.getByRole('button', { name: 'Plan Password reset' }).click();
  await page.locator('.screen-plan').waitFor();
  await page.getByText('roadmap.md, line 6').waitFor();
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /Password reset/);
  const proposal = await hash(page);
  await page.keyboard.press('a');
  await untilStatus(page, 'running');
  const quest = core.openQuest((await stored(page)).map(({ line }) => `${line}\n`).join(''));
  assert.equal((quest.event(0).data as { plan?: string }).plan, proposal);
  assert.equal(quest.view().plan, proposal);
  assert.equal(core.readPlan((quest.event(0).data as { brief: string }).brief).item?.line, 6);
  quest.close();
  assert.deepEqual(errors, []);
  await context.close();
});

test('a phone and a dark room: nothing scrolls sideways, and the selected task can be changed', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, errors, context } = await proposed({ viewport: { width: 320, height: 700 }, colorScheme, hasTouch: true, isMobile: true });
    await noSidewaysScroll(page, 'the plan');
    await picture(page, `plan-320-${colorScheme}`);
    await page.locator('.groups [data-task="T2"]').tap();
    await page.getByRole('button', { name: 'Change it', exact: true }).tap();
    await noSidewaysScroll(page, 'the form of a task');
    for (const sight of ['Table', 'Text']) {
      await page.getByRole('group', { name: 'How the plan is shown' }).getByRole('button', { name: sight }).tap();
      await noSidewaysScroll(page, sight);
    }
    assert.deepEqual(errors, []);
    await context.close();
  }
});
