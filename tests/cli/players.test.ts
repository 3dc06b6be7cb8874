// What models do in the seats of a quest, by what the server of the models heard: groups, budgets, what is sent back in a loop of tools.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Steps, wires, type Ask, type Script, type WireName } from '../loopback/script.ts';
import { agentOf, group, OBJECTIVE, players } from '../loopback/team.ts';
import { binary, finish } from './harness.ts';
import { Table } from './players.ts';

const PRICED = 'claude-haiku-4-5';
const count = (text: string, piece: string): number => text.split(piece).length - 1;

// ---- a group

/** Workers write a sentence each, and hold back until they are let go. */
function waitingWorkers(steps: Steps): Script {
  const healthy = players(group.plan);
  return async (ask) => {
    const answer = await healthy(ask);
    return (agentOf(ask) ?? 'lead') === 'lead' ? answer : { ...answer, pace: steps };
  };
}

/** Resolves when so many answers are under way. */
async function open(at: Table, count: number): Promise<void> {
  for (let asked = 1; at.server.open < count; asked++) await at.server.arrived(asked);
}

test('four workers of a group are asked at once, and the terminal shows four answers under way', { skip: existsSync('/usr/bin/script') ? false : 'no terminal: script is missing' }, async (t) => {
  const steps = new Steps();
  const at = await Table.set(t, 'messages', waitingWorkers(steps), { files: group.files });
  const command = [binary, 'run', '--agent', 'lead', OBJECTIVE, '--policy', 'parallel', ...at.who].map((word) => `'${word}'`).join(' ');
  const terminal = spawn('/usr/bin/script', ['-qec', command, '/dev/null'], { cwd: at.cwd, env: { PATH: process.env['PATH'], LANG: 'C', TERM: 'xterm', ...at.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  let shown = '';
  const seen = new Promise<void>((resolve) => terminal.stdout.on('data', (text: Buffer) => /4 answers under way/.test((shown += String(text))) && resolve()));
  const ended = finish(terminal);
  await open(at, 4);
  await seen;
  assert.equal(at.server.open, 4);
  const asked = at.server.asks.flatMap((ask) => agentOf(ask) ?? []).filter((agent) => agent !== 'lead');
  assert.deepEqual(asked.sort(), group.agents.slice(1).map((name) => name.slice(1)).sort());
  steps.go(Infinity);
  const { code } = await ended;
  assert.equal(code, 0, shown);
  await at.verified();
});

// ---- budgets

const away: Script = (ask) => (ask.schema === undefined ? { calls: [{ name: 'quest_drop', arguments: { task: 'T9', reason: 'x' } }], usage: { input: 900, output: 100 } } : players()(ask));
const chatter: Script = (ask) => (ask.schema === undefined ? { text: 'And so on. ', calls: [{ name: 'quest_message', arguments: { to: ['@api-designer'], msg: `Once more, ${ask.n}.` } }, { name: 'quest_respond', arguments: { kind: 'completed', msg: `Done, ${ask.n}.` } }, { name: 'quest_report', arguments: { msg: 'Go on.' } }] } : players()(ask));

describe('a budget stops a run-away, and a larger one lets it go on', { concurrency: 4 }, () => {
  /** What may be spent, what runs away, and what goes on with. */
  const cases: readonly { limit: string; larger: string; script: Script; most: number }[] = [
    { limit: 'tokens=60000', larger: 'tokens=9000000', script: away, most: 60 },
    { limit: 'micro=50000', larger: 'micro=90000000', script: away, most: 60 },
    { limit: 'turns=3', larger: 'turns=900', script: chatter, most: 30 },
    { limit: 'ms=400', larger: 'ms=3600000', script: async (ask) => ({ ...(await away(ask)), pace: { next: () => new Promise((resolve) => setTimeout(resolve, 20)) } }), most: 30 },
  ];
  for (const { limit, larger, script, most } of cases) {
    test(limit, async (t) => {
      let calm = false;
      const sensible = players();
      const at = await Table.set(t, 'messages', (ask) => (calm ? sensible(ask) : script(ask)), { models: [PRICED], model: PRICED });
      const first = await at.ask('run', '--agent', 'lead', OBJECTIVE, '--budget', limit);
      assert.equal(first.code, 3, first.stdout + first.stderr);
      assert.match(first.stdout, /^Paused: (The budget is used up|What is left of the budget is less than the next call may take): .*\. Go on later with: questline resume /m);
      assert.ok(at.server.asks.length > 1 && at.server.asks.length < most, `${at.server.asks.length} calls`);
      calm = true;
      const again = await at.ask('resume', at.path, '--budget', larger);
      assert.equal(again.code, 0, again.stdout + again.stderr);
      await at.verified();
    });
  }
});

// ---- what is sent back in a loop of tools

/** What each API wants back of an answer that thought and called a tool: thoughts with their signatures, and calls as they came. */
const replayed: Readonly<Record<WireName, (ask: Ask) => unknown>> = {
  messages: ({ body }) => (body['messages'] as { role: string; content: object[] }[]).filter(({ role }) => role === 'assistant').flatMap(({ content }) => content),
  responses: ({ body }) => (body['input'] as { type?: string }[]).filter(({ type }) => type === 'reasoning' || type === 'function_call'),
  chat: ({ body }) => (body['messages'] as { role: string }[]).filter(({ role }) => role === 'assistant'),
  generate: ({ body }) => (body['contents'] as { role: string; parts: object[] }[]).filter(({ role }) => role === 'model').flatMap(({ parts }) => parts),
};

const THOUGHT = 'First the order of the tasks.';
const signature = (n: number): string => Buffer.from(`thought ${n}`).toString('base64');

/** As the official SDKs send it for the answers that were given; tests/differential holds the same against the SDKs themselves. */
const demanded: Readonly<Record<WireName, (n: number, call: { id: string; name: string; args: object }) => unknown>> = {
  messages: (n, { id, name, args }) => [
    { type: 'thinking', thinking: THOUGHT, signature: signature(n) },
    { type: 'tool_use', id, name, input: args },
  ],
  responses: (n, { id, name, args }) => [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: THOUGHT }], encrypted_content: signature(n) },
    { type: 'function_call', call_id: id, name, arguments: JSON.stringify(args) },
  ],
  chat: (_, { id, name, args }) => [{ role: 'assistant', content: null, reasoning_content: THOUGHT, tool_calls: [{ id, type: 'function', function: { name, arguments: JSON.stringify(args) } }] }],
  generate: (n, { id, name, args }) => [{ functionCall: { id, name, args }, thoughtSignature: signature(n) }], // a thought without a signature is none of its own
};

