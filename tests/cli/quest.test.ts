import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { Place, placeWithQuest, questline } from './harness.ts';

interface View {
  status: string;
  holders: string[];
  mission: string;
  summary: string | null;
  tasks: { id: string; status: string; agent: string }[];
  talk: { type: string; by: string; text: string; kind?: string }[];
}

const view = (place: Place): Promise<View> => place.json<View>('quest', 'show', '--quest', place.id);

/** The quest stands where @api holds the turn with task T1. */
async function withWorkerHolding(): Promise<Place> {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write the callback.');
  await place.quest('respond', '--from', '@lead', '--msg', 'Instructions sent.');
  return place;
}

test('create prints the id alone, and the file stands under .questline/quests', async () => {
  const place = new Place();
  const { code, stdout, stderr } = await place.run('quest', 'create', '--mission', 'Add login', '--agents', '@lead,@api');
  assert.equal(code, 0);
  assert.match(stdout, /^[0-9a-hjkmnp-tv-z]{10}\n$/);
  assert.equal(stderr, '');
  place.id = stdout.trim();
  assert.deepEqual(place.quests(), [`${place.id}.quest`]);
  const seen = await view(place);
  assert.deepEqual([seen.status, seen.mission, seen.holders], ['running', 'Add login', ['@lead']]);
});

test('create --json says where the quest is', async () => {
  const place = new Place();
  const made = await place.json<{ id: string; file: string; n: number; head: string }>(
    ...['quest', 'create', '--mission', 'm', '--agents', 'lead,api'],
  );
  assert.equal(made.n, 1);
  assert.equal(made.head.length, 43);
  assert.ok(made.file.endsWith(`${made.id}.quest`));
});

test('create takes seats and a policy', async () => {
  const place = new Place();
  const { stdout } = await place.run(
    ...['quest', 'create', '--mission', 'm', '--agents', '@lead,@api'],
    ...['--seats', '@api=model', '--policy', 'parallel'],
  );
  place.id = stdout.trim();
  const seen = await place.json<{ policy: string; agents: { id: string; kind: string }[] }>('quest', 'show', '--quest', place.id);
  assert.equal(seen.policy, 'parallel');
  assert.deepEqual(seen.agents.map(({ id, kind }) => `${id} ${kind}`), ['@owner human', '@lead human', '@api model']);
  const wrong = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead,@api', '--seats', '@api=robot');
  assert.equal(wrong.code, 2);
  assert.equal(place.quests().length, 1);
});

test('a refused create leaves no file', async () => {
  const place = new Place();
  const { code, stderr } = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead,@lead');
  assert.equal(code, 5);
  assert.match(stderr, /^refused\[bad_agents\] /);
  assert.throws(() => place.quests());
});

test('the written recipe works: message, respond, work, respond, complete', async () => {
  const place = await withWorkerHolding();
  assert.deepEqual((await view(place)).holders, ['@api']);
  const note = await place.quest('message', '--from', '@api', '--to', '@lead', '--msg', 'Half done.');
  assert.equal(note.code, 0);
  assert.match(note.stdout, /The turn is held by @api\./);
  const done = await place.quest('respond', '--from', '@api', '--msg', 'Callback written.');
  assert.equal(done.code, 0);
  assert.match(done.stdout, /^ +4 .* @api respond completed: Callback written\.$/m);
  assert.match(done.stdout, new RegExp(`questline quest monitor --role worker --agent @api --quest ${place.id}`));
  assert.equal((await place.quest('complete', '--from', '@lead', '--summary', 'Login works.')).code, 0);
  const seen = await view(place);
  assert.deepEqual([seen.status, seen.summary, seen.holders], ['completed', 'Login works.', []]);
});

for (const kind of ['clarification', 'blocked']) {
  test(`a worker that answers ${kind} gives the turn back with its task open`, async () => {
    const place = await withWorkerHolding();
    assert.equal((await place.quest('respond', '--from', '@api', '--kind', kind, '--msg', 'Which provider?')).code, 0);
    const seen = await view(place);
    assert.deepEqual([seen.holders, seen.tasks[0]?.status], [['@lead'], kind]);
    const dropped = await place.quest('drop', '--task', 'T1', '--from', '@lead', '--reason', 'No longer needed.');
    assert.equal(dropped.code, 0);
    assert.equal((await view(place)).tasks[0]?.status, 'dropped');
  });
}

