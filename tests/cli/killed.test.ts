// The program is killed at each of its calls to the system, in a quest with every kind of effect. Then it goes on, and nothing is lost or done twice.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, test } from 'node:test';
import type { Call, Script } from '../loopback/script.ts';
import { agentOf, players } from '../loopback/team.ts';
import { Servers } from '../mcp/server.ts';
import { questline, start } from './harness.ts';
import { count, Scene } from './scene.ts';

/** Of all places where it can be killed the first of each kind is taken, and so many more, spread evenly. */
const POINTS = Number(process.env['KILL_POINTS'] ?? 16);
const kinds = [
  /write .*\.quest/,
  /fsync .*\.quest/,
  /write .*\/blobs\//,
  /rename .*\/blobs\//,
  /write .*\.partial/,
  /write .*\.questline-/,
  /link .*memory/,
  /link project\//,
  /unlink .*questline-/,
  /send /,
  /recv /,
  /fork/,
  /read output/,
  /getentropy/,
];

const here = mkdtempSync(join(tmpdir(), 'questline-kill-'));
after(() => rmSync(here, { recursive: true, force: true }));
const library = join(here, 'kill.so');
const source = join(dirname(fileURLToPath(import.meta.url)), '../crash/kill.c');
const built = process.platform === 'linux' && spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl']).status === 0;

const image = Buffer.from('\x89PNG\r\n\x1a\n not much of an image', 'latin1');
const IMAGE = createHash('sha256').update(image).digest('hex');
const plan = { tasks: [{ id: 'T1', title: 'Write the contract', agent: '@api-designer', reason: 'it designs', outputs: ['contract.md'], accept: ['it is complete'], after: [] }] };

const calls: readonly Call[] = [
  { name: 'Write', arguments: { file_path: 'contract.md', content: '# Contract\n' } },
  { name: 'Bash', arguments: { command: 'echo ran >> runs; echo made > made.txt; echo one; sleep 0.1; echo two' } },
  { name: 'mcp__docs__grow', arguments: {} },
  { name: 'mcp__memory__create_entities', arguments: { entities: [{ name: 'billing', entityType: 'module', observations: ['Owns invoices'] }] } },
];

const pace = { next: () => new Promise<void>((resolve) => setTimeout(resolve, 30)) };

/** An image with the first words, then a use of each kind of tool, then the end of the turn. */
function script(): Script {
  const others = players(plan);
  return (ask) => {
    const made = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    if (agentOf(ask) !== 'api-designer' || made >= calls.length) return others(ask);
    if (made === 1) return { text: 'Let me see. '.repeat(900), piece: 600, chunk: 5000, pace, calls: [calls[made]!] }; // long enough to be kept before it is whole
    return { text: 'Let me see.', calls: [calls[made]!], ...(made === 0 && { image: { media: 'image/png', data: image.toString('base64') } }) };
  };
}

interface Run {
  readonly at: Scene;
  readonly docs: Servers;
  readonly options: readonly string[];
  readonly grown: () => number;
  readonly stop: () => Promise<unknown>;
}

async function set(): Promise<Run> {
  const docs = await Servers.start({ stateful: true, json: false });
  const ends: (() => Promise<void>)[] = [];
  const at = await Scene.set({ after: (f) => void ends.push(f) }, script(), 'generate');
  const options = ['--work', 'project', '--write', '--allow-bash', '--yes', '--memory', 'memory.jsonl', '--mcp', `docs=${docs.url}`];
  const stop = (): Promise<unknown> => Promise.all([docs.stop(), ...ends.map((f) => f().catch(() => undefined))]);
  return { at, docs, options, grown: () => docs.called.filter((name) => name === 'grow').length, stop };
}

