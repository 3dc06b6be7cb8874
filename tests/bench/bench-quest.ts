// What an event costs: our machine native and through the Wasm boundary beside an XState actor with the same rules and a LangGraph.js graph
// of the same turns, at logs of 100, 10,000 and 98,000 events; and what it costs to open and check such a log.
//
// Through Wasm a command goes in as a string, its line comes out as a string and is appended, one after the other. The line is canonical JSON
// with its place in the chain of hashes and the commitment to its text. XState has no log of its own: in "the same work" it writes a line with
// SHA-256 of Node in both places. The peers' own files say what they are spared.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instantiate } from '../../wasm/src/core.ts';
import type { Core } from '../../wasm/src/core.ts';
import { loadModule } from '../../wasm/src/node.ts';
import type { Quest } from '../../wasm/src/quest.ts';
import { timeInChromium } from './browser.ts';
import { LangGraphQuest } from './peer-langgraph.ts';
import { XStateQuest } from './peer-xstate.ts';
import { at, commands, entropy, step, turn } from './story.ts';

// As long as a quest can be, but for what is kept free for facts and endings.
const LONGEST = 98_000;
const lengths = [100, 10_000, LONGEST] as const;
const openings = [10_000, LONGEST] as const;
const rounds = 10;
/** Events of a round. */
const window = 500;
/** Short quests are measured from this event on, and are many. */
const shortFrom = 50;
const shortQuests = window / (lengths[0] - shortFrom);
/** A peer that takes longer to come to a length is not asked there, seconds. */
const patience = 15;

interface Native {
  readonly window: number;
  readonly bytes: number;
  readonly memory: number[];
  readonly events: number[][];
  readonly open: number[][];
  readonly verify: number[][];
}

interface Contestant {
  readonly name: string;
  /** Milliseconds of each round at each length; undefined where it was not asked. */
  readonly spent: (number[] | undefined)[];
  readonly window: number;
}

/** Milliseconds of processor time, garbage collection in other threads included: others on the machine change it less than the time of day. */
const clock = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Something that makes the events of the story, from wherever it stands. */
interface Player {
  play(from: number, to: number): void | Promise<void>;
}

const story = commands(lengths[2]);
const steps = story.map((_, n) => step(n));
const module = await loadModule();

