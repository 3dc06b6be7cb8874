// Who answers in a conversation asks another agent with Task: on the command line, over real HTTP.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf, type Script } from '../loopback/script.ts';
import { agentOf } from '../loopback/team.ts';
import { Scene } from './scene.ts';
import { terminal } from './terminal.ts';

const USAGE = { input: 100, output: 10 };
const review = { name: 'Task', arguments: { description: 'Review', prompt: 'Do the tests pass?', subagent_type: 'reviewer' } };
const told = ['chat', '--specs', 'agents', '--agent', 'lead', 'Is it ready?'];

/** The leader asks the reviewer, who answers with this script, and says what it heard. */
const leader = (reviewer: Script): Script => (ask) => {
  if (agentOf(ask) !== 'lead') return reviewer(ask);
  if (ask.messages.length < 2) return { text: 'I ask.', calls: [review], usage: USAGE };
  const result = ask.messages.at(-1)?.parts.find((part) => part.kind === 'result');
  const failed = result?.kind === 'result' && result.error;
  return { text: failed ? 'It could not say.' : wordsOf(ask).includes('All 12 tests pass') ? 'Yes, all 12 tests pass.' : 'It said nothing.', usage: USAGE };
};

for (const wire of ['messages', 'responses', 'chat', 'generate'] as const)
  test(`${wire}: another agent is asked, who it is is told, and the answer costs what all calls cost`, async (t) => {
    const at = await Scene.set(t, leader(() => ({ text: 'All 12 tests pass.', usage: USAGE })), wire);
    const { code, stdout, stderr } = await at.ask(...told, ...at.who());
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: 'I ask.\nYes, all 12 tests pass.\n', stderr: 'questline: @reviewer is asked.\n' });
    assert.deepEqual(at.server.asks.map(agentOf), ['lead', 'reviewer', 'lead']);
    const [first, other] = at.server.asks;
    assert.deepEqual([first?.tools.map(({ name }) => name).includes('Task'), other?.tools.length], [true, 0]);
    assert.match(first?.system ?? '', /- @reviewer: Security review/);
    assert.doesNotMatch(JSON.stringify(other?.messages), /Is it ready/);
    const json = await at.ask(...told, ...at.who(), '--json');
    const answer = JSON.parse(json.stdout) as { answer: string; usage: { input: number; output: number } };
    assert.deepEqual([answer.answer, answer.usage.input, answer.usage.output], ['Yes, all 12 tests pass.', 300, 30]);
  });

test('an agent that cannot be asked is told the one who asks, and the conversation goes on', async (t) => {
  const at = await Scene.set(t, leader(() => ({ fault: { kind: 'status', status: 400, message: 'No such thing.' } })));
  const { code, stdout } = await at.ask(...told, ...at.who());
  assert.deepEqual([code, stdout], [0, 'I ask.\nIt could not say.\n']);
  assert.match(JSON.stringify(at.server.asks.at(-1)?.messages), /@reviewer could not be asked: /);
});

test('whom the file does not name is not asked', async (t) => {
  const at = await Scene.set(t, leader(() => ({ text: 'All 12 tests pass.' })));
  at.allow('lead', 'Task(api-designer)');
  const { code, stdout } = await at.ask(...told, ...at.who());
  assert.deepEqual([code, stdout], [0, 'I ask.\nIt could not say.\n']);
  assert.deepEqual(at.server.asks.map(agentOf), ['lead', 'lead']);
  assert.match(JSON.stringify(at.server.asks.at(-1)?.messages), /By its file @lead does not ask @reviewer\./);
});

test('who is asked works with its own tools, and a person is asked in its name', async (t) => {
  const at = await Scene.set(t, leader((ask) => (ask.messages.length < 2 ? { calls: [{ name: 'Bash', arguments: { command: 'echo All 12 tests pass' } }] } : { text: wordsOf(ask).includes('All 12 tests pass') ? 'All 12 tests pass.' : 'I may not look.' })));
  const session = terminal([...told, ...at.who(), '--work', 'project'], at.cwd, at.env);
  await session.shows(/@reviewer wants to run[^]*echo All 12 tests pass[^]*Allow it\? \[y\/N\] /);
  session.type('y\n');
  assert.equal(await session.ended, 0, session.screen());
  assert.match(session.screen(), /Yes, all 12 tests pass\./);
});

test('Ctrl-C ends an answer while another agent is asked', async (t) => {
  const at = await Scene.set(t, leader(() => ({ text: 'All 12', fault: { kind: 'hang', at: 'text' } })));
  const session = terminal([...told, ...at.who()], at.cwd, at.env);
  await session.shows(/@reviewer is asked\./);
  session.type('\x03');
  assert.equal(await session.ended, 130, session.screen());
});