test('the owner pauses, resumes and aborts', async () => {
  const place = await placeWithQuest();
  assert.equal((await place.quest('pause', '--reason', 'Lunch.')).code, 0);
  assert.equal((await view(place)).status, 'paused');
  const refused = await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /^refused\[paused\] /);
  assert.equal((await place.quest('resume')).code, 0);
  assert.deepEqual((await view(place)).holders, ['@lead']);
  assert.equal((await place.quest('abort', '--reason', 'Priorities changed.')).code, 0);
  const seen = await view(place);
  assert.deepEqual([seen.status, seen.summary], ['aborted', 'Priorities changed.']);
});

test('to fail is the leader\'s without saying so', async () => {
  const place = await placeWithQuest();
  assert.equal((await place.quest('fail', '--reason', 'No provider.')).code, 0);
  const seen = await view(place);
  assert.deepEqual([seen.status, seen.talk.at(-1)?.by], ['failed', '@lead']);
});

test('a seat is claimed and released', async () => {
  const place = await placeWithQuest();
  assert.equal((await place.quest('claim', '--agent', '@api')).code, 0);
  const again = await place.quest('claim', '--agent', '@api', '--from', '@api');
  assert.equal(again.code, 5);
  assert.match(again.stderr, /^refused\[seat_taken\] /);
  assert.equal((await place.quest('release', '--agent', '@api')).code, 0);
  assert.equal((await place.quest('release', '--agent', '@api')).code, 5);
});

/* What the machine refuses: who, what, which code. Each leaves file and state as they were. */
const refusals: [string, string[], string][] = [
  ['a worker out of turn', ['respond', '--from', '@api', '--msg', 'x'], 'not_your_turn'],
  ['a worker that messages out of turn', ['message', '--from', '@api', '--to', '@lead', '--msg', 'x'], 'not_your_turn'],
  ['a message to nobody here', ['message', '--from', '@lead', '--to', '@apo', '--msg', 'x'], 'not_recruited'],
  ['a message from nobody here', ['message', '--from', '@who', '--to', '@api', '--msg', 'x'], 'not_recruited'],
  ['a name that begins like another', ['message', '--from', '@lead', '--to', '@ap', '--msg', 'x'], 'not_recruited'],
  ['a message to itself', ['message', '--from', '@lead', '--to', '@lead', '--msg', 'x'], 'self'],
  ['the same agent twice', ['message', '--from', '@lead', '--to', '@api,@api', '--msg', 'x'], 'duplicate_recipient'],
  ['a turn ended without a message', ['respond', '--from', '@lead', '--msg', 'x'], 'nothing_sent'],
  ['a task that is not there', ['drop', '--task', 'T9'], 'unknown_task'],
  ['completion by a worker', ['complete', '--from', '@api', '--summary', 'x'], 'leader_only'],
  ['completion by the owner', ['complete', '--from', '@owner', '--summary', 'x'], 'leader_only'],
  ['failure by a worker', ['fail', '--from', '@api'], 'leader_only'],
  ['approval of what runs', ['approve'], 'not_proposed'],
  ['rejection of what runs', ['reject'], 'not_proposed'],
  ['a pause by an agent', ['pause', '--from', '@lead'], 'owner_only'],
  ['resuming what runs', ['resume'], 'not_paused'],
  ['an abort by an agent', ['abort', '--from', '@lead'], 'owner_only'],
  ['the leader\'s turn ended as a worker\'s', ['respond', '--from', '@lead', '--kind', 'completed', '--msg', 'x'], 'bad_kind'],
  ['a seat nobody took', ['release', '--agent', '@api'], 'seat_free'],
];

for (const [name, args, refusal] of refusals) {
  test(`refused: ${name}`, async () => {
    const place = await placeWithQuest();
    const before = readFileSync(place.file);
    const state = await place.stateHash();
    const human = await place.quest(args[0] ?? '', ...args.slice(1));
    assert.equal(human.code, 5, human.stderr);
    assert.equal(human.stdout, '');
    assert.match(human.stderr, new RegExp(`^refused\\[${refusal}\\] .+\\.`));
    const json = await place.quest(args[0] ?? '', ...args.slice(1), '--json');
    assert.equal(json.code, 5);
    assert.equal(json.stderr, '');
    assert.equal(JSON.parse(json.stdout).refusal.code, refusal);
    assert.deepEqual(readFileSync(place.file), before);
    assert.equal(await place.stateHash(), state);
  });
}

