// Timing side by side: the contestants take turns on small slices of the work, so that whatever else the machine does hits all of them alike.

export interface Contestant<Item> {
  readonly name: string;
  readonly run: (item: Item) => unknown;
}

export interface Result {
  readonly name: string;
  /** Milliseconds of each round, over all items. */
  readonly rounds: readonly number[];
}

/** `warmUp` rounds go before and are not counted. */
export function race<Item>(items: readonly Item[], contestants: readonly Contestant<Item>[], rounds: number, warmUp: number): Result[] {
  const slices = 16;
  const times = contestants.map(() => [] as number[]);
  for (let round = -warmUp; round < rounds; round++) {
    const spent = contestants.map(() => 0);
    for (let slice = 0; slice < slices; slice++) {
      for (let turn = 0; turn < contestants.length; turn++) {
        const index = (turn + slice) % contestants.length;
        const { run } = contestants[index]!;
        const started = performance.now();
        for (let i = slice; i < items.length; i += slices) run(items[i]!);
        spent[index]! += performance.now() - started;
      }
    }
    if (round >= 0) spent.forEach((ms, index) => times[index]!.push(ms));
  }
  return contestants.map(({ name }, index) => ({ name, rounds: times[index]! }));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** How many times as long `b` took as `a`: the median over the rounds. */
export function ratio(a: Result, b: Result): number {
  return median(a.rounds.map((ms, round) => b.rounds[round]! / ms));
}
