// A quest as long as one likes, as the commands that make it: a leader tells two workers what to do, ends its turn, and both answer.

export interface Step {
  readonly type: string;
  readonly by: string;
  readonly to?: readonly string[];
  readonly task?: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

export const leader = '@lead';
export const workers = ['@backend.api', '@frontend'] as const;
/** Events of a turn: two orders, the leader's end of turn, two answers. */
export const turn = 5;
/** Events come a second apart from here, ms since epoch. */
export const start = 1763712000000;
/** A quest has at most 1,024 tasks: later orders go on with a task that was done. */
const tasks = 1000;

const order = (n: number, task: number): string =>
  `Part ${n}: write /auth/callback/${task} with “PKCE” only, keep its tests green and say what you changed.\n`;
const answer = (n: number): string => `Part ${n} is done: 3 files changed, 14 tests added, all of them pass. Nothing is left open.`;

/** Event n of the quest. */
export function step(n: number): Step {
  if (n === 0) return { type: 'create', by: '@owner', agents: [leader, ...workers], mission: 'Add OAuth2 login, with tests and a page about it' };
  const round = Math.floor((n - 1) / turn);
  const place = (n - 1) % turn;
  if (place < 2) {
    const task = ((2 * round + place) % tasks) + 1;
    return { type: 'message', by: leader, to: [workers[place]!], task: `T${task}`, msg: order(n, task) };
  }
  if (place === 2) return { type: 'respond', by: leader, msg: `Two orders are out in round ${round}: the callback first, then the page that shows it.` };
  return { type: 'respond', by: workers[place - 3]!, msg: answer(n) };
}

/** Its first commands, as a host would be handed them. */
export const commands = (count: number): string[] => Array.from({ length: count }, (_, n) => JSON.stringify(step(n)));

/** Time of event n. */
export const at = (n: number): number => start + 1000 * n;

const block = 32;
const pool = new Uint8Array(block * 512);
let used = pool.length;

/** 32 random bytes, valid until 512 more were taken. */
export function entropy(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += block;
  return pool.subarray(used - block, used);
}
