// What tools do in the middle of a quest in a tab: servers that answer or are gone, memory, several questions at once, half answers over a
// reload, and another quest that goes on from an event. In a real browser, over real HTTP.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { brain } from '../loopback/brain.ts';
import { type Call, Steps } from '../loopback/script.ts';
import { Servers } from '../mcp/server.ts';
import { noSidewaysScroll, picture, untilStatus } from './harness.ts';
import { ANY, EDIT, FILES, files, given, giveFolder, keyAgain, log, type Place, READ, run, SOME, stand, told, toStart, working, wrong } from './tooling.ts';

const { place } = stand();

const ECHO: Call = { name: 'mcp__harbour__echo', arguments: { words: 'high water' } };

/** An MCP server that lets pages in. */
async function harbour(t: TestContext): Promise<Servers> {
  const server = await Servers.start({ stateful: true, json: false, pages: true });
  t.after(() => server.stop());
  return server;
}

async function addServer({ page }: Place, url: string, name: string): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.getByLabel('URL, such as https://docs').fill(url);
  await page.getByLabel('Name, if not').fill(name);
  await page.getByRole('button', { name: 'Add the server' }).click();
  await page.locator(`[data-server="${name}"]`).waitFor();
}

/** The rows of a store of this browser, past the app; once there are so many of them. */
const rows = (page: Page, store: string, least = 0, most = Number.MAX_SAFE_INTEGER): Promise<unknown[]> =>
  page.evaluate(
    async ([store, least, most]) => {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const open = indexedDB.open('questline');
        open.onsuccess = () => resolve(open.result);
      });
      try {
        for (const until = performance.now() + 20_000; ; ) {
          const all = db.transaction(store).objectStore(store).getAll();
          await new Promise((resolve) => (all.onsuccess = resolve));
          if (all.result.length >= least && all.result.length <= most) return all.result as unknown[];
          if (performance.now() > until) throw new Error(`${store} has ${all.result.length} rows`);
        }
      } finally {
        db.close();
      }
    },
    [store, least, most] as const,
  );

test('a worker calls a tool of an MCP server; one that is not there is told once, and the quest goes on without it', async (t) => {
  const [here, open, gone] = [await place(t, working(ECHO, READ), `${ANY}, mcp__harbour, mcp__gone`), await harbour(t), await Servers.start({ stateful: true, json: false })];
  const { page } = here;
  const { url } = gone;
  await gone.stop();
  await addServer(here, open.url, 'harbour');
  await addServer(here, url, 'gone');
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  await untilStatus(page, 'completed');
  assert.deepEqual(told(here).map(({ error }) => error), [false, false]);
  assert.match(told(here)[0]?.text ?? '', /high water/);
  assert.ok((here.server.asks.at(-1)?.tools ?? []).every(({ name }) => !name.startsWith('mcp__gone')));
  const missing = page.getByRole('region', { name: 'Servers that are not there' });
  await missing.getByRole('status').waitFor();
  assert.match((await missing.textContent()) ?? '', /^Agents went on without the tools of gone: The MCP server gone cannot be used: .*\. See to it$/);
  assert.equal(await missing.locator('p').count(), 1);
  assert.match(await log(page), /"tool":"mcp__harbour__echo"|mcp__harbour__echo/);
  await noSidewaysScroll(page, 'a quest without a server');
  await picture(page, 'quest-tools-gone-1440-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'quest-tools-gone-1440-dark');
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
  await noSidewaysScroll(page, 'a quest without a server');
  await missing.scrollIntoViewIfNeeded();
  await picture(page, 'quest-tools-gone-320-light');
  await missing.getByRole('link', { name: 'See to it' }).click();
  await page.locator('[data-server="gone"]').waitFor();
  assert.equal(open.problems.length, 0);
  assert.deepEqual(wrong(here), []);
});

test('what agents save in memory is there; what somebody forgets meanwhile does not come back', async (t) => {
  const note = (name: string): object => ({ name, entityType: 'module', observations: ['It greets.'] });
  const create = (name: string): Call => ({ name: 'mcp__memory__create_entities', arguments: { entities: [note(name)] } });
  const search: Call = { name: 'Grep', arguments: { pattern: 'Helo' } };
  const here = await place(t, working(create('greeting'), search, create('farewell')), `${SOME}, mcp__memory`);
  const { page } = here;
  await page.evaluate(
    (lines) =>
      new Promise<void>((resolve) => {
        const open = indexedDB.open('questline');
        open.onsuccess = () => {
          const tx = open.result.transaction('memory', 'readwrite');
          tx.objectStore('memory').put(lines, 'graph');
          tx.oncomplete = () => (open.result.close(), resolve());
        };
      }),
    ['old ways', 'harbour'].map((name) => JSON.stringify({ type: 'entity', name, entityType: 'module', observations: ['It was there before.'] })).join('\n'),
  );
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  await card.getByText('@writer wants to use Grep').last().waitFor();
  const remembered = async (): Promise<string[]> => String((await rows(page, 'memory'))[0]).split('\n').map((line) => (JSON.parse(line) as { name: string }).name).sort();
  assert.deepEqual(await remembered(), ['greeting', 'harbour', 'old ways']);
  const other = await page.context().newPage();
  await other.goto(`${here.url}#/memory/old%20ways`);
  await other.getByRole('button', { name: 'Forget all of it' }).click();
  await other.getByText('“old ways” is forgotten.').waitFor();
  assert.deepEqual(await remembered(), ['greeting', 'harbour']);
  await other.close();
  await card.getByRole('button', { name: 'Allow once' }).click();
  await untilStatus(page, 'completed');
  assert.deepEqual(await remembered(), ['farewell', 'greeting', 'harbour']);
  assert.deepEqual(told(here).map(({ error }) => error), [false, false, false]);
  assert.deepEqual(wrong(here), []);
});

test('what had come before the page was closed is shown until the agent has answered, also where the stream stood still', async (t) => {
  const steps = new Steps();
  let slow = true;
  const wise = working();
  const here = await place(t, async (ask) => {
    const answer = await wise(ask);
    if (!slow || !ask.system.includes('You are @writer')) return answer;
    slow = false;
    return { ...answer, text: 'The greeting is mended. Every place was looked at.', piece: 24, pace: steps };
  });
  const { page } = here;
  await toStart(here);
  await run(here);
  await page.getByRole('button', { name: 'Stop: @writer' }).waitFor();
  steps.go(4);
  await page.locator('[data-draft="@writer"] .words').waitFor();
  await rows(page, 'parts', 1, 1);
  await page.reload();
  await page.getByText('What had come before the page was closed:').waitFor();
  await page.getByText(/^The greeting is mended\./).waitFor();
  await picture(page, 'quest-tools-half-1440-light');
  await keyAgain(here);
  await untilStatus(page, 'completed');
  await page.getByText('What had come before the page was closed:').waitFor({ state: 'detached' });
  await rows(page, 'parts', 0, 0);
  assert.deepEqual(wrong(here), []);
});

test('calls of several agents wait in a row, and each answer is about its own', async (t) => {
  const wise = brain();
  const search = (pattern: string): Call => ({ name: 'Grep', arguments: { pattern } });
  const tasks = ['writer', 'lead'].map((id, i) => ({ id: `T${i + 1}`, title: `Look at it as ${id}`, agent: '@writer', reason: 'it writes', outputs: [`src/${id}.ts`], accept: ['it is looked at'], after: [] }));
  const here = await place(
    t,
    async (ask) => {
      if (ask.schema !== undefined) return { text: JSON.stringify({ tasks }) };
      if (!ask.system.includes('You are @writer')) return wise(ask);
      const made = ask.messages.flatMap(({ parts }) => parts).some(({ kind }) => kind === 'call');
      return made ? wise(ask) : { calls: [search('Helo'), search('Bye')] };
    },
    SOME,
  );
  const { page } = here;
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  await card.getByText('Helo', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Allow once' }).focus();
  await page.keyboard.press('Enter');
  await card.getByText('Bye', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Refuse' }).click();
  for (;;) {
    const next = await Promise.race([untilStatus(page, 'completed').then(() => null), card.getByRole('button', { name: 'Refuse' }).waitFor().then(() => card)]);
    if (next === null) break;
    const asked = await card.locator('dd').textContent();
    await card.getByRole('button', { name: 'Refuse' }).click();
    await page.waitForFunction((before) => document.querySelector('.approval dd')?.textContent !== before, asked);
  }
  const results = here.server.asks.filter(({ system }) => system.includes('You are @writer')).flatMap(({ messages }) => messages.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'result' ? [part] : []))));
  assert.deepEqual(results.slice(0, 2).map(({ error }) => error), [false, true]);
  assert.deepEqual(wrong(here), []);
});

