import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { launch, noSidewaysScroll, openProfile, picture, serveApp, type Site } from './harness.ts';

let site: Site;
let browser: Browser;

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

test('options are ranked as weights and scores change, with what would turn it over, and saved as a record', async () => {
  const { page, errors, context } = await openProfile(browser);
  await page.goto(`${site.url}#/decide`);
  await page.getByLabel('What is to be decided').fill('Where sessions live');
  for (let i = 0; i < 2; i += 1) await page.getByRole('button', { name: 'Criterion', exact: true }).click();
  await page.getByLabel('Name of criterion 1').fill('Speed');
  await page.getByLabel('Name of criterion 2').fill('Cost');
  await page.getByLabel('Name of option 1').fill('Redis');
  await page.getByLabel('Name of option 2').fill('MySQL');
  for (const [label, score] of [['Redis, Speed', '8'], ['MySQL, Speed', '5'], ['Redis, Cost', '3'], ['MySQL, Cost', '7']] as const) await page.getByLabel(label, { exact: true }).fill(score);
  await page.getByLabel('Weight of Speed, percent').fill('60');
  await page.getByLabel('Weight of Cost, percent').fill('40');
  const ranking = page.getByRole('list', { name: 'Ranking' });
  const first = ranking.locator('li').first();
  // 8 x 60 % + 3 x 40 % = 6.00 against 5.80; level at 3 w = 4 (100 - w).
  assert.match(await first.innerText(), /Redis\s+6\.00/);
  await page.getByText('Speed at 57.1 % instead of 60 %: MySQL draws level.').waitFor();
  await picture(page, 'decide');
  // Live: below that weight the other one wins.
  await page.getByLabel('Weight of Speed, percent').fill('50');
  await page.getByLabel('Weight of Cost, percent').fill('50');
  assert.match(await first.innerText(), /MySQL\s+6\.00/);
  await page.reload();
  await page.getByRole('list', { name: 'Ranking' }).locator('li').first().getByText('MySQL').waitFor();
  assert.equal(await page.getByLabel('What is to be decided').inputValue(), 'Where sessions live');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a decision record' }).click();
  const text = await readFile(await (await saved).path(), 'utf8');
  assert.match(text, /Where sessions live/);
  assert.match(text, /MySQL/);
  assert.deepEqual(errors, []);
  await context.close();
});

test('weights come from an agent’s file, each with its line; a phone shows all of it', async () => {
  const { page, errors, context } = await openProfile(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark', hasTouch: true, isMobile: true });
  await page.goto(`${site.url}#/decide`);
  await page.getByLabel('Take the weights of an agent').selectOption('@nodejs-expert');
  await page.getByText('The file of @nodejs-expert weighs no criteria.').waitFor();
  await noSidewaysScroll(page, 'the decision');
  await picture(page, 'decide-320-dark');
  assert.deepEqual(errors, []);
  await context.close();
});

/** In the page: whether the form that the browser keeps holds that. */
const stored = (words: string): Promise<boolean> =>
  new Promise((resolve) => {
    const open = indexedDB.open('questline');
    open.onsuccess = () => {
      const read = open.result.transaction('settings').objectStore('settings').get('services');
      read.onsuccess = () => (open.result.close(), resolve(JSON.stringify(read.result ?? null).includes(words)));
    };
  });

test('S29: the boundaries of services are filled in, held against each other, kept, and saved as Markdown', async () => {
  for (const [viewport, colorScheme] of [
    [{ width: 1440, height: 900 }, 'light'],
    [{ width: 320, height: 700 }, 'dark'],
  ] as const) {
    const { page, errors, context } = await openProfile(browser, { viewport, colorScheme });
    await page.goto(`${site.url}#/decide`);
    await page.getByRole('button', { name: 'Service boundaries' }).focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Which architecture it is').waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Service boundaries', 'the focus stays');
    const verdict = page.getByRole('region', { name: 'Whether it fits together' });
    await page.getByLabel('Services 1, Service').fill('orders');
    await verdict.getByText('An architecture has a title (title).').waitFor();
    await page.getByLabel('Which architecture it is').fill('Shop | split');
    await page.evaluate(() => {
      for (const [label, words] of [['Services 1, Responsible for', 'takes orders'], ['Services 1, Team', 'shop']] as const) {
        const input = document.querySelector<HTMLInputElement>(`[aria-label="${label}"]`);
        if (input === null) throw new Error(label);
        input.value = words;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      }
    }); // before the page shows the first
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[aria-label="Services 1, Team"]')?.value === 'shop');
    assert.equal(await page.getByLabel('Services 1, Responsible for').inputValue(), 'takes orders');
    await page.getByLabel('Services 1, Owns, by commas').fill('orders, baskets');
    await verdict.getByText('orders has no deployment strategy: say how it is released.').waitFor();
    await page.getByRole('button', { name: 'Service', exact: true }).press('Enter');
    await page.getByLabel('Services 2, Service').fill('stock');
    await page.getByLabel('Services 2, Owns, by commas').fill('baskets');
    await verdict.getByText('baskets has two owners: one service owns it, the others ask.').waitFor();
    await page.getByLabel('Services 2, Owns, by commas').fill('amounts');
    await page.getByRole('button', { name: 'Connection' }).press('Enter');
    await page.getByLabel('Communication 1, From').fill('orders');
    await page.getByLabel('Communication 1, To').fill('stok');
    await verdict.getByText('stok is no service of this form.').waitFor();
    await page.getByLabel('Communication 1, To').fill('stock');
    await page.getByLabel('Communication 1, Style').fill('event');
    for (const [i, service] of ['orders', 'stock'].entries()) {
      await page.getByRole('button', { name: 'Release' }).press('Enter');
      await page.getByLabel(`Deployment ${i + 1}, Service`).fill(service);
      await page.getByLabel(`Deployment ${i + 1}, Strategy`).fill('canary');
    }
    await verdict.getByText(/^It fits together/).waitFor();
    await noSidewaysScroll(page, 'the form of services');
    await picture(page, `services-${viewport.width}`);
    await page.getByRole('button', { name: 'Release' }).press('Enter');
    await page.getByLabel('Deployment 3, Way back').fill('none');
    await verdict.getByText(/The first member of each is a text/).waitFor();
    await page.getByRole('button', { name: 'Take out row 3 of Deployment' }).press('Enter');
    await verdict.getByText(/^It fits together/).waitFor();
    await page.waitForFunction(stored, '"deployment":[{"service":"orders","strategy":"canary"},{"service":"stock","strategy":"canary"}]');
    await page.reload();
    await page.getByRole('button', { name: 'Service boundaries' }).click();
    await verdict.getByText(/^It fits together/).waitFor();
    assert.equal(await page.getByLabel('Services 1, Owns, by commas').inputValue(), 'orders, baskets');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as Markdown' }).click();
    const file = await saved;
    assert.equal(file.suggestedFilename(), 'services.md');
    const text = await readFile(await file.path(), 'utf8');
    assert.match(text, /^# Shop \\\| split\n\n## Services\n\n\| Service \| Responsible for \| Owns \| Team \|\n/);
    assert.match(text, /\| orders \| takes orders \| orders, baskets \|/);
    assert.match(text, /## Communication\n[^]*\| orders \| stock \| event \|[^]*## Deployment/);
    assert.doesNotMatch(text, /## Consistency/);
    assert.deepEqual(errors, []);
    await context.close();
  }
});
