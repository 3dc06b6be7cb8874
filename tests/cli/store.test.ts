import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { binary, folder, Place, placeWithQuest, questline, shared } from './harness.ts';

test('the store is found from any folder below', async () => {
  const place = await placeWithQuest();
  const below = join(place.folder, 'a/b/c');
  mkdirSync(below, { recursive: true });
  const shown = await questline(['quest', 'show', '--quest', place.id], { cwd: below });
  assert.equal(shown.code, 0);
  const { stdout } = await questline(['quest', 'create', '--mission', 'm', '--agents', '@a'], { cwd: below });
  assert.ok(place.quests().includes(`${stdout.trim()}.quest`));
});

test('--store takes the place of .questline', async () => {
  const place = new Place();
  const store = join(folder(), "it's here");
  mkdirSync(store);
  const { stdout } = await place.run('quest', 'create', '--mission', 'm', '--agents', '@lead,@api', '--store', store);
  const id = stdout.trim();
  assert.ok(existsSync(join(store, 'quests', `${id}.quest`)));
  const { stdout: text } = await place.run('quest', 'monitor', '--role', 'leader', '--agent', '@lead', '--quest', id, '--store', store);
  const typed = text.split('\n').find((line) => line.includes('quest message')) ?? '';
  const command = typed.trim().replace('questline', binary).replace('NAME', '@api').replace('TEXT', 'hello');
  assert.equal(spawnSync('sh', ['-c', command], { cwd: place.folder }).status, 0, typed);
});

test('without a store, reading says where to look', async () => {
  const { code, stderr } = await questline(['quest', 'list'], { cwd: folder() });
  assert.equal(code, 1);
  assert.match(stderr, /no \.questline folder here or above/);
});

test('an empty store lists nothing', async () => {
  const place = new Place();
  mkdirSync(join(place.folder, '.questline/quests'), { recursive: true });
  const { code, stdout, stderr } = await place.run('quest', 'list');
  assert.deepEqual([code, stdout], [0, '']);
  assert.match(stderr, /no quest in/);
  assert.deepEqual(await place.json('quest', 'list'), { quests: [] });
});

/* ---- a torn tail ---- */

for (const tail of ['{"e":{"at":1', '\0\0\0', 'x']) {
  test(`a torn tail (${JSON.stringify(tail)}) is left alone by readers and moved aside by the next writer`, async () => {
    const place = await placeWithQuest();
    const whole = readFileSync(place.file);
    appendFileSync(place.file, tail);
    const state = await place.stateHash();
    for (const args of [['quest', 'show', '--quest', place.id], ['quest', 'log', '--quest', place.id], ['quest', 'list']]) {
      const { code, stderr } = await place.run(...args);
      assert.equal(code, 0);
      assert.match(stderr, /no whole event and are left out/);
    }
    assert.equal((await place.run('verify', place.file)).code, 1);
    assert.deepEqual(readFileSync(place.file), Buffer.concat([whole, Buffer.from(tail)]));
    const { code, stderr } = await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
    assert.equal(code, 0);
    assert.match(stderr, /no whole event; a write was cut short\. They are in .*\.torn now/);
    assert.equal(readFileSync(place.file.replace(/quest$/, 'torn'), 'utf8'), tail);
    assert.equal((await place.run('verify', place.file)).code, 0);
    assert.notEqual(await place.stateHash(), state);
  });
}

test('a file outside of any store is used by its path, and the commands that are told name it', async () => {
  const place = await placeWithQuest();
  const elsewhere = join(folder(), "the team's.quest");
  writeFileSync(elsewhere, readFileSync(place.file));
  const { stdout } = await questline(['quest', 'monitor', '--role', 'leader', '--agent', '@lead', '--quest', elsewhere], { cwd: '/' });
  const typed = stdout.split('\n').find((line) => line.includes('quest message')) ?? '';
  const command = typed.trim().replace('questline', binary).replace('NAME', '@api').replace('TEXT', 'hello');
  assert.equal(spawnSync('sh', ['-c', command], { cwd: '/' }).status, 0, typed);
});

test('a second torn tail is added to the first', async () => {
  const place = await placeWithQuest();
  for (const tail of ['one', 'two']) {
    appendFileSync(place.file, tail);
    await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', tail);
  }
  assert.equal(readFileSync(place.file.replace(/quest$/, 'torn'), 'utf8'), 'onetwo');
});

test('a refused command mends a torn tail all the same, and adds nothing', async () => {
  const place = await placeWithQuest();
  const whole = readFileSync(place.file);
  appendFileSync(place.file, '{"e"');
  assert.equal((await place.quest('respond', '--from', '@api', '--msg', 'x')).code, 5);
  assert.deepEqual(readFileSync(place.file), whole);
});

