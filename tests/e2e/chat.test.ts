// Conversations with an agent in a tab: over real HTTP, with a server that speaks the wire of a provider, in a real browser.

import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { Steps, wordsOf, type Answer, type Pace, type Script } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { launch, noSidewaysScroll, openProfile, picture, type Profile, serveApp, type Site } from './harness.ts';

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

const MODEL = 'claude-haiku-4-5'; // its price is known
const AGENT = '@backend-coordinator';
const CHAT = `#/chat/${encodeURIComponent(AGENT)}`;

interface Place extends Profile {
  server: Loopback;
}

/** Puts a value into a store of the app's database, past the app. */
const put = (page: Page, store: string, value: unknown, key?: string): Promise<void> =>
  page.evaluate(
    ([name, kept, at]) =>
      new Promise<void>((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const tx = open.result.transaction(name as string, 'readwrite');
          tx.objectStore(name as string).put(kept, at as string | undefined);
          tx.oncomplete = () => {
            open.result.close();
            resolve();
          };
        };
      }),
    [store, value, key] as const,
  );

interface Kept {
  agent: string;
  exchanges: { asked: string; answer: { text: string; end: string } | null }[];
}

const chats = (page: Page): Promise<Kept[]> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const open = indexedDB.open('questline');
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('chats').objectStore('chats').getAll();
          all.onsuccess = () => {
            open.result.close();
            resolve(all.result as Kept[]);
          };
        };
      }),
  );

/** A browser where a model plays everybody, at a server with this script; null: nobody is played by a model. */
async function place(t: TestContext, script: Script | null, options: Parameters<typeof openProfile>[1] = {}): Promise<Place> {
  const server = await Loopback.start({ key: null, models: [MODEL], ...(script === null ? {} : { script }) });
  const profile = await openProfile(browser, options);
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  const { page } = profile;
  await page.goto(site.url);
  await page.getByRole('button', { name: /Rehearse|Plan/ }).first().waitFor();
  if (script !== null) {
    const cast = { models: [{ id: 'm1', provider: 'anthropic', model: MODEL, base_url: server.url('messages') }], all: 'm1', agents: {} };
    await put(page, 'settings', cast, 'cast');
  }
  await page.goto(`${site.url}${CHAT}`);
  await page.reload();
  await page.locator('.screen-chat').waitFor();
  return { ...profile, server };
}

const ask = async (page: Page, words: string): Promise<void> => {
  await page.getByLabel('Your message to').fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
};

const complete = (page: Page, n = 1): Promise<unknown> => page.waitForFunction((many) => document.querySelectorAll('.them > footer').length === many, n);

const answerText = (page: Page): Promise<string> => page.locator('.them .words').last().innerText();

const RICH = `## What I would do

First **read** the schema, then \`migrate\` it. See [the guide](https://example.org/guide), not [this](javascript:alert(1)) or [that](#/models).

1. Write the contract
2. Review it
   - with the security team
   - and with *everyone* who calls it

| Step | Who | Days |
|------|-----|-----:|
| Contract | @api-architect | 2 |
| Schema | @database-optimizer | 1 |

\`\`\`sql
CREATE TABLE sessions (id TEXT PRIMARY KEY, owner TEXT NOT NULL, expires INTEGER NOT NULL, refreshed_by TEXT REFERENCES sessions(id));
\`\`\`

> Nothing is deployed before the review.

<script>window.hacked = 1</script> <img src=x onerror="window.hacked = 2"> ![a picture](https://example.org/p.png)

- [x] asked
- [ ] answered
`;

const own = ({ errors, server }: Place): string[] => errors.filter((error) => !error.includes(server.origin));

