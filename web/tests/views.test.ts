import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic, Plan } from '@questline/core';
import { applyEdits, base64url, size } from '../src/app/bytes.ts';
import { href, parseRoute } from '../src/app/route.ts';
import { mend, merge } from '../src/app/team.ts';
import { letters, refused } from '../src/app/words.ts';
import { layout } from '../src/parts/dag.ts';
import { scoreOfPlan } from '../src/parts/score.ts';
import { passages } from '../src/views/source.ts';

const finding = (line: number, column: number, offset: number, fix?: Diagnostic['fix']): Diagnostic => ({
  code: 'x',
  severity: 'warning',
  line,
  column,
  offset,
  message: 'm',
  ...(fix === undefined ? {} : { fix }),
});

test('edits count bytes, not characters', () => {
  assert.equal(applyEdits('é: a: b\n', [{ offset: 4, length: 4, text: '"a: b"' }]), 'é: "a: b"\n');
  assert.equal(applyEdits('😀x', [{ offset: 4, length: 1, text: 'y' }, { offset: 5, length: 0, text: '!' }]), '😀y!');
});

test('fixes of one file are one step, and of two that overlap the later one waits', () => {
  const file = { path: 'a.md', text: 'abcdef' };
  const fixes = [finding(1, 5, 4, [{ offset: 4, length: 1, text: 'E' }]), finding(1, 1, 0, [{ offset: 0, length: 2, text: 'AB' }]), finding(1, 2, 1, [{ offset: 1, length: 2, text: '--' }])];
  assert.equal(mend(file, fixes).text, 'ABcdEf');
});

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
  for (const hash of ['#/', '#/team', '#/team/agents%2Flead.md', '#/team/agents%2Flead.md/21', '#/plan/7k2m9xw4ta', '#/quest/7k2m9xw4ta', '#/share', '#/library', '#/open', '#q=abc_-', '#live=7k2m9xw4ta-abc.tok_-en']) {
    assert.equal(href(parseRoute(hash)), hash);
  }
  assert.deepEqual(parseRoute('#/nonsense/%20'), { screen: 'home' });
  assert.deepEqual(parseRoute(''), { screen: 'home' });
});

test('a passage keeps a finding with its lines, marks its place in code points, and folds what nobody asked about', () => {
  const text = [...Array.from({ length: 60 }, (_, i) => `line ${i + 1}`), '😀😀 wrong here', ...Array.from({ length: 60 }, () => 'more')].join('\n');
  const cut = passages(text, [finding(61, 4, 0)]);
  const all = cut.flatMap((passage) => passage.lines.map((line) => line.n));
  assert.deepEqual(all, Array.from({ length: 121 }, (_, i) => i + 1), 'every line is there once, in order');
  const marked = cut.filter((passage) => passage.findings.length > 0);
  assert.equal(marked.length, 1);
  const line = marked[0]?.lines.find((one) => one.severity !== null);
  assert.deepEqual(line?.marks.map(({ from, to }) => line.text.slice(from, to)), ['wrong']);
  assert.equal(cut.filter((passage) => passage.folded).length, 2);
});

test('several findings of a line are marked each, as long as what would be replaced', () => {
  const text = '→ a → b';
  const findings = [finding(1, 5, 6, [{ offset: 6, length: 3, text: '->' }]), finding(1, 1, 0, [{ offset: 0, length: 3, text: '->' }])];
  const line = passages(text, findings)[0]?.lines[0];
  assert.deepEqual(line?.marks.map(({ from, to }) => text.slice(from, to)), ['→', '→']);
});

test('a finding past the end of the file stands on its last line', () => {
  assert.equal(passages('a\nb\n', [finding(3, 1, 4)]).at(-1)?.findings.length, 1);
  assert.equal(passages('', [finding(1, 1, 0)]).at(-1)?.findings.length, 1);
});

test('an arrow that passes a band goes around its nodes', () => {
  const tasks = [
    { id: 'T1', after: [], group: 1 },
    { id: 'T2', after: ['T1'], group: 2 },
    { id: 'T3', after: ['T1', 'T2'], group: 3 },
  ];
  const dag = layout(tasks, [['T1'], ['T2'], ['T3']], ['T1', 'T2', 'T3'], 0);
  const long = dag.arrows.find((arrow) => arrow.from === 'T1' && arrow.to === 'T3');
  const height = Number(/ (\d+(?:\.\d+)?)H/.exec(long?.path ?? '')?.[1]);
  const between = dag.places.find((place) => place.id === 'T2');
  assert.ok(between !== undefined && (height < between.y || height > between.y + dag.node.height), `${height} is outside the node`);
  assert.deepEqual(dag.arrows.filter((arrow) => arrow.longest).map((arrow) => `${arrow.from}${arrow.to}`), ['T1T2', 'T2T3']);
});

test('a cycle in a plan is drawn as far as it can be, and ends', () => {
  const dag = layout([{ id: 'T1', after: ['T2'], group: 1 }, { id: 'T2', after: ['T1'], group: 1 }], [['T1', 'T2']], [], 900);
  assert.equal(dag.arrows.length, 0);
});

test('the planned line visits who is needed, in the order of the groups, and comes back to the leader', () => {
  const task = (id: string, agent: string): Plan['tasks'][number] => ({ accept: [], after: [], agent, group: 1, id, outputs: [], title: id });
  const score = scoreOfPlan({
    declared_groups: false,
    files: [],
    groups: [['T1', 'T2'], ['T3']],
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
