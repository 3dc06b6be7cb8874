import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, shared, write } from './harness.ts';

const place = folder();
const agents = join(place, 'agents');
const at = (name: string): string => join(place, name);
write(join(agents, 'db.md'), '---\nname: db\ndescription: Data.\nmodel: claude-opus-4-5\n---\nYou keep the data.\n');
write(join(agents, 'lead.md'), '---\nname: lead\ndescription: Leads.\nmodel: opus\n---\nYou lead.\n');
const pieces = [['@a', 3], ['@b', 3], ['@c', 2], ['@d', 2], ['@e', 2]] as const;
write(
  at('pieces.json'),
  JSON.stringify({ leader: '@lead', objective: 'o', tasks: pieces.map(([agent, minutes], i) => ({ id: `T${i + 1}`, agent, title: 't', estimate: { minutes } })) }),
);
write(at('cycle.json'), JSON.stringify({ leader: '@lead', objective: 'o', tasks: [{ id: 'T1', agent: '@a', title: 't', after: ['T1'] }] }));
write(
  at('one.json'),
  JSON.stringify({ leader: '@lead', objective: 'o', tasks: [{ id: 'T1', agent: '@db', title: 't', estimate: { input: 1000000, output: 100000 } }] }),
);
write(at('prices.json'), JSON.stringify({ prices: [{ model: 'claude-opus-4-5', input: 1000000, output: 0 }] }));
const matrix = {
  criteria: [{ name: 'speed', weight: 60 }, { name: 'cost', weight: 40, less: true }],
  options: [{ name: 'MySQL', scores: { speed: 4, cost: 1 } }, { name: 'Redis', scores: { speed: 9.5, cost: 8 } }],
};
write(at('matrix.json'), JSON.stringify(matrix));
write(at('shop.json'), JSON.stringify({ title: 'Shop', services: [{ name: 'orders' }], deployment: [{ service: 'orders' }], communication: [{ from: 'orders', to: 'mail' }] }));

test('plan schedule finds the shortest for two at once, and says that it is', async () => {
  const { code, stdout, stderr } = await questline(['plan', 'schedule', at('pieces.json'), '--at-once', '2']);
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^ {6}2 {9}6 {2}the shortest there is$/m);
  assert.match(stdout, /^With 2 at once:$/m);
  const starts = [...stdout.matchAll(/^ +(\d+) +(\d+) +\d+ {2}T\d/gm)].map(([, start, minutes]) => Number(start) + Number(minutes));
  assert.equal(Math.max(...starts), 6);
});

test('plan schedule takes a plan from stdin, in its text form too', async () => {
  const { stdout } = await questline(['plan', 'schedule', '--json', '-'], { input: readFileSync(at('pieces.json')) });
  assert.equal((JSON.parse(stdout) as { work: number }).work, 12);
  const text = await questline(['plan', '--specs', agents, '--agent', 'lead', 'Keep the data of the harbour']);
  assert.equal((await questline(['plan', 'schedule', '-'], { input: text.stdout })).code, 0);
});

test('plan stays a command of its own beside its group', async () => {
  assert.equal((await questline(['plan', '--specs', agents, '--agent', 'lead', 'Keep the data'])).code, 0);
  assert.match((await questline(['plan', '--help'])).stdout, /OBJECTIVE/);
  assert.match((await questline(['plan', 'cost', '--help'])).stdout, /--prices/);
});

test('plan cost names agents, money, and whose price is not known', async () => {
  const { code, stdout } = await questline(['plan', 'cost', at('one.json'), '--specs', agents]);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}T1 +@db +1,000,000 +100,000 +7\.5000 \$ {2}given$/m);
  assert.doesNotMatch(stdout, /no price/);
  const cheap = await questline(['plan', 'cost', '--json', at('one.json'), '--specs', agents, '--prices', at('prices.json')]);
  assert.equal((JSON.parse(cheap.stdout) as { tasks: { micro: number }[] }).tasks[0]?.micro, 1000000);
  assert.match((await questline(['plan', 'cost', at('one.json')])).stdout, /Without those of whose model no price is known\.\n$/);
});

