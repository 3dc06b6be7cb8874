import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finish, folder, questline, start, until, write } from './harness.ts';

const place = folder();
const madge = JSON.stringify({
  'src/index.js': ['src/pay/card.js', 'src/web/page.js'],
  'src/pay/card.js': ['src/db/pool.js', 'src/web/page.js'],
  'src/web/page.js': ['src/pay/card.js', 'src/db/pool.js'],
  'test/card.test.js': ['src/pay/card.js'],
});
write(join(place, 'graph.json'), madge);
write(join(place, 'more.d'), 'pool.o: src/db/pool.js \\\n  src/log.h\n');

const impact = (args: readonly string[], input = ''): ReturnType<typeof questline> => questline(['impact', ...args], { cwd: place, input });

test('impact shows cycles, the matrix in words, the order and the formula', async () => {
  const { code, stdout, stderr } = await impact(['graph.json']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^5 modules, 7 dependencies\. Coupling \d+(\.\d+)? of 10, less is better\.\nFormula: 4 x modules in cycles/);
  assert.match(stdout, /\nCycles\n {2}2 modules: src\/pay\/card\.js -> src\/web\/page\.js -> src\/pay\/card\.js\n/);
  assert.match(stdout, /\nMatrix[^\n]*\n {8}\. +db +pay +test +web\n/);
  assert.match(stdout, /\n {2}web +- +high 1 +high 1 +- +-\n/);
  assert.match(stdout, /\nModules to take out, least coupled first\n[^\n]*\n {2}1 {2}test\/card\.test\.js/);
  assert.doesNotMatch(stdout, / \n/, 'no blanks at line ends');
});

test('impact --change tells what breaks, from stdin, with the parts of the risk', async () => {
  const { code, stdout } = await impact(['--change', 'src/db/pool.js'], madge);
  assert.equal(code, 0);
  assert.match(stdout, /^When src\/db\/pool\.js changes: risk 64 of 100\.\nFormula: 40 x reached/);
  assert.match(stdout, /\n {6}40 {2}how much of the program is reached \(of 40\)\n/);
  assert.match(stdout, /\nFelt at once\n {2}src\/pay\/card\.js\n {2}src\/web\/page\.js\n/);
  assert.match(stdout, /\n {2}src\/index\.js {6}2 {2}src\/pay\/card\.js\n/);
  assert.match(stdout, /\nTests to run\n {2}test\/card\.test\.js\n/);
});

test('impact --change takes several names, and those of groups', async () => {
  const { code, stdout } = await impact(['graph.json', '--change', 'pay, db', '--json']);
  assert.equal(code, 0);
  assert.deepEqual((JSON.parse(stdout) as { changed: string[] }).changed, ['src/pay/card.js', 'src/db/pool.js']);
});

test('impact makes one graph of several files', async () => {
  const { code, stdout } = await impact(['graph.json', 'more.d', '--json', '--most', '0']);
  assert.equal(code, 0);
  assert.equal((JSON.parse(stdout) as { modules: number }).modules, 6);
});

test('impact --most cuts lists, the weightiest first', async () => {
  const { stdout } = await impact(['graph.json', '--json', '--most', '1']);
  const answer = JSON.parse(stdout) as { coupling: { module: string }[]; order: unknown[] };
  assert.deepEqual(answer.coupling.map(({ module }) => module), ['src/pay/card.js']);
  assert.equal(answer.order.length, 1);
});

test('impact --md writes Markdown', async () => {
  const { stdout } = await impact(['graph.json', '--md']);
  assert.match(stdout, /^# Coupling\n\n5 modules, /);
  assert.match(stdout, /\n\| {2}\| \. \| db \| pay \| test \| web \|\n\|---\|---\|/);
});

test('impact --health shows snapshots over time', async () => {
  const first = JSON.stringify({ at: 1000, coupling: 3200, debt: [{ items: 3, module: 'pay' }] });
  write(join(place, 'then.json'), first);
  const { code, stdout } = await impact(['--health', 'then.json', '-'], JSON.stringify([{ at: 2000, coupling: 3000, debt: [] }]));
  assert.equal(code, 0);
  assert.match(stdout, /\n {2}coupling {2}3\/10 {2}better by 0\.2 {2}3\.2, 3\n/);
  assert.match(stdout, /\n {2}pay +0 +-3 +0 {2}3, 0\n/);
  assert.match(stdout, /\nNothing is known of duplication, coverage, performance, security\.\n/);
});

test('a module that is not there is said to be, with the one that was meant', async () => {
  for (const [given, meant] of [['page.js', 'src/web/page.js'], ['src/db/pol.js', 'src/db/pool.js'], ['wbe', 'web']] as const) {
    const { code, stdout, stderr } = await impact(['graph.json', '--change', given]);
    assert.deepEqual([code, stdout, stderr], [1, '', `questline: There is no module or group ${given}. Did you mean ${meant}?\n`]);
  }
  assert.match((await impact(['graph.json', '--change', 'nothing like it'])).stderr, /no module or group nothing like it\.\n$/);
});

test('what is wrong on the command line of impact is wrong usage', async () => {
  for (const args of [['--format', 'mdage'], ['--most', 'x'], ['--change', ','], ['--health', '--change', 'a'], ['--json', '--md'], ['--change']])
    assert.equal((await impact(args, '{}')).code, 2, args.join(' '));
  assert.match((await impact(['--format', 'mdage'])).stderr, /Did you mean madge\?/);
});

test('what impact cannot read is told, with the file and the line', async () => {
  for (const [input, says] of [['', 'empty text'], ['a.o: a.c\nno rule\n', 'stdin:2'], ['{"a":', 'stdin'], ['\xff', 'stdin'], ['{"a":[1]}', 'not named by a string']] as const) {
    const { code, stdout, stderr } = await impact([], input);
    assert.deepEqual([code, stdout], [1, '']);
    assert.ok(stderr.includes(says), stderr);
  }
  assert.match((await impact(['nowhere.json'])).stderr, /Cannot read nowhere\.json/);
  assert.match((await impact(['--health'], '{}')).stderr, /a snapshot has a time/);
  const huge = await impact([], `{"a":["${'b'.repeat(8 * 1024 * 1024)}"]}`);
  assert.deepEqual([huge.code, /QL_JSON_BYTES_MAX/.test(huge.stderr)], [1, true]);
});

test('names from a graph do not reach the terminal as control characters', async () => {
  const { stdout } = await impact([], '{"\\u001b[31ma":["b"]}');
  assert.ok(!stdout.includes('\u001b'));
});

test('impact that waits for stdin ends when it is interrupted', async () => {
  const child = start(['impact'], { open: true });
  child.stdin?.write('{');
  const ended = finish(child);
  const status = (): string => readFileSync(`/proc/${child.pid}/status`, 'utf8');
  if (existsSync('/proc/self/status')) await until(() => (parseInt(/SigCgt:\s*(\w+)/.exec(status())?.[1]?.slice(-1) ?? '0', 16) & 2) !== 0, 'it listens', child);
  setTimeout(() => child.kill('SIGINT'), 100);
  assert.equal((await ended).code, 130);
});
