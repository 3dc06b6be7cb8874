// Models play from the command line, over real HTTP: the loopback server speaks the wire of each provider, well and badly.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Steps, wires, type Answer, type Ask, type Fault, type Script, type WireName } from '../loopback/script.ts';
import { Loopback } from '../loopback/server.ts';
import { KEY, MODEL, OBJECTIVE as objective, players, team as backend } from '../loopback/team.ts';
import { finish, folder, questline, start, type Result } from './harness.ts';
import { providers } from './players.ts';

/** Plans where a plan is asked for, and has common sense everywhere else. */
const sensible = players();

/** Goes wrong at the n-th question to a model, from 1, and only there. */
const wrongAt =
  (n: number, fault: Fault): Script =>
  async (ask) => {
    const answer = await sensible(ask);
    return ask.n === n ? { text: 'Let me see what is next.', ...answer, fault } : answer;
  };

interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly who: readonly string[];
  readonly server: Loopback;
}

async function place(t: { after(f: () => Promise<void>): void }, wire: WireName, script: Script): Promise<Place> {
  const cwd = folder();
  mkdirSync(join(cwd, 'agents'));
  for (const [name, text] of Object.entries(backend.files)) writeFileSync(join(cwd, 'agents', name), text);
  const server = await Loopback.start({ key: KEY, script });
  t.after(() => server.stop());
  const [provider, variable] = providers[wire];
  return { cwd, env: { [variable]: KEY }, who: ['--provider', provider, '--model', MODEL, '--base-url', server.url(wire)], server };
}

const ask = ({ cwd, env, who }: Place, command: string, ...args: string[]): Promise<Result> => questline([command, ...args, ...who], { cwd, env });
const team = ['--specs', 'agents', '--agent', 'lead'];
const run = (at: Place, ...args: string[]): Promise<Result> => ask(at, 'run', ...team, objective, ...args);
const logs = ({ cwd }: Place): string[] => readdirSync(join(cwd, '.questline/quests')).filter((name) => name.endsWith('.quest')).map((name) => join(cwd, '.questline/quests', name));
const log = (at: Place): string => readFileSync(logs(at)[0] ?? '', 'utf8');
const count = (text: string, piece: string): number => text.split(piece).length - 1;

async function verified(at: Place): Promise<void> {
  const { code, stdout } = await questline(['verify', '--json', logs(at)[0] ?? ''], { cwd: at.cwd });
  const verdict = JSON.parse(stdout) as { intact: string; legal: string; complete: string };
  assert.deepEqual([code, verdict.intact, verdict.legal, verdict.complete], [0, 'yes', 'yes', 'terminal']);
}

