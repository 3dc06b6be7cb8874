import type { Diagnostic } from '@questline/core';

/** A file cut into passages, each with the findings that stand beside it. */
export interface Line {
  n: number; // from 1
  text: string;
  mark: { from: number; to: number; severity: Diagnostic['severity'] } | null; // in UTF-16 units of text
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

function lineOf(n: number, text: string, findings: readonly Diagnostic[]): Line {
  const first = findings[0];
  if (first === undefined) return { n, text, mark: null };
  const from = Math.min(unitOf(text, first.column), text.length);
  const rest = text.slice(from);
  const word = /^[\s]*[^\s]+/.exec(rest)?.[0].length ?? rest.length;
  const edit = first.fix?.[0];
  const to = edit !== undefined && first.fix?.length === 1 && edit.offset === first.offset && edit.length > 0 ? Math.min(text.length, from + edit.length) : from + Math.max(word, 1);
  return { n, text, mark: { from, to, severity: findings.map((d) => d.severity).reduce(worst) } };
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
