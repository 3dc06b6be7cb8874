import type { Roster as RosterValue } from './generated.ts';
import { Held } from './held.ts';
import type { Text } from './memory.ts';

/** A set of agent files. */
export class Roster extends Held {
  protected override readonly kind = 'roster';

  /** Adds a file; the order of adding decides who keeps a name that is used twice. */
  add(path: string, text: Text): void {
    this.instance.run('qlw_roster_add', this.handle, path, text);
  }

  /** Reads the files that are added from now on as this dialect; null: as each seems to be. */
  dialect(id: string | null): void {
    this.instance.run('qlw_roster_dialect', this.handle, id);
  }

  /** Switches a rule, or an item of one, of an agent's file off or on again. What is off is not asked by `route`, `permit` and `contextPack`. */
  switchRule(agent: string, rule: string, on: boolean): void {
    this.instance.run('qlw_roster_switch', this.handle, agent, rule, on ? 1 : 0);
  }

  /** The agents of all files added so far, and what is wrong with the files. */
  value(): RosterValue {
    return this.instance.json('qlw_roster_value', this.handle) as RosterValue;
  }
}
