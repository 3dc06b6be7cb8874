// What models work with in a tab: files that somebody gave, servers of tools, and a yes or no before a call. In a real browser, over real HTTP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strToU8, unzipSync, zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { type Call, Steps } from '../loopback/script.ts';
import { Servers } from '../mcp/server.ts';
import { noSidewaysScroll, picture, untilStatus } from './harness.ts';
import { EDIT, FILES, files, given, giveFolder, inFolder, keyAgain, log, READ, run, SOME, stand, told, toStart, working, wrong } from './tooling.ts';

const { place } = stand();

test('a worker reads, searches and edits the files of a folder; a reload goes on; they are written back when somebody says so', async (t) => {
  const here = await place(t, working({ name: 'Glob', arguments: { pattern: '**/*.ts' } }, { name: 'Grep', arguments: { pattern: 'Helo' } }, READ, EDIT, { name: 'Write', arguments: { file_path: 'src/new.ts', content: 'export {};\n' } }));
  const { page } = here;
  await toStart(here);
  await giveFolder(here, { ...FILES, '.env': 'SECRET=1\n', 'node_modules/x/y.js': 'x', 'big.txt': 'x'.repeat(4 * 1024 * 1024 + 1) });
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await given(page).getByText('3 entries left out').click();
  assert.deepEqual((await given(page).locator('.leftout li').allTextContents()).sort(), ['.env hidden', 'big.txt too large', 'node_modules packages of others']);
  await noSidewaysScroll(page, 'the start');
  await picture(page, 'tools-start-1440-light');
  await page.reload();
  await given(page).getByText('3 files of project').waitFor();
  await giveFolder(here, {}); // what a page gives is gone with it
  await run(here, true);
  await untilStatus(page, 'completed');
  const results = told(here);
  assert.equal(results.length, 5);
  assert.deepEqual(results.map(({ error }) => error), [false, false, false, false, false]);
  assert.match(results[0]?.text ?? '', /src\/hello\.ts/);
  assert.doesNotMatch(results[0]?.text ?? '', /node_modules/);
  assert.match(results[2]?.text ?? '', /"Helo"/);
  assert.match(await log(page), /"t":"artifact"/);
  assert.equal(await inFolder(here, 'src/hello.ts'), FILES['src/hello.ts'], 'nothing is written unasked');

  await page.reload();
  await untilStatus(page, 'completed');
  await files(page).getByRole('button', { name: /^src\/hello\.ts/ }).click();
  const look = page.getByRole('dialog', { name: 'src/hello.ts' });
  await look.getByText('1 added, 1 removed').waitFor();
  assert.deepEqual((await look.locator('tr.added, tr.removed').allTextContents()).map((text) => text.trim()), ['1−removed: export const hello = "Helo";', '1+added: export const hello = "Hello";']);
  await picture(page, 'tools-diff-1440-light');
  await page.keyboard.press('Escape');
  await files(page).getByRole('button', { name: 'Write back src/hello.ts' }).click();
  await files(page).getByText('1 file written into project.').waitFor();
  assert.equal(await inFolder(here, 'src/hello.ts'), FILES['src/hello.ts'].replace('Helo', 'Hello'));
  const saved = page.waitForEvent('download');
  await files(page).getByRole('button', { name: 'Download as a zip' }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await saved).createReadStream()) chunks.push(chunk as Buffer);
  const zip = unzipSync(Buffer.concat(chunks));
  assert.deepEqual(Object.keys(zip), ['src/new.ts'], 'what was written back is no change any more');
  assert.equal(Buffer.from(zip['src/new.ts'] ?? []).toString(), 'export {};\n');
  await page.setViewportSize({ width: 320, height: 800 });
  await noSidewaysScroll(page, 'the quest');
  await files(page).scrollIntoViewIfNeeded();
  await picture(page, 'tools-files-320-light');
  assert.deepEqual(wrong(here), []);
});

test('a file that was changed outside is not overwritten without a second yes', async (t) => {
  const here = await place(t, working(READ, EDIT));
  const { page } = here;
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  await untilStatus(page, 'completed');
  await giveFolder(here, { 'src/hello.ts': 'mine\n' });
  await files(page).getByRole('button', { name: 'Write back src/hello.ts' }).click();
  await files(page).getByText('src/hello.ts was changed outside meanwhile').waitFor();
  assert.equal(await inFolder(here, 'src/hello.ts'), 'mine\n');
  await picture(page, 'tools-conflict-1440-light');
  await files(page).getByRole('button', { name: 'Leave it' }).click();
  await files(page).getByText('src/hello.ts was changed outside meanwhile').waitFor({ state: 'detached' });
  assert.equal(await inFolder(here, 'src/hello.ts'), 'mine\n');
  await files(page).getByRole('button', { name: 'Write back src/hello.ts' }).click();
  await files(page).getByRole('button', { name: 'Overwrite all the same' }).click();
  await files(page).getByText('1 file written into project.').waitFor();
  assert.equal(await inFolder(here, 'src/hello.ts'), FILES['src/hello.ts'].replace('Helo', 'Hello'));
  assert.deepEqual(wrong(here), []);
});

