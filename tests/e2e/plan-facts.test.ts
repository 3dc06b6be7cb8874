import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Plan } from '@questline/core';
import type { Browser, Page } from 'playwright-core';
import { launch, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored } from './harness.ts';

/** What a plan is held against, and what it says beside its tasks: gates, files, and lists of words. */
let site: Site;
let browser: Browser;
const NEVER = 1_000_000; // ms between events: as good as stopped
const folder = mkdtempSync(join(tmpdir(), 'questline-e2e-'));

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
  rmSync(folder, { recursive: true, force: true });
});

const PLAN = {
  leader: '@backend-coordinator',
  objective: 'Build a pier',
  files: [{ path: 'src/peer.ts', purpose: 'change what it carries' }],
  tasks: [
    { id: 'T1', agent: '@api-architect', title: 'Draw it', demands: ['Keep to docs/old.md'] },
    { id: 'T2', agent: '@nodejs-expert', title: 'Build it', after: ['T1'], outputs: ['pier.ts'], effort: 'L' },
  ],
};

/** The sample quest, with that plan in place of its own. */
async function planned(options: Parameters<typeof openProfile>[1] = {}): Promise<Profile> {
  const profile = await openProfile(browser, options);
  const { page } = profile;
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.screen-plan').waitFor();
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Take a file as the plan' }).click();
  await (await chooser).setFiles({ name: 'pier.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(PLAN)) });
  await page.getByRole('heading', { level: 1, name: 'Build a pier' }).waitFor();
  return profile;
}

const held = (page: Page) => page.getByRole('region', { name: 'What it is held against' });
const problems = (page: Page) => page.getByRole('region', { name: 'Plan', exact: true }).locator('.finds li');
const hash = async (page: Page): Promise<string> => (await page.locator('main#main').getAttribute('data-plan-hash')) ?? '';
/** The plan as this browser keeps it. */
const kept = (page: Page): Promise<{ plan: Plan; budget: unknown }> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('settings').objectStore('settings').openCursor();
          all.onsuccess = () => {
            const cursor = all.result;
            if (cursor !== null && !String(cursor.key).startsWith('plan:')) return cursor.continue();
            open.result.close();
            if (cursor === null) return reject(new Error('no plan is kept'));
            const { versions, at, budget } = cursor.value as { versions: { plan: Plan }[]; at: number; budget: unknown };
            resolve({ plan: versions[at]?.plan as Plan, budget });
          };
        };
      }),
  );

test('a plan is held against a budget of money, tokens and time, with prices of one’s own; it outlives a reload', async () => {
  const { page, errors, context } = await planned();
  const limit = async (label: string, amount: string): Promise<void> => {
    const field = held(page).getByLabel(label, { exact: true });
    await field.fill(amount);
    await field.press('Enter');
  };
  await held(page).getByText('No budget is said.').waitFor();
  await limit('Time, in minutes', '60');
  await problems(page).getByText('The plan is thought to take 150 minutes, the budget has 60 minutes;').waitFor();
  await limit('Time, in minutes', '150');
  await held(page).getByText('The plan is thought to stay within this budget.').waitFor();
  await limit('Tokens', '10');
  await problems(page).getByText(/thought to take \d+ tokens, the budget has 10 tokens;/).waitFor();
  await limit('Tokens', '');
  await held(page).getByText('The plan is thought to stay within this budget.').waitFor();
  // Of one agent no model is known, so money cannot be said; then it is.
  await limit('Money, in dollars', '0.02');
  await problems(page).getByText(/no price is known of the model of @api-architect/).waitFor();
  const chooser = page.waitForEvent('filechooser');
  await held(page).getByRole('button', { name: 'Prices of your own' }).click();
  await (await chooser).setFiles({ name: 'prices.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ model: 'house', prices: [{ model: 'house', input: 1_000_000, output: 2_000_000 }] })) });
  await held(page).getByRole('button', { name: 'Prices: prices.json' }).waitFor();
  await problems(page).getByText(/thought to take 0\.\d+ dollars, the budget has 0\.02 dollars;/).waitFor();
  assert.equal(await problems(page).getByText(/no price is known/).count(), 0);
  await picture(page, 'plan-over-budget');
  // What is no amount stays in the field and changes nothing.
  const tokens = held(page).getByLabel('Tokens', { exact: true });
  await tokens.fill('lots');
  await tokens.press('Enter');
  assert.equal(await tokens.getAttribute('aria-invalid'), 'true');
  assert.deepEqual((await kept(page)).budget, { ms: 9_000_000, micro: 20_000 });
  const wrong = page.waitForEvent('filechooser');
  await held(page).getByRole('button', { name: 'Prices: prices.json' }).click();
  await (await wrong).setFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('{"prices":[{"model":"m","input":"much"}]}') });
  await held(page).getByRole('alert').getByText(/^odd\.json: /).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Build a pier' }).waitFor();
  assert.equal(await held(page).getByLabel('Money, in dollars', { exact: true }).inputValue(), '0.02');
  assert.equal((await stored(page)).length, 1, 'nothing was written but the proposal');
  assert.deepEqual(errors, []);
  await context.close();
});

