/** Random bytes come from here and from nowhere else. */
export interface Entropy {
  bytes(n: number): Uint8Array;
}

export const systemEntropy: Entropy = { bytes: (n) => crypto.getRandomValues(new Uint8Array(n)) };
