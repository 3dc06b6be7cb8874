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
});

test('plan show writes each form', async () => {
  const first = async (form: string): Promise<string> => (await questline(['plan', 'show', at('plan.json'), '--as', form])).stdout.split('\n')[0] ?? '';
  assert.equal(await first('mermaid'), 'flowchart LR');
  assert.equal(await first('markdown'), '# Build a pier');
  assert.match(await first('json'), /^\{.*"hash":"[0-9a-f]{64}"/);
  assert.equal((await questline(['plan', 'show', at('plan.json'), '--as', 'poem'])).code, 2);
});
