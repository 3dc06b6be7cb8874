// The program is killed at its calls to the system, before and after each effect there is. Then it goes on, and nothing is lost, or done twice without
// leave. What a label is, says tests/crash/kill.c; KILL_POINTS=all takes each call of both runs, and each write in its middle too.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { questline } from './harness.ts';
import { count } from './scene.ts';
import { after, before, chosen, type Death, half, numbered, type Point, type Table, told } from '../crash/places.ts';
import { built, image, type Victim, victims } from './victims.ts';

/** So many calls are taken beside those of the tables, spread evenly. */
const POINTS = process.env['KILL_POINTS'] === 'all' ? Infinity : Number(process.env['KILL_POINTS'] ?? 4);
const AT_ONCE = process.env['KILL_POINTS'] === 'all' ? 1 : 3;

/** Before its start is appended, when that is acknowledged, in the middle of it, when its result is there, when that is acknowledged. */
const five = (name: string, ...middle: readonly Point[]): Point[] => [
  before(`write log start ${name}`),
  after(`fsync log start ${name} end`),
  ...middle,
  before(`write log done ${name}`, `fsync log start ${name} end`),
  after(`fsync log done ${name} end`, `fsync log start ${name} end`),
];

const GROW = 'mcp__docs__grow';
const MEMORY = 'mcp__memory__create_entities';

/** By the kinds of effects; `answer`, `done` and the conversation leave nothing behind. */
const effects: Readonly<Record<keyof typeof victims, Table>> = {
  'with every leave': {
    random: [before('getentropy'), after('getentropy')],
    'log.append': [before('write log create'), half('write log create'), after('fsync log create'), after('fsync quests'), half('write log done model'), before('write log done model end')],
    'http.request, a model': five('model', before('send model', 'write log start model'), after('send model', 'write log start model'), before('recv model', 'write log start model')),
    'http.request, a server': [before('send server initialize'), after('recv server initialize'), after('recv server tools/list'), before('send server session'), after('recv server session'), ...five(GROW, after('send server tools/call'), before('recv server tools/call'))],
    'tool.run': five('Bash', before('fork'), after('fork'), before('read output')),
    'blob.put': [before('write blob'), half('write blob'), before('rename blob'), after('rename blob'), before('write log artifact'), after('fsync log artifact end')],
    'partial.put': [before('write partial'), half('write partial'), after('write partial'), before('unlink partial'), after('unlink partial')],
    'a file': five('Write', half('write unfinished'), before('link contract.md'), after('link contract.md'), after('unlink unfinished')),
    'a memory': five(MEMORY, before('link memory.jsonl'), after('link memory.jsonl')),
  },
  'at a terminal': {
    'ask.human': [before('getentropy'), before('write log approve'), after('fsync log approve end')],
    'ask.tool, a server': [before('ask terminal'), after('ask terminal'), after('read terminal'), ...five(GROW, before('recv server tools/call'))],
    'ask.tool, a command': [before('ask terminal', `fsync log done ${GROW} end`), after('read terminal', `fsync log done ${GROW} end`), ...five('Bash', before('read output'))],
    'effect.cancel': [before('recv model', 'sleep'), before('close model', 'sleep'), after('close model', 'sleep'), before('write log done model', 'sleep'), after('fsync log done model end', 'sleep')],
    wait: [before('sleep'), after('sleep')],
  },
};