function runNative(): Native {
  const folder = mkdtempSync(join(tmpdir(), 'questline-bench-'));
  try {
    const file = join(folder, 'commands');
    writeFileSync(file, `${story.join('\n')}\n`);
    const program = process.env['QUESTLINE_BENCH'] ?? fileURLToPath(new URL('../../build/release/bin/questline-bench', import.meta.url));
    return JSON.parse(execFileSync(program, [file], { encoding: 'utf8' })) as Native;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

class Ours implements Player {
  readonly quest: Quest;
  readonly #parsed: boolean;

  constructor(core: Core, parsed: boolean) {
    this.quest = core.openQuest();
    this.#parsed = parsed;
  }

  play(from: number, to: number): void {
    for (let n = from; n < to; n++) {
      const { line } = this.quest.decide(story[n]!, at(n), entropy());
      if (line === undefined) throw new Error(`the machine refused ${story[n]}`);
      this.quest.append(line);
      if (this.#parsed && (JSON.parse(line) as { e: { n: number } }).e.n !== n) throw new Error('another line came back');
    }
  }
}

class XState implements Player {
  readonly #quest = new XStateQuest();
  readonly #rulesAlone: boolean;

  constructor(rulesAlone: boolean) {
    this.#rulesAlone = rulesAlone;
  }

  play(from: number, to: number): void {
    for (let n = Math.max(from, 1); n < to; n++) {
      if (this.#rulesAlone) this.#quest.send(steps[n]!);
      else this.#quest.act(story[n]!);
    }
  }
}

class LangGraph implements Player {
  readonly #quest = new LangGraphQuest();

  async play(from: number, to: number): Promise<void> {
    for (let n = from; n < to; n += turn) await this.#quest.turn();
  }
}

/** Its rounds at each length, taken in turns with those of the others. */
async function measure(players: readonly { name: string; make: () => Player }[]): Promise<Contestant[]> {
  const contestants = players.map(({ name }) => ({ name, spent: lengths.map((): number[] | undefined => []), window }));
  const long: (Player | undefined)[][] = [];
  for (const [index, { make }] of players.entries()) {
    long.push([]);
    for (const [which, length] of lengths.entries()) {
      if (which === 0) continue;
      const player = make();
      const goal = length - rounds * window;
      const started = performance.now();
      let events = 0;
      while (events < goal && performance.now() - started < patience * 1000) {
        await player.play(events, events + window);
        events += window;
      }
      long[index]![which] = events < goal ? undefined : player;
      if (events < goal) contestants[index]!.spent[which] = undefined;
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const [which, length] of lengths.entries()) {
      for (let i = 0; i < players.length; i++) {
        const index = (i + round) % players.length;
        const spent = contestants[index]!.spent[which];
        if (spent === undefined) continue;
        const long_ = long[index]![which];
        const those = long_ === undefined ? Array.from({ length: shortQuests }, players[index]!.make) : [long_];
        const from = long_ === undefined ? shortFrom : length - (rounds - round) * window;
        if (long_ === undefined) for (const player of those) await player.play(0, shortFrom);
        const started = clock();
        for (const player of those) await player.play(from, from + window / those.length);
        spent.push(clock() - started);
        for (const player of those) if (long_ === undefined && player instanceof Ours) player.quest.close();
      }
    }
  }
  return contestants;
}

/** Milliseconds of each round. */
function timeOpening(log: string): { open: number[]; verify: number[] } {
  const core = instantiate(module);
  const open: number[] = [];
  const verify: number[] = [];
  for (let round = 0; round < 5; round++) {
    const opening = clock();
    const quest = core.openQuest(log);
    const opened = clock();
    if (quest.verdict().intact !== 'yes') throw new Error('the log is not intact');
    const verified = clock();
    quest.close();
    open.push(opened - opening);
    verify.push(verified - opened);
  }
  return { open, verify };
}

const thousands = (value: number): string => Math.round(value).toLocaleString('en');
const perSecond = ({ spent, window: events }: Contestant, which: number): number => (events * 1000) / Math.min(...(spent[which] ?? [Infinity]));
/** How many times as long an event takes at the longest log as at the shortest. */
const growth = ({ spent }: Contestant): number => (spent[2] === undefined ? NaN : Math.min(...spent[2]) / Math.min(...spent[0]!));
const cell = (text: string, width = 11): string => text.padStart(width);

console.log(`quest: ${thousands(lengths[2])} events of a leader and two workers, the best of ${rounds} rounds of ${window}, taken in turns; processor time`);
const native = runNative();
const ownCores = { strings: instantiate(module), parsed: instantiate(module) };
const wasm = await measure([
  { name: 'through Wasm', make: () => new Ours(ownCores.strings, false) },
  { name: '  and the line parsed', make: () => new Ours(ownCores.parsed, true) },
  { name: 'XState, the same work', make: () => new XState(false) },
  { name: '  its rules alone', make: () => new XState(true) },
  { name: 'LangGraph.js, MemorySaver', make: () => new LangGraph() },
]);
const ours = wasm[0]!;
const all: Contestant[] = [{ name: 'native', spent: native.events, window: native.window }, ...wasm];

console.log(`\n${'events per second at a log of'.padEnd(30)}${lengths.map((length) => cell(thousands(length))).join('')}${cell('growth')}${cell('ours is', 14)}`);
for (const contestant of all) {
  const speeds = lengths.map((_, which) => (contestant.spent[which] === undefined ? cell('not asked') : cell(thousands(perSecond(contestant, which)))));
  const times = perSecond(ours, 0) / perSecond(contestant, 0);
  const rate = growth(contestant);
  console.log(
    `  ${contestant.name.padEnd(28)}${speeds.join('')}${cell(Number.isNaN(rate) ? '' : rate.toFixed(2))}${cell(contestant === ours ? '' : `${times.toFixed(2)} as fast`, 14)}`.trimEnd(),
  );
}
if (all.some(({ spent }) => spent.includes(undefined))) console.log(`  not asked: it takes more than ${patience} s to come there`);

console.log(`\nbytes per event ${(native.bytes / lengths[2]).toFixed(0)}`);
console.log(`${'memory of a quest, KiB, at'.padEnd(30)}${lengths.map((length) => cell(thousands(length))).join('')}`);
console.log(`  ${'native, as allocated'.padEnd(28)}${native.memory.map((bytes) => cell(thousands(bytes / 1024))).join('')}`);

function oneInstance(length: number): { core: Core; log: string } {
  const core = instantiate(module);
  const player = new Ours(core, false);
  player.play(0, length);
  return { core, log: player.quest.log() };
}
const alone = lengths.map(oneInstance);
console.log(`  ${'all of its Wasm instance'.padEnd(28)}${alone.map(({ core }) => cell(thousands(core.memory / 1024))).join('')}`);

console.log(`\n${'milliseconds for a log of'.padEnd(30)}${openings.map((length) => cell(thousands(length), 22)).join('')}`);
console.log(`${''.padEnd(30)}${openings.map(() => `${cell('open', 10)}${cell('verify', 12)}`).join('')}`);
const sums: Record<string, number> = {};
function showOpening(name: string, times: readonly { open: readonly number[]; verify: readonly number[] }[]): void {
  sums[name] = Math.min(...times[0]!.open) + Math.min(...times[0]!.verify);
  console.log(`  ${name.padEnd(28)}${times.map(({ open, verify }) => `${cell(Math.min(...open).toFixed(1), 10)}${cell(Math.min(...verify).toFixed(1), 12)}`).join('')}`);
}
showOpening('native', openings.map((_, which) => ({ open: native.open[which]!, verify: native.verify[which]! })));
showOpening('Node', openings.map((_, which) => timeOpening(alone[which + 1]!.log)));
const inChromium = [];
for (const [which] of openings.entries()) inChromium.push(await timeInChromium(alone[which + 1]!.log, 5));
showOpening('Chromium, by the clock', inChromium);

const aims: readonly [what: string, is: number, aim: number, atMost: boolean][] = [
  ['events per second through Wasm at 100', perSecond(ours, 0), 150_000, false],
  ['events per second with the line parsed at 100', perSecond(wasm[1]!, 0), 100_000, false],
  ['growth through Wasm', growth(ours), 1.1, true],
  ['bytes per event', native.bytes / lengths[2], 300, false],
  ['open and verify 10,000 native, ms', sums['native']!, 60, true],
  ['open and verify 10,000 in Node, ms', sums['Node']!, 60, true],
  ['open and verify 10,000 in Chromium, ms', sums['Chromium, by the clock']!, 100, true],
];
console.log('\naims');
for (const [what, is, aim, atMost] of aims) {
  const met = atMost ? is <= aim : is >= aim;
  const shown = aim < 10 ? is.toFixed(2) : thousands(is);
  console.log(`  ${what.padEnd(48)}${cell(shown)}  ${atMost ? 'at most ' : 'at least'} ${thousands(aim) === '1' ? aim : thousands(aim)}  ${met ? 'met' : 'missed'}`);
}