test('a zip file is unpacked; it goes with its quest', async (t) => {
  const here = await place(t, working(READ, EDIT, { name: 'Bash', arguments: { command: 'ls' } }));
  const { page } = here;
  await toStart(here);
  const zip = zipSync(Object.fromEntries(Object.entries({ ...FILES, '.git/config': 'x' }).map(([path, text]) => [`project/${path}`, strToU8(text)])));
  const chooser = page.waitForEvent('filechooser');
  await given(page).getByRole('button', { name: 'Give files or a zip' }).click();
  await (await chooser).setFiles([{ name: 'project.zip', mimeType: 'application/zip', buffer: Buffer.from(zip) }]);
  await given(page).getByText('3 files of project.zip').waitFor();
  await run(here);
  await untilStatus(page, 'completed');
  const results = told(here);
  assert.deepEqual(results.map(({ error }) => error), [false, false, true], 'no command is run in a tab');
  await files(page).getByText('1 change').waitFor();
  assert.equal(await files(page).getByRole('button', { name: /Write back/ }).count(), 0, 'a zip file is not written to');
  const kept = (): Promise<number[]> =>
    page.evaluate(async () => {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const open = indexedDB.open('questline');
        open.onsuccess = () => resolve(open.result);
      });
      const sizes = await Promise.all(['works', 'blobs', 'parts'].map((store) => new Promise<number>((resolve) => {
        const all = db.transaction(store).objectStore(store).count();
        all.onsuccess = () => resolve(all.result);
      })));
      db.close();
      return sizes;
    });
  assert.deepEqual(await kept(), [1, 4, 0]);
  await page.evaluate(() => void (location.hash = '#/library'));
  await page.getByRole('button', { name: /^Delete/ }).click();
  await page.getByText(/deleted\.$/).waitFor();
  assert.deepEqual(await kept(), [0, 0, 0]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => document.querySelector('.toast') === null || !document.querySelector('.toast')?.textContent?.includes('deleted'));
  assert.deepEqual(await kept(), [1, 4, 0]);
  assert.deepEqual(wrong(here), []);
});

