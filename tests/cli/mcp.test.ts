// Tools of MCP servers from the command line, with servers of the official SDK.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { wordsOf, type Ask, type Call, type Script } from '../loopback/script.ts';
import { agentOf, KEY, players } from '../loopback/team.ts';
import { Servers, type Kind } from '../mcp/server.ts';
import { finish, questline } from './harness.ts';
import { count, Scene } from './scene.ts';
import { terminal } from './terminal.ts';

interface Test {
  after(f: () => Promise<void>): void;
}

const MCP_KEY = 'mcp-key-abcdef-0123456789';
const tool = (name: string, args: object = {}): Call => ({ name: `mcp__docs__${name}`, arguments: args });
const results = (ask: Ask): number => ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;

/** The designer makes these calls, one after another; `before` is told which comes. */
function uses(calls: readonly Call[], before: (made: number) => void = () => undefined): Script {
  const others = players();
  return (ask) => {
    const made = results(ask);
    if (agentOf(ask) !== 'api-designer' || made >= calls.length) return others(ask);
    before(made);
    return { calls: [calls[made]!] };
  };
}

async function scene(t: Test, kind: Partial<Kind>, ...calls: readonly Call[]): Promise<{ at: Scene; docs: Servers }> {
  const docs = await Servers.start({ stateful: true, json: false, ...kind });
  t.after(() => docs.stop());
  const at = await Scene.set(t, uses(calls));
  at.allow('api-designer', 'mcp__docs');
  at.allow('data-keeper', 'Read');
  return { at, docs };
}

const of = (at: Scene, agent: string): Ask[] => at.server.asks.filter((ask) => agentOf(ask) === agent);
const told = (at: Scene): string => wordsOf(of(at, 'api-designer').at(-1)!);
const names = (at: Scene, agent: string): string[] => of(at, agent).flatMap(({ tools }) => tools.map(({ name }) => name));

async function verified(at: Scene): Promise<void> {
  const { stdout } = await questline(['verify', '--json', at.files[0] ?? ''], { cwd: at.cwd });
  const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' });
}

for (const kind of [{ stateful: true, json: false }, { stateful: false, json: true }]) {
  test(`a tool of a server ${kind.stateful ? 'with sessions' : 'without sessions, in JSON'} is called with its key, and logged`, async (t) => {
    const { at, docs } = await scene(t, { ...kind, key: MCP_KEY }, tool('echo', { words: 'low water' }));
    at.env['MCP_DOCS_API_KEY'] = MCP_KEY;
    const { code, stdout, stderr } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
    assert.deepEqual([code, stderr], [0, ''], stdout + stderr);
    assert.match(told(at), /from="mcp__docs__echo">\nlow water\n<\/data/);
    assert.equal(count(at.log(), '"tool":"mcp__docs__echo"'), 1);
    assert.match((await questline(['quest', 'log', '--quest', at.files[0] ?? ''], { cwd: at.cwd })).stdout, /mcp__docs__echo/);
    assert.equal(docs.sessions, 0, 'the session is closed');
    assert.ok(docs.heard.every(({ headers }) => headers.authorization === `Bearer ${MCP_KEY}` && !JSON.stringify(headers).includes(KEY)));
    for (const text of [stdout, at.log(), ...at.server.requests.map(({ body, headers }) => body + JSON.stringify(headers))]) assert.ok(!text.includes(MCP_KEY));
    await verified(at);
  });
}

test('a server is offered to those whose file lists it, or lists nothing', async (t) => {
  const { at, docs } = await scene(t, {}, tool('echo', { words: 'x' }));
  at.allow('reviewer', 'mcp__docs__table');
  const { code } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
  assert.equal(code, 0);
  assert.ok(names(at, 'api-designer').includes('mcp__docs__files_read') || names(at, 'api-designer').includes('mcp__docs__files.read'));
  assert.deepEqual(names(at, 'data-keeper').filter((name) => name.startsWith('mcp__')), []);
  assert.deepEqual([...new Set(names(at, 'reviewer').filter((name) => name.startsWith('mcp__')))], ['mcp__docs__table']);
});

test('a tool that the file does not list is refused when it is called all the same', async (t) => {
  const { at, docs } = await scene(t, {}, tool('echo', { words: 'x' }));
  const table = await Scene.set(t, uses([tool('echo', { words: 'x' })]));
  table.allow('api-designer', 'mcp__docs__table');
  const { code } = await table.play('--mcp', `docs=${docs.url}`, '--yes');
  assert.equal(code, 0);
  assert.match(told(table), /Refused|not list|no tool/i);
  assert.equal(at.server.asks.length, 0);
});

test('what a tool says went wrong, and what it throws, is told the model', async (t) => {
  const { at, docs } = await scene(t, {}, tool('fail'), tool('throw'), tool('table'));
  const { code } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
  assert.equal(code, 0);
  assert.match(told(at), /There is no such harbour\.[^]*The gauge is broken\.[^]*Łeba/);
});

