// A quest is a test: its log is played again without a model, and says what is different now.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wires } from '../loopback/script.ts';
import { agentOf, players } from '../loopback/team.ts';
import { type Call, type Script } from '../loopback/script.ts';
import { Servers } from '../mcp/server.ts';
import { Place, questline, teamFolder } from './harness.ts';
import { count, Scene } from './scene.ts';

interface Verdict {
  readonly file: string;
  readonly ok: boolean;
  readonly calls: number;
  readonly problem?: string;
  readonly changed_specs?: readonly { agent: string; then: string; now?: string }[];
  readonly then?: { n: number; type: string; by: string } | null;
  readonly now?: { n: number; type: string; by: string } | null;
}

async function recorded(t: { after(f: () => Promise<void>): void }, wire: (typeof wires)[number] = 'messages'): Promise<Scene> {
  const at = await Scene.set(t, players(), wire);
  const { code, stdout, stderr } = await at.play();
  assert.equal(code, 0, stdout + stderr);
  const wrote = await at.ask('record', at.files[0] ?? '', '--out', 'sign-in.quest');
  assert.equal(wrote.code, 0, wrote.stderr);
  assert.match(wrote.stdout, /sign-in\.quest: \d+ events, \d+ calls with their answers/);
  assert.equal(readFileSync(join(at.cwd, 'sign-in.quest'), 'utf8'), at.log());
  await at.server.stop(); // nobody can be asked any more
  return at;
}

async function verdicts(at: Scene, ...args: string[]): Promise<{ code: number | null; quests: readonly Verdict[] }> {
  const { code, stdout, stderr } = await questline(['test', '--specs', 'agents', '--json', ...args], { cwd: at.cwd });
  assert.equal(stderr, '');
  return { code, quests: (JSON.parse(stdout) as { quests: Verdict[] }).quests };
}

for (const wire of wires) {
  test(`${wire}: a recording is played again, without a key, a server or a word about who played`, async (t) => {
    const at = await recorded(t, wire);
    const { code, quests } = await verdicts(at, 'sign-in.quest');
    assert.deepEqual([code, quests[0]?.ok], [0, true], JSON.stringify(quests));
    assert.equal(quests[0]?.calls, count(at.log(), '"t":"done"'));
    const { stdout } = await questline(['test', '--specs', 'agents', 'sign-in.quest'], { cwd: at.cwd });
    assert.match(stdout, /^same +sign-in\.quest: \d+ calls taken from it\n1 quest, 0 differ\n$/);
    assert.deepEqual(at.files.length, 1, 'nothing is written');
  });
}

