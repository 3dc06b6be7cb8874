// A tab that drives a quest is taken away at points of these kinds: nothing is lost, nothing is asked or done twice, and it goes on to its end.
// Each life of a page stops for good at one call of the browser (a row that is written, a piece of an answer, a question), and is
// then closed; the next page finds what this one left. Of the points of a kind three are taken, evenly; QUESTLINE_POINTS=all takes each of them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { loadCore } from '@questline/core/node';
import { strToU8, zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { brain } from '../loopback/brain.ts';
import type { Answer, Ask, Call, Pace } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Servers } from '../mcp/server.ts';
import { launch, openProfile, playedBy, serveApp, type Site, stored, untilStatus } from './harness.ts';

const POINTS = process.env['QUESTLINE_POINTS'] === 'all' ? Infinity : 3;
const AT_ONCE = 3;
const DOT = { media: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' };

const agent = (name: string, tools: string, more = ''): string => `---\nname: ${name}\ndescription: Has the part of ${name}\n${tools}---\n\nYou are ${name}.\n${more}`;
const TEAM = {
  'lead.md': agent('lead', '', '\n## Team\n\n- **writer**: sources\n- **painter**: pictures\n'),
  'writer.md': agent('writer', 'tools: Read, Edit, Grep(src/**), mcp__harbour\n'),
  'painter.md': agent('painter', 'tools: Read\n'),
};
const task = (id: string, who: string, after: string[]): object => ({ id, title: `The part of ${who}`, agent: `@${who}`, reason: 'it can', outputs: [`${who}.md`], accept: ['it is there'], after });
const PLAN = { tasks: [task('T1', 'writer', []), task('T2', 'painter', ['T1'])] };
const CALLS: readonly Call[] = [
  { name: 'Grep', arguments: { pattern: 'Helo' } },
  { name: 'Read', arguments: { file_path: 'src/hello.ts' } },
  { name: 'Edit', arguments: { file_path: 'src/hello.ts', old_string: '"Helo"', new_string: '"Hello"' } },
  { name: 'mcp__harbour__echo', arguments: { words: 'low water' } },
];

/** How the models behave: as they should; or one stands still for a while in the middle of its words. */
type Weather = 'fair' | 'slow';

const still: Pace = { next: () => new Promise((resolve) => setTimeout(resolve, 250)) };

function scriptFor(weather: Weather): (ask: Ask) => Promise<Answer> {
  const wise = brain();
  let first = true;
  return async (ask) => {
    if (ask.schema !== undefined) return { text: JSON.stringify(PLAN) };
    if (ask.system.includes('You are writer')) {
      const call = CALLS[ask.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'call').length];
      return call === undefined ? wise(ask) : { calls: [call] };
    }
    const answer = await wise(ask);
    if (!ask.system.includes('You are painter')) return answer;
    const once = first;
    first = false;
    return { ...answer, image: DOT, ...(once && weather === 'slow' ? { text: 'The picture shows the harbour at low water, as it was asked for.', piece: 12, pace: still } : {}) };
  };
}

interface Spot {
  readonly label: string;
  readonly n: number; // how often it is passed before, and this time too
}

/**
 * In the page, before anything else: what the app asks of the browser is counted by its kind, and at one of these points the page stands still for ever.
 * It blocks on a request that is never answered: nothing of it runs from then on.
 */
function watchful({ spot, hold, mcp }: { spot: Spot | null; hold: string; mcp: string }): void {
  const seen = new Map<string, number>();
  const at = (label: string): void => {
    const n = (seen.get(label) ?? 0) + 1;
    seen.set(label, n);
    (globalThis as { passed?: [string, number][] }).passed = [...seen];
    if (spot === null || label !== spot.label || n !== spot.n) return;
    const request = new XMLHttpRequest();
    request.open('GET', hold, false);
    request.send();
  };
  const names: Record<string, string> = { events: 'log.append', parts: 'partial.put', blobs: 'blob.put', works: 'blob.put' };
  for (const method of ['put', 'add'] as const) {
    const real = IDBObjectStore.prototype[method];
    IDBObjectStore.prototype[method] = function (this: IDBObjectStore, ...given: Parameters<typeof real>) {
      const name = names[this.name];
      if (name !== undefined) {
        at(`${name} before`);
        this.transaction.addEventListener('complete', () => at(`${name} after`), true);
      }
      return real.apply(this, given);
    };
  }
  const real = globalThis.fetch;
  globalThis.fetch = async (...given) => {
    const url = String(given[0] instanceof Request ? given[0].url : given[0]);
    if (new URL(url, location.href).origin === location.origin) return real(...given);
    const kind = url.startsWith(mcp) ? 'server' : 'model';
    at(`${kind} before`);
    const response = await real(...given);
    at(`${kind} head`);
    if (response.body === null) return response;
    const through = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, to) => (at(`${kind} piece`), to.enqueue(chunk)),
      flush: () => at(`${kind} end`),
    });
    return new Response(response.body.pipeThrough(through), response);
  };
  new MutationObserver(() => {
    const card = document.querySelector<HTMLElement>('.approval');
    const yes = card?.querySelector<HTMLButtonElement>('.btn.primary');
    if (card === null || card === undefined || yes === null || yes === undefined || card.dataset['said'] === card.textContent) return;
    card.dataset['said'] = card.textContent ?? '';
    at('ask.tool before');
    console.info(`leave ${card.querySelector('h2 code')?.textContent}`);
    yes.click();
    at('ask.tool after');
  }).observe(document, { subtree: true, childList: true });
}

