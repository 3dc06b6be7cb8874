import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type Core, DIALECTS, RULE_KINDS, type RuleItem } from '@questline/core';
import { loadCore } from '@questline/core/node';
import { lineEnd, unitsOf } from '../src/editor/units.ts';
import { draw } from '../src/parts/graph.ts';
import type { Reading } from '../src/reader/messages.ts';
import { ReadingRoom } from '../src/reader/reading.ts';
import { itemCount, kindTitle, measureWords, sure, tagsOf, timeWords, wordsOf } from '../src/views/rule-words.ts';

let core: Core;
before(async () => {
  core = await loadCore();
});

const file = (path: string, text: string): { path: string; text: string } => ({ path, text });
const item = (rest: Partial<RuleItem>): RuleItem => ({ id: 'gate:x/y', text: 'words', line: 1, offset: 0, end: 5, ...rest });

test('bytes of a text stand at the units that the editor counts', () => {
  const text = 'é 😀→x';
  const bytes = [0, 2, 3, 7, 10, 11];
  assert.deepEqual([...unitsOf(text, '\n', bytes)], [[0, 0], [2, 1], [3, 2], [7, 4], [10, 5], [11, 6]]);
  assert.deepEqual([...unitsOf('a\r\nb\r\nc', '\r\n', [0, 1, 3, 6])], [[0, 0], [1, 1], [3, 2], [6, 4]], 'a line end of two bytes is one unit');
  assert.deepEqual([...unitsOf('a\r\nb', '\n', [3])], [[3, 3]], 'in a file of several line ends each byte of them counts');
  assert.deepEqual([...unitsOf('ab', '\n', [2, 99])], [[2, 2], [99, 2]], 'past the end is the end');
  assert.deepEqual([...unitsOf('\uFEFFa', '\n', [3])], [[3, 1]]);
  for (const at of [0, 5, 17, 40]) {
    const mixed = 'añ→😀b'.repeat(10);
    const unit = [...mixed].slice(0, at).join('').length;
    const byte = new TextEncoder().encode(mixed.slice(0, unit)).length;
    assert.equal(unitsOf(mixed, '\n', [byte]).get(byte), unit);
  }
});

test('a place inside a character is the place behind it', () => {
  assert.deepEqual([...unitsOf('→x', '\n', [1])], [[1, 1]]);
});

test('line ends are kept: two bytes only where all of them are', () => {
  assert.equal(lineEnd('a\r\nb\r\n'), '\r\n');
  assert.equal(lineEnd('a\r\nb\n'), '\n');
  assert.equal(lineEnd('a\rb\r\n'), '\n');
  assert.equal(lineEnd('a'), '\n');
});

test('numbers, times and relations of rules in words', () => {
  assert.equal(measureWords({ op: '>=', milli: 80_000, unit: '%' }), '≥ 80\u00a0%');
  assert.equal(measureWords({ op: '<', milli: 100, unit: '%' }), '< 0.1\u00a0%');
  assert.equal(measureWords({ op: '>=', milli: 4500, unit: '/5' }), '≥ 4.5/5');
  assert.equal(measureWords({ op: '=', milli: 0, unit: '' }), '= 0');
  assert.equal(timeWords(7_200_000, 14_400_000), '2 to 4\u00a0h');
  assert.equal(timeWords(172_800_000, 172_800_000), '48\u00a0h');
  assert.equal(timeWords(0, 0), 'at once');
  assert.equal(timeWords(undefined, 1_800_000), '30\u00a0min');
  assert.equal(timeWords(0, 5 * 86_400_000), 'up to 5\u00a0days');
  assert.equal(timeWords(undefined, undefined), '');
  assert.deepEqual([sure(95), sure(70), sure(50)], ['sure', 'likely', 'a guess']);
});

test('an item shows what it asks for beside its words, and its name once', () => {
  assert.deepEqual(
    tagsOf(item({ measure: { op: '<=', milli: 10_000, unit: '' }, severity: ['high'], agents: ['@a-b'], tokens: 15_000, retries: 2, after: ['A', 'B'] })).map(({ word }) => word),
    ['≤ 10', 'high', '15,000 tokens', '2 attempts', '@a-b', 'after A, B'],
  );
  assert.deepEqual(wordsOf(item({ name: 'A', text: 'A: write the schema' })), { name: 'A', text: 'write the schema' });
  assert.deepEqual(wordsOf(item({ path: 'docs/a.md', text: 'docs/a.md' })), { name: '', text: 'docs/a.md' });
  assert.deepEqual(wordsOf(item({ path: 'docs/a.md', text: 'a.md - what to know' })), { name: 'docs/a.md', text: 'what to know' });
  assert.deepEqual(wordsOf(item({ number: 1, name: 'NORMAL', text: 'MODE 1: NORMAL (Default)' })), { name: '', text: 'NORMAL (Default)' });
  assert.deepEqual(tagsOf(item({ measure: { op: '=', milli: 35_000, unit: '%' } }), 'weights').map(({ word }) => word), ['35\u00a0%']);
  assert.deepEqual(tagsOf(item({ text: 'stays low', expect: 'low' })), []);
});