/* ---- damage ---- */

test('a damaged quest is neither read nor written', async () => {
  const place = await placeWithQuest();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  const bytes = readFileSync(place.file);
  const salt = bytes.length - 20; // inside the opening's salt: another character of its alphabet
  bytes[salt] = bytes[salt] === 0x41 ? 0x42 : 0x41;
  writeFileSync(place.file, bytes);
  for (const args of [['show'], ['log'], ['respond', '--from', '@lead', '--msg', 'x']] as [string, ...string[]][]) {
    const { code, stderr } = await place.quest(...args);
    assert.equal(code, 1);
    assert.match(stderr, /is damaged at line 2 \(commitment msg\)\. See questline verify /);
  }
  const monitor = await place.run('quest', 'monitor', '--role', 'worker', '--agent', '@api', '--quest', place.id);
  assert.equal(monitor.code, 1);
  assert.deepEqual(readFileSync(place.file), bytes);
  await place.create();
  const listed = await place.run('quest', 'list');
  assert.equal(listed.code, 1);
  assert.match(listed.stdout, new RegExp(place.id), 'the sound one is listed');
  const { quests } = await place.json<{ quests: { id?: string; file: string; error?: { line: number; status: string } }[] }>('quest', 'list');
  assert.deepEqual(quests.map(({ id, error }) => [id === place.id, error?.status]).sort(), [[false, 'QL_ERR_INTEGRITY'], [true, undefined]]);
});

test('a file that is no quest, a folder, an empty file', async () => {
  const place = new Place();
  const quests = join(place.folder, '.questline/quests');
  mkdirSync(join(quests, 'aaaa.quest'), { recursive: true });
  writeFileSync(join(quests, 'bbbb.quest'), 'hello\n');
  writeFileSync(join(quests, 'cccc.quest'), '');
  for (const [id, code] of [['aaaa', 1], ['bbbb', 1], ['cccc', 0]] as const)
    assert.equal((await place.run('quest', 'show', '--quest', id)).code, code, id);
  const { code, stderr } = await place.run('quest', 'message', '--quest', 'cccc', '--from', '@a', '--to', '@b', '--msg', 'x');
  assert.equal(code, 5);
  assert.match(stderr, /refused\[not_created\]/);
});

/* ---- writers at the same moment ---- */

test('six writers at once: every accepted message is in the log, once', async () => {
  const place = await placeWithQuest();
  const texts = Array.from({ length: 120 }, (_, i) => `message ${i}`);
  const left = [...texts];
  const writer = async (): Promise<void> => {
    for (let text = left.pop(); text !== undefined; text = left.pop()) {
      const { code, stderr } = await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', text);
      assert.equal(code, 0, stderr);
    }
  };
  await Promise.all(Array.from({ length: 6 }, writer));
  const { events } = await place.json<{ events: { n: number; data: { msg?: string } }[] }>('quest', 'log', '--quest', place.id);
  assert.deepEqual(events.slice(1).map((event) => event.data.msg).sort(), [...texts].sort());
  assert.equal((await place.run('verify', place.file)).code, 0);
});

test('parallel workers that end together all succeed', async () => {
  const place = new Place();
  const names = Array.from({ length: 6 }, (_, i) => `@w${i}`);
  const made = await place.run('quest', 'create', '--mission', 'm', '--agents', ['@lead', ...names].join(','), '--policy', 'parallel');
  place.id = made.stdout.trim();
  for (const name of names) await place.quest('message', '--from', '@lead', '--to', name, '--msg', 'Go.');
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  const ended = await Promise.all(names.map((name) => place.quest('respond', '--from', name, '--msg', 'Done.')));
  assert.deepEqual(ended.map(({ code }) => code), names.map(() => 0));
  const { holders } = await place.json<{ holders: string[] }>('quest', 'show', '--quest', place.id);
  assert.deepEqual(holders, ['@lead']);
});

test('quests created at the same moment get files of their own', async () => {
  const place = await placeWithQuest();
  const made = await Promise.all(Array.from({ length: 12 }, () => place.run('quest', 'create', '--mission', 'm', '--agents', '@a')));
  assert.equal(new Set(made.map(({ stdout }) => stdout)).size, 12);
  assert.equal(place.quests().length, 13);
});

test('a writer killed at any moment leaves a log that goes on', async () => {
  const place = await placeWithQuest();
  let sent = 0;
  for (let i = 0; i < 40; i++) {
    const child = spawnSync('timeout', ['-s', 'KILL', `0.00${i % 10}`, binary, 'quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', 'x'], {
      cwd: place.folder,
    });
    if (child.status === 0) sent++;
  }
  const { code, stderr } = await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'last');
  assert.equal(code, 0, stderr);
  const { events } = await place.json<{ events: unknown[] }>('quest', 'log', '--quest', place.id);
  assert.ok(events.length >= sent + 2, 'what was acknowledged is there');
  assert.equal((await place.run('verify', place.file)).code, 0);
});