/** All that a profile keeps, in JSON. */
const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const open = indexedDB.open('questline');
      open.onsuccess = () => resolve(open.result);
    });
    const read = <T>(request: IDBRequest<T>): Promise<T> => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const stores = await Promise.all(
      [...db.objectStoreNames].map(async (name) => {
        const store = db.transaction(name).objectStore(name);
        const [keys, values] = await Promise.all([read(store.getAllKeys()), read(store.getAll())]);
        return { name, keyPath: store.keyPath, keys, values };
      }),
    );
    db.close();
    return JSON.stringify({ version: db.version, stores }, (_, value: unknown) => (value instanceof Uint8Array ? { bytes: [...value] } : value));
  });

const giveBack = (page: Page, all: string): Promise<void> =>
  page.evaluate(async (all) => {
    type Store = { name: string; keyPath: string | string[] | null; keys: IDBValidKey[]; values: unknown[] };
    const reviver = (_: string, value: { bytes?: number[] } | null): unknown => (value?.bytes instanceof Array ? Uint8Array.from(value.bytes) : value);
    const { version, stores } = JSON.parse(all, reviver as never) as { version: number; stores: Store[] };
    const db = await new Promise<IDBDatabase>((resolve) => {
      const open = indexedDB.open('questline', version);
      open.onupgradeneeded = () => stores.forEach(({ name, keyPath }) => open.result.createObjectStore(name, keyPath === null ? {} : { keyPath }));
      open.onsuccess = () => resolve(open.result);
    });
    const tx = db.transaction(stores.map(({ name }) => name), 'readwrite');
    for (const { name, keyPath, keys, values } of stores) values.forEach((value, i) => tx.objectStore(name).put(value, keyPath === null ? keys[i] : undefined));
    await new Promise((resolve) => (tx.oncomplete = resolve));
    db.close();
  }, all);

let site: Site;
let browser: Browser;
let hold: Server;
const dead = new Map<string, () => void>();

