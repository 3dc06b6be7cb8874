import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linesOf, type Row } from '../src/parts/diff.ts';

const shown = (rows: readonly Row[]): string[] =>
  rows.map((row) => (row.kind === 'gap' ? `~${row.lines}` : `${{ same: ' ', added: '+', removed: '-' }[row.kind]}${row.text}`));
const said = (before: string, after: string): string[] => shown(linesOf(before, after).rows);

test('what differs is shown with three lines around it', () => {
  const lines = Array.from({ length: 20 }, (_, i) => `line ${i + 1}`);
  const other = lines.map((line) => (line === 'line 10' ? 'line ten' : line));
  const { rows, added, removed } = linesOf(lines.join('\n'), other.join('\n'));
  assert.deepEqual(shown(rows), ['~6', ' line 7', ' line 8', ' line 9', '-line 10', '+line ten', ' line 11', ' line 12', ' line 13', '~7']);
  assert.deepEqual([added, removed], [1, 1]);
  assert.deepEqual(rows[1], { kind: 'same', before: 7, after: 7, text: 'line 7' });
});

test('a new file, an empty one, lines at the beginning and at the end', () => {
  assert.deepEqual(said('', 'a\nb\n'), ['+a', '+b', ' ']);
  assert.deepEqual(said('a\nb\n', ''), ['-a', '-b', ' ']);
  assert.deepEqual(said('b', 'a\nb'), ['+a', ' b']);
  assert.deepEqual(said('a', 'a\nb'), [' a', '+b']);
  assert.deepEqual(said('a\nb', 'a'), [' a', '-b']);
  assert.deepEqual(said('same', 'same'), []);
});

test('every line of both texts is told once', () => {
  let seed = 1;
  const random = (n: number): number => (seed = (seed * 48271) % 2147483647) % n;
  for (let round = 0; round < 300; round++) {
    const text = (): string => Array.from({ length: random(9) }, () => 'abc'[random(3)]).join('\n');
    const [before, after] = [text(), text()];
    if (before === after) continue;
    const rows = linesOf(before, after).rows.flatMap((row): Row[] => (row.kind === 'gap' ? Array.from({ length: row.lines }, () => row) : [row]));
    const of = (kind: 'added' | 'removed'): number => rows.filter((row) => row.kind !== kind).length;
    assert.equal(of('added'), before.split('\n').length, JSON.stringify([before, after]));
    assert.equal(of('removed'), after.split('\n').length, JSON.stringify([before, after]));
    assert.deepEqual(rows.flatMap((row) => (row.kind === 'removed' ? [row.text] : row.kind === 'same' ? [row.text] : row.kind === 'gap' ? [null] : [])).map((text, i) => text ?? before.split('\n')[i]), before.split('\n'));
  }
});