test('a call that the file does not settle waits for a yes or no, over a reload too', async (t) => {
  const search: Call = { name: 'Grep', arguments: { pattern: 'Helo' } };
  const here = await place(t, working(search, { ...search, arguments: { pattern: 'Bye' } }), SOME);
  const { page } = here;
  await toStart(here);
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await run(here);
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  await card.getByText('@writer wants to use Grep').last().waitFor();
  assert.equal(await card.locator('dd').textContent(), 'Helo');
  await card.getByRole('link', { name: 'writer.md, line 4' }).waitFor();
  await picture(page, 'tools-approval-1440-light');
  await page.evaluate(() => void (location.hash = '#/team'));
  await page.locator('.screen-team').waitFor();
  await page.goBack();
  await card.waitFor();
  await page.reload();
  await card.waitFor();
  assert.equal(await card.locator('dd').textContent(), 'Helo');
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await noSidewaysScroll(page, 'a tool that waits');
  await picture(page, 'tools-approval-320-dark');
  await card.getByRole('button', { name: 'Allow once' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'main' || document.activeElement?.closest('dialog') !== null);
  await keyAgain(here);
  await card.getByText('Bye', { exact: true }).waitFor();
  await card.getByRole('button', { name: 'Refuse' }).click();
  await untilStatus(page, 'completed');
  const results = told(here);
  assert.deepEqual(results.map(({ error }) => error), [false, true]);
  assert.match(results[0]?.text ?? '', /hello\.ts/);
  assert.deepEqual(wrong(here), []);
});

test('one model is stopped; its seat keeps the turn, and it goes on where it was', async (t) => {
  const steps = new Steps();
  let slow = true;
  const wise = working();
  const here = await place(t, async (ask) => {
    const answer = await wise(ask);
    if (!slow || !ask.system.includes('You are @writer')) return answer;
    slow = false;
    return { ...answer, text: 'The greeting is mended, and I have looked at every other place where it is said.', pace: steps };
  });
  const { page, server } = here;
  await toStart(here);
  await run(here);
  await page.getByRole('button', { name: 'Stop: @writer' }).waitFor();
  await server.arrived(4);
  steps.go(4);
  await page.locator('[data-draft="@writer"] .words').waitFor();
  await page.getByRole('button', { name: 'Stop: @writer' }).click();
  await page.getByText('Stopped; the turn is kept.').waitFor();
  await page.waitForFunction(() => document.querySelector('main')?.dataset['status'] === 'running');
  const asked = server.asks.length;
  await picture(page, 'tools-stopped-1440-light');
  await page.getByRole('button', { name: 'Continue: @writer' }).click();
  await untilStatus(page, 'completed');
  assert.ok(server.asks.length > asked);
  const text = await log(page);
  assert.equal(text.split('"outcome":"cancelled"').length - 1, 1, 'the call that was stopped is in the log, with what it took');
  assert.deepEqual(wrong(here), []);
});

test('in a conversation an agent reads and changes the files it was given', async (t) => {
  const here = await place(t, working(READ, { name: 'Grep', arguments: { pattern: 'Bye' } }, EDIT), SOME);
  const { page, server } = here;
  await page.evaluate(() => void (location.hash = '#/chat/@writer'));
  await page.getByText('Files to work on').first().click();
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await page.getByLabel('Your message to @writer').fill('Mend the greeting.');
  await page.getByRole('button', { name: 'Send' }).click();
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  await card.getByRole('button', { name: 'Refuse' }).click();
  await page.getByText('1 changed').waitFor();
  assert.deepEqual((server.asks.at(-1)?.messages ?? []).flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'result' ? [part.error] : []))), [false, true, false]);
  await page.reload();
  await page.getByRole('button', { name: 'Write back src/hello.ts' }).click();
  await page.getByText('1 file written into project.').waitFor();
  assert.equal(await inFolder(here, 'src/hello.ts'), FILES['src/hello.ts'].replace('Helo', 'Hello'));
  await noSidewaysScroll(page, 'a conversation with files');
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await noSidewaysScroll(page, 'a conversation with files');
  await picture(page, 'tools-chat-320-dark');
  assert.deepEqual(wrong(here), []);
});

test('who wants to be asked first is asked before every use of a tool', async (t) => {
  const here = await place(t, working(READ, READ), SOME);
  const { page } = here;
  const wish = page.getByLabel('I am asked about tools');
  await page.evaluate(() => void (location.hash = '#/models'));
  await wish.selectOption({ label: 'before every use' });
  await page.evaluate(() => void (location.hash = '#/chat/@writer'));
  await page.getByText('Files to work on').first().click();
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await page.getByLabel('Your message to @writer').fill('Look at the greeting.');
  await page.getByRole('button', { name: 'Send' }).click();
  const card = page.getByRole('region', { name: 'A tool waits for your yes' });
  for (const answer of ['Allow once', 'Refuse']) {
    await card.getByText('You want to be asked before each use of a tool.').waitFor();
    await card.getByRole('button', { name: answer }).click();
  }
  await page.locator('.them > footer').last().waitFor();
  assert.deepEqual(told(here).map(({ error }) => error), [false, true]);
  await page.evaluate(() => void (location.hash = '#/models'));
  await page.reload();
  await wish.waitFor();
  assert.equal(await wish.inputValue(), 'all', 'it lasts');
  await wish.scrollIntoViewIfNeeded();
  await picture(page, 'tools-ask-first-1440-light');
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await noSidewaysScroll(page, 'the wish to be asked');
  await wish.scrollIntoViewIfNeeded();
  await picture(page, 'tools-ask-first-320-dark');
  assert.deepEqual(wrong(here), []);
});

/** What the browser keeps of conversations: how many, of how many files, and of how many bytes by hash. */
const ofChats = (page: Page): Promise<number[]> =>
  page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve) => {
      const open = indexedDB.open('questline');
      open.onsuccess = () => resolve(open.result);
    });
    const counts = ['chats', 'works', 'blobs'].map(
      (store) =>
        new Promise<number>((resolve) => {
          const all = db.transaction(store).objectStore(store).count();
          all.onsuccess = () => resolve(all.result);
        }),
    );
    const found = await Promise.all(counts);
    db.close();
    return found;
  });

