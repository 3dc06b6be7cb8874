import type { Instance } from './memory.ts';
import type { Roster } from './roster.ts';

/** What every class of stateless calls has. One class a file; each continues the one before, and `Core` is the last. */
export abstract class Calls {
  protected readonly instance: Instance;

  /** @internal */
  constructor(instance: Instance) {
    this.instance = instance;
  }

  /** The handle of a roster, 0 for none. */
  protected rosterHandle(roster: Roster | null | undefined): number {
    return roster?.handleIn(this.instance) ?? 0;
  }
}