test('a server that is down, or is none, is one line; the rest goes on', async (t) => {
  const { at, docs } = await scene(t, {});
  const { url: closed } = docs;
  await docs.stop();
  for (const url of [closed, `${at.server.origin}/nowhere`]) {
    const { code, stdout, stderr } = await at.play('--mcp', `docs=${url}`);
    assert.equal(code, 0, stdout + stderr);
    assert.ok(stderr.trim().split('\n').every((line) => /^questline: docs: The MCP server docs cannot be used: .+\.?$/.test(line)), stderr);
    assert.ok(stderr.length > 0);
    assert.equal(names(at, 'api-designer').some((name) => name.startsWith('mcp__')), false);
  }
});

test('a wrong key is told as such, without the key', async (t) => {
  const { at, docs } = await scene(t, { key: MCP_KEY });
  at.env['MCP_DOCS_API_KEY'] = 'wrong-key-987654';
  const { code, stdout, stderr } = await at.play('--mcp', `docs=${docs.url}`);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr, /^questline: docs: The MCP server docs cannot be used: The server wants a key, or another one\./m);
  assert.doesNotMatch(stdout + stderr + at.log(), /wrong-key/);
});

test('a server that is slow is waited for', async (t) => {
  const { at, docs } = await scene(t, {}, tool('waits'));
  docs.waiting = () => new Promise((resolve) => setTimeout(resolve, 700));
  const { code } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
  assert.equal(code, 0);
  assert.match(told(at), /from="mcp__docs__waits">\nwaited\n/);
});

test('a server that forgets the session is greeted again', async (t) => {
  const { at, docs } = await scene(t, {});
  at.server.script = uses([tool('echo', { words: 'first' }), tool('echo', { words: 'second' })], (made) => made === 1 && docs.forget());
  const { code, stderr } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(told(at), /first[^]*second/);
});

test('a server that goes away in the middle of the quest is told, and done without', async (t) => {
  const { at, docs } = await scene(t, {});
  let stopped: Promise<void> | undefined;
  at.server.script = uses([tool('echo', { words: 'first' }), tool('echo', { words: 'second' })], (made) => made === 1 && (stopped = docs.stop()));
  const { code, stdout, stderr } = await at.play('--mcp', `docs=${docs.url}`, '--yes');
  await stopped;
  assert.equal(code, 0, stdout + stderr);
  assert.match(told(at), /first[^]*The MCP server docs cannot be used/);
  assert.match(stderr, /^questline: docs: The MCP server docs cannot be used: /m);
  await verified(at);
});

test('Ctrl-C in a call: it is not made again without a person, and with one it is', async (t) => {
  const { at, docs } = await scene(t, {}, tool('waits'));
  let calls = 0;
  const arrived = Promise.withResolvers<void>();
  docs.waiting = () => {
    calls++;
    arrived.resolve();
    return calls > 1 ? Promise.resolve() : new Promise(() => undefined);
  };
  const child = at.begin('--mcp', `docs=${docs.url}`, '--yes');
  const ended = finish(child);
  await arrived.promise;
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 130);
  assert.match(stderr, /Interrupted after \d+ events\. Nothing is lost/);
  const resume = ['resume', at.files[0] ?? '', '--specs', 'agents', ...at.who(), '--mcp', `docs=${docs.url}`, '--yes'];
  const session = terminal(resume, at.cwd, at.env);
  await session.shows(/once more\. The same call was made before[^]*Allow it\? \[y\/N\] /);
  assert.equal(calls, 1);
  session.type('y\n');
  assert.equal(await session.ended, 0, session.screen());
  assert.equal(calls, 2);
  assert.match(told(at), /waited/);
  await verified(at);
});

test('a conversation uses servers as well; several, each by its name', async (t) => {
  const { at, docs } = await scene(t, { key: MCP_KEY });
  const other = await Servers.start({ stateful: false, json: true });
  t.after(() => other.stop());
  at.env['MCP_DOCS_API_KEY'] = MCP_KEY;
  at.server.script = (ask) =>
    results(ask) > 0 ? { text: `They said ${/one[^]*two/.exec(wordsOf(ask)) ? 'both' : 'nothing'}.` } : { calls: [tool('echo', { words: 'one' }), { name: 'mcp__more__echo', arguments: { words: 'two' } }] };
  const words = ['chat', '--specs', 'agents', '--agent', 'lead', 'Look it up', ...at.who(), '--yes', '--mcp', `docs=${docs.url}`, '--mcp', `more=${other.url}`];
  const { code, stdout, stderr } = await at.ask(...words);
  assert.deepEqual([code, stdout, stderr], [0, 'They said both.\n', '']);
  assert.ok(other.heard.every(({ headers }) => headers.authorization === undefined), 'a key goes to its own server alone');
});

test('a server that takes a connection and says nothing does not keep Ctrl-C from ending it', async (t) => {
  const { at } = await scene(t, {});
  const arrived = Promise.withResolvers<void>();
  const mute = createServer((socket) => arrived.resolve(void socket.resume()));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => new Promise<void>((resolve) => (mute.close(() => resolve()), undefined)));
  const child = at.begin('--mcp', `docs=http://127.0.0.1:${(mute.address() as { port: number }).port}/mcp`);
  const ended = finish(child);
  await arrived.promise;
  const from = Date.now();
  child.kill('SIGINT');
  assert.equal((await ended).code, 130);
  assert.ok(Date.now() - from < 3000);
});