test('every kind of rule has a title, and its items have a word', () => {
  for (const { id, title } of RULE_KINDS) {
    assert.equal(kindTitle(id), title);
    const rule = { kind: id, items: [item({})], confidence: 90, end: 1, heading: '', id: 'x', line: 1, offset: 0, title: '' };
    assert.match(itemCount(rule), /^1 [a-z]+$/);
  }
});

test('the reader reads a team, tells of changed files and of a file that is too large, and outlives a wrong question', () => {
  const room = new ReadingRoom(() => core);
  room.hear({ tell: 'team', files: [file('lead.md', '---\nname: lead\ndescription: a: b\n---\n\n# Lead\n'), file('huge.md', 'x'.repeat(1024 * 1024 + 1))], off: {} });
  const read = (path: string): Reading => (room.answer({ id: 1, question: 'read', path }) as { answer: Reading }).answer;
  assert.deepEqual(read('lead.md').spec?.diagnostics.map(({ code }) => code).includes('unquoted-colon'), true);
  assert.equal(read('huge.md').spec, null);
  assert.match(read('huge.md').why ?? '', /larger|bytes|limit/i);
  room.hear({ tell: 'file', file: file('lead.md', '---\nname: lead\ndescription: a b\n---\n\n# Lead\n') });
  assert.deepEqual(read('lead.md').spec?.diagnostics.map(({ code }) => code).includes('unquoted-colon'), false);
  assert.match((room.answer({ id: 2, question: 'read', path: 'gone.md' }) as { error: string }).error, /gone\.md is not in the team/);
});

test('fixes and exports are the core’s', () => {
  const room = new ReadingRoom(() => core);
  const text = '---\nname: lead\ndescription: a: b\n---\n\n# Lead\n';
  room.hear({ tell: 'team', files: [file('lead.md', text)], off: {} });
  const mended = room.answer({ id: 1, question: 'fix', path: 'lead.md', code: null, offset: null });
  assert.deepEqual(mended, { id: 1, answer: { text: text.replace('a: b', '"a: b"'), mended: 1 } });
  for (const { id } of DIALECTS) {
    const made = room.answer({ id: 2, question: 'export', path: 'lead.md', dialect: id });
    assert.ok('answer' in made, `${id}: ${JSON.stringify(made)}`);
  }
});

test('who names whom: lists, mentions and rules, each with its line', () => {
  const room = new ReadingRoom(() => core);
  room.hear({
    tell: 'team',
    files: [file('lead.md', '---\nname: lead\ndescription: leads\n---\n\n# Lead\n\n## My team\n\n- **api-builder**: builds\n'), file('api-builder.md', '---\nname: api-builder\ndescription: builds\n---\n\nAsk @lead-two when in doubt.\n'), file('lead-two.md', '---\nname: lead-two\ndescription: x\n---\n')],
    off: {},
  });
  const { answer } = room.answer({ id: 1, question: 'links' }) as { answer: { from: string; to: string; how: string; line: number }[] };
  const has = (from: string, to: string, how: string): boolean => answer.some((link) => link.from === from && link.to === to && link.how === how);
  assert.ok(has('@lead', '@api-builder', 'declares'));
  assert.ok(has('@api-builder', '@lead-two', 'mentions'));
});

test('the picture of references: no box on another, each arrow between the sides of its boxes, loops included', () => {
  const agents = ['@a', '@b', '@c', '@d'].map((id) => ({ id, width: 120, height: 40 }));
  const { boxes, bows, width, height } = draw(agents, [{ from: '@a', to: '@b' }, { from: '@a', to: '@c' }, { from: '@b', to: '@a' }, { from: '@c', to: '@d' }, { from: '@a', to: '@d' }]);
  assert.equal(boxes.length, 4);
  assert.equal(bows.length, 5);
  for (const one of boxes) {
    assert.ok(one.x >= 0 && one.y >= 0 && one.x + one.width <= width && one.y + one.height <= height);
    for (const other of boxes) if (one !== other) assert.ok(one.x + one.width <= other.x || other.x + other.width <= one.x || one.y + one.height <= other.y || other.y + other.height <= one.y);
  }
  for (const { from, path } of bows) {
    const box = boxes.find(({ id }) => id === from);
    const [, x, y] = /^M([\d.]+) ([\d.]+)/.exec(path) ?? [];
    assert.ok(box !== undefined && Math.abs(Number(y) - box.y - box.height / 2) < 0.1 && (Math.abs(Number(x) - box.x) < 0.1 || Math.abs(Number(x) - box.x - box.width) < 0.1));
  }
});
