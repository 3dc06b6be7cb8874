import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';

import { finish, Place, placeWithQuest, start } from './harness.ts';

const asks = (place: Place, role: string, agent: string, ...more: string[]): string[] =>
  ['quest', 'monitor', '--role', role, '--agent', agent, '--quest', place.id, ...more];

interface Monitor {
  turn: string;
  holders: string[];
  inbox: { from: string; text: string; task?: string; kind?: string }[];
}

test('your turn: exit 0, what was said, and the command to answer with', async () => {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write the\ncallback.');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  const { code, stdout } = await place.run(...asks(place, 'worker', 'api'));
  assert.equal(code, 0);
  assert.match(stdout, /^\[YOUR-TURN\] @api: worker of quest /);
  assert.match(stdout, /^Event 1, from @lead, task T1:\n {2}Write the\n {2}callback\.$/m);
  assert.match(stdout, new RegExp(`^  questline quest respond --quest ${place.id} --from @api `, 'm'));
  const json = await place.json<Monitor>(...asks(place, 'worker', 'api'));
  assert.deepEqual([json.turn, json.inbox[0]?.from, json.inbox[0]?.text, json.inbox[0]?.task], ['yours', '@lead', 'Write the\ncallback.', 'T1']);
});

test('the leader reads how its workers ended', async () => {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  await place.quest('respond', '--from', '@api', '--kind', 'blocked', '--msg', 'No key.');
  const { code, stdout } = await place.run(...asks(place, 'leader', '@lead'));
  assert.equal(code, 0);
  assert.match(stdout, /^Event 3, from @api, BLOCKED:\n {2}No key\.$/m);
  assert.match(stdout, /questline quest message .* --from @lead --to NAME --msg TEXT/);
  const { inbox } = await place.json<Monitor>(...asks(place, 'leader', '@lead'));
  assert.deepEqual(inbox.map(({ from, kind }) => [from, kind]), [['@api', 'blocked']]);
});

test('not yet: exit 3 once the time is over, with who holds and the command to ask again', async () => {
  const place = await placeWithQuest();
  const begun = performance.now();
  const { code, stdout } = await place.run(...asks(place, 'worker', '@api', '--timeout', '1'));
  assert.equal(code, 3);
  assert.ok(performance.now() - begun >= 1000);
  assert.match(stdout, /^The turn is held by @lead\.$/m);
  assert.match(stdout, new RegExp(`^  questline quest monitor --role worker --agent @api --quest ${place.id}$`, 'm'));
});

test('the first word is a tag, one for each answer', async () => {
  const place = await placeWithQuest();
  const first = async (role: string, agent: string): Promise<string | undefined> =>
    (await place.run(...asks(place, role, agent, '--timeout', '0'))).stdout.split(' ')[0];
  assert.equal(await first('leader', '@lead'), '[YOUR-TURN]');
  assert.equal(await first('worker', '@api'), '[WAIT]');
  await place.quest('pause');
  assert.equal(await first('leader', '@lead'), '[PAUSED]');
  await place.quest('abort');
  for (const [role, agent] of [['leader', '@lead'], ['worker', '@api'], ['owner', '@owner']] as const)
    assert.equal(await first(role, agent), '[OVER]');
});

test('what it waits for is said at once: a caller that kills it has read it', async () => {
  const place = await placeWithQuest();
  const child = start(asks(place, 'worker', '@api'), { cwd: place.folder });
  const ended = finish(child);
  child.stdout?.once('data', () => child.kill('SIGKILL'));
  const { stdout } = await ended;
  assert.match(stdout, /^\[WAIT\] @api: worker of quest [0-9a-z]{10}, running\. Listening for up to 90 s\.\n$/);
  const limit = Number(/up to (\d+) s/.exec(stdout)?.[1]);
  assert.ok(limit < 120, 'less than the time coding agents give a command');
});

test('not yet: it says that nothing is wrong, and its last line is the command to type', async () => {
  const place = await placeWithQuest();
  const { code, stdout } = await place.run(...asks(place, 'worker', '@api', '--timeout', '1'));
  assert.equal(code, 3);
  const lines = stdout.trimEnd().split('\n');
  assert.match(lines.at(-2) ?? '', /^Exit code 3: not yet, and nothing is wrong\. Ask again now:$/);
  assert.equal(lines.at(-1), `  questline quest monitor --role worker --agent @api --quest ${place.id}`);
  assert.equal(lines.filter((line) => line.startsWith('[WAIT] ')).length, 2, 'at once and at the end');
});

