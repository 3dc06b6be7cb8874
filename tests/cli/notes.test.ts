import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Place, placeWithQuest, questline } from './harness.ts';

const fileOf = (place: Place): string => place.file.replace(/quest$/, 'notes');

interface Listed {
  bad: number;
  conflicts: number;
  notes: { anchored: boolean; by: string; n: number; text: string; id: string }[];
}

const listed = async (place: Place): Promise<Listed> => place.json<Listed>('quest', 'notes', place.id);

/** Two events. */
async function begun(): Promise<Place> {
  const place = await placeWithQuest('@lead,@api');
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it');
  return place;
}

test('a note stands beside the log, which does not change', async () => {
  const place = await begun();
  const log = readFileSync(place.file, 'utf8');
  const hash = await place.stateHash();
  const { code, stdout, stderr } = await place.run('quest', 'note', place.id, 'Why PKCE\nonly?', '--by', 'Anna', '--at', '0');
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'Noted at event 0 by @anna.\n');
  const made = await place.json<{ by: string; n: number }>('quest', 'note', place.id, 'Here.');
  assert.deepEqual([made.by, made.n], ['@owner', 1]);
  assert.equal(readFileSync(place.file, 'utf8'), log);
  assert.equal(await place.stateHash(), hash);
  const { notes } = await listed(place);
  assert.deepEqual(
    notes.map(({ n, by, text, anchored }) => [n, by, text, anchored]),
    [
      [0, '@anna', 'Why PKCE\nonly?', true],
      [1, '@owner', 'Here.', true],
    ],
  );
  assert.equal((await place.run('quest', 'notes', place.id)).stdout, 'Event 0, @anna:\n  Why PKCE\n  only?\nEvent 1, @owner:\n  Here.\n');
  assert.equal((await place.run('quest', 'list')).stdout.split('\n').filter((line) => line.includes(place.id)).length, 1);
});

test('a note comes from stdin', async () => {
  const place = await begun();
  for (const args of [[], ['-']]) {
    const { code } = await questline(['quest', 'note', place.id, ...args], { cwd: place.folder, input: 'From a pipe\n' });
    assert.equal(code, 0);
  }
  assert.deepEqual((await listed(place)).notes.map(({ text }) => text), ['From a pipe', 'From a pipe']);
});

test('what is no note is refused, and leaves no file', async () => {
  const place = await begun();
  const rows: [string[], number, RegExp][] = [
    [[place.id, ''], 2, /The note is empty/],
    [[place.id, ' \n '], 2, /has no text/],
    [[place.id, 'x', '--at', '2'], 1, /no event of that number/],
    [[place.id, 'x', '--at', 'x'], 2, /--at wants a whole number/],
    [[place.id, 'x', '--by', '@@'], 2, /by nobody/],
    [[place.id, 'x'.repeat(8193)], 1, /QL_NOTE_BYTES_MAX/],
    [['zzzz', 'x'], 1, /no quest/],
    [[], 2, /needs QUEST/],
    [[place.id, 'two', 'words'], 2, /quotes/],
  ];
  for (const [args, exit, expected] of rows) {
    const { code, stderr } = await place.run('quest', 'note', ...args);
    assert.equal(code, exit, `${args.join(' ').slice(0, 60)}: ${stderr}`);
    assert.match(stderr, expected);
  }
  const empty = await questline(['quest', 'note', place.id], { cwd: place.folder, input: '' });
  assert.equal(empty.code, 2);
  const huge = await questline(['quest', 'note', place.id], { cwd: place.folder, input: 'x'.repeat(1 << 20) });
  assert.equal(huge.code, 1);
  assert.match(huge.stderr, /QL_NOTE_BYTES_MAX/);
  assert.equal(existsSync(fileOf(place)), false);
  assert.deepEqual(await listed(place), { bad: 0, conflicts: 0, notes: [], problems: [] });
  assert.equal((await place.run('quest', 'note', '--help')).code, 0);
});

