// The commands beyond messages and answers: gates, artifacts, the team, time and money, and what a quest is given at its beginning.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, Place, placeWithQuest, questline, write } from './harness.ts';

interface Answer {
  n: number;
  fence?: number;
  duplicate_of?: number;
  event: { type: string; by: string; data: Record<string, unknown> };
  status: string;
  refusal?: { code: string };
}

const act = (place: Place, command: string, ...args: string[]): Promise<Answer> =>
  place.json<Answer>('quest', command, '--quest', place.id, ...args);

async function working(agents?: string, ...more: string[]): Promise<Place> {
  const place = new Place();
  const { stdout } = await place.run('quest', 'create', '--mission', 'm', '--agents', agents ?? '@lead,@api,@tests', ...more);
  place.id = stdout.trim();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it.');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  return place;
}

test('every field of create has a way in', async () => {
  const place = new Place();
  const policy = write(
    join(place.folder, 'policy.json'),
    JSON.stringify({
      policy: 'parallel',
      loops: 9,
      gates: [{ id: 'coverage', judge: 'rule', op: '>=', milli: 80000, unit: '%', text: 'Coverage' }],
      ladder: [{ name: 'Lead', retries: 2 }, { name: 'Owner', min_ms: 0, max_ms: 0 }],
    }),
  );
  const key = 'A'.repeat(43);
  const options = ['--policy', policy, '--budget', 'tokens=1000,ms=8h,turns=3', '--deadlines', 'turn=30s,task=5m,quest=2d', '--consult', '2'];
  const more = ['--loops', '3', '--seats', '@api=model', '--keys', `@api=${key}`];
  const { stdout } = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead,@api', ...options, ...more);
  place.id = stdout.trim();
  const log = await place.json<{ events: { data: Record<string, unknown> }[] }>('quest', 'log', '--quest', place.id);
  const data = log.events[0]?.data ?? {};
  assert.deepEqual(data['budget'], { ms: 28_800_000, tokens: 1000, turns: 3 });
  assert.deepEqual(data['deadlines'], { quest: 172_800_000, task: 300_000, turn: 30_000 });
  assert.deepEqual([data['policy'], data['loops'], data['consult']], ['parallel', 3, 2]); // an option goes before the file
  assert.deepEqual(data['seats'], [['@api', 'model']]);
  assert.deepEqual(data['keys'], [['@api', key]]);
  assert.equal((data['gates'] as unknown[]).length, 1);
  assert.equal((data['ladder'] as unknown[]).length, 2);
});

test('agent files bring their hashes, and the gates and the ladder of who leads', async () => {
  const place = new Place();
  const files = folder();
  const lead = `---
name: harbour-lead
description: Coordinates the harbour team
---

# Harbour lead

## Quality gates

- [ ] Test coverage >= 85%
- [ ] Reviewed by the pilot

## Escalation

### Level 1: Harbour lead (0-15 minutes)

- Retry up to 2 times

### Level 2: Owner (15-60 minutes)

- Decides how to go on
`;
  write(join(files, 'harbour-lead.md'), lead);
  write(join(files, 'pilot.md'), '---\nname: pilot\ndescription: Steers ships\n---\n\n# Pilot\n');
  const made = await place.run('quest', 'create', '--mission', 'm', '--agents', '@harbour-lead,@pilot', '--agents-from', files);
  assert.equal(made.code, 0, made.stderr);
  place.id = made.stdout.trim();
  const log = await place.json<{ events: { data: Record<string, unknown> }[] }>('quest', 'log', '--quest', place.id);
  const data = log.events[0]?.data as { specs: string[][]; gates: Record<string, unknown>[]; ladder: Record<string, unknown>[] };
  assert.deepEqual(data.specs.map(([agent]) => agent), ['@harbour-lead', '@pilot']);
  assert.equal(data.specs[0]?.[1], createHash('sha256').update(lead).digest('hex'));
  assert.deepEqual(data.gates.map(({ judge, op, milli, unit }) => [judge, op, milli, unit]), [
    ['rule', '>=', 85000, '%'],
    ['seat', undefined, undefined, undefined],
  ]);
  assert.deepEqual(data.ladder.map(({ max_ms }) => max_ms), [900_000, 3_600_000]);
  assert.equal(data.ladder[0]?.['retries'], 2);
});

