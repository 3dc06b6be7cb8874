import type { MemoryEntity } from './generated.ts';
import { Held } from './held.ts';
import type { Text } from './memory.ts';

/** Entities with observations and the relations between them, under the names of the MCP memory server. */
export class MemoryGraph extends Held {
  protected override readonly kind = 'memory';

  /** Takes over a file of that server; what is there already gains and loses nothing. */
  read(lines: Text): void {
    this.instance.run('qlw_memory_read', this.handle, lines);
  }

  /**
   * Takes in what somebody else made, since the file was `known`, of the file: what one side added is added, what one side forgot is forgotten. All of
   * it, or nothing and a CoreError.
   */
  merge(known: Text, theirs: Text): void {
    this.instance.run('qlw_memory_merge', this.handle, known, theirs);
  }

  /** The file of that server. */
  write(): string {
    return this.instance.text('qlw_memory_write', this.handle);
  }

  /** Makes a call of that server: `create_entities`, `search_nodes` and so on. */
  call<Answer>(tool: string, args: object): Answer {
    return this.instance.json('qlw_memory_call', this.handle, tool, JSON.stringify(args)) as Answer;
  }

  /** Flags that nothing says to be settled. */
  pending(): MemoryEntity[] {
    return this.instance.json('qlw_memory_pending', this.handle) as MemoryEntity[];
  }
}
