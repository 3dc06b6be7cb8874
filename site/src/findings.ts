/* The page of diagnostics: what is written about each, and what the core says about its example and makes of it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Core, Diagnostic, Edit } from '@questline/core';

const DECLARATIONS = fileURLToPath(new URL('../../core/include/questline/diagnostics.def', import.meta.url));

export type Declared = { code: string; severity: string; meaning: string };
type Example = { path: string; escaped: boolean; bytes: Uint8Array };

/** The findings as the core declares them. */
export function diagnostics(): Declared[] {
  const rows = [...readFileSync(DECLARATIONS, 'utf8').matchAll(/^DIAGNOSTIC\(\w+, "([^"]+)", (\w+), "([^"]+)"\)$/gm)];
  return rows.map(([, code = '', severity = '', meaning = '']) => ({ code, severity: severity.toLowerCase(), meaning }));
}

/* In a block of bytes \x07 stands for a byte, and {words *300} for words so often. */
function unescaped(shown: string): Uint8Array {
  const long = shown.replace(/\{([^]+?)\*(\d+)\}/g, (_, words: string, times: string) => words.repeat(Number(times)));
  const piece = (text: string, i: number): Uint8Array => (i % 2 === 0 ? Buffer.from(text) : Uint8Array.of(Number.parseInt(text, 16)));
  return Buffer.concat(long.split(/\\x([0-9A-F]{2})/).map(piece));
}

function escaped(bytes: Uint8Array): string {
  const hex = (c: string): string => c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
  return new TextDecoder().decode(bytes).replace(/[\x00-\x09\x0B-\x1F\x7F]/g, (c) => `\\x${hex(c)}`);
}

function examples(section: string): Example[] {
  return [...section.matchAll(/^(`{3,})(md|bytes) (\S+)\n([^]*?)^\1$/gm)].map(([, , kind, path = '', shown = '']) => ({
    path,
    escaped: kind === 'bytes',
    bytes: kind === 'bytes' ? unescaped(shown.slice(0, -1)) : new TextEncoder().encode(shown),
  }));
}

function found(core: Core, files: readonly Example[], code: string): { at: number; finding: Diagnostic }[] {
  const roster = core.newRoster();
  try {
    for (const { path, bytes } of files) {
      try {
        roster.add(path, bytes);
      } catch {
        // Too large a file is refused, and that is a finding about it.
      }
    }
    const all = roster.value().files.flatMap((file, at) => file.diagnostics.map((finding) => ({ at, finding })));
    return all.filter(({ finding }) => finding.code === code);
  } finally {
    roster.close();
  }
}

function applied(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let done = 0;
  for (const { offset, length, text } of edits) {
    pieces.push(bytes.subarray(done, offset), new TextEncoder().encode(text));
    done = offset + length;
  }
  return Buffer.concat([...pieces, bytes.subarray(done)]);
}

/** Only what the first of its findings needs is mended, and then it is gone. */
function mended(core: Core, files: readonly Example[], code: string): string {
  const before = found(core, files, code);
  const [first] = before;
  if (first === undefined) throw new Error(`The example of ${code} in docs/diagnostics.md does not show it.`);
  const { at, finding } = first;
  const place = files.length > 1 ? `${files[at]?.path}, line` : 'Line';
  const says = `> ${place} ${finding.line}, column ${finding.column}: ${finding.message.replaceAll(/[<>*_`[\]\\{}]/g, '\\$&')}\n`;
  const file = files[at];
  if (finding.fix === undefined || file === undefined) return `${says}\nIt has no fix.\n`;
  const bytes = applied(file.bytes, finding.fix);
  const after = files.map((other, i) => (i === at ? { ...other, bytes } : other));
  if (found(core, after, code).length >= before.length) throw new Error(`The fix of ${code} does not mend its example.`);
  const text = file.escaped ? escaped(bytes) : new TextDecoder().decode(bytes);
  return `${says}\nThe fix makes of it:\n\n\`\`\`\`md\n${text.replace(/\n*$/, '\n')}\`\`\`\`\n`;
}

/* The page in pieces that begin with a heading; lines in code blocks are none. */
function pieces(markdown: string): string[] {
  let fence = '';
  let piece = '';
  const all: string[] = [];
  for (const line of markdown.split(/(?<=\n)/)) {
    const [ticks = ''] = /^`{3,}/.exec(line) ?? [];
    if (fence === '' && /^#{2,3} /.test(line)) {
      all.push(piece);
      piece = '';
    }
    if (fence === '') fence = ticks;
    else if (line.trimEnd() === fence) fence = '';
    piece += line;
  }
  return [...all, piece];
}

/**
 * Puts under each heading what the core declares of the finding, and behind its example what the core says about it. Both must know the same
 * findings.
 */
export function describeDiagnostics(core: Core, markdown: string): string {
  const left = new Map(diagnostics().map((finding) => [finding.code, finding]));
  const page = pieces(markdown).map((piece) => {
    const [heading = '', code] = /^### (\S+)\n/.exec(piece) ?? [];
    if (code === undefined) return piece;
    const finding = left.get(code);
    if (finding === undefined) throw new Error(`docs/diagnostics.md describes ${code}, which the core does not declare.`);
    left.delete(code);
    const files = examples(piece);
    if (files.length === 0) throw new Error(`docs/diagnostics.md has no example of ${code}.`);
    return `${heading}\n**${finding.severity}**: ${finding.meaning}.\n${piece.slice(heading.length).trimEnd()}\n\n${mended(core, files, code)}\n`;
  });
  for (const code of left.keys()) throw new Error(`docs/diagnostics.md says nothing on ${code}.`);
  return page.join('');
}
