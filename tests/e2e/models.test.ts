// Quests that models play in a tab: over real HTTP, with a server that speaks the wire of each provider, in a real browser.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { brain } from '../loopback/brain.ts';
import { Steps, type Script, type WireName } from '../loopback/script.ts';
import { Loopback, type Options } from '../loopback/server.ts';
import { launch, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored, untilStatus } from './harness.ts';

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

const KEY = 'sk-planted-0123456789abcdef';
const MODEL = 'loop-small';
const OBJECTIVE = 'Add sign-in with OAuth2: endpoints, database schema, security review';
const providers: Readonly<Record<WireName, { id: string; title: string }>> = {
  messages: { id: 'anthropic', title: 'Anthropic' },
  responses: { id: 'openai', title: 'OpenAI' },
  chat: { id: 'openrouter', title: 'OpenRouter' },
  generate: { id: 'gemini', title: 'Google Gemini' },
};

const files = Object.entries({
  'lead.md':
    '---\nname: lead\ndescription: Coordinates the backend team\n---\n\n# Lead\n\n## Team\n\n- **api-designer**: HTTP API contracts and endpoints\n' +
    '- **data-keeper**: database schema and migrations\n- **reviewer**: security review and tests\n',
  'api-designer.md': '---\nname: api-designer\ndescription: Designs HTTP API contracts and writes endpoints\n---\n\nYou design APIs.\n',
  'data-keeper.md': '---\nname: data-keeper\ndescription: Owns the database schema, migrations and queries\n---\n\nYou keep data.\n',
  'reviewer.md': '---\nname: reviewer\ndescription: Security review, tests and code quality\n---\n\nYou review.\n',
}).map(([name, text]) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) }));

/** Two that go together, and one behind them. */
const plan = {
  tasks: [
    { id: 'T1', title: 'Write the contract', agent: '@api-designer', reason: 'it designs APIs', outputs: ['contract.md'], accept: ['it is complete'], after: [] },
    { id: 'T2', title: 'Write the schema', agent: '@data-keeper', reason: 'it owns the schema', outputs: ['schema.sql'], accept: ['it migrates'], after: [] },
    { id: 'T3', title: 'Review both', agent: '@reviewer', reason: 'it reviews', outputs: ['review.md'], accept: ['nothing is open'], after: ['T1', 'T2'] },
  ],
};

const wise = brain();
const sensible: Script = (ask) => (ask.schema === undefined ? wise(ask) : { text: JSON.stringify(plan) });
const asks = (words: string, system: string): boolean => system.includes(words);

interface Place extends Profile {
  readonly server: Loopback;
  readonly wire: WireName;
}

/** What the browser itself complains of when a server says no, or hides from the page: as it should. */
const EXPECTED = /Failed to load resource|blocked by CORS policy/;

async function place(t: TestContext, wire: WireName, options: Options = {}): Promise<Place> {
  const server = await Loopback.start({ key: KEY, script: sensible, ...options });
  const profile = await openProfile(browser);
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  const { page } = profile;
  await page.goto(`${site.url}?pace=0#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(files);
  await page.getByText('@reviewer').first().waitFor();
  return { ...profile, server, wire };
}

/** What went wrong in the page, but for requests to the server of the test. */
const wrong = ({ errors, server }: Place): string[] => errors.filter((error) => !error.startsWith(`request to ${server.origin}/`) && !EXPECTED.test(error));

/** Sets up a model as a person does, who plays everybody from then on. */
async function setUp({ page, server, wire }: Place, key: string | null = KEY): Promise<void> {
  await page.goto(`${site.url}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption(providers[wire].id);
  await page.getByLabel('Address').fill(server.url(wire));
  await page.getByLabel('Model', { exact: true }).fill(MODEL);
  await page.getByLabel('Model', { exact: true }).press('Enter');
  if (key !== null) await giveKey(page, providers[wire].title, key);
}

async function giveKey(page: Page, title: string, key: string): Promise<void> {
  await page.getByLabel(`Key for ${title}`).last().fill(key);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('in the memory of this tab').waitFor();
}

async function propose({ page }: Place): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByLabel('What should the team do?').fill(OBJECTIVE);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.locator('.screen-plan').waitFor();
}

async function approve({ page }: Place): Promise<void> {
  await page.getByRole('button', { name: 'Approve and run' }).click();
  await page.locator('.screen-quest').waitFor();
}

const log = async (page: Page): Promise<string> => (await stored(page)).map(({ line }) => `${line}\n`).join('');
const count = (text: string, piece: string): number => text.split(piece).length - 1;

async function whole({ page }: Place): Promise<string> {
  await untilStatus(page, 'completed');
  await page.getByText('Each move was made by who held the turn.').waitFor();
  const text = await log(page);
  assert.equal(count(text, '"t":"start"'), count(text, '"t":"done"'));
  return text;
}

for (const wire of ['messages', 'chat'] as const) {
  test(`${wire}: a quest that models plan and play, to its end`, async (t) => {
    const at = await place(t, wire);
    await setUp(at);
    await propose(at);
    assert.equal(at.server.asks.length, 1, 'the plan came of a model');
    await approve(at);
    const text = await whole(at);
    assert.equal(count(text, '"t":"usage"'), 1, 'what planning took');
    assert.equal(count(text, '"rehearsal"'), 0);
    assert.ok(at.server.asks.length >= 6);
    assert.deepEqual(wrong(at), []);
  });
}
