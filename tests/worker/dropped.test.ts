/* A room that models play in is dropped at its calls, before and after each effect there is: the rows bring it back, and nothing is lost, or done twice without
   leave. What a label is, says life.ts; ROOM_POINTS=all takes each call, before it and after it. `tool.run` is never wanted here, since the room says that
   it runs no commands; `answer` belongs to conversations, and `ask.human` is the plan that waits for its owner. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadCore } from '@questline/core/node';
import { begin } from '../../worker/src/founding.ts';
import { after as behind, before as at, chosen, type Death, numbered, type Point, type Table, told } from '../crash/places.ts';
import { brain } from '../loopback/brain.ts';
import { type Answer, type Script, wordsOf } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { Servers } from '../mcp/server.ts';
import { API, create, DATABASE, LEAD } from './client.ts';
import { Clock, Life, type Outside, OWN, type Person, random } from './life.ts';
import { Memory } from './memory.ts';

/** So many calls are taken beside those of the table, spread evenly. */
const ALL = process.env['ROOM_POINTS'] === 'all';
const POINTS = ALL ? Infinity : Number(process.env['ROOM_POINTS'] ?? 4);
const AT_ONCE = 6; // they wait for answers most of the time
const GROW = 'mcp__docs__grow';
const ECHO = 'mcp__docs__echo';

/** Before its start is appended, when that is stored, in the middle of it, when its result is there, when that is stored. */
const five = (name: string, ...middle: readonly Point[]): Point[] => [
  at(`append start ${name}`),
  behind(`append start ${name}`),
  ...middle,
  at(`append done ${name}`, `append start ${name}`),
  behind(`append done ${name}`, `append start ${name}`),
];

const effects: Table = {
  random: [at('random'), behind('random')],
  'log.append': [at('append approve'), behind('append approve'), at('append message'), at('append complete'), behind('append complete')],
  'http.request, a model': five('model', at('model sent'), behind('model head'), behind('model piece'), behind('model end')),
  'http.request, a server': [at('server initialize sent'), behind('server initialize head'), behind('server tools/list end'), at('server end sent'), behind('server end head'), ...five(GROW, at('server tools/call sent'), behind('server tools/call head'), behind('server tools/call end'))],
  'ask.human': [at('cast'), behind('cast'), at('approve'), behind('approve')],
  'ask.tool': [at('ask.tool'), behind('ask.tool'), at('allow'), behind('allow'), ...five(ECHO, behind('server tools/call piece', `append start ${ECHO}`))],
  'blob.put': [at('blob.put'), behind('blob.put'), at('append artifact'), behind('append artifact')],
  'partial.put': [at('partial.put'), behind('partial.put'), at('append done model', 'partial.put'), behind('append done model', 'partial.put')],
  'effect.cancel': [at('effect.cancel'), behind('effect.cancel'), at('append done model', 'effect.cancel'), behind('append done model', 'effect.cancel')],
  wait: [at('wait'), behind('wait'), at('ring', 'wait'), behind('ring', 'wait')],
};

const core = await loadCore();
const KEY = 'planted-key';
const TEAM = [LEAD, API, DATABASE];
const more: Record<string, [tools: string, rules: string]> = { [API]: [`tools: Bash, ${GROW}\n`, ''], [DATABASE]: ['', '\nYou do not write code yourself.\n'] };
const FILES = TEAM.map((agent) => {
  const [tools, rules] = more[agent] ?? ['tools: Read\n', ''];
  return { name: `${agent.slice(1)}.md`, text: `---\nname: ${agent.slice(1)}\ndescription: Does the part of ${agent}.\n${tools}---\n\nYou do the part of ${agent}.\n${rules}` };
});
const IMAGE = core.sha256(new TextEncoder().encode('harbour'));
const pace = { next: () => new Promise<void>((resolve) => setTimeout(resolve, 30)) };
/** It waits, and gives up an answer that still comes; once. */
const failures: readonly Answer[] = [
  { fault: { kind: 'status', status: 429, headers: { 'retry-after-ms': '6000' } } },
  { text: 'Let me see. '.repeat(90), piece: 60, pace, fault: { kind: 'garbage' } },
];

function script(): Script {
  const wise = brain();
  const left = [...failures];
  const parts: Record<string, Answer[]> = {
    [API]: [{ calls: [{ name: 'Bash', arguments: { command: 'true' } }] }, { text: 'Let me see. '.repeat(900), piece: 600, chunk: 1200, pace, image: { media: 'image/png', data: 'aGFyYm91cg==' }, calls: [{ name: GROW, arguments: {} }] }],
    [DATABASE]: [{ calls: [{ name: ECHO, arguments: { words: 'low water' } }] }],
  };
  return (ask) => {
    const agent = TEAM.find((name) => ask.system.includes(`You do the part of ${name}.`)) ?? '';
    const made = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    const answer = parts[agent]?.[made];
    if (answer === undefined) return wise(ask);
    return (agent === DATABASE ? left.shift() : undefined) ?? answer;
  };
}

const types = (rows: Memory): string[] => rows.rows.map(({ line }) => (JSON.parse(line) as { e: { t: string } }).e.t);
const numbers = (rows: Memory, type: string, field: (e: any) => number): number[] =>
  rows.rows.flatMap(({ line }) => ((e) => (e.t === type ? [field(e)] : []))((JSON.parse(line) as { e: { t: string } }).e)).toSorted((a, b) => a - b);

