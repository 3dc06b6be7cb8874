// The defects of the scripts that this protocol comes from, D1 to D15: each is tried here, and the right thing happens.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { finish, Place, placeWithQuest, questline, start, type Result } from './harness.ts';

interface View {
  status: string;
  holders: string[];
  groups: string[][];
  talk: { by: string; type: string; text: string | null; to: string[] }[];
}
const view = (place: Place): Promise<View> => place.json<View>('quest', 'show', '--quest', place.id);
const monitor = (place: Place, role: string, agent: string, timeout = '0'): Promise<Result> =>
  place.run('quest', 'monitor', '--role', role, '--agent', agent, '--quest', place.id, '--timeout', timeout);
const tell = (place: Place, to: string, msg = 'x'): Promise<Result> => place.quest('message', '--from', '@lead', '--to', to, '--msg', msg);
const go = (place: Place): Promise<Result> => place.quest('respond', '--from', '@lead', '--msg', 'Go.');

function refused(result: Result, code: string): void {
  assert.equal(result.code, 5, result.stderr);
  assert.match(result.stderr, new RegExp(`^refused\\[${code}\\] `));
}

test('D1: message, then respond, is the leader\'s turn and its end; nobody is made the sender who did not speak', async () => {
  const place = await placeWithQuest();
  await tell(place, '@api');
  assert.equal((await place.quest('respond', '--msg', 'Go.')).code, 2, 'who speaks is said');
  assert.equal((await go(place)).code, 0);
  const { holders, talk } = await view(place);
  assert.deepEqual(holders, ['@api']);
  assert.deepEqual(talk.map(({ by }) => by), ['@owner', '@lead', '@lead']);
});

test('D2: the leader messages a second worker in the same turn', async () => {
  const place = await placeWithQuest();
  assert.equal((await tell(place, '@api')).code, 0);
  assert.equal((await tell(place, '@tests')).code, 0);
  await go(place);
  assert.deepEqual((await view(place)).holders, ['@api']);
  await place.quest('respond', '--from', '@api', '--msg', 'Done.');
  assert.deepEqual((await view(place)).holders, ['@tests']);
});

test('D3: a message to nobody in the quest is refused and the turn stays', async () => {
  const place = await placeWithQuest();
  refused(await tell(place, '@apii'), 'not_recruited');
  assert.deepEqual((await view(place)).holders, ['@lead']);
});

test('D4: a failed quest accepts nothing and stays failed', async () => {
  const place = await placeWithQuest();
  await place.quest('fail', '--reason', 'x');
  refused(await tell(place, '@api'), 'quest_over');
  assert.equal((await view(place)).status, 'failed');
});

test('D5: only the leader completes or fails, on its turn; only the owner pauses or aborts', async () => {
  const place = await placeWithQuest();
  await tell(place, '@api');
  await go(place);
  refused(await place.quest('complete', '--from', '@tests', '--summary', 'x'), 'leader_only');
  refused(await place.quest('complete', '--from', '@lead', '--summary', 'x'), 'not_your_turn');
  refused(await place.quest('fail', '--from', '@lead'), 'not_your_turn');
  for (const command of ['pause', 'abort']) refused(await place.quest(command, '--from', '@api'), 'owner_only');
  assert.equal((await view(place)).status, 'running');
});

test('D6: a quest that ended has no holder', async () => {
  for (const ending of [['complete', '--from', '@lead', '--summary', 'x'], ['fail'], ['abort']] as [string, ...string[]][]) {
    const place = await placeWithQuest();
    await place.quest(...ending);
    assert.deepEqual((await view(place)).holders, []);
  }
});

test('D7: the leader\'s monitor says that the quest is over', async () => {
  const place = await placeWithQuest();
  await place.quest('complete', '--from', '@lead', '--summary', 'x');
  const { code, stdout } = await monitor(place, 'leader', '@lead', '60');
  assert.equal(code, 4);
  assert.match(stdout, /completed\.\nThe quest is over/);
});

test('D8: a worker waits in its new quest although its older ones are over', async () => {
  const place = await placeWithQuest();
  await place.quest('complete', '--from', '@lead', '--summary', 'x');
  await place.create();
  const waiting = finish(start(['quest', 'monitor', '--role', 'worker', '--agent', '@api', '--quest', place.id], { cwd: place.folder }));
  await tell(place, '@api');
  await go(place);
  assert.equal((await waiting).code, 0);
});

