// Quests that models play in a tab: over real HTTP, with a server that speaks the wire of each provider, in a real browser.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { Steps, wordsOf, type Answer, type Script, type WireName } from '../loopback/script.ts';
import { Loopback, type Options } from '../loopback/server.ts';
import { MODEL, OBJECTIVE, players, team } from '../loopback/team.ts';
import { launch, logOf, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored, takeLog, untilStatus } from './harness.ts';

let site: Site;
let browser: Browser;
let core: Core;

before(async () => {
  core = await loadCore();
  site = await serveApp();
  browser = await launch(`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Another name of this machine: what a page may know of a server is not the same for one that is its own. */
const ELSEWHERE = 'provider.test';
const KEY = 'sk-planted-0123456789abcdef';
const providers: Readonly<Record<WireName, { id: string; title: string }>> = {
  messages: { id: 'anthropic', title: 'Anthropic' },
  responses: { id: 'openai', title: 'OpenAI' },
  chat: { id: 'openrouter', title: 'OpenRouter' },
  generate: { id: 'gemini', title: 'Google Gemini' },
};

const files = Object.entries(team.files).map(([name, text]) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) }));
const { plan } = team;
const sensible = players();

/** Goes wrong, or slowly, at the n-th question to a model, from 1, and only there. */
const at =
  (n: number, other: Partial<Answer>): Script =>
  async (ask) => ({ ...(await sensible(ask)), ...(ask.n === n ? other : {}) });

interface Place extends Profile {
  readonly server: Loopback;
  /** All that the page said on its console. */
  readonly said: string[];
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
  const said: string[] = [];
  page.on('console', (message) => said.push(`${message.text()} ${message.location().url}`));
  await page.goto(`${site.url}?pace=0#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(files);
  await page.getByText('@reviewer').first().waitFor();
  return { ...profile, said, server, wire };
}

/** What went wrong in the page, but for requests to the server of the test. */
const wrong = ({ errors, server }: Place): string[] => errors.filter((error) => !error.replace(ELSEWHERE, '127.0.0.1').startsWith(`request to ${server.origin}/`) && !EXPECTED.test(error));

/** Sets up a model as a person does, who plays everybody from then on. */
async function setUp({ page, server, wire }: Place, key: string | null = KEY): Promise<void> {
  await page.goto(`${site.url}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption(providers[wire].id);
  await page.locator('.models').getByLabel(/^Address/).fill(server.url(wire));
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
    const here = await place(t, wire);
    await setUp(here);
    await propose(here);
    assert.equal(here.server.asks.length, 1, 'the plan came of a model');
    await here.page.getByText('Likely cost').locator('xpath=..').getByText('not known').waitFor(); // and not $0
    await approve(here);
    const text = await whole(here);
    assert.equal(count(text, '"t":"usage"'), 1, 'what planning took');
    assert.match(await here.page.getByRole('region', { name: 'Ledger' }).innerText(), /The quest\s+[\d,]+\s+no price/);
    assert.equal(count(text, '"rehearsal"'), 0);
    assert.ok(here.server.asks.length >= 6);
    assert.deepEqual(wrong(here), []);
  });
}

test('a plan that is bound by a budget makes the quest anew, and what planning took stays in its bill', async (t) => {
  const here = await place(t, 'messages');
  const { page } = here;
  await setUp(here);
  await propose(here);
  const usages = async (): Promise<string[]> => (await log(page)).split('\n').filter((line) => line.includes('"t":"usage"')).map((line) => JSON.stringify((JSON.parse(line) as { e: { d: object } }).e.d));
  const before = await usages();
  assert.equal(before.length, 1);
  const held = page.getByRole('region', { name: 'What it is held against' });
  await held.getByLabel('Tokens', { exact: true }).fill('4000000');
  await held.getByLabel('Tokens', { exact: true }).press('Enter');
  await approve(here);
  const text = await whole(here);
  assert.match(text, /"budget"/, 'it was made anew');
  assert.deepEqual(await usages(), before);
  assert.deepEqual(wrong(here), []);
});

const drafts = (page: Page, least: number): Promise<unknown> => page.waitForFunction((n) => [...document.querySelectorAll<HTMLElement>('[data-draft]')].filter((one) => Number(one.dataset['size']) > 0).length >= n, least);

test('two workers of a group write at the same time, and both are seen writing', async (t) => {
  const paces = { 'api-designer': new Steps(), 'data-keeper': new Steps() };
  const slowly: Script = async (ask) => {
    const who = /^You are @(api-designer|data-keeper)/.exec(ask.system)?.[1] as keyof typeof paces | undefined;
    return { ...(await sensible(ask)), ...(who === undefined ? {} : { pace: paces[who], piece: 4, text: 'I look at what there is, then I write it down.' }) };
  };
  const here = await place(t, 'messages', { key: null, script: slowly });
  const { page, server } = here;
  await setUp(here, null);
  const agents = ['@lead', '@api-designer', '@data-keeper', '@reviewer'];
  const tasks = plan.tasks.map(({ id, title, agent, after }) => ({ id, title, to: agent, ...(after.length > 0 ? { after } : {}) }));
  const log = logOf(core, { agents, mission: OBJECTIVE, policy: 'parallel', seats: agents.map((id) => [id, 'model']), tasks }, { type: 'approve', by: '@owner' });
  await takeLog(page, site.url, core, log, 0);
  await page.waitForFunction(() => document.querySelectorAll('.say.now').length === 2);
  for (const pace of Object.values(paces)) pace.go(10);
  await drafts(page, 2);
  assert.equal(server.open, 2, 'both answers are under way');
  await noSidewaysScroll(page, 'the quest while models write');
  await picture(page, 'models-writing-1440-light');
  await page.getByRole('button', { name: 'Pause' }).click();
  await untilStatus(page, 'paused');
  for (const pace of Object.values(paces)) pace.go(Infinity);
  await page.getByRole('button', { name: 'Resume' }).click();
  await whole(here);
  assert.deepEqual(wrong(here), []);
});

test('a key that is refused pauses the quest with a sentence, and it goes on from there', async (t) => {
  const here = await place(t, 'chat', { script: at(2, { fault: { kind: 'status', status: 401, message: 'The API key is not valid.' } }) });
  await setUp(here);
  await propose(here);
  await approve(here);
  const why = here.page.getByRole('region', { name: 'Why the quest waits' });
  await why.getByText('@lead could not be asked: OpenRouter refused the key (HTTP 401): The API key is not valid.').waitFor();
  await picture(here.page, 'models-held-1440-light');
  assert.equal((await here.page.locator('main').getAttribute('data-status')), 'paused');
  await why.getByRole('button', { name: 'Go on' }).click();
  await whole(here);
  assert.deepEqual(wrong(here), []);
});

test('a plan that cannot be had is told where it was asked for', async (t) => {
  const here = await place(t, 'messages');
  await setUp(here, 'sk-wrong');
  const { page } = here;
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByText(/Anthropic refused the key/).waitFor();
  assert.equal((await stored(page)).length, 0);
  assert.deepEqual(wrong(here), []);
});

const tested = async ({ page }: Place): Promise<string | null> => {
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await page.locator('.tested').waitFor();
  return page.locator('.tested').getAttribute('data-cause');
};

test('a connection is tested: what there is, or why it is not reached and what to type', async (t) => {
  const here = await place(t, 'chat');
  const { page, server } = here;
  await setUp(here);
  assert.equal(await tested(here), 'ok');
  await page.getByRole('button', { name: 'loop-large' }).click();
  await page.getByRole('heading', { name: 'loop-large' }).waitFor();
  server.cors = 'none';
  await page.locator('.models').getByLabel(/^Address/).fill(server.url('chat').replace('127.0.0.1', ELSEWHERE));
  await page.locator('.models').getByLabel(/^Address/).press('Enter');
  await page.locator('.tested').waitFor({ state: 'detached' });
  assert.equal(await tested(here), 'cors');
  await page.getByText(/does not let pages of other sites in \(CORS\)/).waitFor();
  await page.locator('.models').getByLabel(/^Address/).fill(server.url('chat'));
  await page.locator('.models').getByLabel(/^Address/).press('Enter');
  await page.locator('.tested').waitFor({ state: 'detached' });
  server.cors = 'origins';
  await page.getByLabel('Provider', { exact: true }).selectOption('ollama');
  assert.equal(await tested(here), 'origins');
  const { origin } = new URL(site.url);
  assert.match((await page.locator('.command code').first().textContent()) ?? '', new RegExp(`OLLAMA_ORIGINS=.*${origin.replaceAll('.', '\\.')}`));
  await noSidewaysScroll(page, 'models');
  await picture(page, 'models-cause-1440-light');
  assert.deepEqual(wrong(here), []);
});

/** All that a browser keeps of a page, in one text. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const plain = (_: string, value: unknown): unknown => (value instanceof Uint8Array ? String.fromCharCode(...value) : value);
    const parts = [location.href, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie];
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const open = indexedDB.open(name ?? '');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => resolve(open.result);
      });
      for (const store of db.objectStoreNames) {
        const all = db.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => (all.onsuccess = resolve));
        parts.push(store, JSON.stringify(all.result, plain));
      }
      db.close();
    }
    return parts.join('\n');
  });

test('a key is nowhere but in the header of its request', async (t) => {
  const here = await place(t, 'messages', { script: at(2, { fault: { kind: 'status', status: 400, message: 'no' } }) });
  const { page, server, said } = here;
  await setUp(here);
  assert.equal(await tested(here), 'ok');
  await propose(here);
  await approve(here);
  await untilStatus(page, 'paused');
  const everywhere = async (): Promise<string> => [await kept(page), await page.content(), said.join('\n'), await log(page)].join('\n');
  const before = await everywhere();
  assert.match(before, /"events"|events/);
  assert.ok(!before.includes(KEY));
  await page.getByRole('button', { name: 'Go on' }).click();
  await whole(here);
  await page.evaluate(() => void (location.hash = location.hash.replace('quest', 'share')));
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  const saved = page.waitForEvent('download');
  await page.evaluate(() => void (location.hash = '#/library'));
  await page.getByRole('button', { name: /^Back up/ }).click();
  const stream = await (await saved).createReadStream();
  let file = '';
  for await (const piece of stream) file += String(piece);
  assert.match(file, /"t":"create"/);
  for (const text of [await everywhere(), link, file]) assert.ok(!text.includes(KEY));
  const sent = server.requests.filter(({ headers }) => headers['x-api-key'] === KEY);
  assert.ok(sent.length > 5);
  for (const { body, path } of server.requests) assert.ok(!body.includes(KEY) && !path.includes(KEY));
  assert.deepEqual(wrong(here), []);
});

const SECRET = 'sk-planted/0123+456789=abcdef';

/** The key as it may be written: as it is, in base64 at any place of a text, in hex, in an address. */
function spellings(key: string): string[] {
  const inside = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), Buffer.from(key)]).toString('base64').slice(before === 0 ? 0 : 4, -4));
  const hex = Buffer.from(key).toString('hex');
  return [key, ...inside, ...inside.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')), hex, hex.toUpperCase(), encodeURIComponent(key), JSON.stringify(key).slice(1, -1).replaceAll('/', '\\/')];
}

test('the spellings of a key are found where it leaks', () => {
  for (const text of [SECRET, btoa(`x${SECRET}y`), btoa(`key ${SECRET}`), Buffer.from(`ab${SECRET}`).toString('base64url'), Buffer.from(SECRET).toString('hex'), `?k=${encodeURIComponent(SECRET)}`, `{"k":"${SECRET.replaceAll('/', '\\/')}"}`])
    assert.ok(spellings(SECRET).some((one) => text.includes(one)), text);
});

for (const how of ['memory', 'sealed'] as const) {
  test(`${how}: a key that servers repeat is in nothing that is kept, shown, sent on or exported`, async (t) => {
    const echo = `You sent Bearer ${SECRET} as the key.`;
    const wrongs: Readonly<Record<number, Partial<Answer>>> = {
      2: { fault: { kind: 'status', status: 401, message: echo, headers: { 'x-echo': SECRET, 'access-control-expose-headers': '*' } } },
      3: { fault: { kind: 'redirect', to: `/elsewhere?key=${encodeURIComponent(SECRET)}` } },
      4: { fault: { kind: 'error', message: echo } },
    };
    const chatting: Script = async (ask) => (wordsOf(ask).includes('Which key?') ? { text: `${echo} Again: ${SECRET}`, chunk: 5, piece: 1000 } : { ...(await sensible(ask)), ...wrongs[ask.n] });
    const here = await place(t, 'messages', { key: SECRET, script: chatting });
    const { page, server, said } = here;
    const shownTexts: string[] = [];
    await setUp(here, null);
    await page.getByLabel('Key for Anthropic').last().fill(SECRET);
    if (how === 'sealed') {
      await page.getByRole('checkbox').check();
      await page.getByLabel('Passphrase', { exact: true }).fill('four words of mine');
      await page.getByLabel('Once more', { exact: true }).fill('four words of mine');
    }
    await page.getByRole('button', { name: 'Use this key' }).click();
    await page.locator(`[data-slot="anthropic"][data-open="true"][data-sealed="${how === 'sealed'}"]`).waitFor();
    await propose(here);
    await approve(here);
    const why = page.getByRole('region', { name: 'Why the quest waits' });
    await why.getByText(/You sent Bearer \[key\] as the key\./).waitFor();
    for (let n = 0; n < 2 && (await page.locator('main').getAttribute('data-status')) !== 'completed'; n += 1) {
      shownTexts.push(await page.content());
      await why.getByRole('button', { name: 'Go on' }).click();
      await page.waitForSelector('main[data-status="paused"], main[data-status="completed"]');
    }
    const text = await whole(here);
    assert.match(text, /\[key\]/);
    const back = page.url();
    await page.evaluate(() => void (location.hash = `#/chat/${encodeURIComponent('@reviewer')}`));
    await page.getByLabel('Your message to').fill('Which key?');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You sent Bearer [key] as the key. Again: [key]').waitFor();
    shownTexts.push(await page.content());
    const files: string[] = [];
    const take = async (click: () => Promise<unknown>): Promise<void> => {
      const coming = page.waitForEvent('download');
      await click();
      const stream = await (await coming).createReadStream();
      for await (const piece of stream) files.push(String(piece));
    };
    for (const form of [/Markdown/, /JSON/]) {
      const button = page.getByRole('button', { name: form });
      if ((await button.count()) > 0) await take(() => button.first().click());
    }
    await page.evaluate(() => void (location.hash = '#/library'));
    await take(() => page.getByRole('button', { name: /^Back up/ }).first().click());
    await page.goto(back.replace('quest', 'report'));
    await page.locator('main').waitFor();
    shownTexts.push(await page.content());
    await page.goto(back.replace('quest', 'share'));
    const link = await page.getByLabel('Link', { exact: true }).inputValue();
    const opened = core.openLink(new URL(link).hash);
    assert.match(opened, /"t":"create"/);
    const where = await page.evaluate(() => [location.href, document.title, JSON.stringify(history.state), document.referrer].join('\n'));
    const all = [await kept(page), ...shownTexts, said.join('\n'), text, link, opened, where, ...files].join('\n');
    assert.ok(files.some((file) => file.includes('"t":"create"')));
    for (const one of spellings(SECRET)) {
      const at = all.indexOf(one);
      assert.equal(at, -1, `${one}: ${all.slice(Math.max(0, at - 200), at + 100)}`);
    }
    assert.ok(server.requests.filter(({ headers }) => headers['x-api-key'] === SECRET).length > 5);
    for (const { body, path } of server.requests) for (const one of spellings(SECRET)) assert.ok(!body.includes(one) && !path.includes(one));
    assert.equal(server.requests.filter(({ path }) => path.startsWith('/elsewhere')).length, 0, 'a redirect is not followed');
  });
}

test('a sealed key opens by its passphrase alone; a quest that was left in mid-stream goes on with it', async (t) => {
  const steps = new Steps();
  const here = await place(t, 'messages', { script: at(2, { pace: steps }) });
  const { page, server } = here;
  await setUp(here, null);
  await page.getByLabel('Key for Anthropic').last().fill(KEY);
  await page.getByRole('checkbox').check();
  await page.getByLabel('Passphrase', { exact: true }).fill('four words of mine');
  await page.getByLabel('Once more', { exact: true }).fill('four words of mine');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.locator('[data-slot="anthropic"][data-sealed="true"][data-open="true"]').waitFor();
  const before = await kept(page);
  assert.match(before, /"iterations":600000/);
  assert.ok(!before.includes(KEY));
  await propose(here);
  await approve(here);
  await server.arrived(2);
  steps.go(4);
  await drafts(page, 1);
  await page.reload();
  const dialog = page.getByRole('dialog', { name: 'Unlock the key for Anthropic' });
  await dialog.getByLabel('Passphrase', { exact: true }).fill('other words');
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  await dialog.getByText('This passphrase opens no key of this browser.').waitFor();
  await picture(page, 'models-unlock-1440-light');
  await dialog.getByLabel('Passphrase', { exact: true }).fill('four words of mine');
  await dialog.getByRole('button', { name: 'Unlock' }).click();
  const text = await whole(here);
  assert.equal(count(text, '"outcome":"lost"'), 1);
  assert.ok(!(await kept(page)).includes(KEY));
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByRole('button', { name: 'Forget the key for Anthropic' }).click();
  await page.locator('[data-slot="anthropic"][data-sealed="false"]').waitFor();
  assert.doesNotMatch(await kept(page), /"iterations"/);
  assert.deepEqual(wrong(here), []);
});

test('who plays is chosen by agent before the plan is approved', async (t) => {
  const here = await place(t, 'chat');
  const { page, server } = here;
  await setUp(here);
  await propose(here);
  const asked = server.asks.length;
  const cast = page.getByRole('region', { name: 'Who plays' });
  await cast.getByLabel('Everybody').selectOption('rehearsal');
  await cast.getByLabel('@reviewer').selectOption('human');
  await cast.getByLabel('@data-keeper').selectOption('m1');
  await picture(page, 'models-cast-1440-light');
  await approve(here);
  await page.locator('.say.now').getByText('reviewer').waitFor();
  const asks = server.asks.slice(asked);
  assert.ok(asks.length > 0);
  for (const { system } of asks) assert.match(system, /You are @data-keeper/);
  const seats = JSON.stringify((await stored(page)).map(({ line }) => line));
  assert.match(seats, /claim.*human/);
  assert.deepEqual(wrong(here), []);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`320 px, ${colorScheme}: models are set up by a thumb`, async (t) => {
    const server = await Loopback.start({ key: null });
    const { context, page, errors } = await openProfile(browser, { viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true, isMobile: true });
    t.after(async () => {
      await context.close();
      await server.stop();
    });
    await page.goto(`${site.url}#/models`);
    await page.getByRole('heading', { name: 'Models', exact: true }).waitFor();
    await picture(page, `models-empty-320-${colorScheme}`);
    const focused = (): Promise<string | undefined> => page.evaluate(() => (document.activeElement as HTMLSelectElement | null)?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? undefined);
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByLabel('Provider', { exact: true }).waitFor();
    assert.equal(await focused(), 'Provider');
    await page.getByRole('button', { name: 'Remove model 1' }).click();
    await page.getByLabel('Provider', { exact: true }).waitFor({ state: 'detached' });
    assert.equal(await focused(), 'Add a model');
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByLabel('Provider', { exact: true }).selectOption('vllm');
    await page.locator('.models').getByLabel(/^Address/).fill(server.url('chat'));
    await page.getByRole('button', { name: 'Test the connection' }).click();
    await page.getByRole('button', { name: MODEL }).click();
    await page.getByRole('heading', { name: MODEL }).waitFor();
    await noSidewaysScroll(page, 'models');
    await picture(page, `models-320-${colorScheme}`);
    assert.deepEqual(errors.filter((error) => !error.startsWith(`request to ${server.origin}/`)), []);
  });
}
