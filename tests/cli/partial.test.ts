// The program is killed in the middle of an answer: what came of it is shown, and the quest goes on.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Steps } from '../loopback/script.ts';
import { agentOf, players } from '../loopback/team.ts';
import { until } from './harness.ts';
import { count, Scene } from './scene.ts';

test('words of an answer that was cut off by a kill are shown by resume, and dropped with its end', async (t) => {
  const steps = new Steps();
  const healthy = players();
  let held = true;
  const at = await Scene.set(t, async (ask) => {
    const answer = await healthy(ask);
    if (!held || agentOf(ask) !== 'api-designer') return answer;
    return { ...answer, text: 'The endpoints are these. '.repeat(400), piece: 64, chunk: 2048, pace: steps };
  });
  const child = at.begin();
  steps.go(5);
  const partial = (): string => (at.files[0] ?? '').replace(/\.quest$/, '.partial');
  await until(() => at.server.asks.length > 1 && existsSync(partial()) && readFileSync(partial(), 'utf8').length > 0, 'its words are kept', child);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.on('close', resolve));
  assert.match(readFileSync(partial(), 'utf8'), /"agent":"@api-designer"/);
  held = false;
  const { code, stdout, stderr } = await at.resume();
  assert.equal(code, 0, stdout + stderr);
  assert.match(stderr, /@api-designer had written [\d,]+ bytes before it was cut off:.*\n {2}.*The endpoints are these\./);
  assert.equal(existsSync(partial()), false);
  assert.equal(count(at.log(), '"outcome":"lost"'), 1);
  assert.equal(count(at.log(), 'The endpoints are these'), 0);
});
