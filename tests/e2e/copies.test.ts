/* Copies of one quest: whichever comes second is joined with the one that is there. And what models gave can be looked at. */
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Command } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, logOf, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored } from './harness.ts';

let site: Site;
let browser: Browser;
const core = await loadCore();
const NEVER = 1_000_000;

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const reply = JSON.stringify({
  end: 'calls',
  parts: [
    { kind: 'thinking', text: 'The schema is small.' },
    { kind: 'text', text: 'I look at the tables first.' },
    { arguments: '{"msg":"Design the session tables."}', id: 'c1', kind: 'call', name: 'quest_message' },
  ],
});
const MOVES: readonly Command[] = [
  { by: '@owner', type: 'start', seat: '@lead', effect: 'http', attempt: 1, request: 'a'.repeat(64), tokens: 900, micro: 0 },
  { by: '@owner', type: 'done', start: 1, outcome: 'ok', reply },
  { by: '@lead', type: 'message', to: ['@db'], msg: 'Design the session tables.' },
];
const CREATE = { mission: 'Sessions', agents: ['@lead', '@db'], seats: [['@lead', 'human'], ['@db', 'human']] };

const redacted = (log: string): string => {
  const quest = core.openQuest(log);
  const bare = quest.redact();
  quest.close();
  return bare;
};

async function take(page: Page, log: string): Promise<string[]> {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'copy.quest'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, log);
  await page.getByRole('button', { name: 'Continue as my copy' }).click();
  await page.waitForSelector('.screen-quest');
  return (await stored(page)).map(({ line }) => line);
}

async function begin(t: TestContext): Promise<Profile> {
  const profile = await openProfile(browser);
  t.after(() => profile.context.close());
  await profile.page.goto(`${site.url}?pace=${NEVER}`);
  await profile.page.locator('.ask').waitFor();
  return profile;
}

const lines = (log: string): string[] => log.split('\n').slice(0, -1);

test('a copy with fewer texts, or fewer events, takes nothing away; one with more of them gives it', async (t) => {
  const log = logOf(core, CREATE, ...MOVES);
  const { page, errors } = await begin(t);
  assert.deepEqual(await take(page, redacted(log)), lines(redacted(log)));
  assert.deepEqual(await take(page, log), lines(log));
  await page.getByText('This browser has this quest already: what the other copy has more was added.').waitFor();
  assert.deepEqual(await take(page, redacted(log)), lines(log));
  await page.getByText('This browser has this quest already, with all of this.').waitFor();
  assert.deepEqual(await take(page, `${lines(redacted(log)).slice(0, 2).join('\n')}\n`), lines(log));
  await page.goto('about:blank');
  await page.goto(`${site.url}?pace=${NEVER}${core.makeLink(log).fragment}`); // it withholds what models answered
  await page.getByRole('button', { name: 'Continue as my copy' }).first().click();
  await page.waitForSelector('.screen-quest');
  assert.deepEqual((await stored(page)).map(({ line }) => line), lines(log));
  await page.getByRole('navigation').getByRole('link', { name: 'Library' }).click();
  await page.locator('.quests li').first().waitFor();
  assert.equal(await page.locator('.quests li').count(), 1);
  assert.deepEqual(errors, []);
});

test('copies that part ways are two quests', async (t) => {
  const log = logOf(core, CREATE, ...MOVES);
  const quest = core.openQuest(`${lines(log).slice(0, 3).join('\n')}\n`);
  const { line } = quest.decide({ by: '@lead', type: 'message', to: ['@db'], msg: 'Something else.' }, Date.now() + 60_000, new Uint8Array(32));
  quest.append(line as string);
  const other = quest.log();
  quest.close();
  const { page } = await begin(t);
  await take(page, log);
  const both = await take(page, other);
  assert.equal(both.length, lines(log).length + lines(other).length);
  for (const one of [log, other]) for (const each of lines(one)) assert.ok(both.includes(each));
});

test('the timeline shows what a model gave, also what became no message', async (t) => {
  const { page, errors } = await begin(t);
  await take(page, logOf(core, CREATE, ...MOVES));
  await page.getByRole('button', { name: 'Timeline' }).click();
  const events = page.getByRole('region', { name: 'Timeline' });
  await events.getByRole('button', { name: /settled an effect/ }).click();
  const came = page.getByRole('list', { name: 'What came, event 2' });
  assert.deepEqual((await came.getByRole('listitem').allInnerTexts()).map((text) => text.split(/\s*\n+\s*/).join(' | ').toLowerCase()), [
    'thinking | the schema is small.',
    'text | i look at the tables first.',
    'call quest_message | {"msg":"design the session tables."}',
  ]);
  for (const [width, scheme] of [[320, 'light'], [1440, 'dark']] as const) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: scheme });
    await came.scrollIntoViewIfNeeded();
    await noSidewaysScroll(page, `timeline ${width}`);
    await picture(page, `timeline-came-${width}-${scheme}`);
  }
  assert.equal(await page.getByRole('region', { name: 'Talk' }).getByText('I look at the tables first.').count(), 0);
  assert.deepEqual(errors, []);
});
