// Ctrl-C while an answer streams: a run pauses and is gone on with, a conversation stops the answer, a plan leaves nothing behind.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Ask, type Script, Steps, wordsOf } from '../loopback/script.ts';
import { OBJECTIVE, players } from '../loopback/team.ts';
import { count, Scene } from './scene.ts';
import { terminal, type Session } from './terminal.ts';

const CTRL_C = '\x03';

/** The n-th answer, where this is so, begins and does not go on: the first words are out when `begun` resolves. */
function held(script: Script, when: (ask: Ask) => boolean, words: string): { script: Script; begun: Promise<void>; open: () => void } {
  const begun = Promise.withResolvers<void>();
  let holds = true;
  const pace = { n: 0, next: (): Promise<void> => (++pace.n < 8 || !holds ? Promise.resolve() : (begun.resolve(), new Promise<void>(() => undefined))) };
  return {
    begun: begun.promise,
    open: () => (holds = false),
    script: async (ask) => {
      const answer = await script(ask);
      return holds && when(ask) ? { ...answer, text: words, piece: 12, pace } : answer;
    },
  };
}

/** At once, or, where the terminal made one signal of both, at the prompt that came back. */
async function twice(session: Session): Promise<number | null> {
  session.type(CTRL_C);
  await session.shows(/\^C/);
  session.type(CTRL_C);
  const prompt = session.shows(/leaves\.\r\n> /).then(() => session.type(CTRL_C), () => undefined);
  await Promise.race([prompt, session.ended]);
  return session.ended;
}

const at = (scene: Scene, ...args: string[]): Session => terminal([...args, ...scene.who()], scene.cwd, scene.env);
const bodies = (scene: Scene): string[] => scene.server.requests.map(({ body }) => body);

async function verified(scene: Scene): Promise<void> {
  const { stdout } = await scene.ask('verify', '--json', scene.files[0] ?? '');
  const { intact, legal, complete } = JSON.parse(stdout) as Record<string, string>;
  assert.deepEqual({ intact, legal, complete }, { intact: 'yes', legal: 'yes', complete: 'terminal' });
}

test('run: Ctrl-C in mid-stream says how to go on, and resume asks nothing twice that was logged', async (t) => {
  const stop = held(players(), ({ n }) => n === 4, 'I read what there is. '.repeat(20));
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'run', '--specs', 'agents', '--agent', 'lead', OBJECTIVE);
  await stop.begun;
  session.type(CTRL_C);
  assert.equal(await session.ended, 130, session.screen());
  const [sentence = ''] = /questline: Interrupted after \d+ events\. Nothing is lost; go on with: questline resume \w+/.exec(session.screen()) ?? [];
  assert.notEqual(sentence, '', session.screen());
  const before = scene.log();
  const answered = count(before, '"outcome":"ok"');
  assert.ok(answered >= 1, 'what was whole is logged');
  const asked = bodies(scene);
  const done = asked.slice(0, answered + 1); // the plan, which is not logged as a call, and those
  stop.open();
  const again = await scene.ask('resume', sentence.split(' ').at(-1) ?? '', '--specs', 'agents', ...scene.who());
  assert.equal(again.code, 0, again.stdout + again.stderr);
  assert.ok(scene.log().startsWith(before), 'the same bytes, and more');
  for (const body of bodies(scene).slice(asked.length)) assert.ok(!done.includes(body), 'what was answered is not asked again');
  assert.equal(count(scene.log(), '"outcome":"lost"'), asked.length - done.length, 'what was under way is known as lost');
  await verified(scene);
});

test('run: a second Ctrl-C at once ends at once, and nothing is lost either', async (t) => {
  const stop = held(players(), ({ n }) => n === 3, 'I read what there is. '.repeat(20));
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'run', '--specs', 'agents', '--agent', 'lead', OBJECTIVE);
  await stop.begun;
  assert.equal(await twice(session), 130, session.screen());
  stop.open();
  const again = await scene.resume();
  assert.equal(again.code, 0, again.stdout + again.stderr);
  await verified(scene);
});

/** Nothing beside the files that were there. */
function nothingMade(scene: Scene): void {
  assert.deepEqual(readdirSync(scene.cwd).sort(), ['agents', 'project']);
}

test('plan: Ctrl-C in mid-stream prints no half of a plan and leaves nothing behind', async (t) => {
  const stop = held(players(), () => true, '{"tasks":[{"id":"T1","title":"Write');
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'plan', '--specs', 'agents', '--agent', 'lead', OBJECTIVE);
  await stop.begun;
  await session.shows(/1 answer under way/);
  session.type(CTRL_C);
  assert.equal(await session.ended, 130, session.screen());
  assert.match(session.screen(), /\r\x1b\[Kquestline: Interrupted\.\r\n$/, 'on a line of its own');
  assert.doesNotMatch(session.screen(), /T1|Write/);
  nothingMade(scene);
});

