// Breaks the guards of the turn machine one at a time and asks whether the model checker notices:
//   node tests/model/mutants.ts BUILD_DIR [--list] [PART OF A NAME]        (through ./dev model --mutants)
//
// A mutant changes one line of a copy of one source file: a cell of the table (commands.def), or a reason in a guard, which is dropped or negated.
// Only that file is compiled; it stands before the library when the checker is linked. Killed is a mutant whose exploration is violated, does not
// end, or crashes. Exit status 1 when one survives.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly what: string;
  readonly text: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folders = { c: join(root, 'core/src/quest'), def: join(root, 'core/include/questline') };
const sources = ['commands.def', 'rules.c', 'turns.c', 'consult.c', 'gates.c', 'clock.c', 'ledger.c', 'team.c', 'versions.c'];

/** What cannot be reached in so small a quest, or makes no difference; each with why. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  [/dropped: .*_MAX\b/, 'a limit far beyond the bounds of the model'],
  [/dropped: !ql__has_room/, 'a quest of nearly 100,000 events; test_quest_room fails without it'],
  [/create: by OWNER/, 'the same machine: where there is a quest nobody creates it, and where there is none create.c asks for the owner'],
  [/resume: by OWNER -> ANYONE/, 'the same machine: a paused quest hears the owner only, and no other can be resumed'],
];

/** Each cell of the table: who may do it, what each status says, what is asked besides. */
function cells(lines: readonly string[], file: string): Mutant[] {
  const columns = ['type', 'by', 'proposed', 'running', 'paused', 'closing', 'guard'];
  const found: Mutant[] = [];
  lines.forEach((text, line) => {
    const row = /^COMMAND\((.*), (".*"\))$/.exec(text);
    if (!row) return;
    const values = row[1]!.split(', ');
    const others = (value: string, column: string): string[] => {
      if (column === 'type') return [];
      if (column === 'guard') return ['NULL'];
      if (column === 'by') return ['ANYONE', 'OWNER', 'HOLDER'];
      return [value === 'ACCEPTED' ? 'quest_over' : 'ACCEPTED'];
    };
    values.forEach((value, i) => {
      for (const other of others(value, columns[i]!).filter((name) => name !== value)) {
        const changed = `COMMAND(${values.with(i, other).join(', ')}, ${row[2]!}`;
        found.push({ file, line, what: `${values[0]!}: ${columns[i]!} ${value} -> ${other}`, text: changed });
      }
    });
  });
  return found;
}

