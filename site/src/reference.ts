/* Pages that come out of the source that runs: declarations of the core, help of the command line. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const GENERATOR = here('../../build/dev/bin/questline-gen');
const COMMAND_LINE = here('../../build/dev/bin/questline');

function run(program: string, ...args: string[]): string {
  if (!existsSync(program)) throw new Error(`${program} is not built: run ./dev build dev first.`);
  return execFileSync(program, args, { encoding: 'utf8' });
}

/** A reference page as questline-gen prints it. */
export function declared(page: string): string {
  return run(GENERATOR, 'docs', page);
}

/** The help of every command, under a heading each. */
export function help(): string {
  const overview = run(COMMAND_LINE, '--help');
  const names = [...overview.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, name = '']) => name);
  return names
    .map((name) => `## questline ${name}\n\n\`\`\`text\n${run(COMMAND_LINE, ...name.split(' '), '--help').trimEnd()}\n\`\`\`\n`)
    .join('\n');
}

export type Diagnostic = { code: string; severity: string; meaning: string };

/** The findings as the core declares them. */
export function diagnostics(): Diagnostic[] {
  const source = readFileSync(here('../../core/include/questline/diagnostics.def'), 'utf8');
  const rows = [...source.matchAll(/^DIAGNOSTIC\(\w+, "([^"]+)", (\w+), "([^"]+)"\)$/gm)];
  return rows.map(([, code = '', severity = '', meaning = '']) => ({ code, severity: severity.toLowerCase(), meaning }));
}

/** Puts what the core declares of a finding under its heading in the hand-written page; both must know the same findings. */
export function describeDiagnostics(markdown: string): string {
  const declared = new Map(diagnostics().map((finding) => [finding.code, finding]));
  const written = new Set<string>();
  const page = markdown.replaceAll(/^### (\S+)$/gm, (heading, code: string) => {
    const finding = declared.get(code);
    if (finding === undefined) throw new Error(`docs/diagnostics.md describes ${code}, which the core does not declare.`);
    written.add(code);
    return `${heading}\n\n**${finding.severity}**: ${finding.meaning}.`;
  });
  for (const code of declared.keys()) if (!written.has(code)) throw new Error(`docs/diagnostics.md says nothing on ${code}.`);
  return page;
}