for (const wire of wires) {
  test(`${wire}: a plan is asked for, carried out by models, and verified`, async (t) => {
    const at = await place(t, wire, sensible);
    const { code, stdout, stderr } = await run(at, '--json');
    assert.equal(code, 0, stderr + stdout);
    const answer = JSON.parse(stdout) as { status: string; rehearsed: boolean };
    assert.equal(answer.status, 'completed');
    assert.equal(answer.rehearsed, false);
    const text = log(at);
    assert.equal(count(text, '"t":"start"'), count(text, '"t":"done"'));
    assert.equal(count(text, '"t":"usage"'), 1, 'what planning took');
    assert.match(text, /"outcome":"ok"/);
    await verified(at);
  });

  test(`${wire}: a plan that is asked for twice is in the bill twice, in the form that the API has for it`, async (t) => {
    const at = await place(t, wire, (ask) => (ask.n === 1 ? { text: JSON.stringify({ ...backend.plan, tasks: [] }) } : sensible(ask)));
    const { code, stdout, stderr } = await run(at);
    assert.equal(code, 0, stderr + stdout);
    assert.equal(count(log(at), '"t":"usage"'), 2);
    const [first, second] = at.server.asks;
    assert.ok(first?.schema?.properties?.['tasks'] && second?.schema?.properties?.['tasks'], 'it is asked for by a schema');
    assert.equal(first.tools.length, 0);
    await verified(at);
  });

  for (const [how, answer, says] of [
    ['refused', { refusal: 'I do not plan that.' }, /I do not plan that/],
    ['cut off', { text: '{"tasks": [', length: true }, /The plan was not whole when its length was used up: /],
  ] as const)
    test(`${wire}: a plan that is ${how} is told, and is no quest`, async (t) => {
      const at = await place(t, wire, () => answer);
      const { code, stdout, stderr } = await run(at);
      assert.equal(code, 1, stdout + stderr);
      assert.match(stderr, says);
      assert.equal(at.server.asks.length, how === 'refused' && wire === 'generate' ? 2 : 1, 'asked again only where a refusal is mere words');
      assert.ok(!existsSync(join(at.cwd, '.questline/quests')) || logs(at).length === 0);
    });

  test(`${wire}: an answer comes as it is written, without a log`, async (t) => {
    const at = await place(t, wire, () => ({ text: 'In the repository, under `db/`.\nAsk @data-keeper.', piece: 5 }));
    const { code, stdout, stderr } = await ask(at, 'chat', ...team, 'Where is the schema?');
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'In the repository, under `db/`.\nAsk @data-keeper.\n', stderr: '' });
    assert.match(at.server.requests.at(-1)?.body ?? '', /You are @lead/);
  });

  test(`${wire}: the models are listed, and a wrong key is told`, async (t) => {
    const at = await place(t, wire, sensible);
    const [provider, variable] = providers[wire];
    const list = ['models', '--provider', provider, '--base-url', at.server.url(wire)];
    const good = await questline(list, { cwd: at.cwd, env: at.env });
    assert.equal(good.code, 0, good.stderr);
    assert.match(good.stdout, /^loop-small$/m);
    const bad = await questline(list, { cwd: at.cwd, env: { [variable]: 'wrong' } });
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /key/);
    const { code, stderr } = await questline(['chat', ...team, 'Hello', ...at.who], { cwd: at.cwd, env: { [variable]: 'wrong' } });
    assert.equal(code, 1);
    assert.match(stderr, /key/);
    assert.doesNotMatch(stderr, /wrong/);
  });
}

/** Each at the second question, which is the leader's first turn. `passes`: it is asked again at once; otherwise the quest pauses and is resumed. */
const faults: readonly { name: string; fault: Fault; passes: boolean }[] = [
  { name: '429 with retry-after', fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } }, passes: true },
  { name: '429 with a wait of an hour', fault: { kind: 'status', status: 429, headers: { 'retry-after': '3600' } }, passes: false },
  { name: '500', fault: { kind: 'status', status: 500 }, passes: true },
  { name: '529', fault: { kind: 'status', status: 529 }, passes: true },
  { name: '400', fault: { kind: 'status', status: 400, message: 'max_tokens is too large' }, passes: false },
  { name: 'cut in a word', fault: { kind: 'cut', at: 'text' }, passes: true },
  { name: 'cut in a call', fault: { kind: 'cut', at: 'call' }, passes: true },
  { name: 'ended too early', fault: { kind: 'short' }, passes: true },
  { name: 'reset', fault: { kind: 'reset' }, passes: true },
  { name: 'an event that is no JSON', fault: { kind: 'garbage' }, passes: true },
  { name: 'an error in the stream', fault: { kind: 'error', message: 'Overloaded' }, passes: true },
  { name: 'a page in HTML', fault: { kind: 'html' }, passes: true },
  { name: 'a stream without end', fault: { kind: 'endless' }, passes: false },
  { name: 'a line of 10 MB', fault: { kind: 'line', bytes: 10_000_000 }, passes: false },
  { name: 'a redirect', fault: { kind: 'redirect', to: 'http://127.0.0.1:9/' }, passes: false },
];

