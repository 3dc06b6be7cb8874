import type { Core, PackSource, Quest } from '@questline/core';
import { type Net, TooLarge } from '../ports/net.ts';
import { playersFor } from './cast.ts';
import { inWords } from './logs.ts';
import type { LiveLink } from './model.ts';
import { asServer } from './servers.ts';
import type { Store } from './store.ts';

interface Ports {
  net: Pick<Net, 'cast' | 'putCast'>;
  open: () => { core: Core; quest: Quest } | null;
  /** Those of the files that the quest of that id works on. */
  documents: (id: string) => Promise<PackSource[]>;
}

/** Why the server does not play. */
export interface Against {
  why: string;
  tooLarge: boolean;
}

const encoder = new TextEncoder();

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

  /** How many documents of the project would be handed over, and their bytes. */
  async documents(): Promise<{ count: number; bytes: number }> {
    const texts = await this.#documents();
    return { count: texts.length, bytes: texts.reduce((sum, { text = '' }) => sum + encoder.encode(text).length, 0) };
  }

  async #documents(): Promise<PackSource[]> {
    const { quest } = this.#store.state;
    return quest === null ? [] : this.#ports.documents(quest.id);
  }

  /** Lets the server play with the models that are chosen here, and tell them what they are told here; why it does not, or null. Its keys are its own: none
      leaves this tab. @param bare  without the documents of the project */
  async hand(bare = false): Promise<Against | null> {
    const { asks, servers, team } = this.#store.state;
    const documents = bare ? [] : await this.#documents();
    const open = this.#ports.open();
    if (open === null) return { why: 'The quest is not open.', tooLarge: false };
    const { players } = this;
    const { specs = [] } = open.quest.event(0).data as { specs?: [string, string][] };
    const named = new Set(specs.filter(([agent]) => players.some((player) => player.agent === agent)).map(([, sha256]) => sha256));
    const files = team.files.filter(({ text }) => named.has(open.core.sha256(text))).map(({ path, text }) => ({ name: path, text }));
    return this.#put({ players, files, documents, servers: servers.filter(({ on }) => on).map(asServer), ...(asks === null ? {} : { ask: asks }) });
  }

  takeBack(): Promise<Against | null> {
    return this.#put(null);
  }

  async #put(cast: Parameters<Net['putCast']>[1]): Promise<Against | null> {
    const link = this.#store.state.quest?.link;
    if (link === null || link === undefined) return { why: 'The quest is not live.', tooLarge: false };
    try {
      const handed = await this.#ports.net.putCast(link, cast);
      if (this.#store.state.quest?.link?.id === link.id) this.#store.setQuest({ handed });
      return null;
    } catch (error) {
      return { why: inWords(error), tooLarge: error instanceof TooLarge };
    }
  }
}
