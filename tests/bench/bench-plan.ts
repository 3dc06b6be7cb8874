// The order of work of a plan: the core through Wasm beside graphology-dag and dagre, on the same plans of 64, 256 and 1,024 tasks in one run.
//
// Ours takes the plan as JSON and gives it back as JSON, parsed again here. `groups` checks the plan and answers groups, longest chain, problems and
// hash; `schedule` answers times, slack, the critical chain and schedules for one, two, three … at once. graphology-dag gives the groups alone
// (topological generations), from a graph that it is given, or that is built first. dagre lays the graph out: ranks by longest path, order, places.
// Then what a module graph costs, where that part is there.
import { existsSync } from 'node:fs';
import { Graph, layout } from '@dagrejs/dagre';
import { DirectedGraph } from 'graphology';
import dag from 'graphology-dag';
import { instantiate } from '../../wasm/src/core.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { median, race, ratio } from './rounds.ts';

const sizes = [64, 256, 1024] as const;
const rounds = 7;
/** dagre takes half a second for so many, and is not asked for more. */
const dagreMost = 256;

interface Task {
  readonly id: string;
  readonly title: string;
  readonly agent: string;
  readonly after: string[];
  readonly estimate: { readonly minutes: number };
}

/** Up to three dependencies for each task, on one of the forty before it; twelve agents. */
function tasksOf(count: number): Task[] {
  let seed = 1;
  const draw = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (seed >>> 8) % below;
  };
  return Array.from({ length: count }, (_, i) => {
    const after = new Set(Array.from({ length: i === 0 ? 0 : draw(4) }, () => i - 1 - draw(Math.min(i, 40))));
    const ids = [...after].sort((a, b) => a - b).map((k) => `T${k + 1}`);
    return { id: `T${i + 1}`, title: `Piece ${i + 1}`, agent: `@agent-${draw(12)}`, after: ids, estimate: { minutes: 5 + draw(90) } };
  });
}

function graphOf(tasks: readonly Task[]): DirectedGraph {
  const graph = new DirectedGraph();
  for (const { id } of tasks) graph.addNode(id);
  for (const { id, after } of tasks) for (const before of after) graph.addEdge(before, id);
  return graph;
}

function layOut(tasks: readonly Task[]): number {
  const graph = new Graph();
  graph.setGraph({ ranker: 'longest-path' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of tasks) graph.setNode(id, { width: 100, height: 40 });
  for (const { id, after } of tasks) for (const before of after) graph.setEdge(before, id);
  layout(graph);
  return graph.nodeCount();
}

const core = instantiate(await loadModule());

for (const size of sizes) {
  const tasks = tasksOf(size);
  const plan = { leader: '@lead', objective: 'Measure', tasks };
  const ready = graphOf(tasks);
  const groups = core.completePlan(plan as never).groups;
  const generations = dag.topologicalGenerations(ready);
  if (JSON.stringify(groups.map((ids) => ids.toSorted())) !== JSON.stringify(generations.map((ids) => ids.toSorted()))) throw new Error('other groups');
  const results = race(
    Array.from({ length: 16 }, () => tasks),
    [
      { name: 'questline, groups', run: () => core.completePlan(plan as never) },
      { name: 'questline, schedule', run: () => core.planSchedule(plan as never) },
      { name: 'graphology-dag, graph given', run: () => dag.topologicalGenerations(ready) },
      { name: 'graphology-dag, graph built', run: (list: readonly Task[]) => dag.topologicalGenerations(graphOf(list)) },
      ...(size > dagreMost ? [] : [{ name: 'dagre, longest path', run: (list: readonly Task[]) => layOut(list) }]),
    ],
    rounds,
    1,
  );
  const [ours] = results;
  const edges = tasks.reduce((sum, { after }) => sum + after.length, 0);
  const crews = core.planSchedule(plan as never).crews;
  console.log(`${size.toLocaleString('en')} tasks, ${edges.toLocaleString('en')} dependencies, ${groups.length} groups, ${crews.length} schedules`);
  for (const result of results) {
    const ms = median(result.rounds) / 16;
    const times = result === ours ? '' : `${ratio(ours!, result).toFixed(2)} times as long as our groups`;
    console.log(`  ${result.name.padEnd(30)} ${ms.toFixed(3).padStart(9)} ms   ${times}`);
  }
}

const graphs = new URL('graph.ts', import.meta.url);
if (existsSync(graphs)) {
  const { benchGraphs } = (await import(graphs.href)) as { benchGraphs: () => Promise<void> };
  await benchGraphs();
}
