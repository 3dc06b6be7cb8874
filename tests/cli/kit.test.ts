// What models are given to work with on the command line: memory, servers, commands.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { agentOf, players } from '../loopback/team.ts';
import { type Script } from '../loopback/script.ts';
import { folder, questline } from './harness.ts';
import { Scene } from './scene.ts';
import { terminal } from './terminal.ts';

const entity = { entities: [{ name: 'billing', entityType: 'module', observations: ['Owns invoices'] }] };

/** The designer remembers something, then goes on as everybody does. */
const remembers: Script = (ask) => {
  const used = ask.messages.some(({ parts }) => parts.some(({ kind }) => kind === 'result'));
  if (agentOf(ask) !== 'api-designer' || used) return players()(ask);
  return { calls: [{ name: 'mcp__memory__create_entities', arguments: entity }] };
};

test('what a model remembers is in the file, and what stood there stays', async (t) => {
  const at = await Scene.set(t, remembers);
  at.allow('api-designer', 'mcp__memory');
  const file = join(at.cwd, 'memory.jsonl');
  writeFileSync(file, '{"type":"entity","name":"queue","entityType":"module","observations":[]}\n');
  const { code, stdout, stderr } = await at.play('--memory', 'memory.jsonl');
  assert.equal(code, 0, stdout + stderr);
  assert.match(readFileSync(file, 'utf8'), /"queue"[^]*"billing"[^]*"Owns invoices"/);
});

test('what another process adds and forgets meanwhile holds beside what a model remembers and forgets', async (t) => {
  let file = '';
  const meanwhile = async (...args: string[]): Promise<void> => assert.equal((await questline(['memory', ...args, '--file', file])).code, 0);
  const at = await Scene.set(t, async (ask) => {
    const results = ask.messages.flatMap(({ parts }) => parts.filter(({ kind }) => kind === 'result')).length;
    if (agentOf(ask) !== 'api-designer' || results > 1) return players()(ask);
    if (results === 1) return { calls: [{ name: 'mcp__memory__delete_entities', arguments: { entityNames: ['mail'] } }] };
    await meanwhile('delete', 'queue'); // the quest holds it
    await meanwhile('create', 'bus', 'module');
    await meanwhile('observe', 'mail', 'Sends letters');
    return { calls: [{ name: 'mcp__memory__create_entities', arguments: entity }] };
  });
  at.allow('api-designer', 'mcp__memory');
  file = join(at.cwd, 'memory.jsonl');
  for (const name of ['queue', 'kept', 'mail']) await meanwhile('create', name, 'module');
  const { code, stdout, stderr } = await at.play('--memory', 'memory.jsonl');
  assert.equal(code, 0, stdout + stderr);
  const names = readFileSync(file, 'utf8').split('\n').map((line) => (JSON.parse(line) as { name: string }).name);
  assert.deepEqual(names, ['kept', 'billing', 'bus']);
});

test('two quests that remember at the same time lose nothing', async (t) => {
  const file = join(folder(), 'memory.jsonl');
  const both = Promise.withResolvers<void>();
  let there = 0;
  const [one, other] = await Promise.all(
    ['billing', 'shipping'].map(async (name) => {
      const at = await Scene.set(t, async (ask) => {
        const used = ask.messages.some(({ parts }) => parts.some(({ kind }) => kind === 'result'));
        if (agentOf(ask) !== 'api-designer' || used) return players()(ask);
        if (++there === 2) both.resolve();
        await both.promise; // each holds the file as it was before the other wrote it
        return { calls: [{ name: 'mcp__memory__create_entities', arguments: { entities: [{ name, entityType: 'module', observations: [] }] } }] };
      });
      at.allow('api-designer', 'mcp__memory');
      return at.play('--memory', file);
    }),
  );
  assert.deepEqual([one?.code, other?.code], [0, 0], `${one?.stderr}${other?.stderr}`);
  assert.deepEqual(readFileSync(file, 'utf8').match(/billing|shipping/g)?.sort(), ['billing', 'shipping']);
});

test('a memory that nobody changed is not written', async (t) => {
  const at = await Scene.set(t, players());
  const { code } = await at.play('--memory', 'memory.jsonl');
  assert.equal(code, 0);
  assert.equal(existsSync(join(at.cwd, 'memory.jsonl')), false);
});

const inMemory = (at: Scene): string => readFileSync(join(at.cwd, 'memory.jsonl'), 'utf8');

test('--ask change: at a terminal a person says no to a change, then yes', async (t) => {
  for (const [answer, kept] of [['n', false], ['y', true]] as const) {
    const at = await Scene.set(t, remembers);
    at.allow('api-designer', 'mcp__memory');
    writeFileSync(join(at.cwd, 'memory.jsonl'), '');
    const session = terminal(at.words('--memory', 'memory.jsonl', '--ask', 'change'), at.cwd, at.env);
    await session.shows(/@api-designer wants to use mcp__memory__create_entities .*billing[^]*You want to be asked before each change\. Allow it\? \[y\/N\] /);
    session.type(`${answer}\n`);
    assert.equal(await session.ended, 0, session.screen());
    assert.equal(inMemory(at).includes('billing'), kept);
  }
});

test('--ask change: without a terminal a change is refused, and the quest goes on', async (t) => {
  const at = await Scene.set(t, remembers);
  at.allow('api-designer', 'mcp__memory');
  writeFileSync(join(at.cwd, 'memory.jsonl'), '');
  const { code, stderr } = await at.play('--memory', 'memory.jsonl', '--ask', 'change');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /mcp__memory__create_entities of @api-designer is refused: there is no terminal to ask at\./);
  assert.equal(inMemory(at), '');
});

test('options that belong together', async (t) => {
  const at = await Scene.set(t, players());
  const words = ['run', '--specs', 'agents', '--agent', 'lead', 'Add login'];
  assert.match((await at.ask(...words, '--memory', 'm')).stderr, /belong to --provider/);
  assert.match((await at.ask(...words, '--ask', 'all')).stderr, /belong to --provider/);
  assert.deepEqual(await at.play('--ask', 'chnge').then(({ code, stderr }) => [code, /Did you mean change\?/.test(stderr)]), [2, true]);
  assert.match((await at.play('--ask', 'all', '--yes')).stderr, /leave one of them out/);
  assert.match((await at.play('--allow-bash')).stderr, /--allow-bash needs --work DIR/);
  assert.match((await at.play('--mcp', 'docs')).stderr, /--mcp wants NAME=URL/);
  assert.match((await at.play('--mcp', 'docs=https://x/\ny')).stderr, /no line ends/);
  assert.match((await at.play('--memory', join(at.cwd, 'agents'))).stderr, /directory|folder/i);
});
