const SHORTEST = 8; // shorter ones are no secrets, and stand in other words
const INSTEAD = new TextEncoder().encode('[key]');

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * Takes a key out of what a server says, wherever its bytes are cut: some repeat it in their complaints, and what they say is stored and shown. What may
 * be the beginning of the key is held back until the next bytes come.
 */
export class Blank {
  #words: string;
  #key: Uint8Array;
  #held: Uint8Array = new Uint8Array();

  constructor(key: string | null) {
    this.#words = key !== null && key.length >= SHORTEST ? key : '';
    this.#key = new TextEncoder().encode(this.#words);
  }

  /** What may be told of these bytes and those held back. */
  bytes(more: Uint8Array): Uint8Array {
    const [first] = this.#key;
    if (first === undefined) return more;
    const all = this.#held.length === 0 ? more : joined([this.#held, more]);
    const parts: Uint8Array[] = [];
    let told = 0;
    let end = all.length;
    for (let at = all.indexOf(first); at >= 0 && at < end; at = all.indexOf(first, at)) {
      const fits = this.#fits(all, at);
      if (fits === this.#key.length) {
        parts.push(all.subarray(told, at), INSTEAD);
        at += fits;
        told = at;
      } else if (at + fits === all.length) end = at; // it may go on
      else at += 1;
    }
    this.#held = all.slice(end);
    return joined([...parts, all.subarray(told, end)]);
  }

  #fits(all: Uint8Array, from: number): number {
    let n = 0;
    while (n < this.#key.length && from + n < all.length && all[from + n] === this.#key[n]) n += 1;
    return n;
  }

  /** What was held back, at the end of all. */
  rest(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array();
    return rest;
  }

  words(text: string): string {
    return this.#words === '' ? text : text.replaceAll(this.#words, '[key]');
  }
}