test('a gate keeps the quest from completion until its number is shown', async () => {
  const gates = [{ id: 'coverage', judge: 'rule', op: '>=', milli: 80000, unit: '%', text: 'Coverage' }];
  const policy = write(join(folder(), 'p.json'), JSON.stringify({ gates }));
  const place = await working('@lead,@api', '--policy', policy);
  assert.equal((await act(place, 'gate', '--from', '@api', '--gate', 'coverage', '--as', 'given', '--value', '79.5')).event.data['value'], 79_500);
  await place.quest('respond', '--from', '@api', '--msg', 'Done.');
  assert.equal((await act(place, 'complete', '--from', '@lead', '--summary', 's')).refusal?.code, 'gates_open');
  await place.quest('gate', '--from', '@lead', '--gate', 'coverage', '--as', 'given', '--value', '80');
  assert.equal((await act(place, 'complete', '--from', '@lead', '--summary', 's')).status, 'completed');
});

test('an artifact is known by its hash, and its bytes are kept', async () => {
  const place = await working();
  const bytes = Buffer.from('# Callback\n');
  const hash = createHash('sha256').update(bytes).digest('hex');
  const file = write(join(place.folder, 'callback.md'), bytes);
  const { event } = await act(place, 'artifact', '--from', '@api', '--file', file, '--task', 'T1');
  assert.deepEqual(event.data, { bytes: bytes.length, hash, media: 'text/markdown', name: file, task: 'T1' });
  assert.deepEqual(readFileSync(join(place.folder, '.questline/blobs', hash)), bytes);
  assert.deepEqual(readdirSync(join(place.folder, '.questline/blobs')), [hash]); // nothing unfinished

  write(file, 'changed');
  const second = createHash('sha256').update('changed').digest('hex');
  const again = await act(place, 'artifact', '--from', '@api', '--file', file, '--task', 'T1', '--no-copy', '--media', 'text/plain');
  assert.deepEqual([again.event.data['hash'], again.event.data['replaces'], again.event.data['media']], [second, hash, 'text/plain']);
  assert.equal(existsSync(join(place.folder, '.questline/blobs', second)), false);
});

test('what is refused leaves no body behind', async () => {
  const place = await working();
  const file = write(join(place.folder, 'a.txt'), 'x');
  const { code } = await place.quest('artifact', '--from', '@tests', '--file', file);
  assert.equal(code, 5);
  assert.equal(existsSync(join(place.folder, '.questline/blobs')), false);
});

test('an artifact from stdin needs a name', async () => {
  const place = await working();
  const args = ['quest', 'artifact', '--quest', place.id, '--from', '@api', '--file', '-'];
  assert.equal((await questline(args, { cwd: place.folder, input: 'x' })).code, 2);
  const named = await questline([...args, '--name', 'notes.txt', '--json'], { cwd: place.folder, input: 'x' });
  assert.deepEqual(JSON.parse(named.stdout).event.data.media, 'text/plain');
});

test('the team changes', async () => {
  const place = await working();
  assert.equal((await act(place, 'add', '--agent', 'docs', '--seat', 'model')).event.data['agent'], '@docs');
  assert.equal((await act(place, 'reassign', '--task', 'T1', '--to', 'docs')).event.data['to'], '@docs');
  await place.quest('respond', '--from', '@docs', '--msg', 'Written.');
  assert.equal((await act(place, 'remove', '--agent', '@tests')).status, 'running');
  assert.equal((await act(place, 'promote', '--agent', '@docs')).event.type, 'promote');
  const view = await place.json<{ agents: { id: string; leads: boolean }[] }>('quest', 'show', '--quest', place.id);
  assert.deepEqual(view.agents.filter(({ leads }) => leads).map(({ id }) => id), ['@docs']);
});

