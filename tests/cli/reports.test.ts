import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Place } from './harness.ts';

/** T1 of @api is completed; 4 events. `early` is a copy of the first two. */
async function played(): Promise<{ place: Place; early: string }> {
  const place = new Place();
  await place.create('@lead,@api', 'Add <b>login</b>');
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it');
  const early = join(place.folder, 'early.quest');
  copyFileSync(place.file, early);
  await place.quest('respond', '--from', '@lead', '--msg', 'go');
  await place.quest('respond', '--from', '@api', '--msg', 'Wrote it');
  return { place, early };
}

test('board, inbox, timeline, metrics and reports say what happened', async () => {
  const { place } = await played();
  const rows: [string, string[], RegExp][] = [
    ['board', ['--quest', place.id], /^@api +done .*Wrote it$/m],
    ['inbox', ['--quest', place.id, '--agent', '@api'], /from @lead, T1, delivered:\n {2}Write it/],
    ['timeline', ['--quest', place.id], /@lead +message +T1 +Write it/],
    ['metrics', [], /^tasks-completed +1 /m],
    ['metrics', [place.id], /^tokens +no data /m],
    ['standup', [], /### `@api`\n\n- T1 Write it \(.*\): Wrote it/],
    ['review', [], /## Add \\<b\\>login\\<\/b\\>/],
    ['sprint', [], /### Completed/],
    ['report', [place.id], /\| T1 Write it \| `@api` \| done \|/],
    ['certificate', ['--quest', place.id], /legal yes/],
  ];
  for (const [command, args, expected] of rows) {
    const { code, stdout, stderr } = await place.run('quest', command, ...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, expected);
    JSON.parse((await place.run('quest', command, ...args, '--json')).stdout);
  }
  const nobody = await place.quest('inbox', '--agent', '@nobody');
  assert.equal(nobody.code, 1);
});

test('S30: what is left open is the plan of the next round', async () => {
  const { place } = await played();
  const none = await place.run('quest', 'backlog');
  assert.equal(none.code, 1);
  assert.match(none.stderr, /no task is open/i);
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Test it');
  const { code, stdout } = await place.run('quest', 'backlog', place.id, '--json');
  const plan = JSON.parse(stdout) as { leader: string; objective: string; tasks: { agent: string; estimate: object; source: object; title: string }[] };
  assert.deepEqual([code, plan.leader, plan.objective, plan.tasks.length], [0, '@lead', 'Add <b>login</b>', 1]);
  const [task] = plan.tasks;
  assert.deepEqual([task?.title, task?.agent, task?.estimate], ['Test it', '@api', { minutes: 1 }]);
  assert.deepEqual(task?.source, { from: 'document', line: 5, path: `${place.id}.quest` });
  assert.match((await place.run('quest', 'backlog', '--agent', 'boss')).stdout, /^LEADER: @boss$/m);
  assert.match((await place.run('quest', 'backlog', '--md')).stdout, /^# /m);
  assert.equal((await place.run('quest', 'backlog', '--md', '--json')).code, 2);
  assert.equal((await place.run('quest', 'backlog', 'zzzz')).code, 1);
  assert.equal((await place.run('quest', 'backlog', '--specs', '/none')).code, 1);
});

test('a copy is continued, forked and compared; one that parts ways is refused', async () => {
  const { place, early } = await played();
  const full = join(place.folder, 'full.quest');
  copyFileSync(place.file, full);
  copyFileSync(early, place.file);
  assert.equal((await place.run('quest', 'import', full)).code, 0);
  assert.equal(readFileSync(place.file, 'utf8'), readFileSync(full, 'utf8'));
  const fork = (await place.quest('fork', '--at', '2')).stdout.trim();
  const { relation, shared } = await place.json<{ relation: string; shared: number }>('quest', 'compare', place.id, fork);
  assert.deepEqual([relation, shared], ['diverged', 3]);
  assert.equal((await place.run('verify', fork)).code, 0);
  assert.equal((await place.quest('fork', '--at', '9')).code, 2);
  copyFileSync(early, place.file);
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Another');
  const before = readFileSync(place.file, 'utf8');
  const refused = await place.run('quest', 'import', full);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /part ways at line 3/);
  assert.equal(readFileSync(place.file, 'utf8'), before);
});

test('texts are withheld and given back', async () => {
  const { place } = await played();
  const bare = join(place.folder, 'bare.quest');
  const shown = join(place.folder, 'shown.quest');
  assert.equal((await place.quest('redact', '--out', bare)).code, 0);
  assert.equal(readFileSync(bare, 'utf8').includes('Write it'), false);
  assert.match((await place.run('verify', bare)).stdout, /intact yes/);
  assert.equal((await place.run('quest', 'reveal', bare, '--quest', place.id, '--at', '1', '--out', shown)).code, 0);
  assert.match(readFileSync(shown, 'utf8'), /Write it/);
  assert.doesNotMatch(readFileSync(shown, 'utf8'), /Wrote it/);
  assert.equal((await place.quest('redact', '--events', '1,x', '--out', shown)).code, 2);
});
