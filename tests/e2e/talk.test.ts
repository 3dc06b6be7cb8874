// The talk of a quest: what models and people wrote in Markdown is shown as such, also where there is much of it. In a real browser.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Command } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser } from 'playwright-core';
import { launch, logOf, noSidewaysScroll, openProfile, picture, serveApp, takeLog, type Site } from './harness.ts';

let site: Site;
let browser: Browser;
const core = await loadCore();
const ROUNDS = 40;

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const FOUND = `I **looked** at it.
All of it.

- the schema
- the endpoints

\`\`\`sql
SELECT id, owner, expires, refreshed_by FROM sessions WHERE owner = :owner ORDER BY expires DESC;
\`\`\`

<img src=x onerror="window.hacked = 1"> and [this](javascript:alert(1))`;

test('messages in Markdown are shown as such, the last ones first; what is in them can do nothing', async (t) => {
  const rounds = Array.from({ length: ROUNDS }, (_, i): Command[] => [
    { type: 'message', by: '@lead', to: ['@db'], msg: `Look at **part ${i}**.` },
    { type: 'respond', by: '@lead', kind: 'progress', msg: 'Handed out.' },
    { type: 'respond', by: '@db', kind: 'completed', msg: FOUND },
  ]);
  const log = logOf(core, { mission: 'Sessions', agents: ['@lead', '@db'], seats: [['@lead', 'human'], ['@db', 'human']] }, ...rounds.flat());
  const { page, context, errors } = await openProfile(browser);
  t.after(() => context.close());
  await takeLog(page, site.url, core, log, 1_000_000);
  const said = page.locator('.say .words');
  const shown = page.locator('.say .words > .open'); // no words as they were written any more
  await page.waitForFunction((all) => document.querySelectorAll('.say .words > .open').length === all, ROUNDS * 3);
  assert.equal(await shown.count(), await said.count());
  assert.equal(await said.first().locator('strong').innerText(), 'part 0');
  const last = said.last();
  assert.deepEqual([await last.locator('strong').innerText(), await last.locator('li').count(), await last.locator('img, script, a').count()], ['looked', 2, 0]);
  assert.match(await last.locator('p').first().innerText(), /^I looked at it\.\nAll of it\.$/);
  assert.equal(await page.evaluate(() => (window as { hacked?: number }).hacked), undefined);
  await page.waitForFunction(() => {
    const box = document.querySelector('.sayswrap');
    return box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 48;
  });
  await last.getByRole('button', { name: 'Copy this code' }).click();
  await page.locator('.toast').waitFor();
  await page.getByRole('button', { name: 'Close' }).first().click();
  await noSidewaysScroll(page, 'the talk');
  await picture(page, 'talk-1440-light');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.setViewportSize({ width: 320, height: 700 });
  await noSidewaysScroll(page, 'the talk at 320 px');
  await last.scrollIntoViewIfNeeded();
  await picture(page, 'talk-320-dark');
  assert.deepEqual(errors, []);
});
