import assert from 'node:assert/strict';
import { test } from 'node:test';

import { questline } from './harness.ts';

const spans = [
  { id: '1', name: 'GET /orders', start: 0, time: 90000 },
  { id: '2', parent: '1', name: 'orders.list', start: 1000, time: 80000 },
  ...Array.from({ length: 5 }, (_, i) => ({ id: `q${i}`, parent: '2', name: 'SELECT items', start: 2000 + i * 1000, time: 1000 })),
];
const trace = (input: string, ...args: string[]): ReturnType<typeof questline> => questline(['trace', ...args], { input });

test('S21: trace shows the chain, the bottleneck and what is called again and again', async () => {
  const { code, stdout, stderr } = await trace(JSON.stringify(spans));
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^ +80\.000 +75\.000 +83\.33 % {4}orders\.list$/m);
  assert.match(stdout, /^Bottlenecks: 1\n {2}orders\.list$/m);
  assert.match(stdout, /^Called 5 times by orders\.list: SELECT items$/m);
  const answer = JSON.parse((await trace(JSON.stringify(spans), '-', '--json')).stdout) as { bottlenecks: string[]; time: number };
  assert.deepEqual([answer.bottlenecks, answer.time], [['2'], 90000]);
});

test('what is no trace is said', async () => {
  for (const [input, words] of [['', /ends too early/], ['[]', /no span/], ['{}', /list of spans/], ['[{"id":"1","name":"x"}]', /start/]] as const) {
    const { code, stderr } = await trace(input);
    assert.equal(code, 1, input);
    assert.match(stderr, words, input);
  }
  const many = JSON.stringify(Array.from({ length: 70000 }, (_, i) => ({ id: `${i}`, name: 'x', start: 0, time: 1 })));
  assert.match((await trace(many)).stderr, /more spans/);
  assert.equal((await trace('[]', 'one', 'two')).code, 2);
  assert.equal((await trace('', '/none')).code, 1);
});