/** Without what a server may name as it likes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (key, kept: unknown) => (/^(status|caller|cache_control)$/.test(key) || (key === 'id' && /^(rs|fc|msg)_/.test(String(kept))) ? undefined : kept)));

for (const wire of wires) {
  test(`${wire}: a second request of a loop of tools holds the thoughts and calls of the first answer`, async (t) => {
    const args = { task: 'T9', reason: 'x' };
    const healthy = players();
    const at = await Table.set(t, wire, (ask) => (ask.n === 2 ? { thinking: THOUGHT, calls: [{ id: 'call_1', name: 'quest_drop', arguments: args }] } : healthy(ask)));
    const { code, stdout } = await at.ask('run', '--agent', 'lead', OBJECTIVE);
    assert.equal(code, 0, stdout);
    const second = at.server.asks.find(({ n }) => n === 3);
    assert.ok(second);
    assert.deepEqual(plain(replayed[wire](second)), demanded[wire](2, { id: 'call_1', name: 'quest_drop', args }));
    const results = second.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result'));
    assert.equal(results.length, 1);
  });
}

test('messages: what a loop of tools says again is marked, so that the provider may keep it', async (t) => {
  const at = await Table.set(t, 'messages', players());
  assert.equal((await at.ask('run', '--agent', 'lead', OBJECTIVE)).code, 0);
  const marks = at.server.asks.map(({ body }) => count(JSON.stringify(body), '"cache_control":{"type":"ephemeral"}'));
  assert.equal(marks[0], 0, 'a plan is asked for once');
  for (const marked of marks.slice(1)) assert.equal(marked, 2, 'who it is, and what was said so far');
});
