import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, questline, write } from './harness.ts';

const place = folder();
const at = (name: string): string => join(place, name);
const plan = {
  leader: '@lead',
  objective: 'Build a pier',
  tasks: [
    { id: 'T1', agent: '@a', title: 'Draw', demands: ['Keep to docs/old.md'] },
    { id: 'T2', agent: '@a', title: 'Build', after: ['T1'] },
  ],
};
write(at('plan.json'), JSON.stringify(plan));
write(at('knot.json'), JSON.stringify({ ...plan, tasks: [{ ...plan.tasks[0], after: ['T2'] }, plan.tasks[1]] }));
write(at('files.txt'), 'notes/old.md\nREADME.md\n');
const edits = (name: string, value: unknown): string => {
  write(at(name), JSON.stringify(value));
  return at(name);
};

test('plan check says nothing of a sound plan, and fails for an error', async () => {
  assert.deepEqual(await questline(['plan', 'check', at('plan.json')]).then(({ code, stdout }) => [code, stdout]), [0, '']);
  const knot = await questline(['plan', 'check', at('knot.json')]);
  assert.equal(knot.code, 1);
  assert.match(knot.stdout, /^error\[cycle\] T1 after: .*T1 -> T2 -> T1.* \(has a fix\)$/m);
});

test('plan check knows the files of the project where it is told', async () => {
  const { code, stdout } = await questline(['plan', 'check', at('plan.json'), '--files', at('files.txt'), '--json']);
  assert.equal(code, 0);
  const [problem] = JSON.parse(stdout) as { code: string; fix: unknown }[];
  assert.equal(problem?.code, 'missing-file');
  const mended = await questline(['plan', 'edit', at('plan.json'), '--edits', edits('fix.json', problem?.fix)]);
  write(at('mended.json'), mended.stdout);
  assert.equal((await questline(['plan', 'check', at('mended.json'), '--files', at('files.txt')])).stdout, '');
});

test('the files of the project are a folder too, or a list on stdin; what others keep there is not looked into', async () => {
  const project = at('project');
  write(join(project, 'docs/old.md'), 'old\n');
  write(join(project, 'node_modules/docs/other.md'), 'other\n');
  const check = (...words: string[]) => questline(['plan', 'check', at('plan.json'), ...words]);
  assert.deepEqual(await check('--files', project).then(({ code, stdout }) => [code, stdout]), [0, '']);
  assert.equal((await check('--files', `${project}/`)).stdout, '');
  assert.match((await check('--files', join(project, 'node_modules'))).stdout, /^warning\[missing-file\] T1 demands: .*docs\/old\.md/);
  assert.match((await questline(['plan', 'check', at('plan.json'), '--files', '-'], { input: 'notes/old.md\n' })).stdout, /Did you mean notes\/old\.md/);
  assert.match((await questline(['plan', 'check', at('plan.json'), '--files', '-'], { input: '' })).stdout, /missing-file/);
  assert.equal((await check('--files', at('nowhere'))).code, 1);
  assert.equal((await questline(['plan', 'check', '-', '--files', '-'])).code, 2);
});

test('plan check holds a plan against a budget: tokens, money by a price list, time; --strict makes it fail', async () => {
  write(at('prices.json'), JSON.stringify({ model: 'm', prices: [{ model: 'm', input: 3_000_000, output: 15_000_000 }] }));
  const check = (...words: string[]) => questline(['plan', 'check', at('plan.json'), ...words]);
  assert.equal((await check('--budget', 'tokens=1000000,ms=8h')).stdout, '');
  const { code, stdout } = await check('--budget', 'tokens=10,ms=30m');
  assert.equal(code, 0, 'a warning');
  assert.match(stdout, /^warning\[over-budget\] estimate: The plan is thought to take 60 minutes, the budget has 30 minutes;/m);
  assert.match(stdout, /take \d+ tokens, the budget has 10 tokens;/);
  assert.equal((await check('--budget', 'tokens=10', '--strict')).code, 1);
  assert.equal((await check('--budget', 'tokens=1000000', '--strict')).code, 0);
  assert.match((await check('--budget', 'micro=5')).stdout, /^warning\[no-price\]/);
  const priced = await check('--budget', 'micro=5', '--prices', at('prices.json'), '--json');
  assert.deepEqual((JSON.parse(priced.stdout) as { code: string }[]).map((problem) => problem.code), ['over-budget']);
  for (const bad of ['apples=1', 'turns=4', 'tokens', 'tokens=8h', 'tokens=1,tokens=2', '']) assert.equal((await check('--budget', bad)).code, 2, bad);
  assert.equal((await check('--prices', at('files.txt'))).code, 1);
  assert.match((await questline(['plan', 'check', '--help'])).stdout, /--budget WHAT=N,\.\.\./);
});