test('files that the project has not are found, and put right by the fix; its documents are given to the workers', async () => {
  for (const path of ['notes/old.md', 'lib/peer.ts', 'node_modules/docs/old.md']) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), 'words\n');
  }
  const { page, errors, context } = await planned();
  assert.equal(await problems(page).getByText(/which is not there/).count(), 0, 'nothing is known of files');
  const chooser = page.waitForEvent('filechooser');
  await held(page).getByRole('button', { name: 'Choose the project’s folder' }).click();
  await (await chooser).setFiles(folder);
  await held(page).getByText(/^2 files in .*: the plan needs some that are not there/).waitFor();
  const demand = problems(page).filter({ hasText: 'T1 needs docs/old.md, which is not there. Did you mean notes/old.md?' });
  await demand.getByRole('button', { name: 'Change the demands of T1' }).click();
  await demand.waitFor({ state: 'detached' });
  const file = problems(page).filter({ hasText: 'The plan changes src/peer.ts, which is not there. Did you mean lib/peer.ts?' });
  await file.getByRole('button', { name: 'Change the plan’s files' }).click();
  await held(page).getByText(/^2 files in .*: what the plan needs is there, or made by a task\.$/).waitFor();
  assert.deepEqual((await kept(page)).plan.files.map(({ path }) => path), ['lib/peer.ts']);
  await page.getByRole('complementary', { name: 'Task T1' }).getByText('notes/old.md').first().waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('gates and files are added, changed and removed by keyboard, and taken back; what the core refuses is said', async () => {
  const { page, errors, context } = await planned();
  const panel = (name: string) => page.getByRole('region', { name, exact: true });
  const gates = panel('Gates');
  await gates.getByRole('button', { name: 'Change: Gates' }).focus();
  await page.keyboard.press('Enter');
  await gates.getByLabel('What else has to hold').focus();
  await page.keyboard.type('Nobody falls off');
  await page.keyboard.press('Enter');
  await gates.getByLabel('What has to hold').waitFor();
  await page.keyboard.type('It carries a horse');
  await page.keyboard.press('Enter');
  assert.deepEqual((await kept(page)).plan.gates?.map(({ id, text, judge, source }) => [id, text, judge, source?.from]), [
    ['gate-1', 'Nobody falls off', 'seat', 'person'],
    ['gate-2', 'It carries a horse', 'seat', 'person'],
  ]);
  await problems(page).getByText('Nothing is said of what shows that "It carries a horse" holds').waitFor();

  // The second one: of a task, shown by a report, a number.
  const second = gates.locator('.item').nth(1);
  await second.getByLabel('Of which task').selectOption('T2');
  await second.getByLabel('Shown by').fill('load.txt');
  await second.getByLabel('Shown by').press('Enter');
  await second.getByLabel('Judged by').selectOption('rule');
  await second.getByLabel('Number').selectOption('>=');
  const much = second.getByLabel('How much');
  await much.fill('a horse');
  await much.press('Enter');
  assert.equal(await much.getAttribute('aria-invalid'), 'true');
  await much.fill('412.5 kg');
  await much.press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-invalid') === 'false');
  const { plan } = await kept(page);
  assert.deepEqual(plan.gates?.[1], { id: 'gate-2', text: 'It carries a horse', task: 'T2', evidence: 'load.txt', judge: 'rule', measure: { op: '>=', milli: 412_500, unit: 'kg' }, source: { from: 'person' } });
  await picture(page, 'plan-gates');

  // The core refuses a gate without words, and says so here.
  const text = second.getByLabel('What has to hold');
  await text.fill('');
  await text.press('Enter');
  await gates.getByText(/must not be empty/).waitFor();
  await text.press('Escape');

  const before = await hash(page);
  await gates.getByRole('button', { name: 'Remove Nobody falls off' }).press('Enter');
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] !== h, before);
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Remove It carries a horse');
  await page.keyboard.press('Control+z');
  await page.waitForFunction((h) => document.querySelector('main')?.dataset['planHash'] === h, before);
  assert.equal(await gates.locator('.item').count(), 2);
  await gates.getByRole('button', { name: 'Done with: Gates' }).press('Enter');
  await gates.getByText('≥ 412.5 kg').waitFor();

  const files = panel('Files');
  await files.getByRole('button', { name: 'Change: Files' }).press('Enter');
  await files.getByLabel('Path of another file').fill('docs/pier.md');
  await files.getByLabel('Path of another file').press('Enter');
  const added = files.locator('.item').nth(1);
  await added.getByLabel('What is done with it').fill('says how it is built');
  await added.getByLabel('What is done with it').press('Enter');
  await files.getByRole('button', { name: 'Remove src/peer.ts' }).press('Enter');
  await files.locator('.item').nth(1).waitFor({ state: 'detached' });
  assert.deepEqual((await kept(page)).plan.files, [{ path: 'docs/pier.md', purpose: 'says how it is built' }]);

  // Lists of words: when it counts as done, risks, the way back.
  for (const [title, field, line] of [
    ['It counts as done when', 'success', 'People walk on it'],
    ['Risks', 'risks', 'A storm'],
    ['If it has to be taken back', 'rollback', 'Pull out the posts'],
  ] as const) {
    await panel(title).getByRole('button', { name: `Change: ${title}` }).press('Enter');
    await panel(title).getByRole('textbox', { name: title }).fill(`${line}\n`);
    await panel(title).getByRole('button', { name: `Done with: ${title}` }).press('Enter');
    await panel(title).getByText(line).waitFor();
    assert.deepEqual((await kept(page)).plan[field], [line]);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test('a phone and a dark room: the forms fit, and a plan is compared by size, time and cost', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, errors, context } = await planned({ viewport: { width: 320, height: 700 }, colorScheme, hasTouch: true, isMobile: true });
    await held(page).getByLabel('Tokens', { exact: true }).fill('10');
    await page.getByRole('button', { name: 'Change: Gates' }).tap();
    await page.getByLabel('What else has to hold').fill('Nobody falls off');
    await page.getByRole('region', { name: 'Gates', exact: true }).getByRole('button', { name: 'Add' }).tap();
    await page.getByRole('region', { name: 'Gates', exact: true }).getByLabel('What has to hold').waitFor();
    await noSidewaysScroll(page, 'the form of a gate');
    await page.getByRole('region', { name: 'Gates', exact: true }).scrollIntoViewIfNeeded();
    await picture(page, `plan-gates-320-${colorScheme}`);
    await held(page).scrollIntoViewIfNeeded();
    await picture(page, `plan-held-320-${colorScheme}`);
    await page.getByRole('button', { name: 'Compare', exact: true }).tap();
    const compared = page.getByRole('region', { name: 'Compared with another plan' });
    await compared.getByRole('row', { name: /^Tasks \d+ 2 / }).waitFor();
    for (const word of ['Agents', 'Steps of the order', 'Longest chain', 'Work in all', 'Tokens', 'Money']) await compared.getByRole('rowheader', { name: word }).waitFor();
    await noSidewaysScroll(page, 'the comparison');
    await compared.scrollIntoViewIfNeeded();
    await picture(page, `plan-compare-320-${colorScheme}`);
    assert.deepEqual(errors, []);
    await context.close();
  }
});
