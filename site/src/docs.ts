/* The documentation: which pages there are, and how Markdown becomes one of them. */
import type { Core } from '@questline/core';
import { text } from './html.ts';
import { layout } from './layout.ts';

export type Doc = { slug: string; title: string; description: string };

export const GROUPS: readonly { name: string; docs: readonly Doc[] }[] = [
  {
    name: 'Start',
    docs: [
      {
        slug: 'getting-started',
        title: 'Getting started',
        description: 'From a folder of agent files to a finished quest, in the browser and on the command line.',
      },
      {
        slug: 'agent-files',
        title: 'Agent files',
        description: 'What is read from an agent file, in which dialects, and what happens to a broken one.',
      },
      { slug: 'policy', title: 'Rules in prose', description: 'How the promises in an agent file are found, and what is kept of them.' },
      {
        slug: 'routing',
        title: 'Routing, tools and loading',
        description: 'Who takes a request, which tool calls an agent may make, what it loads, and how tokens are counted.',
      },
      { slug: 'team-screen', title: 'The Team screen', description: 'Agent files in the browser: the editor, findings and fixes, rules and their switches, export, references.' },
      { slug: 'plan-screen', title: 'The Plan screen', description: 'Plans in the browser: changed as a graph, a table or text, by keyboard too; compared, saved, approved; options weighed.' },
      { slug: 'plans', title: 'Plans', description: 'The PRE-QUEST plan: its parts, its text form, its order of work.' },
      { slug: 'schedules', title: 'Schedules, costs and decisions', description: 'How long a plan takes with so many at work, what it costs, and options that are weighed.' },
      { slug: 'impact', title: 'Impact', description: 'How a program hangs together, what a change breaks, where to cut, and health over time: the formulas.' },
      { slug: 'memory', title: 'Memory', description: 'What is remembered over quests, in the file of the MCP memory server, and what a finished quest teaches.' },
      { slug: 'quest-screen', title: 'The Quest screen', description: 'Board, gates, escalation, ledger and reports of a quest in the browser, and what may be done there.' },
      { slug: 'models', title: 'Models in the browser', description: 'Models that play seats from the tab: setting one up, who plays, keys, and what the page may connect to.' },
      { slug: 'chat', title: 'Talk with an agent', description: 'Conversations in the browser: streaming answers, stop and continue, cost, what is kept and where.' },
      { slug: 'reports', title: 'Reports and branches', description: 'Boards, metrics, reports, certificates, forks, and texts that are withheld.' },
      { slug: 'links', title: 'Links and sharing', description: 'What is in a link, who can read it, and what a live link may do.' },
      { slug: 'edge', title: 'Quests at the edge', description: 'A live quest whose models play at the worker with nobody connected: what it needs, what it costs, what happens when something fails.' },
      {
        slug: 'verification',
        title: 'Verification',
        description: 'The four answers that checking a log gives, and what they do not prove.',
      },
    ],
  },
  {
    name: 'Reference',
    docs: [
      { slug: 'quest-protocol', title: 'The quest protocol', description: 'Log lines, hashes, turns and refusals: the exact rules.' },
      { slug: 'command-line', title: 'Command line', description: 'Every command of questline, its options and exit codes.' },
      { slug: 'diagnostics', title: 'Diagnostics', description: 'Every finding about agent files, and what to do about it.' },
      { slug: 'dialects', title: 'Dialects', description: 'The kinds of agent files that are read and written.' },
      { slug: 'rules', title: 'Rules', description: 'Every kind of rule that is found in the prose of an agent file.' },
      { slug: 'events', title: 'Events and commands', description: 'The fields of every event type.' },
      { slug: 'commands', title: 'The table of the turn machine', description: 'What each status says to each command.' },
      { slug: 'versions', title: 'Versions of the rules', description: 'What each version of the turn machine changed.' },
      { slug: 'providers', title: 'Providers', description: 'Who can play a seat with a model: what is supported of each, retries, and why a connection fails.' },
      { slug: 'tools', title: 'Tools', description: 'What a model may call, over which files, and what is refused.' },
      { slug: 'refusals', title: 'Refusals', description: 'Why a command is not accepted.' },
      { slug: 'shapes', title: 'JSON shapes', description: 'Every object that the core gives or takes.' },
      { slug: 'statuses', title: 'Statuses', description: 'How a call of the core ended.' },
      { slug: 'limits', title: 'Limits', description: 'Every limit of the product.' },
    ],
  },
  {
    name: 'Inside',
    docs: [
      { slug: 'architecture', title: 'Architecture', description: 'The parts, what each may know of the others, and why.' },
      { slug: 'performance', title: 'Performance', description: 'What an event costs, measured beside other state machines, and how to measure it again.' },
      { slug: 'worker', title: 'The worker', description: 'The HTTP and WebSocket interface of a live quest.' },
      { slug: 'core-package', title: 'The core in JavaScript', description: 'Loading and using the WebAssembly core.' },
    ],
  },
];