/* ---- a system that says no ---- */

test('a full disk: the file stays as it was and the reason is said', async () => {
  const place = await placeWithQuest();
  const before = readFileSync(place.file);
  // The limit of file size, in blocks of 512 bytes, stands in for a disk without room: the write is cut short.
  const script = `ulimit -f ${Math.floor(before.length / 512) + 1}; exec ${binary} quest message --quest ${place.id} --from @lead --to @api --msg "$0"`;
  const { status, stderr } = spawnSync('sh', ['-c', script, 'x'.repeat(4000)], { cwd: place.folder, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.match(stderr, /Cannot write .*\.quest: (No space left on device|File too large)\./);
  assert.deepEqual(readFileSync(place.file), before);
  assert.equal((await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x')).code, 0);
});

test('a full disk while creating leaves no file', () => {
  const place = new Place();
  const script = `ulimit -f 0; exec ${binary} quest create --mission m --agents @a`;
  const { status, stderr, stdout } = spawnSync('sh', ['-c', script], { cwd: place.folder, encoding: 'utf8' });
  assert.equal(status, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Cannot write .*\.quest: /);
  assert.deepEqual(place.quests(), []);
});

test('a store that cannot be made', async () => {
  const place = new Place();
  writeFileSync(join(place.folder, 'file'), '');
  const { code, stderr } = await place.run('quest', 'create', '--mission', 'm', '--agents', '@a', '--store', 'file');
  assert.equal(code, 1);
  assert.match(stderr, /Cannot make the folder file/);
});

/* Root may write everywhere: then somebody else is asked, if the program can be reached by others. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
const runsForOthers = spawnSync(binary, ['--version'], nobody).status === 0;
test('what may not be written is said', { skip: runsForOthers ? false : 'only root can reach the program' }, async () => {
  const empty = new Place();
  chmodSync(empty.folder, 0o555);
  const create = ['quest', 'create', '--mission', 'm', '--agents', '@a'];
  const made = spawnSync(binary, create, { cwd: empty.folder, encoding: 'utf8', ...nobody });
  assert.equal(made.status, 1);
  assert.match(made.stderr, /Cannot make the folder \.questline: Permission denied\./);
  const place = await placeWithQuest();
  for (const [path, mode] of [[place.folder, 0o755], [place.file, 0o444]] as const) chmodSync(path, mode);
  const before = readFileSync(place.file);
  const message = ['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', 'x'];
  const written = spawnSync(binary, message, { cwd: place.folder, encoding: 'utf8', ...nobody });
  assert.equal(written.status, 1);
  assert.match(written.stderr, /Cannot write .*\.quest: Permission denied\./);
  assert.deepEqual(readFileSync(place.file), before);
  const shown = spawnSync(binary, ['quest', 'show', '--quest', place.id], { cwd: place.folder, encoding: 'utf8', ...nobody });
  assert.equal(shown.status, 0, 'reading needs no more than reading');
  chmodSync(empty.folder, 0o755);
});

test('a quest behind a link to nowhere, and a ring of links', async () => {
  const place = await placeWithQuest();
  symlinkSync('nowhere', join(place.folder, '.questline/quests/aaaa.quest'));
  symlinkSync('ring.quest', join(place.folder, '.questline/quests/ring.quest'));
  for (const name of ['aaaa.quest', 'ring.quest']) {
    const { code, stderr } = await place.run('quest', 'show', '--quest', join('.questline/quests', name));
    assert.equal(code, 1);
    assert.match(stderr, /Cannot read/);
  }
});

/* ---- an independent reader ---- */

const oracle = join(shared, 'tools/check_log.py');
test('an independent reader finds every hash and commitment right', { skip: existsSync(oracle) ? false : 'the reader is not here' }, async () => {
  const place = await placeWithQuest();
  for (const text of ['plain', 'control \u0001\u001f\t\n\\ "', 'é “ 𝄞 \u2028', 'x'.repeat(100_000)])
    await questline(['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api,@tests', '--msg', '-'], {
      cwd: place.folder,
      input: text,
    });
  await place.quest('respond', '--from', '@lead', '--msg', 'Go.');
  const { status, stdout } = spawnSync('python3', [oracle, place.file], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
  const { head } = await place.json<{ head: string }>('verify', place.file);
  assert.match(stdout, new RegExp(`^6 lines, 6 openings, head ${head}$`, 'm'));
});