test('notes are merged whoever begins, and again', async () => {
  const place = await begun();
  const theirs = new Place();
  await theirs.create();
  theirs.id = place.id;
  copyFileSync(place.file, theirs.file);
  await place.run('quest', 'note', place.id, 'Mine');
  await theirs.run('quest', 'note', place.id, 'Theirs', '--by', '@anna', '--at', '0');
  const one = await place.run('quest', 'notes', place.id, '--merge', fileOf(theirs));
  assert.equal(one.code, 0, one.stderr);
  assert.match(one.stderr, /1 new note\./);
  assert.match(one.stdout, /Theirs/);
  await theirs.run('quest', 'notes', place.id, '--merge', fileOf(place));
  assert.deepEqual(await listed(theirs), await listed(place));
  const before = readFileSync(fileOf(place), 'utf8');
  const again = await place.run('quest', 'notes', place.id, '--merge', fileOf(theirs));
  assert.match(again.stderr, /0 new notes\./);
  assert.equal(readFileSync(fileOf(place), 'utf8'), before);
  // Another text under the same id: the smaller of the two stays, on both sides.
  const forged = join(place.folder, 'forged.notes');
  writeFileSync(forged, readFileSync(fileOf(theirs), 'utf8').replace('Theirs', 'A forged one'));
  const { stderr } = await place.run('quest', 'notes', place.id, '--merge', forged);
  assert.match(stderr, /1 had the id of another one/);
  assert.deepEqual((await listed(place)).notes.map(({ text }) => text), ['A forged one', 'Mine']);
});

test('merging nothing makes no file; a missing file is an error', async () => {
  const place = await begun();
  const { code } = await questline(['quest', 'notes', place.id, '--merge', '-'], { cwd: place.folder, input: '' });
  assert.equal(code, 0);
  assert.equal((await place.run('quest', 'notes', place.id, '--merge', 'no-such.notes')).code, 1);
  assert.equal(existsSync(fileOf(place)), false);
});

test('a note of another branch is shown, as such', async () => {
  const place = await begun();
  const { stdout } = await place.run('quest', 'fork', '--quest', place.id, '--at', '0');
  const fork = stdout.trim();
  await place.run('quest', 'note', place.id, 'About the message', '--at', '1');
  await place.run('quest', 'note', place.id, 'About the beginning', '--at', '0');
  const shown = await place.run('quest', 'notes', fork, '--merge', fileOf(place));
  assert.equal(shown.stdout, 'Event 0, @owner:\n  About the beginning\nEvent 1 of another log, @owner:\n  About the message\n');
});

test('a bad line is told with its number, the others are kept', async () => {
  const place = await begun();
  await place.run('quest', 'note', place.id, 'One');
  appendFileSync(fileOf(place), '{"at":1}\n');
  await place.run('quest', 'note', place.id, 'Two');
  const { code, stdout, stderr } = await place.run('quest', 'notes', place.id);
  assert.equal(code, 0);
  assert.match(stderr, /\.notes:2 is left out: not a note/);
  assert.match(stdout, /One[^]*Two/);
});

test('a torn tail is left alone by readers and moved aside by the next writer', async () => {
  const place = await begun();
  await place.run('quest', 'note', place.id, 'One');
  const whole = readFileSync(fileOf(place), 'utf8');
  appendFileSync(fileOf(place), '{"at":17637');
  const read = await place.run('quest', 'notes', place.id);
  assert.match(read.stderr, /The last 11 bytes of .* are no whole note and are left out/);
  assert.match(read.stdout, /One/);
  const write = await place.run('quest', 'note', place.id, 'Two');
  assert.equal(write.code, 0);
  assert.match(write.stderr, /were no whole note; a write was cut short/);
  assert.equal(readFileSync(`${fileOf(place)}.torn`, 'utf8'), '{"at":17637');
  assert.ok(readFileSync(fileOf(place), 'utf8').startsWith(whole));
  assert.equal((await listed(place)).notes.length, 2);
});

test('notes of several writers at once are all kept', async () => {
  const place = await begun();
  const codes = await Promise.all(Array.from({ length: 12 }, async (_, i) => (await place.run('quest', 'note', place.id, `note ${i}`)).code));
  assert.deepEqual(new Set(codes), new Set([0]));
  const { notes, bad } = await listed(place);
  assert.equal(bad, 0);
  assert.equal(new Set(notes.map(({ text }) => text)).size, 12);
});
