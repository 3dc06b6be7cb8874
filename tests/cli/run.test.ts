import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { finish, folder, Place, questline, shared, start, teamFolder, until, write } from './harness.ts';

const team = teamFolder();
const objective = 'Add user authentication with sessions and a database schema';
const runArgs = ['run', '--specs', team, '--agent', 'orchestrator'];

interface Ran {
  id: string;
  file: string;
  n: number;
  status: string;
  rehearsed: boolean;
  verdict: Verdict;
}
interface Verdict {
  intact: string;
  legal: string;
  complete: string;
  events: number;
  head: string;
  problem?: { line: number; cause: string };
}

async function ran(): Promise<Place> {
  const place = new Place();
  place.id = (await place.json<Ran>(...runArgs, objective)).id;
  return place;
}

test('run plans, approves, plays to the end and says what it left', async () => {
  const place = new Place();
  const { code, stdout, stderr } = await place.run(...runArgs, objective);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n');
  assert.match(lines[0] ?? '', /^ +0 .* @owner create: Add user authentication/);
  assert.match(lines[1] ?? '', /^ +1 .* @owner approve/);
  assert.match(stdout, /@orchestrator message T1 to @/);
  assert.match(stdout, /@orchestrator complete: /);
  assert.match(stdout, /^quest [0-9a-z]{10}, completed \(a rehearsal: /m);
  assert.match(stdout, /^intact yes\. .*\nlegal yes\. .*\ncomplete terminal\. /m);
  place.id = stdout.match(/^quest (\S{10}),/m)?.[1] ?? '';
  assert.match(stdout, new RegExp(`^file \\.questline/quests/${place.id}\\.quest$|^file .*/${place.id}\\.quest$`, 'm'));
  const verified = await place.run('verify', place.file);
  assert.equal(verified.code, 0);
  assert.match(verified.stdout, /^intact yes\. .*\nlegal yes\. .*\ncomplete terminal\. /m);
});

test('run --json says the same as data, and nothing else on stdout', async () => {
  const place = new Place();
  const made = await place.json<Ran>(...runArgs, objective);
  assert.deepEqual([made.status, made.rehearsed], ['completed', true]);
  assert.deepEqual([made.verdict.intact, made.verdict.legal, made.verdict.complete], ['yes', 'yes', 'terminal']);
  assert.equal(made.verdict.events, made.n);
  place.id = made.id;
  assert.deepEqual(await place.json('verify', place.file), made.verdict);
});

test('run takes the objective from stdin; an empty one is wrong usage and leaves nothing', async () => {
  const place = new Place();
  assert.equal((await questline([...runArgs, '-'], { cwd: place.folder, input: objective })).code, 0);
  const empty = new Place();
  assert.equal((await questline([...runArgs, '-'], { cwd: empty.folder, input: '' })).code, 2);
  assert.equal(existsSync(join(empty.folder, '.questline')), false);
});

test('run with a misspelled agent suggests one and leaves nothing', async () => {
  const place = new Place();
  const { code, stderr } = await place.run('run', '--specs', team, '--agent', 'orchestrater', objective);
  assert.equal(code, 1);
  assert.match(stderr, /Did you mean @orchestrator\?/);
  assert.equal(existsSync(join(place.folder, '.questline')), false);
});

/* ---- interrupted ---- */

const eventsIn = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;
const questFile = (place: Place): string => {
  const folderOfQuests = join(place.folder, '.questline/quests');
  const names = existsSync(folderOfQuests) ? readdirSync(folderOfQuests) : [];
  return names[0] ? join(folderOfQuests, names[0]) : '';
};

for (const [signal, events] of [['SIGINT', 1], ['SIGINT', 4], ['SIGTERM', 3]] as const) {
  test(`${signal} after ${events} events: exit 130, nothing lost, and it goes on from there`, async () => {
    const place = new Place();
    const child = start([...runArgs, '--pace', '400', objective], { cwd: place.folder });
    const ended = finish(child);
    await until(() => questFile(place) !== '' && eventsIn(questFile(place)) >= events, `${events} events are written`, child);
    child.kill(signal);
    const { code, stderr } = await ended;
    assert.equal(code, 130);
    const file = questFile(place);
    place.id = file.slice(-16, -6);
    const left = readFileSync(file);
    assert.match(stderr, new RegExp(`Interrupted after ${eventsIn(file)} events\\. Nothing is lost; go on with: questline resume ${place.id}\n`));
    const verdict = await place.json<Verdict>('verify', file);
    assert.deepEqual([verdict.intact, verdict.legal, verdict.complete], ['yes', 'yes', 'open']);
    const again = await place.run('resume', place.id.slice(0, 5));
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(readFileSync(file).subarray(0, left.length), left, 'the same bytes, and more');
    assert.equal((await place.json<Verdict>('verify', file)).complete, 'terminal');
  });
}

test('a run killed outright goes on as well', async () => {
  const place = new Place();
  const child = start([...runArgs, '--pace', '300', objective], { cwd: place.folder });
  const ended = finish(child);
  await until(() => questFile(place) !== '' && eventsIn(questFile(place)) >= 3, 'three events are written', child);
  child.kill('SIGKILL');
  await ended;
  place.id = questFile(place).slice(-16, -6);
  assert.equal((await place.run('run', '--quest', place.id)).code, 0);
  assert.equal((await place.json<Verdict>('verify', place.file)).complete, 'terminal');
});

/** A quest with a plan that waits for approval: a run stopped behind its first event. */
async function proposed(): Promise<Place> {
  const place = new Place();
  const child = start([...runArgs, '--pace', '5000', objective], { cwd: place.folder });
  const ended = finish(child);
  await until(() => questFile(place) !== '' && eventsIn(questFile(place)) === 1, 'the quest is created', child);
  child.kill('SIGINT');
  await ended;
  place.id = questFile(place).slice(-16, -6);
  return place;
}

test('a proposed quest is approved by its owner alone', async () => {
  const place = await proposed();
  const asked = await place.run('quest', 'monitor', '--role', 'owner', '--agent', '@owner', '--quest', place.id, '--timeout', '0');
  assert.equal(asked.code, 0);
  assert.match(asked.stdout, /questline quest approve --quest/);
  const state = await place.stateHash();
  const refused = await place.quest('approve', '--from', '@orchestrator');
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, /owner_only/);
  assert.equal((await place.quest('message', '--from', '@orchestrator', '--to', '@api-builder', '--msg', 'x')).code, 5);
  assert.equal(await place.stateHash(), state);
  assert.equal((await place.quest('approve', '--reason', 'Good.')).code, 0);
  assert.equal((await place.run('run', '--quest', place.id)).code, 0);
});

