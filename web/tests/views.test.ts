import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '@questline/core';
import { base64url, size } from '../src/app/bytes.ts';
import { href, parseRoute } from '../src/app/route.ts';
import { merge } from '../src/app/team.ts';
import { letters, refused } from '../src/app/words.ts';
import { layout } from '../src/parts/dag.ts';
import { scoreOfPlan } from '../src/parts/score.ts';

test('a file of the same path takes the old one’s place', () => {
  assert.deepEqual(merge([{ path: 'a', text: '1' }, { path: 'b', text: '2' }], [{ path: 'a', text: '3' }, { path: 'c', text: '4' }]), [
    { path: 'a', text: '3' },
    { path: 'b', text: '2' },
    { path: 'c', text: '4' },
  ]);
});

test('base64url has no padding and no letters that a link would escape', () => {
  assert.equal(base64url(Uint8Array.of(251, 255, 254)), '-__-');
  assert.equal(base64url(Uint8Array.of(1)), 'AQ');
  assert.equal(size(1024 * 9.4), '9.4 KB');
});

test('each route is written and read back', () => {
  for (const hash of ['#/', '#/team', '#/team/agents%2Flead.md', '#/team/agents%2Flead.md/21', '#/plan/7k2m9xw4ta', '#/quest/7k2m9xw4ta', '#/share', '#/references', '#/roadmap', '#/decide', '#/library', '#/open', '#q=abc_-', '#live=7k2m9xw4ta-abc.tok_-en']) {
    assert.equal(href(parseRoute(hash)), hash);
  }
  assert.deepEqual(parseRoute('#/nonsense/%20'), { screen: 'home' });
  assert.deepEqual(parseRoute(''), { screen: 'home' });
});

test('an arrow that passes a band goes around its nodes', () => {
  const tasks = [
    { id: 'T1', after: [] },
    { id: 'T2', after: ['T1'] },
    { id: 'T3', after: ['T1', 'T2'] },
  ];
  const dag = layout(tasks, [['T1'], ['T2'], ['T3']], (from, to) => `${from}${to}` !== 'T1T3', 0);
  const long = dag.arrows.find((arrow) => arrow.from === 'T1' && arrow.to === 'T3');
  const height = Number(/ (-?\d+(?:\.\d+)?)H/.exec(long?.path ?? '')?.[1]);
  const between = dag.places.find((place) => place.id === 'T2');
  assert.ok(between !== undefined && (height < between.y || height > between.y + dag.node.height), `${height} is outside the node`);
  assert.deepEqual(dag.arrows.filter((arrow) => arrow.longest).map((arrow) => `${arrow.from}${arrow.to}`), ['T1T2', 'T2T3']);
});

test('a cycle in a plan is drawn as far as it can be, and ends', () => {
  const dag = layout([{ id: 'T1', after: ['T2'] }, { id: 'T2', after: ['T1'] }], [['T1', 'T2']], () => false, 900);
  assert.equal(dag.arrows.length, 0);
});

test('the planned line visits who is needed, in the order of the groups, and comes back to the leader', () => {
  const task = (id: string, agent: string): Plan['tasks'][number] => ({ accept: [], after: [], agent, blocks: [], group: 1, id, outputs: [], title: id });
  const score = scoreOfPlan({
    declared_groups: false,
    files: [],
    groups: [['T1', 'T2'], ['T3']],
    hash: '',
    leader: '@lead',
    needs: [{ agent: '@a', reason: '' }, { agent: '@b', reason: '' }],
    objective: 'o',
    order: [],
    path: [],
    problems: [],
    rehearsed: true,
    risks: [],
    steps: [],
    tasks: [task('T1', '@a'), task('T2', '@b'), task('T3', '@a')],
  });
  assert.deepEqual(score.lanes.map((lane) => lane.id), ['@owner', '@lead', '@a', '@b']);
  assert.deepEqual(score.bars.filter((bar) => /^T/.test(bar.label)).map((bar) => [bar.label, bar.lane]), [['T1', 2], ['T2', 3], ['T3', 2]]);
  assert.equal(score.bars.at(-1)?.lane, 1);
});

test('a refusal names who tried, who holds the turn, and that nothing was written', () => {
  assert.equal(
    refused('@api', 'message', { code: 'not_your_turn', holders: ['@lead'], message: 'It is not your turn.' }),
    '@api tried to write while @lead holds the turn. Refused. Not in the log.',
  );
  assert.equal(refused('@api', 'respond', { code: 'paused', message: 'The quest is paused' }), '@api tried to answer. The quest is paused. Refused. Not in the log.');
  assert.equal(letters('@backend-coordinator'), 'BC');
  assert.equal(letters('@lead'), 'LE');
});