test('a folder that is dropped is taken, and can be written to', async (t) => {
  const here = await place(t, working(READ, EDIT));
  const { page } = here;
  const folder = await mkdtemp(join(tmpdir(), 'questline-drop-'));
  t.after(() => rm(folder, { recursive: true }));
  const project = join(folder, 'project');
  for (const [path, text] of Object.entries({ ...FILES, 'node_modules/x/y.js': 'x' })) {
    await mkdir(dirname(join(project, path)), { recursive: true });
    await writeFile(join(project, path), text);
  }
  await toStart(here);
  await given(page).waitFor();
  const { x, y, width, height } = (await given(page).boundingBox()) ?? assert.fail('it is not there');
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data: { items: [], files: [project], dragOperationsMask: 1 } });
  await given(page).getByText('3 files of project').waitFor();
  await given(page).getByText('1 entry left out').waitFor();
  await run(here);
  await untilStatus(page, 'completed');
  await files(page).getByRole('button', { name: 'Write back src/hello.ts' }).waitFor();
  assert.deepEqual(wrong(here), []);
});

test('another quest from an event on has the files as they were then', async (t) => {
  const again: Call = { name: 'Edit', arguments: { file_path: 'src/hello.ts', old_string: '"Bye"', new_string: '"Goodbye"' } };
  const here = await place(t, working(READ, EDIT, again));
  const { page } = here;
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  await untilStatus(page, 'completed');
  await files(page).getByText('1 change').waitFor();
  const lines = (await log(page)).trim().split('\n').map((line) => (JSON.parse(line) as { e: { t: string } }).e.t);
  const first = lines.indexOf('artifact');
  assert.ok(first > 0 && lines.lastIndexOf('artifact') > first, lines.join(' '));
  const { id } = ((await rows(page, 'works')) as { id: string }[])[0] ?? assert.fail('no files are kept');
  await page.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
  await page.getByLabel('Event shown').fill(String(first));
  await page.getByRole('button', { name: 'Continue from here as another quest' }).click();
  await page.waitForFunction((old) => !location.hash.includes(old), id);
  type Row = { id: string; files: unknown[]; changed: Record<string, string> };
  const kept = (await rows(page, 'works')) as Row[];
  const [old, fork] = [kept.find((one) => one.id === id), kept.find((one) => one.id !== id)];
  assert.equal(fork?.files.length, 3);
  assert.ok(old?.changed['src/hello.ts'] !== undefined && fork.changed['src/hello.ts'] !== undefined);
  assert.notEqual(fork.changed['src/hello.ts'], old.changed['src/hello.ts'], 'the second edit came later');
  assert.deepEqual(wrong(here), []);
});