test('a rejected quest is over', async () => {
  const place = await proposed();
  assert.equal((await place.quest('reject', '--reason', 'Too large.')).code, 0);
  const again = await place.run('run', '--quest', place.id);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /^quest \S{10}, (aborted|failed)/m);
  assert.equal((await place.run('quest', 'monitor', '--role', 'owner', '--agent', '@owner', '--quest', place.id)).code, 4);
});

test('run stops where a person holds the turn', async () => {
  const place = new Place();
  await place.create('@lead,@api');
  const { code, stdout } = await place.run('run', '--quest', place.id);
  assert.equal(code, 3);
  assert.match(stdout, /held by @lead\. Nobody plays it here/);
  const json = await place.run('run', '--quest', place.id, '--json');
  assert.equal(json.code, 3);
});

test('two runs of one quest at the same moment lose nothing', async () => {
  const place = await proposed();
  const both = await Promise.all([1, 2].map(() => place.run('run', '--quest', place.id, '--pace', '5')));
  assert.deepEqual(both.map(({ code }) => code), [0, 0], both.map(({ stderr }) => stderr).join());
  const verdict = await place.json<Verdict>('verify', place.file);
  assert.deepEqual([verdict.intact, verdict.legal, verdict.complete], ['yes', 'yes', 'terminal']);
});

/* ---- verify ---- */