test('a refusal names who holds the turn, and who may have been meant', async () => {
  const place = await withWorkerHolding();
  const turn = await place.quest('respond', '--from', '@tests', '--msg', 'x', '--json');
  assert.deepEqual(JSON.parse(turn.stdout).refusal.holders, ['@api']);
  const human = await place.quest('respond', '--from', '@tests', '--msg', 'x');
  assert.match(human.stderr, /The turn is held by: @api\./);
  await place.quest('respond', '--from', '@api', '--msg', 'done');
  const meant = await place.quest('message', '--from', '@lead', '--to', '@tets', '--msg', 'x');
  assert.match(meant.stderr, /Did you mean @tests\?/);
});

test('completion with a task open is refused with the task', async () => {
  const place = await withWorkerHolding();
  await place.quest('respond', '--from', '@api', '--kind', 'blocked', '--msg', 'No key.');
  const { code, stdout } = await place.quest('complete', '--from', '@lead', '--summary', 'x', '--json');
  assert.equal(code, 5);
  assert.deepEqual(JSON.parse(stdout).refusal.tasks, ['T1']);
});

for (const [ending, ...args] of [
  ['completed', 'complete', '--from', '@lead', '--summary', 'x'],
  ['failed', 'fail'],
  ['aborted', 'abort'],
] as [string, string, ...string[]][]) {
  test(`nothing follows a ${ending} quest`, async () => {
    const place = await placeWithQuest();
    assert.equal((await place.quest(...args)).code, 0);
    const state = await place.stateHash();
    for (const [command, ...rest] of [
      ['message', '--from', '@lead', '--to', '@api', '--msg', 'x'],
      ['respond', '--from', '@lead', '--msg', 'x'],
      ['complete', '--from', '@lead', '--summary', 'x'],
      ['pause'],
      ['abort'],
      ['claim', '--agent', '@api'],
    ] as [string, ...string[]][]) {
      const { code, stderr } = await place.quest(command, ...rest);
      assert.equal(code, 5);
      assert.match(stderr, /^refused\[quest_over\] /);
    }
    assert.equal(await place.stateHash(), state);
  });
}

test('names are normalised once: quotes, case and the sign do not matter', async () => {
  const place = await placeWithQuest('backend.lead, @Backend.API ,backend.api-gateway');
  const { code } = await place.quest('message', '--from', '"@Backend.Lead"', '--to', 'BACKEND.API', '--msg', 'x');
  assert.equal(code, 0);
  assert.deepEqual((await view(place)).tasks.map((task) => task.agent), ['@backend.api']);
});

/* ---- texts ---- */

test('a text comes from stdin without its last line end', async () => {
  const place = await placeWithQuest();
  const args = ['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', '-'];
  for (const [input, text] of [['Two\nlines\n', 'Two\nlines'], ['a\r\n', 'a'], ['b', 'b'], ['\n\n', '\n'], ['!#:+ “ü” 𝄞', '!#:+ “ü” 𝄞']] as const) {
    assert.equal((await questline(args, { cwd: place.folder, input })).code, 0);
    assert.equal((await view(place)).talk.at(-1)?.text, text);
  }
});

test('stdin that is empty, has a NUL or is no UTF-8 is wrong usage', async () => {
  const place = await placeWithQuest();
  const args = ['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', '-'];
  for (const [input, sentence] of [
    ['', /--msg is empty/],
    ['\n', /--msg is empty/],
    ['a\0b', /NUL/],
    [new Uint8Array([0x61, 0xff]), /not valid UTF-8/],
  ] as const) {
    const { code, stderr } = await questline(args, { cwd: place.folder, input });
    assert.equal(code, 2);
    assert.match(stderr, sentence);
  }
});

test('only one text comes from stdin', async () => {
  const place = await placeWithQuest();
  const { code, stderr } = await place.quest('drop', '--task', 'T1', '--reason', '-', '--from', '@owner');
  assert.equal(code, 2);
  assert.match(stderr, /--reason is empty/);
});

test('a text past the limit of a line is refused by name and nothing is lost', async () => {
  const place = await placeWithQuest();
  const before = readFileSync(place.file);
  const args = ['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', '-'];
  for (const size of [1024 * 1024, 1024 * 1024 + 1, 50_000_000]) {
    const { code, stderr } = await questline(args, { cwd: place.folder, input: 'x'.repeat(size) });
    assert.equal(code, 1);
    assert.match(stderr, /QL_LINE_BYTES_MAX|larger than 1048576 bytes/);
  }
  assert.deepEqual(readFileSync(place.file), before);
  const largest = 'x'.repeat(1_000_000);
  assert.equal((await questline(args, { cwd: place.folder, input: largest })).code, 0);
  assert.equal((await view(place)).talk.at(-1)?.text, largest);
});

