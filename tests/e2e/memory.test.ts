import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { folder, questline } from '../cli/harness.ts';
import { approveSample, launch, noSidewaysScroll, openProfile, picture, serveApp, type Site, stored, untilStatus, watch } from './harness.ts';

/** The memory of a browser: S25 (the graph, its file, flags, lessons) and S42 (saved only on request). */
let site: Site;
let browser: Browser;

before(async () => {
  site = await serveApp();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const entity = (name: string, entityType: string, ...observations: string[]): string => JSON.stringify({ type: 'entity', name, entityType, observations });
const relation = (from: string, relationType: string, to: string): string => JSON.stringify({ type: 'relation', from, to, relationType });

const THEIRS = [
  entity('Invoices are slow', 'antipattern', 'The queue of the billing service was never drained.'),
  entity('billing', 'module', 'Owns invoices', 'Deployed on Tuesdays'),
  entity('queue', 'module', 'Holds what waits for billing'),
  entity('rotate-key', 'flag', 'status: pending', 'The key of the mail service is two years old.'),
  entity('drop-table', 'flag', 'status: pending'),
  relation('billing', 'uses', 'queue'),
  relation('reports', 'read', 'archive'),
].join('\n');

/** The stored file, read past the app; null: there is none. */
const kept = (page: Page): Promise<string | null> =>
  page.evaluate(
    () =>
      new Promise<string | null>((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const one = open.result.transaction('memory').objectStore('memory').get('graph');
          one.onerror = () => reject(one.error);
          one.onsuccess = () => {
            open.result.close();
            resolve((one.result as string | undefined) ?? null);
          };
        };
      }),
  );

async function take(page: Page, name: string, text: string | Buffer): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Import a file' }).click();
  await (await chooser).setFiles([{ name, mimeType: 'application/jsonl', buffer: Buffer.from(text as string) }]);
}

async function exported(page: Page): Promise<string> {
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  const download = await saved;
  assert.equal(download.suggestedFilename(), 'memory.jsonl');
  return readFile(await download.path(), 'utf8');
}

/** The same on the command line, in a file of its own. */
function commandLine(): (...args: string[]) => Promise<string> {
  const file = join(folder(), 'memory.jsonl');
  return async (...args) => {
    const { code, stdout, stderr } = await questline(['memory', ...args, '--file', file]);
    assert.equal(code, 0, stderr);
    return stdout;
  };
}

const entities = (page: Page): Promise<string[]> => page.getByRole('list', { name: 'Entities' }).locator('b').allTextContents();
const observations = (page: Page) => page.getByRole('list', { name: 'Observations' }).locator('li > div');

async function open(page: Page): Promise<void> {
  await page.goto(`${site.url}#/memory`);
  await page.getByRole('heading', { name: 'Nothing is remembered yet' }).waitFor();
}

async function withTheirs(page: Page): Promise<void> {
  await open(page);
  await take(page, 'theirs.jsonl', THEIRS);
  await page.getByText('Remembered now: 5 entities, 2 relations.').waitFor();
}