test('verify names line and cause of a flipped bit', async () => {
  const place = await ran();
  const bytes = readFileSync(place.file);
  const lines = bytes.toString().split('\n');
  for (let i = 0; i < 40; i++) {
    const at = Math.floor((bytes.length * i) / 40);
    const line = bytes.subarray(0, at).filter((byte) => byte === 10).length + 1;
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (i % 8));
    const { code, stdout } = await questline(['verify', '-'], { input: flipped });
    assert.equal(code, 1, `bit ${i % 8} of byte ${at} in ${lines[line - 1]}`);
    assert.match(stdout, /^intact no\. /m);
    assert.match(stdout, new RegExp(`^line ${line}(, byte \\d+)?: [a-z_]+\\. .+$`, 'm'));
  }
});

test('verify compares with a head from elsewhere', async () => {
  const place = await ran();
  const { head } = await place.json<Verdict>('verify', place.file);
  assert.equal((await place.run('verify', '--head', head, place.file)).code, 0);
  const cut = readFileSync(place.file, 'utf8').trimEnd().split('\n').slice(0, -1).join('\n') + '\n';
  const file = write(join(folder(), 'cut.quest'), cut);
  const open = await questline(['verify', file]);
  assert.equal(open.code, 0);
  assert.match(open.stdout, /^complete open\. Still open\. A copy cut short here would look the same\.$/m);
  const short = await questline(['verify', '--head', head, file]);
  assert.equal(short.code, 1);
  assert.match(short.stdout, /^complete no\. /m);
  const { head: cutHead } = JSON.parse((await questline(['verify', '--json', file])).stdout) as Verdict;
  assert.match((await questline(['verify', '--head', cutHead, file])).stdout, /^complete anchored\. /m);
});

test('verify of nothing, of noise, of a folder, of what is not there', async () => {
  const place = folder();
  assert.equal((await questline(['verify', '-'], { input: '' })).code, 1);
  assert.equal((await questline(['verify', write(join(place, 'noise'), new Uint8Array([0, 255, 10, 13]))])).code, 1);
  assert.match((await questline(['verify', place])).stderr, /Is a directory/);
  const missing = await questline(['verify', join(place, 'nowhere.quest')]);
  assert.deepEqual([missing.code, /Cannot read/.test(missing.stderr)], [1, true]);
});

test('verify takes an id where a store is', async () => {
  const place = await ran();
  assert.equal((await place.run('verify', place.id.slice(0, 6))).code, 0);
});

/* ---- links ---- */