export const DOCS: readonly Doc[] = GROUPS.flatMap(({ docs }) => docs);

function pages(current: string | null): string {
  const item = ({ slug, title }: Doc): string =>
    `<li><a href="${slug}.html"${slug === current ? ' aria-current="page"' : ''}>${text(title)}</a></li>`;
  const group = ({ name, docs }: (typeof GROUPS)[number]): string => `<h2>${text(name)}</h2><ul>${docs.map(item).join('')}</ul>`;
  return `<nav class="pages" id="pages" aria-label="Pages">${GROUPS.map(group).join('')}</nav>`;
}

/** Markdown as HTML by our own core; links between pages lead to the pages, wide parts scroll on their own. */
export function render(core: Core, markdown: string): string {
  return core
    .markdownHtml(markdown)
    .replaceAll(
      /href="([a-z-]+)\.md(?:#([^"]*))?"/g,
      (_, page: string, part?: string) => `href="${page}.html${part === undefined ? '' : `#h-${part}`}"`,
    )
    .replaceAll(/<table>/g, '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>')
    .replaceAll('</table>', '</table></div>')
    .replaceAll('<pre>', '<pre tabindex="0">');
}

export function docPage(core: Core, doc: Doc, markdown: string): string {
  const at = DOCS.indexOf(doc);
  const link = (other: Doc | undefined, rel: string, label: string): string =>
    other === undefined ? '' : `<a rel="${rel}" href="${other.slug}.html"><small>${label}</small>${text(other.title)}</a>`;
  const body = `<div class="docs">
${pages(doc.slug)}
<main id="main">
<p class="to-pages"><a href="#pages">All pages</a></p>
<article class="prose">
${render(core, markdown)}
</article>
<nav class="around" aria-label="Neighbours">${link(DOCS[at - 1], 'prev', 'Before')}${link(DOCS[at + 1], 'next', 'Next')}</nav>
</main>
</div>`;
  return layout({ title: `${doc.title} · Questline`, description: doc.description, root: '../', here: 'docs', body });
}

export function docIndex(): string {
  const item = ({ slug, title, description }: Doc): string =>
    `<li><a href="${slug}.html"><b>${text(title)}</b><span>${text(description)}</span></a></li>`;
  const group = ({ name, docs }: (typeof GROUPS)[number]): string =>
    `<h2>${text(name)}</h2><ul class="cards">${docs.map(item).join('')}</ul>`;
  const body = `<div class="docs">
${pages(null)}
<main id="main"><article class="prose"><h1>Documentation</h1><p>Everything here is part of the download and works without network.</p>${GROUPS.map(group).join('')}</article></main>
</div>`;
  return layout({
    title: 'Documentation · Questline',
    description: 'How to use Questline, its exact rules, and how it is built.',
    root: '../',
    here: 'docs',
    body,
  });
}