/** Its exit code, or null where it was killed. */
function run({ at, options }: Run, env: Readonly<Record<string, string>>): Promise<number | null> {
  const preload = { LD_PRELOAD: library, ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0' };
  const child = start(at.words(...options), { cwd: at.cwd, env: { ...at.env, ...preload, ...env } });
  child.stdout?.resume();
  child.stderr?.resume();
  return new Promise((resolve) => child.on('close', resolve));
}

const events = (log: string, type: string): string[] => log.split('\n').filter((line) => line.includes(`"t":"${type}"`));

/** What has to be true at the end, wherever it was killed. */
async function check({ at, grown }: Run, point: string): Promise<void> {
  const log = at.log();
  const { stdout } = await questline(['verify', '--json', at.files[0] ?? ''], { cwd: at.cwd });
  const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' }, point);
  assert.equal(events(log, 'complete').length, 1, point);
  const ran = existsSync(join(at.cwd, 'project/runs')) ? count(readFileSync(join(at.cwd, 'project/runs'), 'utf8'), 'ran') : 0;
  assert.ok(ran <= 1, `${point}: the command ran ${ran} times`);
  assert.ok(grown() <= 1, `${point}: the server was called ${grown()} times`);
  const refused = count(log, 'may have been carried out, and nobody allowed');
  assert.ok(refused <= 1, point);
  if (refused === 0) assert.deepEqual([ran, grown()], [1, 1], point);
  const made = join(at.cwd, 'project/made.txt');
  if (refused === 0) assert.ok(log.includes('"made.txt"') && readFileSync(made, 'utf8') === 'made\n', point);
  const artifacts = events(log, 'artifact').map((line) => /"hash":"([0-9a-f]{64})"/.exec(line)?.[1] ?? '');
  assert.ok(artifacts.includes(IMAGE), `${point}: the image is logged`);
  assert.equal(new Set(artifacts).size, artifacts.length, `${point}: none is logged twice`);
  for (const hash of artifacts) {
    const blob = join(at.cwd, '.questline/blobs', hash);
    assert.ok(existsSync(blob), `${point}: ${hash} is kept`);
    assert.equal(createHash('sha256').update(readFileSync(blob)).digest('hex'), hash, point);
  }
  assert.equal(readFileSync(join(at.cwd, 'project/contract.md'), 'utf8'), '# Contract\n', point);
  assert.equal(count(readFileSync(join(at.cwd, 'memory.jsonl'), 'utf8'), '"billing"'), 1, point);
  const left = readdirSync(join(at.cwd, '.questline/quests')).filter((name) => name.endsWith('.partial'));
  assert.deepEqual(left, [], point);
}

async function crash(n: number, half: boolean, where: string): Promise<'ended' | 'begun' | 'new'> {
  const at = await set();
  const point = `killed at ${n}${half ? ', in the middle' : ''} (${where})`;
  try {
    const code = await run(at, { QL_KILL_AT: `${n}`, ...(half && { QL_KILL_HALF: '1' }) });
    if (code === 0) {
      await check(at, point);
      return 'ended';
    }
    assert.equal(code, null, point);
    const store = join(at.at.cwd, '.questline/quests');
    const whole = existsSync(store) ? at.at.files.map((file) => readFileSync(file, 'utf8').replace(/[^\n]*$/, '')).filter((text) => text !== '') : [];
    if (whole.length === 0) {
      for (const name of existsSync(store) ? readdirSync(store) : []) rmSync(join(store, name), { recursive: true }); // what a person does with an empty one
      assert.equal(await run(at, {}), 0, point);
      await check(at, point);
      return 'new';
    }
    const { code: resumed, stdout, stderr } = await at.at.resume(...at.options);
    assert.equal(resumed, 0, `${point}: ${stdout}${stderr}`);
    assert.ok(at.at.log().startsWith(whole[0]!), `${point}: what was logged stays`);
    await check(at, point);
    return 'begun';
  } finally {
    await at.stop();
  }
}

test('wherever it is killed, the quest goes on to its end, and nothing is lost or done twice', { skip: built ? false : 'no C compiler here' }, async (t) => {
  const whole = await set();
  const trace = join(here, 'trace');
  assert.equal(await run(whole, { QL_KILL_TRACE: trace }), 0);
  await check(whole, 'not killed');
  await whole.stop();
  const places = readFileSync(trace, 'utf8').trim().split('\n');
  const first = kinds.map((kind) => places.findIndex((line) => kind.test(line)) + 1);
  assert.ok(!first.includes(0), `${String(kinds[first.indexOf(0)])} is among the places`);
  const step = Math.max(1, places.length / POINTS);
  const chosen = [...new Set([...first, ...Array.from({ length: Math.min(POINTS, places.length) }, (_, i) => Math.floor(i * step) + 1)])];
  t.diagnostic(`${places.length} places, ${chosen.length} taken`);
  const came: Record<string, number> = {};
  const queue = chosen.map((n) => ({ n, half: / write /.test(places[n - 1] ?? '') && n % 2 === 0, where: (places[n - 1] ?? '').replace(/\S*questline-\w+\//, '') }));
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const how = await crash(next.n, next.half, next.where);
      came[how] = (came[how] ?? 0) + 1;
    }
  };
  await Promise.all([work(), work(), work()]);
  t.diagnostic(JSON.stringify(came));
  assert.ok((came['begun'] ?? 0) > chosen.length / 2);
});