/** A quest that is proposed, its room, and its owner: what they have allowed stays allowed, and nothing is done once more. */
class Story {
  readonly rows = new Memory();
  readonly #clock = new Clock();
  readonly #allowed = new Set<string>();
  readonly #provider: Loopback;
  readonly #docs: Servers;
  readonly #outside: Outside;

  static async begin(): Promise<Story> {
    return new Story(await Loopback.start({ key: KEY, script: script() }), await Servers.start({ stateful: true, json: false, key: KEY }));
  }

  private constructor(provider: Loopback, docs: Servers) {
    this.#provider = provider;
    this.#docs = docs;
    this.#outside = { key: () => KEY, hosts: [provider.origin, docs.url].map((url) => new URL(url).host) };
    const tasks = [API, DATABASE].map((to, i) => ({ id: `T${i + 1}`, to, title: `The part of ${to}`, ...(i > 0 && { after: ['T1'] }) }));
    const command = create({ agents: TEAM, tasks, seats: TEAM.map((agent) => [agent, 'model']), specs: TEAM.map((agent, i) => [agent, core.sha256(FILES[i]!.text)]), budget: { tokens: 4_000_000 }, policy: 'parallel' });
    const begun = begin(core, { command: command as never }, this.#clock.now(), random(32));
    assert('log' in begun);
    this.#life().room.found(begun.log, [OWN]);
  }

  async stop(): Promise<void> {
    await this.#docs.stop();
    await this.#provider.stop();
  }

  readonly #person: Person = ({ question, tool }) => {
    const again = question.includes('may have been carried out');
    const name = tool?.name ?? '';
    assert(again || !this.#allowed.has(name) || !this.#began(name), `${name} is asked about as if for the first time`);
    if (!again) this.#allowed.add(name);
    return !again;
  };

  #began(tool: string): boolean {
    return this.rows.rows.some(({ line }) => line.includes('"t":"start"') && line.includes(`"tool":"${tool}"`));
  }

  #life(death?: Death): Life {
    return new Life(this.rows, this.#clock, this.#outside, this.#person, death);
  }

  async live(death?: Death): Promise<Life> {
    const life = this.#life(death);
    const players = [{ agent: '*', provider: 'gemini', model: 'loop-small', base_url: this.#provider.url('generate') }];
    const servers = [{ name: 'docs', url: this.#docs.url, secret: { header: 'authorization', prefix: 'Bearer ', slot: 'mcp:docs' } }];
    const cast = { players, files: FILES, servers };
    if (this.rows.stage === null) life.does(() => assert.equal(life.room.ask({ kind: 'put cast', key: OWN.key, cast }).status, 200));
    if (!life.dead) life.wakes();
    await life.over.promise;
    assert.deepEqual(life.early, [], 'nothing is told before it is stored');
    return life;
  }

  /** What has to be true at the end, wherever it was dropped. */
  check(point: string): void {
    const { rows } = this;
    const log = rows.rows.map(({ line }) => line).join('\n');
    assert.equal(types(rows).at(-1), 'complete', `${point}: ${types(rows).join(' ')} ${rows.rows.at(-1)?.line}`);
    const { intact, legal } = core.verify(`${log}\n`);
    assert.deepEqual([intact, legal], ['yes', 'yes'], point);
    assert.deepEqual(numbers(rows, 'done', ({ d }) => d.start), numbers(rows, 'start', ({ n }) => n), `${point}: each call is settled, once`);
    const called = this.#docs.called.toSorted();
    const refused = log.split('may have been carried out, and nobody allowed').length - 1;
    assert(refused <= 1 && new Set(called).size === called.length, `${point}: ${called.join()}, ${refused} refused`);
    if (refused === 0) assert.deepEqual(called, ['echo', 'grow'], point);
    assert.deepEqual(rows.rows.filter(({ line }) => line.includes('"t":"artifact"') && line.includes(IMAGE)).length, 1, `${point}: the picture is logged once`);
    assert.equal(core.sha256(rows.blob(IMAGE)!.bytes), IMAGE, point);
    assert.deepEqual(rows.partials(), [], point);
    assert.equal(rows.alarms.at(-1), null, `${point}: nothing is left to be done`);
    assert(this.#provider.asks.some((ask) => wordsOf(ask).includes('this host runs no commands')), point);
  }
}

async function drop(death: Death): Promise<'ended' | 'dropped'> {
  const story = await Story.begin();
  try {
    const life = await story.live(death);
    life.end();
    if (life.ended) {
      const kept = story.rows.rows.map(({ line }) => line);
      (await story.live()).end();
      assert.deepEqual(story.rows.rows.slice(0, kept.length).map(({ line }) => line), kept, `${told(death)}: what was stored stays`);
    }
    story.check(told(death));
    return life.ended ? 'dropped' : 'ended'; // or it did not come there so often
  } finally {
    await story.stop();
  }
}

describe('a room that is dropped', { timeout: 1_200_000 }, () => {
  it('wherever it is, comes to the end, with nothing lost and nothing twice', async (t) => {
    const story = await Story.begin();
    const whole = await story.live();
    whole.end();
    story.check('not dropped');
    await story.stop();
    const calls = numbered(whole.seen);
    const places = chosen(calls, effects, POINTS, ALL ? calls.map((call) => ({ ...call, how: 'after' as const })) : []);
    t.diagnostic(`${calls.length} calls, ${places.length} places taken`);
    let dropped = 0;
    const queue = [...places];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) if ((await drop(next)) === 'dropped') dropped++;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    t.diagnostic(`dropped ${dropped} times`);
    assert(dropped > places.length * 0.8);
  });
});
