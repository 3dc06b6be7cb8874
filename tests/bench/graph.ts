// What reading a module graph and asking it costs: the core through Wasm and native beside graphology, on the same graphs of 10,000 and 100,000
// dependencies. Both read the same edges. graphology finds the strongly connected components and, of the graph without cycles, a topological
// order; the core answers all of Coupling: components with a way around each, coupling, the matrix, two orders of extraction.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DirectedGraph } from 'graphology';
import components from 'graphology-components';
import dag from 'graphology-dag';
import { instantiate } from '../../wasm/src/core.ts';
import { loadModule } from '../../wasm/src/node.ts';
import { median, race } from './rounds.ts';

const sizes = [10_000, 100_000] as const;
const rounds = 5;
const binary = fileURLToPath(new URL('../../build/release/bin/questline', import.meta.url));

type Edges = [string, string][];

/** Four dependencies for each module, most of them near; without cycles all of them forward. */
function edgesOf(count: number, cycles: boolean): Edges {
  const modules = count / 4;
  const name = (i: number): string => `g${Math.floor(i / 40)}/m${i}.js`;
  let seed = 1;
  return Array.from({ length: count }, (_, e) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const from = e >> 2;
    const to = from + 1 + (seed % 50);
    return [name(from), name(to < modules ? to : cycles ? to % modules : modules + (to % 50))];
  });
}

function readIntoGraphology(json: string): DirectedGraph {
  const graph = new DirectedGraph();
  for (const [from, to] of (JSON.parse(json) as { edges: Edges }).edges) graph.mergeEdge(from, to);
  return graph;
}

const milliseconds = (values: readonly number[]): string => `${median(values).toFixed(1).padStart(8)} ms`;

export async function benchGraphs(): Promise<void> {
  const core = instantiate(await loadModule());
  for (const size of sizes) {
    for (const cycles of [true, false]) {
      const json = JSON.stringify({ edges: edgesOf(size, cycles), modules: [] });
      let ours = 0;
      let theirs = 0;
      const [core_, peer] = race(
        [json],
        [
          {
            name: 'questline, all of Coupling',
            run: (text) => {
              const graph = core.newGraph();
              graph.read(text, 'own');
              const { cycles: found, order } = graph.coupling(0);
              ours = cycles ? found.reduce((sum, one) => sum + one.size, 0) : order.length;
              graph.close();
            },
          },
          {
            name: cycles ? 'graphology, components' : 'graphology, topological order',
            run: (text) => {
              const graph = readIntoGraphology(text);
              try {
                theirs = cycles ? components.stronglyConnectedComponents(graph).reduce((sum, one) => sum + (one.length > 1 ? one.length : 0), 0) : dag.topologicalSort(graph).length;
              } catch (error) {
                if (!(error instanceof RangeError)) throw error;
                theirs = -1; // it calls itself once for each module on the way
              }
            },
          },
        ],
        rounds,
        1,
      );
      if (core_ === undefined || peer === undefined || (theirs >= 0 && ours !== theirs)) throw new Error(`${ours} modules here, ${theirs} there`);
      console.log(`${size.toLocaleString('en')} dependencies, ${cycles ? `${ours.toLocaleString('en')} modules in cycles` : 'no cycle'}`);
      console.log(`  ${core_.name.padEnd(32)} ${milliseconds(core_.rounds)}`);
      console.log(`  ${peer.name.padEnd(32)} ${theirs < 0 ? 'overflows the stack' : milliseconds(peer.rounds)}`);
      if (!existsSync(binary)) continue;
      const native = Array.from({ length: rounds }, () => {
        const started = performance.now();
        execFileSync(binary, ['impact', '--json', '--most', '0'], { input: json, maxBuffer: 2 ** 28 });
        return performance.now() - started;
      });
      console.log(`  ${'questline impact, the program'.padEnd(32)} ${milliseconds(native)}`);
    }
  }
}

if (import.meta.main) await benchGraphs();