for (const [i, { name, fault, passes }] of faults.entries()) {
  const wire = wires[i % wires.length] ?? 'messages';
  test(`${wire}: ${name}: ${passes ? 'is asked again' : 'pauses the quest, which is resumed'}`, async (t) => {
    const at = await place(t, wire, wrongAt(2, fault));
    let result = await run(at);
    if (!passes) {
      assert.equal(result.code, 3, result.stdout + result.stderr);
      assert.match(result.stdout, /could not be asked: \S.*\./, 'one sentence says what happened');
      result = await ask(at, 'resume', logs(at)[0] ?? '', '--specs', 'agents');
    }
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.match(log(at), /"outcome":"error"/);
    await verified(at);
  });
}

test('stopped in mid-stream, it goes on; what was under way is booked as lost', async (t) => {
  const steps = new Steps();
  const at = await place(t, 'messages', async (question) => {
    const answer = await sensible(question);
    return question.n === 2 ? { ...answer, pace: steps } : answer;
  });
  const child = start(['run', ...team, objective, ...at.who], { cwd: at.cwd, env: at.env });
  const ended = finish(child);
  await at.server.arrived(2);
  steps.go(2);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 130);
  assert.match(stderr, /questline resume/);
  assert.equal(count(log(at), '"t":"done"'), 0);
  const again = await ask(at, 'resume', logs(at)[0] ?? '', '--specs', 'agents');
  assert.equal(again.code, 0, again.stderr);
  assert.equal(count(log(at), '"outcome":"lost"'), 1);
  await verified(at);
});

test('a budget stops a run-away before it is asked again, and a larger one lets it go on', async (t) => {
  let away = true;
  const talks: Script = (question) => (question.schema === undefined && away ? { calls: [{ name: 'quest_drop', arguments: { task: 'T9', reason: 'x' } }] } : sensible(question));
  const at = await place(t, 'chat', talks);
  const first = await run(at, '--budget', 'tokens=40000');
  assert.equal(first.code, 3, first.stdout + first.stderr);
  assert.match(first.stdout, /Paused: (The budget is used up|What is left of the budget is less)/);
  const asked = at.server.asks.length;
  assert.ok(asked > 5 && asked < 40, `${asked} calls`);
  away = false;
  const again = await ask(at, 'resume', logs(at)[0] ?? '', '--specs', 'agents', '--budget', 'tokens=4000000');
  assert.equal(again.code, 0, again.stdout + again.stderr);
  await verified(at);
});

test('a turn that never ends is ended after so many calls', async (t) => {
  const at = await place(t, 'messages', (question) => (question.schema === undefined ? { calls: [{ name: 'quest_drop', arguments: { task: 'T9', reason: 'x' } }] } : sensible(question)));
  const { code, stdout } = await run(at);
  assert.equal(code, 3);
  assert.match(stdout, /Paused: @lead was asked 64 times in one turn without ending it\./);
});

test('the key is nowhere but in the header of the request', async (t) => {
  const at = await place(t, 'messages', wrongAt(2, { kind: 'status', status: 400, message: 'no' }));
  const { stdout, stderr } = await run(at);
  const sent = at.server.requests.filter(({ headers }) => headers['x-api-key'] === KEY);
  assert.ok(sent.length > 0);
  for (const { body, path } of at.server.requests) assert.ok(!body.includes(KEY) && !path.includes(KEY));
  assert.ok(!stdout.includes(KEY) && !stderr.includes(KEY), stdout + stderr);
  assert.ok(!log(at).includes(KEY));
});

