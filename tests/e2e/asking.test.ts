// Who answers in a conversation asks another agent with Task: in a tab, over real HTTP.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Steps, wordsOf, type Script } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { agentOf } from '../loopback/team.ts';
import { launch, noSidewaysScroll, openProfile, picture, playedBy, type Profile, serveApp, type Site } from './harness.ts';
import { FILES, given, giveFolder } from './tooling.ts';

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

const MODEL = 'claude-haiku-4-5'; // its price is known
const USAGE = { input: 1000, output: 100 };
const review = { name: 'Task', arguments: { description: 'Review', prompt: 'Do the tests pass?', subagent_type: 'reviewer' } };

const TEAM = {
  'lead.md': '---\nname: lead\ndescription: Coordinates the team\n---\n\n# Lead\n\n## Team\n\n- **reviewer**: tests and code quality\n',
  'reviewer.md': '---\nname: reviewer\ndescription: Tests and code quality\ntools: Read, Grep(src/**)\n---\n\nYou review.\n',
};

/** The leader asks the reviewer, who answers with this script, and says what it heard. */
const leader = (reviewer: Script): Script => (ask) => {
  if (agentOf(ask) !== 'lead') return reviewer(ask);
  if (!wordsOf(ask).includes('Is it ready?')) return { text: 'Go on.', usage: USAGE };
  const [result] = ask.messages.at(-1)?.parts.filter(({ kind }) => kind === 'result') ?? [];
  if (result === undefined) return { text: 'I ask the reviewer.', calls: [review], usage: USAGE };
  return { text: wordsOf(ask).includes('All 12 tests pass') ? '**Yes**, all 12 tests pass.' : 'It could not say.', usage: USAGE };
};

interface Place extends Profile {
  server: Loopback;
}

/** A conversation with the leader, whom a model plays as it does the reviewer. */
async function place(t: TestContext, reviewer: Script, options: Parameters<typeof openProfile>[1] = {}): Promise<Place> {
  const server = await Loopback.start({ key: null, models: [MODEL], script: leader(reviewer) });
  const profile = await openProfile(browser, options);
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  const { page } = profile;
  await playedBy(page, site.url, TEAM, { provider: 'anthropic', model: MODEL, base_url: server.url('messages') });
  await page.evaluate(() => void (location.hash = '#/chat/@lead'));
  await page.locator('.screen-chat').waitFor();
  return { ...profile, server };
}

async function ask(page: Page): Promise<void> {
  await page.getByLabel('Your message to').fill('Is it ready?');
  await page.getByRole('button', { name: 'Send' }).click();
}

const answer = (page: Page) => page.getByRole('article', { name: '@lead answers' });
const wrong = ({ errors, server }: Place): string[] => errors.filter((error) => !error.includes(server.origin));

/** In light and dark, wide and narrow. */
async function pictures(page: Page, name: string): Promise<void> {
  for (const [width, height] of [[1440, 900], [320, 700]] as const)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.mouse.move(0, 0);
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
      await noSidewaysScroll(page, `${name} at ${width} px`);
      await picture(page, `asking-${name}-${width}-${colorScheme}`);
    }
  await page.setViewportSize({ width: 1440, height: 900 });
}

test('who is asked is named while it is, and in the answer, which costs what all its calls cost', async (t) => {
  const steps = new Steps();
  const here = await place(t, () => ({ text: 'All 12 tests pass.', usage: USAGE, pace: steps }));
  const { page, server } = here;
  await ask(page);
  await server.arrived(2);
  await answer(page).getByText('asks @reviewer').waitFor();
  assert.equal((await answer(page).locator('.words').innerText()).trim(), 'I ask the reviewer.');
  await pictures(page, 'now');
  steps.go(Infinity);
  const figures = answer(page).locator('footer .figures');
  assert.match(await figures.innerText(), /^claude-haiku-4-5 · 3,000 tokens in, 300 out · \$0\.0045 · /);
  assert.equal((await answer(page).locator('.words').innerText()).trim(), 'Yes, all 12 tests pass.');
  await answer(page).getByText('asked @reviewer').waitFor();
  await pictures(page, 'done');
  await page.reload();
  await answer(page).getByText('asked @reviewer').waitFor();
  assert.deepEqual(server.asks.map(agentOf), ['lead', 'reviewer', 'lead']);
  assert.doesNotMatch(wordsOf(server.asks[1]!), /Is it ready/);
  assert.deepEqual(wrong(here), []);
});

test('a stop while another agent is asked keeps what came of the answer, and says who was asked', async (t) => {
  const steps = new Steps();
  const here = await place(t, () => ({ text: 'All 12 tests pass, as far as I can see.', usage: USAGE, piece: 4, pace: steps }));
  const { page, server } = here;
  await ask(page);
  await server.arrived(2);
  steps.go(6);
  await answer(page).getByText('asks @reviewer').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  assert.match(await answer(page).locator('.words').innerText(), /^I ask the reviewer\.\s+@reviewer, when it was stopped: All 12/);
  await answer(page).getByText('asked @reviewer').waitFor();
  await pictures(page, 'stopped');
  assert.equal(server.asks.length, 2, 'nobody is asked any more');
  steps.go(Infinity);
  await page.reload();
  await answer(page).getByText('asked @reviewer').waitFor();
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  assert.deepEqual(wrong(here), []);
});

test('a page that is closed while another agent is asked keeps what came, and who was asked', async (t) => {
  const steps = new Steps();
  const here = await place(t, () => ({ text: 'All 12 tests pass.', usage: USAGE, pace: steps }));
  const { page, server } = here;
  await ask(page);
  await server.arrived(2);
  await answer(page).getByText('asks @reviewer').waitFor();
  await page.reload();
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  assert.equal((await answer(page).locator('.words').innerText()).trim(), 'I ask the reviewer.');
  await answer(page).getByText('asked @reviewer').waitFor();
  steps.go(Infinity);
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await answer(page).getByText('all 12 tests pass.').waitFor();
  await answer(page).locator('footer .figures').waitFor();
  assert.deepEqual(wrong(here), []);
});

test('what the asked agent may not do unasked is asked for in its name', async (t) => {
  const search = { name: 'Grep', arguments: { pattern: 'Helo' } };
  const here = await place(t, (asked) => (asked.messages.length < 2 ? { calls: [search], usage: USAGE } : { text: wordsOf(asked).includes('hello.ts') ? 'All 12 tests pass.' : 'I may not look.', usage: USAGE }));
  const { page } = here;
  await page.getByText('Files to work on').first().click();
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await ask(page);
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  await card.getByRole('heading', { name: '@reviewer wants to use Grep' }).waitFor();
  await answer(page).getByText('asks @reviewer').waitFor();
  await pictures(page, 'permission');
  await card.getByRole('button', { name: 'Allow once' }).click();
  await answer(page).getByText('all 12 tests pass.').waitFor();
  await answer(page).locator('footer .figures').waitFor();
  assert.match(await answer(page).locator('.figures').innerText(), /4,000 tokens in, 400 out/);
  assert.deepEqual(wrong(here), []);
});