test('S25: a file is taken over, searched by rank, changed, kept over a reload, and exported as the command line would', async () => {
  const { page, errors, context } = await openProfile(browser);
  const run = commandLine();
  const file = join(folder(), 'theirs.jsonl');
  writeFileSync(file, THEIRS);
  await withTheirs(page);
  await run('import', file);
  assert.equal(await exported(page), await run('export'));
  assert.deepEqual(await entities(page), ['Invoices are slow', 'billing', 'queue', 'rotate-key', 'drop-table']);

  await page.getByLabel('Search the memory').fill('billing');
  await page.getByText('3 entities found').waitFor();
  assert.deepEqual(await entities(page), ['billing', 'Invoices are slow', 'queue'], 'what is called so comes before what speaks of it');
  await page.getByLabel('Search the memory').fill('nothing like it');
  await page.getByText('Nothing holds these words.').waitFor();
  await page.getByLabel('Search the memory').fill('');

  await page.getByRole('button', { name: 'Remember something' }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('name')), 'name', 'one may type at once');
  await page.getByLabel('Name', { exact: true }).fill('We take NATS');
  await page.getByLabel('Type').fill('decision');
  await page.getByLabel('What is known of it').fill('Kafka needs more hands than we have.');
  await page.getByRole('button', { name: 'Remember', exact: true }).click();
  await page.getByRole('region', { name: 'We take NATS' }).waitFor();
  await run('create', 'We take NATS', 'decision', 'Kafka needs more hands than we have.');
  await page.getByLabel('Another observation').fill('Asked again in spring.');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await observations(page).nth(1).waitFor();
  await run('observe', 'We take NATS', 'Asked again in spring.');
  await page.getByLabel('How it stands').fill('concerns');
  await page.getByLabel('To what').fill('queue');
  await page.getByRole('button', { name: 'Relate' }).click();
  await page.getByRole('list', { name: 'Relations' }).getByRole('link', { name: 'queue' }).click();
  await run('relate', 'We take NATS', 'concerns', 'queue');
  await page.getByRole('region', { name: 'queue' }).getByText('We take NATS concerns queue').waitFor();
  assert.equal(await exported(page), await run('export'));

  await page.getByRole('link', { name: 'billing module', exact: false }).first().click();
  await page.getByRole('button', { name: 'Forget: Deployed on Tuesdays' }).click();
  await page.getByText('An observation of “billing” is forgotten.').waitFor();
  await run('delete', 'billing', 'Deployed on Tuesdays');
  await page.getByRole('button', { name: 'Forget: billing uses queue' }).click();
  await page.getByText('The relation is forgotten.').waitFor();
  await run('unrelate', 'billing', 'uses', 'queue');
  await page.getByRole('button', { name: 'Forget all of it' }).click();
  await page.getByText('“billing” is forgotten.', { exact: true }).waitFor();
  await run('delete', 'billing');
  const file2 = await exported(page);
  assert.equal(file2, await run('export'));
  assert.doesNotMatch(file2, /"billing"/);
  await page.reload();
  await page.getByRole('list', { name: 'Entities' }).waitFor();
  assert.deepEqual(await entities(page), ['Invoices are slow', 'queue', 'rotate-key', 'drop-table', 'We take NATS']);
  assert.equal(await exported(page), file2);
  assert.equal(await kept(page), file2);
  assert.deepEqual(errors, []);
  await context.close();
});

test('S25: what is removed comes back, in its place, or at the end where another tab saved meanwhile', async () => {
  const { page, errors, context } = await openProfile(browser);
  await withTheirs(page);
  const all = await kept(page);
  await page.getByRole('link', { name: /^billing/ }).click();
  await page.getByRole('button', { name: 'Forget all of it' }).click();
  await page.getByText('“billing” is forgotten.', { exact: true }).waitFor();
  assert.doesNotMatch((await kept(page)) ?? '', /"from":"billing"/, 'its relations go too');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: /^billing/ }).waitFor();
  assert.equal(await kept(page), all);

  const other = await context.newPage();
  watch(other, errors);
  await other.goto(`${site.url}#/memory/queue`);
  await other.getByRole('region', { name: 'queue' }).waitFor();
  await page.getByRole('link', { name: /^billing/ }).click();
  await page.getByRole('button', { name: 'Forget all of it' }).click();
  await page.getByText('“billing” is forgotten.', { exact: true }).waitFor();
  await other.getByText('It stands alone.').waitFor(); // it heard of that
  await other.getByLabel('Another observation').fill('Said in another tab');
  await other.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('link', { name: /^queue.*and 1 more/ }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: /^billing/ }).waitFor();
  assert.deepEqual(
    (await kept(page))?.split('\n').sort(),
    THEIRS.replace('"Holds what waits for billing"', '"Holds what waits for billing","Said in another tab"').split('\n').sort(),
  );
  assert.deepEqual(errors, []);
  await context.close();
});