test('a file that is another one now is named, and who asks something else because of it', async (t) => {
  const at = await recorded(t);
  appendFileSync(join(at.cwd, 'agents/reviewer.md'), 'You look for secrets in logs, too.\n');
  const { code, quests } = await verdicts(at, 'sign-in.quest', at.files[0] ?? '');
  assert.equal(code, 1);
  assert.equal(quests.length, 2);
  for (const quest of quests) {
    assert.equal(quest.ok, false);
    assert.match(quest.problem ?? '', /@reviewer's call 1 of this turn asks something else than the recording/);
    assert.deepEqual(quest.changed_specs?.map(({ agent }) => agent), ['@reviewer']);
    assert.notEqual(quest.changed_specs?.[0]?.then, quest.changed_specs?.[0]?.now);
    assert.ok(quest.calls > 0, 'what came before is the same');
  }
  const { stdout } = await questline(['test', '--specs', 'agents', 'sign-in.quest'], { cwd: at.cwd });
  assert.match(stdout, /^differs +sign-in\.quest\n {2}.*@reviewer's call 1.*\n {2}The file of @reviewer is another one: SHA-256 [0-9a-f]{12} then, [0-9a-f]{12} now\.\n1 quest, 1 differs\n$/);
});

test('a log whose moves do not follow from its answers is found out', async (t) => {
  const at = await recorded(t);
  const place = new Place();
  const lines = at.log().split('\n');
  // The same answers, with the last move of the leader taken away: the model's answer has it all the same.
  const cut = lines.findIndex((line) => line.includes('"t":"complete"'));
  writeFileSync(join(place.folder, 'cut.quest'), lines.slice(0, cut).join('\n') + '\n');
  const { code, stdout } = await questline(['test', '--specs', join(at.cwd, 'agents'), 'cut.quest'], { cwd: place.folder });
  assert.equal(code, 1);
  assert.match(stdout, /then: nothing more\.\n {2}now: event \d+, @lead complete/);
});

test('what cannot be played again is refused, with the reason', async (t) => {
  const at = await recorded(t);
  const redacted = await questline(['quest', 'redact', '--quest', at.files[0] ?? '', '--out', 'public.quest'], { cwd: at.cwd });
  assert.equal(redacted.code, 0, redacted.stderr);
  const refused = await questline(['record', 'public.quest', '--out', 'no.quest'], { cwd: at.cwd });
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /withheld/);
  const { code, quests } = await verdicts(at, 'public.quest', 'sign-in.quest', 'none.quest');
  assert.equal(code, 1);
  assert.deepEqual(quests.map(({ ok }) => ok), [false, true, false]);
  assert.match(quests[0]?.problem ?? '', /withheld/);
  assert.equal((await questline(['record', 'sign-in.quest', '--out', 'sign-in.quest'], { cwd: at.cwd })).code, 1, 'no file is replaced');
  rmSync(join(at.cwd, 'agents'), { recursive: true });
  assert.equal((await questline(['test', '--specs', 'agents', 'sign-in.quest'], { cwd: at.cwd })).code, 1);
  assert.equal((await questline(['test', 'sign-in.quest'], { cwd: at.cwd })).code, 2, '--specs is needed');
});

test('a rehearsal has no answers of models, and is no test', async () => {
  const place = new Place();
  const specs = teamFolder();
  await place.run('run', '--specs', specs, '--agent', 'orchestrator', 'Add user authentication with sessions and a database schema');
  const name = join('.questline/quests', place.quests()[0] ?? '');
  const { code, stderr } = await place.run('record', name, '--out', 'no.quest');
  assert.deepEqual([code, stderr.includes('rehearsal')], [1, true]);
  assert.match((await place.run('test', '--specs', specs, name)).stdout, /differs .*\n.*rehearsal/);
});

test('with one file changed, it is asked again from the first turn on that is not the same', async (t) => {
  const at = await Scene.set(t, players());
  await at.play();
  const [first] = at.files;
  const calls = count(at.log(), '"effect":"http"');
  const before = at.server.asks.length;
  appendFileSync(join(at.cwd, 'agents/reviewer.md'), 'You look for secrets in logs, too.\n');
  const { code, stdout, stderr } = await at.ask('quest', 'what-if', '--quest', first ?? '', '--specs', 'agents', ...at.who());
  assert.equal(code, 0, stdout + stderr);
  const [, recalled, asked] = /^(\d+) calls? taken from the recording, (\d+) asked; saved [\d,]+ tokens/m.exec(stdout) ?? [];
  assert.equal(Number(asked), at.server.asks.length - before);
  assert.ok(Number(recalled) >= 4 && Number(asked) >= 1 && Number(recalled) + Number(asked) === calls, stdout);
  assert.equal(at.files.length, 2);
});

test('run --replay asks nobody where all is recorded, and --model asks for everything', async (t) => {
  const at = await Scene.set(t, players(), 'chat');
  await at.play();
  const [first] = at.files;
  const before = at.server.asks.length;
  const same = await at.play('--replay', first ?? '', '--json');
  assert.equal(same.code, 0, same.stdout + same.stderr);
  const answer = JSON.parse(same.stdout) as { recalled: number; asked: number; saved_tokens: number };
  assert.deepEqual([answer.asked, at.server.asks.length - before], [0, 0]);
  assert.ok(answer.recalled > 0 && answer.saved_tokens > 0);
  const other = await at.ask('quest', 'what-if', '--quest', first ?? '', '--specs', 'agents', ...at.who('loop-large'), '--json');
  assert.equal(other.code, 0, other.stdout + other.stderr);
  assert.equal((JSON.parse(other.stdout) as { recalled: number }).recalled, 0);
});

test('options of what-if that belong to one way of it', async (t) => {
  const at = await Scene.set(t, players());
  const what = (...args: string[]) => at.ask('quest', 'what-if', '--quest', 'x', ...args);
  assert.match((await what()).stderr, /--at N .*--specs DIR/);
  assert.match((await what('--specs', 'agents', '--kind', 'blocked')).stderr, /belong to --at/);
  assert.match((await what('--at', '3', '--specs', 'agents')).stderr, /without --at/);
  assert.equal((await what('--at', '3', '--specs', 'agents')).code, 2);
});

/** The designer uses these tools before it answers. */
function uses(...calls: readonly Call[]): Script {
  const others = players();
  return (ask) => {
    const made = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    return agentOf(ask) === 'api-designer' && made < calls.length ? { calls: [calls[made]!] } : others(ask);
  };
}

test('a quest that used files, commands and memory is played again: nothing runs, nothing is written', async (t) => {
  const entity = { entities: [{ name: 'billing', entityType: 'module', observations: ['Owns invoices'] }] };
  const at = await Scene.set(
    t,
    uses(
      { name: 'Write', arguments: { file_path: 'contract.md', content: '# Contract\n' } },
      { name: 'Read', arguments: { file_path: 'contract.md' } },
      { name: 'Bash', arguments: { command: 'echo ran >> runs; date +%N' } },
      { name: 'mcp__memory__create_entities', arguments: entity },
      { name: 'mcp__memory__read_graph', arguments: {} },
    ),
  );
  const options = ['--work', 'project', '--allow-bash', '--memory', 'memory.jsonl'];
  const played = await at.play(...options);
  assert.equal(played.code, 0, played.stdout + played.stderr);
  await at.server.stop();
  const runs = join(at.cwd, 'project/runs');
  assert.equal(readFileSync(runs, 'utf8'), 'ran\n');
  const memory = readFileSync(join(at.cwd, 'memory.jsonl'), 'utf8');
  const { code, quests } = await verdicts(at, ...options, at.files[0] ?? '');
  assert.deepEqual([code, quests[0]?.ok], [0, true], JSON.stringify(quests));
  assert.equal(quests[0]?.calls, count(at.log(), '"t":"done"'), 'uses of tools are calls as well');
  assert.equal(readFileSync(runs, 'utf8'), 'ran\n');
  assert.equal(readFileSync(join(at.cwd, 'memory.jsonl'), 'utf8'), memory);
  // Without the tools it is another question that is asked.
  const without = await verdicts(at, at.files[0] ?? '');
  assert.deepEqual([without.code, without.quests[0]?.ok], [1, false]);
  assert.match(without.quests[0]?.problem ?? '', /@\S+'s call 1 of this turn asks something else than the recording/);
});

/** A quest whose designer used these tools of an MCP server of the official SDK; then nobody can be asked any more. */
async function withServer(t: { after(f: () => Promise<void>): void }, calls: readonly Call[], ...options: readonly string[]): Promise<{ at: Scene; docs: Servers }> {
  const docs = await Servers.start({ stateful: true, json: false });
  t.after(() => docs.stop());
  const at = await Scene.set(t, uses(...calls));
  at.allow('data-keeper', 'Read');
  const { code, stdout, stderr } = await at.play('--mcp', `docs=${docs.url}`, '--yes', ...options);
  assert.deepEqual([code, stderr], [0, ''], stdout + stderr);
  return { at, docs };
}

const gone = (at: Scene, docs: Servers): Promise<unknown> => Promise.all([at.server.stop(), docs.stop()]);
const ofDocs = (name: string, args: object = {}): Call => ({ name: `mcp__docs__${name}`, arguments: args });

test('a quest that used an MCP server is played again with the server gone', async (t) => {
  const { at, docs } = await withServer(t, [ofDocs('echo', { words: 'low water' }), ofDocs('fail'), ofDocs('grow'), ofDocs('table')]);
  assert.equal(count(at.log(), '"offers":["'), 1, 'once, whatever the number of turns');
  const [first] = at.files;
  const calls = count(at.log(), '"t":"done"');
  const [asked, heard] = [at.server.asks.length, docs.heard.length];
  const live = await at.play('--mcp', `docs=${docs.url}`, '--yes', '--replay', first ?? '', '--json');
  assert.equal((JSON.parse(live.stdout) as { asked: number }).asked, 0, 'the same server offers the same');
  assert.deepEqual([at.server.asks.length - asked, docs.heard.length > heard], [0, true]);
  await gone(at, docs);
  const { code, quests } = await verdicts(at, first ?? '');
  assert.deepEqual([code, quests[0]?.ok, quests[0]?.calls], [0, true, calls], JSON.stringify(quests));
});

test('what a server offered that was down when the quest was played is nothing', async (t) => {
  const at = await Scene.set(t, players());
  const { code, stderr } = await at.play('--mcp', 'docs=http://127.0.0.1:9/mcp');
  assert.equal(code, 0, stderr);
  await at.server.stop();
  assert.match(at.log(), /"offers":\["[^"]+","\{\\"docs\\":\[\]\}"\]/);
  assert.deepEqual((await verdicts(at, at.files[0] ?? '')).quests.map(({ ok }) => ok), [true]);
});

test('a definition or a result that is another one, or withheld, is one sentence', async (t) => {
  const { at, docs } = await withServer(t, [ofDocs('echo', { words: 'low water' })]);
  await gone(at, docs);
  const log = at.log();
  const without = (field: string): string => log.replace(new RegExp(`,"x":\\{"${field}":\\["[^"]*","(?:[^"\\\\]|\\\\.)*"\\]\\}`), '');
  const replied = (change: (line: string) => string): string =>
    log.split('\n').map((line) => (line.includes('"t":"done"') && line.includes('\\"changed\\"') ? change(line) : line)).join('\n');
  const variants = {
    'definition.quest': [log.replace('The tool echo.', 'The tool ohce.'), /^definition\.quest is damaged at line \d+ \(commitment offers\)\./],
    'result.quest': [replied((line) => line.replace('low water', 'high tide')), /^result\.quest is damaged at line \d+ \(commitment reply\)\./],
    'withheld.quest': [without('offers'), /^The definitions of tools that MCP servers offered are withheld in this log, so it cannot be played again\.$/],
    'silent.quest': [replied((line) => line.replace(/,"x":.*$/, '}')), /^Answers of models are withheld in this log, so it cannot be played again\.$/],
  } as const;
  for (const [name, [text, problem]] of Object.entries(variants)) {
    assert.notEqual(text, log, name);
    writeFileSync(join(at.cwd, name), text);
    const { code, quests } = await verdicts(at, name);
    assert.deepEqual([code, quests[0]?.ok], [1, false], name);
    assert.match(quests[0]?.problem ?? '', problem, name);
    assert.equal((quests[0]?.problem ?? '').split('\n').length, 1);
  }
});

test('a picture that a tool of a server gives is an artifact of the agent, with its bytes beside the log', async (t) => {
  const { at, docs } = await withServer(t, [ofDocs('picture')]);
  const artifact = at.log().split('\n').find((line) => line.includes('"t":"artifact"')) ?? '';
  assert.match(artifact, /"by":"@api-designer".*"bytes":7,.*"media":"image\/png".*"image-1\.png"/);
  const hash = createHash('sha256').update('harbour').digest('hex');
  assert.ok(artifact.includes(hash));
  assert.equal(readFileSync(join(at.cwd, '.questline/blobs', hash), 'utf8'), 'harbour');
  await gone(at, docs);
  assert.deepEqual((await verdicts(at, at.files[0] ?? '')).quests.map(({ ok }) => ok), [true]);
});