test('an answer streams as Markdown, is kept, and says what it cost; what is in it can do nothing', async (t) => {
  const at = await place(t, () => ({ thinking: 'The schema comes first.', text: RICH, usage: { input: 1200, output: 300 } }));
  const { page } = at;
  await ask(page, 'How would you begin?');
  await complete(page);
  assert.match(page.url(), /#\/chat\/%40backend-coordinator\/[\w-]{12}$/);
  const words = page.locator('.them .words');
  assert.equal(await words.locator('h2').innerText(), 'What I would do');
  assert.equal(await words.locator('td').count(), 6);
  assert.equal(await words.locator('ol > li').count(), 2);
  assert.equal(await words.locator('input[type=checkbox]').count(), 2);
  assert.equal(await words.locator('script, img, iframe, style').count(), 0);
  assert.equal(await page.evaluate(() => (window as { hacked?: number }).hacked), undefined);
  assert.deepEqual(await words.locator('a').evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.getAttribute('target'), link.getAttribute('rel')])), [
    ['https://example.org/guide', '_blank', 'noopener noreferrer'],
    ['https://example.org/p.png', '_blank', 'noopener noreferrer'],
  ]);
  assert.match(await page.locator('.figures').innerText(), /^claude-haiku-4-5 · 1,200 tokens in, 300 out · \$0\.0027 · /);
  const thinking = page.locator('details.thinking');
  assert.equal(await thinking.evaluate((box) => (box as HTMLDetailsElement).open), false);
  await thinking.locator('summary').click();
  assert.equal(await thinking.locator('p').innerText(), 'The schema comes first.');
  const before = await words.innerHTML();
  await picture(page, 'chat-wide');
  await page.reload();
  await complete(page);
  assert.equal(await words.innerHTML(), before, 'after a reload it stands as it stood');
  assert.deepEqual(own(at), []);
});

test('stop keeps what came; continue goes on in the same answer; regenerate replaces it, and undo gives it back', async (t) => {
  const steps = new Steps();
  const answers: Answer[] = [
    { text: 'One two three four five six seven eight nine ten.', piece: 4, pace: steps },
    { text: ' and the rest of it.' },
    { text: 'Another answer.' },
  ];
  const { page, server } = await place(t, ({ n }) => answers[n - 1] ?? { text: '' });
  await ask(page, 'Count.');
  await server.arrived(1);
  steps.go(8);
  await page.waitForFunction(() => (document.querySelector('.them .words')?.textContent ?? '').startsWith('One two'));
  await page.getByRole('button', { name: 'Stop' }).click();
  await complete(page);
  const part = (await answerText(page)).trim();
  assert.match(part, /^One two/);
  assert.doesNotMatch(part, /ten/);
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  assert.equal((await chats(page))[0]?.exchanges[0]?.answer?.end, 'stopped');
  steps.go(Infinity);
  await page.reload();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForFunction(() => document.querySelector('.them .words')?.textContent?.includes('and the rest of it.'));
  await complete(page);
  assert.equal((await answerText(page)).trim(), `${part} and the rest of it.`.replace(/\s+/g, ' '));
  assert.deepEqual(server.asks[1]?.messages.map(({ role }) => role), ['user', 'assistant', 'user']);
  assert.ok(wordsOf(server.asks[1]!).includes(part), 'the model is told what it wrote');
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await page.getByText('Another answer.').waitFor();
  await complete(page);
  assert.deepEqual(server.asks[2]?.messages.map(({ role }) => role), ['user']);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.waitForFunction(() => document.querySelector('.them .words')?.textContent?.includes('and the rest of it.'));
});

test('a page that is closed in the middle of an answer keeps what came of it', async (t) => {
  const steps = new Steps();
  const { page, server } = await place(t, () => ({ text: 'Kept words, and more that never come.', piece: 6, pace: steps }));
  await ask(page, 'Go on.');
  await server.arrived(1);
  steps.go(7);
  await page.waitForFunction(() => (document.querySelector('.them .words')?.textContent ?? '').includes('Kept words'));
  await page.waitForTimeout(1100); // what is kept is kept once a second
  steps.go(1);
  for (let i = 0; i < 100 && !((await chats(page))[0]?.exchanges[0]?.answer?.text.includes('Kept words') ?? false); i += 1) await page.waitForTimeout(50);
  await page.reload();
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  assert.match(await answerText(page), /Kept words/);
  await page.getByRole('button', { name: 'Continue' }).waitFor();
});

test('a page that is closed before anything came says that there is no answer, and asks again', async (t) => {
  const steps = new Steps();
  const { page, server } = await place(t, () => ({ text: 'Here it is.', pace: steps }));
  await ask(page, 'Are you there?');
  await server.arrived(1);
  await page.getByText('is answering', { exact: true }).waitFor();
  await page.reload();
  await page.getByText('There is no answer: the page was closed before one came.').waitFor();
  await noSidewaysScroll(page, 'a question without an answer');
  await picture(page, 'chat-unanswered');
  assert.deepEqual(await page.locator('.them > footer button').allInnerTexts(), ['Ask again']);
  steps.go(Infinity);
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByText('Here it is.').waitFor();
  await complete(page);
  assert.equal(await page.locator('.ending').count(), 0);
  assert.deepEqual(server.asks[1]?.messages.map(({ role }) => role), ['user']);
});