test('--json prints one value and no more', async () => {
  const place = await placeWithQuest();
  const { code, stdout } = await place.run(...asks(place, 'worker', '@api', '--timeout', '1', '--json'));
  assert.equal(code, 3);
  assert.equal((JSON.parse(stdout) as Monitor).turn, 'wait');
});

test('--timeout 0 looks once', async () => {
  const place = await placeWithQuest();
  const begun = performance.now();
  assert.equal((await place.run(...asks(place, 'worker', '@api', '--timeout', '0'))).code, 3);
  assert.ok(performance.now() - begun < 900);
});

test('a turn that comes wakes the monitor, and so does the end', async () => {
  const place = await placeWithQuest();
  const api = finish(start(asks(place, 'worker', '@api', '--timeout', '60'), { cwd: place.folder }));
  const tests = finish(start(asks(place, 'worker', '@tests', '--timeout', '60'), { cwd: place.folder }));
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  const sent = performance.now();
  assert.equal((await api).code, 0);
  assert.ok(performance.now() - sent < 3000, 'it was notified, it did not come by to look');
  await place.quest('respond', '--from', '@api', '--msg', 'Done.');
  await place.quest('complete', '--from', '@lead', '--summary', 'x');
  const over = await tests;
  assert.equal(over.code, 4);
  assert.match(over.stdout, /The quest is over\. Stop monitoring\./);
});

for (const [ending, ...args] of [
  ['completed', 'complete', '--from', '@lead', '--summary', 'x'],
  ['failed', 'fail'],
  ['aborted', 'abort'],
] as [string, string, ...string[]][]) {
  test(`over: exit 4 for leader and worker of a ${ending} quest`, async () => {
    const place = await placeWithQuest();
    await place.quest(...args);
    for (const [role, agent] of [['leader', '@lead'], ['worker', '@api'], ['owner', '@owner']] as const) {
      const { code, stdout } = await place.run(...asks(place, role, agent));
      assert.equal(code, 4);
      assert.match(stdout, new RegExp(`, ${ending}\\.$`, 'm'));
    }
  });
}

test('paused: exit 3 even for who holds; resuming wakes it', async () => {
  const place = await placeWithQuest();
  await place.quest('pause');
  const { code, stdout } = await place.run(...asks(place, 'leader', '@lead', '--timeout', '0'));
  assert.equal(code, 3);
  assert.match(stdout, /paused/);
  const waiting = finish(start(asks(place, 'leader', '@lead', '--timeout', '60'), { cwd: place.folder }));
  await place.quest('resume');
  assert.equal((await waiting).code, 0);
});

test('a monitor that waits uses next to no processor time', async () => {
  const place = await placeWithQuest();
  const child = start(asks(place, 'worker', '@api', '--timeout', '60'), { cwd: place.folder });
  const ended = finish(child);
  await new Promise((resolve) => setTimeout(resolve, 1500)); // the time it is measured over
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ticks = Number(fields[11]) + Number(fields[12]); // hundredths of a second, user and system
  child.kill('SIGTERM');
  await ended;
  assert.ok(ticks <= 5, `${ticks} ticks`);
});

test('who is not in the quest is refused with a suggestion', async () => {
  const place = await placeWithQuest();
  const { code, stderr } = await place.run(...asks(place, 'worker', '@aip'));
  assert.equal(code, 5);
  assert.match(stderr, /^refused\[not_recruited\] .*Did you mean @api\?/);
  const json = await place.run(...asks(place, 'worker', '@aip'), '--json');
  assert.deepEqual([json.code, JSON.parse(json.stdout).refusal.code], [5, 'not_recruited']);
});

test('a role that is not the agent\'s is wrong usage', async () => {
  const place = await placeWithQuest();
  const { code, stderr } = await place.run(...asks(place, 'leader', '@api'));
  assert.equal(code, 2);
  assert.match(stderr, /@api has the role worker in this quest, not leader/);
});

test('a quest that is not there is a failure at once', async () => {
  const place = await placeWithQuest();
  place.id = 'zzzz';
  assert.equal((await place.run(...asks(place, 'worker', '@api'))).code, 1);
});

test('a quest removed while waiting is said', async () => {
  const place = await placeWithQuest();
  const child = start(asks(place, 'worker', '@api', '--timeout', '60'), { cwd: place.folder });
  const ended = finish(child);
  setTimeout(() => rmSync(place.file), 300);
  const { code, stderr } = await ended;
  assert.equal(code, 1);
  assert.match(stderr, /was removed/);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a wait with 130`, async () => {
    const place = await placeWithQuest();
    const child = start(asks(place, 'worker', '@api', '--timeout', '60'), { cwd: place.folder });
    const ended = finish(child);
    setTimeout(() => child.kill(signal), 300);
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    assert.match(stderr, /Interrupted/);
  });
}
