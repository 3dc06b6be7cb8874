// Why a model cannot be asked, as a tab shows it: what servers answer, what a browser hides, what a page of https may not reach.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { causes, Lister } from '../loopback/causes.ts';
import { KEY } from '../loopback/team.ts';
import { fromRoot, launch, openProfile, picture, serveApp, type Site } from './harness.ts';

let site: Site;
let browser: Browser;

/** Another name of this machine, which a page may not take for its own. */
const ELSEWHERE = 'provider.test';
const SECURE = 'https://questline.test';

before(async () => {
  site = await serveApp();
  browser = await launch(`--host-resolver-rules=MAP ${ELSEWHERE} 127.0.0.1`);
});

after(async () => {
  await browser?.close();
  await site?.close();
});

async function open(t: TestContext, url = site.url): Promise<Page> {
  const { context, page } = await openProfile(browser);
  t.after(() => context.close());
  if (url !== site.url)
    await context.route(`${url}**`, async (route) => {
      const path = new URL(route.request().url()).pathname.slice(1) || 'index.html';
      const file = fromRoot(`web/dist/${path}`);
      if (!existsSync(file)) return route.fulfill({ status: 404 });
      const type = path.endsWith('.wasm') ? { contentType: 'application/wasm' } : path.endsWith('.js') ? { contentType: 'text/javascript' } : path.endsWith('.css') ? { contentType: 'text/css' } : { contentType: 'text/html' };
      return route.fulfill({ body: await readFile(file), ...type });
    });
  await page.goto(`${url}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  return page;
}

async function choose(page: Page, provider: string, url: string): Promise<void> {
  await page.getByLabel('Provider', { exact: true }).selectOption(provider);
  const address = page.locator('.models').getByLabel(/^Address/);
  await address.fill(url);
  await address.press('Enter');
  await page.locator('.tested').waitFor({ state: 'detached' });
}

async function tested(page: Page): Promise<{ cause: string | null; says: string; command: string | null }> {
  await page.getByRole('button', { name: 'Test the connection' }).click();
  const test = page.locator('.tested');
  await test.waitFor();
  const command = test.locator('.command code').first();
  return { cause: await test.getAttribute('data-cause'), says: (await test.locator('p').first().textContent()) ?? '', command: (await command.count()) > 0 ? await command.textContent() : null };
}

/** Those that go to a slot of their own. */
const keyed: Readonly<Record<string, string>> = { anthropic: 'Anthropic', openai: 'OpenAI', openrouter: 'OpenRouter', gemini: 'Google Gemini', vllm: 'vLLM' };

async function giveKey(page: Page, provider: string): Promise<void> {
  const slot = page.locator(`[data-slot="${provider}"]`);
  if (!(provider in keyed) || (await slot.getAttribute('data-open')) === 'true') return;
  await slot.getByLabel(`Key for ${keyed[provider]}`).fill(KEY);
  await slot.getByRole('button', { name: 'Use this key' }).click();
  await page.locator(`[data-slot="${provider}"][data-open="true"]`).waitFor();
}

test('each cause that a server shows is told', async (t) => {
  const server = await Lister.start();
  t.after(() => server.stop());
  const page = await open(t);
  const rows = [...causes].sort((a, b) => Number(b.keyless ?? false) - Number(a.keyless ?? false)); // while there is no key
  for (const [at, { name, provider, answer, path = '/v1', keyless, cause, says }] of rows.entries()) {
    await t.test(`${provider}: ${name}`, async () => {
      server.answer = answer;
      await choose(page, provider, `${server.origin}/${at}${path}`);
      if (!keyless) await giveKey(page, provider);
      const found = await tested(page);
      assert.equal(found.cause, cause, found.says);
      assert.match(found.says, says);
      assert.ok(server.asked.at(-1)?.startsWith(`/${at}${path}`), 'it was asked');
    });
  }
  await picture(page, 'connection-1440-light');
  assert.ok(!(await page.content()).includes(KEY));
});

test('what a browser hides is told by who asked whom, with the exact command', async (t) => {
  const page = await open(t);
  const { origin } = new URL(site.url);
  const linux = `sudo mkdir -p /etc/systemd/system/ollama.service.d && printf '[Service]\\nEnvironment="OLLAMA_ORIGINS=%s"\\n' '${origin}' | sudo tee /etc/systemd/system/ollama.service.d/origins.conf && sudo systemctl daemon-reload && sudo systemctl restart ollama`;
  const closed = 'http://127.0.0.1:9/v1'; // nobody listens
  const away = `http://${ELSEWHERE}:9/v1`;
  const rows: readonly (readonly [provider: string, url: string, cause: string, command: string | null, says: RegExp])[] = [
    ['ollama', closed, 'origins', linux, /is not running at http:\/\/127\.0\.0\.1:9\/v1, or does not let http:\/\/127\.0\.0\.1:\d+ in/],
    ['lmstudio', closed, 'origins', 'lms server start --cors', /^LM Studio is not running/],
    ['llamacpp', closed, 'not_running', 'llama-server --port 8080 -m MODEL.gguf', /^Nothing that this page may talk to answers/],
    ['openai', `${away}/none`, 'key_missing', null, /^The browser showed no answer of OpenAI, and no key was sent/],
    ['compatible', away, 'cors', null, /^The browser showed no answer of http:\/\/provider\.test:9\/v1: there is no network, or .* \(CORS\)/],
    ['compatible', 'provider.test', 'unreachable', null, /^The base URL is none/],
  ];
  for (const [provider, url, cause, command, says] of rows) {
    await choose(page, provider, url);
    const found = await tested(page);
    assert.deepEqual([found.cause, found.command], [cause, command], found.says);
    assert.match(found.says, says);
  }
});

test('a page of https is kept from a server of http, and says so', async (t) => {
  const server = await Lister.start();
  t.after(() => server.stop());
  server.answer = { status: 200, body: { object: 'list', data: [{ id: 'loop-small', object: 'model' }] } };
  const page = await open(t, `${SECURE}/`);
  const blocked: string[] = [];
  page.on('console', (message) => blocked.push(message.text()));
  const url = `${server.origin.replace('127.0.0.1', ELSEWHERE)}/v1`;
  await choose(page, 'compatible', url);
  const found = await tested(page);
  assert.equal(found.cause, 'mixed_content', found.says);
  assert.match(found.says, /^The browser keeps a page of https from http:\/\/provider\.test:\d+\/v1, which is http: give that server a certificate, /);
  assert.ok(blocked.some((text) => /Mixed Content/.test(text)), blocked.join('\n'));
  assert.deepEqual(server.asked, [], 'the browser asked nobody');
});