test('S25: a file that cannot be read is named with its line, and nothing is lost or half taken', async () => {
  const { page, errors, context } = await openProfile(browser);
  await withTheirs(page);
  const all = await kept(page);
  for (const [name, text, says] of [
    ['bad.jsonl', `${entity('new', 'module')}\nnonsense\n`, /bad\.jsonl, line 2: .+ Nothing was taken over\./],
    ['team.jsonl', '# An agent\n', /team\.jsonl, line 1: /],
    ['other.jsonl', `${entity('new', 'module')}\n{"type":"event","n":1}\n`, /other\.jsonl, line 2: /],
    ['latin.jsonl', Buffer.concat([Buffer.from(`${entity('new', 'module')}\n{"type":"entity","name":"`), Buffer.from([0xe9]), Buffer.from('"}\n')]), /latin\.jsonl(, line 2)?: .*UTF-8/],
  ] as const) {
    await take(page, name, text as string);
    const alert = page.getByRole('alert').filter({ hasText: name });
    await alert.waitFor();
    assert.match(await alert.innerText(), says);
    assert.equal(await kept(page), all);
  }
  // A file let go over the page; what is known already is not said twice.
  const dropped = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'more.jsonl'));
    return transfer;
  }, `${entity('queue', 'module', 'Holds what waits for billing', 'Three of them')}\n`);
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await page.getByRole('link', { name: /^queue.*and 1 more/ }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  assert.equal(await kept(page), THEIRS.replace('"Holds what waits for billing"', '"Holds what waits for billing","Three of them"'));
  await take(page, 'theirs.jsonl', THEIRS);
  await page.getByText('All of it is known already.').waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('S25: where the browser has no room, nothing is changed, and that is said', async () => {
  const { page, errors, context } = await openProfile(browser);
  await withTheirs(page);
  await page.getByRole('link', { name: /^queue/ }).click();
  await page.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      if (this.name !== 'memory') return put.apply(this, args);
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await page.getByLabel('Another observation').fill('It will not fit');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('alert').getByText('There is no room for it in this browser. Nothing was changed.').waitFor();
  assert.equal(await page.getByLabel('Another observation').inputValue(), 'It will not fit');
  assert.equal(await exported(page), THEIRS);
  assert.equal(await kept(page), THEIRS);
  assert.deepEqual(errors, []);
  await context.close();
});

test('S25: pending flags are accepted or discarded, by keyboard alone, on a phone’s width', async () => {
  const { page, errors, context } = await openProfile(browser, { viewport: { width: 320, height: 700 }, colorScheme: 'dark' });
  await withTheirs(page);
  const pending = page.getByRole('region', { name: 'Pending flags' });
  await pending.getByText('2 flags').waitFor();
  await noSidewaysScroll(page, 'the memory');
  await picture(page, 'memory-320-dark');
  await page.getByRole('button', { name: 'Accept rotate-key' }).focus();
  await page.keyboard.press('Enter');
  await pending.getByText('1 flag').waitFor();
  assert.match((await kept(page)) ?? '', /"rotate-key".*"status: completed"/);
  // The focus stands at the heading: the next button is two steps on, behind the flag itself.
  await page.waitForFunction(() => document.activeElement?.tagName === 'H2');
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), 'Discard drop-table');
  await page.keyboard.press('Enter');
  await pending.waitFor({ state: 'detached' });
  assert.doesNotMatch((await kept(page)) ?? '', /drop-table/);
  await page.waitForFunction(() => document.activeElement?.id === 'memory-search');
  await page.keyboard.type('billing');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: 'billing', exact: true }).waitFor();
  await noSidewaysScroll(page, 'an entity');
  await picture(page, 'memory-entity-320-dark');
  await page.getByLabel('Another observation').focus();
  await page.keyboard.type('Said by keyboard');
  await page.keyboard.press('Enter');
  await observations(page).nth(2).waitFor();
  await page.getByRole('button', { name: 'Forget: Owns invoices' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('An observation of “billing” is forgotten.').waitFor();
  assert.deepEqual(await observations(page).allTextContents(), ['Deployed on Tuesdays', 'Said by keyboard']);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H2');
  await page.keyboard.press('g');
  await page.keyboard.press('m');
  await page.getByRole('list', { name: 'Entities' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('S25, S42: a finished quest teaches only who says yes, and the same as on the command line', async () => {
  const { page, errors, context } = await openProfile(browser);
  await approveSample(page, site.url, 1_000_000);
  await untilStatus(page, 'running');
  assert.equal(await page.getByRole('link', { name: 'Learn from this quest' }).count(), 0);
  await page.goto(`${site.url}?pace=0${new URL(page.url()).hash}`);
  await untilStatus(page, 'completed');
  await page.getByRole('link', { name: 'Learn from this quest' }).click();
  const asks = page.getByRole('region', { name: 'Save to memory' });
  await asks.getByText('Save this to the memory of this browser?').waitFor();
  await page.getByRole('heading', { name: 'What went well' }).waitFor();
  await noSidewaysScroll(page, 'the lessons');
  await picture(page, 'lessons-1440');
  assert.equal(await kept(page), null, 'shown is not saved');
  await asks.getByRole('link', { name: 'No' }).click();
  await untilStatus(page, 'completed');
  assert.equal(await kept(page), null);
  await page.goBack();
  await asks.getByRole('button', { name: 'Yes, save it' }).click();
  await asks.getByText('Memory has all of this.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await asks.getByText('Save this to the memory of this browser?').waitFor();
  assert.equal(await kept(page), '');
  await asks.getByRole('button', { name: 'Yes, save it' }).click();
  await asks.getByText('Memory has all of this.').waitFor();

  const place = folder();
  const lines = (await stored(page)).sort((a, b) => a.n - b.n);
  const quest = lines[0]?.quest ?? '';
  mkdirSync(join(place, '.questline/quests'), { recursive: true });
  writeFileSync(join(place, '.questline/quests', `${quest}.quest`), lines.map(({ line }) => `${line}\n`).join(''));
  const { code, stderr } = await questline(['memory', 'learn', '--quest', quest], { cwd: place });
  assert.equal(code, 0, stderr);
  const theirs = await readFile(join(place, '.questline/memory.jsonl'), 'utf8');
  assert.equal(await kept(page), theirs);

  await page.reload();
  await asks.getByText('Memory has all of this.').waitFor();
  await asks.getByRole('link', { name: 'Look at it' }).click();
  await page.getByRole('region', { name: `Quest ${quest}` }).getByText('Ended: completed').waitFor();
  assert.equal(await exported(page), theirs);
  assert.deepEqual(errors, []);
  await context.close();
});

test('S42: where an agent’s file saves only on request, yes counts when somebody asks in words', async () => {
  const { page, errors, context } = await openProfile(browser, { viewport: { width: 320, height: 700 }, hasTouch: true, isMobile: true });
  await page.goto(`${site.url}#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  const file = (name: string, text: string) => ({ name: `${name}.md`, mimeType: 'text/markdown', buffer: Buffer.from(`---\nname: ${name}\ndescription: Use when ${text}\n---\n\n`) });
  const quiet = file('docs-writer', 'documents are written.');
  quiet.buffer = Buffer.concat([quiet.buffer, Buffer.from('# Writer\n\nSave to memory only when the user explicitly asks for it.\n')]);
  await (await chooser).setFiles([file('lead-coordinator', 'several agents have to work together.'), quiet]);
  await page.getByText(/files read/).waitFor();
  await page.goto(`${site.url}?pace=0#/`);
  await page.getByLabel(/What should/i).or(page.locator('.ask textarea')).first().fill('Ask @docs-writer to write the guide.');
  await page.getByRole('button', { name: 'Rehearse' }).click();
  await page.getByRole('button', { name: 'Approve and rehearse' }).or(page.getByRole('button', { name: 'Approve', exact: true })).first().click();
  await untilStatus(page, 'completed');
  await page.getByRole('link', { name: 'Learn from this quest' }).click();
  const asks = page.getByRole('region', { name: 'Save to memory' });
  const yes = asks.getByRole('button', { name: 'Yes, save it' });
  await asks.getByText('docs-writer may save it only when somebody asks for it.', { exact: false }).waitFor();
  await noSidewaysScroll(page, 'the lessons');
  await asks.scrollIntoViewIfNeeded();
  await picture(page, 'lessons-320-refused');
  assert.equal(await yes.getAttribute('aria-disabled'), 'true');
  await yes.click({ force: true });
  await asks.getByLabel('Ask for it in your words').fill('Fix the memory leak');
  await yes.click({ force: true });
  assert.equal(await yes.getAttribute('aria-disabled'), 'true', 'these words ask for nothing to be kept');
  assert.equal(await kept(page), null);
  await asks.getByLabel('Ask for it in your words').fill('Save this to memory');
  await asks.getByText('The request asks for something to be kept.').waitFor();
  await yes.click();
  await asks.getByText('Memory has all of this.').waitFor();
  assert.match((await kept(page)) ?? '', /docs-writer/);
  assert.deepEqual(errors, []);
  await context.close();
});

for (const version of [1, 2]) {
  test(`what version ${version} of the store holds stays, and memory begins beside it`, async () => {
    const { page, errors, context } = await openProfile(browser);
    await page.goto(`${site.url}theme.js`);
    await page.evaluate(
      (old) =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open('questline', old);
          request.onerror = () => reject(request.error);
          request.onupgradeneeded = () => {
            const db = request.result;
            db.createObjectStore('quests', { keyPath: 'id' }).put({ id: 'old', title: 'An old one', status: 'completed', holder: null, events: 0, created: 1, updated: 1, drive: true });
            db.createObjectStore('events', { keyPath: ['quest', 'n'] });
            db.createObjectStore('specs', { keyPath: 'path' });
            db.createObjectStore('settings').put('An old objective', 'objective');
            if (old > 1) db.createObjectStore('notes', { keyPath: ['quest', 'id'] }).put({ quest: 'old', id: 'n', line: '{}' });
          };
          request.onsuccess = () => {
            request.result.close();
            resolve();
          };
        }),
      version,
    );
    await withTheirs(page);
    assert.equal(await kept(page), THEIRS);
    await page.goto(`${site.url}#/library`);
    await page.getByRole('link', { name: 'An old one' }).waitFor();
    assert.deepEqual(errors.filter((error) => !error.includes('favicon')), []);
    await context.close();
  });
}

test('wide and narrow, light and dark: nothing scrolls sideways, all can be pressed by a thumb, long words too', async () => {
  const long = 'w'.repeat(300);
  const file = [THEIRS, entity(long, long, long, `two\nlines ${long}`), relation(long, long, 'billing'), ...Array.from({ length: 150 }, (_, i) => entity(`module ${i}`, 'module', `The ${i}th of many`))].join('\n');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1440]) {
      const { page, errors, context } = await openProfile(browser, { viewport: { width, height: 900 }, colorScheme, ...(width === 320 ? { hasTouch: true, isMobile: true } : {}) });
      await open(page);
      await noSidewaysScroll(page, `empty, ${width}`);
      await picture(page, `memory-empty-${width}-${colorScheme}`);
      await take(page, 'many.jsonl', file);
      await page.getByText('Remembered now: 156 entities, 3 relations.').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await noSidewaysScroll(page, `many, ${width}`);
      await picture(page, `memory-${width}-${colorScheme}`);
      await page.getByRole('button', { name: 'Remember something' }).click();
      await noSidewaysScroll(page, `the form, ${width}`);
      await picture(page, `memory-form-${width}-${colorScheme}`);
      await page.getByRole('button', { name: '56 more are not shown: show more' }).click();
      assert.equal((await entities(page)).length, 156);
      for (const name of ['billing', long]) {
        await page.goto(`${site.url}#/memory/${name}`);
        await page.getByRole('region', { name, exact: true }).waitFor();
        await noSidewaysScroll(page, `${name.slice(0, 10)}, ${width}`);
        await picture(page, `memory-${name.slice(0, 7)}-${width}-${colorScheme}`);
      }
      const small = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>('main button, main input, main a')].filter((e) => e.offsetParent !== null && e.getBoundingClientRect().height < 24).map((e) => e.outerHTML.slice(0, 80)));
      assert.deepEqual(small, []);
      await page.goto(`${site.url}#/memory/nobody`);
      await page.getByText('There is no entity of the name “nobody”.').waitFor();
      assert.deepEqual(errors, []);
      await context.close();
    }
  }
});
