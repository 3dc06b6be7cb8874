import { type Cast, type Who, kindOf } from './cast.ts';
import type { CastDesk } from './cast-desk.ts';
import type { DriveDesk } from './drive-desk.ts';
import type { QuestDesk } from './quest-desk.ts';
import type { Store } from './store.ts';

/** The desks that it works with. */
interface Beside {
  quest: QuestDesk;
  drive: DriveDesk;
  cast: CastDesk;
}

/** Who sits where in the quest that this tab drives: a seat is claimed for another player, and left to it. */
export class SeatDesk {
  #store: Store;
  #beside: Beside;
  #giving: Promise<void> = Promise.resolve(); // until the seats that were given away are

  constructor(store: Store, beside: Beside) {
    this.#store = store;
    this.#beside = beside;
  }

  /** Gives a seat to somebody else in the middle of a quest. Who held the turn there loses it to whoever sits there now. */
  give(agent: string, who: Who): Promise<void> {
    this.#giving = this.#giving.then(() => this.#give(agent, who));
    return this.#giving;
  }

  async #give(agent: string, who: Who): Promise<void> {
    const { quest: desk, drive, cast: casting } = this.#beside;
    await drive.opened;
    const { quest, cast } = this.#store.state;
    const seat = quest?.view.agents.find(({ id }) => id === agent);
    const chosen: Cast = { ...cast, agents: { ...cast.agents, [agent]: who } };
    const kind = kindOf(chosen, agent);
    if (quest?.mode !== 'drive' || seat === undefined) return;
    if (seat.kind !== kind || seat.taken) {
      const sent = await desk.send({ by: '@owner', type: 'claim', agent, seat: kind });
      if (sent === null || 'refusal' in sent) return;
      await desk.command({ by: '@owner', type: 'release', agent });
    }
    casting.agent(agent, who);
    await drive.opened;
  }

  /** Seats the players that were chosen, where nobody sat down and others play. */
  async seat(): Promise<void> {
    const { quest: desk, drive } = this.#beside;
    const { quest, cast } = this.#store.state;
    for (const { id, kind, taken } of quest?.view.agents ?? []) {
      const seat = kindOf(cast, id);
      if (id === '@owner' || taken || seat === kind) continue;
      await desk.command({ by: '@owner', type: 'claim', agent: id, seat });
      await desk.command({ by: '@owner', type: 'release', agent: id });
    }
    await drive.recast();
  }
}
