import assert from 'node:assert/strict';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { DIST, PAGES } from './dist.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.png': 'image/png',
};
const BELOW = '/some/where'; // any static host will do, also one that serves the site below a path

let server: Server;
let browser: Browser;
let base: string;

before(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const file = join(DIST, normalize(path.slice(BELOW.length)));
    if (!path.startsWith(`${BELOW}/`) || !file.startsWith(DIST) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://localhost:${(server.address() as AddressInfo).port}${BELOW}/`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
});
after(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

describe('the site in Chromium', { timeout: 120_000 }, () => {
  for (const [width, colorScheme] of [
    [320, 'dark'],
    [1280, 'light'],
  ] as const) {
    it(`fits ${width} pixels, in ${colorScheme}, without a complaint and without JavaScript`, async () => {
      const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, javaScriptEnabled: false });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      page.on('requestfailed', (request) => request.failure()?.errorText !== 'net::ERR_ABORTED' && complaints.push(request.url()));
      page.on('response', (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
      for (const path of PAGES.filter((name) => name !== '404.html')) {
        await page.goto(base + path);
        const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.equal(wide, seen, `${path} is wider than the screen`);
        const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        assert.equal(ground, colorScheme === 'dark' ? 'rgb(12, 19, 18)' : 'rgb(242, 245, 244)', path);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }

  it('shows one picture of the turn line at any width', async () => {
    for (const width of [320, 1280]) {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      await page.goto(`${base}index.html`);
      const shown = page.locator('.turn-line').filter({ visible: true });
      assert.equal(await shown.count(), 1);
      const box = await shown.boundingBox();
      assert(box !== null && box.width <= width && box.width > width * 0.7 && box.height > 150, JSON.stringify(box));
      await page.close();
    }
  });

  it('is walked by keyboard: skip link, documentation, a page, the next page', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(`${base}index.html`);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to content');
    await page.getByRole('navigation', { name: 'Site' }).getByRole('link', { name: 'Documentation' }).press('Enter');
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Getting started/ })
      .press('Enter');
    await page.waitForURL('**/docs/getting-started.html');
    await page.getByRole('link', { name: /^Next/ }).press('Enter');
    await page.waitForURL('**/docs/agent-files.html');
    await page.close();
  });

  it('opens its sample quest in the app, without a server behind it', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${base}index.html`);
    await page.getByRole('link', { name: 'Open this quest in the app' }).click();
    await page.getByText('Add user authentication with OAuth2 and JWT').first().waitFor();
    assert.deepEqual(errors, []);
    await page.close();
  });
});
