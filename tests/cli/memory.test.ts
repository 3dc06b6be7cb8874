import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { folder, placeWithQuest, questline } from './harness.ts';

interface Graph {
  entities: { name: string; entityType: string; observations: string[] }[];
  relations: { from: string; to: string; relationType: string }[];
}

/** Commands on a memory file of its own. */
function memory(): { file: string; run: (...args: string[]) => ReturnType<typeof questline>; graph: () => Promise<Graph> } {
  const file = join(folder(), 'memory.jsonl');
  const run = (...args: string[]): ReturnType<typeof questline> => questline(['memory', ...args, '--file', file]);
  return { file, run, graph: async () => JSON.parse((await run('read', '--json')).stdout) as Graph };
}

test('S25: what is remembered is found, and forgotten again', async () => {
  const { file, run, graph } = memory();
  assert.equal((await run('create', 'billing', 'module', 'Owns invoices')).stdout, 'It is remembered.\n');
  assert.equal((await run('create', 'billing', 'module')).stdout, 'That is known already.\n');
  assert.equal((await run('observe', 'billing', 'Owns invoices')).stdout, 'That is known already.\n');
  assert.equal((await run('observe', 'billing', 'Deployed on Tuesdays')).code, 0);
  assert.equal((await run('relate', 'billing', 'uses', 'queue')).code, 0);
  assert.equal(
    (await run('search', 'invoices')).stdout,
    'billing (module)\n  - Owns invoices\n  - Deployed on Tuesdays\nbilling -- uses -> queue\n',
  );
  assert.equal(
    readFileSync(file, 'utf8'),
    '{"type":"entity","name":"billing","entityType":"module","observations":["Owns invoices","Deployed on Tuesdays"]}\n' +
      '{"type":"relation","from":"billing","to":"queue","relationType":"uses"}',
  );
  assert.equal((await run('delete', 'billing', 'Owns invoices')).code, 0);
  assert.deepEqual((await graph()).entities[0]?.observations, ['Deployed on Tuesdays']);
  assert.equal((await run('unrelate', 'billing', 'uses', 'queue')).code, 0);
  assert.equal((await run('delete', 'billing')).code, 0);
  assert.deepEqual(await graph(), { entities: [], relations: [] });
  assert.equal((await run('read')).stdout, 'Nothing is there.\n');
});

test('S25: flags are pending until they are settled', async () => {
  const { run } = memory();
  await run('create', 'rotate-key', 'flag', 'status: pending');
  assert.equal((await run('pending')).stdout, 'rotate-key (flag)\n  - status: pending\n');
  await run('observe', 'rotate-key', 'status: done');
  assert.equal((await run('pending')).stdout, 'Nothing is pending.\n');
});

test('S25: a file of that server is taken over, and given back as it was', async () => {
  const { file, run } = memory();
  const theirs = '{"type":"entity","name":"a \\"b\\"","entityType":"t","observations":["é"]}\n{"type":"relation","from":"x","to":"y","relationType":"z"}';
  const other = join(folder(), 'theirs.jsonl');
  writeFileSync(other, theirs);
  assert.equal((await run('import', other)).stdout, 'Remembered now: entities 1, relations 1.\n');
  assert.equal(readFileSync(file, 'utf8'), theirs);
  assert.equal((await run('export')).stdout, theirs);
  assert.equal((await run('import', other, '--json')).stdout, '{"entities":1,"relations":1}\n');
  writeFileSync(other, `${theirs}\nnonsense`);
  const bad = await run('import', other);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /theirs\.jsonl:3/);
  assert.equal(readFileSync(file, 'utf8'), theirs);
});

test('many who write at once lose nothing', async () => {
  const { run, graph } = memory();
  const codes = await Promise.all(Array.from({ length: 8 }, (_, i) => run('create', `n${i}`, 't')));
  assert.deepEqual(codes.map(({ code, stderr }) => [code, stderr]), codes.map(() => [0, '']));
  assert.equal((await graph()).entities.length, 8);
});

test('wrong use is said, and writes nothing', async () => {
  const { file, run } = memory();
  assert.equal((await run('create', 'a')).code, 2);
  assert.equal((await run('relate', 'a', 'b')).code, 2);
  assert.equal((await run('search')).code, 2);
  assert.equal((await run('observe', 'nobody', 'x')).code, 1);
  assert.equal(existsSync(file), false);
  writeFileSync(file, 'no JSON');
  assert.equal((await run('create', 'a', 't')).code, 1);
  assert.equal(readFileSync(file, 'utf8'), 'no JSON');
});

test('S25: a quest teaches when it is over, once', async () => {
  const place = await placeWithQuest('@lead,@api');
  const early = await place.run('memory', 'learn', '--quest', place.id);
  assert.equal(early.code, 1);
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Write it');
  await place.quest('fail', '--from', '@lead', '--reason', 'The provider is gone.');
  assert.equal((await place.run('memory', 'learn', '--quest', place.id)).code, 0);
  const found = await place.run('memory', 'search', 'provider is gone');
  assert.match(found.stdout, /The provider is gone\./);
  const first = (await place.run('memory', 'export')).stdout;
  await place.run('memory', 'learn', '--quest', place.id);
  assert.equal((await place.run('memory', 'export')).stdout, first);
});