test('effects are reserved, settled and booked; the ladder is climbed; newer rules are not there yet', async () => {
  const ladder = [{ name: 'one' }, { name: 'two' }];
  const policy = write(join(folder(), 'p.json'), JSON.stringify({ ladder }));
  const place = await working('@lead,@api', '--policy', policy);
  const request = 'ab'.repeat(32);
  const numbers = ['--attempt', '1', '--tokens', '500', '--micro', '0'];
  const { n } = await act(place, 'start', '--seat', '@api', '--effect', 'http', '--request', request, ...numbers);
  const settled = await act(place, 'done', '--start', String(n - 1), '--outcome', 'ok', '--input', '200', '--output', '50', '--ms', '3s');
  assert.deepEqual([settled.event.data['start'], settled.event.data['ms']], [n - 1, 3000]);
  assert.equal((await act(place, 'usage', '--agent', '@api', '--input', '10')).event.type, 'usage');
  assert.equal((await act(place, 'escalate', '--task', 'T1', '--reason', 'Stuck.')).event.type, 'escalate');
  assert.equal((await act(place, 'tick')).event.type, 'tick');
  assert.equal((await act(place, 'upgrade', '--to', '1')).refusal?.code, 'unchanged');
});

test('a command sent twice with its counter is one event', async () => {
  const place = await placeWithQuest();
  const args = ['--from', '@lead', '--to', '@api', '--msg', 'x', '--fence', '1', '--counter', '0'];
  assert.equal((await act(place, 'message', ...args)).event.type, 'message');
  const again = await act(place, 'message', ...args);
  assert.deepEqual([again.duplicate_of, again.n], [1, 2]);
  assert.match((await place.quest('message', ...args)).stdout, /accepted before, as event 1\. Nothing was written\./);
  assert.equal((await act(place, 'message', '--from', '@lead', '--to', '@api', '--msg', 'x', '--counter', '7')).refusal?.code, 'counter_gap');
});

const wrong: [string, string[], RegExp][] = [
  ['a budget that is no pair', ['--budget', 'tokens'], /--budget wants numbers such as/],
  ['a budget with a unit', ['--budget', 'tokens=8h'], /--budget wants/],
  ['a budget of something unknown', ['--budget', 'apples=1'], /budget/],
  ['a deadline twice', ['--deadlines', 'turn=1s,turn=2s'], /each once/],
  ['a deadline in weeks', ['--deadlines', 'turn=1w'], /--deadlines wants times/],
  ['a deadline past every number', ['--deadlines', 'turn=9007199254740991h'], /--deadlines wants times/],
  ['a depth that is no number', ['--consult', 'two'], /--consult wants a number/],
  ['a key that is none', ['--keys', '@a=abc'], /keys/],
  ['a policy that is no word of it', ['--policy', 'strct'], /policy/],
  ['a policy file that is not there', ['--policy', './none.json'], /none\.json/],
];
for (const [name, args, message] of wrong)
  test(`create refuses ${name}`, async () => {
    const { code, stderr } = await questline(['quest', 'create', '--mission', 'm', '--agents', '@a', ...args], { cwd: folder() });
    assert.ok(code === 1 || code === 2, stderr);
    assert.match(stderr, message);
  });

test('a policy file that is a list, empty, huge or not JSON is refused', async () => {
  for (const text of ['[]', '', '{', `"${'x'.repeat(17 << 20)}"`, '{"format":1,"nonsense":2}']) {
    const file = write(join(folder(), 'p.json'), text);
    const { code, stdout } = await questline(['quest', 'create', '--mission', 'm', '--agents', '@a', '--policy', file], { cwd: folder() });
    assert.ok(code === 1 || code === 2, text.slice(0, 20));
    assert.equal(stdout, '');
  }
});