test('the last message is said anew, and the model is not told the first one', async (t) => {
  const { page, server } = await place(t, (asked) => ({ text: `You said: ${asked.messages.at(-1)?.parts.map((part) => ('text' in part ? part.text : '')).join('')}` }));
  await ask(page, 'What is wrnog?');
  await complete(page);
  await page.getByRole('button', { name: 'Edit' }).click();
  const field = page.getByLabel('Your message to');
  await page.waitForFunction(() => document.querySelector('textarea')?.value === 'What is wrnog?');
  await field.fill('What is wrong?');
  await page.keyboard.press('Enter');
  await page.locator('.them .words', { hasText: 'You said: What is wrong?' }).waitFor();
  assert.equal(await page.locator('.you').count(), 1);
  assert.doesNotMatch(wordsOf(server.asks[1]!), /wrnog/);
  await complete(page);
  await ask(page, 'And now?');
  await complete(page, 2);
  assert.deepEqual(server.asks[2]?.messages.map(({ role }) => role), ['user', 'assistant', 'user']);
});

test('what goes wrong is one sentence with what to do, and asking again works', async (t) => {
  const at = await place(t, ({ n }): Answer => (n === 1 ? { fault: { kind: 'status', status: 401, message: 'invalid x-api-key' } } : n === 2 ? { refusal: 'I cannot help with that.' } : { text: 'Now it works.' }));
  const { page } = at;
  await ask(page, 'Hello?');
  const ending = page.locator('.ending.failed');
  await ending.waitFor();
  const first = await ending.innerText();
  assert.match(first, /key/i);
  assert.doesNotMatch(first, /\n/);
  await page.getByRole('link', { name: 'Models and keys' }).waitFor();
  await picture(page, 'chat-failed');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.waitForFunction(() => /declined/.test(document.querySelector('.ending.failed')?.textContent ?? ''));
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.getByText('Now it works.').waitFor();
  await complete(page);
  assert.equal(await ending.count(), 0);
});