test('plan says of the plan it makes what is missing and what goes beyond the budget', async () => {
  write(at('team/lead.md'), '---\nname: lead\ndescription: Leads.\n---\nLeads.\n');
  write(at('team/a.md'), '---\nname: a\ndescription: Builds APIs and endpoints.\n---\nBuilds.\n');
  const plan = (...words: string[]) => questline(['plan', '--specs', at('team'), '--agent', 'lead', 'Add an endpoint for users', ...words]);
  assert.doesNotMatch((await plan()).stderr, /over-budget/);
  const over = await plan('--budget', 'tokens=1');
  assert.match(over.stderr, /^plan: warning\[over-budget\] The plan is thought to take /m);
  assert.equal(over.code, 0);
  assert.equal((await plan('--budget', 'tokens=1', '--strict')).code, 1);
  assert.ok((JSON.parse((await plan('--budget', 'tokens=1', '--json')).stdout) as { problems: { code: string }[] }).problems.some(({ code }) => code === 'over-budget'));
});

test('plan edit prints the plan, or refuses and says what to do', async () => {
  const done = await questline(['plan', 'edit', at('plan.json'), '--edits', edits('order.json', { op: 'order', task: 'T2', before: 'T1' }), '--json']);
  assert.equal(done.code, 0);
  assert.deepEqual((JSON.parse(done.stdout) as { ids: unknown }).ids, { T1: 'T2', T2: 'T1' });
  const refused = await questline(['plan', 'edit', at('plan.json'), '--edits', edits('knot-edit.json', { op: 'link', task: 'T1', after: 'T2' })]);
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /T1 -> T2 -> T1/);
  assert.deepEqual(JSON.parse(readFileSync(at('plan.json'), 'utf8')), plan);
  assert.equal((await questline(['plan', 'edit', at('plan.json')])).code, 2);
  assert.equal((await questline(['plan', 'edit', at('plan.json'), '--edits', at('files.txt')])).code, 1);
  assert.equal((await questline(['plan', 'edit', '-', '--edits', '-'])).code, 2);
});

test('plan compare: 0 where plans say the same, 1 with what differs', async () => {
  const same = await questline(['plan', 'compare', at('plan.json'), at('plan.json')]);
  assert.deepEqual([same.code, same.stdout], [0, 'The plans say the same.\n']);
  const changed = await questline(['plan', 'edit', at('plan.json'), '--edits', edits('add.json', { op: 'add', title: 'Paint', agent: '@b' })]);
  write(at('changed.json'), changed.stdout);
  const { code, stdout } = await questline(['plan', 'compare', at('plan.json'), at('changed.json')]);
  assert.equal(code, 1);
  assert.match(stdout, /^\+ Paint\n/);
  const cost = async (name: string): Promise<{ input: number; output: number; micro: number }> => JSON.parse((await questline(['plan', 'cost', at(name), '--json', '--prices', at('prices.json')])).stdout);
  write(at('prices.json'), JSON.stringify({ prices: [{ model: 'model-a', input: 3_000_000, output: 15_000_000 }], model: 'model-a' }));
  const priced = await questline(['plan', 'compare', at('plan.json'), at('changed.json'), '--prices', at('prices.json')]);
  const rows = Object.fromEntries([...priced.stdout.matchAll(/^(tasks|steps|agents|minutes|tokens read|tokens written|money) +(.+?)  +(.+?)  +(.+)$/gm)].map(([, word, ...cells]) => [word, cells]));
  const [one, two] = [await cost('plan.json'), await cost('changed.json')];
  const grouped = (n: number): string => n.toLocaleString('en');
  const money = (micro: number): string => `${Math.floor(micro / 1e6)}.${String(Math.floor((micro % 1e6) / 100)).padStart(4, '0')} $`;
  assert.deepEqual(rows['tasks'], ['2', '3', '+1']);
  assert.deepEqual(rows['steps'], ['2', '2', '0']);
  assert.deepEqual(rows['agents'], ['1', '2', '+1']);
  assert.deepEqual(rows['tokens read'], [grouped(one.input), grouped(two.input), `+${grouped(two.input - one.input)}`]);
  assert.deepEqual(rows['tokens written'], [grouped(one.output), grouped(two.output), `+${grouped(two.output - one.output)}`]);
  assert.ok(one.micro > 0);
  assert.deepEqual(rows['money'], [money(one.micro), money(two.micro), `+${money(two.micro - one.micro)}`]);
  const back = await questline(['plan', 'compare', at('changed.json'), at('plan.json'), '--prices', at('prices.json')]);
  assert.match(back.stdout, /^money .* -\d+\.\d{4} \$$/m);
  assert.match(stdout, /^Without the money of those of whose model no price is known\.$/m);
  assert.equal((await questline(['plan', 'compare', at('plan.json'), at('changed.json'), '--prices', at('files.txt')])).code, 1);
});

test('plan show writes each form', async () => {
  const first = async (form: string): Promise<string> => (await questline(['plan', 'show', at('plan.json'), '--as', form])).stdout.split('\n')[0] ?? '';
  assert.equal(await first('mermaid'), 'flowchart LR');
  assert.equal(await first('markdown'), '# Build a pier');
  assert.match(await first('json'), /^\{.*"hash":"[0-9a-f]{64}"/);
  assert.equal((await questline(['plan', 'show', at('plan.json'), '--as', 'poem'])).code, 2);
});
