// Browser profiles with a quest of their own, whose pages are taken away at a point and opened again.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { strToU8, zipSync } from 'fflate';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { brain } from '../loopback/brain.ts';
import type { Answer, Ask, Call, Pace } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Servers } from '../mcp/server.ts';
import { type Spot, watchful } from './crash-page.ts';
import { openProfile, playedBy, type Site, stored, untilStatus } from './harness.ts';

const PATIENCE = 240_000; // ms, for a machine that is busy with much else
const DOT = { media: 'image/png', data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==' };
const STILL = 'I say no more';

const agent = (name: string, tools: string, more = ''): string => `---\nname: ${name}\ndescription: Has the part of ${name}\n${tools}---\n\nYou are ${name}.\n${more}`;
const TEAM = {
  'lead.md': agent('lead', '', '\n## Team\n\n- **writer**: sources\n- **painter**: pictures\n'),
  'writer.md': agent('writer', 'tools: Read, Edit, Grep(src/**), mcp__memory, mcp__harbour\n'),
  'painter.md': agent('painter', 'tools: Read\n'),
};
const task = (id: string, who: string, after: string[]): object => ({ id, title: `The part of ${who}`, agent: `@${who}`, reason: 'it can', outputs: [`${who}.md`], accept: ['it is there'], after });
const PLAN = { tasks: [task('T1', 'writer', []), task('T2', 'painter', ['T1'])] };
const CALLS: readonly Call[] = [
  { name: 'Grep', arguments: { pattern: 'Helo' } },
  { name: 'Read', arguments: { file_path: 'src/hello.ts' } },
  { name: 'Edit', arguments: { file_path: 'src/hello.ts', old_string: '"Helo"', new_string: '"Hello"' } },
  { name: 'mcp__memory__create_entities', arguments: { entities: [{ name: 'harbour', entityType: 'place', observations: ['Low water'] }] } },
  { name: 'mcp__harbour__echo', arguments: { words: 'low water' } },
];

/** How the model of the painter behaves: as it should; slowly; it has to be asked again later; it says no more, and is stopped by hand. */
export type Weather = 'fair' | 'slow' | 'busy' | 'stuck';

/** All that a profile keeps, in JSON. */
export const kept = (page: Page): Promise<string> =>
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

export const giveBack = (page: Page, all: string): Promise<void> =>
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

/** The proposed quest, and what the profile keeps of it. */
export interface Planned {
  readonly quest: string;
  readonly all: string;
  readonly models: string;
  readonly mcp: string;
}

/** Hears what pages tell, and never answers those that stand still. */
export class Ear {
  readonly #server: Server;
  readonly #pages = new Map<string, (words: string) => void>();

  private constructor() {
    this.#server = createServer((request, response) => {
      const [, page = '', words = ''] = (request.url ?? '').split('/').map(decodeURIComponent);
      this.#pages.get(page)?.(words);
      if (words !== 'stop') response.writeHead(204, { 'access-control-allow-origin': '*' }).end();
    });
  }

  static async start(): Promise<Ear> {
    const ear = new Ear();
    await new Promise<void>((resolve) => ear.#server.listen(0, '127.0.0.1', resolve));
    return ear;
  }

  /** The URL that a page tells. */
  listen(hear: (words: string) => void): string {
    const page = crypto.randomUUID();
    this.#pages.set(page, hear);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${page}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export interface Stage {
  readonly site: Site;
  readonly browser: Browser;
  readonly ear: Ear;
  readonly plan: Planned;
}

interface Life {
  /** It stood still at its point, and was taken away. */
  readonly died: boolean;
  /** How often each point was passed; empty where it died. */
  readonly passed: readonly [string, number][];
  /** The log as the page found it. */
  readonly found: readonly string[];
}

const linesIn = async (page: Page): Promise<string[]> => (await stored(page)).sort((a, b) => a.n - b.n).map(({ line }) => line);

const recorded = (): Promise<boolean> =>
  new Promise((resolve) => {
    const open = indexedDB.open('questline');
    open.onsuccess = () => {
      const all = open.result.transaction('quests').objectStore('quests').getAll() as IDBRequest<{ status: string }[]>;
      all.onsuccess = () => (open.result.close(), resolve(all.result.every(({ status }) => status === 'completed')));
    };
  });

/** For what nothing on the page tells of. */
export async function until(isSo: () => Promise<boolean>, words: string): Promise<void> {
  for (let left = 600; !(await isSo()); left--) {
    assert.ok(left > 0, words);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** One browser profile with a quest of its own models and servers, from the plan that waits for a yes. */
export class World {
  readonly #stage: Stage;
  readonly #context: BrowserContext;
  readonly #weather: Weather;
  readonly models: Loopback;
  readonly mcp: Servers;
  /** Tools that somebody said yes to. */
  readonly leaves: string[] = [];
  #told = new Set<string>();
  #whenTold: (() => void)[] = [];
  #begun = false;

  private constructor(stage: Stage, context: BrowserContext, weather: Weather, models: Loopback, mcp: Servers) {
    this.#stage = stage;
    this.#context = context;
    this.#weather = weather;
    this.models = models;
    this.mcp = mcp;
  }

  static async make(stage: Stage, weather: Weather): Promise<World> {
    const [models, mcp, context] = await Promise.all([
      Loopback.start({ key: null }),
      Servers.start({ stateful: true, json: false, pages: true }),
      stage.browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' }),
    ]);
    context.setDefaultTimeout(PATIENCE);
    const world = new World(stage, context, weather, models, mcp);
    models.script = world.#script();
    return world;
  }

  /** Everybody has common sense; the writer uses its tools one after another, and the painter makes a picture, by the weather. */
  #script(): (ask: Ask) => Promise<Answer> {
    const wise = brain();
    return async (ask) => {
      if (ask.schema !== undefined) return { text: JSON.stringify(PLAN) };
      if (ask.system.includes('You are writer')) {
        const call = CALLS[ask.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'call').length];
        return call === undefined ? wise(ask) : { calls: [call] };
      }
      if (!ask.system.includes('You are painter')) return wise(ask);
      if (this.#weather === 'busy' && !this.#told.has('waited')) return { fault: { kind: 'status', status: 429, headers: { 'retry-after': '4' } } };
      if (this.#weather === 'stuck' && !this.#told.has('again')) return { text: STILL, fault: { kind: 'hang', at: 'text' } };
      const answer = { ...(await wise(ask)), image: DOT };
      return this.#weather === 'slow' ? { ...answer, text: 'The picture shows the harbour at low water, as it was asked for.', piece: 12, pace: this.#untilKept() } : answer;
    };
  }

  /** After some pieces nothing comes until the page has kept those. */
  #untilKept(): Pace {
    let piece = 0;
    return { next: () => (++piece === 4 ? new Promise((resolve) => this.#whenTold.push(resolve)) : Promise.resolve()) };
  }

  #hear(words: string): void {
    this.#told.add(words);
    if (words.startsWith('leave ')) this.leaves.push(words.slice(6));
    if (words === 'kept') for (const go of this.#whenTold.splice(0)) go();
  }

  /** A page that goes on with the quest; over when that is over, or when it stands still. */
  live(spot: Spot | null): Promise<Life> {
    const { quest } = this.#stage.plan;
    return this.visit(spot, `#/quest/${quest}`, async (page) => {
      const status = await (await page.waitForSelector('main[data-status]')).getAttribute('data-status');
      if (status === 'proposed') await page.evaluate((plan) => void (location.hash = plan), `#/plan/${quest}`);
      await untilStatus(page, 'completed');
      await until(() => page.evaluate(recorded), 'the library does not know that it is over');
    });
  }

  /** A page of the app that lives until `work` is done, or it stands still. */
  async visit(spot: Spot | null, hash: string, work: (page: Page) => Promise<void>): Promise<Life> {
    const { site, ear, plan } = this.#stage;
    const page = await this.#context.newPage();
    await page.goto(`${site.url}theme.js`); // none of the app
    if (!this.#begun) await giveBack(page, plan.all.replaceAll(plan.models, this.models.url('generate')).replaceAll(plan.mcp, this.mcp.url));
    this.#begun = true;
    const found = await linesIn(page);
    let stop = (): void => {};
    const died = new Promise<boolean>((resolve) => (stop = () => resolve(true)));
    const url = ear.listen((words) => (words === 'stop' ? stop() : this.#hear(words)));
    await page.addInitScript(watchful, { spot, ear: url, mcp: this.mcp.url, still: STILL });
    const lived = (async () => {
      await page.goto(`${site.url}?pace=0${hash}`);
      await work(page);
      return false;
    })();
    lived.catch(() => undefined); // of a page that stands still nothing is heard
    const over = await Promise.race([died, lived]);
    const passed = over ? [] : await page.evaluate(() => (globalThis as { passed?: [string, number][] }).passed ?? []);
    await page.close();
    return { died: over, passed, found };
  }

  /** Past the app, in a page that is none of it. */
  async look<T>(work: (page: Page) => Promise<T>): Promise<T> {
    const page = await this.#context.newPage();
    await page.goto(`${this.#stage.site.url}theme.js`);
    try {
      return await work(page);
    } finally {
      await page.close();
    }
  }

  lines(): Promise<string[]> {
    return this.look(linesIn);
  }

  async end(): Promise<void> {
    await this.#context.close();
    await this.mcp.stop();
    await this.models.stop();
  }
}

/** As a person gets there. */
export async function planned(browser: Browser, site: Site): Promise<Planned> {
  const [models, mcp] = await Promise.all([Loopback.start({ key: null, script: () => ({ text: JSON.stringify(PLAN) }) }), Servers.start({ stateful: true, json: false, pages: true })]);
  const { context, page } = await openProfile(browser);
  context.setDefaultTimeout(PATIENCE);
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
