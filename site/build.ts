/* Builds the static site into dist/: landing page, documentation rendered by our own core, the app under app/. Any static host can serve it. */
import { cp, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCore } from '@questline/core/node';
import { DOCS, docIndex, docPage } from './src/docs.ts';
import { describeDiagnostics } from './src/findings.ts';
import { landing } from './src/landing.ts';
import { layout } from './src/layout.ts';
import { declared, help, planSchema } from './src/reference.ts';
import { playSample } from './src/sample.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const dist = here('dist');
const app = here('../web/dist');

/** Where a page's Markdown comes from, when not from docs/. */
const SOURCES: Record<string, () => Promise<string> | string> = {
  'command-line': async () => (await readFile(here('docs/command-line.md'), 'utf8')) + '\n' + help(),
  diagnostics: async () => describeDiagnostics(core, await readFile(here('docs/diagnostics.md'), 'utf8')),
  tools: async () => (await readFile(here('docs/tools.md'), 'utf8')) + declared('tools'),
  commands: () => declared('commands'),
  dialects: () => declared('dialects'),
  events: () => declared('events'),
  refusals: () => declared('refusals'),
  rules: () => declared('rules'),
  versions: () => declared('versions'),
  shapes: () => declared('shapes'),
  statuses: () => declared('statuses'),
  limits: () => declared('limits'),
  worker: () => readFile(here('../worker/README.md'), 'utf8'),
  'core-package': () => readFile(here('../wasm/README.md'), 'utf8'),
};

const core = await loadCore();
await stat(app).catch(() => {
  throw new Error('The app is not built: run npm run build -w web first.');
});
await rm(dist, { recursive: true, force: true });
await mkdir(join(dist, 'docs'), { recursive: true });
await cp(app, join(dist, 'app'), { recursive: true });
await cp(here('site.css'), join(dist, 'site.css'));
await cp(here('../web/src/tokens.css'), join(dist, 'tokens.css'));
await cp(here('../web/public/theme.js'), join(dist, 'theme.js'));
await cp(here('../web/src/icons/live.svg'), join(dist, 'icon.svg'));

const home = {
  title: 'Questline: your agents, one turn at a time',
  description: 'Questline reads agent files, plans with them, and plays the plan as a turn-based quest that anyone can verify.',
  root: '',
  body: landing(playSample(core)),
};
await writeFile(join(dist, 'index.html'), layout(home));
const missing = {
  title: 'Not found · Questline',
  description: 'There is no such page.',
  root: '/',
  body: '<main class="landing" id="main"><section class="lead"><h1>There is no such page.</h1><p>The address may be old or mistyped. <a href="/docs/index.html">See what there is</a>, or <a href="/">start at the beginning</a>.</p></section></main>',
};
await writeFile(join(dist, '404.html'), layout(missing));
await writeFile(join(dist, 'docs', 'index.html'), docIndex());
await writeFile(join(dist, 'docs', 'plan.schema.json'), planSchema());
for (const doc of DOCS) {
  const source = SOURCES[doc.slug] ?? (() => readFile(here(`docs/${doc.slug}.md`), 'utf8'));
  await writeFile(join(dist, 'docs', `${doc.slug}.html`), docPage(core, doc, await source()));
}
console.log(`${DOCS.length + 3} pages in ${dist}`);
