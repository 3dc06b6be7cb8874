import type { Diagnostic } from '@questline/core';

/** A file cut into passages, each with the findings that stand beside it. */
export interface Line {
  n: number; // from 1
  text: string;
  marks: { from: number; to: number }[]; // in UTF-16 units of text, rising, without overlap
  severity: Diagnostic['severity'] | null; // the worst of its findings
}

export interface Passage {
  lines: Line[];
  findings: Diagnostic[];
  folded: boolean; // long and without findings: shown on demand
}

const FOLD = 14; // lines without a finding that are worth folding
const BEFORE = 3; // lines kept around what is folded

const worst = (a: Diagnostic['severity'], b: Diagnostic['severity']): Diagnostic['severity'] => {
  const order = ['error', 'warning', 'info'] as const;
  return order.indexOf(a) <= order.indexOf(b) ? a : b;
};

/** The column is counted in code points; JavaScript indexes UTF-16. */
function unitOf(text: string, column: number): number {
  let units = 0;
  let points = 1;
  for (const char of text) {
    if (points >= column) break;
    units += char.length;
    points += 1;
  }
  return units;
}

/** How many UTF-16 units a number of UTF-8 bytes is. */
const unitsOf = (text: string, bytes: number): number => new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes)).length;

function lineOf(n: number, text: string, findings: readonly Diagnostic[]): Line {
  const marks: Line['marks'] = [];
  for (const finding of [...findings].sort((a, b) => a.column - b.column)) {
    const from = Math.min(unitOf(text, finding.column), text.length);
    const rest = text.slice(from);
    const edit = finding.fix?.[0];
    const replaced = edit !== undefined && edit.offset === finding.offset ? unitsOf(rest, edit.length) : 0;
    const word = (/^[\p{L}\p{N}@._/-]+/u.exec(rest) ?? /^\s*\S+/.exec(rest))?.[0].length ?? 0;
    const to = Math.min(text.length, from + (replaced > 0 ? replaced : word));
    if (to > from && from >= (marks.at(-1)?.to ?? 0)) marks.push({ from, to });
  }
  return { n, text, marks, severity: findings.length === 0 ? null : findings.map((d) => d.severity).reduce(worst) };
}

/** Cuts a file so that each card can stand beside its lines. */
export function passages(text: string, diagnostics: readonly Diagnostic[]): Passage[] {
  const texts = text.split(/\r\n|\r|\n/);
  if (texts.at(-1) === '') texts.pop();
  const byLine = new Map<number, Diagnostic[]>();
  for (const d of diagnostics) byLine.set(Math.min(d.line, Math.max(texts.length, 1)), [...(byLine.get(Math.min(d.line, Math.max(texts.length, 1))) ?? []), d]);
  const lines = (texts.length === 0 ? [''] : texts).map((line, i) => lineOf(i + 1, line, byLine.get(i + 1) ?? []));

  const out: Passage[] = [];
  let plain: Line[] = [];
  const flush = (last: boolean): void => {
    const head = out.length === 0 ? BEFORE * 4 : BEFORE;
    const tail = last ? 0 : BEFORE;
    if (plain.length > FOLD + head + tail) {
      out.push({ lines: plain.slice(0, head), findings: [], folded: false });
      out.push({ lines: plain.slice(head, plain.length - tail), findings: [], folded: true });
      if (tail > 0) out.push({ lines: plain.slice(-tail), findings: [], folded: false });
    } else if (plain.length > 0) out.push({ lines: plain, findings: [], folded: false });
    plain = [];
  };
  // A passage with findings goes on until its cards have room beside it; what is found on the way joins it.
  let open: Passage | null = null;
  let room = 0;
  for (const line of lines) {
    const findings = byLine.get(line.n) ?? [];
    if (findings.length > 0 && open === null) {
      const near = plain.splice(Math.max(0, plain.length - 2));
      flush(false);
      open = { lines: near, findings: [], folded: false };
      room = 0;
    }
    if (open === null) {
      plain.push(line);
      continue;
    }
    open.lines.push(line);
    open.findings.push(...findings);
    for (const finding of findings) room += height(finding);
    if (open.lines.length >= room) {
      out.push(open);
      open = null;
    }
  }
  if (open !== null) out.push(open);
  flush(true);
  return out;
}

/** About how many lines of source a card is as high as. */
const height = (finding: Diagnostic): number => Math.ceil(2.2 + finding.message.length / 46 + (finding.fix === undefined ? 0 : 2));