test('run: Ctrl-C while its plan streams leaves no quest behind', async (t) => {
  const stop = held(players(), () => true, '{"tasks":[{"id":"T1","title":"Write');
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'run', '--specs', 'agents', '--agent', 'lead', OBJECTIVE);
  await stop.begun;
  session.type(CTRL_C);
  assert.equal(await session.ended, 130, session.screen());
  assert.match(session.screen(), /questline: Interrupted\./);
  const store = join(scene.cwd, '.questline/quests');
  assert.deepEqual(existsSync(store) ? readdirSync(store) : [], []);
});

const WORDS = 'The schema is in the repository, under core, in a file of its own. ';

/** A conversation at a terminal whose first answer stands still in its middle. */
async function conversation(t: TestContext): Promise<{ scene: Scene; session: Session; open: () => void }> {
  const stop = held((ask) => ({ text: `You asked ${ask.messages.length} times.` }), () => true, WORDS.repeat(4));
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'chat', '--specs', 'agents', '--agent', 'lead');
  await session.shows(/> /);
  session.type('Where is the schema?\n');
  await stop.begun;
  await session.shows(/The schema/);
  return { scene, session, open: stop.open };
}

test('chat: Ctrl-C stops the answer and gives the prompt back; what came stays; at the prompt it leaves', async (t) => {
  const { scene, session, open } = await conversation(t);
  session.type(CTRL_C);
  await session.shows(/\nquestline: Stopped\. Ctrl-C at the prompt leaves\.\r\n> /);
  open();
  session.type('Go on\n');
  await session.shows(/You asked 3 times\.\r\n> /);
  const [, last] = scene.server.asks;
  assert.deepEqual(last?.messages.map(({ role }) => role), ['user', 'assistant', 'user']);
  assert.match(last === undefined ? '' : wordsOf(last), /^Where is the schema\?\nThe schema[^]*\nGo on$/);
  session.type(CTRL_C);
  assert.equal(await session.ended, 130, session.screen());
});

test('chat: what was stopped before a word came is as if it had not been asked', async (t) => {
  const steps = new Steps();
  const scene = await Scene.set(t, (ask) => ({ text: `You asked ${ask.messages.length} times.`, ...(ask.n === 1 && { pace: steps }) }));
  const session = at(scene, 'chat', '--specs', 'agents', '--agent', 'lead');
  await session.shows(/> /);
  session.type('Where is the schema?\n');
  await scene.server.arrived(1);
  session.type(CTRL_C);
  await session.shows(/questline: Stopped\. Ctrl-C at the prompt leaves\.\r\n> /);
  session.type('Hello\n');
  await session.shows(/You asked 1 times\.\r\n> /);
  session.type('\x04');
  assert.equal(await session.ended, 0, session.screen());
});

test('chat: a second Ctrl-C at once leaves', async (t) => {
  const { session } = await conversation(t);
  assert.equal(await twice(session), 130, session.screen());
});

test('chat: one question that is stopped ends with what came, and 130', async (t) => {
  const stop = held(() => ({ text: '' }), () => true, WORDS.repeat(4));
  const scene = await Scene.set(t, stop.script);
  const session = at(scene, 'chat', '--specs', 'agents', '--agent', 'lead', 'Where is the schema?');
  await stop.begun;
  await session.shows(/The schema/);
  session.type(CTRL_C);
  assert.equal(await session.ended, 130, session.screen());
  assert.match(session.screen(), /\nquestline: Interrupted\.\r\n$/);
});

test('chat: Ctrl-C at a question about a tool says no, and gives the prompt back', async (t) => {
  const scene = await Scene.set(t, (ask) => (ask.messages.length === 1 ? { calls: [{ name: 'Bash', arguments: { command: 'echo ran >> runs' } }] } : { text: `You asked ${ask.messages.length} times.` }));
  scene.allow('lead', 'Bash');
  const session = at(scene, 'chat', '--specs', 'agents', '--agent', 'lead', '--work', 'project');
  await session.shows(/> /);
  session.type('Look around\n');
  await session.shows(/Allow it\? \[y\/N\] /);
  session.type(CTRL_C);
  await session.shows(/questline: Stopped\. Ctrl-C at the prompt leaves\.\r\n> /);
  assert.ok(!existsSync(join(scene.cwd, 'project/runs')), 'nothing ran');
  assert.equal(scene.server.asks.length, 1, 'and the model is not asked again');
  session.type('\x04');
  assert.equal(await session.ended, 0, session.screen());
});