test('control characters of a text do not reach the terminal', async () => {
  const place = await placeWithQuest('@lead,@api');
  const evil = 'red \u001b[31m\u0007 bell \u202e turned \u009b31m';
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', evil);
  await place.quest('respond', '--from', '@lead', '--msg', evil);
  const monitor = ['quest', 'monitor', '--role', 'worker', '--agent', '@api', '--quest', place.id];
  for (const args of [['quest', 'log', '--quest', place.id], ['quest', 'show', '--quest', place.id], monitor]) {
    const { stdout } = await place.run(...args);
    assert.doesNotMatch(stdout, /[\u001b\u0007\u202e\u009b]/);
    assert.match(stdout, /red \\u001b\[31m\\u0007 bell \\u202e turned \\u009b31m/);
  }
  assert.equal((await view(place)).talk[1]?.text, evil);
  const unknown = await place.run('quest', 'show', '--quest', '\u001b[31mx');
  assert.match(unknown.stderr, /\\u001b\[31mx/);
});

/* ---- reading ---- */

test('show, list and log tell the same quest', async () => {
  const place = await withWorkerHolding();
  const shown = await place.quest('show');
  assert.match(shown.stdout, /^Add login\nQuest .{10}, running\nThe turn is held by @api\.$/m);
  assert.match(shown.stdout, /T1 +open +@api/);
  const listed = await place.run('quest', 'list');
  assert.match(listed.stdout, new RegExp(`^${place.id} +running +Add login +turn: @api$`, 'm'));
  const lines = (await place.quest('log')).stdout.trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[1] ?? '', /^ +1 +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +@lead message T1 to @api: Write the callback\.$/);
  const { events, n } = await place.json<{ events: { n: number; data: { msg?: string } }[]; n: number }>('quest', 'log', '--quest', place.id);
  assert.equal(n, 3);
  assert.deepEqual(events.map((event) => event.data.msg), [undefined, 'Write the callback.', 'Instructions sent.']);
  const { quests } = await place.json<{ quests: { id: string; holders: string[] }[] }>('quest', 'list');
  assert.deepEqual(quests.map(({ id, holders }) => [id, holders]), [[place.id, ['@api']]]);
});

test('an accepted command with --json gives the event and who holds the turn', async () => {
  const place = await placeWithQuest();
  const answer = await place.json<{ n: number; holders: string[]; status: string; event: { type: string; data: { task: string } } }>(
    ...['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', 'x'],
  );
  assert.deepEqual([answer.n, answer.holders, answer.status], [2, ['@lead'], 'running']);
  assert.deepEqual([answer.event.type, answer.event.data.task], ['message', 'T1']);
});

test('a quest is found by any unique beginning of its id, however it is spelled', async () => {
  const place = await placeWithQuest();
  const spellings = [place.id, place.id.slice(0, 4), place.id.toUpperCase(), `${place.id.slice(0, 5)}-${place.id.slice(5)}`];
  for (const spelling of [...spellings, place.id.replaceAll('0', 'O').replaceAll('1', 'l'), place.file, join('.questline/quests', `${place.id}.quest`)])
    assert.equal((await place.run('quest', 'show', '--quest', spelling)).code, 0, spelling);
  for (const missing of ['zzzzzzzzzzzz', '', '-', `${place.id}0`]) {
    const { code, stderr } = await place.run('quest', 'show', '--quest', missing);
    assert.equal(code, 1);
    assert.match(stderr, /There is no quest whose id begins with/);
  }
});

test('an ambiguous beginning is answered with the candidates', async () => {
  const place = new Place();
  for (let i = 0; i < 33; i++) await place.create(); // one more than there are first characters
  const ids = place.quests().map((name) => name.slice(0, 10));
  const first = ids.map((id) => id.slice(0, 1)).find((start, i, all) => all.indexOf(start) !== i) ?? '';
  const { code, stderr } = await place.run('quest', 'show', '--quest', first);
  assert.equal(code, 1);
  for (const id of ids.filter((id) => id.startsWith(first))) assert.match(stderr, new RegExp(id));
});
