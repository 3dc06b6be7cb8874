import type { Core } from '@questline/core';
import type { Cores } from '../ports/core.ts';

/** The core: what first sight needs of it, until the whole stands in its place. */
export class Engine {
  #core: Core;
  #cores: Cores;
  #came: (core: Core) => void;
  #whole: Promise<void> | null = null;

  /** @param came  the whole core is there */
  constructor(first: Core, cores: Cores, came: (core: Core) => void) {
    this.#core = first;
    this.#cores = cores;
    this.#came = came;
  }

  /** For stateless calls. */
  get core(): Core {
    return this.#core;
  }

  /** Resolves when the whole core is there. */
  whole(): Promise<void> {
    this.#whole ??= this.#cores().then(
      (core) => {
        this.#core = core;
        this.#came(core);
      },
      (error: unknown) => {
        this.#whole = null; // the next one asks again
        throw error;
      },
    );
    return this.#whole;
  }

  /** An instance of its own for a quest. */
  async fresh(): Promise<Core> {
    await this.whole();
    return this.#cores();
  }
}
