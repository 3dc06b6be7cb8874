import type { Effect, EffectResult, McpServer, SeatDelta, Steer } from './generated.ts';
import { Held } from './held.ts';
import type { MemoryGraph } from './memory-graph.ts';
import type { Quest } from './quest.ts';
import type { Workspace } from './workspace.ts';

/** What models may work with, by the tools of their agents' files. */
/** A person is asked not only where a file wants it, but before each change, or before all uses of tools. */
export type AskFirst = 'change' | 'all';

export interface Kit {
  readonly workspace?: Workspace;
  readonly memory?: MemoryGraph;
  readonly servers?: readonly McpServer[];
  /** The host performs `tool.run`, when a person agreed to the command. */
  readonly commands?: boolean;
  readonly ask?: AskFirst | undefined;
  /** The host performs `partial.put`: it keeps words of answers that are not whole, until their end is logged. */
  readonly partials?: boolean;
}

/** Says what a quest needs next, and takes what came of it. It uses the quest, the roster and the kit it was given: close it before them. */
export class Driver extends Held {
  protected override readonly kind = 'driver';

  /**
   * Takes answers of an earlier log where the request has the same hash, in place of asking; only: nobody is asked besides. To be called before
   * `next`; close the driver before that quest.
   */
  recall(recorded: Quest, only: boolean): void {
    this.instance.run('qlw_driver_recall', this.handle, recorded.handleIn(this.instance), only ? 1 : 0);
  }

  /** Stops the call of one model, or says how it goes on. */
  steer(steer: Steer): void {
    this.instance.run('qlw_driver_steer', this.handle, JSON.stringify(steer));
  }

  /** Gives models something to work with; to be called before the first `next`. */
  use({ workspace, memory, servers = [], commands = false, ask, partials = false }: Kit): void {
    const { instance } = this;
    instance.run('qlw_driver_use', this.handle, workspace?.handleIn(instance) ?? 0, memory?.handleIn(instance) ?? 0, JSON.stringify({ servers, commands, ask, partials }));
  }

  /** The next effect. `http.request` and `effect.cancel` come once each, and any number of requests may be open; any other comes again until it has its result. */
  next(now: number): Effect {
    return this.instance.json('qlw_driver_next', this.handle, now) as Effect;
  }

  result(now: number, result: EffectResult): void {
    this.instance.run('qlw_driver_result', this.handle, now, JSON.stringify(result));
  }

  /** Bytes of an answer, as they come: after its status, before its outcome. */
  bytes(id: number, bytes: Uint8Array): void {
    this.instance.run('qlw_driver_bytes', this.handle, id, bytes);
  }

  /** What models added since this was asked last. Need not be asked: an answer is whole without it. */
  deltas(): SeatDelta[] {
    return this.instance.json('qlw_driver_deltas', this.handle) as SeatDelta[];
  }
}
