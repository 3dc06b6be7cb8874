import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { fromRoot, launch, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site } from './harness.ts';

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

interface Given {
  name: string;
  text: string | Buffer;
}

/** A team of these files, with the first of them on screen. */
async function team(files: readonly Given[], options: Parameters<typeof openProfile>[1] = {}): Promise<Profile> {
  const profile = await openProfile(browser, options);
  const { page } = profile;
  await page.goto(`${site.url}#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(files.map(({ name, text }) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text as string) })));
  await page.getByText(/files? read/).waitFor();
  await page.goto(`${site.url}#/team/${files[0]?.name}`);
  return profile;
}

/** The files of the team as this browser keeps them, read past the app. */
const kept = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('specs').objectStore('specs').getAll();
          all.onsuccess = () => {
            open.result.close();
            resolve(Object.fromEntries((all.result as { path: string; text: string }[]).map(({ path, text }) => [path, text])));
          };
        };
      }),
  );

async function untilKept(page: Page, path: string, wanted: (text: string) => boolean): Promise<string> {
  for (let i = 0; i < 100; i += 1) {
    const text = (await kept(page))[path] ?? '';
    if (wanted(text)) return text;
    await page.waitForTimeout(50);
  }
  assert.fail(`${path} is kept as it should be: ${JSON.stringify((await kept(page))[path]?.slice(0, 200))}`);
}

const editor = (page: Page): Locator => page.locator('.cm-content');
const findings = (page: Page): Locator => page.locator('.card:not(.rule)');
const rules = (page: Page): Locator => page.locator('.card.rule');

/** Puts the cursor at the end of the line that holds these words. */
async function cursorAt(page: Page, words: string): Promise<void> {
  await page.locator('.cm-line', { hasText: words }).first().click();
  await page.keyboard.press('End');
}

const PLAIN = '---\nname: api-builder\ndescription: Builds services\ntools: Read, Bash\n---\n\n# API builder\n\nBuilds what was agreed.\n';
const STRICT = `---
name: lead
description: Plans the work
tools: Read, Grep
---

# Lead

## My team

- **api-builder**: builds services
- **test-writer**: writes tests

## Restrictions

You DO NOT modify code directly. NEVER use Bash to change a file.

## Quality gates

- [ ] Test coverage at least 80%
- [ ] Response time under 200 ms
- [ ] Every table has a key
`;