/** Lines of guards that give a reason: if (reason) return ...; and return reason ? refusal : may. */
function reasons(lines: readonly string[], file: string): Mutant[] {
  const found: Mutant[] = [];
  let inGuard = false;
  lines.forEach((text, line) => {
    if (/^(static )?(ql__verdict|ql__refusal_code) \w+\(/.test(text)) inGuard = true;
    if (text === '}') inGuard = false;
    if (!inGuard) return;
    const refuses = /^\s*return (ql__refuse|\(ql__verdict\)|QL__\w+;)/.test(lines[line + 1] ?? '');
    const condition = /^(\s*if \()(.*)(\) return (?!QL__MAY).*;)$/.exec(text) ?? (refuses ? /^(\s*if \()(.*)(\))$/.exec(text) : null);
    if (condition) {
      const [, before, reason, after] = condition;
      found.push({ file, line, what: `dropped: ${reason!}`, text: `${before!}false && (${reason!})${after!}` });
      found.push({ file, line, what: `negated: ${reason!}`, text: `${before!}!(${reason!})${after!}` });
      // Each clause of a reason that has several at its top.
      const clauses = split(reason!);
      if (clauses.parts.length > 1)
        clauses.parts.forEach((clause, i) => {
          const rest = clauses.parts.with(i, clauses.operator === '||' ? 'false' : 'true').join(` ${clauses.operator} `);
          found.push({ file, line, what: `clause dropped: ${clause}`, text: `${before!}${rest}${after!}` });
        });
    }
    const choice = /^(\s*(?:return|case \w+: return) )(.*?)( \? .*;)$/.exec(text);
    if (choice) found.push({ file, line, what: `negated: ${choice[2]!}`, text: `${choice[1]!}!(${choice[2]!})${choice[3]!}` });
  });
  return found;
}

/** The clauses at the top level of a condition; one part when && and || are mixed there. */
function split(condition: string): { operator: string; parts: string[] } {
  for (const operator of ['||', '&&']) {
    const parts: string[] = [];
    let depth = 0;
    let from = 0;
    for (let i = 0; i < condition.length; i++) {
      if (condition[i] === '(') depth++;
      if (condition[i] === ')') depth--;
      if (depth === 0 && condition.startsWith(operator, i)) {
        parts.push(condition.slice(from, i).trim());
        from = i + 2;
      }
    }
    parts.push(condition.slice(from).trim());
    if (parts.length > 1) return { operator, parts };
  }
  return { operator: '', parts: [condition] };
}

const read = (file: string): string => readFileSync(join(file.endsWith('.def') ? folders.def : folders.c, file), 'utf8');

const [build = '', ...options] = process.argv.slice(2);
const list = options.includes('--list');
const only = options.find((option) => option !== '--list') ?? '';
const work = join(build, 'mutants');
mkdirSync(join(work, 'include/questline'), { recursive: true });
const mutants = sources.flatMap((file) => {
  const lines = read(file).split('\n');
  return [...(file === 'commands.def' ? cells(lines, file) : []), ...reasons(lines, file)];
});
const objects = join(build, 'tests/CMakeFiles/questline-model.dir/model');
const checker = readdirSync(objects).filter((name) => name.endsWith('.o')).map((name) => join(objects, name));
const libraries = readdirSync(build).filter((name) => /^libql_.*\.a$/.test(name)).map((name) => join(build, name));

// What is violated as it is would kill every mutant.
const asked = performance.now();
const sound = spawnSync(join(build, 'bin/questline-model'), ['--quick', '--mutant'], { encoding: 'utf8' });
if (sound.status !== 0) throw new Error(`the machine is violated as it is:\n${sound.stdout}${sound.stderr}`);
// Ten times what the sound machine takes, however busy this one is: who takes longer does not end.
const patience = Math.ceil(Math.max(60_000, 10 * (performance.now() - asked)));

let killed = 0;
let skipped = 0;
const survivors: string[] = [];
const started = performance.now();
for (const mutant of mutants) {
  const lines = read(mutant.file).split('\n');
  const name = `${mutant.file}:${mutant.line + 1}: ${mutant.what}`;
  if (!name.includes(only)) continue;
  const why = leftOut.find(([pattern]) => pattern.test(mutant.what))?.[1];
  if (why !== undefined) {
    skipped++;
    if (list) console.log(`left out  ${name} (${why})`);
    continue;
  }
  // A mutant of the table is found before the table itself; what is compiled then is rules.c as it is.
  const table = mutant.file.endsWith('.def');
  const changed = table ? join(work, 'include/questline/commands.def') : join(work, mutant.file);
  const object = join(work, 'mutant.o');
  const program = join(work, 'mutant');
  writeFileSync(changed, lines.with(mutant.line, mutant.text).join('\n'));
  const includes = [...(table ? [`-I${work}/include`] : []), `-I${root}/core/include`, `-I${root}/core/src`];
  execFileSync('cc', ['-std=c11', '-O2', '-w', ...includes, '-c', table ? join(folders.c, 'rules.c') : changed, '-o', object]);
  execFileSync('cc', ['-o', program, ...checker, object, join(build, 'libquestline.a'), ...libraries]);
  const run = spawnSync(program, ['--quick', '--mutant'], { encoding: 'utf8', timeout: patience, maxBuffer: 1 << 26 });
  if (run.status === 0) {
    survivors.push(name);
    console.log(`SURVIVES  ${name}`);
  } else {
    killed++;
    const by = /^VIOLATED in .*?: (.*)$/m.exec(run.stdout)?.[1] ?? `it ended with ${run.signal ?? run.status ?? 'nothing'}`;
    if (list) console.log(`killed    ${name} (${by})`);
  }
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(`# | ${killed} mutants killed, ${survivors.length} survive, ${skipped} left out, ${seconds} s`);
process.exitCode = survivors.length > 0 ? 1 : 0;
