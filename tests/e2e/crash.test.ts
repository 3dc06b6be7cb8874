// A tab that drives a quest is taken away at the points of every kind of effect: nothing is lost, nothing is asked or done twice without leave, and
// the quest goes on to its end. A page stands still for good at one call of the browser, and is then closed; the next one finds what it left.
// Each kind has a row below, and a quest is taken away at all points of its rows, one after another. QUESTLINE_POINTS=all has besides
// a quest for each point that there is, taken away each time that it passes it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Core } from '@questline/core';
import { loadCore } from '@questline/core/node';
import type { Browser, Page } from 'playwright-core';
import type { Chat, Spot } from './crash-page.ts';
import { Ear, kept, planned, type Stage, until, type Weather, World } from './crash-world.ts';
import { launch, serveApp, type Site } from './harness.ts';

const ALL = process.env['QUESTLINE_POINTS'] === 'all';
const AT_ONCE = 3;

interface Row {
  readonly kind: string;
  readonly points: readonly string[];
}

/**
 * The five points of an effect: before the append that announces it, after its acknowledgement, in mid-stream, after the result, after the done.
 * Only calls of models and tools are announced, and have a done; for the others it is the event that tells of them, where there is one. Only answers
 * over HTTP have a stream. Of the kinds in shapes.def two have no row: tool.run, since a tab never lets its driver run commands, and answer, which
 * ends what has no log: see the test of a conversation. The rows without a kind of their own are what a tab does for others: files and memory for
 * tools, reading and the lock when it opens a quest. One quest has several rows, in the order in which it comes to them.
 */
const QUESTS: readonly { weather: Weather; rows: readonly Row[] }[] = [
  {
    weather: 'fair',
    rows: [
      { kind: 'lease', points: ['lease before', 'lease after'] },
      { kind: 'log.read', points: ['log.read before', 'log.read after'] },
      { kind: 'blob.get', points: ['blob.get before', 'blob.get after'] },
      { kind: 'random', points: ['random before', 'random after'] }, // at once, and nothing tells of it
      { kind: 'ask.human', points: ['ask.human before', 'ask.human after', 'log.append approve before', 'log.append approve after'] },
      { kind: 'http.request for the tools of a server', points: ['server initialize before', 'server initialize end', 'server tools/list before', 'server tools/list piece', 'server tools/list end'] }, // only the next start tells of it
      { kind: 'http.request to a model', points: ['log.append start http before', 'log.append start http after', 'model piece', 'model end', 'log.append done http ok after'] },
    ],
  },
  {
    weather: 'fair',
    rows: [
      { kind: 'log.append', points: ['log.append message before', 'log.append message after'] },
      { kind: 'ask.tool', points: ['ask.tool before', 'ask.tool after', 'log.append start Grep before', 'log.append start Grep after', 'log.append done Grep ok after'] },
      { kind: 'files', points: ['files.put before', 'files.put after', 'log.append done Edit ok before', 'log.append done Edit ok after'] },
      { kind: 'memory', points: ['memory.put before', 'memory.put after', 'log.append done mcp__memory__create_entities ok after'] },
      {
        kind: 'http.request for a tool',
        points: ['log.append start mcp__harbour__echo before', 'log.append start mcp__harbour__echo after', 'server tools/call piece', 'server tools/call end', 'log.append done mcp__harbour__echo ok after'],
      },
      { kind: 'blob.put', points: ['blob.put before', 'blob.put after', 'log.append artifact before', 'log.append artifact after'] },
      { kind: 'done', points: ['log.append complete before', 'log.append complete after'] }, // the end of the quest
    ],
  },
  { weather: 'stuck', rows: [{ kind: 'effect.cancel', points: ['effect.cancel before', 'effect.cancel after', 'log.append done http cancelled before', 'log.append done http cancelled after', 'again after'] }] },
  { weather: 'slow', rows: [{ kind: 'partial.put', points: ['partial.put before', 'partial.put after', 'partial.drop before', 'partial.drop after'] }] }, // beside the log
  { weather: 'busy', rows: [{ kind: 'wait', points: ['log.append done http error before', 'log.append done http error after', 'wait before', 'wait after'] }] },
];

let site: Site;
let browser: Browser;
let ear: Ear;
let core: Core;
let stage: Stage;

before(async () => {
  [site, browser, ear, core] = await Promise.all([serveApp(), launch(), Ear.start(), loadCore()]);
  stage = { site, browser, ear, plan: await planned(browser, site) };
});