test('what is typed is read while it is typed, kept, and found again after a reload', async () => {
  const { context, page, errors } = await team([{ name: 'api-builder.md', text: PLAIN }]);
  await editor(page).waitFor();
  assert.equal(await findings(page).count(), 0);
  await cursorAt(page, 'description: Builds services');
  await page.keyboard.type(': and tests');
  await findings(page).filter({ hasText: 'unquoted-colon' }).waitFor();
  assert.match(await page.locator('.roster .sum').innerText(), /1 warning|1 error/);
  assert.ok((await page.locator('.fault').count()) > 0, 'the place is underlined');
  assert.ok((await page.locator('.cm-signs .sign').count()) > 0, 'the line has a sign');
  await untilKept(page, 'api-builder.md', (text) => text.includes('Builds services: and tests'));
  await page.reload();
  await page.locator('.cm-line', { hasText: 'Builds services: and tests' }).waitFor();
  await findings(page).filter({ hasText: 'unquoted-colon' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('one fix, all fixes, and undo takes back each as one step', async () => {
  const text = PLAIN.replace('Builds services', 'Builds: services');
  const { context, page, errors } = await team([{ name: 'api-builder.md', text }]);
  await findings(page).filter({ hasText: 'unquoted-colon' }).getByRole('button', { name: 'Mend it' }).click();
  await page.locator('.cm-line', { hasText: '"Builds: services"' }).waitFor();
  await untilKept(page, 'api-builder.md', (now) => now === text.replace('Builds: services', '"Builds: services"'));
  await editor(page).focus();
  await page.keyboard.press('Control+z');
  await page.locator('.cm-line', { hasText: 'description: Builds: services' }).waitFor();
  await untilKept(page, 'api-builder.md', (now) => now === text);
  await page.locator('.spec-h').getByRole('button', { name: /^Mend/ }).click();
  await untilKept(page, 'api-builder.md', (now) => now !== text);
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await untilKept(page, 'api-builder.md', (now) => now === text);
  await page.locator('.cm-line', { hasText: 'Builds: services' }).waitFor();
  // All findings of one kind, and no other.
  await cursorAt(page, 'Builds what was agreed.');
  await page.keyboard.type(' First â†’ then â†’ last.');
  await findings(page).filter({ hasText: 'mojibake' }).first().getByRole('button', { name: 'All 2 of this kind' }).click();
  await untilKept(page, 'api-builder.md', (now) => now === text.replace('agreed.', 'agreed. First → then → last.'));
  await cursorAt(page, 'description:');
  await page.keyboard.press('Control+.');
  await untilKept(page, 'api-builder.md', (now) => now.includes('"Builds: services"'));
  assert.deepEqual(errors, []);
  await context.close();
});

test('line ends and marks outside an edit stay byte by byte', async () => {
  const windows = `\uFEFF${PLAIN.replaceAll('\n', '\r\n')}`;
  const mixed = PLAIN.replace('---\n\n#', '---\r\n\n#');
  const { context, page, errors } = await team([{ name: 'a.md', text: windows }, { name: 'b.md', text: mixed }]);
  for (const [name, text] of [['a.md', windows], ['b.md', mixed]] as const) {
    await page.goto(`${site.url}#/team/${name}`);
    await page.locator('.spec .meta', { hasText: name }).waitFor();
    await cursorAt(page, 'Builds what was agreed.');
    await page.keyboard.type(' → 😀');
    const now = await untilKept(page, name, (words) => words.includes('😀'));
    assert.equal(now, text.replace('agreed.', 'agreed. → 😀'), name);
  }
  assert.deepEqual(errors, []);
  await context.close();
});

test('rules stand beside their lines, each with a switch that outlives a reload', async () => {
  const { context, page, errors } = await team([{ name: 'lead.md', text: STRICT }]);
  const gate = rules(page).filter({ hasText: 'Quality gate' });
  await gate.waitFor();
  assert.match(await gate.innerText(), /≥\s80\s%/);
  assert.match(await gate.innerText(), /<\s200\sms/);
  await rules(page).filter({ hasText: 'Must not' }).waitFor();
  // Level with its lines.
  const card = await gate.boundingBox();
  const line = await page.locator('.cm-line', { hasText: 'Test coverage' }).boundingBox();
  assert.ok(card !== null && line !== null && Math.abs(card.y - line.y) < 90, `the card is at ${card?.y}, its line at ${line?.y}`);
  // From the card to the lines, and from a line to its card.
  await gate.getByRole('button', { name: /^line \d+/ }).click();
  assert.ok((await page.locator('.cm-line.lit').count()) >= 3);
  await cursorAt(page, 'You DO NOT modify');
  await page.locator('.card.rule.here', { hasText: 'Must not' }).waitFor();
  assert.equal(await page.locator('.card.rule.here', { hasText: 'Quality gate' }).count(), 0);
  // The switch.
  const all = gate.getByRole('switch', { name: /^Keep to it: Quality gate/ });
  assert.equal(await all.isChecked(), true);
  await all.click();
  await page.locator('.card.rule-off', { hasText: 'Quality gate' }).waitFor();
  assert.match(await page.locator('.src-h').innerText(), /\d+ of \d+ rules/);
  const one = rules(page).filter({ hasText: 'Must not' }).getByRole('switch', { name: /^Keep: / }).first();
  await one.click();
  await page.waitForFunction(async () => {
    const [{ name = '' } = {}] = await indexedDB.databases();
    const done = <T,>(request: IDBRequest<T>): Promise<T> => new Promise((resolve, reject) => ((request.onsuccess = () => resolve(request.result)), (request.onerror = reject)));
    const db = await done(indexedDB.open(name));
    const off: { own?: Record<string, string[]> } | undefined = await done(db.transaction('settings').objectStore('settings').get('off'));
    db.close();
    return Object.values(off?.own ?? {}).flat().length === 2;
  });
  await page.reload();
  await page.locator('.card.rule-off', { hasText: 'Quality gate' }).waitFor();
  assert.equal(await rules(page).filter({ hasText: 'Must not' }).getByRole('switch', { name: /^Keep: / }).first().isChecked(), false);
  await page.locator('.card.rule-off').getByRole('switch').first().click();
  await page.locator('.card.rule-off').waitFor({ state: 'detached' });
  // Hidden on demand, and with them the room they take.
  await page.getByRole('button', { name: /rules?$/ }).click();
  assert.equal(await rules(page).count(), 0);
  assert.deepEqual(errors, []);
  await context.close();
});

test('with the keyboard alone: findings, fixes, cards and out again', async () => {
  const { context, page, errors } = await team([{ name: 'lead.md', text: STRICT.replace('Plans the work', 'Plans: the work') }], { reducedMotion: 'reduce' });
  await findings(page).first().waitFor();
  await editor(page).focus();
  await page.keyboard.press('F8');
  const announced = page.locator('.cm-announced');
  await page.waitForFunction(() => document.querySelector('.ed')?.shadowRoot?.querySelector('.cm-announced')?.textContent !== '');
  assert.match((await announced.textContent()) ?? '', /^(error|warning|info): /);
  await page.keyboard.press('Tab');
  const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.closest('.card')?.textContent ?? '');
  assert.notEqual(await focused(), '', 'Tab leaves the editor for the cards');
  await cursorAt(page, 'You DO NOT modify');
  await page.keyboard.press('Alt+Enter');
  assert.match(await focused(), /^Must not/);
  await page.keyboard.press('Escape');
  assert.equal(await page.evaluate(() => document.activeElement?.classList.contains('ed')), true);
  // Keys of the page are not taken from what is typed.
  await editor(page).focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('gl?');
  assert.match(await page.evaluate(() => location.hash), /team/);
  await untilKept(page, 'lead.md', (text) => text.includes('gl?'));
  await page.keyboard.press('Control+f');
  await page.locator('.cm-search').waitFor();
  await page.keyboard.type('coverage');
  await page.locator('.cm-searchMatch').first().waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.cm-search').waitFor({ state: 'detached' });
  assert.equal(await editor(page).getAttribute('aria-label'), 'Source of lead.md');
  assert.deepEqual(errors, []);
  await context.close();
});

test('who names whom: a picture, a list, and the lines', async () => {
  const { context, page, errors } = await team([
    { name: 'lead.md', text: `${STRICT}\n## When to use me\n\nI don't activate for:\n\n- "Restart the server" → ops-agent handles\n` },
    { name: 'api-builder.md', text: `${PLAIN}\nAsk @test-writer for tests.\n` },
  ]);
  await page.getByRole('link', { name: 'Who names whom, who takes what' }).click();
  await page.locator('.net .box').first().waitFor();
  assert.deepEqual((await page.locator('.net .box .nm').allInnerTexts()).sort(), ['@api-builder', '@lead', '@ops-agent', '@test-writer'], 'who is named in a rule only has a place too');
  assert.equal(await page.locator('.net .bow').count(), 4);
  assert.equal(await page.locator('.net .bow.slight').count(), 1, 'a mention in passing is drawn as one');
  const list = page.getByRole('list', { name: 'Who names whom' });
  assert.match(await list.innerText(), /@lead names[\s\S]*@api-builder[\s\S]*in its team, line 11/);
  await page.locator('.net .box', { hasText: 'lead' }).focus();
  assert.equal(await page.locator('.net .bow.lit').count(), 3);
  await list.getByRole('link', { name: /in passing/ }).click();
  await page.locator('.cm-line.lit', { hasText: '@test-writer' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('export says what gets lost before anything is saved', async () => {
  const { context, page, errors } = await team([{ name: 'lead.md', text: STRICT.replace('tools: Read, Grep', 'tools: Read, Grep, WebSearch\ncolor: red') }, { name: 'api-builder.md', text: PLAIN }]);
  await page.getByRole('button', { name: 'Export as…' }).click();
  const sheet = page.getByRole('dialog', { name: 'Export' });
  await sheet.getByLabel('For').selectOption({ label: 'Cursor' });
  await sheet.locator('.where', { hasText: '.cursor/' }).waitFor();
  await sheet.getByText(/gets? lost or said otherwise/).waitFor();
  assert.ok((await sheet.locator('.losses li').count()) > 0);
  const saved = page.waitForEvent('download');
  await sheet.getByRole('button', { name: 'Download' }).click();
  const words = readFileSync(await (await saved).path(), 'utf8');
  assert.match(words, /## Quality gates/, 'the prose stays');
  assert.doesNotMatch(words, /color: red/);
  await sheet.getByLabel('For').selectOption({ label: 'Claude Code (as it is)' });
  await sheet.getByText('The file itself, byte by byte.').waitFor();
  await sheet.getByLabel('All 2 files').check();
  await sheet.getByRole('button', { name: 'Download 2 files' }).waitFor();
  await picture(page, 'export-1440-light');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  assert.deepEqual(errors, []);
  await context.close();
});

test('who takes this: the agent, the reason and its line, and unknown where nothing tells', async () => {
  const text = `${STRICT}\n## When to use me\n\nI activate for:\n\n- "Plan the move of the whole service to another database"\n\nI don't activate for:\n\n- "Add one route to the service" → api-builder handles\n`;
  const { context, page, errors } = await team([{ name: 'lead.md', text }, { name: 'api-builder.md', text: PLAIN }]);
  await page.goto(`${site.url}#/references`);
  await page.getByLabel('Who takes this?', { exact: true }).fill('Add one route to the service');
  await page.keyboard.press('Enter');
  await page.locator('.routed .best', { hasText: '@api-builder' }).waitFor();
  const reason = page.locator('.routed li li', { hasText: 'Add one route' }).first();
  await picture(page, 'routed-1440-light');
  await reason.getByRole('link', { name: /^line \d+$/ }).click();
  await page.locator('.cm-line.lit', { hasText: 'Add one route' }).waitFor();
  await page.goto(`${site.url}#/references`);
  // A rule that is switched off is not asked.
  await page.goto(`${site.url}#/team/lead.md`);
  await rules(page).filter({ hasText: 'Turns down' }).getByRole('switch', { name: /^Keep to it/ }).click();
  await page.goto(`${site.url}#/references`);
  await page.getByLabel('Who takes this?', { exact: true }).fill('Add one route to the service');
  await page.keyboard.press('Enter');
  await page.locator('.routed').waitFor();
  assert.equal(await page.locator('.routed').getByText('turns it down').count(), 0);
  await page.getByLabel('Who takes this?', { exact: true }).fill('Water the plants on the balcony');
  await page.getByRole('button', { name: 'Ask the files' }).click();
  await page.locator('.routed .best', { hasText: 'Unknown.' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

/** About 228 KB of an agent file: sections of every sort, more than anybody writes. */
function large(): string {
  let text = '---\nname: large\ndescription: Knows too much\ntools: Read, Grep\n---\n\n# Large\n\nYou DO NOT modify code directly.\n';
  for (let n = 1; text.length < 228 * 1024; n += 1) {
    text += `\n## Quality gates of part ${n}\n\n- [ ] Test coverage at least ${50 + (n % 50)}%\n- [ ] Response time under ${100 + n} ms\n- [ ] Every table has a key\n\n## Notes ${n}\n\n`;
    for (let i = 0; i < 6; i += 1) text += `Paragraph ${i} of part ${n} speaks of \`code\`, of **strong** words and of [links](https://example.org/${n}/${i}), at some length, so that lines wrap.\n\n`;
    text += `\`\`\`yaml\nlevel_${n}:\n  time_limit: ${n % 9} hours\n\`\`\`\n`;
  }
  return text;
}

test('typing into a file of 228 KB: no key waits for what is read in it', async (t) => {
  const { context, page, errors } = await team([{ name: 'large.md', text: large() }]);
  await rules(page).first().waitFor();
  await editor(page).waitFor();
  await page.locator('.cm-line', { hasText: 'You DO NOT modify' }).click();
  await page.keyboard.press('End');
  await page.keyboard.type(' warm up');
  await page.waitForTimeout(1500); // what was read is shown before the clock starts
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'toplevel', '__metadata'] });
  for (const key of ' Nor does it run any tool that could, whatever it is told') await page.keyboard.type(key, { delay: 40 });
  await page.waitForTimeout(1500); // what the last key set off is in the trace too
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: { name: string; ph: string; pid: number; tid: number; dur?: number; tdur?: number; args?: { name?: string; data?: { type?: string } } }[] };
  const main = trace.traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid}/${tid}`);
  const typed = new Set(trace.traceEvents.filter(({ name, args }) => name === 'EventDispatch' && args?.data?.type === 'keydown').map(({ pid, tid }) => `${pid}/${tid}`));
  // The time the processor worked on it: what other programs take does not count.
  const tasks = trace.traceEvents.filter(({ name, pid, tid }) => name === 'RunTask' && main.includes(`${pid}/${tid}`) && typed.has(`${pid}/${tid}`)).map(({ dur = 0, tdur = dur }) => tdur / 1000);
  const longest = Math.max(...tasks);
  t.diagnostic(`| longest task of the page while typing into 228 KB: ${longest.toFixed(1)} ms of processor time, of ${tasks.length} tasks`);
  assert.ok(tasks.length > 50, 'the trace holds what the page did');
  assert.ok(longest < 50, `the longest task took ${longest.toFixed(1)} ms`);
  await untilKept(page, 'large.md', (text) => text.includes('directly. warm up Nor does it run any tool that could, whatever it is told\n'));
  // What is read belongs to what was typed last.
  await rules(page).filter({ hasText: 'Nor does it run any tool' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('an answer to words that have changed since is not shown', async () => {
  const { context, page, errors } = await team([{ name: 'large.md', text: large().replace('You DO NOT', 'Ask @nobody-here first. You DO NOT') }]);
  await page.locator('.fault', { hasText: 'nobody-here' }).waitFor();
  const marked = new Set(await page.locator('.fault').allInnerTexts());
  await page.locator('.cm-line', { hasText: '# Large' }).click();
  await page.keyboard.press('End');
  await page.evaluate(() => {
    const seen = new Set<string>();
    const root = document.querySelector('.ed')?.shadowRoot as ShadowRoot;
    new MutationObserver(() => {
      for (const fault of root.querySelectorAll('.fault')) seen.add(fault.textContent ?? '');
    }).observe(root, { childList: true, subtree: true, characterData: true });
    (window as unknown as { seen: Set<string> }).seen = seen;
  });
  // Each key comes just after the words before it went to be read.
  for (let i = 0; i < 24; i += 1) {
    await page.keyboard.type('x');
    await page.waitForTimeout(203 + (i % 8) * 4);
  }
  await untilKept(page, 'large.md', (text) => text.includes('# Largexxxxxxxxxxxxxxxxxxxxxxxx\n'));
  const seen = await page.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
  assert.ok(seen.length > 0);
  assert.deepEqual(seen.filter((words) => !marked.has(words)), [], 'a mark stays on its word');
  assert.deepEqual(errors, []);
  await context.close();
});

test('a file with more findings than anybody can read', async () => {
  const lines = Array.from({ length: 300 }, (_, n) => `Ask @nobody-${n} about part ${n}.\n`).join('\n');
  const { context, page, errors } = await team([{ name: 'api-builder.md', text: `${PLAIN}\n${lines}` }]);
  await page.getByRole('button', { name: '256 findings' }).waitFor();
  await findings(page).first().waitFor();
  assert.ok((await findings(page).count()) < 120, 'only cards near the window are made');
  await page.locator('.spec-w').hover();
  await page.mouse.wheel(0, 9000);
  await page.waitForTimeout(400);
  const seen = await page.evaluate(() => [...document.querySelectorAll('.card')].filter((card) => card.getBoundingClientRect().top > 0 && card.getBoundingClientRect().bottom < innerHeight).length);
  assert.ok(seen > 2, 'cards come as the page is scrolled');
  await noOverlap(page);
  assert.deepEqual(errors, []);
  await context.close();
});

async function noOverlap(page: Page): Promise<void> {
  const over = await page.evaluate(() => {
    const cards = [...document.querySelectorAll('.cards > .card')].map((card) => ({ box: card.getBoundingClientRect(), words: card.textContent?.slice(0, 40) })).sort((a, b) => a.box.top - b.box.top);
    return cards.filter(({ box }, i) => i > 0 && (cards[i - 1]?.box.bottom ?? 0) > box.top + 1).map(({ words }) => words);
  });
  assert.deepEqual(over, [], 'no card lies on another');
}

test('a file without rules, an empty team, a file too large, and one that is not UTF-8 say so', async () => {
  const latin = Buffer.concat([Buffer.from(PLAIN.replace('agreed', 'agr')), Buffer.from([0xe9, 0x65, 0x64, 0x0a])]);
  const { context, page, errors } = await team([
    { name: 'api-builder.md', text: PLAIN },
    { name: 'huge.md', text: `# Huge\n\n${'word '.repeat(230_000)}` },
    { name: 'latin.md', text: latin },
  ]);
  await page.goto(`${site.url}#/team/api-builder.md`);
  await page.getByText('No faults, and no rules that Questline knows how to keep.').waitFor();
  await page.goto(`${site.url}#/team/huge.md`);
  await page.getByRole('heading', { name: 'This file is not read' }).waitFor();
  await page.goto(`${site.url}#/team/latin.md`);
  await page.getByText('The file was not all UTF-8. 1 place could not be read').waitFor();
  for (let left = 3; left > 0; left -= 1) await page.getByRole('button', { name: 'Take out' }).click();
  await page.getByRole('heading', { name: 'No files in this team' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
});

test('a file is written from nothing, named, and a name that is taken is refused', async () => {
  const { context, page, errors } = await team([{ name: 'api-builder.md', text: PLAIN }]);
  await page.getByRole('button', { name: 'Write one' }).click();
  await page.locator('.spec .meta', { hasText: 'new-agent.md' }).waitFor();
  await cursorAt(page, '# New agent');
  await page.keyboard.type(' of tests');
  await page.keyboard.type(' and more'); // whoever leaves the editor at once loses nothing
  await page.getByRole('button', { name: 'Rename the file' }).click();
  await page.getByLabel('Path of the file').fill('api-builder.md');
  await page.keyboard.press('Enter');
  await page.getByText('There is a file api-builder.md already.').waitFor();
  await page.getByLabel('Path of the file').fill('agents/test-writer.md');
  await page.keyboard.press('Enter');
  await page.locator('.spec .meta', { hasText: 'agents/test-writer.md' }).waitFor();
  await untilKept(page, 'agents/test-writer.md', (text) => text.includes('# New agent of tests and more'));
  assert.deepEqual(Object.keys(await kept(page)).sort(), ['agents/test-writer.md', 'api-builder.md']);
  assert.deepEqual(errors, []);
  await context.close();
});

test('without a network: the editor goes on, and where it never came the words can be read', async () => {
  const { context, page, errors } = await team([{ name: 'api-builder.md', text: PLAIN }]);
  await editor(page).waitFor();
  await context.setOffline(true);
  await cursorAt(page, 'description: Builds services');
  await page.keyboard.type(': and tests');
  await findings(page).filter({ hasText: 'unquoted-colon' }).waitFor();
  assert.deepEqual(errors, []);
  await context.close();
  const fresh = await openProfile(browser);
  await fresh.page.goto(site.url);
  await fresh.page.locator('.ask').waitFor();
  await fresh.context.setOffline(true);
  await fresh.page.getByRole('navigation').getByRole('link', { name: 'Team' }).click();
  await fresh.page.getByText('The editor could not be fetched').waitFor();
  await findings(fresh.page).first().waitFor();
  assert.match(await fresh.page.locator('.unready pre').innerText(), /backend-coordinator/);
  await fresh.context.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`320 px, ${colorScheme}: cards stand below their lines, on no word and on no other card`, async () => {
    const { context, page, errors } = await team([{ name: 'lead.md', text: STRICT.replace('Plans the work', 'Plans: the work') }, { name: 'api-builder.md', text: PLAIN }], { viewport: { width: 320, height: 640 }, colorScheme, hasTouch: true, isMobile: true });
    await rules(page).filter({ hasText: 'Quality gate' }).waitFor();
    await page.waitForTimeout(500); // cards are measured, then the lines make room
    await noSidewaysScroll(page, 'team');
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (let top = 0; top < height; top += 400) {
      await page.evaluate((y) => scrollTo(0, y), top);
      await page.waitForTimeout(200); // lines are measured when they come into view
      await noOverlap(page);
      const hidden = await page.evaluate(() => {
        const cards = [...document.querySelectorAll('.cards > .card')].map((card) => card.getBoundingClientRect());
        const lines = [...(document.querySelector('.ed')?.shadowRoot?.querySelectorAll('.cm-line') ?? [])].map((line) => ({ box: line.getBoundingClientRect(), words: line.textContent ?? '' }));
        return lines
          .filter(({ box, words }) => words.trim() !== '' && box.bottom > 0 && box.top < innerHeight && cards.some((card) => box.bottom > card.top + 2 && box.top < card.bottom - 2))
          .map(({ words }) => words);
      });
      assert.deepEqual(hidden, [], 'no words lie under a card');
    }
    await rules(page).first().scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'To the next card' }).click();
    await page.locator('.cm-line.lit').first().waitFor();
    await page.waitForFunction(() => {
      const box = document.querySelector('.ed')?.shadowRoot?.querySelector('.cm-line.lit')?.getBoundingClientRect();
      return box !== undefined && box.top > 52 && box.bottom < innerHeight;
    });
    await picture(page, `team-rules-320-${colorScheme}`);
    await page.goto(`${site.url}#/references`);
    await page.getByRole('list', { name: 'Who names whom' }).getByRole('link', { name: /in its team, line \d+/ }).first().waitFor();
    assert.equal(await page.locator('.net').isVisible(), false, 'a narrow page has the list alone');
    await noSidewaysScroll(page, 'references');
    await picture(page, `references-320-${colorScheme}`);
    await page.goto(`${site.url}#/team/lead.md`);
    await page.getByRole('button', { name: 'Export as…' }).click();
    await page.getByRole('dialog', { name: 'Export' }).waitFor();
    await noSidewaysScroll(page, 'export');
    await picture(page, `export-320-${colorScheme}`);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

const seeds = fromRoot('../shared/seeds');
test('long files of other people: every rule has a card with words, level with its lines', { skip: !existsSync(seeds) && 'the folder with them is not here' }, async (t) => {
  const names = readdirSync(seeds).sort();
  const { context, page, errors } = await team(names.map((name) => ({ name: name.replace(/\.\w+$/, '.md'), text: readFileSync(join(seeds, name)) })));
  const kinds = new Set<string>();
  for (const name of names) {
    await page.goto(`${site.url}#/team/${name.replace(/\.\w+$/, '.md')}`);
    await page.locator('.spec .meta', { hasText: name.replace(/\.\w+$/, '') }).waitFor();
    await page.locator('.toggle', { hasText: /rule/ }).waitFor();
    await page.waitForTimeout(500);
    await noSidewaysScroll(page, name);
    await noOverlap(page);
    for (const card of await rules(page).all()) {
      kinds.add((await card.locator('header b').innerText()).split('\n')[0] ?? '');
      const words = await card.innerText();
      assert.doesNotMatch(words, /undefined|NaN|\[object|null/, words);
    }
    await picture(page, `seed-${name.slice(0, 3)}-1440-light`);
  }
  t.diagnostic(`| kinds of rules on screen: ${[...kinds].sort().join(', ')}`);
  assert.deepEqual(errors, []);
  await context.close();
});
