import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CoreError, instantiate } from '../src/index.ts';
import { loadModule } from '../src/node.ts';

const core = instantiate(await loadModule());
const madge = JSON.stringify({ 'src/web.js': ['src/pay.js'], 'src/pay.js': ['src/db.js', 'src/web.js'], 'src/pay.test.js': ['src/pay.js'] });

const failsWith = (status: string) => (error: unknown) => error instanceof CoreError && error.status === status;

test('a graph is read, asked and written', () => {
  const graph = core.newGraph();
  graph.read(madge);
  graph.read(new TextEncoder().encode('db.o: src/db.js src/log.h\n'), 'make');
  assert.equal(graph.value().modules.length, 5);
  const coupling = graph.coupling(1);
  assert.deepEqual(coupling.cycles[0]?.path, ['src/pay.js', 'src/web.js', 'src/pay.js']);
  assert.equal(coupling.order.length, 1);
  assert.match(core.writeImpact(coupling, 'markdown'), /^# Coupling\n/);
  const breaks = graph.breaks(['src/db.js']);
  assert.deepEqual([breaks.direct, breaks.tests], [['src/pay.js'], ['src/pay.test.js']]);
  assert.match(core.writeImpact(breaks, 'text'), /^When src\/db\.js changes: risk \d+ of 100\.\n/);
  graph.close();
  assert.throws(() => graph.value(), failsWith('QL_ERR_HANDLE'));
});

test('what a graph cannot answer is an error', () => {
  const graph = core.newGraph();
  graph.read('{"a":["b"]}');
  assert.throws(() => graph.breaks(['c']), failsWith('QL_ERR_NOT_FOUND'));
  assert.throws(() => graph.breaks([]), failsWith('QL_ERR_ARGUMENT'));
  assert.throws(() => graph.coupling(-1), failsWith('QL_ERR_ARGUMENT'));
  assert.throws(() => graph.read('x', 'cruise'), failsWith('QL_ERR_SYNTAX'));
  assert.throws(() => graph.read('{}', 'dot' as 'own'), failsWith('QL_ERR_ARGUMENT'));
  graph.close();
});

test('health is told over time', () => {
  const health = core.health([{ at: 2, coupling: 3000 }, { at: 1, coupling: 3200 }]);
  assert.deepEqual(health.measures.map(({ name, change, latest }) => [name, change, latest]), [['coupling', -200, 3000]]);
  assert.match(core.writeImpact(health, 'text'), /better by 0\.2/);
  assert.throws(() => core.health([{ at: -1 }]), failsWith('QL_ERR_SYNTAX'));
});