test('a conversation that was deleted comes back with its files, and with what was changed in them', async (t) => {
  const here = await place(t, working(EDIT));
  const { page } = here;
  await page.evaluate(() => void (location.hash = '#/chat/@writer'));
  await page.getByText('Files to work on').first().click();
  await giveFolder(here, FILES);
  await given(page).getByRole('button', { name: 'Give a folder' }).click();
  await given(page).getByText('3 files of project').waitFor();
  await page.getByLabel('Your message to @writer').fill('Mend the greeting.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('button', { name: 'Regenerate' }).waitFor();
  const before = await ofChats(page);
  assert.deepEqual(before, [1, 1, 4]);
  await page.getByRole('button', { name: 'Delete Mend the greeting.' }).click();
  await page.getByText('No such conversation').waitFor();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  assert.deepEqual(await ofChats(page), [0, 0, 0]);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('3 files to work on, 1 changed').waitFor();
  assert.deepEqual(await ofChats(page), before);
  await page.reload();
  await page.getByRole('button', { name: 'Write back src/hello.ts' }).click();
  await page.getByText('1 file written into project.').waitFor();
  assert.equal(await inFolder(here, 'src/hello.ts'), FILES['src/hello.ts'].replace('Helo', 'Hello'));
  assert.deepEqual(wrong(here), []);
});

test('an MCP server is tried: its tools, or what keeps the page out, in words', async (t) => {
  const here = await place(t, working());
  const { page } = here;
  const [open, shut, keyed] = await Promise.all([Servers.start({ stateful: true, json: false, pages: true }), Servers.start({ stateful: true, json: false }), Servers.start({ stateful: false, json: true, pages: true, key: 'right-key' })]);
  t.after(() => Promise.all([open.stop(), shut.stop(), keyed.stop()]));
  const add = async (url: string, name: string): Promise<void> => {
    await page.getByLabel('URL, such as https://docs').fill(url);
    await page.getByLabel('Name, if not').fill(name);
    await page.getByRole('button', { name: 'Add the server' }).click();
  };
  const card = (name: string): ReturnType<Page['locator']> => page.locator(`[data-server="${name}"]`);
  const cause = async (name: string): Promise<string | null> => {
    await page.getByRole('button', { name: `Test ${name}` }).click();
    await card(name).locator('.tested').waitFor();
    return card(name).locator('.tested').getAttribute('data-cause');
  };
  await add('no address', 'harbour');
  await page.locator('.adds').getByRole('alert').waitFor();
  await add(open.url, 'harbour');
  await card('harbour').waitFor();
  await add(open.url, 'harbour');
  await page.getByText('There is a server called harbour already.').waitFor();
  assert.equal(await cause('harbour'), 'ok');
  await card('harbour').getByText('9 tools').click();
  assert.equal(await card('harbour').locator('.offers li').count(), 9);
  await add(shut.url, 'shut');
  assert.equal(await cause('shut'), 'unreachable');
  assert.match((await card('shut').locator('.tested').textContent()) ?? '', /Access-Control-Allow-Origin: http:\/\/127\.0\.0\.1:\d+/);
  await add(keyed.url, 'keyed');
  assert.equal(await cause('keyed'), 'key_missing');
  await card('keyed').getByLabel('It wants a key').check();
  await card('keyed').getByRole('textbox', { name: 'Key for keyed' }).fill('wrong-key');
  await card('keyed').getByRole('button', { name: 'Use this key' }).click();
  await card('keyed').getByText('in the memory of this tab').waitFor();
  assert.equal(await cause('keyed'), 'key_refused');
  await card('keyed').getByRole('button', { name: 'Another key' }).click();
  await card('keyed').getByRole('textbox', { name: 'Key for keyed' }).fill('right-key');
  await card('keyed').getByRole('button', { name: 'Use this key' }).click();
  await page.getByRole('button', { name: 'Test keyed' }).click();
  await card('keyed').locator('.tested[data-cause="ok"]').waitFor();
  await noSidewaysScroll(page, 'servers');
  await card('harbour').scrollIntoViewIfNeeded();
  await picture(page, 'tools-servers-1440-light');
  await page.setViewportSize({ width: 320, height: 800 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await noSidewaysScroll(page, 'servers');
  await card('shut').scrollIntoViewIfNeeded();
  await picture(page, 'tools-servers-320-dark');
  await page.reload();
  await card('harbour').waitFor();
  await page.getByRole('button', { name: 'Remove the server shut' }).click();
  await card('shut').waitFor({ state: 'detached' });
  assert.deepEqual(wrong(here), []);
});
