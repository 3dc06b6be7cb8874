import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command, Core } from '@questline/core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = join(root, 'web/dist');
const shots = join(root, 'build/logs/screens');

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

export interface Site {
  /** Address of the app, with a / at its end. */
  url: string;
  close(): Promise<void>;
}

/** The built app on a static host, in a folder as it is on any of them. */
export async function serveApp(): Promise<Site> {
  assert.ok(existsSync(join(dist, 'index.html')), 'web/dist is not built: npm run build -w web');
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const file = path.startsWith('/app/') ? join(dist, path.slice(4).replace(/\/$/, '/index.html')) : '';
    readFile(file).then(
      (bytes) => response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/app/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

export const launch = (...more: string[]): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', ...more],
  });

/** A browser profile of its own, and what went wrong in its pages. */
export interface Profile {
  context: BrowserContext;
  page: Page;
  errors: string[];
}

/** The one address that a static host does not have: the app asks there whether a server keeps live quests. */
const ASKED = /\/api\/health$/;

export async function openProfile(browser: Browser, options: BrowserContextOptions = {}): Promise<Profile> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', locale: 'en-GB', ...options });
  context.setDefaultTimeout(20_000);
  const errors: string[] = [];
  const page = await context.newPage();
  watch(page, errors);
  return { context, page, errors };
}

export function watch(page: Page, errors: string[]): void {
  page.on('console', (message) => {
    if ((message.type() === 'error' || message.type() === 'warning') && !ASKED.test(message.location().url)) errors.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => errors.push(`page: ${error.message}`));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== 'null' && origin !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).origin) errors.push(`request to ${request.url()}`);
  });
}

/** The stored lines of all quests, read past the app. */
export const stored = (page: Page): Promise<{ quest: string; n: number; line: string }[]> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('events').objectStore('events').getAll();
          all.onerror = () => reject(all.error);
          all.onsuccess = () => {
            open.result.close();
            resolve(all.result as { quest: string; n: number; line: string }[]);
          };
        };
      }),
  );

/** Takes over a team of agent files that a model plays from then on, as a person's choices are kept. */
export async function playedBy(page: Page, url: string, files: Readonly<Record<string, string>>, model: { provider: string; model: string; base_url: string }): Promise<void> {
  await page.goto(`${url}?pace=0#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(Object.entries(files).map(([name, text]) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) })));
  await page.getByText('@lead').first().waitFor();
  await page.evaluate(
    (cast) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const tx = open.result.transaction('settings', 'readwrite');
          tx.objectStore('settings').put(cast, 'cast');
          tx.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
    { models: [{ id: 'm1', ...model }], all: 'm1', agents: {} },
  );
  await page.reload();
  await page.getByText('@lead').first().waitFor();
}

/** What the quest on screen says of itself. */
export async function shown(page: Page): Promise<{ events: number; status: string; hash: string }> {
  const main = page.locator('main#main');
  return {
    events: Number(await main.getAttribute('data-events')),
    status: (await main.getAttribute('data-status')) ?? '',
    hash: (await page.locator('[data-state-hash]').first().getAttribute('data-state-hash')) ?? '',
  };
}

export const untilEvents = (page: Page, n: number): Promise<unknown> =>
  page.waitForFunction((least) => Number(document.querySelector('main')?.dataset['events'] ?? 0) >= least, n);

export const untilStatus = (page: Page, status: string): Promise<unknown> => page.waitForSelector(`main[data-status="${status}"]`);

/** Starts the sample quest and approves its plan. */
export async function approveSample(page: Page, url: string, pace: number): Promise<void> {
  await page.goto(`${url}?pace=${pace}`);
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByRole('button', { name: 'Approve and rehearse' }).click();
  await page.waitForSelector('.screen-quest');
}

/** The log of a quest that begins now: its create and what else is done at once. */
export function logOf(core: Core, create: object, ...commands: Command[]): string {
  const quest = core.openQuest();
  for (const command of [{ type: 'create', by: '@owner', ...create } as Command, ...commands]) {
    const { line, refusal } = quest.decide(command, Date.now(), crypto.getRandomValues(new Uint8Array(32)));
    assert.ok(line !== undefined, JSON.stringify(refusal));
    quest.append(line);
  }
  const log = quest.log();
  quest.close();
  return log;
}

/** Opens a log from a link and goes on with it in this browser. */
export async function takeLog(page: Page, url: string, core: Core, log: string, pace: number): Promise<void> {
  await page.goto(`${url}?pace=${pace}${core.makeLink(log).fragment}`);
  await page.getByRole('button', { name: 'Continue as my copy' }).first().click();
  await page.waitForSelector('main[data-mode="drive"]');
}

/** Opens the form that writes for a seat. */
export async function writeAs(page: Page, agent: string, kind = 'completed'): Promise<void> {
  await page.getByRole('button', { name: 'Take a seat' }).click();
  await page.getByLabel('Write as').selectOption(agent);
  await page.getByLabel('What kind').selectOption(kind);
}

/** Claims the seat that the form writes for. */
export async function sit(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Play it myself' }).click();
  await page.getByText('You sit here: nobody else plays this seat.').waitFor();
}

export async function say(page: Page, words: string): Promise<void> {
  await page.getByLabel('What you say').fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
}

export async function noSidewaysScroll(page: Page, where: string): Promise<void> {
  const { width, wide } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth - innerWidth,
    wide: [...document.querySelectorAll('body *')]
      .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 4)
      .map((e) => `${e.tagName.toLowerCase()}.${e.className}`),
  }));
  assert.ok(width <= 0, `${where} scrolls sideways by ${width} px: ${wide.join(', ')}`);
}

/** Pictures for people to look at, in build/logs/screens. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

export const fromRoot = (path: string): string => join(root, path);