after(async () => {
  await browser?.close();
  await site?.close();
  ear?.close();
});

interface Entry {
  e: { t: string; n: number; d: { start?: number; request?: string; outcome?: string; effect?: string; hash?: string } };
}
const read = (lines: readonly string[]): Entry['e'][] => lines.map((line) => (JSON.parse(line) as Entry).e);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The requests to models whose answer stands in a log. */
function answered(lines: readonly string[]): Set<string> {
  const events = read(lines);
  const whole = events.filter(({ t, d }) => t === 'done' && d.outcome === 'ok').map(({ d }) => d.start);
  return new Set(events.flatMap(({ t, n, d }) => (t === 'start' && d.effect === 'http' && whole.includes(n) ? [d.request ?? ''] : [])));
}

/** What was there is there, and it is a log that may be. */
function goesOn(before: readonly string[], lines: readonly string[]): void {
  assert.deepEqual(lines.slice(0, before.length), before, 'what was there is there');
  const { intact, legal } = core.verify(`${lines.join('\n')}\n`);
  assert.deepEqual([intact, legal], ['yes', 'yes']);
}

interface Stores {
  stores: { name: string; keys: string[][]; values: { line?: string; bytes?: number[]; changed?: Record<string, string> }[] }[];
}

/** What has to be true at the end, wherever it was taken away. */
async function check(world: World, before: readonly string[]): Promise<void> {
  const all = JSON.parse(await world.look(kept)) as Stores;
  const store = (name: string): Stores['stores'][number] => all.stores.find((one) => one.name === name) ?? assert.fail(name);
  const lines = store('events').values.map(({ line }) => line ?? '');
  goesOn(before, lines);
  const events = read(lines);
  assert.equal(events.at(-1)?.t, 'complete');
  assert.equal(events.filter(({ t }) => t === 'start').length, events.filter(({ t }) => t === 'done').length, 'whatever began has an end');
  const leaves = world.leaves.filter((tool) => tool.startsWith('mcp__')).length;
  assert.ok(world.mcp.called.length <= 1 + leaves, `a tool ran ${world.mcp.called.length} times, with ${leaves} leaves`);
  const artifacts = events.filter(({ t }) => t === 'artifact').map(({ d }) => d.hash);
  assert.equal(new Set(artifacts).size, artifacts.length, 'an artifact twice');
  const hash = store('works').values[0]?.changed?.['src/hello.ts'];
  const blobs = new Map(store('blobs').keys.map(([, key], i) => [key, store('blobs').values[i]?.bytes ?? []]));
  assert.equal(Buffer.from(blobs.get(hash) ?? []).toString(), 'export const hello = "Hello";\n', 'the edit is kept');
  for (const artifact of artifacts) assert.ok(blobs.has(artifact), 'the log tells of bytes that are not there');
  assert.equal(artifacts.length, 2, 'a file and a picture');
  assert.equal(String(store('memory').values[0]).split('Low water').length, 2, 'what was to be remembered is, once');
  assert.equal(store('parts').values.length, 0, 'words of an answer that is whole');
}

/** One quest, taken away at each of these. Sure: it comes to all of them. How many it came to. */
async function takenAway(weather: Weather, spots: readonly Spot[], sure: boolean): Promise<number> {
  const world = await World.make(stage, weather);
  const at: string[] = [];
  let had: readonly string[] = [];
  try {
    for (const spot of [...spots, null]) {
      const asked = world.models.requests.length;
      const { died, found } = await world.live(spot);
      goesOn(had, found);
      const known = answered(found);
      for (const { ask, body } of world.models.requests.slice(asked)) assert.ok(ask === undefined || !known.has(sha256(body)), 'a model was asked what it had answered');
      had = found;
      if (spot !== null && !died && sure) throw new Error(`${spot.label} was not reached`);
      if (spot === null || !died) break;
      at.push(spot.label);
    }
    await check(world, had);
    return at.length;
  } catch (error) {
    throw new Error(`taken away at ${at.join(', ')}: ${(error as Error).message}`, { cause: error });
  } finally {
    await world.end();
  }
}

describe('a quest comes to its end in the next tab, with nothing lost and nothing twice, when its tab is taken away at every point of', { concurrency: AT_ONCE }, () => {
  for (const { weather, rows } of QUESTS) {
    const spots = rows.flatMap(({ points }) => points.map((label) => ({ label, n: 1 })));
    test(rows.map(({ kind }) => kind).join(', '), async () => void (await takenAway(weather, spots, true)));
  }
});

