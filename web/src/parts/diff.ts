import { Chunk } from '@codemirror/merge';
import { Text } from '@codemirror/state';

export type Row = { kind: 'same' | 'added' | 'removed'; before: number | ''; after: number | ''; text: string } | { kind: 'gap'; lines: number };

export interface ChangeSet {
  rows: Row[];
  added: number;
  removed: number;
}

const AROUND = 3; // lines that are shown before and behind what differs
const textOf = (text: string): Text => Text.of(text.split(/\r\n?|\n/));

/** The lines of two texts: what differs with a few around it, and how many stand between. */
export function linesOf(before: string, after: string): ChangeSet {
  const a = textOf(before);
  const b = textOf(after);
  const rows: Row[] = [];
  let added = 0;
  let removed = 0;
  let line = 1; // of `before`: the next that is not told yet
  let other = 1;
  const same = (upTo: number, first: boolean, last: boolean): void => {
    const lines = upTo - line;
    const head = first ? 0 : Math.min(AROUND, lines);
    const tail = last ? 0 : Math.min(AROUND, lines - head);
    const gap = lines - head - tail;
    for (let i = 0; i < lines; i++) {
      if (i >= head && i < head + gap) {
        if (i === head) rows.push({ kind: 'gap', lines: gap });
        continue;
      }
      rows.push({ kind: 'same', before: line + i, after: other + i, text: a.line(line + i).text });
    }
    line += lines;
    other += lines;
  };
  const chunks = Chunk.build(a, b, { scanLimit: 2000, timeout: 500 });
  chunks.forEach(({ fromA, endA, toA, fromB, endB, toB }, i) => {
    same(fromA > a.length ? a.lines + 1 : a.lineAt(fromA).number, i === 0, false);
    const last = (doc: Text, from: number, to: number, end: number): number => (from === to ? 0 : doc.lineAt(Math.min(end, doc.length)).number);
    const oldEnd = last(a, fromA, toA, endA);
    const newEnd = last(b, fromB, toB, endB);
    // A line that gained or lost its end alone is the same line.
    for (; line <= oldEnd && other <= newEnd && a.line(line).text === b.line(other).text; line++, other++) rows.push({ kind: 'same', before: line, after: other, text: a.line(line).text });
    for (; line <= oldEnd; line++, removed++) rows.push({ kind: 'removed', before: line, after: '', text: a.line(line).text });
    for (; other <= newEnd; other++, added++) rows.push({ kind: 'added', before: '', after: other, text: b.line(other).text });
  });
  if (chunks.length > 0) same(a.lines + 1, false, true);
  return { rows, added, removed };
}
