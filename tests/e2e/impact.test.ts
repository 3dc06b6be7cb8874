import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launch, noSidewaysScroll, openProfile, picture, serveApp, type Site } from './harness.ts';

let site: Site;
let browser: Browser;
let folder: string;

const SOURCES: Record<string, string> = {
  'src/index.ts': "import { pay } from './pay/card.js';\nimport { page } from './web/page';\nimport express from 'express';\nexport { pay, page, express };\n",
  'src/pay/card.ts': "import type { Pool } from '../db/pool';\nimport { page } from '../web';\nexport const pay = (pool: Pool): unknown => page(pool);\n",
  'src/web/index.ts': "export * from './page';\n",
  'src/web/page.ts': "import { pay } from '../pay/card';\nconst later = () => import('../db/pool.ts');\nexport const page = (x: unknown) => [x, later, pay];\n",
  'src/db/pool.ts': 'export interface Pool { size: number }\n',
  'src/db/pool.test.ts': "import './pool';\n",
};
const HEALTH = JSON.stringify([
  { at: 1_763_000_000_000, coupling: 4100, coverage: 71_000, debt: [{ module: 'pay', items: 18, serious: 4 }, { module: 'api', items: 12 }], bottlenecks: ['The pool runs dry'] },
  { at: 1_763_700_000_000, coupling: 3200, coverage: 84_000, debt: [{ module: 'pay', items: 11 }, { module: 'api', items: 12 }], bottlenecks: ['The pool runs dry'] },
]);

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'questline-impact-'));
  for (const [path, text] of Object.entries({ ...SOURCES, 'health.json': HEALTH })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  [site, browser] = await Promise.all([serveApp(), launch()]);
});
after(async () => {
  await browser.close();
  await site.close();
  await rm(folder, { recursive: true, force: true });
});

/** Tab until the element with that name has the focus: nothing is pressed but keys. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => (document.activeElement?.matches('button, a, input') === true ? (document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent) : '') ?? '');
    const id = await page.evaluate(() => document.activeElement?.id ?? '');
    if (name.test(at) || name.test(`#${id}`)) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

async function chooseFolder(page: Page): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, /Choose a folder/);
  await page.keyboard.press('Enter');
  await (await chooser).setFiles(folder);
  await page.getByRole('heading', { name: 'Impact' }).waitFor();
}

for (const [width, height, colorScheme] of [[320, 720, 'light'], [320, 720, 'dark'], [1440, 900, 'light'], [1440, 900, 'dark']] as const) {
  test(`S17 S18 S19 S24: a folder of sources is read and asked by keyboard alone, ${width} px, ${colorScheme}`, async () => {
    const { context, page, errors } = await openProfile(browser, { viewport: { width, height }, colorScheme });
    await page.goto(`${site.url}#/impact`);
    await page.getByRole('heading', { name: 'What breaks if this changes?' }).waitFor();
    await picture(page, `impact-empty-${width}-${colorScheme}`);
    await chooseFolder(page);
    const cycle = page.getByRole('region', { name: 'Cycles' }).getByRole('listitem');
    assert.match((await cycle.first().textContent()) ?? '', /^3 modules: .*src\/pay\/card\.ts → .*src\/pay\/card\.ts$/);
    await page.getByText('What this reading does not see').waitFor();

    await tabTo(page, /^#change$/);
    await page.keyboard.type('pool.ts');
    await page.keyboard.press('Enter'); // the only name with it
    await page.getByText('risk, of 100').waitFor();
    const felt = page.getByRole('region', { name: 'What breaks' });
    assert.match((await felt.textContent()) ?? '', /Felt at once 2.*card\.ts.*page\.ts/);
    assert.match((await felt.textContent()) ?? '', /Tests to run 1.*pool\.test\.ts/);
    await page.locator('.net .box.changed').waitFor();

    await tabTo(page, / needs? | itself$/); // the one cell that Tab reaches
    for (const key of ['End', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    const said = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    assert.match(said ?? '', /needs|does not need|itself/);
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.cell[aria-pressed="true"]').count(), 1);

    assert.equal(await page.getByRole('region', { name: 'Health over time', exact: true }).getByRole('row').count(), 3);
    assert.match((await page.getByRole('region', { name: 'Debt over time', exact: true }).textContent()) ?? '', /pay11/);
    await noSidewaysScroll(page, 'impact');
    await picture(page, `impact-${width}-${colorScheme}`);

    const saved = page.waitForEvent('download');
    await page.evaluate(() => scrollTo(0, 0));
    await page.getByRole('button', { name: 'Markdown' }).focus();
    await page.keyboard.press('Enter');
    const text = await readFile(await (await saved).path(), 'utf8');
    assert.match(text, /^# Coupling\n[\s\S]*\n# What breaks\n[\s\S]*\n# Health\n/);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test('a file that is no graph is refused by its name, and what was there stays', async () => {
  const { context, page, errors } = await openProfile(browser);
  await page.goto(`${site.url}#/impact`);
  await chooseFolder(page);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('{"a":[1]}') });
  assert.match((await page.getByRole('alert').textContent()) ?? '', /odd\.json: .*not named by a string/);
  assert.equal(await page.getByRole('region', { name: 'In numbers' }).count(), 1);
  assert.deepEqual(errors, []);
  await context.close();
});

const SPANS = [
  { id: '1', name: 'GET /orders', start: 0, time: 90_000 },
  { id: '2', parent: '1', name: 'orders.list', start: 1000, time: 88_000 },
  { id: '3', parent: '2', name: 'SELECT orders', start: 2000, time: 40_000 },
  ...[0, 1, 2, 3, 4].map((n) => ({ id: `i${n}`, parent: '2', name: 'SELECT item WHERE order_id = ?', start: 45_000 + n * 6000, time: 5000 })),
];

for (const [width, height, colorScheme] of [[320, 720, 'light'], [1440, 900, 'dark']] as const) {
  test(`S21: where the time of a request goes, from a file and from what is pasted, ${width} px, ${colorScheme}`, async () => {
    const { context, page, errors } = await openProfile(browser, { viewport: { width, height }, colorScheme });
    await page.goto(`${site.url}#/impact`);
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles({ name: 'spans.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(SPANS)) });
    const chain = page.getByRole('region', { name: 'Call chain' });
    await chain.getByText('spans.json: 90.000 ms in all.').waitFor();
    assert.deepEqual(await chain.locator('tbody tr').nth(1).locator('td').allInnerTexts(), ['orders.list', '88.000', '23.000', '25.55 %'].map((text, i) => (i === 0 ? 'orders.list bottleneck' : text)));
    assert.equal(await chain.locator('[data-slow="true"]').count(), 2);
    assert.match(await page.getByRole('region', { name: 'Repeated calls' }).innerText(), /orders\.list calls SELECT item WHERE order_id = \?\s+5\s+25\.000/);
    assert.match(await page.getByRole('region', { name: 'Time by name' }).innerText(), /SELECT orders\s+1\s+40\.000\s+44\.44 %/);
    await noSidewaysScroll(page, 'trace');
    await picture(page, `trace-${width}-${colorScheme}`);
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData('text/plain', text);
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    }, JSON.stringify(SPANS.slice(0, 2)));
    await chain.getByText('pasted.json: 90.000 ms in all.').waitFor();
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.setData('text/plain', '[{"id":"1","name":"x","start":0,"time":1,"parent":"z"}]');
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    });
    assert.match((await page.getByRole('alert').textContent()) ?? '', /pasted\.json: .*the caller is not in the trace/);
    assert.deepEqual(errors, []);
    await context.close();
  });
}
