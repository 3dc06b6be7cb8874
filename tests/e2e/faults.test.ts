// All four wires in all three modes in a tab, well behaved and misbehaving for as long as it lasts: what happened is one sentence, nothing is
// lost, and with a server that is well again it goes on. One page for each wire, as a person would have it.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { misbehaviours, titles } from '../loopback/misbehaviours.ts';
import { wires, type WireName } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { MODEL, Moods, OBJECTIVE, team } from '../loopback/team.ts';
import { launch, openProfile, playedBy, type Profile, serveApp, type Site, stored, untilStatus } from './harness.ts';

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

const providers: Readonly<Record<WireName, string>> = { messages: 'anthropic', responses: 'openai', chat: 'openrouter', generate: 'gemini' };

interface Place extends Profile {
  readonly server: Loopback;
  readonly moods: Moods;
}

async function place(t: TestContext, wire: WireName): Promise<Place> {
  const moods = new Moods();
  const server = await Loopback.start({ key: null, script: moods.script });
  const profile = await openProfile(browser);
  profile.page.setDefaultTimeout(60_000); // 8 MiB of an answer without end take their time where much else goes on
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  await playedBy(profile.page, site.url, team.files, { provider: providers[wire], model: MODEL, base_url: server.url(wire) });
  return { ...profile, server, moods };
}

const go = (page: Page, hash: string): Promise<void> => page.evaluate((there) => void (location.hash = there), hash);

async function plan({ page }: Place): Promise<void> {
  await go(page, '#/');
  await page.getByLabel('What should the team do?').fill(OBJECTIVE);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
}

async function approve({ page }: Place): Promise<void> {
  await page.locator('.screen-plan').waitFor();
  for (const { title } of team.plan.tasks) await page.getByText(title).first().waitFor();
  await page.getByRole('button', { name: 'Approve and run' }).click();
  await page.locator('.screen-quest').waitFor();
}

async function completed({ page }: Place): Promise<string> {
  await untilStatus(page, 'completed');
  await page.getByText('Each move was made by who held the turn.').waitFor();
  const quest = /#\/quest\/(\w+)/.exec(page.url())?.[1] ?? '';
  const lines = (await stored(page)).filter((one) => one.quest === quest).map(({ line }) => line);
  assert.ok(lines.length > 0);
  for (const type of ['start', 'done']) assert.equal(lines.filter((line) => line.includes(`"t":"${type}"`)).length, lines.filter((line) => line.includes('"t":"start"')).length, type);
  return lines.join('\n');
}

async function talk({ page }: Place): Promise<void> {
  await go(page, '#/chat/%40lead');
  await page.getByLabel('Your message to').fill('Where is the schema?');
  await page.getByRole('button', { name: 'Send' }).click();
}

const answered = async ({ page }: Place): Promise<void> => {
  await page.locator('.them .words').last().getByText('Read and done: Where is the schema?').waitFor();
  await page.locator('.them > footer').last().waitFor();
};

/** With FAULTS=all each on each wire; otherwise each on one of them, in turn. */
const ALL = process.env['FAULTS'] === 'all';

for (const [at, wire] of wires.entries()) {
  test(wire, { timeout: ALL ? 900_000 : 120_000 }, async (t) => {
    const here = await place(t, wire);
    const { page, moods } = here;

    await t.test('well behaved, and slow: NORMAL, PRE-QUEST, QUEST', async () => {
      moods.spoiled = { chunk: 7 };
      await talk(here);
      await answered(here);
      await plan(here);
      await approve(here);
      await completed(here);
      moods.spoiled = null;
    });

    for (const { name, spoiled, says, again } of misbehaviours.filter((_, i) => ALL || i % wires.length === at)) {
      const sentence = (who: string, then = ''): RegExp => new RegExp(`^\\s*${who} could not be asked: ${titles[wire]} ${says.source}${then}\\s*$`);

      await t.test(`NORMAL: ${name}: there is no answer, and asking again has one`, async () => {
        moods.spoiled = spoiled;
        await talk(here);
        await page.locator('.ending.failed').getByText(sentence('The model')).waitFor();
        moods.spoiled = null;
        await page.getByRole('button', { name: 'Ask again' }).click();
        await answered(here);
      });

      await t.test(`PRE-QUEST: ${name}: there is no plan, and asking again makes one`, async () => {
        moods.spoiled = spoiled;
        await plan(here);
        await page.getByRole('alert').getByText(new RegExp(`The model could not be asked: ${titles[wire]} ${says.source}`)).waitFor();
        moods.spoiled = null;
        await plan(here);
        await page.locator('.screen-plan').waitFor();
      });

      await t.test(`QUEST: ${name} pauses the quest, and it goes on`, async () => {
        moods.spoiled = spoiled;
        await approve(here);
        const why = page.getByRole('region', { name: 'Why the quest waits' });
        await why.getByText(sentence('@lead', again === undefined ? '' : ' Go on after \\d.*\\d.*\\.')).waitFor();
        await untilStatus(page, 'paused');
        moods.spoiled = null;
        await why.getByRole('button', { name: 'Go on' }).click();
        assert.match(await completed(here), /"outcome":"error"/);
      });
    }
  });
}
