const SLICE = 20; // works at a time: about one frame

/** Work that may wait: the newest is done first, some of it at once, the rest while nothing else is to be done. */
export class Spare {
  #works: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #done: () => void;

  /** @param done  told when some of the rest is done */
  constructor(done: () => void) {
    this.#done = done;
  }

  add(work: () => void): void {
    this.#works.push(work);
  }

  begin(): void {
    for (const work of this.#works.splice(-SLICE).reverse()) work();
    if (this.#works.length === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.begin();
      this.#done();
    });
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#works = [];
  }
}
