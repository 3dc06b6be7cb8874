import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { approveSample, fromRoot, launch, noSidewaysScroll, openProfile, picture, serveApp, shown, type Site, stored, untilEvents, untilStatus, watch } from './harness.ts';

let site: Site;
let browser: Browser;
const NEVER = 1_000_000;

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Every screen, in a state worth looking at. */
async function tour(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await page.goto(site.url);
  await page.locator('.ask').waitFor();
  await look('home');
  await page.goto(`${site.url}#/plan`);
  await page.getByRole('heading', { name: 'No plan yet' }).waitFor();
  await look('plan-empty');
  await page.goto(`${site.url}#/library`);
  await page.getByRole('heading', { name: 'No quests yet' }).waitFor();
  await look('library-empty');
  await page.goto(`${site.url}#/quest/nothere`);
  await page.getByRole('heading', { name: 'This quest is not in this browser' }).waitFor();
  await look('quest-missing');
  await page.goto(`${site.url}#q=AAAA`);
  await page.getByRole('heading', { name: 'This link cannot be opened' }).waitFor();
  await look('open-bad');
  await page.goto(`${site.url}#/team`);
  await page.getByRole('link', { name: /database-optimizer/ }).click();
  await page.locator('.card').first().waitFor();
  await look('team');
  await page.goto(`${site.url}#/references`);
  await page.getByRole('list', { name: 'Who names whom' }).waitFor();
  await look('references');
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.screen-plan').waitFor();
  await look('plan');
  await page.getByRole('button', { name: 'Approve and rehearse' }).or(page.getByRole('button', { name: 'Approve', exact: true })).click();
  await untilStatus(page, 'running');
  await page.goto(`${site.url}?pace=100${new URL(page.url()).hash}`);
  await untilEvents(page, 9);
  await page.goto(`${site.url}?pace=${NEVER}${new URL(page.url()).hash}`);
  await untilEvents(page, 9);
  await page.getByRole('button', { name: 'Take a seat' }).click();
  await page.getByLabel('What you say').fill('I was not asked.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.say.ghost').waitFor();
  await look('quest');
  await page.getByRole('button', { name: 'Pause' }).click();
  await untilStatus(page, 'paused');
  await look('quest-paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  await untilStatus(page, 'running');
  await page.context().setOffline(true);
  await page.getByText('No network. Everything on this screen works without it.').waitFor();
  await look('quest-offline');
  await page.context().setOffline(false);
  const { hash } = new URL(page.url());
  await page.goto(`${site.url}${hash.replace('quest', 'share')}`);
  await page.getByLabel('Link', { exact: true }).waitFor();
  await look('share');
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  await page.goto(`${site.url}?pace=0${hash}`);
  await untilStatus(page, 'completed');
  await look('quest-over');
  await page.goto(`${site.url}#/library`);
  await page.locator('.quests li').waitFor();
  await look('library');
  await page.goto(link);
  await page.locator('.screen-open').waitFor();
  await look('open');
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`320 px, ${colorScheme}: no screen scrolls sideways, none complains, all can be pressed by a thumb`, async () => {
    const { context, page, errors } = await openProfile(browser, { viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true, isMobile: true });
    await tour(page, async (name) => {
      await noSidewaysScroll(page, name);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, select, input:not([type=checkbox]), a.btn')]
          .filter((e) => e.offsetParent !== null && getComputedStyle(e).position !== 'absolute')
          .filter((e) => e.getBoundingClientRect().height < 24)
          .map((e) => `${e.tagName} ${e.textContent}`),
      );
      assert.deepEqual(small, [], `${name}: nothing to press is lower than 24 px`);
      await picture(page, `${name}-320-${colorScheme}`);
    });
    assert.deepEqual(errors, []);
    await context.close();
  });

  test(`1440 px, ${colorScheme}: no screen scrolls sideways, none complains`, async () => {
    const { context, page, errors } = await openProfile(browser, { colorScheme });
    await tour(page, async (name) => {
      await noSidewaysScroll(page, name);
      await picture(page, `${name}-1440-${colorScheme}`);
    });
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test('with the keyboard alone: from the first screen to a paused, resumed and shared quest', async () => {
  const { context, page, errors } = await openProfile(browser, { reducedMotion: 'reduce' });
  await page.goto(`${site.url}?pace=${NEVER}`);
  await page.locator('.ask').waitFor();
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
  const tabTo = async (words: RegExp): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab');
      if (words.test(await focused())) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
        assert.equal(outline, 'solid', 'what has the focus shows it');
        return;
      }
    }
    assert.fail(`${words} is reached by Tab`);
  };
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Skip to content');
  await tabTo(/^Rehearse$/);
  await page.keyboard.press('Enter');
  await page.locator('.screen-plan').waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
  await page.keyboard.press('a');
  await untilStatus(page, 'running');
  await page.keyboard.press('Space');
  await untilStatus(page, 'paused');
  await page.keyboard.press('Space');
  await untilStatus(page, 'running');
  await page.keyboard.press('k');
  await page.getByText(/What came after is grey/).waitFor();
  await page.keyboard.press('j');
  await page.getByText(/, live\./).waitFor();
  await page.keyboard.press('[');
  await page.getByText(/What came after is grey/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText(/, live\./).waitFor();
  for (const [key, place] of [['t', 'team'], ['p', 'plan'], ['s', 'share'], ['l', 'library'], ['q', 'quest']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForFunction((want) => location.hash.startsWith(`#/${want}`), place);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test('one tab drives, the others follow it; taking over loses and doubles nothing', async () => {
  const { context, page: one, errors } = await openProfile(browser);
  await approveSample(one, site.url, 150);
  await untilStatus(one, 'running');
  const two = await context.newPage();
  watch(two, errors);
  await two.goto(`${site.url}?pace=0${new URL(one.url()).hash}`);
  await two.getByText('Another tab is driving this quest. Watch here, or take over.').waitFor();
  const { events } = await shown(two);
  await untilEvents(two, events + 2);
  await two.getByRole('button', { name: 'Take over' }).click();
  await untilStatus(two, 'completed');
  await one.waitForSelector('main[data-mode="follow"], main[data-status="completed"]');
  await untilStatus(one, 'completed');
  assert.equal((await shown(one)).hash, (await shown(two)).hash);
  const all = await stored(two);
  assert.deepEqual(all.map(({ n }) => n), all.map((_, i) => i));
  assert.equal((await shown(two)).events, all.length);
  assert.deepEqual(errors, []);
  await context.close();
});

const seeds = fromRoot('../shared/seeds');
test('long files of other people: shown, planned with and played to the end', { skip: !existsSync(seeds) && 'the folder with them is not here' }, async () => {
  const { context, page, errors } = await openProfile(browser);
  await page.goto(`${site.url}?pace=0#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  const names = readdirSync(seeds);
  await (await chooser).setFiles(names.map((name) => ({ name: name.replace(/\.\w+$/, '.md'), mimeType: 'text/markdown', buffer: readFileSync(join(seeds, name)) })));
  await page.getByText(`${names.length} files read.`).waitFor();
  for (const member of await page.locator('.who a').all()) {
    await member.click();
    await page.locator('.who a[aria-current]').waitFor();
    await noSidewaysScroll(page, await member.innerText());
  }
  await page.getByLabel('Coordinator', { exact: true }).selectOption('@backend-coordinator');
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByRole('button', { name: 'Approve and rehearse' }).click();
  await untilStatus(page, 'completed');
  assert.deepEqual(await page.locator('.verdict b').allInnerTexts(), ['Intact.', 'Legal.', 'Complete.']);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a rejected plan runs nothing', async () => {
  const { context, page, errors } = await openProfile(browser);
  await page.goto(`${site.url}?pace=0`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('button', { name: 'Reject the plan' }).click();
  await page.getByText('The plan was rejected. Nothing ran.').waitFor();
  assert.equal((await stored(page)).length, 2);
  assert.deepEqual(errors, []);
  await context.close();
});

test('stopping cannot be taken back, so it is asked once', async () => {
  const { context, page, errors } = await openProfile(browser);
  await approveSample(page, site.url, NEVER);
  await untilStatus(page, 'running');
  await page.getByRole('button', { name: 'Stop the quest' }).click();
  await page.getByRole('button', { name: 'Keep it' }).click();
  assert.equal((await shown(page)).status, 'running');
  await page.getByRole('button', { name: 'Stop the quest' }).click();
  await page.getByRole('button', { name: 'Stop for good' }).click();
  await untilStatus(page, 'aborted');
  assert.equal((await stored(page)).length, 3);
  assert.deepEqual(errors, []);
  await context.close();
});

test('a folder of agent files becomes the team, faults included', async () => {
  const { context, page, errors } = await openProfile(browser);
  await page.goto(`${site.url}#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles([
    { name: 'lead.md', mimeType: 'text/markdown', buffer: Buffer.from('---\nname: lead\ndescription: Coordinates the work\ntools: Read\n---\n\n# Lead\n\n## My team\n\n- **api-builder**: builds services and tests\n- **test-writer**: has no file\n') },
    { name: 'api-builder.md', mimeType: 'text/markdown', buffer: Buffer.from('---\nname: api-builder\ndescription: Builds: services\n---\n\n# API builder\n') },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not an agent') },
  ]);
  await page.getByText('2 files read, 1 of another kind left out.').waitFor();
  assert.deepEqual(await page.locator('.roster .who b').allInnerTexts(), ['@lead', '@api-builder', '@test-writer']);
  assert.match(await page.locator('.roster .sum').innerText(), /error/);
  await page.getByRole('link', { name: /test-writer/ }).click();
  await page.locator('.cm-line.lit', { hasText: 'test-writer' }).waitFor(); // who is only named leads to the line that names it
  const folder = await mkdtemp(join(tmpdir(), 'questline-team-'));
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'deep/test-writer.mdc'), '---\ndescription: Writes tests\n---\n\n# Test writer\n');
  const folders = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await (await folders).setFiles(folder);
  await page.getByText('1 file read.').waitFor();
  assert.deepEqual(await page.locator('.roster .who b').allInnerTexts(), ['@lead', '@api-builder', '@test-writer']);
  assert.match(await page.locator('.spec .meta .mono').innerText(), /deep\/test-writer\.mdc$/);
  await rm(folder, { recursive: true });
  await page.reload();
  await page.locator('.roster .who b', { hasText: 'test-writer' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});
