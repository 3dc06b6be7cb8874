// Who plays, in a real browser: its own model, a key by signing in, seats that change hands, and what a plan is begun with.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test, type TestContext } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import { launch, logOf, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site, stored, takeLog, untilStatus } from './harness.ts';
import { inject, type InjectedOptions } from './prompt-api.ts';

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

async function profile(t: TestContext, options: Parameters<typeof openProfile>[1] = {}): Promise<Profile> {
  const made = await openProfile(browser, options);
  t.after(() => made.context.close());
  return made;
}

// ---- the browser's own model: injected, for headless Chromium has none (prompt-api.ts)

async function withModel(t: TestContext, model: Partial<InjectedOptions> = {}, options: Parameters<typeof openProfile>[1] = {}): Promise<Profile> {
  const made = await profile(t, options);
  await made.page.addInitScript(inject, { availability: 'available', window: 6000, ...model } as InjectedOptions);
  return made;
}

async function choose({ page }: Profile): Promise<void> {
  await page.goto(`${site.url}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption('browser');
  await page.getByText('What agents are told stays on this device.').waitFor();
}

const AGENTS = ['@lead', '@maker', '@reader'];
const TASKS = [
  { id: 'T1', title: 'Write it', to: '@maker' },
  { id: 'T2', title: 'Read it', to: '@reader', after: ['T1'] },
];
const quest = (kind: string): string => logOf(core, { agents: AGENTS, mission: 'Write and read', policy: 'strict', seats: AGENTS.map((id) => [id, kind]), tasks: TASKS }, { type: 'approve', by: '@owner' });

const asked = (page: Page): Promise<{ messages: { role: string; content: string }[]; constraint?: unknown; options: Record<string, unknown>; ended?: string }[]> => page.evaluate(() => (globalThis as unknown as { asked: never[] }).asked);
const log = async (page: Page): Promise<string> => (await stored(page)).map(({ line }) => `${line}\n`).join('');
const count = (text: string, piece: string): number => text.split(piece).length - 1;

test('the browser’s own model plays a quest: it calls tools by the form of its answers', async (t) => {
  const here = await withModel(t);
  const { page } = here;
  await choose(here);
  await page.getByRole('button', { name: 'Is it there?' }).click();
  await page.locator('.tested[data-cause="ok"]').waitFor();
  await takeLog(page, site.url, core, quest('model'), 0);
  await untilStatus(page, 'completed');
  const text = await log(page);
  assert.equal(count(text, '"t":"start"'), count(text, '"t":"done"'));
  assert.match(text, /"model":"built-in"/);
  assert.match(text, /"input":\d+/);
  const questions = await asked(page);
  assert.equal(questions.length, 5, 'the leader thrice, each worker once');
  for (const { messages, constraint, ended } of questions) {
    assert.equal(messages[0]?.role, 'system');
    assert.ok(constraint !== undefined);
    assert.equal(ended, 'whole');
  }
  await page.getByText('Each move was made by who held the turn.').waitFor();
  assert.deepEqual(here.errors, []);
});

async function talk({ page }: Profile, words: string): Promise<void> {
  await page.evaluate(() => void (location.hash = `#/chat/${encodeURIComponent('@backend-coordinator')}`));
  await page.getByLabel('Your message to').fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
}

test('it streams words, takes what pages may set of its sampling, and stops when it is told to', async (t) => {
  const here = await withModel(t, { endless: true });
  const { page } = here;
  await choose(here);
  await page.getByText('How it answers').click();
  await page.getByLabel(/^Temperature/).fill('2');
  await page.getByLabel(/^Temperature/).press('Enter');
  await talk(here, 'Count.');
  await page.getByText(/word0 word1 word2/).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  const [question] = await asked(page);
  assert.equal(question?.options['samplingMode'], 'most-creative');
  assert.equal(question?.ended, 'aborted');
  assert.deepEqual(here.errors, []);
});

test('its longest answer ends it', async (t) => {
  const here = await withModel(t, { endless: true });
  const { page } = here;
  await choose(here);
  await page.getByText('How it answers').click();
  await page.getByLabel(/^Longest answer/).fill('20');
  await page.getByLabel(/^Longest answer/).press('Enter');
  await talk(here, 'Count.');
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  const [question] = await asked(page);
  assert.equal(question?.ended, 'cancelled');
  assert.deepEqual(here.errors, []);
});

test('what does not fit into its window is said with numbers, and is not asked', async (t) => {
  const here = await withModel(t, { window: 1500 });
  const { page } = here;
  await choose(here);
  await talk(here, 'a word '.repeat(2000));
  await page.getByText(/This browser refused the request: What it is told is \d+ tokens long, and it reads 1500: give this seat a model that reads more/).waitFor();
  assert.equal((await asked(page)).length, 0);
  assert.deepEqual(here.errors, []);
});

test('a model that is not there yet is downloaded on a click, and asked after that', async (t) => {
  const here = await withModel(t, { availability: 'downloadable' });
  const { page } = here;
  await choose(here);
  await page.getByRole('button', { name: 'Is it there?' }).click();
  await page.locator('.tested[data-cause="download"]').waitFor();
  await picture(page, 'cast-download-1440-light');
  await page.getByRole('button', { name: 'Download the model' }).click();
  await page.locator('.tested[data-cause="ok"]').waitFor();
  await talk(here, 'Hello.');
  await page.getByText('You said: Hello.').waitFor();
  assert.deepEqual(here.errors, []);
});

test('a device without it says so, and a browser without the API does not offer it', async (t) => {
  const here = await withModel(t, { availability: 'unavailable' });
  await choose(here);
  await here.page.getByRole('button', { name: 'Is it there?' }).click();
  await here.page.getByText(/has no model that this device can run/).waitFor();
  await talk(here, 'Hello.');
  await here.page.getByText(/It has no model that this device can run: choose another model/).waitFor();
  const other = await profile(t);
  await other.page.addInitScript(() => void delete (globalThis as { LanguageModel?: unknown }).LanguageModel); // a Chromium without a model may have its interface
  await other.page.goto(`${site.url}#/models`);
  await other.page.getByRole('button', { name: 'Add a model' }).click();
  assert.equal(await other.page.locator('option[value="browser"]').count(), 0);
  assert.deepEqual([...here.errors, ...other.errors], []);
});

// ---- a key by signing in

const SIGNED = 'sk-or-v1-signed-0123456789abcdef';

interface Asked {
  method: string;
  url: URL;
  body: string;
}

/** What OpenRouter does, as its pages say it: a page that comes back with a code, and the exchange of that for a key. */
async function openRouter(t: TestContext): Promise<{ base: string; origin: string; asked: Asked[]; answer: { query?: string; status?: number; body?: object; silent?: boolean } }> {
  const asked: Asked[] = [];
  const answer: { query?: string; status?: number; body?: object; silent?: boolean } = {};
  let challenge = '';
  const text = async (request: IncomingMessage): Promise<string> => Buffer.concat(await request.toArray()).toString();
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
      if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
      asked.push({ method: request.method ?? '', url, body });
      if (url.pathname === '/auth') {
        challenge = url.searchParams.get('code_challenge') ?? '';
        const back = new URL(url.searchParams.get('callback_url') ?? '');
        if (answer.query === undefined) back.searchParams.set('code', 'code-of-one-use');
        const to = answer.query === undefined ? back.href : `${back.origin}${back.pathname}?${answer.query.replace('STATE', back.searchParams.get('state') ?? '')}`;
        return void response.writeHead(302, { location: to }).end();
      }
      if (url.pathname !== '/api/v1/auth/keys') return void response.writeHead(404, cors).end();
      if (answer.silent === true) return void request.socket.destroy();
      const { code, code_verifier: verifier, code_challenge_method: method } = JSON.parse(body) as Record<string, string>;
      const fits = code === 'code-of-one-use' && method === 'S256' && createHash('sha256').update(verifier ?? '').digest('base64url') === challenge;
      const status = answer.status ?? (fits ? 200 : 403);
      response.writeHead(status, { ...cors, 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body ?? (status === 200 ? { key: SIGNED, user_id: 'user_1' } : { error: { code: status, message: 'Invalid code or code_verifier' } })));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { base: `${origin}/api/v1`, origin, asked, answer };
}

async function signIn({ page }: Profile, base: string): Promise<void> {
  await page.goto(`${site.url}#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption('openrouter');
  await page.locator('.models').getByLabel(/^Address/).fill(base);
  await page.locator('.models').getByLabel(/^Address/).press('Enter');
  await page.getByRole('button', { name: 'Sign in at OpenRouter instead' }).click();
  await page.locator('[data-signing="done"], [data-signing="failed"]').waitFor();
}

/** All addresses that this tab remembers, and what it keeps for itself. */
const remembered = (page: Page): Promise<string> => page.evaluate(() => [location.href, document.title, JSON.stringify(history.state), JSON.stringify({ ...sessionStorage }), JSON.stringify({ ...localStorage })].join('\n'));

test('a key by signing in: there and back, into memory, and nothing of it in the address', async (t) => {
  const here = await profile(t);
  const { page } = here;
  const { base, asked, origin } = await openRouter(t);
  await signIn(here, base);
  await page.getByText('You are signed in at OpenRouter: its key is in the memory of this tab.').waitFor();
  await page.locator('[data-slot="openrouter"][data-open="true"][data-sealed="false"]').waitFor();
  const [auth, exchange] = asked;
  assert.equal(auth?.url.searchParams.get('code_challenge_method'), 'S256');
  assert.match(auth.url.searchParams.get('code_challenge') ?? '', /^[\w-]{43}$/);
  assert.ok(auth.url.searchParams.get('callback_url')?.startsWith(`${site.url}?state=`));
  const sent = JSON.parse(exchange?.body ?? '{}') as Record<string, string>;
  assert.match(sent['code_verifier'] ?? '', /^[\w-]{43}$/);
  assert.equal(page.url(), `${site.url}#/models`);
  const text = `${await remembered(page)}${await page.content()}`;
  for (const piece of ['code-of-one-use', sent['code_verifier'] ?? '-', SIGNED, auth.url.searchParams.get('callback_url')?.split('state=')[1] ?? '-']) assert.ok(!text.includes(piece), piece);
  await picture(page, 'cast-signed-in-1440-light');
  await page.goBack(); // to where it was left, and no code there
  await page.waitForURL((url) => !url.href.includes('code='));
  assert.equal(asked.filter(({ url }) => url.pathname.endsWith('/keys')).length, 1);
  assert.deepEqual(here.errors.filter((error) => !error.startsWith(`request to ${origin}/`)), []);
});

test('a sign-in that fails says why', async (t) => {
  const { base, answer, asked, origin } = await openRouter(t);
  const cases: readonly (readonly [typeof answer, RegExp])[] = [
    [{ query: 'code=stolen&state=of-another' }, /not the answer to the sign-in that was begun here/],
    [{ query: 'error=access_denied' }, /not the answer to the sign-in/],
    [{ query: 'state=STATE&error=access_denied&error_description=You+said+no' }, /gave no key.*You said no/],
    [{ status: 403 }, /OpenRouter did not take the code of this sign-in, which may be used up or too old \(Invalid code or code_verifier\)/],
    [{ silent: true }, /OpenRouter could not be reached to fetch the key/],
    [{ status: 200, body: { user_id: 'user_1' } }, /OpenRouter answered without a key/],
    [{ status: 503, body: { error: { message: 'Busy' } } }, /OpenRouter answered with HTTP 503 \(Busy\)/],
  ];
  for (const [how, words] of cases) {
    const here = await profile(t);
    for (const key of Object.keys(answer)) delete answer[key as keyof typeof answer];
    Object.assign(answer, how);
    const before = asked.length;
    await signIn(here, base);
    await here.page.getByRole('alert').getByText(words).waitFor();
    assert.equal(await here.page.locator('[data-slot="openrouter"]').getAttribute('data-open'), 'false');
    if (how.query !== undefined) assert.equal(asked.length, before + 1, 'no code was exchanged');
    assert.ok(!(await remembered(here.page)).includes('verifier'));
    assert.deepEqual(here.errors.filter((error) => !error.startsWith(`request to ${origin}/`) && !/Failed to load resource/.test(error)), []);
    await here.context.close();
  }
  const stray = await profile(t);
  await stray.page.goto(`${site.url}?code=of-somebody&state=x`);
  await stray.page.getByRole('alert').getByText(/not the answer to the sign-in/).waitFor();
  assert.equal(stray.page.url(), `${site.url}#/models`);
});

test('where keys are sealed, one that came by signing in joins them', async (t) => {
  const here = await profile(t);
  const { page } = here;
  const { base } = await openRouter(t);
  await page.goto(`${site.url}#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Key for Anthropic').fill('sk-ant-typed-0123456789');
  await page.getByRole('checkbox').check();
  await page.getByLabel('Passphrase', { exact: true }).fill('four words of mine');
  await page.getByLabel('Once more', { exact: true }).fill('four words of mine');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.locator('[data-slot="anthropic"][data-sealed="true"]').waitFor();
  await page.getByLabel('Provider', { exact: true }).selectOption('openrouter');
  await page.locator('.models').getByLabel(/^Address/).fill(base);
  await page.locator('.models').getByLabel(/^Address/).press('Enter');
  await page.getByRole('button', { name: 'Sign in at OpenRouter instead' }).click();
  const form = page.getByRole('form', { name: 'Seal the key for OpenRouter' });
  await form.getByLabel(/Passphrase/).fill('other words');
  await form.getByRole('button', { name: 'Seal it' }).click();
  await form.getByText('This passphrase opens no key of this browser.').waitFor();
  await form.getByLabel(/Passphrase/).fill('four words of mine');
  await form.getByRole('button', { name: 'Seal it' }).click();
  await page.locator('[data-slot="openrouter"][data-sealed="true"][data-open="true"]').waitFor();
});

// ---- seats that change hands

test('a seat goes from the rehearsal to a model, to a person and back, in the middle of its turn', async (t) => {
  const here = await withModel(t);
  const { page } = here;
  await choose(here);
  await page.getByRole('region', { name: 'Who plays' }).getByLabel('Everybody').selectOption('rehearsal');
  await takeLog(page, site.url, core, quest('human'), 0);
  const seats = page.getByRole('region', { name: 'Who plays' });
  await seats.locator('[data-agent="@lead"][data-kind="human"]').waitFor();
  assert.equal((await asked(page)).length, 0);
  await seats.getByLabel('@lead').selectOption('m1');
  await page.locator('.say.now').getByText('maker').waitFor(); // the turn that was held went on with the model
  assert.ok((await asked(page)).length > 0);
  await seats.locator('[data-agent="@lead"][data-kind="model"]').waitFor();
  await seats.getByLabel('@reader').selectOption('m1');
  await seats.locator('[data-agent="@reader"][data-kind="model"]').waitFor();
  await seats.getByLabel('@reader').selectOption('human');
  await seats.locator('[data-agent="@reader"][data-kind="human"]').waitFor();
  await noSidewaysScroll(page, 'the seats');
  await seats.scrollIntoViewIfNeeded();
  await picture(page, 'cast-seats-1440-light');
  await seats.getByLabel('@maker').selectOption('rehearsal');
  await page.locator('.say.now').getByText('reader').waitFor();
  await seats.getByLabel('@reader').selectOption('rehearsal');
  await untilStatus(page, 'completed');
  await page.getByText('Each move was made by who held the turn.').waitFor();
  const text = await log(page);
  assert.equal(count(text, '"t":"start"'), count(text, '"t":"done"'));
  assert.equal(count(text, '"t":"claim"'), 5);
  assert.deepEqual(here.errors, []);
});

// ---- what a plan is begun with

async function addModel(page: Page, provider: string, model: string, fallback = ''): Promise<void> {
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).last().selectOption(provider);
  await page.getByLabel('Model', { exact: true }).last().fill(model);
  await page.getByLabel('When it is overloaded, ask').last().fill(fallback);
  await page.getByLabel('When it is overloaded, ask').last().press('Enter');
}

test('a plan costs what the chosen models cost, and begins in the order that was chosen', async (t) => {
  const here = await profile(t);
  const { page } = here;
  await page.goto(`${site.url}?pace=0#/models`);
  await addModel(page, 'anthropic', 'claude-haiku-4-5', 'claude-opus-4-5');
  await addModel(page, 'compatible', 'nobody-knows-1');
  await addModel(page, 'ollama', 'qwen3');
  await page.getByRole('region', { name: 'Who plays' }).getByLabel('Everybody').selectOption('rehearsal');
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.locator('.screen-plan').waitFor();
  const costs = page.getByRole('region', { name: 'What it costs' });
  await costs.getByText('with the models that the files name').waitFor();
  const agents = await costs.locator('tbody th').evaluateAll((rows) => rows.map((row) => /@[\w-]+/.exec(row.textContent ?? '')?.[0] ?? ''));
  const [, first = '', second = '', third = ''] = agents;
  const cast = page.getByRole('region', { name: 'Who plays' });
  for (const [n, agent] of [first, second, third].entries()) await cast.getByLabel(agent, { exact: true }).selectOption(`m${n + 1}`);
  const row = (agent: string): Promise<string | null> => costs.locator('tr', { hasText: agent }).textContent();
  await costs.getByText('with the models chosen here').waitFor();
  assert.match((await row(first)) ?? '', /claude-haiku-4-5.*\$0\.\d+up to \$0\.\d+ with claude-opus-4-5/);
  assert.match((await row(second)) ?? '', /nobody-knows-1.*price not known/);
  assert.match((await row(third)) ?? '', /qwen3.*\$0$/);
  assert.match((await row(agents[0] ?? '')) ?? '', /no model.*\$0$/);
  await costs.scrollIntoViewIfNeeded();
  await picture(page, 'cast-costs-1440-light');
  for (const agent of [first, second, third]) await cast.getByLabel(agent, { exact: true }).selectOption('same');
  await page.getByLabel('Order of turns').selectOption('parallel');
  await page.getByRole('button', { name: 'Approve and rehearse' }).click();
  await untilStatus(page, 'completed');
  const text = await log(page);
  assert.equal(count(text, '"policy":"parallel"'), 1);
  assert.equal(count(text, '"t":"create"'), 1, 'the one that was proposed is gone');
  assert.deepEqual(here.errors, []);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`320 px, ${colorScheme}: the browser’s own model and signing in fit`, async (t) => {
    const here = await withModel(t, { availability: 'downloadable' }, { viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true, isMobile: true });
    const { page } = here;
    await choose(here);
    await page.getByText('How it answers').click();
    await page.getByRole('button', { name: 'Is it there?' }).click();
    await page.getByRole('button', { name: 'Download the model' }).waitFor();
    await picture(page, `cast-browser-320-${colorScheme}`);
    await page.getByRole('button', { name: 'Add a model' }).click();
    await page.getByLabel('Provider', { exact: true }).last().selectOption('openrouter');
    const button = page.getByRole('button', { name: 'Sign in at OpenRouter instead' });
    await button.scrollIntoViewIfNeeded();
    await noSidewaysScroll(page, 'models');
    await picture(page, `cast-sign-in-320-${colorScheme}`);
    assert.deepEqual(here.errors, []);
  });
}