test('a quest goes into a link and comes out as the same bytes', async () => {
  const place = await ran();
  const made = await place.run('link', 'make', place.file);
  assert.equal(made.code, 0, made.stderr);
  const url = made.stdout.trim();
  assert.match(url, /^http:\/\/localhost:8787\/app\/#q=[A-Za-z0-9_-]+$/);
  const other = new Place();
  const opened = await other.run('link', 'open', url);
  assert.equal(opened.code, 0, opened.stderr);
  other.id = place.id;
  assert.deepEqual(readFileSync(other.file), readFileSync(place.file));
  assert.equal(await other.stateHash(), await place.stateHash());
  const again = await other.run('link', 'open', url);
  assert.equal(again.code, 0);
  assert.match(again.stderr, /is here already, with all that is in the link\./);
  const toStdout = await other.run('link', 'open', '--out', '-', url.slice(url.indexOf('#')));
  assert.equal(toStdout.stdout, readFileSync(place.file, 'utf8'));
  const fromStdin = await questline(['link', 'open', '--out', join(other.folder, 'x.quest'), '-'], { input: `${url}\n` });
  assert.equal(fromStdin.code, 0);
  assert.deepEqual(readFileSync(join(other.folder, 'x.quest')), readFileSync(place.file));
});

test('link make --json, and an address of one\'s own', async () => {
  const place = await ran();
  const link = await place.json<{ url: string; fragment: string; chars: number }>('link', 'make', place.file, '--base', 'https://example.org/q#x');
  assert.equal(link.url, `https://example.org/q${link.fragment}`);
  assert.equal(link.chars, link.fragment.length);
});

test('link open does not overwrite a quest that went another way', async () => {
  const place = new Place();
  await place.create('@lead,@api');
  const url = (await place.run('link', 'make', place.file)).stdout.trim();
  await place.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'x');
  const before = readFileSync(place.file);
  assert.equal((await place.run('link', 'open', url)).code, 0, 'it went on since');
  assert.deepEqual(readFileSync(place.file), before);
  const other = new Place();
  await other.run('link', 'open', url);
  other.id = place.id;
  await other.quest('message', '--from', '@lead', '--to', '@api', '--msg', 'Another');
  const theirs = (await other.run('link', 'make', other.file)).stdout.trim();
  const { code, stderr } = await place.run('link', 'open', theirs);
  assert.equal(code, 1);
  assert.match(stderr, /part ways at line 2\. Nothing was written\. Write the link's quest elsewhere with --out FILE/);
  assert.deepEqual(readFileSync(place.file), before);
  const file = join(place.folder, 'notes.txt');
  writeFileSync(file, 'mine');
  assert.equal((await place.run('link', 'open', url, '--out', file)).code, 1);
  assert.equal(readFileSync(file, 'utf8'), 'mine');
});

test('a copy of a quest gives its texts and events to the one that is there, and takes nothing', async () => {
  const place = await ran();
  const full = readFileSync(place.file, 'utf8');
  const bare = join(place.folder, 'bare.quest');
  await place.quest('redact', '--out', bare);
  const link = async (file: string): Promise<string> => (await place.run('link', 'make', file)).stdout.trim();
  const withheld = await link(bare);
  const whole = await link(place.file);
  for (const open of [['link', 'open', withheld], ['quest', 'import', bare]]) {
    assert.equal((await place.run(...open)).code, 0, open[0]);
    assert.equal(readFileSync(place.file, 'utf8'), full);
  }
  const other = new Place();
  other.id = place.id;
  await other.run('link', 'open', withheld);
  assert.equal(readFileSync(other.file, 'utf8'), readFileSync(bare, 'utf8'));
  const given = await other.run('link', 'open', whole);
  assert.match(given.stderr, /is here already; what the link has more was added\./);
  assert.equal(readFileSync(other.file, 'utf8'), full);
  const lines = readFileSync(bare, 'utf8').split('\n');
  writeFileSync(other.file, `${lines.slice(0, 2).join('\n')}\n`);
  assert.deepEqual(JSON.parse((await other.run('quest', 'import', place.file, '--json')).stdout).added, lines.length - 3);
  assert.equal(readFileSync(other.file, 'utf8'), full);
});

test('a damaged link is refused and nothing is written', async () => {
  const place = await ran();
  const url = (await place.run('link', 'make', place.file)).stdout.trim();
  const other = new Place();
  const at = url.indexOf('#q=') + 3;
  const wrong = ['', 'hello', '#q=', '#q=!!!!', url.slice(0, -1), url.slice(0, at + 20), `${url}A`];
  for (let i = at; i < url.length; i += Math.ceil((url.length - at) / 12)) wrong.push(url.slice(0, i) + (url[i] === 'A' ? 'B' : 'A') + url.slice(i + 1));
  for (const link of wrong) {
    const { code } = await other.run('link', 'open', link);
    assert.ok(code === 1 || (link === '' && code === 2), link.slice(0, 40));
  }
  assert.equal(existsSync(join(other.folder, '.questline')), false);
});

test('a quest too large for a link says its size and offers the file', async () => {
  const place = new Place();
  await place.create('@lead,@api');
  const noise = Array.from({ length: 500 }, (_, i) => createHash('sha512').update(`${i}`).digest('base64')).join('');
  await questline(['quest', 'message', '--quest', place.id, '--from', '@lead', '--to', '@api', '--msg', '-'], { cwd: place.folder, input: noise });
  const { code, stderr } = await place.run('link', 'make', place.file);
  assert.equal(code, 1);
  assert.match(stderr, /The link would have \d+ characters, and 16384 is the most\. Send the file .*\.quest itself\./);
});

test('a damaged log makes no link', async () => {
  const place = await ran();
  const bytes = readFileSync(place.file);
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  writeFileSync(place.file, bytes);
  assert.equal((await place.run('link', 'make', place.file)).code, 1);
});

/* ---- the seeds ---- */

const seeds = join(shared, 'seeds');
test('run on the five seed files', { skip: existsSync(seeds) ? false : '5 seed files are not here' }, async () => {
  const agents = folder();
  for (const name of readdirSync(seeds)) writeFileSync(join(agents, name.replace('.txt', '.md')), readFileSync(join(seeds, name)));
  const place = new Place();
  const { code, stdout, stderr } = await place.run(
    ...['run', '--specs', agents, '--agent', 'backend-coordinator', 'Add user authentication with OAuth2 and JWT'],
  );
  assert.equal(code, 0, stderr);
  place.id = stdout.match(/^quest (\S{10}),/m)?.[1] ?? '';
  const verdict = await place.json<Verdict>('verify', place.file);
  assert.deepEqual([verdict.intact, verdict.legal, verdict.complete], ['yes', 'yes', 'terminal']);
  const oracle = join(shared, 'tools/check_log.py');
  const checked = spawnSync('python3', [oracle, place.file], { encoding: 'utf8' });
  assert.equal(checked.status, 0, checked.stdout);
  assert.ok(checked.stdout.includes(verdict.head));
  const { events } = await place.json<{ events: { data: { specs?: [string, string][] } }[] }>('quest', 'log', '--quest', place.id);
  const sums = spawnSync('sha256sum', readdirSync(agents).map((name) => join(agents, name)), { encoding: 'utf8' }).stdout;
  for (const [, sum] of events[0]?.data.specs ?? []) assert.ok(sums.includes(sum));
});

/* ---- from a plan to a quest ---- */

for (const form of ['text', 'JSON']) {
  test(`a plan as ${form} becomes a quest that waits for approval, and plays by its order`, async () => {
    const place = new Place();
    const plan = await questline(['plan', '--specs', team, '--agent', 'orchestrator', ...(form === 'JSON' ? ['--json'] : []), objective]);
    const args = ['quest', 'create', '--plan', '-', '--specs', team, '--store', join(place.folder, '.questline')];
    const made = await questline(args, { cwd: place.folder, input: plan.stdout });
    assert.equal(made.code, 0, made.stderr);
    place.id = made.stdout.trim();
    assert.match(made.stderr, new RegExp(`quest approve --quest ${place.id} --store`));
    const view = await place.json<{ status: string; mission: string; tasks: { id: string; agent: string }[] }>('quest', 'show', '--quest', place.id);
    assert.deepEqual([view.status, view.mission], ['proposed', objective]);
    assert.ok(view.tasks.length > 0);
    const { events } = await place.json<{ events: { data: { specs: [string, string][] } }[] }>('quest', 'log', '--quest', place.id);
    const sums = spawnSync('sha256sum', readdirSync(team).map((name) => join(team, name)), { encoding: 'utf8' }).stdout;
    assert.ok(events[0] && events[0].data.specs.length > 0);
    for (const [, sum] of events[0].data.specs) assert.ok(sums.includes(sum));
    assert.equal((await place.quest('approve')).code, 0);
    const first = view.tasks[0];
    const given = await place.quest('message', '--from', '@orchestrator', '--to', first?.agent ?? '', '--task', 'T1', '--msg', 'Begin.');
    assert.equal(given.code, 0, given.stderr);
  });
}

test('a plan that is none is refused with its place', async () => {
  const place = new Place();
  for (const input of ['', 'hello', '{"tasks":[]}', '{"objective":"x","leader":"@a","tasks":[{"id":"T1","title":"t","agent":7}]}']) {
    const { code, stderr } = await questline(['quest', 'create', '--plan', '-'], { cwd: place.folder, input });
    assert.equal(code, 1, input);
    assert.match(stderr, /^questline: -/);
  }
  assert.equal(existsSync(join(place.folder, '.questline')), false);
});
