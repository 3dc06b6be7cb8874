/* Pages that come out of the source that runs: declarations of the core, help of the command line. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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

/** JSON Schema of plans and their edits. */
export function planSchema(): string {
  return run(GENERATOR, 'json-schema');
}

/** The help of every command, under a heading each. */
export function help(): string {
  const overview = run(COMMAND_LINE, '--help');
  const names = [...overview.matchAll(/^ {2}(\S+(?: \S+)?) {2,}/gm)].map(([, name = '']) => name);
  return names
    .map((name) => `## questline ${name}\n\n\`\`\`text\n${run(COMMAND_LINE, ...name.split(' '), '--help').trimEnd()}\n\`\`\`\n`)
    .join('\n');
}
