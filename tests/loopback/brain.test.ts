import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brain, fill } from './brain.ts';
import type { Answer, Ask, Message, Schema, Script, Tool } from './script.ts';

const send: Tool = {
  name: 'quest_message',
  description: 'Gives work.',
  schema: {
    type: 'object',
    properties: { to: { type: 'array', items: { type: 'string', enum: ['@api', '@tests'] } }, msg: { type: 'string' } },
    required: ['to', 'msg'],
  },
};
const respond: Tool = {
  name: 'quest_respond',
  description: 'Ends the turn.',
  schema: { type: 'object', properties: { kind: { enum: ['completed', 'progress', 'blocked'] }, msg: { type: 'string' } }, required: ['kind', 'msg'] },
};
const complete: Tool = {
  name: 'quest_complete',
  description: 'Ends the quest.',
  schema: { type: 'object', properties: { summary: { type: 'string' } }, required: ['summary'] },
};

const asked = (tools: readonly Tool[], messages: readonly Message[], schema?: Schema): Ask => ({
  wire: 'chat',
  model: 'loop-small',
  system: 'You are @lead.',
  messages,
  tools,
  schema,
  stream: true,
  n: 1,
  body: {},
});
const words: Message = { role: 'user', parts: [{ kind: 'text', text: 'It is your turn.' }] };

/** Plays one turn: every call is answered, those named in `refused` by an error. Returns what was called. */
async function turn(script: Script, tools: readonly Tool[], refused: readonly string[] = [], text = 'It is your turn.'): Promise<[string, unknown][]> {
  const messages: Message[] = [{ role: 'user', parts: [{ kind: 'text', text }] }];
  const called: [string, unknown][] = [];
  for (let round = 0; round < 8; round++) {
    const answer: Answer = await script(asked(tools, messages));
    const calls = (answer.calls ?? []).map(({ name, arguments: given }, at) => ({ name, arguments: given as object, id: `${round}-${at}` }));
    if (calls.length === 0) return called;
    called.push(...calls.map((call): [string, unknown] => [call.name, call.arguments]));
    messages.push({ role: 'assistant', parts: calls.map((call) => ({ kind: 'call', ...call })) });
    messages.push({ role: 'user', parts: calls.map(({ id, name }) => ({ kind: 'result', id, text: '', error: refused.includes(name) })) });
  }
  return assert.fail('the turn does not end');
}

describe('the brain', () => {
  it('leads: sends to everybody once, ends its turn, and completes when that is let', async () => {
    const script = brain();
    const tools = [send, respond, complete];
    const msg = 'Please do your part and say when it is done.';
    assert.deepEqual(await turn(script, tools), [
      ['quest_message', { to: ['@api'], msg }],
      ['quest_message', { to: ['@tests'], msg }],
      ['quest_respond', { kind: 'progress', msg }],
    ]);
    assert.deepEqual((await turn(script, tools, ['quest_complete'])).map(([name]) => name), ['quest_complete', 'quest_respond']); // prettier-ignore
    assert.deepEqual((await turn(script, tools))[0], ['quest_complete', { summary: 'All of it is done.' }]);
  });

  it('hands out the tasks of a plan as they may begin', async () => {
    const plan = (...statuses: string[]): string =>
      `- T1 Write it; for @api; ${statuses[0]}; group 1\n  Outputs: a\n- T2 Test it; for @tests; ${statuses[1]}; after T1; group 2\n`;
    const script = brain();
    const tools = [send, respond, complete];
    const tasks = async (text: string): Promise<string[]> => {
      const called = await turn(script, tools, ['quest_complete'], text);
      return called.map(([name, given]) => (given as { task?: string }).task ?? name);
    };
    assert.deepEqual(await tasks(plan('todo', 'todo')), ['T1', 'quest_respond']);
    assert.deepEqual(await tasks(plan('doing', 'todo')), ['quest_complete', 'quest_respond']);
    assert.deepEqual(await tasks(plan('done', 'todo')), ['T2', 'quest_respond']);
    assert.deepEqual(await tasks(plan('done', 'done')), ['quest_complete', 'quest_respond']);
  });

  it('gives evidence for open gates, and judges what was given', async () => {
    const gate = { type: 'string' };
    const evidence: Tool = { name: 'quest_evidence', description: '', schema: { properties: { as: { enum: ['given'] }, gate }, required: ['as', 'gate'] } };
    const judge: Tool = { name: 'quest_judge', description: '', schema: { properties: { as: { enum: ['fail', 'pass'] }, gate }, required: ['as', 'gate'] } };
    const text = '## Gates\n\n- G1; open; of T1; the word green\n- G2; open; a number > 80000 thousandths of %\n- G3; given; evidence by @api\n';
    assert.deepEqual((await turn(brain(), [respond, evidence, judge], [], text)).slice(0, 3), [
      ['quest_evidence', { as: 'given', gate: 'G1', word: 'green' }],
      ['quest_evidence', { as: 'given', gate: 'G2', value: 80001 }],
      ['quest_judge', { as: 'pass', gate: 'G3' }],
    ]);
  });

  it('works: responds once that all is done', async () => {
    const msg = 'Please do your part and say when it is done.';
    assert.deepEqual(await turn(brain(), [respond]), [['quest_respond', { kind: 'completed', msg }]]);
  });

  it('answers in words, or by the schema that is asked for', async () => {
    assert.deepEqual(await brain()(asked([], [words])), { text: 'Read and done: It is your turn.' });
    const notes: Schema = { type: 'array', items: { type: 'integer' } };
    const schema: Schema = { type: 'object', properties: { ok: { type: 'boolean' }, notes }, required: ['ok', 'notes'] };
    assert.deepEqual(await brain()(asked([], [words], schema)), { text: '{"ok":true,"notes":[]}' });
  });

  it('plans a task for each agent who is named', async () => {
    const task: Schema = { type: 'object', properties: { agent: { type: 'string' }, after: { type: 'array' } }, required: ['agent', 'after'] };
    const schema: Schema = { type: 'object', properties: { tasks: { type: 'array', items: task } }, required: ['tasks'] };
    const agents: Message = { role: 'user', parts: [{ kind: 'text', text: '# Agents\n\n- @api: designs\n- @tests: tests\n' }] };
    const { tasks } = JSON.parse((await brain()(asked([], [agents], schema))).text ?? '') as { tasks: { id: string; agent: string; after: string[] }[] };
    assert.deepEqual(tasks.map(({ id, agent, after }) => [id, agent, after]), [['T1', '@api', []], ['T2', '@tests', []]]); // prettier-ignore
  });

  it('fills a schema with the least that fits it', () => {
    assert.deepEqual(
      [fill({ const: 7 }), fill({ anyOf: [{ type: 'null' }] }), fill({ type: ['null', 'string'] }, 'path'), fill({ type: 'array', minItems: 1, items: {} })],
      [7, null, 'notes.md', ['Done as asked.']],
    );
    assert.deepEqual(fill({ properties: { a: {}, b: {} }, required: ['b'] }), { b: 'Done as asked.' });
  });
});