test('a tab that nobody takes away asks for each thing once, and the log names requests by the bytes that were sent', async () => {
  const world = await World.make(stage, 'fair');
  try {
    await world.live(null);
    const sent = new Set(world.models.requests.filter(({ ask }) => ask !== undefined).map(({ body }) => sha256(body)));
    for (const request of answered(await world.lines())) assert.ok(sent.has(request));
    assert.deepEqual(world.mcp.called, ['echo']);
    assert.deepEqual(world.leaves, ['Grep']);
    await check(world, []);
  } finally {
    await world.end();
  }
});

const chatsIn = async (page: Page): Promise<(Chat & { id: string })[]> => {
  const { stores } = JSON.parse(await kept(page)) as { stores: { name: string; values: (Chat & { id: string })[] }[] };
  return stores.find(({ name }) => name === 'chats')?.values ?? [];
};

/** In each page: asks, unless the question is kept; asks anew what has no whole answer; until there is one. */
async function talks(page: Page): Promise<void> {
  const [chat] = await chatsIn(page);
  if (chat === undefined) await page.getByLabel('Your message to').fill('Where is low water?');
  else {
    await page.evaluate((hash) => void (location.hash = hash), `#/chat/%40painter/${chat.id}`);
    await page.getByText('Where is low water?').first().waitFor();
    if (chat.exchanges[0]?.answer?.end === 'whole') return;
    await page.getByRole('button', { name: 'Edit' }).click();
  }
  await page.getByRole('button', { name: 'Send' }).click();
  await until(async () => (await chatsIn(page))[0]?.exchanges[0]?.answer?.end === 'whole', 'there is no answer');
}

test('a conversation: what was asked is kept, and so is its answer', async () => {
  const world = await World.make(stage, 'fair');
  try {
    let had: readonly (Chat & { id: string })[] = [];
    for (const label of ['chat.put asked before', 'chat.put asked after', 'model piece', 'model end', 'chat.put whole before', 'chat.put whole after', '']) {
      const asked = world.models.asks.length;
      const { died } = await world.visit({ label, n: 1 }, '#/chat/%40painter', talks);
      assert.equal(died, label !== '', label);
      const now = await world.look(chatsIn);
      assert.deepEqual(now.map(({ id, exchanges }) => [id, exchanges.length, exchanges[0]?.asked]), [...had, ...now.slice(had.length)].map(({ id }) => [id, 1, 'Where is low water?']), label);
      assert.equal(now.length, label === 'chat.put asked before' ? 0 : 1, label);
      if (label === '') assert.equal(world.models.asks.length, asked, 'asked again for what is kept');
      had = now;
    }
    assert.match(had[0]?.exchanges[0]?.answer?.text ?? '', /low water/);
  } finally {
    await world.end();
  }
});

/** What only the painter's weather brings; all else is found in fair weather. */
const WEATHERS: readonly { weather: Weather; brings: RegExp }[] = [
  { weather: 'slow', brings: /^partial\.(put|drop)/ },
  { weather: 'busy', brings: /^wait| error / },
  { weather: 'stuck', brings: /^(stop|again|effect\.cancel)| cancelled / },
  { weather: 'fair', brings: /^/ },
];

/** Each point that there is, and how often a quest passes it. */
async function every(): Promise<{ weather: Weather; label: string; count: number }[]> {
  const known = new Set<string>();
  const all: { weather: Weather; label: string; count: number }[] = [];
  for (const { weather, brings } of WEATHERS) {
    const world = await World.make(stage, weather);
    const { passed } = await world.live(null);
    await world.end();
    for (const [label, count] of passed) if (brings.test(label) && !known.has(label)) all.push({ weather, label, count });
    for (const { label } of all) known.add(label);
  }
  return all.sort((a, b) => a.count - b.count);
}

test('and each time that a quest passes any point', { skip: ALL ? false : 'QUESTLINE_POINTS=all', timeout: 7_200_000, concurrency: AT_ONCE }, async (t) => {
  const all = await every();
  await Promise.all(
    all.map(({ weather, label, count }) =>
      t.test(`${label}, ${count} times`, async (t) => {
        const n = /^log\.append .* after$/.test(label) ? 1 : 2; // what was not told by then is done once more, and passed once more
        const spots = Array.from({ length: count }, (_, i) => ({ label, n: i === 0 ? 1 : n }));
        const times = await takenAway(weather, spots, false);
        t.diagnostic(`taken away ${times} times`);
        assert.ok(times > 0);
      }),
    ),
  );
});
