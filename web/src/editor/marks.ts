import type { Diagnostic } from '@questline/core';
import { type Extension, RangeSet, RangeSetBuilder, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, gutter, GutterMarker } from '@codemirror/view';

type Severity = Diagnostic['severity'];

/** Places in the text, in units of the editor. */
export interface Span {
  from: number;
  to: number;
}

export interface Fault extends Span {
  severity: Severity;
  message: string;
}

/** Lines that a rule comes from. */
export interface Source extends Span {
  on: boolean;
}

export interface Marks {
  faults: readonly Fault[]; // by rising place
  sources: readonly Source[];
}

const WORST: readonly Severity[] = ['error', 'warning', 'info'];
const LINE: Record<Severity, string> = { error: 'bad', warning: 'meh', info: 'note' };
const SIGN: Record<Severity, string> = {
  error: 'M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3zM8 5v3.5M8 10.9v.1',
  warning: 'M8 2.2L14.3 13.3H1.7zM8 6.5v3M8 11.4v.1',
  info: 'M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM8 7.5v3.5M8 5v.1',
};

class Sign extends GutterMarker {
  readonly severity: Severity;

  constructor(severity: Severity) {
    super();
    this.severity = severity;
  }

  override eq(other: Sign): boolean {
    return other.severity === this.severity;
  }

  override toDOM(): Node {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('class', `sign ${LINE[this.severity]}`);
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', SIGN[this.severity]);
    svg.append(path);
    return svg;
  }
}

const signs: Record<Severity, Sign> = { error: new Sign('error'), warning: new Sign('warning'), info: new Sign('info') };
const underline = (severity: Severity): Decoration => Decoration.mark({ class: `fault ${LINE[severity]}` });
const underlines: Record<Severity, Decoration> = { error: underline('error'), warning: underline('warning'), info: underline('info') };
const wash = (severity: Severity): Decoration => Decoration.line({ class: LINE[severity] });
const washes: Record<Severity, Decoration> = { error: wash('error'), warning: wash('warning'), info: wash('info') };
const sourceOn = Decoration.line({ class: 'src-on' });
const sourceOff = Decoration.line({ class: 'src-off' });
const lit = Decoration.line({ class: 'lit' });

const setMarks = StateEffect.define<Marks>();
const setLit = StateEffect.define<readonly Span[]>();

interface Drawn {
  words: DecorationSet;
  lines: DecorationSet;
  signs: RangeSet<Sign>;
}

/** The word that stands at a place where nothing says how far a finding goes. */
export function wordAt(doc: Text, at: number): number {
  const line = doc.lineAt(at);
  const rest = line.text.slice(at - line.from);
  const word = /^[\p{L}\p{N}@._/-]+/u.exec(rest) ?? /^\s*\S+/.exec(rest);
  return at + (word?.[0].length ?? 0);
}

/** One set for all lines: what a line is, its worst finding first. */
function draw(doc: Text, { faults, sources }: Marks): Drawn {
  const words = new RangeSetBuilder<Decoration>();
  const found = new Map<number, Severity>(); // by start of line
  let free = 0;
  for (const { from, to, severity } of faults) {
    const line = doc.lineAt(Math.min(from, doc.length)).from;
    const before = found.get(line);
    if (before === undefined || WORST.indexOf(severity) < WORST.indexOf(before)) found.set(line, severity);
    if (to > from && from >= free) {
      words.add(from, to, underlines[severity]);
      free = to;
    }
  }
  const from = new Map<number, boolean>();
  for (const source of sources) {
    for (let at = source.from; at <= Math.min(source.to, doc.length); ) {
      const line = doc.lineAt(at);
      from.set(line.from, source.on || from.get(line.from) === true);
      at = line.to + 1;
    }
  }
  const lines = new RangeSetBuilder<Decoration>();
  const margin = new RangeSetBuilder<Sign>();
  for (const at of [...new Set([...found.keys(), ...from.keys()])].sort((a, b) => a - b)) {
    const severity = found.get(at);
    const source = from.get(at);
    if (severity !== undefined) {
      lines.add(at, at, washes[severity]);
      margin.add(at, at, signs[severity]);
    }
    if (source !== undefined) lines.add(at, at, source ? sourceOn : sourceOff);
  }
  return { words: words.finish(), lines: lines.finish(), signs: margin.finish() };
}

const marks = StateField.define<Drawn>({
  create: () => ({ words: Decoration.none, lines: Decoration.none, signs: RangeSet.empty }),
  update: (drawn, tr) => {
    for (const effect of tr.effects) if (effect.is(setMarks)) return draw(tr.state.doc, effect.value);
    if (!tr.docChanged) return drawn;
    return { words: drawn.words.map(tr.changes), lines: drawn.lines.map(tr.changes), signs: drawn.signs.map(tr.changes) };
  },
  provide: (field) => [EditorView.decorations.from(field, (drawn) => drawn.words), EditorView.decorations.from(field, (drawn) => drawn.lines)],
});

const litLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (drawn, tr) => {
    for (const effect of tr.effects) {
      if (!effect.is(setLit)) continue;
      const lines = new Set<number>();
      for (const { from, to } of effect.value) {
        for (let at = from; at <= Math.min(to, tr.state.doc.length); ) {
          const line = tr.state.doc.lineAt(at);
          lines.add(line.from);
          at = line.to + 1;
        }
      }
      return Decoration.set([...lines].map((at) => lit.range(at)), true);
    }
    return tr.selection !== undefined || tr.docChanged ? Decoration.none : drawn;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const markEffects = { setMarks, setLit };
export const marksExtension: Extension = [marks, litLines, gutter({ class: 'cm-signs', initialSpacer: () => signs.warning, markers: (view) => view.state.field(marks).signs })];