test('a key that a server repeats is taken out of its words, wherever they are cut', async (t) => {
  const echo = `You sent ${KEY.slice(0, 9)}${KEY} as a key.`; // its beginning comes twice
  const refused = await place(t, 'messages', wrongAt(1, { kind: 'status', status: 401, message: echo, headers: { 'x-echo': KEY } }));
  const why = await run(refused);
  assert.match(why.stdout + why.stderr, /You sent sk-loopba\[key\] as a key/);
  for (const chunk of [1, 7, 64]) {
    const at = await place(t, 'messages', () => ({ text: `${echo} ${KEY.slice(0, -1)}`, chunk, piece: 1000 }));
    const { stdout } = await questline(['chat', ...team, ...at.who], { cwd: at.cwd, env: at.env, input: 'Which key?\n' });
    assert.equal(stdout, `You sent sk-loopba[key] as a key. ${KEY.slice(0, -1)}\n`);
  }
});

test('options that belong together', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['run', ...team, 'x', '--model', 'm'], /belong to --provider/],
    [['run', ...team, 'x', '--provider', 'anthropic'], /needs --model/],
    [['run', ...team, 'x', '--provider', 'nobody', '--model', 'm'], /nobody/],
    [['run', ...team, 'x', '--provider', 'anthropic', '--model', 'm'], /ANTHROPIC_API_KEY/],
    [['models', '--provider', 'nobody'], /nobody/],
    [['models', '--provider', 'browser'], /only the tab of a browser has this model/],
    [['run', ...team, 'x', '--provider', 'browser', '--model', 'built-in'], /only the tab of a browser has this model/],
    [['run', ...team, 'x', '--provider', 'browser', '--model', 'built-in', '--base-url', 'http://127.0.0.1:1'], /has no address/],
    [['resume'], /QUEST/],
  ];
  const cwd = folder();
  mkdirSync(join(cwd, 'agents'));
  for (const [name, text] of Object.entries(backend.files)) writeFileSync(join(cwd, 'agents', name), text);
  for (const [args, words] of cases) {
    const { code, stderr } = await questline(args, { cwd });
    assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${code}`);
    assert.match(stderr, words);
  }
});

test('a conversation from a terminal remembers what was said', async (t) => {
  const heard: Ask[] = [];
  const echo = (question: Ask): Answer => (heard.push(question), { text: `Answer ${heard.length}.` });
  const at = await place(t, 'chat', echo);
  const { code, stdout } = await questline(['chat', ...team, ...at.who], { cwd: at.cwd, env: at.env, input: 'One?\n\nTwo?\n' });
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'Answer 1.\nAnswer 2.\n' });
  assert.deepEqual(
    heard[1]?.messages.map(({ role }) => role),
    ['user', 'assistant', 'user'],
  );
});

/** The designer reads, searches and writes; everybody else has common sense. */
const craftsman: Script = (question) => {
  const said = question.messages.flatMap(({ parts }) => parts);
  const done = said.filter(({ kind }) => kind === 'result').length;
  if (question.schema !== undefined || !question.system.startsWith('You are @api-designer')) return sensible(question);
  const steps = [
    { name: 'Read', arguments: { file_path: 'src/api.ts' } },
    { name: 'Edit', arguments: { file_path: 'src/api.ts', old_string: 'login', new_string: 'signIn' } },
    { name: 'Write', arguments: { file_path: 'docs/contract.md', content: '# Contract\n' } },
    { name: 'quest_respond', arguments: { kind: 'completed', msg: 'Written to docs/contract.md.' } },
  ];
  return { calls: [steps[done] ?? steps[3]!] };
};

function project(at: Place): string {
  const root = join(at.cwd, 'project');
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'src/api.ts'), 'export function login() {}\n');
  writeFileSync(join(at.cwd, 'agents/api-designer.md'), `${backend.files['api-designer.md']?.replace('---\n\n', 'tools: Read, Edit, Write\n---\n\n') ?? ''}`);
  return root;
}

test('a model works on files with the tools of its agent, and what it made is written where that is allowed', async (t) => {
  const at = await place(t, 'messages', craftsman);
  const root = project(at);
  const { code, stdout, stderr } = await run(at, '--work', root, '--write');
  assert.equal(code, 0, stdout + stderr);
  assert.equal(readFileSync(join(root, 'src/api.ts'), 'utf8'), 'export function signIn() {}\n');
  assert.equal(readFileSync(join(root, 'docs/contract.md'), 'utf8'), '# Contract\n');
  assert.match(stdout, /2 files written in /);
  const text = log(at);
  assert.equal(count(text, '"effect":"tool"'), 3);
  assert.equal(count(text, '"t":"artifact"'), 2);
  const heard = at.server.asks.filter(({ system }) => system.startsWith('You are @api-designer')).at(-1);
  assert.match(JSON.stringify(heard?.messages), /export function login/, 'what was read is told');
  assert.deepEqual(heard?.tools.map(({ name }) => name).filter((name) => !name.startsWith('quest_')).sort(), ['Edit', 'MultiEdit', 'Read', 'Write']);
  await verified(at);
});

test('without leave nothing is written into the folder, and nothing is lost', async (t) => {
  const at = await place(t, 'chat', craftsman);
  const root = project(at);
  const { code, stdout } = await run(at, '--work', root);
  assert.equal(code, 0);
  assert.equal(readFileSync(join(root, 'src/api.ts'), 'utf8'), 'export function login() {}\n');
  assert.deepEqual(readdirSync(root), ['src']);
  assert.match(stdout, /2 changed files kept beside the quest/);
  const bodies = readdirSync(join(at.cwd, '.questline/blobs')).map((name) => readFileSync(join(at.cwd, '.questline/blobs', name), 'utf8'));
  assert.deepEqual(bodies.sort(), ['# Contract\n', 'export function signIn() {}\n']);
});

test('a file that somebody else changed meanwhile is not written over', async (t) => {
  const at = await place(t, 'messages', (question) => {
    const answer = craftsman(question);
    if (JSON.stringify(answer).includes('"Edit"')) writeFileSync(join(at.cwd, 'project/src/api.ts'), 'mine\n');
    return answer;
  });
  const root = project(at);
  const { code, stderr } = await run(at, '--work', root, '--write');
  assert.equal(code, 0);
  assert.equal(readFileSync(join(root, 'src/api.ts'), 'utf8'), 'mine\n');
  assert.match(stderr, /src\/api\.ts is not written: somebody else changed it/);
});

test('who may not write does not, whatever the model asks for', async (t) => {
  const at = await place(t, 'messages', craftsman);
  const root = project(at);
  writeFileSync(join(at.cwd, 'agents/api-designer.md'), `${backend.files['api-designer.md']?.replace('---\n\n', 'tools: Read\n---\n\n') ?? ''}`);
  const { code, stdout, stderr } = await run(at, '--work', root, '--write');
  assert.equal(code, 0, stdout + stderr);
  assert.equal(readFileSync(join(root, 'src/api.ts'), 'utf8'), 'export function login() {}\n');
  assert.equal(count(log(at), '"t":"artifact"'), 0);
  const heard = at.server.asks.filter(({ system }) => system.startsWith('You are @api-designer')).at(-1);
  assert.match(JSON.stringify(heard?.messages), /Refused: /);
});

test('a parallel group is asked at once', async (t) => {
  const steps = new Steps();
  const at = await place(t, 'responses', async (question) => {
    const answer = await sensible(question);
    return /^You are @(api-designer|data-keeper)/.test(question.system) ? { ...answer, pace: steps } : answer;
  });
  const child = start(['run', ...team, objective, '--policy', 'parallel', ...at.who], { cwd: at.cwd, env: at.env });
  const ended = finish(child);
  const workers = (): number => at.server.asks.filter(({ system }) => /^You are @(api-designer|data-keeper)/.test(system)).length;
  for (let asked = 1; workers() < 2; asked++) await at.server.arrived(asked);
  assert.equal(at.server.open, 2, 'both answers are under way');
  steps.go(Infinity);
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stdout + stderr);
  assert.match(log(at), /"policy":"parallel"/);
  await verified(at);
});
