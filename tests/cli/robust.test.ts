// Every command that writes an event, with what a person or a script gets wrong: nothing, too much, an end in the middle, Ctrl-C.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { finish, Place, placeWithQuest, questline, start } from './harness.ts';

/* A command with one text from stdin, by whoever may give it. */
const texts: [string, string[], string][] = [
  ['message', ['--from', '@lead', '--to', '@api'], '--msg'],
  ['respond', ['--from', '@lead'], '--msg'],
  ['complete', ['--from', '@lead'], '--summary'],
  ['fail', [], '--reason'],
  ['drop', ['--task', 'T1'], '--reason'],
  ['pause', [], '--reason'],
  ['abort', [], '--reason'],
  ['escalate', ['--task', 'T1'], '--reason'],
  ['reassign', ['--task', 'T1', '--to', '@tests'], '--reason'],
  ['add', ['--agent', '@docs'], '--reason'],
  ['remove', ['--agent', '@tests'], '--reason'],
  ['promote', ['--agent', '@tests'], '--reason'],
  ['gate', ['--gate', 'g', '--as', 'given'], '--evidence'],
];

async function given(): Promise<Place> {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  return place;
}

for (const [command, more, option] of texts) {
  const args = (place: Place): string[] => ['quest', command, '--quest', place.id, ...more, option, '-'];

  test(`quest ${command}: an empty text, one that is no text, and a huge one are refused and nothing is written`, async () => {
    const place = await given();
    const before = readFileSync(place.file);
    for (const input of ['', '\n', 'a\0b', Buffer.from([0x66, 0xff, 0xfe]), 'x'.repeat(5 << 20)]) {
      const { code, stdout, stderr } = await questline(args(place), { cwd: place.folder, input });
      assert.ok(code === 1 || code === 2, `${code} ${stderr}`);
      assert.equal(stdout, '');
      assert.match(stderr, /^questline: .+\n$/);
      assert.ok(stderr.length < 500);
    }
    assert.deepEqual(readFileSync(place.file), before);
  });
}

test('a text that is being read ends with Ctrl-C, and others could write meanwhile', async () => {
  for (const [command, more, option] of [texts[0], texts[12]] as [string, string[], string][]) {
    const place = await given();
    const child = start(['quest', command, '--quest', place.id, ...more, option, '-'], { cwd: place.folder, open: true });
    const ended = finish(child);
    await new Promise((resolve) => setTimeout(resolve, 300)); // it reads by now
    assert.equal((await place.quest('pause')).code, 0);
    child.kill('SIGINT');
    assert.equal((await ended).code, 130);
  }
});

const wrong: [string, string[], number, RegExp][] = [
  ['a number that is none', ['usage', '--agent', '@api', '--input', 'many'], 2, /--input wants a number, not many/],
  ['a number past all', ['usage', '--agent', '@api', '--input', '99999999999999999999'], 2, /--input wants a number/],
  ['a negative number', ['usage', '--agent', '@api', '--input=-5'], 2, /--input wants a number/],
  ['a duration in weeks', ['usage', '--agent', '@api', '--ms', '3w'], 2, /--ms wants a number/],
  ['four decimals', ['gate', '--gate', 'g', '--as', 'given', '--value', '1.2345'], 2, /--value wants a number/],
  ['a verdict that is none', ['gate', '--gate', 'g', '--as', 'maybe'], 2, /as/],
  ['a hash that is none', ['add', '--agent', '@d', '--spec', 'abc'], 2, /spec/],
  ['a task that is none', ['drop', '--task', '../x'], 2, /task/],
  ['an effect that is none', ['start', '--seat', '@api', '--effect', 'x', '--attempt', '1', '--tokens', '1', '--micro', '0', '--request', 'ab'], 2, /effect/],
  ['a fence that is none', ['claim', '--agent', '@api', '--fence', 'x'], 2, /--fence wants a whole number/],
  ['a file that is not there', ['artifact', '--file', 'none.txt'], 1, /none\.txt/],
  ['a folder for a file', ['artifact', '--file', '.'], 1, /directory/],
  ['a media type that is none', ['artifact', '--file', '/dev/null', '--media', 'text'], 2, /media/],
  ['a gate that is not there', ['gate', '--gate', 'g', '--as', 'waived'], 5, /unknown_gate/],
  ['a name that is none', ['pause', '--from', '[@a]'], 2, /--from wants names/],
  ['a command without what it needs', ['reassign', '--task', 'T1'], 2, /needs --to NAME/],
];
for (const [name, args, expected, message] of wrong)
  test(`${args[0]}: ${name}`, async () => {
    const place = await given();
    const before = readFileSync(place.file);
    const { code, stdout, stderr } = await place.quest(args[0] ?? '', ...args.slice(1));
    assert.deepEqual([code, stdout], [expected, ''], stderr);
    assert.match(stderr, message);
    const json = await place.quest(args[0] ?? '', ...args.slice(1), '--json');
    assert.deepEqual([json.code, json.stderr], [expected, '']);
    assert.ok('error' in JSON.parse(json.stdout) || 'refusal' in JSON.parse(json.stdout));
    assert.deepEqual(readFileSync(place.file), before);
  });

test('a file larger than what is kept is refused by its size', async () => {
  const place = await given();
  const { code, stderr } = await questline(['quest', 'artifact', '--quest', place.id, '--from', '@lead', '--file', '/dev/zero', '--name', 'z'], {
    cwd: place.folder,
  });
  assert.equal(code, 1);
  assert.match(stderr, /larger than 67108864 bytes/);
});
