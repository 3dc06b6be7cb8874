import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Place, placeWithQuest } from './harness.ts';

interface WhatIf {
  file: string;
  id: string;
  kept: number;
  doubtful: number[];
  holders: string[];
  status: string;
  diverged?: { n: number; refusal: { code: string } };
}

/** @api and @tests completed their tasks, @lead the quest: 7 events. */
async function completed(): Promise<Place> {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it.');
  await place.quest('message', '--from', '@lead', '--to', '@tests', '--msg', 'Test it.');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  await place.quest('respond', '--from', '@api', '--msg', 'Written.');
  await place.quest('respond', '--from', '@tests', '--msg', 'Tested.');
  await place.quest('complete', '--from', '@lead', '--summary', 'All of it.');
  return place;
}

const changed = (place: Place, ...args: string[]): Promise<WhatIf> => place.json<WhatIf>('quest', 'what-if', '--quest', place.id, ...args);

test('a blocked answer parts ways at the completion, and the branch can be played on', async () => {
  const place = await completed();
  const before = readFileSync(place.file);
  const answer = await changed(place, '--at', '4', '--kind', 'blocked');
  assert.deepEqual([answer.kept, answer.diverged?.n, answer.diverged?.refusal.code], [1, 6, 'tasks_open']);
  assert.deepEqual([answer.status, answer.holders], ['running', ['@lead']]);
  assert.deepEqual(readFileSync(place.file), before);
  assert.equal((await place.run('verify', answer.file)).code, 0);
  const shared = await place.json<{ shared: number; relation: string }>('quest', 'compare', place.id, answer.id);
  assert.deepEqual([shared.shared, shared.relation], [4, 'diverged']);
  place.id = answer.id;
  assert.equal((await place.quest('drop', '--from', '@lead', '--task', 'T1')).code, 0);
  assert.equal((await place.quest('complete', '--from', '@lead', '--summary', 'Without it.')).code, 0);
});

test('another text keeps all; whoever was told is doubtful', async () => {
  const place = await completed();
  const answer = await changed(place, '--at', '1', '--msg', 'Write half of it.');
  assert.deepEqual([answer.kept, answer.diverged, answer.doubtful, answer.status], [5, undefined, [4], 'completed']);
  const { stdout } = await place.quest('what-if', '--at', '1', '--msg', 'Write half of it.');
  assert.match(stdout, /^Event 1 changed: msg from "Write it\." to "Write half of it\."\.$/m);
  assert.match(stdout, /^All of the recording follows\.$/m);
  assert.match(stdout, /answered otherwise: event 4\./);
});

test('the branch goes where --out says, and nowhere else', async () => {
  const place = await completed();
  const file = join(place.folder, 'other.quest');
  const args = ['--at', '4', '--msg', 'x'];
  assert.equal((await place.quest('what-if', ...args, '--out', file)).code, 0);
  assert.equal((await place.quest('what-if', ...args, '--out', file)).code, 1); // it is there already
  const { stdout } = await place.quest('what-if', ...args, '--out', '-');
  assert.equal(stdout.split('\n').length, readFileSync(file, 'utf8').split('\n').length);
  assert.equal(place.quests().length, 1);
});

const wrong: [string, string[], RegExp][] = [
  ['an event that is not there', ['--at', '7', '--msg', 'x'], /no such event/],
  ['the first event', ['--at', '0', '--msg', 'x'], /no such event/],
  ['no change', ['--at', '4'], /nothing is changed/],
  ['the same', ['--at', '4', '--msg', 'Written.'], /nothing is changed/],
  ['a kind for a message', ['--at', '1', '--kind', 'blocked'], /cannot be changed/],
  ['a kind that is none', ['--at', '4', '--kind', 'splendid'], /no such value/],
  ['a number that is none', ['--at', 'four', '--msg', 'x'], /--at wants a whole number/],
  ['an empty text', ['--at', '4', '--msg', ''], /--msg is empty/],
];
for (const [name, args, message] of wrong)
  test(`wrong usage: ${name}`, async () => {
    const place = await completed();
    const { code, stdout, stderr } = await place.quest('what-if', ...args);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, message);
    assert.equal(place.quests().length, 1);
  });
