// A running quest changes hands between processes; what is due happens though nobody says so.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { finish, Place, questline, start, teamFolder, until } from './harness.ts';

interface Line {
  e: { by: string; t: string; d: { task?: string } };
}

const lines = (place: Place): Line[] =>
  readFileSync(place.file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

const types = (place: Place): string[] => lines(place).map(({ e }) => e.t);

/** Starts a run and kills it when the last event is as said. */
async function killed(last: (line: Line) => boolean): Promise<Place> {
  const place = new Place();
  const run = start(['run', '--specs', teamFolder(), '--agent', 'orchestrator', '--pace', '300', 'Add login with OAuth2'], { cwd: place.folder });
  const ended = finish(run);
  const there = (): boolean => {
    try {
      place.id = place.quests()[0]?.replace('.quest', '') ?? '';
      const line = place.id ? lines(place).at(-1) : undefined;
      return line !== undefined && last(line);
    } catch {
      return false; // the folder is not made yet
    }
  };
  await until(there, 'the event', run);
  run.kill('SIGKILL');
  await ended;
  return place;
}

const moments: [string, (line: Line) => boolean][] = [
  ['in mid turn', ({ e }) => e.t === 'message' && e.by === '@orchestrator'],
  ['at a turn boundary', ({ e }) => e.t === 'respond' && e.by === '@orchestrator'],
];
for (const [moment, last] of moments)
  test(`a run killed ${moment} is taken over; what its process still sends is stale`, async () => {
    const place = await killed(last);
    const before = types(place).length;
    const claim = await place.json<{ fence: number; n: number }>(
      ...['quest', 'claim', '--quest', place.id, '--agent', '@orchestrator', '--seat', 'rehearsal'],
    );
    assert.deepEqual([claim.fence, claim.n], [2, before + 1]);

    const bytes = readFileSync(place.file);
    for (const late of [
      ['message', '--from', '@orchestrator', '--to', '@api-builder', '--msg', 'Late.'],
      ['respond', '--from', '@orchestrator', '--msg', 'Late.'],
      ['complete', '--from', '@orchestrator', '--summary', 'Late.'],
    ]) {
      const { code, stdout } = await place.quest(late[0] ?? '', ...late.slice(1), '--fence', '1', '--json');
      assert.deepEqual([code, JSON.parse(stdout).refusal.code], [5, 'stale_fence'], late[0]);
    }
    assert.deepEqual(readFileSync(place.file), bytes);

    const rest = await place.run('run', '--quest', place.id);
    assert.equal(rest.code, 0, rest.stdout + rest.stderr);
    assert.equal(types(place).at(-1), 'complete');
    assert.equal((await place.run('verify', place.file)).code, 0);
  });

test('of several processes that claim a seat for themselves one gets it', async () => {
  const place = new Place();
  await place.create();
  const claims = await Promise.all(
    Array.from({ length: 6 }, () => place.quest('claim', '--agent', '@api', '--from', '@api', '--json')),
  );
  assert.deepEqual(claims.map(({ code }) => code).sort(), [0, 5, 5, 5, 5, 5]);
  for (const { code, stdout } of claims) if (code === 5) assert.equal(JSON.parse(stdout).refusal.code, 'seat_taken');
  assert.equal(types(place).filter((type) => type === 'claim').length, 1);
});

/* ---- what is due ---- */

async function withDeadline(deadlines: string): Promise<Place> {
  const place = new Place();
  const { stdout } = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead,@api', '--deadlines', deadlines);
  place.id = stdout.trim();
  return place;
}

const asks = (place: Place, agent: string, seconds: string): string[] =>
  ['quest', 'monitor', '--role', agent === '@lead' ? 'leader' : agent === '@owner' ? 'owner' : 'worker', '--agent', agent, '--quest', place.id]
    .concat(['--timeout', seconds]);

test('monitors that wait together write one tick when a limit passes', async () => {
  const place = await withDeadline('turn=1500ms,quest=1h');
  const begun = performance.now();
  const waiting = ['@api', '@api', '@owner', '@api', '@owner'].map((agent) => finish(start(asks(place, agent, '4'), { cwd: place.folder })));
  const results = await Promise.all(waiting);
  assert.ok(performance.now() - begun < 60_000);
  assert.deepEqual(types(place), ['create', 'tick']);
  for (const { code, stdout, stderr } of results) {
    assert.equal(code, 3, stderr);
    assert.match(stdout, /^\[PAUSED\] /m);
    assert.match(stdout, /Exit code 3: not yet, and nothing is wrong\. Ask again now:/);
  }
  assert.match(results[2]?.stdout ?? '', /A turn took longer than its deadline/);
});

test('what is due already happens before the answer, and once', async () => {
  const place = await withDeadline('quest=1ms');
  const { code, stdout } = await place.run(...asks(place, '@lead', '0'));
  assert.equal(code, 4);
  assert.match(stdout, /^\[OVER\] .*timed_out/);
  assert.equal((await place.run(...asks(place, '@lead', '0'))).code, 4);
  assert.deepEqual(types(place), ['create', 'tick']);
});

test('nothing due: no tick is written, and the time limit has its own exit code', async () => {
  const place = await withDeadline('turn=1h');
  const { code, stdout } = await place.run(...asks(place, '@api', '1'));
  assert.equal(code, 3);
  assert.match(stdout, /^\[WAIT\] /);
  assert.deepEqual(types(place), ['create']);
});

test('run lets happen what is due', async () => {
  const place = await withDeadline('quest=1ms');
  const { stdout } = await place.run('run', '--quest', place.id);
  assert.match(stdout, /timed_out/);
  assert.deepEqual(types(place), ['create', 'tick']);
});

test('import tells how many events were added', async () => {
  const theirs = new Place();
  await theirs.create();
  const mine = new Place();
  const take = async (): Promise<number> =>
    (JSON.parse((await questline(['quest', 'import', theirs.file, '--json'], { cwd: mine.folder })).stdout) as { added: number }).added;
  assert.equal(await take(), 1);
  assert.equal(await take(), 0);
  await theirs.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  await theirs.quest('respond', '--from', '@lead', '--msg', 'x');
  assert.equal(await take(), 2);
});
