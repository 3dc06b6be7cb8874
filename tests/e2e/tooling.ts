// A place where models work with tools in a tab: a team of two, a model that plays both, and files to give. For tests in a real browser.

import { after, before, type TestContext } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { brain } from '../loopback/brain.ts';
import type { Answer, Ask, Call, Script } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { launch, openProfile, type Profile, serveApp, type Site, stored } from './harness.ts';

export interface Place extends Profile {
  readonly server: Loopback;
  readonly url: string;
}

export interface Stand {
  place(t: TestContext, script: Script, tools?: string): Promise<Place>;
}

/** The app on a static host, and a browser, for the tests of a file. */
export function stand(): Stand {
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
  return { place: (t, script, tools = ANY) => place(t, site, browser, script, tools) };
}

const KEY = 'sk-tools';
const OBJECTIVE = 'Mend the greeting in the sources';

/** What the browser itself complains of when a server keeps a page out: as it should. */
const EXPECTED = /Failed to load resource|blocked by CORS policy/;

export const ANY = 'Read, Glob, Grep, Edit, Write, Bash';
/** Of the whole workspace this file says nothing: a search there needs a yes. */
export const SOME = 'Read, Edit, Write, Grep(src/**)';

const team = (tools: string): { name: string; mimeType: string; buffer: Buffer }[] =>
  Object.entries({
    'lead.md': '---\nname: lead\ndescription: Coordinates the team\n---\n\n# Lead\n\n## Team\n\n- **writer**: sources and texts\n',
    'writer.md': `---\nname: writer\ndescription: Writes sources and texts\ntools: ${tools}\n---\n\nYou write.\n`,
  }).map(([name, text]) => ({ name, mimeType: 'text/markdown', buffer: Buffer.from(text) }));

export const plan = { tasks: [{ id: 'T1', title: 'Mend the greeting', agent: '@writer', reason: 'it writes', outputs: ['src/hello.ts'], accept: ['it greets'], after: [] }] };

/** A worker that makes these calls, one after the other, before it answers; everybody else has common sense. */
export function working(...calls: readonly Call[]): Script {
  const wise = brain();
  return async (ask: Ask): Promise<Answer> => {
    if (ask.schema !== undefined) return { text: JSON.stringify(plan) };
    if (!ask.system.includes('You are @writer')) return wise(ask);
    const made = ask.messages.flatMap(({ parts }) => parts).filter(({ kind }) => kind === 'call').length;
    const next = calls[made];
    return next === undefined ? wise(ask) : { calls: [next] };
  };
}

async function place(t: TestContext, site: Site, browser: Browser, script: Script, tools: string): Promise<Place> {
  const server = await Loopback.start({ key: KEY, script });
  const profile = await openProfile(browser);
  t.after(async () => {
    await profile.context.close();
    await server.stop();
  });
  const { page } = profile;
  await page.goto(`${site.url}?pace=0#/team`);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles(team(tools));
  await page.getByText('@writer').first().waitFor();
  await page.goto(`${site.url}?pace=0#/models`);
  await page.getByRole('button', { name: 'Add a model' }).click();
  await page.getByLabel('Provider', { exact: true }).selectOption('anthropic');
  await page.getByLabel('Address, if').fill(server.url('messages'));
  await page.getByLabel('Model', { exact: true }).fill('loop-small');
  await page.getByLabel('Model', { exact: true }).press('Enter');
  await page.getByLabel('Key for Anthropic').last().fill(KEY);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('in the memory of this tab').waitFor();
  return { ...profile, server, url: site.url };
}

/** What went wrong in the page, but for requests to the servers of the test. */
export const wrong = ({ errors }: Place): string[] => errors.filter((error) => !/^request to http:\/\/127\.0\.0\.1/.test(error) && !EXPECTED.test(error));

/** The key was in the memory of the page before. */
export async function keyAgain({ page }: Place): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Anthropic needs a key' });
  await dialog.getByLabel('Key for Anthropic').fill(KEY);
  await dialog.getByRole('button', { name: 'Use this key' }).click();
  await dialog.waitFor({ state: 'detached' });
}

export const toStart = ({ page }: Place): Promise<void> => page.evaluate(() => void (location.hash = '#/'));

export const FILES = {
  'src/hello.ts': 'export const hello = "Helo";\n\nexport const bye = "Bye";\n',
  'src/other.ts': 'export const other = 1;\n',
  'README.md': '# Greetings\n',
};

/** A real folder of the browser's own, which its picker gives when somebody asks for one. */
export async function giveFolder({ page }: Pick<Place, 'page'>, files: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate(async (files) => {
    const root = await navigator.storage.getDirectory();
    const project = await root.getDirectoryHandle('project', { create: true });
    for (const [path, text] of Object.entries(files)) {
      const names = path.split('/');
      const name = names.pop() as string;
      let folder = project;
      for (const step of names) folder = await folder.getDirectoryHandle(step, { create: true });
      const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await stream.write(text);
      await stream.close();
    }
    (globalThis as { showDirectoryPicker?: unknown }).showDirectoryPicker = () => Promise.resolve(project);
  }, files);
}

/** What stands in that folder now. */
export const inFolder = ({ page }: Place, path: string): Promise<string> =>
  page.evaluate(async (path) => {
    let folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('project');
    const names = path.split('/');
    const name = names.pop() as string;
    for (const step of names) folder = await folder.getDirectoryHandle(step);
    return (await (await folder.getFileHandle(name)).getFile()).text();
  }, path);

export async function run(here: Place, again = false): Promise<void> {
  const { page } = here;
  await page.getByLabel('What should the team do?').fill(OBJECTIVE);
  await page.getByRole('button', { name: 'Plan', exact: true }).click();
  if (again) await keyAgain(here);
  await page.locator('.screen-plan').waitFor();
  await page.getByRole('button', { name: 'Approve and run' }).click();
  await page.locator('.screen-quest').waitFor();
}

export const files = (page: Page): Locator => page.getByRole('region', { name: 'Files', exact: true });
export const given = (page: Page): Locator => page.getByRole('region', { name: 'Files to work on' });
export const log = async (page: Page): Promise<string> => (await stored(page)).map(({ line }) => `${line}\n`).join('');

/** The results that the model was told, in order. */
export const told = ({ server }: Place): { text: string; error: boolean }[] => {
  const last = server.asks.filter(({ system }) => system.includes('You are @writer')).at(-1);
  return (last?.messages ?? []).flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'result' ? [{ text: part.text, error: part.error }] : [])));
};

export const EDIT: Call = { name: 'Edit', arguments: { file_path: 'src/hello.ts', old_string: '"Helo"', new_string: '"Hello"' } };
export const READ: Call = { name: 'Read', arguments: { file_path: 'src/hello.ts' } };
