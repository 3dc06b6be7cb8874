// What models do in the seats of a quest in a tab: a group of four at once, and budgets.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { Steps, type Script } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { agentOf, group, OBJECTIVE, players, team } from '../loopback/team.ts';
import { launch, logOf, noSidewaysScroll, openProfile, picture, playedBy, type Profile, serveApp, type Site, stored, takeLog, untilStatus } from './harness.ts';

let site: Site;
let browser: Browser;
let core: Core;

before(async () => {
  core = await loadCore();
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const PRICED = 'claude-haiku-4-5';

interface Place extends Profile {
  readonly server: Loopback;
}

async function place(t: TestContext, files: Readonly<Record<string, string>>, script: Script): Promise<Place> {
  const server = await Loopback.start({ key: null, models: [PRICED], script });
  const profile = await openProfile(browser);
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  await playedBy(profile.page, site.url, files, { provider: 'anthropic', model: PRICED, base_url: server.url('messages') });
  return { ...profile, server };
}

async function completed(page: Page): Promise<void> {
  await untilStatus(page, 'completed');
  await page.getByText('Each move was made by who held the turn.').waitFor();
}

test('four workers of a group write at once, and all four are seen writing', async (t) => {
  const paces = new Map(group.agents.map((name) => [name.slice(1), new Steps()]));
  const healthy = players(group.plan);
  const { page, server } = await place(t, group.files, async (ask) => {
    const [answer, pace] = [await healthy(ask), paces.get(agentOf(ask) ?? '')];
    return pace === undefined || agentOf(ask) === 'lead' ? answer : { ...answer, pace, piece: 4, text: 'I look at what there is, then I write it down.' };
  });
  const tasks = group.plan.tasks.map(({ id, title, agent }) => ({ id, title, to: agent }));
  const log = logOf(core, { agents: group.agents, mission: OBJECTIVE, policy: 'parallel', seats: group.agents.map((id) => [id, 'model']), tasks }, { type: 'approve', by: '@owner' });
  await takeLog(page, site.url, core, log, 0);
  await page.waitForFunction(() => document.querySelectorAll('.say.now').length === 4);
  for (const pace of paces.values()) pace.go(10);
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLElement>('[data-draft]')].filter((one) => Number(one.dataset['size']) > 0).length === 4);
  assert.equal(server.open, 4, 'all four answers are under way');
  await noSidewaysScroll(page, 'a quest that four models write in');
  await picture(page, 'models-four-1440-light');
  for (const pace of paces.values()) pace.go(Infinity);
  await completed(page);
});

const away: Script = (ask) => (ask.schema === undefined ? { calls: [{ name: 'quest_drop', arguments: { task: 'T9', reason: 'x' } }], usage: { input: 900, output: 100 } } : players()(ask));

test('a budget of the plan screen stops a run-away, and a larger one lets it go on', async (t) => {
  let calm = false;
  const sensible = players();
  const { page, server } = await place(t, team.files, (ask) => (calm ? sensible(ask) : away(ask)));
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByLabel('What should the team do?').fill(OBJECTIVE);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.locator('.screen-plan').waitFor();
  const limits = page.getByRole('region', { name: 'What it is held against' });
  await limits.getByText('No budget is said. With one, the quest pauses').waitFor();
  await limits.getByLabel(/token/i).fill('60000');
  await limits.getByLabel(/token/i).press('Enter');
  await limits.getByText('The quest pauses before it goes beyond it.').waitFor();
  await page.getByRole('button', { name: 'Approve and run' }).click();
  await untilStatus(page, 'paused');
  const halt = page.getByRole('region', { name: 'Why the quest waits' });
  await halt.getByText(/The budget is used up|What is left of the budget is less/).waitFor();
  assert.match((await stored(page))[0]?.line ?? '', /"budget":\{"tokens":60000\}/);
  assert.ok(server.asks.length > 2 && server.asks.length < 60, `${server.asks.length} calls`);
  calm = true;
  await halt.getByLabel(/token/i).fill('9000000');
  await halt.getByRole('button', { name: 'Raise and resume' }).click();
  await completed(page);
});

for (const [name, budget, larger] of [
  ['money', { micro: 50_000 }, '90'],
  ['turns', { turns: 2 }, '900'],
  ['time', { ms: 1 }, '600'],
] as const) {
  test(`a budget of ${name} stops what runs, and a larger one lets it go on`, async (t) => {
    let calm = false;
    const sensible = players();
    const runs: Script = name === 'money' ? away : sensible;
    const { page } = await place(t, team.files, (ask) => (calm ? sensible(ask) : runs(ask)));
    const tasks = team.plan.tasks.map(({ id, title, agent, after }) => ({ id, title, to: agent, ...(after.length > 0 ? { after } : {}) }));
    const log = logOf(core, { agents: team.agents, mission: OBJECTIVE, budget, seats: team.agents.map((id) => [id, 'model']), tasks }, { type: 'approve', by: '@owner' });
    await takeLog(page, site.url, core, log, 0);
    await untilStatus(page, 'paused');
    const halt = page.getByRole('region', { name: 'Why the quest waits' });
    await halt.getByText(/The budget is used up|What is left of the budget is less/).waitFor();
    calm = true;
    await halt.getByRole('textbox').fill(larger);
    await halt.getByRole('button', { name: 'Raise and resume' }).click();
    await completed(page);
  });
}
