// Servers that misbehave for as long as it lasts, on all four wires, in all three modes, from the command line: what happened is one sentence,
// nothing is lost, and with a server that is well again it goes on.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { misbehaviours, titles, type Misbehaviour } from '../loopback/misbehaviours.ts';
import { wires, type WireName } from '../loopback/script.ts';
import { Moods, OBJECTIVE, players, team } from '../loopback/team.ts';
import { Table } from './players.ts';

/** That a text has the sentence, once, and that it names who was asked, and whose server it was. */
function says(text: string, who: string, wire: WireName, { says }: Misbehaviour): void {
  const sentences = text.split('\n').flatMap((line) => new RegExp(`${who} could not be asked: ${titles[wire]} (${says.source})`).exec(line)?.[1] ?? []);
  assert.equal(sentences.length, 1, text);
}

/** Each on each wire. Most of the time is waiting between attempts, so many go side by side. */
const cells = wires.flatMap((wire) => misbehaviours.map((bad) => ({ wire, bad })));

describe('misbehaviour', { concurrency: 24 }, () => {
  for (const { wire, bad } of cells) {
    test(`QUEST, ${wire}: ${bad.name} pauses the quest, and it is resumed`, async (t) => {
      const moods = new Moods(2);
      const at = await Table.set(t, wire, moods.script);
      moods.spoiled = bad.spoiled;
      const broken = await at.ask('run', '--agent', 'lead', OBJECTIVE);
      assert.equal(broken.code, 3, broken.stdout + broken.stderr);
      const paused = broken.stdout.split('\n').find((line) => line.startsWith('Paused: ')) ?? '';
      says(paused, '@lead', wire, bad);
      const after = /\. Go on (?:later|after (\S+)) with: questline resume /.exec(paused);
      assert.ok(after, paused);
      assert.equal(after[1] === undefined, bad.again === undefined, paused);
      if (bad.again !== undefined) assert.ok(Math.abs(Date.parse(after[1] ?? '') - Date.now() - bad.again) < 60_000, paused);
      moods.spoiled = null;
      const again = await at.ask('resume', at.path);
      assert.equal(again.code, 0, again.stdout + again.stderr);
      assert.match(at.log, /"outcome":"error"/);
      await at.verified();
    });

    test(`PRE-QUEST, ${wire}: ${bad.name}: there is no plan, and asking again makes one`, async (t) => {
      const moods = new Moods();
      const at = await Table.set(t, wire, moods.script);
      moods.spoiled = bad.spoiled;
      const broken = await at.ask('plan', '--agent', 'lead', OBJECTIVE);
      assert.deepEqual({ code: broken.code, stdout: broken.stdout }, { code: 1, stdout: '' });
      says(broken.stderr, 'The model', wire, bad);
      moods.spoiled = null;
      const again = await at.ask('plan', '--agent', 'lead', OBJECTIVE, '--json');
      assert.equal(again.code, 0, again.stderr);
      assert.deepEqual((JSON.parse(again.stdout) as { tasks: { title: string }[] }).tasks.map(({ title }) => title), team.plan.tasks.map(({ title }) => title));
    });

    test(`NORMAL, ${wire}: ${bad.name}: there is no answer, and asking again has one`, async (t) => {
      const moods = new Moods(1, () => ({ text: 'In the repository.' }));
      const at = await Table.set(t, wire, moods.script);
      moods.spoiled = bad.spoiled;
      const broken = await at.ask('chat', '--agent', 'lead', 'Where is the schema?');
      assert.equal(broken.code, 1, broken.stdout);
      says(broken.stderr, 'The model', wire, bad);
      moods.spoiled = null;
      const again = await at.ask('chat', '--agent', 'lead', 'Where is the schema?');
      assert.deepEqual(again, { code: 0, stdout: 'In the repository.\n', stderr: '' });
    });
  }

  for (const wire of wires) {
    test(`slow, ${wire}: an answer that comes in crumbs, in all three modes`, async (t) => {
      const healthy = players();
      const at = await Table.set(t, wire, async (ask) => ({ ...(await healthy(ask)), chunk: 7 }));
      const [said, planned, run] = [await at.ask('chat', '--agent', 'lead', 'Hello'), await at.ask('plan', '--agent', 'lead', OBJECTIVE), await at.ask('run', '--agent', 'lead', OBJECTIVE)];
      assert.deepEqual([said.code, planned.code, run.code], [0, 0, 0], said.stderr + planned.stderr + run.stderr);
      assert.match(said.stdout, /^Read and done: Hello$/m);
      for (const { title } of team.plan.tasks) assert.match(planned.stdout, new RegExp(title));
      await at.verified();
    });
  }
});