before(async () => {
  site = await serveApp();
  browser = await launch();
  hold = createServer(({ url = '' }) => dead.get(url)?.()); // never answers
  await new Promise<void>((resolve) => hold.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  await browser?.close();
  await site?.close();
  hold?.closeAllConnections();
  hold?.close();
});

/** One browser profile with a quest of its own models and servers, from the plan that waits for a yes. */
class World {
  readonly weather: Weather;
  readonly models: Loopback;
  readonly mcp: Servers;
  readonly context: BrowserContext;
  readonly quest: string;
  leaves: string[] = [];

  private constructor(weather: Weather, models: Loopback, mcp: Servers, context: BrowserContext, quest: string) {
    this.weather = weather;
    this.models = models;
    this.mcp = mcp;
    this.context = context;
    this.quest = quest;
  }

  static async make(weather: Weather, plan: { quest: string; all: string; models: string; mcp: string }): Promise<World> {
    const [models, mcp] = await Promise.all([Loopback.start({ key: null, script: scriptFor(weather) }), Servers.start({ stateful: true, json: false, pages: true })]);
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    await page.goto(`${site.url}theme.js`);
    await giveBack(page, plan.all.replaceAll(plan.models, models.url('generate')).replaceAll(plan.mcp, mcp.url));
    await page.close();
    return new World(weather, models, mcp, context, plan.quest);
  }

  /** A page that goes on with the quest; over when that is over, or when it stands still. True: it stood still. */
  async live(spot: Spot | null): Promise<{ died: boolean; passed: [string, number][] }> {
    const page = await this.context.newPage();
    const key = `/${crypto.randomUUID()}`;
    const died = new Promise<boolean>((resolve) => dead.set(key, () => resolve(true)));
    page.on('console', (message) => void (message.text().startsWith('leave ') && this.leaves.push(message.text().slice(6))));
    await page.addInitScript(watchful, { spot, hold: `http://127.0.0.1:${(hold.address() as AddressInfo).port}${key}`, mcp: this.mcp.url });
    const lived = (async () => {
      await page.goto(`${site.url}?pace=0#/quest/${this.quest}`);
      const status = await (await page.waitForSelector('main[data-status]')).getAttribute('data-status');
      if (status === 'proposed') {
        await page.evaluate((quest) => void (location.hash = `#/plan/${quest}`), this.quest);
        await page.getByRole('button', { name: 'Approve and run' }).click();
      }
      await untilStatus(page, 'completed');
      return false;
    })();
    lived.catch(() => undefined); // of a page that stands still nothing is heard
    const over = await Promise.race([died, lived]);
    const passed = over ? [] : await page.evaluate(() => (globalThis as { passed?: [string, number][] }).passed ?? []);
    await page.close();
    dead.delete(key);
    return { died: over, passed };
  }

  /** Past the app, in a page that is none of it. */
  async look<T>(work: (page: Page) => Promise<T>): Promise<T> {
    const page = await this.context.newPage();
    await page.goto(`${site.url}theme.js`);
    try {
      return await work(page);
    } finally {
      await page.close();
    }
  }

  lines(): Promise<string[]> {
    return this.look(async (page) => (await stored(page)).sort((a, b) => a.n - b.n).map(({ line }) => line));
  }

  async end(): Promise<void> {
    await this.context.close();
    await this.mcp.stop();
    await this.models.stop();
  }
}

/** The proposed quest, and what the profile keeps of it. */
async function planned(): Promise<{ quest: string; all: string; models: string; mcp: string }> {
  const [models, mcp] = await Promise.all([Loopback.start({ key: null, script: scriptFor('fair') }), Servers.start({ stateful: true, json: false, pages: true })]);
  const { context, page } = await openProfile(browser);
  await playedBy(page, site.url, TEAM, { provider: 'gemini', model: 'loop-small', base_url: models.url('generate') });
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByLabel('URL, such as https://docs').fill(mcp.url);
  await page.getByLabel('Name, if not').fill('harbour');
  await page.getByRole('button', { name: 'Add the server' }).click();
  await page.locator('[data-server="harbour"]').waitFor();
  await page.evaluate(() => void (location.hash = '#/'));
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Give files or a zip' }).click();
  await (await chooser).setFiles([{ name: 'project.zip', mimeType: 'application/zip', buffer: Buffer.from(zipSync({ 'src/hello.ts': strToU8('export const hello = "Helo";\n'), 'README.md': strToU8('# Harbour\n') })) }]);
  await page.getByText('2 files of project.zip').waitFor();
  await page.getByLabel('What should the team do?').fill('Mend the greeting, and draw the harbour');
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  await page.getByRole('button', { name: 'Approve and run' }).waitFor();
  const quest = (await stored(page))[0]?.quest ?? assert.fail('no quest');
  const found = { quest, all: await kept(page), models: models.url('generate'), mcp: mcp.url };
  await context.close();
  await mcp.stop();
  await models.stop();
  return found;
}

interface Entry {
  e: { t: string; n: number; d: { start?: number; request?: string; outcome?: string; effect?: string; reply?: string; name?: string; hash?: string } };
}
const read = (lines: readonly string[]): Entry['e'][] => lines.map((line) => (JSON.parse(line) as Entry).e);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The requests to models whose answer stands in a log. */
function answered(lines: readonly string[]): Set<string> {
  const events = read(lines);
  const whole = events.filter(({ t, d }) => t === 'done' && d.outcome === 'ok').map(({ d }) => d.start);
  return new Set(events.flatMap(({ t, n, d }) => (t === 'start' && d.effect === 'http' && whole.includes(n) ? [d.request ?? ''] : [])));
}

/** Evenly among all. */
const some = <T>(all: readonly T[]): T[] => (all.length <= POINTS ? [...all] : Array.from({ length: POINTS }, (_, i) => all[Math.floor((i * (all.length - 1)) / (POINTS - 1))] as T));

const KINDS: readonly { kind: string; weather: Weather }[] = [
  { kind: 'log.append', weather: 'fair' },
  { kind: 'model', weather: 'fair' },
  { kind: 'server', weather: 'fair' },
  { kind: 'ask.tool', weather: 'fair' },
  { kind: 'blob.put', weather: 'fair' },
  { kind: 'partial.put', weather: 'slow' },
];

test('a tab that is taken away at any point of a quest comes to the end of it in the next one, with nothing lost and nothing twice', { timeout: 900_000 }, async (t) => {
  const core = await loadCore();
  const plan = await planned();
  const points = new Map<Weather, [string, number][]>();
  for (const weather of ['fair', 'slow'] as const) {
    const world = await World.make(weather, plan);
    const { passed } = await world.live(null);
    const sent = new Set(world.models.requests.filter(({ ask }) => ask !== undefined).map(({ body }) => sha256(body)));
    for (const request of answered(await world.lines())) assert.ok(sent.has(request), 'the log names requests by the bytes that were sent');
    assert.deepEqual(world.mcp.called, ['echo']);
    assert.deepEqual(world.leaves, ['Grep']);
    points.set(weather, passed);
    await world.end();
  }

  const dies = async (weather: Weather, spot: Spot): Promise<void> => {
    const where = `${spot.label} ${spot.n}`;
    const world = await World.make(weather, plan);
    try {
      const { died } = await world.live(spot);
      const before = await world.lines();
      const [asked, called] = [world.models.requests.length, world.mcp.called.length];
      const known = answered(before);
      if (died) await world.live(null);
      const lines = await world.lines();
      assert.deepEqual(lines.slice(0, before.length), before, `${where}: what was there is there`);
      const { intact, legal } = core.verify(`${lines.join('\n')}\n`);
      assert.deepEqual([intact, legal], ['yes', 'yes'], where);
      const events = read(lines);
      assert.equal(events.at(-1)?.t, 'complete', where);
      assert.equal(events.filter(({ t }) => t === 'start').length, events.filter(({ t }) => t === 'done').length, `${where}: whatever began has an end`);
      for (const { ask, body } of world.models.requests.slice(asked)) assert.ok(ask === undefined || !known.has(sha256(body)), `${where}: a model was asked what it had answered`);
      const leave = world.leaves.filter((tool) => tool.startsWith('mcp__')).length;
      assert.ok(world.mcp.called.length <= 1 + leave, `${where}: a tool ran ${world.mcp.called.length} times (${called} before), with ${leave} leaves`);
      const artifacts = events.filter(({ t }) => t === 'artifact').map(({ d }) => d.hash);
      assert.equal(new Set(artifacts).size, artifacts.length, `${where}: an artifact twice`);
      const all = JSON.parse(await world.look(kept)) as { stores: { name: string; keys: string[][]; values: { bytes?: number[]; changed?: Record<string, string> }[] }[] };
      const store = (name: string): (typeof all.stores)[number] => all.stores.find((one) => one.name === name) ?? assert.fail(name);
      const hash = store('works').values[0]?.changed?.['src/hello.ts'];
      const blobs = new Map(store('blobs').keys.map(([, key], i) => [key, store('blobs').values[i]?.bytes ?? []]));
      assert.equal(Buffer.from(blobs.get(hash) ?? []).toString(), 'export const hello = "Hello";\n', `${where}: the edit is kept`);
      for (const artifact of artifacts) assert.ok(blobs.has(artifact), `${where}: the log tells of bytes that are not there`);
      assert.equal(artifacts.length, 2, `${where}: a file and a picture`);
      assert.equal(store('parts').values.length, 0, `${where}: words of an answer that is whole`);
    } catch (error) {
      throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
    } finally {
      await world.end();
    }
  };

  const plans = KINDS.flatMap(({ kind, weather }) => {
    const all = (points.get(weather) ?? []).filter(([label]) => label.startsWith(kind)).flatMap(([label, count]) => Array.from({ length: count }, (_, i) => ({ label, n: i + 1 })));
    assert.ok(all.length > 1, `${kind} is passed ${all.length} times`);
    t.diagnostic(`${kind}: ${some(all).length} of ${all.length} points`);
    return some(all).map((spot) => ({ weather, spot }));
  });
  const waiting = [...plans];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await dies(next.weather, next.spot);
    }),
  );
  t.diagnostic(`${plans.length} points`);
});
