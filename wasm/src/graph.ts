import type { Breaks, Coupling, ModuleGraph } from './generated.ts';
import { Held } from './held.ts';
import type { Text } from './memory.ts';

/** What a module graph is read from: shape ModuleGraph, dependency-cruiser, madge and pydeps as JSON, rules of a compiler's -MM, a plan. */
export type GraphFormat = 'auto' | 'own' | 'cruise' | 'madge' | 'pydeps' | 'make' | 'plan';

/** A module graph: which part of a program needs which. */
export class ModuleNet extends Held {
  protected override readonly kind = 'graph';

  /** Adds what a text says; several texts make one graph. After a failure the graph is only good for being closed. */
  read(text: Text, format: GraphFormat = 'auto'): void {
    this.instance.run('qlw_graph_read', this.handle, text, format);
  }

  value(): ModuleGraph {
    return this.instance.json('qlw_graph_value', this.handle) as ModuleGraph;
  }

  /** Cycles, coupling, the matrix, the order of extraction. `most` entries of a list, the weightiest first; 0: all. */
  coupling(most = 0): Coupling {
    return this.instance.json('qlw_graph_coupling', this.handle, most) as Coupling;
  }

  /** What breaks if these modules change; the name of a group stands for all in it. */
  breaks(modules: readonly string[]): Breaks {
    return this.instance.json('qlw_graph_breaks', this.handle, JSON.stringify(modules)) as Breaks;
  }
}