test('plan cost takes sizes from a quest that was played', async () => {
  const store = at('store');
  const plan = await questline(['plan', '--json', '--specs', agents, '--agent', 'lead', 'Keep the data of the harbour']);
  write(at('played.json'), plan.stdout);
  mkdirSync(store, { recursive: true });
  const run = await questline(['run', '--json', '--specs', agents, '--agent', 'lead', '--store', store, 'Keep the data of the harbour']);
  const id = readdirSync(join(store, 'quests')).find((name) => name.endsWith('.quest'))?.slice(0, -6);
  assert.ok(id !== undefined, run.stderr);
  const cost = await questline(['plan', 'cost', '--json', at('played.json'), '--specs', agents, '--measured', id, '--store', store]);
  const { tasks } = JSON.parse(cost.stdout) as { tasks: { from: string; output: number }[] };
  assert.ok(tasks.some(({ from, output }) => from === 'measured' && output > 0), cost.stdout);
});

test('what is wrong with a plan, a table or the arguments is said', async () => {
  const rows = [
    [['plan', 'schedule', at('cycle.json')], 1, /T1 -> T1/],
    [['plan', 'schedule', at('none.json')], 1, /No such file/],
    [['plan', 'schedule'], 2, /FILE/],
    [['plan', 'schedule', at('pieces.json'), '--at-once', 'x'], 2, /--at-once/],
    [['plan', 'cost', '-', '--prices', '-'], 2, /stdin/],
    [['plan', 'cost', at('one.json'), '--prices', at('pieces.json') + 'x'], 1, /No such file/],
    [['plan', 'cost', at('one.json'), '--measured', 'zz', '--store', at('nowhere')], 1, /nowhere|zz/],
    [['decide'], 2, /matrix/],
    [['decide', at('matrix.json'), '--agent', 'lead'], 2, /--specs/],
    [['decide', at('pieces.json')], 1, /criteria/],
    [['decide', '-'], 1, /./],
    [['services', at('matrix.json')], 1, /title/],
  ] as const;
  for (const [args, code, words] of rows) {
    const said = await questline(args);
    assert.equal(said.code, code, `${args.join(' ')}: ${said.stderr}`);
    assert.match(said.stderr, words);
    assert.equal(said.stdout, '');
  }
  const huge = await questline(['decide', '-'], { input: '['.repeat(9_000_000) });
  assert.equal(huge.code, 1);
  assert.match(huge.stderr, /QL_JSON_BYTES_MAX|nest|limit/i);
});

test('decide ranks, and says where the winner changes', async () => {
  const { code, stdout } = await questline(['decide', at('matrix.json')]);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}1 {2}6\.500 {2}Redis\n {2}2 {2}6\.000 {2}MySQL\n/);
  assert.match(stdout, /^speed weighs 60\.000 %; at 56\.000 % MySQL draws level$/m);
  assert.match((await questline(['decide', at('matrix.json'), '--record'])).stdout, /^# Decision\n/);
});

test('S28: decide weighs by the criteria in an agent file', { skip: existsSync(shared) ? false : 'no shared data' }, async () => {
  const seeds = join(place, 'seeds');
  for (const name of readdirSync(join(shared, 'seeds'))) write(join(seeds, `${name.slice(0, 3)}.md`), readFileSync(join(shared, 'seeds', name), 'utf8'));
  write(at('options.json'), JSON.stringify({ options: [{ name: 'Node', scores: { team_expertise: 9 } }, { name: 'Go', scores: { performance_requirements: 9 } }] }));
  const args = ['--specs', seeds, '--agent', 'backend-team-orchestrator'];
  const { code, stdout, stderr } = await questline(['decide', at('options.json'), '--json', ...args]);
  assert.deepEqual([code, stderr], [0, '']);
  const { options, weights } = JSON.parse(stdout) as { options: { name: string; total: number }[]; weights: number };
  assert.deepEqual([weights, options.map(({ name, total }) => `${name} ${total}`)], [100000, ['Node 3150', 'Go 2250']]);
});

test('S22: decide without a matrix gives a record to be filled in', { skip: existsSync(shared) ? false : 'no shared data' }, async () => {
  const { code, stdout } = await questline(['decide', '--record', '--specs', join(place, 'seeds'), '--agent', 'coordinator.backend']);
  assert.equal(code, 0);
  for (const part of ['## Current state', '## Impact', '## Migration', 'Rollback: *none is planned*', '## Execution']) assert.ok(stdout.includes(part), part);
});

test('S29: services writes the form, and fails for what does not fit', async () => {
  const { code, stdout, stderr } = await questline(['services', at('shop.json')]);
  assert.equal(code, 1);
  assert.match(stdout, /^# Shop\n\n## Services\n/);
  assert.equal(stderr, 'services: error[unknown-service] mail is no service of this form.\n');
});
