import type { Breaks, Core, Coupling, Health, ModuleGraph, RequestFlow, TraceSpan } from '@questline/core';
import { count } from './words.ts';
import { isSource, readImports, type SourceFile } from './imports.ts';

/** What the screen of impact shows. It is kept while the page is open, wherever one goes meanwhile. */
export interface Impact {
  graph: ModuleGraph | null;
  coupling: Coupling | null;
  health: Health | null;
  flows: { path: string; flow: RequestFlow }[]; // one of each trace
  from: string; // in words
  unseen: string[]; // sentences on what was not read
}

const MOST = 20; // entries of a list

/** A graph that stays open for questions, one at a time. */
export class ImpactDesk {
  readonly #core: Core;
  #net: ReturnType<Core['newGraph']> | null = null;
  shown: Impact | null = null;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Reads files as they are: sources, what tools printed, snapshots of health. Throws what the core says of a file it cannot read. */
  async read(files: readonly SourceFile[]): Promise<void> {
    const sources = withoutRoot(files.filter(({ path }) => isSource(path)));
    const others = files.filter(({ path }) => !isSource(path));
    const snapshots = others.map(({ text }) => listIn(text, 'at'));
    const unseen: string[] = [];
    const flows: Impact['flows'] = [];
    const net = this.#core.newGraph();
    try {
      if (sources.length > 0) {
        const { graph, unread, packages, lost } = await readImports(sources);
        net.read(JSON.stringify(graph), 'madge');
        if (packages > 0) unseen.push(`${count(packages, 'import')} of packages: they are no files here.`);
        if (lost > 0) unseen.push(`${count(lost, 'import')} of files that are not here, or of what is only known when it runs.`);
        if (unread.length > 0) unseen.push(`${count(unread.length, 'file')} could not be read, markup in scripts most likely: ${unread.slice(0, 5).join(', ')}${unread.length > 5 ? ', …' : ''}.`);
        unseen.push('require(), paths by aliases, and what is loaded by name at run time.');
      }
      others.forEach(({ path, text }, i) => {
        if (snapshots[i] !== null) return;
        try {
          const spans = listIn(text, 'start') as TraceSpan[] | null;
          if (spans === null) net.read(text);
          else flows.push({ path, flow: this.#core.requestFlow(spans) });
        } catch (error) {
          throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        }
      });
      const graph = net.value();
      const known = snapshots.flatMap((one) => one ?? []);
      const health = known.length > 0 ? this.#core.health(known as Parameters<Core['health']>[0]) : null;
      this.#show(graph.modules.length > 0 ? net : null, graph, health, files.length === 1 ? (files[0]?.path ?? '') : count(files.length, 'file'), unseen, flows);
    } finally {
      if (this.#net !== net) net.close();
    }
  }

  readPlan(plan: unknown, name: string): void {
    const net = this.#core.newGraph();
    net.read(JSON.stringify(plan), 'plan');
    this.#show(net, net.value(), null, name, [], []);
  }

  breaks(modules: readonly string[]): Breaks | null {
    return this.#net === null || modules.length === 0 ? null : this.#net.breaks(modules);
  }

  markdown(breaks: Breaks | null): string {
    const { coupling, health } = this.shown ?? {};
    return [coupling, breaks, health].flatMap((answer) => (answer === null || answer === undefined ? [] : [this.#core.writeImpact(answer, 'markdown')])).join('\n');
  }

  json(breaks: Breaks | null): string {
    const { graph, coupling, health, flows } = this.shown ?? {};
    return `${JSON.stringify({ graph, coupling, breaks, health, flows }, null, 2)}\n`;
  }

  #show(net: ReturnType<Core['newGraph']> | null, graph: ModuleGraph, health: Health | null, from: string, unseen: string[], flows: Impact['flows']): void {
    this.#net?.close();
    this.#net = net;
    this.shown = { graph: net === null ? null : graph, coupling: net === null ? null : net.coupling(MOST), health, flows, from, unseen };
  }
}

/** Paths from the folder that was chosen: its own name says nothing. */
function withoutRoot(files: readonly SourceFile[]): SourceFile[] {
  const root = files[0]?.path.replace(/[^/]*$/, '').split('/')[0] ?? '';
  if (root === '' || !files.every(({ path }) => path.startsWith(`${root}/`))) return [...files];
  return files.map(({ path, text }) => ({ path: path.slice(root.length + 1), text }));
}

/** A list of objects that have this member, or one of them: snapshots of health by `at`, steps of a request by `start`. Null where the text is something else. */
function listIn(text: string, member: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.length > 0 && list.every((one) => typeof one === 'object' && one !== null && member in one) ? list : null;
  } catch {
    return null;
  }
}