const IMAGE = createHash('sha256').update(image).digest('hex');
const events = (log: string, type: string): string[] => log.split('\n').filter((line) => line.includes(`"t":"${type}"`));
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** What has to be true at the end, wherever it was killed. */
async function check({ at, grown }: Victim, name: keyof typeof victims, point: string): Promise<void> {
  const log = at.log();
  const { stdout } = await questline(['verify', '--json', at.files[0] ?? ''], { cwd: at.cwd });
  const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' }, point);
  assert.equal(events(log, 'complete').length, 1, point);
  const begun = events(log, 'start').map((line) => Number(/"n":(\d+)/.exec(line)?.[1]));
  const settled = events(log, 'done').map((line) => Number(/"start":(\d+)/.exec(line)?.[1]));
  assert.deepEqual(settled.toSorted((a, b) => a - b), begun, `${point}: each call is settled, once`);
  const ran = count(textOf(join(at.cwd, 'project/runs')), 'ran');
  assert.ok(ran <= 1, `${point}: the command ran ${ran} times`);
  assert.ok(grown() <= 1, `${point}: the server was called ${grown()} times`);
  const refused = count(log, 'may have been carried out, and nobody allowed');
  assert.ok(refused <= 1, point);
  if (refused === 0) assert.deepEqual([ran, grown()], [1, 1], point);
  if (refused === 0) assert.ok(log.includes('"made.txt"') && textOf(join(at.cwd, 'project/made.txt')) === 'made\n', point);
  const artifacts = events(log, 'artifact').map((line) => /"hash":"([0-9a-f]{64})"/.exec(line)?.[1] ?? '');
  assert.equal(new Set(artifacts).size, artifacts.length, `${point}: none is logged twice`);
  for (const hash of artifacts) {
    const blob = join(at.cwd, '.questline/blobs', hash);
    assert.ok(existsSync(blob), `${point}: ${hash} is kept`);
    assert.equal(createHash('sha256').update(readFileSync(blob)).digest('hex'), hash, point);
  }
  const left = readdirSync(join(at.cwd, '.questline/quests')).filter((file) => file.endsWith('.partial'));
  assert.deepEqual(left, [], point);
  if (name === 'at a terminal') return;
  assert.ok(artifacts.includes(IMAGE), `${point}: the image is logged`);
  assert.equal(textOf(join(at.cwd, 'project/contract.md')), '# Contract\n', point);
  assert.equal(count(textOf(join(at.cwd, 'memory.jsonl')), '"billing"'), 1, point);
}

/** It goes on after its first life; where not one event was whole, it is begun again. */
async function crash(name: keyof typeof victims, death: Death): Promise<'ended' | 'begun' | 'new'> {
  const victim = await victims[name]();
  const { at } = victim;
  const point = `${name}, ${told(death)}`;
  try {
    const code = await victim.dies(death);
    if (code === 0) {
      await check(victim, name, point);
      return 'ended';
    }
    assert.equal(code, null, point);
    const store = join(at.cwd, '.questline/quests');
    const whole = existsSync(store) ? at.files.map((file) => readFileSync(file, 'utf8').replace(/[^\n]*$/, '')).filter((text) => text !== '') : [];
    if (whole.length === 0) {
      for (const file of existsSync(store) ? readdirSync(store) : []) rmSync(join(store, file), { recursive: true }); // what a person does with an empty one
      assert.equal((await victim.lives()).code, 0, point);
      await check(victim, name, point);
      return 'new';
    }
    const { code: last, shown } = await victim.goesOn();
    assert.equal(last, 0, `${point}: ${shown}`);
    assert.ok(at.log().startsWith(whole[0]!), `${point}: what was logged stays`);
    await check(victim, name, point);
    return 'begun';
  } finally {
    await victim.stop();
  }
}

for (const [name, table] of Object.entries(effects) as [keyof typeof victims, Table][]) {
  test(`${name}: wherever it is killed, the quest goes on to its end, and nothing is lost or done twice`, { skip: built ? false : 'no C compiler here' }, async (t) => {
    const whole = await victims[name]();
    const { code, labels } = await whole.lives();
    assert.equal(code, 0);
    await check(whole, name, 'not killed');
    await whole.stop();
    const calls = numbered(labels);
    const halves = POINTS === Infinity ? calls.filter(({ label }) => label.startsWith('write ')).map((call) => ({ ...call, how: 'half' as const })) : [];
    const places = chosen(calls, table, POINTS, halves);
    t.diagnostic(`${calls.length} calls, ${places.length} places taken`);
    const came: Record<string, number> = {};
    const queue = [...places];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const how = await crash(name, next);
        came[how] = (came[how] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    t.diagnostic(JSON.stringify(came));
    assert.ok((came['begun'] ?? 0) > places.length * 0.8);
  });
}