test('without a model the rehearsal answers and says so; “Plan this” makes a plan of the words', async (t) => {
  const { page, server, errors } = await place(t, null);
  await page.getByText('Nobody plays this agent with a model').waitFor();
  await ask(page, 'Add sign-in with OAuth2: endpoints and a database schema');
  await complete(page);
  await page.getByText('Rehearsed: no model was asked').waitFor();
  assert.equal(server.asks.length, 0);
  await picture(page, 'chat-rehearsed');
  await page.getByRole('button', { name: 'Plan this' }).click();
  await page.waitForURL(/#\/plan\//);
  await page.getByText('Add sign-in with OAuth2: endpoints and a database schema').first().waitFor();
  assert.deepEqual(errors, []);
});

test('conversations are listed, deleted with undo, and saved as files', async (t) => {
  const { page } = await place(t, () => ({ text: 'Short.' }));
  await ask(page, 'First question');
  await complete(page);
  await page.getByRole('link', { name: 'New conversation' }).click();
  await page.getByText('Ask a question.').waitFor();
  await ask(page, 'Second question');
  await complete(page);
  assert.equal(await page.locator('.kept li').count(), 2);
  for (const [name, pattern] of [['Markdown', /^# Second question\n\n## You, [\d: -]+UTC\n\nSecond question\n\n## @backend-coordinator, claude-haiku-4-5\n\nShort\.\n$/], ['JSON', /"format": "questline-chat"/]] as const) {
    const coming = page.waitForEvent('download');
    await page.getByRole('button', { name }).click();
    const chunks: Buffer[] = [];
    for await (const chunk of await (await coming).createReadStream()) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), pattern);
  }
  await page.getByRole('button', { name: 'Delete Second question' }).click();
  await page.getByText('No such conversation').waitFor();
  assert.equal((await chats(page)).length, 1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await complete(page);
  assert.equal((await chats(page)).length, 2);
  await page.locator('.kept a', { hasText: 'First question' }).click();
  await page.locator('.you', { hasText: 'First question' }).waitFor();
});

test('a conversation that is deleted in the middle of an answer comes back with what came of it', async (t) => {
  const steps = new Steps();
  const { page } = await place(t, () => ({ text: 'A long story that goes on and on.', piece: 4, pace: steps }));
  await ask(page, 'Tell me one');
  steps.go(6);
  await page.locator('.words', { hasText: 'A long' }).waitFor();
  await page.getByRole('button', { name: 'Delete Tell me one' }).click();
  await page.getByText('No such conversation').waitFor();
  assert.equal((await chats(page)).length, 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  assert.match((await page.locator('.words').innerText()), /^A long/);
  assert.equal((await chats(page)).length, 1);
});

test('by keyboard: from anywhere to the chat, ask, stop, and back', async (t) => {
  const steps = new Steps();
  const { page, server } = await place(t, () => ({ text: 'A long story that goes on and on.', piece: 4, pace: steps }));
  await page.goto(`${site.url}#/library`);
  await page.getByRole('heading', { name: /Library|No quests yet/ }).waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.locator('.screen-chat').waitFor();
  const field = page.getByLabel('Your message to');
  for (let i = 0; i < 40 && !(await field.evaluate((element) => element === document.activeElement)); i += 1) await page.keyboard.press('Tab');
  await page.keyboard.type('Tell me');
  await page.keyboard.press('Enter');
  await server.arrived(1);
  steps.go(7);
  await page.waitForFunction(() => (document.querySelector('.them .words')?.textContent ?? '').length > 3);
  assert.equal(await field.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press('Escape');
  await page.getByText('Stopped. What came so far is kept.').waitFor();
  steps.go(Infinity);
});

test('a database of the version before is taken over with what is in it', async (t) => {
  const profile = await openProfile(browser);
  t.after(() => profile.context.close());
  const { page, errors } = profile;
  await page.goto(`${site.url}theme.js`); // the same origin, without the app
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const open = indexedDB.open('questline', 2);
        open.onupgradeneeded = () => {
          const db = open.result;
          db.createObjectStore('quests', { keyPath: 'id' });
          db.createObjectStore('events', { keyPath: ['quest', 'n'] });
          db.createObjectStore('specs', { keyPath: 'path' });
          db.createObjectStore('settings').put('What was typed before', 'objective');
          db.createObjectStore('notes', { keyPath: ['quest', 'id'] });
        };
        open.onsuccess = () => {
          open.result.close();
          resolve();
        };
      }),
  );
  await page.goto(site.url);
  await page.waitForFunction(() => [...document.querySelectorAll('textarea')].some(({ value }) => value === 'What was typed before'));
  assert.deepEqual(await chats(page), []);
  assert.deepEqual(errors.filter((error) => !error.includes('favicon')), []); // that the script has none
});

test('at 320 px, dark, and by touch', async (t) => {
  const { page } = await place(t, () => ({ text: RICH }), { viewport: { width: 320, height: 640 }, colorScheme: 'dark', hasTouch: true });
  await noSidewaysScroll(page, 'an empty chat at 320 px');
  await ask(page, 'How would you begin, with all that has to be thought of?');
  await complete(page);
  await noSidewaysScroll(page, 'an answer at 320 px');
  await picture(page, 'chat-narrow-dark-end');
  await page.evaluate(() => scrollTo(0, 0));
  await page.locator('.kept summary').click();
  const { x = 0, width = 0 } = (await page.getByRole('button', { name: /^Delete How would you/ }).boundingBox()) ?? {};
  assert.ok(width > 0 && x + width <= 320, `a long title leaves room for what deletes it: ${x + width} px`);
  await picture(page, 'chat-narrow-dark');
});

/** Tokens of four characters, so many a second, by the clock of the server. */
class Rate implements Pace {
  readonly #start = performance.now();
  #sent = 0;
  readonly #perSecond: number;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  async next(): Promise<void> {
    this.#sent += 1;
    while (this.#sent > ((performance.now() - this.#start) / 1000) * this.#perSecond) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const block = (i: number): string =>
  [
    `## Part ${i}\n\nThis paragraph has **strong** words, some \`code\` and a [link](https://example.org/${i}), and it is as long as paragraphs are, so that it takes two lines of the page or three.\n\n`,
    `- item one of ${i}\n- item two of ${i}\n- item three of ${i}\n\n`,
    `\`\`\`ts\nconst part = ${i};\n\nexport const twice = part * 2;\n\`\`\`\n\n`,
    `| a | b |\n|---|---|\n| ${i} | ${i * 2} |\n\n`,
  ].join('');

test('200 KB at 5,000 tokens a second: no block that is done moves or is made again, and the page stays free', { timeout: 180_000 }, async (t) => {
  let text = '';
  for (let i = 1; text.length < 200_000; i += 1) text += block(i);
  const { page } = await place(t, () => ({ text, piece: 4, pace: new Rate(5000) }));
  await page.evaluate(() => {
    const seen: { longest: number; long: number; shifted: number; made: number; frames: number } = { longest: 0, long: 0, shifted: 0, made: 0, frames: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        seen.longest = Math.max(seen.longest, entry.duration);
        seen.long += 1;
      }
    }).observe({ type: 'longtask' });
    // Of every block that is done: where it lies in the answer, and that it is still the same element.
    const places = new Map<Element, number>();
    const look = (): void => {
      seen.frames += 1;
      const root = document.querySelector<HTMLElement>('.words');
      if (root !== null) {
        const top = root.getBoundingClientRect().top;
        for (const child of [...(root.querySelector(':scope > .done:nth-last-child(2)')?.children ?? [])].slice(-12)) {
          const at = Math.round(child.getBoundingClientRect().top - top);
          const before = places.get(child);
          if (before === undefined) places.set(child, at);
          else if (before !== at) seen.shifted += 1;
        }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    Object.assign(window, { places, gone: () => [...places.keys()].filter((element) => !element.isConnected).length, moved: () => {
      const top = document.querySelector('.words')?.getBoundingClientRect().top ?? 0;
      return [...places].filter(([element, at]) => Math.round(element.getBoundingClientRect().top - top) !== at).length;
    } });
  });
  const start = performance.now();
  await ask(page, 'Write a long one.');
  await page.waitForFunction(() => document.querySelectorAll('.them > footer').length === 1, undefined, { timeout: 150_000, polling: 500 });
  const seconds = (performance.now() - start) / 1000;
  const seen = await page.evaluate(() => {
    const all = window as unknown as { seen: { longest: number; long: number; shifted: number; frames: number }; places: Map<Element, number>; gone: () => number; moved: () => number };
    return { ...all.seen, blocks: all.places.size, gone: all.gone(), moved: all.moved(), atEnd: document.documentElement.scrollHeight - innerHeight - scrollY };
  });
  t.diagnostic(`${Math.round(text.length / 4 / seconds)} tokens a second for ${seconds.toFixed(1)} s: ${seen.blocks} blocks done, ${seen.shifted + seen.moved} moved, ${seen.gone} made again; longest task ${Math.round(seen.longest)} ms (${seen.long} over 50 ms), ${Math.round(seen.frames / seconds)} frames a second`);
  assert.ok(seen.blocks > 100, `${seen.blocks} blocks were seen`);
  assert.equal(seen.shifted + seen.moved, 0, 'blocks that were done moved');
  assert.equal(seen.gone, 0, 'blocks that were done were made again');
  assert.ok(seen.atEnd < 48, 'who is at the end stays there');
  assert.ok(seen.longest < 2000, `the longest task took ${seen.longest} ms`); // a page that stands still; what else the machine does counts too
  assert.equal((await page.locator('.words h2').count()) > 300, true);
});

test('who scrolls up is left there while it goes on', async (t) => {
  const steps = new Steps();
  let text = '';
  for (let i = 1; i < 30; i += 1) text += block(i);
  const { page, server } = await place(t, () => ({ text, piece: 400, pace: steps }));
  await ask(page, 'Write.');
  await server.arrived(1);
  steps.go(15);
  await page.waitForFunction(() => document.documentElement.scrollHeight > innerHeight * 2);
  await page.mouse.move(700, 400);
  await page.mouse.wheel(0, -600);
  await page.getByRole('button', { name: 'To the end' }).waitFor();
  const there = await page.evaluate(() => scrollY);
  steps.go(Infinity);
  await complete(page);
  assert.equal(await page.evaluate(() => scrollY), there);
});
