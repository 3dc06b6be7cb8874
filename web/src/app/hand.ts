import type { Core, Quest } from '@questline/core';
import type { Net } from '../ports/net.ts';
import { playersFor } from './cast.ts';
import { inWords } from './logs.ts';
import type { LiveLink } from './model.ts';
import { asServer } from './servers.ts';
import type { Store } from './store.ts';

interface Ports {
  net: Pick<Net, 'cast' | 'putCast'>;
  open: () => { core: Core; quest: Quest } | null;
}

/** A live quest whose models its server plays. */
export class HandDesk {
  #store: Store;
  #ports: Ports;

  constructor(store: Store, ports: Ports) {
    this.#store = store;
    this.#ports = ports;
  }

  /** Whom the models that are chosen here would play; what the server has against it, it says itself. */
  get players(): ReturnType<typeof playersFor> {
    const { cast, quest } = this.#store.state;
    return quest === null ? [] : playersFor(cast, quest.view.agents);
  }

  /** The server said whether it plays. */
  async heard(link: LiveLink, plays: boolean): Promise<void> {
    const handed = plays ? await this.#ports.net.cast(link).catch(() => null) : null;
    if (this.#store.state.quest?.link?.id === link.id) this.#store.setQuest({ handed });
  }

  /** Lets the server play with the models that are chosen here; why it does not, or null. Its keys are its own: none leaves this tab. */
  hand(): Promise<string | null> {
    const { servers, team } = this.#store.state;
    const open = this.#ports.open();
    if (open === null) return Promise.resolve('The quest is not open.');
    const { players } = this;
    const { specs = [] } = open.quest.event(0).data as { specs?: [string, string][] };
    const named = new Set(specs.filter(([agent]) => players.some((player) => player.agent === agent)).map(([, sha256]) => sha256));
    const files = team.files.filter(({ text }) => named.has(open.core.sha256(text))).map(({ path, text }) => ({ name: path, text }));
    return this.#put({ players, files, servers: servers.filter(({ on }) => on).map(asServer) });
  }

  takeBack(): Promise<string | null> {
    return this.#put(null);
  }

  async #put(cast: Parameters<Net['putCast']>[1]): Promise<string | null> {
    const link = this.#store.state.quest?.link;
    if (link === null || link === undefined) return 'The quest is not live.';
    try {
      const handed = await this.#ports.net.putCast(link, cast);
      if (this.#store.state.quest?.link?.id === link.id) this.#store.setQuest({ handed });
      return null;
    } catch (error) {
      return inWords(error);
    }
  }
}