test('D9: a failed quest releases its worker', async () => {
  const place = await placeWithQuest();
  const waiting = finish(start(['quest', 'monitor', '--role', 'worker', '--agent', '@api', '--quest', place.id], { cwd: place.folder }));
  await place.quest('fail', '--reason', 'No provider.');
  assert.equal((await waiting).code, 4);
});

test('D10: no size makes the history disappear', async () => {
  const place = await placeWithQuest();
  for (let i = 0; i < 4; i++) {
    const args = ['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', '-'];
    assert.equal((await questline(args, { cwd: place.folder, input: `${i}`.repeat(60_000) })).code, 0);
  }
  const { talk } = await view(place);
  assert.deepEqual(talk.slice(1).map(({ text }) => [text?.length, text?.[0]]), [0, 1, 2, 3].map((i) => [60_000, `${i}`]));
});

test('D11: names are normalised everywhere and matched exactly', async () => {
  const place = await placeWithQuest('backend.lead,backend.api,@backend.api-gateway');
  assert.equal((await place.quest('message', '--from', 'backend.lead', '--to', '@backend.api-gateway', '--msg', 'x')).code, 0);
  await place.quest('respond', '--from', '@backend.lead', '--msg', 'Go.');
  assert.equal((await monitor(place, 'worker', 'backend.api')).code, 3);
  assert.equal((await monitor(place, 'worker', '"@Backend.API-Gateway"')).code, 0);
});

test('D12: of writers at the same moment none is told yes and then forgotten', async () => {
  const place = await placeWithQuest();
  const texts = Array.from({ length: 24 }, (_, i) => `text ${i}`);
  const results = await Promise.all(texts.map((text) => tell(place, '@api', text)));
  const accepted = texts.filter((_, i) => results[i]?.code === 0);
  const { talk } = await view(place);
  assert.deepEqual(talk.slice(1).map(({ text }) => text).sort(), accepted.sort());
  assert.equal(accepted.length, texts.length);
});

test('D13: the monitor shows from whom the instructions come', async () => {
  const place = await placeWithQuest();
  await tell(place, '@api', 'Write the callback.');
  await go(place);
  assert.match((await monitor(place, 'worker', '@api')).stdout, /^Event 1, from @lead, task T1:\n {2}Write the callback\.$/m);
});

test('D14: no message to oneself, no two quests of one name, no unknown quest that exits 0, no list that is half JSON', async () => {
  const place = await placeWithQuest();
  refused(await tell(place, '@lead'), 'self');
  const made = await Promise.all(Array.from({ length: 8 }, () => place.run('quest', 'create', '--mission', 'm', '--agents', '@a')));
  assert.equal(new Set(made.map(({ stdout }) => stdout)).size, 8);
  assert.equal((await place.run('quest', 'show', '--quest', 'zzzzzzzzzz')).code, 1);
  assert.equal((await place.run('quest', 'create', '--mission', 'm', '--agents', '["@a","@b"')).code, 2);
});

test('D15: the groups of a plan and every word that was said are in the quest, pauses and reasons included', async () => {
  const place = await placeWithQuest();
  await place.quest('pause', '--reason', 'Under review.');
  await place.quest('resume', '--reason', 'Reviewed: go on.');
  const { talk } = await view(place);
  assert.deepEqual(talk.slice(1).map(({ type, text }) => [type, text]), [['pause', 'Under review.'], ['resume', 'Reviewed: go on.']]);
  const plan = 'IMPLEMENTATION PLAN:\n1. Build it\n\nTask T1: Build it\n  → Assign to: @api\n\nTask T2: Test it\n  → Assign to: @tests\n  → Depends on: T1\n';
  const text = `OBJECTIVE: Build\nLEADER: @lead\n\n${plan}`;
  const { stdout, stderr } = await questline(['quest', 'create', '--plan', '-'], { cwd: place.folder, input: text });
  place.id = stdout.trim();
  assert.notEqual(place.id, '', stderr);
  assert.deepEqual((await view(place)).groups, [['T1'], ['T2']]);
});
